"""Monthly accommodation: the carrier advances cash while the year runs; the attachment point stays what it is."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from tpa.foundation.values.money import ZERO, split


class AccommodationMonth(msgspec.Struct, frozen=True, kw_only=True):
    """One month: loss and attachment so far, what of the loss is above, what is advanced now and was in all.

    `repayable_amount`: what of the advances the excess no longer bears out. It is settled at the year's end.
    """

    loss_amount: Decimal
    attachment_amount: Decimal
    excess_amount: Decimal
    advance_amount: Decimal
    advanced_amount: Decimal

    @property
    def repayable_amount(self) -> Decimal:
        """Advances beyond the excess."""
        return max(ZERO, self.advanced_amount - self.excess_amount)


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """The year's end: what the carrier owes for it, less what it advanced; one of the two is due, or none."""

    carrier_owes_amount: Decimal
    employer_repays_amount: Decimal


def accommodation(
    losses: Sequence[Decimal], attachments: Sequence[Decimal], *, least_advance_amount: Decimal = ZERO
) -> list[AccommodationMonth]:
    """Month by month, from losses and attachments so far (both cumulative).

    advance = cumulative loss - cumulative attachment - earlier advances, when that is above zero and not below the
    least amount that the carrier advances.
    """
    found: list[AccommodationMonth] = []
    advanced = ZERO
    for loss, attachment in zip(losses, attachments, strict=True):
        excess = max(ZERO, loss - attachment)
        advance = max(ZERO, excess - advanced)
        if advance < least_advance_amount:
            advance = ZERO
        advanced += advance
        found.append(
            AccommodationMonth(
                loss_amount=loss,
                attachment_amount=attachment,
                excess_amount=excess,
                advance_amount=advance,
                advanced_amount=advanced,
            )
        )
    return found


def cumulative_attachments(months: Sequence[Decimal], *, minimum_amount: Decimal, months_count: int) -> list[Decimal]:
    """The attachment so far at the end of each month: the months' sum, never below the minimum's share of the term."""
    shares = split(minimum_amount, [1] * max(months_count, len(months)))
    found, total, least = [], ZERO, ZERO
    for month, share in zip(months, shares, strict=False):
        total, least = total + month, least + share
        found.append(max(total, least))
    return found


def settle(reimbursable_amount: Decimal, advanced_amount: Decimal) -> Settlement:
    """Settle once, at the year's end: what the carrier owes beyond its advances, or what is to be paid back of them."""
    difference = reimbursable_amount - advanced_amount
    return Settlement(carrier_owes_amount=max(ZERO, difference), employer_repays_amount=max(ZERO, -difference))
