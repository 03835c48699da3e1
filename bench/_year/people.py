"""What people decide in the year: questions answered, late enrolments acted on, a group that leaves at midsummer."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from django.utils import timezone

from bench._year.intake import drain
from bench._year.world import BY, House, World
from claims.adjudication.ask_decision import DECIDE
from claims.adjudication.engine.reasons import REASONS
from claims.models import Claim, Pend, Reprocessing
from claims.reprocessing.approve_reprocessing import REPROCESS, approve_reprocessing
from claims.reprocessing.compare_families import compare_families
from claims.reprocessing.list_claims import COMPARE, list_claims
from claims.reprocessing.propose_reprocessing import LIST_CLAIMS, propose_reprocessing
from claims.reprocessing.reprocess_families import reprocess_families
from claims.review.resolve_pend import Answer, resolve_pend
from claims.tasks import _decide
from employers.eligibility.age_out_dependents import age_out_dependents
from employers.eligibility.end_coverage import end_coverage
from employers.eligibility.load_csv import load_csv
from employers.eligibility.selectors import coverage_facts, members_of
from tpa.contracts.end_contract import end_contract
from tpa.foundation.access import system_scope


def answer(world: World, rng: Random, *, on: date) -> int:
    """Examiners answer most of what waits for a week or longer; returns how many claims went on."""
    waiting = Claim.objects.filter(status=Claim.Status.PENDED, received_on__lte=on - timedelta(days=7)).order_by("pk")
    done = 0
    for claim_id, revision in list(waiting.values_list("pk", "revision")):
        if rng.random() < 0.25:
            continue
        pends = Pend.objects.filter(claim=claim_id, status=Pend.Status.OPEN).order_by("pk")
        answers = [_answer(pend, rng) for pend in pends]
        if any(one is None for one in answers):
            continue
        resolve_pend(
            claim_id=claim_id,
            revision=revision,
            answers=[one for one in answers if one is not None],
            because="records reviewed",
            by=world.people["first"],
        )
        done += 1
    drain(DECIDE, _decide)
    return done


def _answer(pend: Pend, rng: Random) -> Answer | None:
    reason = REASONS[pend.reason]
    if not reason.answers:
        return None
    if "price" in reason.answers:
        return Answer(pend.pk, "price", Decimal(rng.randint(2000, 20000)) / 100)
    if "allow" in reason.answers and rng.random() < 0.7:
        return Answer(pend.pk, "allow")
    return Answer(pend.pk, "deny", carc=reason.denial.carc)


def tell(house: House, on: date) -> None:
    """The employer's file of the month: hired, left, born, married, moved; a third of who left is told too late."""
    age_out_dependents(employer_id=house.employer_id, on=on, by=BY)
    for number, year in enumerate(house.years):
        name = f"changes-{number}-{on:%Y-%m}.csv"
        load_csv(employer_id=house.employer_id, data=year.month(on.month), name=name, by=BY)


def decide_anew(world: World, house: House, *, since: date) -> int:
    """What was learned since a day is acted on: a list of claims that come out otherwise, approved by a second one."""
    at = timezone.make_aware(datetime(since.year, since.month, since.day))
    row = propose_reprocessing(
        employer_id=house.employer_id, since=at, because="monthly file", by=world.people["first"]
    )
    drain(LIST_CLAIMS, lambda piece: list_claims(reprocessing_id=piece["reprocessing"]))
    drain(COMPARE, lambda piece: compare_families(reprocessing_id=piece["reprocessing"], families=piece["families"]))
    row.refresh_from_db()
    assert row.status == Reprocessing.Status.PROPOSED, row.status
    approve_reprocessing(
        reprocessing_id=row.pk, revision=row.revision, because="told late", by=world.people["second"]
    )  # fmt: skip
    drain(
        REPROCESS,
        lambda piece: reprocess_families(reprocessing_id=piece["reprocessing"], family_ids=piece["families"]),
    )
    drain(DECIDE, _decide)
    row.refresh_from_db()
    assert row.status == Reprocessing.Status.DONE, row.status
    return row.claim_count


def leave(house: House, *, ends_on: date) -> None:
    """The employer leaves: its contract ends, and everybody's coverage with it."""
    end_contract(contract_id=house.contract_ids[0], ends_on=ends_on, by=BY, because="another administrator")
    members = members_of(system_scope("year"), employer_id=house.employer_id).filter(relationship="18")
    ids = list(members.order_by("pk").values_list("pk", flat=True))
    covered = coverage_facts(ids)
    for member_id in ids:
        if any(one.ends_on is None or one.ends_on > ends_on for one in covered.get(member_id, [])):
            last_on = ends_on - timedelta(days=1)
            end_coverage(member_id=member_id, last_on=last_on, because="the employer leaves", by=BY)
