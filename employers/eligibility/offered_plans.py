"""What an employer offers, and under which names its files know it."""

from __future__ import annotations

from datetime import date

from employers.models import Division, PlanOffering


class OfferedPlans:
    """The plans and divisions of an employer; two queries when it is made."""

    def __init__(self, employer_id: int) -> None:
        self.divisions: dict[str, int] = dict(Division.objects.filter(employer=employer_id).values_list("code", "pk"))
        offerings = PlanOffering.objects.filter(employer=employer_id).select_related("plan")
        self._offerings = [(offering, _names(offering)) for offering in offerings]
        self._found: dict[tuple[tuple[str, ...], date | None], tuple[int | None, str]] = {}

    def offers(self, plan_id: int, on: date) -> bool:
        """Whether the employer offers the plan on a day."""
        return any(offering.plan_id == plan_id and on in offering.period for offering, _known in self._offerings)

    def find(self, names: tuple[str, ...], on: date | None) -> tuple[int | None, str]:
        """The plan that the first of the names that is known stands for, offered on the day; or a problem's code.

        Without a name it is the only plan that the employer offers.
        """
        asked = names, on
        if asked not in self._found:
            self._found[asked] = self._find([name.strip().upper() for name in names if name.strip()], on)
        return self._found[asked]

    def _find(self, given: list[str], on: date | None) -> tuple[int | None, str]:
        matching = [offering for offering, _known in self._offerings]
        for name in given:
            if matching := [offering for offering, known in self._offerings if name in known]:
                break
        if not matching:
            return None, "plan.unknown"
        if on is not None:
            matching = [offering for offering in matching if on in offering.period]
        plans = {offering.plan_id for offering in matching}
        if not plans:
            return None, "plan.not_offered"
        if len(plans) > 1:
            return None, "plan.unknown" if given else "plan.missing"
        return plans.pop(), ""


def _names(offering: PlanOffering) -> set[str]:
    return {offering.plan.code.upper(), offering.plan.name.upper(), *(name.upper() for name in offering.file_names)}
