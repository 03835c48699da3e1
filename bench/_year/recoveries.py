"""Money that comes back in the year: what auditors find and what becomes of it, and accidents that others pay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from random import Random
from typing import Final

from django.db import connection

from bench._year.cast import FIRST
from bench._year.world import House, World
from claims.models import Overpayment, ThirdPartyCase
from claims.recoveries.open_overpayment import FoundLine, open_overpayment
from claims.recoveries.open_third_party_case import open_third_party_case
from claims.recoveries.pick_claims import judge_claim
from claims.recoveries.receive_third_party_money import receive_third_party_money
from claims.recoveries.record_refund import bounce_refund, record_refund
from claims.recoveries.request_overpayment import request_overpayment
from claims.recoveries.selectors import standing_of
from claims.recoveries.set_recovery_terms import TermsWords, set_recovery_terms
from claims.recoveries.set_subrogation_terms import SubrogationWords, set_subrogation_terms
from claims.recoveries.settle_third_party_case import settle_third_party_case
from claims.recoveries.settlement import Settlement
from claims.recoveries.work_third_party_case import PartyWords, add_party, note_step, record_answer, tell_lien
from claims.recoveries.write_off_overpayment import approve_write_off, write_off_overpayment

Status = Overpayment.Status
D = Decimal
# Whether payments may be reduced, and after how many days of the letter; of one employer nothing was agreed.
OFFSETS: Final = {"ALDER": (True, 30), "HAZEL": (True, 0), "DOGWOOD": (False, 0)}
AUDITED: Final = ("ALDER", "DOGWOOD", "HAZEL", "KATSURA")
# Plan clauses on third parties: made whole, common fund, per cent that the administrator keeps.
CLAUSES: Final = {"ALDER": (False, True, D(0)), "HAZEL": (True, False, D(0)), "DOGWOOD": (False, True, D(15))}
ACCIDENTS_ON: Final = date(2026, 1, 19)
OPENED, TOLD, SETTLED, FIRST_CHECK, LAST_CHECK = (
    date(2026, 7, 14), date(2026, 8, 11), date(2026, 9, 15), date(2026, 10, 13), date(2027, 1, 12),
)  # fmt: skip

# What was paid some weeks ago and stands, of which nothing was found yet.
_AUDITABLE = """
SELECT c.claim_number, i.amount FROM claims_payment p JOIN claims_paymentitem i ON i.payment_id = p.id
  JOIN claims_claim c ON c.id = i.claim_id AND c.status = 'paid'
  JOIN LATERAL (SELECT id FROM claims_decision WHERE claim_id = c.id ORDER BY number DESC LIMIT 1) d
    ON d.id = i.decision_id
 WHERE p.employer_id = %s AND p.paid_on BETWEEN %s::date - 100 AND %s::date - 10 AND i.amount >= 60
   AND NOT EXISTS (SELECT 1 FROM claims_overpaymentline l WHERE l.claim_id = c.id)
   AND NOT EXISTS (SELECT 1 FROM claims_thirdpartyclaim t WHERE t.claim_id = c.id)
 ORDER BY c.id
"""
# A costly person's claims that were paid, and what stands paid of them.
_OF_PERSON = """
SELECT c.claim_number, i.amount FROM claims_claim c
  JOIN LATERAL (SELECT id FROM claims_decision WHERE claim_id = c.id ORDER BY number DESC LIMIT 1) d ON true
  JOIN claims_paymentitem i ON i.decision_id = d.id AND i.amount > 0
 WHERE c.member_id = %s AND c.status = 'paid' AND c.service_from >= %s
   AND NOT EXISTS (SELECT 1 FROM claims_overpaymentline l WHERE l.claim_id = c.id) ORDER BY c.id LIMIT 3
"""
# Who of the employer's people had most paid since the accident, of whom no policy speaks by name.
_MEMBER = """
SELECT c.member_id FROM claims_claim c
  JOIN LATERAL (SELECT id FROM claims_decision WHERE claim_id = c.id ORDER BY number DESC LIMIT 1) d ON true
  JOIN claims_paymentitem i ON i.decision_id = d.id AND i.amount > 0
  JOIN employers_member m ON m.id = c.member_id JOIN employers_family f ON f.id = m.family_id
 WHERE c.employer_id = %s AND f.subscriber_number <> %s AND c.status = 'paid' AND c.service_from >= %s
   AND NOT EXISTS (SELECT 1 FROM claims_overpaymentline l WHERE l.claim_id = c.id)
 GROUP BY 1 ORDER BY sum(i.amount) DESC, 1 LIMIT 1
