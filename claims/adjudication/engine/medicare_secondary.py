"""What Medicare pays as second payer, by the tests of 42 CFR 411.33: to foresee it, or to check what was remitted."""

from __future__ import annotations

from decimal import Decimal

from claims.facts import ZERO, Fact
from tpa.foundation.values.money import cents

_EIGHTY_PER_CENT = Decimal("0.8")  # 42 U.S.C. 1395l(a)(1): what Part B pays of what it allows


class MedicareSecondary(Fact, frozen=True, kw_only=True):
    """The three amounts; Medicare pays the least of them."""

    test1_amount: Decimal
    test2_amount: Decimal
    test3_amount: Decimal

    @property
    def paid_amount(self) -> Decimal:
        return min(self.test1_amount, self.test2_amount, self.test3_amount)


class PartBService(Fact, frozen=True, kw_only=True):
    """A service of Part B after a primary payer. `accepted_amount`: what the provider is obliged to accept in full.

    `paid_share` is Medicare's own share, smaller where a limitation applied (62.5 per cent, outpatient psychiatric
    services until 2009).
    """

    billed_amount: Decimal
    primary_allowed_amount: Decimal
    primary_paid_amount: Decimal
    medicare_allowed_amount: Decimal
    deductible_left_amount: Decimal = ZERO
    accepted_amount: Decimal | None = None
    paid_share: Decimal = _EIGHTY_PER_CENT


def medicare_secondary(service: PartBService) -> MedicareSecondary:
    """The tests of 42 CFR 411.33(a): (1) the charge, or what must be accepted for it, less the primary's payment;
    (2) what Medicare would pay alone; (3) the higher of what the two allow, less the primary's payment."""
    charge, paid = service.billed_amount, service.primary_paid_amount
    if service.accepted_amount is not None:
        charge = min(charge, service.accepted_amount)
    alone = max(service.medicare_allowed_amount - service.deductible_left_amount, ZERO)
    higher = max(service.medicare_allowed_amount, service.primary_allowed_amount)
    return MedicareSecondary(
        test1_amount=max(charge - paid, ZERO),
        test2_amount=cents(alone * service.paid_share),
        test3_amount=max(higher - paid, ZERO),
    )
