"""The demonstration's stop-loss: a policy with a laser, a costly treatment every month, and a request that is filed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from django.db.models import Sum

from claims.adjudication.adjudicate_claims import adjudicate_claims
from claims.facts import Submission, SubmittedLine, SubmittedPerson, SubmittedProvider
from claims.intake.submit_claim import submit_claim
from claims.payments.run_payments import run_payments
from claims.simulation.population import PROFESSIONAL, PopulationProvider, invent_population
from employers.eligibility.selectors import coverage_facts, members_of
from tpa.foundation.access import system_scope
from tpa.foundation.audit import Actor
from tpa.foundation.values.periods import Period
from tpa.models import StopLossPolicy
from tpa.stoploss.assemble_request import assemble_request
from tpa.stoploss.draft_policy import draft_policy
from tpa.stoploss.file_request import file_request
from tpa.stoploss.policy_words import AggregateWords, Carrier, ClockTerms, NoticeTerms, PolicyWords, SpecificWords
from tpa.stoploss.raise_notices import raise_notices
from tpa.stoploss.reckon_standings import reckon_standings
from tpa.stoploss.reckoning.windows import windows
from tpa.stoploss.sign_policy import sign_policy
from tpa.stoploss.write_packet import write_packet

TERM: Final = Period(date(2026, 1, 1), date(2027, 1, 1))
# An infusion every month from February on: an antibody, for leukemia.
TREATED_MONTHS: Final = range(2, 8)
_CODE, _DIAGNOSIS, _BILLED = "J9301", "C9110", Decimal("24000.00")
_TRIGGERS = (
    ("C81", "C96", "lymphoma, leukemia"),
    ("D66", "D68", "hemophilia, coagulation"),
    ("N17", "N19", "kidney failure"),
    ("P070", "P073", "extreme immaturity"),
    ("T31", "T32", "extensive burns"),
    ("Z94", "Z94", "transplant"),
)
_FACTORS = (("EE", "420.00"), ("ES", "880.00"), ("EC", "760.00"), ("FAM", "1240.00"))


def insure(*, employer_id: int, by: Actor) -> int:
    """Sign a policy with a laser for the person who is treated; returns its id."""
    words = PolicyWords(
        number="HR-2026-4471",
        carrier=Carrier("Harbor Reinsurance", "1 Pier Street", "Boston, MA 02110"),
        term=TERM,
        notice=NoticeTerms(
            percent=Decimal(50),
            stay_days=7,
            follow_up_days=30,
            follow_up_amount=Decimal("500.00"),
            triggers=_TRIGGERS,
        ),
        clock=ClockTerms(proof_days=90, proof_unit="days", radar_days=60),
        specific=SpecificWords(
            section="Part II A",
            windows=windows(TERM, run_out_months=3),
            deductible_amount=Decimal("40000.00"),
            lasers=((_patient_id(employer_id), Decimal("60000.00")),),
        ),
        aggregate=AggregateWords(
            section="Part II B",
            windows=windows(TERM),
            factors=tuple((tier, Decimal(amount)) for tier, amount in _FACTORS),
            corridor_percent=Decimal(125),
            minimum_percent=Decimal(90),
            has_accommodation=True,
        ),
    )
    policy = draft_policy(employer_id=employer_id, words=words, by=by)
    return sign_policy(policy_id=policy.pk, signed_on=date(2025, 12, 15), by=by).pk


def treat(*, employer_id: int, on: date, by: Actor) -> None:
    """The month's infusion: submitted, decided, and paid as far as the account can fund it."""
    scope = system_scope("demonstration")
    accepted = submit_claim(submission=_infusion(employer_id, on), origin="paper", by=scope)
    adjudicate_claims(claim_ids=[accepted.claim_id])
    run_payments(employer_id=employer_id, on=on, by=by)


def ask(*, policy_id: int, on: date, by: Actor) -> None:
    """Where everybody stands, what the carrier must hear, and what more it owes than it was asked for: asked at once,
    so that the proof is there in time."""
    policy = StopLossPolicy.objects.get(pk=policy_id)
    found = reckon_standings(policy_id=policy.pk, on=on)
    raise_notices(policy_id=policy.pk, on=on, by=by)
    for person in found.specific.persons if found.specific else ():
        before = policy.requests.filter(member=person.member_id).aggregate(sum=Sum("requested_amount"))["sum"]
        if person.reimbursable_amount > (before or 0):
            asked = assemble_request(policy_id=policy.pk, member_id=person.member_id, on=on, by=by)
            write_packet(request_id=asked.pk)
            file_request(request_id=asked.pk, filed_on=on, by=by)


def _patient_id(employer_id: int) -> int:
    """The first subscriber whose coverage has no end."""
    members = members_of(system_scope("demonstration"), employer_id=employer_id).filter(relationship="18")
    ids = sorted(member.pk for member in members)
    covered = coverage_facts(ids)
    return next(pk for pk in ids if any(one.ends_on is None for one in covered.get(pk, [])))


def _infusion(employer_id: int, on: date) -> Submission:
    members = members_of(system_scope("demonstration"), employer_id=employer_id)
    patient = members.get(pk=_patient_id(employer_id))
    return Submission(
        kind="P",
        patient_control_number=f"INF{on:%y%m%d}",
        billed_amount=_BILLED,
        subscriber=SubmittedPerson(
            last_name=patient.last_name,
            first_name=patient.first_name,
            number=patient.family.subscriber_number,
            birth_on=patient.birth_on,
            sex=patient.sex,
        ),
        group_number=patient.employer.code,
        billing_provider=_provider(),
        facility_code="11",
        diagnoses=(_DIAGNOSIS,),
        lines=(
            SubmittedLine(
                number=1,
                billed_amount=_BILLED,
                service_from=on,
                service_to=on,
                procedure_qualifier="HC",
                procedure_code=_CODE,
                place_of_service="11",
                diagnosis_pointers=(1,),
            ),
        ),
    )


def _provider() -> SubmittedProvider:
    clinic: PopulationProvider = next(
        one for one in invent_population(seed=2026, families=0, on=TERM.start).providers if one.kind == PROFESSIONAL
    )
    return SubmittedProvider(name=clinic.name, npi=clinic.npi, tin=clinic.tin, entity=clinic.entity)
