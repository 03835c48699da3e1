"""What a reimbursement request and its packet say, as plain data for their template."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from tpa.foundation.organisation import Organisation
from tpa.foundation.values.money import ZERO
from tpa.models import StopLossRequest, StopLossRequestClaim
from tpa.stoploss.paper_words import day, dollars, letter_head, person_pairs, policy_pairs

Kind, Purpose = StopLossRequest.Kind, StopLossRequestClaim.Purpose


def packet_page(
    request: StopLossRequest, claims: list[StopLossRequestClaim], us: Organisation, lang: str
) -> dict[str, Any]:
    """The data of `templates/documents/stoploss_packet.typ`. The claims add up to what is told of them."""
    is_repayment = request.requested_amount < 0
    title = _("Correction of a reimbursement") if is_repayment else _("Reimbursement request")
    return letter_head(request.policy, us, title=title, number=request.number, lang=lang) | {
        "words": _words(title),
        "facts": _facts(request),
        "headline": _headline(request),
        "sum": _sum(request),
        "claims": [_line(one) for one in claims],
        "claims_total": dollars(sum((one.amount for one in claims), ZERO)),
        "coverages": [(one["tier"], _span(one)) for one in request.facts.get("coverages", [])],
        "other_payers": [
            (one["name"], _("pays first") if one["pays_first"] else _("pays after us"), one["because"], _span(one))
            for one in request.facts.get("other_payers", [])
        ],
        "no_other": _("None known: we asked for other coverage and pay as the only plan.") if request.member_id else "",
        "months": [_month(one) for one in request.facts.get("months", [])],
        "paragraphs": _paragraphs(request, us),
    }


def _words(title: str) -> dict[str, Any]:
    return {
        "title": title,
        "page": _("Page"),
        "to": _("To"),
        "sum": _("How the amount comes about"),
        "claims": _("Claims and proofs of payment"),
        "claims_columns": [_("Claim"), _("Incurred"), _("Benefit"), _("Paid"), _("Trace or check"), _("Amount")],
        "total": _("Total"),
        "eligibility": _("Eligibility"),
        "eligibility_columns": [_("Tier"), _("Covered")],
        "other": _("Coordination of benefits"),
        "other_columns": [_("Payer"), _("Order"), _("Because"), _("Covered")],
        "months": _("Months"),
        "months_columns": [
            _("Month"), _("Lives"), _("Deductible"), _("Loss so far"), _("Deductible so far"), _("Advance"),
        ],
    }  # fmt: skip


def _facts(request: StopLossRequest) -> list[tuple[str, str]]:
    facts = policy_pairs(request.policy)
    if request.member is not None:
        facts += person_pairs(request.member.pk, request.member.family.subscriber_number)
    facts += [
        (_("Coverage"), f"{request.get_kind_display().capitalize()}, {request.coverage.section}"),
        (_("Assembled"), day(timezone.localdate(request.assembled_at))),
    ]
    if request.prove_by_on is not None:
        facts.append((_("Proof of loss due"), day(request.prove_by_on)))
    return facts


def _headline(request: StopLossRequest) -> list[dict[str, Any]]:
    name = _("To be paid back") if request.requested_amount < 0 else _("Requested")
    return [
        {"name": _("Eligible"), "amount": dollars(request.eligible_amount), "hint": "", "strong": False},
        {"name": _("Deductible"), "amount": dollars(request.attachment_amount), "hint": "", "strong": False},
        {"name": name, "amount": dollars(abs(request.requested_amount)), "hint": "", "strong": True},
    ]


def _sum(request: StopLossRequest) -> list[tuple[str, str]]:
    excess = max(ZERO, request.eligible_amount - request.attachment_amount)
    rows = [
        (_("Eligible within the windows"), dollars(request.eligible_amount)),
        (_("Deductible"), dollars(-request.attachment_amount)),
        (_("Above it"), dollars(excess)),
    ]
    if request.corridor_amount:
        rows.append((_("Stays with the plan: aggregating specific"), dollars(-request.corridor_amount)))
    percent = request.coverage.reimburse_percent
    owed = _("Owed at %(percent)s %%") % {"percent": f"{percent.normalize():f}"}
    if request.coverage.most_amount is not None:
        owed = _("%(owed)s, at most %(most)s") % {"owed": owed, "most": dollars(request.coverage.most_amount)}
    rows.append((owed, dollars(request.reimbursable_amount)))
    if request.filed_before_amount:
        rows.append((_("Asked for before"), dollars(-request.filed_before_amount)))
    return rows


def _line(claim: StopLossRequestClaim) -> tuple[str, ...]:
    paid = day(claim.paid_on) if claim.paid_on is not None else _("to be paid")
    if claim.purpose == Purpose.PAID_AGAIN:
        paid = _("%(day)s, again") % {"day": paid}
    trace = _("taken back") if claim.purpose == Purpose.TAKEN_BACK else claim.trace_number
    return claim.claim_number, day(claim.incurred_on), claim.benefit, paid, trace, dollars(claim.amount)


def _month(one: dict[str, Any]) -> tuple[str, ...]:
    lives = ", ".join(f"{tier} {count}" for tier, count in sorted(one["lives"].items()))
    amounts = ("attachment_amount", "loss_amount", "cumulative_attachment_amount", "advance_amount")
    return day(date.fromisoformat(one["month_on"])), lives, *(dollars(Decimal(one[name])) for name in amounts)


def _span(one: dict[str, Any]) -> str:
    first = day(date.fromisoformat(one["from"]))
    if one["to"] is None:
        return _("since %(day)s") % {"day": first}
    last = date.fromordinal(date.fromisoformat(one["to"]).toordinal() - 1)
    return f"{first} – {day(last)}"  # noqa: RUF001 (a dash between days)


def _paragraphs(request: StopLossRequest, us: Organisation) -> list[str]:
    if request.requested_amount < 0:
        return [_("Claims were taken back after you had reimbursed them; we pay this back to you.")]
    if request.kind == Kind.ADVANCE:
        how = _(
            "These claims are fully adjudicated and wait for your payment; they are paid within %(days)s business days"
            " of its receipt."
        ) % {"days": request.policy.pay_within_days}
    elif request.member_id is None:
        how = _("The loss counts each person's claims as far as the policy says; they are listed on request.")
    else:
        how = _("Each claim was paid on the day and under the number that stands beside it.")
    pay = _("Please pay to %(name)s, %(address)s, %(place)s, and name the number %(number)s. Questions: %(phone)s.") % {
        "name": us.name,
        "address": us.address_line,
        "place": us.place,
        "number": request.number,
        "phone": us.telephone,
    }
    return [how, pay]
