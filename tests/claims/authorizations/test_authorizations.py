"""Authorizations by people, and their units by claims: held, used, given back; never more than there are."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.adjudication.adjudicate_claims import adjudicate_claims
from claims.adjustments.decide_waiting import decide_waiting
from claims.adjustments.void_claim import void_claim
from claims.authorizations.approve_authorization import approve_authorization
from claims.authorizations.close_authorization import close_authorization
from claims.authorizations.deny_authorization import deny_authorization
from claims.authorizations.extend_authorization import extend_authorization
from claims.authorizations.request_authorization import AuthorizationRequest, request_authorization
from claims.authorizations.selectors import Balance, authorizations_of, balances_of, entries_of, terms_of
from claims.models import Authorization, Claim, Pend
from claims.review.resolve_pend import Answer, resolve_pend
from employers.models import Member
from tests.factories.employers import TESTER
from tests.factories.engine import Quarry, decide, make_quarry
from tests.factories.plans import make_participation, make_provider
from tests.factories.users import make_user
from tpa.foundation.access import Scope, scope_for
from tpa.foundation.errors import Conflict, DomainError, Invalid, NotFound, Refused
from tpa.foundation.models import AuditEvent, Role
from tpa.invariants.check import offences

pytestmark = pytest.mark.django_db

THERAPY = "97110"
LAST = date(2026, 6, 30)


@pytest.fixture
def nurse() -> Scope:
    return scope_for(make_user(Role.SENIOR_EXAMINER))


@pytest.fixture
def quarry() -> Quarry:
    return make_quarry()


def ask(member: Member, by: Scope, units: str = "6", **fields: Any) -> Authorization:
    asked = AuthorizationRequest(
        member_id=member.pk,
        code_from=fields.pop("code_from", "97010"),
        code_to=fields.pop("code_to", "97799"),
        first_on=fields.pop("first_on", date(2026, 3, 1)),
        last_on=fields.pop("last_on", LAST),
        units_count=Decimal(units),
        because="knee surgery in February",
        **fields,
    )
    return request_authorization(asked=asked, by=by)


def permit(member: Member, by: Scope, units: str = "6", **fields: Any) -> Authorization:
    row = ask(member, by, units, **fields)
    return approve_authorization(number=row.number, revision=0, because="medically necessary", by=by)


def balance(row: Authorization) -> tuple[int, int, int]:
    """Used, held, left."""
    now = Authorization.objects.get(number=row.number, superseded_at__isnull=True)
    found = balances_of([now])[row.number]
    return int(found.used_count), int(found.reserved_count), int(found.left_count)


def therapy(quarry: Quarry, member: Member, units: int = 2, **changes: Any) -> Claim:
    return quarry.send(member, "200.00", code=changes.pop("code", THERAPY), units=units, **changes)


def test_units_are_used_held_and_given_back(quarry: Quarry, nurse: Scope) -> None:
    (member,) = quarry.family()
    row = permit(member, nurse)
    first = therapy(quarry, member)
    assert (first.status, balance(row)) == ("approved", (2, 0, 4))
    waits = therapy(quarry, member, accident_codes=("AA",), code="97112")
    assert (waits.status, balance(row)) == ("pended", (2, 2, 2))
    third = therapy(quarry, member, code="97116")
    assert (third.status, balance(row)) == ("approved", (4, 2, 0))
    assert therapy(quarry, member, code="97124").status == "pended"
    void_claim(claim_id=first.pk, by=TESTER, because="sent in error")
    assert balance(row) == (2, 2, 2)
    pend = Pend.objects.get(claim=waits, status="open")
    resolve_pend(
        claim_id=waits.pk, revision=waits.revision, answers=[Answer(pend.pk, "deny", None, "")],
        because="the other driver's insurer", by=nurse,
    )  # fmt: skip
    decide(waits)
    assert (waits.status, balance(row)) == ("denied", (2, 0, 4))
    assert [int(entry.units_count) for entry in entries_of(row)] == [2, 2, -2]
    assert offences(only=["I3", "I4", "I8", "I14"]) == []


def test_a_pended_claim_that_is_taken_back_holds_nothing(quarry: Quarry, nurse: Scope) -> None:
    (member,) = quarry.family()
    row = permit(member, nurse)
    waits = therapy(quarry, member, accident_codes=("AA",))
    assert balance(row) == (0, 2, 4)
    void_claim(claim_id=waits.pk, by=TESTER, because="sent in error")
    assert (balance(row), entries_of(row)) == ((0, 0, 6), [])
    again = therapy(quarry, member, accident_codes=("AA",))
    pend = Pend.objects.get(claim=again, status="open")
    resolve_pend(
        claim_id=again.pk, revision=again.revision, answers=[Answer(pend.pk, "allow", None, "")],
        because="no other party", by=nurse,
    )  # fmt: skip
    decide(again)
    assert (again.status, balance(row)) == ("approved", (2, 0, 4))
    assert offences(only=["I3", "I4", "I8", "I14"]) == []


def test_the_member_provider_code_and_days_must_fit(quarry: Quarry, nurse: Scope) -> None:
    (member,), (other,) = quarry.family(), quarry.family()
    elsewhere = make_provider()
    make_participation(elsewhere, quarry.network, quarry.schedule, starts_on=date(2025, 1, 1))
    row = permit(member, nurse, npi=quarry.provider.npi, code_to="97150", last_on=date(2026, 5, 15))
    assert therapy(quarry, other).status == "pended"
    assert therapy(quarry, member, provider=elsewhere, code="97112").status == "pended"
    assert therapy(quarry, member, code="97530").status == "pended"
    assert therapy(quarry, member, on=date(2026, 5, 16), code="97113").status == "pended"
    assert therapy(quarry, member, on=date(2026, 5, 15), code="97116").status == "approved"
    assert balance(row) == (2, 0, 4)


def test_the_one_that_the_claim_names_is_taken_first(quarry: Quarry, nurse: Scope) -> None:
    (member,) = quarry.family()
    older, named = permit(member, nurse), permit(member, nurse)
    assert therapy(quarry, member, authorization=named.number).status == "approved"
    assert (balance(older), balance(named)) == ((0, 0, 6), (2, 0, 4))
    assert therapy(quarry, member, authorization="UNKNOWN", code="97112").status == "approved"
    assert balance(older) == (2, 0, 4)


def test_people_ask_answer_extend_and_close(quarry: Quarry, nurse: Scope) -> None:
    (member,) = quarry.family()
    examiner = scope_for(make_user(Role.EXAMINER))
    row = ask(member, examiner, is_urgent=True)
    assert row.due_at - row.requested_at == timedelta(hours=72)
    assert ask(member, examiner).due_at - row.requested_at > timedelta(days=14)
    assert therapy(quarry, member).status == "pended"
    with pytest.raises(Refused):
        approve_authorization(number=row.number, revision=0, because="fine", by=examiner)
    with pytest.raises(Invalid):
        approve_authorization(number=row.number, revision=0, because=" ", by=nurse)
    granted = approve_authorization(
        number=row.number, revision=0, because="half of it", by=nurse, grants=(Decimal(3), None)
    )
    assert (granted.status, granted.units_count, granted.revision) == ("approved", Decimal(3), 2)
    with pytest.raises(Conflict):
        deny_authorization(number=row.number, revision=0, because="an old page", by=nurse)
    with pytest.raises(Conflict):
        deny_authorization(number=row.number, revision=2, because="too late", by=nurse)
    more = (Decimal(5), date(2026, 7, 31))
    extended = extend_authorization(number=row.number, revision=2, because="swelling", by=nurse, grants=more)
    assert extended.period.upper == date(2026, 8, 1)
    for less in ((Decimal(4), None), (None, date(2026, 7, 1)), (Decimal(5), date(2026, 7, 31))):
        with pytest.raises(Invalid):
            extend_authorization(number=row.number, revision=3, because="less", by=nurse, grants=less)
    with pytest.raises(Invalid):
        close_authorization(number=row.number, revision=3, because="moved", by=nurse, last_on=date(2026, 9, 1))
    closed = close_authorization(number=row.number, revision=3, because="moved", by=nurse, last_on=date(2026, 5, 31))
    assert (closed.status, [int(terms.units_count) for terms in terms_of(nurse, row.number)]) == (
        "closed",
        [5, 5, 3, 6],
    )
    assert therapy(quarry, member, on=date(2026, 6, 1), code="97112").status == "pended"
    assert therapy(quarry, member, on=date(2026, 5, 31), code="97113").status == "approved"
    with pytest.raises(Conflict):
        extend_authorization(
            number=row.number, revision=closed.revision, because="again", by=nurse, grants=(Decimal(9), None)
        )
    actions = AuditEvent.objects.filter(subject_type="claims.authorization").values_list("action", flat=True)
    words = ("requested", "approved", "extended", "closed")
    assert {f"claims.authorization.{word}" for word in words} <= set(actions)


def test_a_denied_request_permits_nothing(quarry: Quarry, nurse: Scope) -> None:
    (member,) = quarry.family()
    row = ask(member, nurse)
    assert balance(row) == (0, 0, 0)
    assert deny_authorization(number=row.number, revision=0, because="not needed", by=nurse).status == "denied"
    assert therapy(quarry, member).status == "pended"
    assert balance(row) == (0, 0, 0)
    assert [one.number for one in authorizations_of(nurse, member_id=member.pk, status="denied")] == [row.number]


@pytest.mark.parametrize(
    "wrong",
    [
        {"units": "0"},
        {"units": "1.005"},
        {"last_on": date(2026, 2, 1)},
        {"code_from": ""},
        {"code_to": "90000"},
        {"npi": "1999999999"},
    ],
)
def test_what_can_not_be_is_refused(quarry: Quarry, nurse: Scope, wrong: dict[str, Any]) -> None:
    with pytest.raises(DomainError):
        ask(quarry.family()[0], nurse, **wrong)
    assert not Authorization.objects.exists()


def test_nobody_asks_for_a_stranger(quarry: Quarry, nurse: Scope) -> None:
    member = quarry.family()[0]
    member.pk += 999
    with pytest.raises(NotFound):
        ask(member, nurse)


def test_claims_that_waited_are_decided_when_it_is_approved(quarry: Quarry, nurse: Scope) -> None:
    (member,) = quarry.family()
    waits = therapy(quarry, member)
    other = therapy(quarry, quarry.family()[0])
    row = permit(member, nurse)
    assert decide_waiting(member_id=member.pk, reason="authorization_missing", because="approved", by=nurse.actor) == [
        member.family_id
    ]
    assert [Claim.objects.get(pk=claim.pk).status for claim in (waits, other)] == ["received", "pended"]
    decide(waits)
    assert (waits.status, balance(row)) == ("approved", (2, 0, 4))
    assert not Pend.objects.filter(claim=waits, status="open").exists()


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    moves=st.lists(
        st.tuples(st.sampled_from(["send", "pend", "void", "answer"]), st.integers(1, 4), st.integers(0, 9)),
        min_size=1,
        max_size=10,
    )
)
def test_the_balance_is_what_the_claims_stand_for(
    quarry: Quarry, nurse: Scope, moves: list[tuple[str, int, int]]
) -> None:
    (member,) = quarry.family()
    row = permit(member, nurse, units="7")
    claims: list[Claim] = []
    units: dict[int, int] = {}
    for place, (move, count, pick) in enumerate(moves):
        if move in ("send", "pend"):
            accident = ("AA",) if move == "pend" else ()
            claim = therapy(quarry, member, count, code=str(97010 + place), accident_codes=accident)
            claims.append(claim)
            units[claim.pk] = count
        elif claims:
            claim = claims[pick % len(claims)]
            claim.refresh_from_db()
            if move == "void" and claim.status != "reversed":
                void_claim(claim_id=claim.pk, by=TESTER, because="sent in error")
            elif move == "answer" and claim.status == "pended":
                open_ones = Pend.objects.filter(claim=claim, status="open")
                word = "allow" if pick % 2 else "deny"
                resolve_pend(
                    claim_id=claim.pk, revision=claim.revision, because="looked at", by=nurse,
                    answers=[Answer(pend.pk, word, None, "") for pend in open_ones],
                )  # fmt: skip
                decide(claim)
    used, held, left = balance(row)
    assert used + held + left == 7
    assert left >= 0
    standing = {claim.pk: claim.status for claim in Claim.objects.filter(member=member)}
    permitted = {entry.claim_id for entry in entries_of(row) if entry.units_count > 0}
    assert used == sum(units[pk] for pk, status in standing.items() if status == "approved" and pk in permitted)
    missing = set(Pend.objects.filter(status="open", reason="authorization_missing").values_list("claim_id", flat=True))
    assert held == sum(units[pk] for pk, status in standing.items() if status == "pended" and pk not in missing)
    assert offences(only=["I3", "I4", "I8"]) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", [1, 2])
def test_eight_workers_never_use_more_than_there_is(nurse: Scope, seed: int) -> None:
    quarry = make_quarry()
    (member,) = quarry.family()
    row = permit(member, nurse, units="20")
    at = datetime(2026, 6, 1, 12, tzinfo=UTC)
    chance = Random(seed)
    submissions = [
        quarry.submission(
            member,
            "200.00",
            code=str(97010 + place),
            units=chance.randint(1, 3),
            on=date(2026, 3, 1) + timedelta(days=place),
            accident_codes=("AA",) if place % 5 == 0 else (),
        )
        for place in range(40)
    ]
    with transaction.atomic():
        ids = [claim.pk for claim in quarry.receive(*submissions, at=at)]
    chance.shuffle(ids)
    pieces = [ids[start : start + 3] for start in range(0, len(ids), 3)]
    failures: list[BaseException] = []

    def worker() -> None:
        try:
            while pieces:
                adjudicate_claims(claim_ids=pieces.pop())
        except BaseException as failure:  # noqa: BLE001 (told by the main thread)
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=worker) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not failures, failures
    found = balances_of([row])[row.number]
    assert isinstance(found, Balance)
    assert found.left_count == 20 - found.used_count - found.reserved_count
    assert 0 <= found.left_count <= 2
    assert offences(only=["I3", "I4", "I8", "I14"]) == []
