"""What the letter about an overpayment says, as plain data for its template."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from claims.models import Overpayment
from tpa.foundation.organisation import Organisation
from tpa.foundation.values.addresses import address_lines
from tpa.foundation.values.money import ZERO


@dataclass(frozen=True, slots=True)
class LetterDays:
    """By when the payee answers, from when payments are reduced (None: they are not), and what says so."""

    answer_by_on: date
    offset_from_on: date | None
    sources: tuple[str, ...]


def letter_page(row: Overpayment, days: LetterDays, us: Organisation, lang: str, *, is_first: bool) -> dict[str, Any]:
    """The data of `templates/documents/recovery_letter.typ`."""
    to: Any = row.payee or row.member
    found = row.entries.filter(kind="found").aggregate(sum=Sum("amount"))["sum"] or ZERO
    balance = row.entries.aggregate(sum=Sum("amount"))["sum"] or ZERO
    title = _("Request for a refund") if is_first else _("Second request for a refund")
    return {
        "title": f"{title} {row.number}",
        "lang": lang,
        "number": row.number,
        "organisation": {"name": us.name, "address_line": us.address_line, "place": us.place},
        "foot": f"{us.name} · {us.telephone} · {row.number}",
        "address": address_lines(str(to), to),
        "words": {
            "title": title,
            "page": _("Page"),
            "to": _("To"),
            "about": _("What was paid too much"),
            "columns": [_("Claim"), _("Patient account"), _("Patient"), _("Services"), _("Paid"), _("Too much")],
            "total": _("Asked back"),
        },
        "facts": [
            (_("Recovery"), row.number),
            (_("Plan sponsor"), row.employer.name),
            (_("Why"), row.get_reason_display()),
        ],
        "reason": row.because,
        "claims": [_claim(line) for line in row.lines.select_related("claim__member", "decision").order_by("pk")],
        "total": dollars(balance),
        "paragraphs": _paragraphs(row, days, us, found, balance),
    }


def _claim(line: Any) -> tuple[str, ...]:
    claim, member = line.claim, line.claim.member
    services = short(claim.service_from)
    if claim.service_to != claim.service_from:
        services = f"{services} – {short(claim.service_to)}"  # noqa: RUF001 (from, to)
    number = claim.claim_number if line.line_number is None else f"{claim.claim_number} / {line.line_number}"
    paid = dollars(abs(line.decision.plan_paid_amount))
    name = f"{member.last_name}, {member.first_name}"
    return (number, claim.patient_control_number, name, services, paid, dollars(line.amount))


def _paragraphs(row: Overpayment, days: LetterDays, us: Organisation, found: Decimal, balance: Decimal) -> list[str]:
    said = [
        _("Please send %(amount)s by %(day)s, by check to the address above, with the number %(number)s on it.")
        % {"amount": dollars(balance), "day": long(days.answer_by_on), "number": row.number},
        _("If you do not agree, tell us in writing by the same day and say why; nothing is taken while we look at it."),
    ]
    if balance != found:
        said.insert(
            0, _("Of %(found)s, %(balance)s is still owed.") % {"found": dollars(found), "balance": dollars(balance)}
        )
    if days.offset_from_on is not None:
        said.append(
            _(
                "What has not come by then is taken, from %(day)s on, from payments of the same plan to you, and of no "
                "other plan. Each remittance says how much (PLB WO), under the number of the claim."
            )
            % {"day": long(days.offset_from_on)}
        )
    else:
        said.append(_("Nothing is taken from other payments to you."))
    if days.sources:
        said.append(_("These days follow from: %(sources)s.") % {"sources": "; ".join(days.sources)})
    said.append(_("Questions: %(phone)s.") % {"phone": us.telephone})
    return said


def dollars(amount: Decimal) -> str:
    """Dollars as people write them."""
    return f"−${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"  # noqa: RUF001 (a minus)


def long(on: date) -> str:
    """A day as people write it."""
    return date_format(on, "DATE_FORMAT")


def short(on: date) -> str:
    """A day in a table."""
    return date_format(on, "SHORT_DATE_FORMAT")
