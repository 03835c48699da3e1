"""Works out a month's invoice from facts: lines, each traced to its claims or members. Plain; writes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from claims.payments.selectors import SettledFact
from tpa.billing.draft_lines import DraftClaim, DraftLine, DraftMember, Kind, MonthFacts, Tax, Turn, sum_of
from tpa.billing.fee_lines import enrolled_for, fee_line, fee_name, minimum_line
from tpa.foundation.values.money import ZERO, percent_of
from tpa.models import Charge, ContractFee, InvoiceClaim

_REVERSED = "reversed"
_CHARGE_KINDS = {
    Charge.Kind.VENDOR: Kind.VENDOR,
    Charge.Kind.RECOVERY: Kind.RECOVERY,
    Charge.Kind.GUARANTEE: Kind.GUARANTEE,
    Charge.Kind.SHORT_PAYMENT: Kind.CARRIED,
}


@dataclass(slots=True)
class DraftInvoice:
    """The lines in order, and what was drawn on the employer's own account, which is told and not billed."""

    lines: list[DraftLine]
    own_claims_count: int
    own_claims_amount: Decimal

    @property
    def total_amount(self) -> Decimal:
        return sum_of(self.lines)


def draft_invoices(facts: MonthFacts) -> dict[str, DraftInvoice]:
    """The month's invoices by division; "" is the employer's as a whole, and there always is one. It carries what is
    no division's: flat fees, charges, taxes, and people and claims of none."""
    lines = _lines(facts)
    whole = DraftInvoice(lines, len(facts.own), sum((item.amount for item in facts.own), ZERO))
    if not facts.by_division:
        return {"": whole}
    parts: dict[str, list[DraftLine]] = defaultdict(list)
    families = {fact.family_id: fact.division for month in sorted(facts.enrolled) for fact in facts.enrolled[month]}
    for line in lines:
        for division, part in _divided(line, families):
            parts[division].append(part)
    whole.lines = parts.pop("", [])
    return {"": whole, **{name: DraftInvoice(parts[name], 0, ZERO) for name in sorted(parts)}}


def _lines(facts: MonthFacts) -> list[DraftLine]:
    """Claims to be reimbursed, by claims account; the month's fees; for each earlier month of the look-back the
    difference between what was billed and what is true by now; charges; and taxes on what is taxable."""
    fees = facts.fees.get(facts.month_on, ())
    lines = list(_claims_lines(facts))
    lines += [line for fee in fees if fee.kind != ContractFee.Kind.MINIMUM if (line := fee_line(fee, facts))]
    for fee in fees:
        if fee.kind == ContractFee.Kind.MINIMUM and (line := minimum_line(fee, facts, lines)):
            lines.append(line)
    for month_on in sorted(facts.fees):
        if month_on < facts.month_on:
            lines += _retro_lines(month_on, facts)
    lines += [_charge_line(charge, facts) for charge in facts.charges]
    if facts.tax is not None and (taxed := _tax_line(facts.tax, facts, lines)):
        lines.append(taxed)
    order = list(Kind)
    # As the invoice groups them; within a group as they came.
    return sorted(lines, key=lambda line: order.index(Kind(line.kind)))


def _claims_lines(facts: MonthFacts) -> Iterable[DraftLine]:
    """What the TPA paid from its own funds, and what of it was taken back. Where no money moved nothing is billed."""
    groups: dict[tuple[int, bool], list[SettledFact]] = defaultdict(list)
    for item in facts.advanced:
        if item.amount:
            groups[item.claims_account_id, item.outcome == _REVERSED].append(item)
    for (account_id, is_back), items in sorted(groups.items()):
        account = facts.account_names.get(account_id, "")
        name = _("Claims taken back: %(account)s") if is_back else _("Claims paid: %(account)s")
        yield DraftLine(
            kind=Kind.CLAIMS,
            name=name % {"account": account},
            for_month_on=facts.month_on,
            quantity_count=len(items),
            amount=sum((item.amount for item in items), ZERO),
            claims_account_id=account_id,
            purpose=InvoiceClaim.REIMBURSEMENT,
            claims=[DraftClaim(item, item.amount) for item in items],
        )


