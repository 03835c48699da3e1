"""The demonstration's bank: terms, a credit that comes back, an account that is corrected, a check that is voided."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from claims.adjudication.adjudicate_claims import adjudicate_claims
from claims.adjustments.void_payment import OWED_AGAIN, void_payment
from claims.facts import Submission, SubmittedLine, SubmittedPerson, SubmittedProvider
from claims.intake.submit_claim import submit_claim
from claims.payments.bank_desk import instruments_of
from claims.payments.run_payments import run_payments
from claims.payments.set_bank_terms import BankTermsWords, set_bank_terms
from claims.payments.take_returns import take_returns
from claims.payments.write_ach import write_ach
from claims.simulation.population import PROFESSIONAL, PopulationProvider, invent_population
from employers.eligibility.selectors import coverage_facts, members_of
from plans.networks.match_providers import ProviderQuery, match_providers
from plans.networks.payees import payees_by_id
from tpa.demo.cast import ACCOUNT_MANAGER, ROUTING_NUMBER
from tpa.foundation.access import scope_for, system_scope
from tpa.foundation.audit import Actor
from tpa.foundation.models import User

_VISIT, _BILLED = "99213", Decimal("180.00")
_AGREED_ON: Final = date(2026, 1, 1)
_OTHER_ACCOUNT = "5500007788"


def agree(*, claims_account_id: int, company: str, by: Actor) -> None:
    """What the account's bank wants: positive pay as CSV, checks that are stale after half a year."""
    words = BankTermsWords(
        bank_name="RIVER NATIONAL BANK",
        immediate_origin="1987654320",
        company_name=company[:16],
        company_number="1987654320",
        source="treasury services agreement of December 2025",
        positive_pay_layout="csv",
        state_law_applies=False,
    )
    scope = system_scope("demonstration")
    set_bank_terms(claims_account_id=claims_account_id, words=words, from_on=_AGREED_ON, scope=scope, by=by)


def pay_and_hear_back(*, employer_id: int, claims_account_id: int, on: date, by: Actor) -> None:
    """Three visits are paid, two by ACH and one by check. One credit comes back, of one the bank corrects the account,
    and the check, which went astray, is voided."""
    scope = system_scope("demonstration")
    for place, clinic in enumerate(_clinics()):
        accepted = submit_claim(submission=_visit(employer_id, clinic, place, on), origin="paper", by=scope)
        adjudicate_claims(claim_ids=[accepted.claim_id])
    run = run_payments(employer_id=employer_id, on=on, by=by)
    if run is None:
        return
    write_ach(claims_account_ids=[claims_account_id], at=run.issued_at, run_id=run.pk)
    sent = instruments_of(scope).filter(payment__run=run.pk).order_by("pk")
    credits_ = [one for one in sent if one.method == "ach"]
    back = [("R03", one.ach_trace, int(one.amount * 100), "") for one in credits_[:1]]
    back += [("C01", one.ach_trace, 0, _OTHER_ACCOUNT) for one in credits_[1:2]]
    if back:
        take_returns(data=_file(back, on), name=f"returns-{on:%Y%m%d}.ach", origin="demo", by=by)
    manager = scope_for(User.objects.get(email=ACCOUNT_MANAGER))
    for one in [one for one in sent if one.method == "check"][:1]:
        void_payment(instrument_id=one.pk, then=OWED_AGAIN, because="went to a former address", by=manager)


def _clinics() -> list[PopulationProvider]:
    """Three that bill: two are paid by ACH, one by check."""
    population = invent_population(seed=2026, families=0, on=_AGREED_ON)
    billing = [one for one in population.providers if one.kind == PROFESSIONAL]
    found = match_providers([ProviderQuery(npi=one.npi, tin=one.tin, name=one.name) for one in billing])
    paid_to = {one.npi: match.payee_id for one, match in zip(billing, found, strict=True) if match is not None}
    payees = payees_by_id(set(paid_to.values()))
    known = [one for one in billing if one.npi in paid_to]
    by_ach = [one for one in known if payees[paid_to[one.npi]].takes_ach]
    by_check = [one for one in known if not payees[paid_to[one.npi]].takes_ach]
    return [*by_ach[:2], *by_check[:1]]


def _visit(employer_id: int, clinic: PopulationProvider, place: int, on: date) -> Submission:
    people = members_of(system_scope("demonstration"), employer_id=employer_id)
    members = people.filter(relationship="18").order_by("pk")
    ids = [member.pk for member in members]
    covered = coverage_facts(ids)
    patients = [member for member in members if any(one.ends_on is None for one in covered.get(member.pk, []))]
    patient = patients[-1 - place]
    return Submission(
        kind="P",
        patient_control_number=f"VIS{on:%y%m%d}{place}",
        billed_amount=_BILLED,
        subscriber=SubmittedPerson(
            last_name=patient.last_name,
            first_name=patient.first_name,
            number=patient.family.subscriber_number,
            birth_on=patient.birth_on,
            sex=patient.sex,
        ),
        group_number=patient.employer.code,
        billing_provider=SubmittedProvider(name=clinic.name, npi=clinic.npi, tin=clinic.tin, entity=clinic.entity),
        facility_code="11",
        diagnoses=("J069",),
        lines=(
            SubmittedLine(
                number=1,
                billed_amount=_BILLED,
                service_from=on,
                service_to=on,
                procedure_qualifier="HC",
                procedure_code=_VISIT,
                place_of_service="11",
                diagnosis_pointers=(1,),
            ),
        ),
    )


def _file(back: list[tuple[str, str, int, str]], on: date) -> bytes:
    """What the bank sends: returns and notifications of change, in the layout that NACHA has for them."""
    bank = ROUTING_NUMBER[:8]
    records = [f"101 {ROUTING_NUMBER}1987654320{on:%y%m%d}0730A094101{'STEWARD':23}{'RIVER NATIONAL BANK':23}"]
    for batch, (code, trace, cents, corrected) in enumerate(back, 1):
        kind, sec = ("99", "CCD") if code[0] == "R" else ("98", "COR")
        own = f"{bank}{batch:07d}"
        end = f"{cents:012d}"
        records += [
            f"5200{'STEWARD':16}{'':20}1987654320{sec}HCCLAIMPMT{on:%y%m%d}{on:%y%m%d}   1{bank}{batch:07d}",
            f"621{ROUTING_NUMBER}{'':17}{cents:010d}{'':15}{'':22}  1{own}",
            f"7{kind}{code}{trace}{'':6}{bank}{corrected:44}{own}",
            f"8200{2:06d}{int(bank):010d}{0:012d}{end}1987654320{'':25}{bank}{batch:07d}",
        ]
    total = sum(cents for _code, _trace, cents, _corrected in back)
    hashed = int(bank) * len(back) % 10**10
    records.append(f"9{len(back):06d}{1:06d}{2 * len(back):08d}{hashed:010d}{0:012d}{total:012d}")
    return "".join(f"{record:94}\r\n" for record in records).encode("ascii")
