"""Where we may serve: licences, bonds and exemptions, and the gate that lets nothing else through."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, Invalid
from tpa.models import Licence, LicenceExemption


@dataclass(frozen=True, slots=True)
class LicenceWords:
    """A licence or bond as the state issued it; `ends_on` is the first day on which it is in force no more."""

    kind: str
    state: str
    number: str
    issued_by: str
    starts_on: date
    ends_on: date | None = None
    report_on: date | None = None
    bond_amount: Decimal | None = None
    citation: str = ""


def add_licence(*, words: LicenceWords, by: Actor) -> Licence:
    """Record it and return it; a renewal is a further one. Raises Invalid for what it can not be, Conflict when it
    stands for some of the time already."""
    if words.kind not in Licence.Kind.values or len(words.state.strip()) != 2 or not words.number.strip():
        raise Invalid("contracts.licence_words", _("Say kind, state and number."))
    if (words.kind == Licence.Kind.BOND) != bool(words.bond_amount):
        raise Invalid("contracts.licence_bond", _("A bond, and nothing else, has an amount."))
    if words.ends_on is not None and words.ends_on <= words.starts_on:
        raise Invalid("contracts.no_period", _("The end lies before the beginning."))
    with transaction.atomic():
        state, number = words.state.strip().upper(), words.number.strip()[:40]
        same = Licence.objects.filter(
            kind=words.kind, state=state, number=number, period__overlap=(words.starts_on, words.ends_on)
        )
        if same.exists():
            raise Conflict("contracts.licence_stands", _("This licence stands for some of that time already."))
        row = Licence.objects.create(
            kind=words.kind,
            state=state,
            number=number,
            issued_by=words.issued_by.strip()[:120],
            period=(words.starts_on, words.ends_on),
            report_on=words.report_on,
            bond_amount=words.bond_amount,
            citation=words.citation[:200],
            recorded_at=timezone.now(),
            recorded_by=str(by)[:80],
        )
        record("tpa.licence.recorded", by=by, about=row)
    return row


@dataclass(frozen=True, slots=True)
class ExemptionWords:
    """Why no licence is wanted in a state, and what says so; for one employer, or (None) for all."""

    state: str
    because: str
    citation: str
    starts_on: date
    ends_on: date | None = None
    employer_id: int | None = None


def record_exemption(*, words: ExemptionWords, by: Actor) -> LicenceExemption:
    """Record it and return it. Raises Invalid without a reason or what says so."""
    if len(words.state.strip()) != 2 or not words.because.strip() or not words.citation.strip():
        raise Invalid("contracts.exemption_words", _("Say the state, why no licence is wanted, and what says so."))
    with transaction.atomic():
        row = LicenceExemption.objects.create(
            employer_id=words.employer_id,
            state=words.state.strip().upper(),
            because=words.because.strip()[:300],
            citation=words.citation.strip()[:200],
            period=(words.starts_on, words.ends_on),
            recorded_at=timezone.now(),
            recorded_by=str(by)[:80],
        )
        record("tpa.licenceexemption.recorded", by=by, about=row, because=words.because)
    return row


def what_allows(employer_id: int, states: Collection[str], on: date) -> dict[str, str]:
    """State → the licence or exemption by which we may serve the employer there on a day. Two queries."""
    wanted = {state.strip().upper() for state in states if state.strip()}
    licensed = Licence.objects.filter(kind=Licence.Kind.LICENCE, state__in=wanted, period__contains=on)
    exempt = LicenceExemption.objects.filter(
        Q(employer=None) | Q(employer=employer_id), state__in=wanted, period__contains=on
    )
    allowed = {row.state: _("exempt: %(why)s") % {"why": row.because} for row in exempt.order_by("-pk")}
    return allowed | {row.state: _("licence %(number)s") % {"number": row.number} for row in licensed.order_by("-pk")}


def states_without_licence(employer_id: int, states: Collection[str], on: date) -> list[str]:
    """Of these states those in which we may not serve the employer on a day: no licence, no exemption. Two queries."""
    wanted = {state.strip().upper() for state in states if state.strip()}
    return sorted(wanted - what_allows(employer_id, wanted, on).keys())


def check_licensed(employer_id: int, states: Collection[str], on: date) -> None:
    """Raises Conflict, with the states, where we may not serve."""
    missing = states_without_licence(employer_id, states, on)
    if missing:
        raise Conflict(
            "contracts.not_licensed",
            _("No licence and no exemption for %(states)s: we may not serve there.") % {"states": ", ".join(missing)},
            states=missing,
        )
