"""What an EOB says, as plain data for its template: every word, every figure, and figures that sum."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from claims.facts import SubmittedLine
from claims.payments.eob_facts import EobFacts
from claims.payments.eob_meters import Sum, meters
from claims.payments.eob_words import CodeWords
from claims.words.plain_reasons import plain_reason
from plans.design.terms import PlanTerms
from tpa.foundation.organisation import Organisation
from tpa.foundation.values.addresses import address_lines
from tpa.foundation.values.identifiers import last_four
from tpa.foundation.values.money import ZERO

if TYPE_CHECKING:
    from claims.adjudication.engine.decision import LineDecision

# The columns of a line, from what was billed down to what was paid: they add up from left to right.
BILLED, DISCOUNT, OTHER, DEDUCTIBLE, COPAY, COINSURANCE, NOT_COVERED, PAID, OWED = range(9)
_SHARES = {"1": DEDUCTIBLE, "2": COINSURANCE, "3": COPAY}
_LETTERS = "abcdefghijklmnopqrstuvwxyz"

Amounts = list[Decimal]


@dataclass(frozen=True, slots=True)
class Setting:
    """What all EOBs of a batch share: who writes, the words of codes, how long one may appeal, the language."""

    us: Organisation
    words: CodeWords
    appeal_days: int
    lang: str


def eob_page(item: EobFacts, terms: PlanTerms | None, setting: Setting) -> dict[str, Any]:
    """The data of `templates/documents/eob.typ` for one settled decision; `terms` of the plan version it applied."""
    us = setting.us
    notes: dict[tuple[str, str, tuple[str, ...]], str] = {}
    titles = {benefit.name: benefit.title for benefit in terms.benefits} if terms else {}
    rows, lines = [], []
    for submitted, decided in zip(item.facts.submission.lines, item.decision.lines, strict=True):
        amounts = line_amounts(decided)
        rows.append(amounts)
        name = setting.words.service(submitted) or titles.get(decided.benefit) or _("Service")
        lines.append(_line(name, submitted, decided, amounts, notes))
    totals = [sum(column, ZERO) for column in zip(*rows, strict=True)]
    shown = [place for place in range(9) if place in _ALWAYS or any(row[place] for row in rows)]
    for line in lines:
        line["amounts"] = [line["amounts"][place] for place in shown]
    return {
        "title": _("Explanation of benefits, claim %(number)s") % {"number": item.claim_number},
        "lang": setting.lang,
        "organisation": {"name": us.name, "address_line": us.address_line, "place": us.place},
        "foot": f"{us.name} · {us.telephone} · {us.web}",
        "words": _words(),
        "address": address_lines(item.addressee.name, item.addressee),
        "facts": _facts(item),
        "headline": _headline(item, totals),
        "notice": _notice(item),
        "columns": [_("Service"), *(_column_names()[place] for place in shown)],
        "lines": lines,
        "totals": [_plain(totals[place]) for place in shown],
        "notes": [
            {
                "letter": letter,
                "text": plain_reason(group, carc, setting.words.carc(carc), setting.words.rarcs(rarcs)),
                "code": " ".join((group, carc, *rarcs)),
            }
            for (group, carc, rarcs), letter in notes.items()
        ],
        "payment": _payment(item, us),
        "meters": [
            {"name": meter.name, "own": _met(meter.own), "family": _met(meter.family)}
            for meter in ([] if item.outcome == "reversed" else meters(item.facts, item.decision, terms))
        ],
        "meters_note": _("Applied so far, this claim included"),
        "appeal": _appeal(us, setting.appeal_days),
        "help": _help(us),
    }


_ALWAYS = (BILLED, DISCOUNT, PAID, OWED)


def line_amounts(line: LineDecision) -> Amounts:
    """The columns of a line, from its adjustments: billed = all between + paid; owed = what stands under PR."""
    amounts = [ZERO] * 9
    amounts[BILLED], amounts[PAID] = line.figures.billed_amount, line.figures.plan_paid_amount
    for adjustment in line.adjustments:
        if adjustment.group == "PR":
            amounts[_SHARES.get(adjustment.carc, NOT_COVERED)] += adjustment.amount
            amounts[OWED] += adjustment.amount
        else:
            amounts[OTHER if adjustment.group == "OA" else DISCOUNT] += adjustment.amount
    assert amounts[BILLED] == sum(amounts[DISCOUNT:OWED], ZERO), "a line of an EOB adds up"
    return amounts


def _line(
    name: str,
    submitted: SubmittedLine,
    decided: LineDecision,
    amounts: Amounts,
    notes: dict[tuple[str, str, tuple[str, ...]], str],
) -> dict[str, Any]:
    letters = []
    for adjustment in decided.adjustments:
        key = (adjustment.group, adjustment.carc, adjustment.rarcs)
        letters.append(notes.setdefault(key, _letter(len(notes))))
    code = "-".join((submitted.procedure_code, *submitted.modifiers)) or submitted.revenue_code
    day = _day(submitted.service_from)
    if submitted.service_to != submitted.service_from:
        day = f"{day} – {_day(submitted.service_to)}"  # noqa: RUF001 (from, to)
    return {
        "name": name,
        "detail": f"{day} · {code}",
        "notes": " ".join(dict.fromkeys(letters)),
        "amounts": [_plain(amount) for amount in amounts],
    }


def _letter(place: int) -> str:
    return _LETTERS[place % 26] * (place // 26 + 1)


def _words() -> dict[str, str]:
    return {
        "title": _("Explanation of Benefits"),
        "not_a_bill": _("This is not a bill"),
        "page": _("Page"),
        "services": _("What was claimed and what was paid"),
        "total": _("Total"),
        "notes": _("What the notes mean"),
        "payment": _("Payment"),
        "meters": _("Your year so far"),
        "own": _("You"),
        "family": _("Your family"),
        "appeal": _("If you disagree"),
        "help": _("Questions, and help in your language"),
    }


def _column_names() -> list[str]:
    return [
        _("Billed"),
        _("Discounts, reductions"),
        _("Other insurance"),
        _("Deductible"),
        _("Copay"),
        _("Coinsurance"),
        _("Not covered"),
        _("Plan paid"),
        _("You may owe"),
    ]


def _facts(item: EobFacts) -> list[tuple[str, str]]:
    return [
        (_("Patient"), item.patient.name),
        (_("Member number"), last_four(item.subscriber_number)),
        (_("Employer"), item.employer_name),
        *([(_("Plan"), item.plan_name)] if item.plan_name else []),
        (_("Claim number"), item.claim_number),
        (_("Provider"), item.provider_name),
        (_("Patient account"), item.patient_control_number),
        (_("Received"), _day(item.received_on)),
        (_("Decided"), _day(timezone.localdate(item.decided_at))),
    ]


def _headline(item: EobFacts, totals: Amounts) -> list[dict[str, Any]]:
    boxes = [
        (_("Provider billed"), totals[BILLED], ""),
        (_("Discounts, reductions"), totals[DISCOUNT], ""),
        (_("Other insurance"), totals[OTHER], ""),
        (_("Your plan paid"), totals[PAID], item.payee_name or _("to you")),
        (_("You may owe"), totals[OWED], _("the provider bills you") if totals[OWED] > 0 else ""),
    ]
    return [
        {"name": name, "amount": _dollars(amount), "hint": hint, "strong": place == len(boxes) - 1}
        for place, (name, amount, hint) in enumerate(boxes)
        if place != 2 or amount
    ]


def _notice(item: EobFacts) -> str:
    if item.outcome == "reversed":
        taken_back = _("The earlier decision on this claim is taken back; the figures below reverse it.")
        if item.replaced_by:
            return taken_back + " " + _("Claim %(number)s takes its place.") % {"number": item.replaced_by}
        return taken_back
    if item.outcome == "denied":
        return _("Nothing was paid on this claim. The notes say why, and what you can do if you disagree.")
    return ""


def _payment(item: EobFacts, us: Organisation) -> str:
    if item.amount <= 0:
        return ""
    to = item.payee_name or _("you")
    if item.method == "none":
        return _("%(amount)s was set off against what %(payee)s owed the plan (%(on)s, trace %(trace)s).") % {
            "amount": _dollars(item.amount), "payee": to, "on": _day(item.paid_on), "trace": item.trace_number,
        }  # fmt: skip
    by = _("check %(number)s") % {"number": item.check_number} if item.check_number else _("electronic transfer")
    said = _("%(amount)s was paid to %(payee)s on %(on)s by %(by)s (trace %(trace)s).") % {
        "amount": _dollars(item.amount), "payee": to, "on": _day(item.paid_on), "by": by, "trace": item.trace_number,
    }  # fmt: skip
    return said + " " + _("The payment may cover other claims as well.")


def _appeal(us: Organisation, appeal_days: int) -> list[str]:
    return [
        _(
            "You, or somebody you name to act for you, may appeal within %(days)s days of receiving this notice. Write"
            " to %(name)s, Appeals, %(address)s, %(place)s. Say why you disagree and send along whatever supports it:"
            " comments, records, a letter from your provider."
        )
        % {"days": appeal_days, "name": us.name, "address": us.address_line, "place": us.place},
        _(
            "You may have, free of charge, copies of all documents about this claim, the plan provision or rule that"
            " was applied, and the explanation of any medical judgment. A person who had no part in this decision, and"
            " who does not work for one who had, will decide your appeal."
        ),
        _(
            "If you disagree with that decision you may have the right to an external review by an independent"
            " organization, and to bring a civil action under section 502(a) of ERISA. The Employee Benefits Security"
            " Administration answers questions about your rights: 1-866-444-3272, www.askebsa.dol.gov."
        ),
    ]


def _help(us: Organisation) -> list[str]:
    return [
        _("Call %(phone)s or write to %(email)s. If you believe a service named here was not given, tell us.")
        % {"phone": us.telephone, "email": us.email},
        # Said in the languages themselves, whatever language the rest is in (45 CFR 147.136(e), 29 CFR 2560.503-1(o)).
        f"Español: para obtener asistencia en español, llame al {us.telephone}.",
        f"Tagalog: para sa tulong sa Tagalog, tumawag sa {us.telephone}.",
    ]


def _met(sum_: Sum | None) -> dict[str, Any] | None:
    if sum_ is None:
        return None
    said = _("%(used)s of %(limit)s") % {"used": _dollars(sum_.used_amount), "limit": _dollars(sum_.limit_amount)}
    return {"amount": said, "share": sum_.share}


def _day(on: Any) -> str:
    return date_format(on, "DATE_FORMAT")


def _dollars(amount: Decimal) -> str:
    return f"−${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"  # noqa: RUF001 (a minus)


def _plain(amount: Decimal) -> str:
    return f"−{-amount:,.2f}" if amount < 0 else f"{amount:,.2f}"  # noqa: RUF001 (a minus)
