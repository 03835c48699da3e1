"""Which contract's terms stand behind a price: those of its own schedule, else of the reference it is a per cent of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from plans.facts import (
    AnaesthesiaTerm,
    CodeRange,
    ContractFact,
    DrgTerm,
    LesserOf,
    ModifierTerm,
    OutlierTerm,
    RankTerm,
    RateFact,
    RelativeTerm,
    TransferTerm,
)


class Applied(NamedTuple):
    """The terms behind one price. A schedule that is silent on something is paid as its reference is."""

    own: ContractFact | None = None
    reference: ContractFact | None = None

    @property
    def ids(self) -> tuple[int, int]:
        """The same for prices behind which the same terms stand."""
        return self.own.contract_id if self.own else 0, self.reference.contract_id if self.reference else 0

    @property
    def lesser_of(self) -> LesserOf | None:
        """Only the contract's own: what a reference is capped at is nobody's agreement."""
        return self.own.lesser_of if self.own else None

    @property
    def repricing(self) -> str:
        """Whose price holds, or blank."""
        return self.own.repricing if self.own else ""

    @property
    def modifiers(self) -> tuple[ModifierTerm, ...]:
        """Per cent of the price by modifier."""
        return (self.own and self.own.modifiers) or (self.reference and self.reference.modifiers) or ()

    @property
    def multiple_procedures(self) -> tuple[RankTerm, ...]:
        """Reductions of several procedures."""
        own = self.own and self.own.multiple_procedures
        return own or (self.reference and self.reference.multiple_procedures) or ()

    @property
    def relative_values(self) -> RelativeTerm | None:
        """The conversion factor."""
        own = self.own and self.own.relative_values
        return own or (self.reference and self.reference.relative_values) or None

    @property
    def anaesthesia(self) -> AnaesthesiaTerm | None:
        """How anaesthesia's units are counted and paid."""
        return (self.own and self.own.anaesthesia) or (self.reference and self.reference.anaesthesia) or None

    @property
    def drg(self) -> DrgTerm | None:
        """What a weight is multiplied with."""
        return (self.own and self.own.drg) or (self.reference and self.reference.drg) or None

    @property
    def transfer(self) -> TransferTerm | None:
        """What a transfer pays."""
        return (self.own and self.own.transfer) or (self.reference and self.reference.transfer) or None

    def outlier(self, drg: str, *, of_reference: bool) -> OutlierTerm | None:
        """The term for a stay's DRG, of the contract itself or, where that has none at all, of the reference."""
        if of_reference and self.own and self.own.outliers:
            return None
        contract = self.reference if of_reference else self.own
        terms = contract.outliers if contract else ()
        return next((term for term in terms if not term.drgs or in_ranges(drg, term.drgs)), None)


NOTHING = Applied()


class Contracts:
    """The terms of all schedules that a claim's prices are from."""

    __slots__ = ("_by_schedule",)

    def __init__(self, contracts: Iterable[ContractFact]) -> None:
        self._by_schedule: dict[str, list[ContractFact]] = {}
        for contract in contracts:
            self._by_schedule.setdefault(contract.schedule, []).append(contract)

    def __bool__(self) -> bool:
        return bool(self._by_schedule)

    def behind(self, rate: RateFact, on: date) -> Applied:
        """The terms behind a rate on a day."""
        if not self._by_schedule:
            return NOTHING
        own = self._of(rate.schedule, on)
        reference = self._of(rate.reference_schedule, on) if rate.reference_schedule else None
        return Applied(own, reference) if own or reference else NOTHING

    def _of(self, schedule: str, on: date) -> ContractFact | None:
        for contract in self._by_schedule.get(schedule, ()):
            if contract.starts_on <= on and (contract.ends_on is None or on < contract.ends_on):
                return contract
        return None


def in_ranges(code: str, ranges: tuple[CodeRange, ...]) -> bool:
    """A short code holds all that begin with it."""
    return any(first <= code[: len(first)] and code[: len(last)] <= last for first, last in ranges) if code else False
