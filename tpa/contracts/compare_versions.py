"""What an amendment changed, term by term and fee by fee. Plain; reads what it is given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from django.utils.translation import gettext as _

from tpa.contracts.terms import GOVERNANCE, Terms
from tpa.models import ContractFee, ContractVersion


class Change(NamedTuple):
    """One thing that is said otherwise; None: it is not said."""

    what: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Stage:
    """The contract from a month on: the version that begins there, if one does, and what differs from before."""

    starts_on: date
    version: ContractVersion | None
    changes: tuple[Change, ...]


def stages(versions: Sequence[ContractVersion], fees: Sequence[ContractFee]) -> list[Stage]:
    """Every month from which the contract says something else, the first one with all that it says."""
    days = {version.starts_on: version for version in versions}
    first = min(days)
    boundaries = {*days, *(fee.period.lower for fee in fees), *(fee.period.upper for fee in fees if fee.period.upper)}
    said: list[tuple[date, Mapping[str, str]]] = [(date.min, {})]
    for day in sorted(day for day in boundaries if day >= first):
        version = days[max(start for start in days if start <= day)]
        in_force = [fee for fee in fees if day in fee.period]
        said.append((day, words(version, in_force)))
    return [
        Stage(day, days.get(day), changes)
        for (_earlier, before), (day, after) in pairwise(said)
        if (changes := tuple(_differences(before, after))) or day in days
    ]


def words(version: ContractVersion, fees: Iterable[ContractFee]) -> dict[str, str]:
    """What a contract says, each term under its name."""
    said = {_("Service: %(name)s") % {"name": name}: section for name, section in version.scope}
    for kind in GOVERNANCE:
        for name, *rest in version.governance.get(kind, ()):
            said[f"{_governance_name(kind)}: {name}"] = " · ".join(rest)
    for field in Terms.__dataclass_fields__:
        if field not in ("scope", "governance"):
            value = getattr(version, field)
            said[term_name(field)] = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    for fee in fees:
        name = ", ".join(part for part in (fee.name, fee.plan.name if fee.plan is not None else "", fee.tier) if part)
        said[_("Fee: %(name)s") % {"name": name}] = f"{fee.get_kind_display()} · {rate_words(fee)} · {fee.section}"
    return said


def rate_words(fee: ContractFee) -> str:
    """The amount or per cent of a fee."""
    return f"${fee.amount:,}" if fee.percent is None else f"{fee.percent.normalize():f} %"


def term_name(field: str) -> str:
    """What a term is called."""
    return {
        "lookback_months_count": _("Enrolment re-billed, months back"),
        "starts_until_day": _("Starts count until day"),
        "ends_from_day": _("Ends count from day"),
        "invoice_due_days": _("Invoices due after days"),
        "reminder_days": _("Reminders after days"),
        "by_division": _("One invoice a division"),
        "run_out_months_count": _("Run-out, months"),
        "renewal_notice_days": _("Notice before the end, days"),
        "renews_itself": _("Renews by itself"),
        "write_off_limit_amount": _("Two people write off above"),
    }[field]


def _governance_name(kind: str) -> str:
    return {
        "reports": _("Report"),
        "committees": _("Committee"),
        "audit_rights": _("Audit right"),
        "termination": _("Termination"),
    }[kind]


def _differences(before: Mapping[str, str], after: Mapping[str, str]) -> Iterable[Change]:
    for what in [*before, *(name for name in after if name not in before)]:
        if before.get(what) != after.get(what):
            yield Change(what, before.get(what), after.get(what))