"""


@dataclass(slots=True)
class Agreed:
    """A settlement as it was made: the employer, the lien by our own sum, the settlement, what the verb agreed."""

    house: str
    number: str
    lien: Decimal
    settlement: Settlement
    agreed: Decimal


@dataclass(slots=True)
class Recovered:
    """What the recoveries' desk did: how often what, and the settlements it made."""

    counts: Counter[str] = field(default_factory=Counter)
    settled: list[Agreed] = field(default_factory=list)


def agree_recoveries(world: World) -> None:
    """Terms about offsets, and what plan documents say of third parties."""
    by = world.people["first"]
    for code, (allowed, days) in OFFSETS.items():
        words = TermsWords(FIRST, "Agreement, article 8", allowed, days)
        set_recovery_terms(employer_id=world.house(code).employer_id, words=words, by=by)
    for code, (whole, fund, percent) in CLAUSES.items():
        said = SubrogationWords(FIRST, "Plan document, 9.4", whole, fund, percent)
        set_subrogation_terms(employer_id=world.house(code).employer_id, words=said, by=by)


def audit(world: World, recovered: Recovered, on: date, rng: Random) -> None:
    """A month's audit: of a claim or two of each employer some was too much, or all of it."""
    by = world.people["first"]
    for code in AUDITED:
        house = world.house(code)
        with connection.cursor() as cursor:
            cursor.execute(_AUDITABLE, [house.employer_id, on, on])
            paid = cursor.fetchall()
        for number, amount in rng.sample(paid, min(len(paid), rng.randint(0, 2))):
            is_all = rng.random() < 0.25
            found = amount if is_all else (amount * rng.randint(10, 60) / 100).quantize(D("0.01"))
            open_overpayment(
                found=[FoundLine(number, found)],
                reason=Overpayment.Reason.DUPLICATE if is_all else Overpayment.Reason.AUDIT,
                because="paid twice" if is_all else "priced by the wrong schedule",
                by=by,
            )
            recovered.counts["found"] += 1


def work_cases(world: World, recovered: Recovered, on: date, rng: Random) -> None:
    """The desk's month: letters go out; of what was asked for some is refunded, more or less of it, or given up."""
    by, other = world.people["first"], world.people["second"]
    cases = Overpayment.objects.filter(status__in=[Status.OPEN, Status.REQUESTED]).order_by("pk")
    for row in list(cases):
        owed = standing_of(row).open_amount
        if owed <= 0:
            continue
        if row.status == Status.OPEN:
            request_overpayment(number=row.number, revision=row.revision, by=by, on=on)
            recovered.counts["asked for"] += 1
            continue
        chance = rng.random()
        if chance < 0.25:
            # As a rule all that is owed; sometimes half of it, sometimes more than is owed.
            amount = (
                (owed / 2).quantize(D("0.01")) if chance < 0.06 and owed > 1 else owed + (5 if chance < 0.09 else 0)
            )
            entry = record_refund(
                number=row.number, revision=row.revision, amount=amount, check_number=f"{on:%y%m}{row.pk}",
                received_on=on, by=by,
            )  # fmt: skip
            recovered.counts["refunded"] += 1
            if chance < 0.03:
                row.refresh_from_db()
                bounce_refund(
                    number=row.number, revision=row.revision, entry_id=entry.pk, on=on, because="no funds", by=by
                )
                recovered.counts["bounced"] += 1
        elif chance < 0.32:
            write_off_overpayment(number=row.number, revision=row.revision, amount=owed, because="too old", by=by)
            row.refresh_from_db()
            approve_write_off(number=row.number, revision=row.revision, by=other)
            recovered.counts["given up"] += 1


def pursue(world: World, recovered: Recovered, costly: dict[str, list[str]], on: date) -> None:
    """The steps of the year's third-party cases, each on its day: one accident of each employer with a clause."""
    steps: dict[date, Callable[[House, Recovered, list[str], World], None]] = {
        OPENED: _open, TOLD: _tell, SETTLED: _settle, FIRST_CHECK: _first_check, LAST_CHECK: _last_check,
    }  # fmt: skip
    if on in steps:
        for code in CLAUSES:
            steps[on](world.house(code), recovered, costly[code], world)


