"""Recoveries of the demonstration: what was agreed, an overpayment that was asked back, a lien that was told."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from claims.payments.paid_services import PaidQuestion, PaidService, paid_by_month, paid_services
from claims.recoveries.open_overpayment import FoundLine, open_overpayment
from claims.recoveries.open_third_party_case import open_third_party_case
from claims.recoveries.pick_claims import judge_claim
from claims.recoveries.request_overpayment import request_overpayment
from claims.recoveries.set_recovery_terms import TermsWords, set_recovery_terms
from claims.recoveries.set_subrogation_terms import SubrogationWords, set_subrogation_terms
from claims.recoveries.third_party_selectors import third_party_cases_of
from claims.recoveries.work_third_party_case import PartyWords, add_party, note_step, record_answer, tell_lien
from tpa.foundation.access import Scope
from tpa.foundation.audit import Actor
from tpa.foundation.models import Role
from tpa.foundation.values.periods import Period


def agree_on_recoveries(*, employer_id: int, by: Actor) -> None:
    """What the network's agreement says of taking money back, and the plan document of third parties."""
    scope = _manager(by)
    set_recovery_terms(
        employer_id=employer_id,
        words=TermsWords(
            starts_on=date(2026, 1, 1), source="Network agreement, 7.3", offset_allowed=True, notice_days=45
        ),
        by=scope,
    )
    set_subrogation_terms(
        employer_id=employer_id,
        words=SubrogationWords(
            starts_on=date(2026, 1, 1),
            clause="Plan document, 9.4",
            made_whole_applies=False,
            common_fund_applies=True,
            fee_percent=Decimal(20),
        ),
        by=scope,
    )


def recover(*, employer_id: int, on: date, by: Actor) -> None:
    """One claim was paid for too many units and is asked back; another came of a collision, and its lien was told."""
    year = Period(date(2026, 1, 1), date(2027, 1, 1))
    asked = PaidQuestion(employer_id=employer_id, incurred=year, paid=year)
    members = sorted({row.member_id for row in paid_by_month(asked)})
    services = [one for one in paid_services(asked, members) if one.amount > 100]
    if len(services) < 2:
        return
    scope = _manager(by)
    _overpayment(services[0], on, scope)
    _lien(services[-1], scope)


def _overpayment(service: PaidService, on: date, scope: Scope) -> None:
    row = open_overpayment(
        found=[FoundLine(service.claim_number, Decimal("60.00"))],
        reason="audit",
        because="Four units were billed; the record shows two.",
        by=scope,
    )
    request_overpayment(number=row.number, revision=row.revision, by=scope, on=on)


def _lien(service: PaidService, scope: Scope) -> None:
    row = open_third_party_case(
        member_id=service.member_id,
        accident_on=service.incurred_on,
        kind="auto",
        because="The emergency department's notes speak of a collision.",
        by=scope,
    )
    judge_claim(
        number=row.number,
        revision=_revision(row.number, scope),
        claim_number=service.claim_number,
        is_related=True,
        because="care on the day of the collision",
        by=scope,
    )
    record_answer(
        number=row.number,
        revision=_revision(row.number, scope),
        is_liable=True,
        because="Hit from behind at a light.",
        by=scope,
    )
    add_party(
        number=row.number,
        revision=_revision(row.number, scope),
        party=PartyWords(
            role="attorney", name="Quill & Marsh", address_line="2 Court Square", city="Dayton", state="OH",
            postal_code="45402", phone="(937) 555-0144", reference="QM-2026-118",
        ),
        by=scope,
    )  # fmt: skip
    tell_lien(number=row.number, revision=_revision(row.number, scope), by=scope)
    note_step(
        number=row.number,
        revision=_revision(row.number, scope),
        kind="offer",
        because="They offer half of it.",
        amount=(service.amount / 2).quantize(Decimal("0.01")),
        by=scope,
    )


def _revision(number: str, scope: Scope) -> int:
    """The case as it stands by now."""
    return third_party_cases_of(scope).get(number=number).revision


def _manager(by: Actor) -> Scope:
    return Scope(actor=by, roles=frozenset({Role.TPA_MANAGER}), sees_all_employers=True, sees_claims=True)