def _retro_lines(month_on: date, facts: MonthFacts) -> Iterable[DraftLine]:
    """The members of an earlier month that were billed and should not have been, and the other way round."""
    true = {
        (fee.pk, month_on, fact.member_id): fact
        for fee in facts.fees[month_on]
        if fee.kind == ContractFee.Kind.PEPM
        for fact in enrolled_for(fee, facts.enrolled[month_on])
    }
    fees = {fee.pk: fee for fee in facts.fees[month_on]}
    back: dict[int, list[DraftMember]] = defaultdict(list)
    added: dict[int, list[DraftMember]] = defaultdict(list)
    for key, turn in sorted(facts.turns.items()):
        if key[1] == month_on and turn.is_billed and key not in true:
            back[key[0]].append(DraftMember(key[2], turn.number + 1, turn.tier, -1, turn.division))
    for key, fact in sorted(true.items(), key=lambda one: one[0]):
        now = facts.turns.get(key, Turn(0, fact.tier))
        if not now.is_billed:
            added[key[0]].append(DraftMember(key[2], now.number + 1, fact.tier, 1, fact.division))
    for fee_id, fee in fees.items():
        for members, words in ((back[fee_id], _("%(fee)s, taken back")), (added[fee_id], _("%(fee)s, added"))):
            if members:
                quantity = sum(member.turned_count for member in members)
                yield DraftLine(
                    kind=Kind.RETRO,
                    name=words % {"fee": fee_name(fee)},
                    for_month_on=month_on,
                    quantity_count=quantity,
                    rate_amount=fee.amount,
                    amount=quantity * fee.amount,
                    section=fee.section,
                    fee=fee,
                    members=members,
                )


def _charge_line(charge: Charge, facts: MonthFacts) -> DraftLine:
    return DraftLine(
        kind=_CHARGE_KINDS[Charge.Kind(charge.kind)],
        name=charge.name,
        for_month_on=min(charge.incurred_on.replace(day=1), facts.month_on),
        quantity_count=1 if charge.amount > 0 else -1,
        amount=charge.amount,
        section=charge.section,
        charge=charge,
        claims_account_id=charge.claims_account_id,
    )


def _tax_line(tax: Tax, facts: MonthFacts, lines: Sequence[DraftLine]) -> DraftLine | None:
    base = sum_of([line for line in lines if line.fee is not None and line.fee.is_taxable])
    if not base:
        return None
    return DraftLine(
        kind=Kind.TAX,
        name=_("Tax of %(state)s on services") % {"state": tax.state},
        for_month_on=facts.month_on,
        quantity_count=1 if base > 0 else -1,
        percent=tax.percent,
        base_amount=base,
        amount=percent_of(base, tax.percent),
        section=tax.citation,
    )


def _divided(line: DraftLine, families: Mapping[int, str]) -> Iterable[tuple[str, DraftLine]]:
    """A line as the divisions' parts of it: each with its own people or claims."""
    members: dict[str, list[DraftMember]] = defaultdict(list)
    claims: dict[str, list[DraftClaim]] = defaultdict(list)
    for member in line.members:
        members[member.division].append(member)
    for claim in line.claims:
        claims[families.get(claim.settled.family_id, "")].append(claim)
    if not members and not claims:
        yield "", line
    for division, people in sorted(members.items()):
        quantity = sum(member.turned_count for member in people)
        yield (
            division,
            replace(line, members=people, quantity_count=quantity, amount=quantity * (line.rate_amount or ZERO)),
        )
    for division, items in sorted(claims.items()):
        base = None if line.base_amount is None else sum((one.settled.saved_amount for one in items), ZERO)
        amount = sum((one.amount for one in items), ZERO)
        yield division, replace(line, claims=items, quantity_count=len(items), amount=amount, base_amount=base)