def _open(house: House, recovered: Recovered, costly: list[str], world: World) -> None:
    by = world.people["first"]
    with connection.cursor() as cursor:
        cursor.execute(_MEMBER, [house.employer_id, costly[0], ACCIDENTS_ON])
        [(member_id,)] = cursor.fetchall()
        cursor.execute(_OF_PERSON, [member_id, ACCIDENTS_ON])
        paid = cursor.fetchall()
    row = open_third_party_case(
        member_id=member_id, accident_on=ACCIDENTS_ON, kind="auto", because="police report", by=by
    )
    for number, _amount in paid:
        row.refresh_from_db()
        judge_claim(
            number=row.number, revision=row.revision, claim_number=number, is_related=True, because="same injury", by=by
        )
    row.refresh_from_db()
    record_answer(number=row.number, revision=row.revision, is_liable=True, because="rear-ended", by=by)
    recovered.counts["accidents"] += 1


def _case(house: House) -> ThirdPartyCase:
    return ThirdPartyCase.objects.get(employer=house.employer_id)


def _tell(house: House, _recovered: Recovered, _costly: list[str], world: World) -> None:
    by, row = world.people["first"], _case(house)
    party = PartyWords("attorney", "Ida Quill", "2 Court Square", "Dayton", "OH", "45402", reference="Q-77")
    add_party(number=row.number, revision=row.revision, party=party, by=by)
    row.refresh_from_db()
    tell_lien(number=row.number, revision=row.revision, by=by)
    row.refresh_from_db()
    note_step(number=row.number, revision=row.revision, kind="demand", because="all of it", amount=D(90000), by=by)


# What stands paid of the related claims: payments less what took them back, less what was found too much of them.
_LIEN = """
SELECT coalesce(sum(i.amount), 0) - coalesce((SELECT sum(l.amount) FROM claims_overpaymentline l
         JOIN claims_overpayment o ON o.id = l.overpayment_id AND o.reason <> 'reversed'
        WHERE l.claim_id IN (SELECT claim_id FROM claims_thirdpartyclaim WHERE case_id = %s AND is_related)), 0)
  FROM claims_paymentitem i JOIN claims_thirdpartyclaim t ON t.claim_id = i.claim_id
 WHERE t.case_id = %s AND t.is_related
"""


def _settle(house: House, recovered: Recovered, _costly: list[str], world: World) -> None:
    by, row = world.people["first"], _case(house)
    with connection.cursor() as cursor:
        cursor.execute(_LIEN, [row.pk, row.pk])
        lien = cursor.fetchone()[0]
    amount = (lien * D("1.35")).quantize(D(1))
    fees = (amount / 3).quantize(D("0.01"))
    settlement = Settlement(amount, fees, (lien * D("1.6")).quantize(D("0.01")))
    done = settle_third_party_case(
        number=row.number, revision=row.revision, settlement=settlement, because="mediated", by=by
    )
    assert done.agreed_amount is not None
    recovered.settled.append(Agreed(house.code, row.number, lien, settlement, done.agreed_amount))
    recovered.counts["settled"] += 1


def _first_check(house: House, recovered: Recovered, _costly: list[str], world: World) -> None:
    row = _case(house)
    assert row.agreed_amount is not None
    _receive(row, (row.agreed_amount * D("0.6")).quantize(D("0.01")), FIRST_CHECK, recovered, world)


def _last_check(house: House, recovered: Recovered, _costly: list[str], world: World) -> None:
    """The rest, and what is beyond it: that is the member's."""
    row = _case(house)
    assert row.agreed_amount is not None
    rest = row.agreed_amount - (row.agreed_amount * D("0.6")).quantize(D("0.01"))
    _receive(row, rest + D("120.35"), LAST_CHECK, recovered, world)


def _receive(row: ThirdPartyCase, amount: Decimal, on: date, recovered: Recovered, world: World) -> None:
    receive_third_party_money(
        number=row.number, revision=row.revision, amount=amount, check_number=f"{on:%y%m%d}", received_on=on,
        by=world.people["second"],
    )  # fmt: skip
    recovered.counts["checks of third parties"] += 1
