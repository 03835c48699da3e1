"""The demonstration world: built by the house's own verbs, the same each time, with everybody whom the files name."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from claims.edi.x837 import read_claims
from claims.facts import Submission
from employers.edi.guides import INBOUND
from employers.eligibility.load_834_set import LOAD_834, load_834_set
from employers.eligibility.match_members import MemberQuery, match_members
from employers.eligibility.selectors import coverage_facts, members_covered
from employers.models import (
    Coverage,
    EligibilityFile,
    Employer,
    FundingRequest,
    FundingTerms,
    LedgerEntry,
    LedgerTransaction,
    Member,
    OtherCoverage,
)
from plans.models import FeeRate, NetworkParticipation, PlanVersion, Provider
from plans.networks.match_providers import ProviderQuery, match_providers
from plans.networks.selectors import participation_facts, rates_for
from tpa.demo.cast import INVENTED, PASSWORD, USERS
from tpa.demo.clock import at
from tpa.demo.population import generate_population
from tpa.demo.real_files import OWN, demo_files
from tpa.demo.world import LAST_CLOSED_MONTH, build_world, world_exists
from tpa.foundation import work
from tpa.foundation.access import scope_for
from tpa.foundation.audit import Actor, verify_chain
from tpa.foundation.edi_files import OPEN_FILE, keep_file
from tpa.foundation.models import Document, EdiFile, RoleGrant, User
from tpa.foundation.open_file import open_file, transaction_of
from tpa.foundation.values.identifiers import is_npi, is_tin
from tpa.foundation.x12 import envelope
from tpa.foundation.x12.envelope_model import EnvelopeFinding
from tpa.foundation.x12.tokens import read_set
from tpa.models import Contract, Invoice, InvoiceDispute, InvoiceLine, StopLossNotice, StopLossRequest

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def _world(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        build_world(members=90)
        yield
        transaction.set_rollback(True)


def submissions() -> Iterator[Submission]:
    for path in demo_files():
        with path.open("rb") as stream:
            for reference in list(envelope.transaction_sets(stream)):
                assert not isinstance(reference, EnvelopeFinding)
                kind = transaction_of(reference.identifier, reference.convention)
                if kind in ("837P", "837I", "837D"):
                    segments = read_set(stream, reference.offset, reference.length, reference.delimiters)
                    yield from (
                        claim.submission
                        for claim in read_claims(segments, reference.delimiters, kind)
                        if claim.submission is not None
                    )


def test_three_kinds_of_employers_with_contracts_plans_and_accounts():
    for cast in INVENTED:
        employer = Employer.objects.get(code=cast.code)
        assert employer.funding_mode == cast.funding_mode
        assert employer.divisions.count() == len(cast.divisions)
        assert PlanVersion.objects.get(plan__code=cast.plan_code).status == "published"
        contract = Contract.objects.get(employer=employer)
        assert (contract.status, contract.fees.count()) == ("in_force", len(cast.fees))
        assert len(members_covered(employer.pk, date(2026, 6, 1))) > 5
    assert len({cast.funding_mode for cast in INVENTED}) == 3


def test_about_as_many_members_as_wanted_and_a_year_of_changes():
    invented = Member.objects.filter(employer__code__in=[cast.code for cast in INVENTED])
    assert 90 <= invented.count() <= 220
    assert Coverage.objects.filter(superseded_at__isnull=False).count() > 20
    reasons = set(Coverage.objects.values_list("reason", flat=True))
    assert reasons >= {"new hire", "birth", "marriage"}
    assert OtherCoverage.objects.exists()
    months = EligibilityFile.objects.filter(name__startswith="changes-2026").values_list(
        "received_at__month", flat=True
    )
    assert set(months) == set(range(1, 12))
    last = EligibilityFile.objects.filter(name="changes-2026-11.csv").first()
    assert last is not None
    assert last.refused_count == 2, "something to put right"


def test_what_was_recorded_is_recorded_on_its_day_and_never_in_the_future():
    assert Coverage.objects.filter(recorded_at__lt=datetime(2025, 12, 31, tzinfo=UTC)).exists()
    assert not Coverage.objects.filter(recorded_at__gt=datetime(2026, 11, 25, tzinfo=UTC)).exists()
    known = members_covered(Employer.objects.get(code="CASC01").pk, date(2026, 3, 1), datetime(2026, 1, 2, tzinfo=UTC))
    assert known, "the world can be read as it was known in January"


def test_months_were_closed_with_retro_lines_and_invoices_paid_but_the_last():
    months = Invoice.objects.filter(employer__code="CASC01").values_list("close__month_on", flat=True)
    assert set(months) == {date(2026, month, 1) for month in range(1, LAST_CLOSED_MONTH.month + 1)}
    assert InvoiceLine.objects.filter(kind="retro").exists()
    open_ones = Invoice.objects.filter(status="issued").values_list("close__month_on", flat=True)
    assert set(open_ones) == {LAST_CLOSED_MONTH}


def test_accounts_are_funded_in_several_ways_and_a_request_waits_for_two_people():
    modes = dict(FundingTerms.objects.values_list("employer__code", "mode"))
    assert (modes["CASC01"], modes["MEAD01"], modes["OPEN01"]) == ("imprest", "level", "own_account")
    assert "GRAN01" not in modes, "what the TPA advances is on the invoice"
    (asked,) = FundingRequest.objects.all()
    assert (asked.status, asked.employer.code, asked.wanted_count) == ("raised", "CASC01", 2)


def test_the_ledger_balances_and_accounts_hold_money():
    assert LedgerEntry.objects.aggregate(sum=Sum("amount"))["sum"] == 0
    assert LedgerTransaction.objects.filter(kind="deposit").count() > 10
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_the_audit_trail_is_unbroken():
    assert not verify_chain().breaks


def test_providers_have_numbers_that_can_be_and_take_part_in_two_networks():
    invented = Provider.objects.filter(npi__startswith="19001").select_related("payee")
    assert invented.count() >= 30
    for provider in invented:
        assert is_npi(provider.npi)
        assert provider.payee is not None
        assert is_tin(provider.payee.tin)
    assert set(NetworkParticipation.objects.values_list("network__code", flat=True)) == {"evergreen", "summit"}
    assert set(FeeRate.objects.values_list("method", flat=True)) == {
        "fee",
        "percent_of_billed",
        "percent_of_reference",
        "per_diem",
        "case_rate",
    }


def test_everybody_whom_the_files_name_is_found_and_covered_on_the_day_of_service():
    asked = list(submissions())
    assert len(asked) >= 25
    queries = []
    for submission in asked:
        patient = submission.patient or submission.subscriber
        queries.append(
            MemberQuery(
                subscriber_number=submission.subscriber.number,
                group_number=submission.group_number,
                relationship=submission.relationship,
                last_name=patient.last_name,
                first_name=patient.first_name,
                birth_on=patient.birth_on,
                sex=patient.sex,
                own_number=patient.number if submission.patient else "",
                on=submission.service_from,
            )
        )
    found = match_members(queries)
    for submission, match in zip(asked, found, strict=True):
        assert match.fact is not None, (submission.patient_control_number, match.code)
        on = submission.service_from
        coverages = coverage_facts([match.fact.member_id])[match.fact.member_id]
        covered = [fact for fact in coverages if fact.starts_on <= on and (fact.ends_on is None or on < fact.ends_on)]
        assert covered, (submission.patient_control_number, on)


def test_whoever_bills_in_the_files_is_known_and_priced():
    for submission in submissions():
        billing = submission.billing_provider
        query = ProviderQuery(npi=billing.npi, tin=billing.tin, name=billing.name)
        [match] = match_providers([query])
        assert match is not None, billing.npi
        on = submission.service_from
        parts = participation_facts([match.provider_id], on, on).get(match.provider_id, [])
        assert parts or billing.npi.startswith("19001"), "of the invented some take part in no network"
        for part in parts:
            line = submission.lines[0]
            book = rates_for([part.schedule_id], [line.procedure_code, line.revenue_code], on, on)
            assert book.find(part.schedule_id, on=on, code=line.procedure_code, revenue_code=line.revenue_code)


@pytest.mark.parametrize("path", [path for path in demo_files() if "834" in path.name], ids=lambda path: path.name)
def test_the_834_files_find_their_sponsor_and_are_applied(path):
    file, _new = keep_file(chunks=[path.read_bytes()], name=path.name, origin="demo")
    open_file(file_id=file.pk, shelf=INBOUND, kinds={"834": LOAD_834})
    for row in file.sets.filter(status="received"):
        load_834_set(set_id=row.pk)
    accepted = [row for row in file.sets.all() if row.ack_code == "A"]
    reports = EligibilityFile.objects.filter(transaction_set__in=accepted)
    assert all(report.status == "applied" for report in reports)
    if path.parent == OWN:
        [report] = reports
        assert report.refused_count == 0
        assert report.added_count + report.changed_count + report.ended_count > 0


def test_people_sign_in_with_their_role_at_their_employer():
    for one in USERS:
        user = User.objects.get(email=one.email)
        assert user.check_password(PASSWORD) == (one.role != "partner")
        grant = RoleGrant.objects.get(user=user)
        code = Employer.objects.get(pk=grant.employer_id).code if grant.employer_id else ""
        assert (grant.role, code) == (one.role, one.employer_code)


def test_building_again_changes_nothing_and_the_sign_ins_are_printed():
    before = Member.objects.count()
    assert world_exists()
    told = io.StringIO()
    call_command("demo_world", stderr=told)
    assert "already" in told.getvalue()
    call_command("demo_world", "--if-absent")
    assert Member.objects.count() == before
    out = io.StringIO()
    call_command("demo_signins", stdout=out)
    assert PASSWORD in out.getvalue()
    assert "employer HR of Cascade Outfitters" in out.getvalue()
    with pytest.raises(CommandError):
        call_command("demo_world", "--members", "3")


def test_one_employer_disputes_a_line_of_its_last_invoice():
    [dispute] = InvoiceDispute.objects.select_related("invoice", "line")
    assert dispute.status == InvoiceDispute.Status.OPEN
    assert dispute.employer.code == "GRAN01"
    assert dispute.amount == 2 * dispute.line.rate_amount
    assert dispute.opened_by == str(scope_for(User.objects.get(email="finance@granite.example.org")).actor)


def test_its_first_claims_arrive_once():
    files = EdiFile.objects.filter(origin="drop")
    call_command("demo_arrivals")
    kept = list(files)
    assert kept
    assert work.waiting(OPEN_FILE)
    call_command("demo_arrivals")  # no file is opened yet: the same ones are known
    assert files.count() == len(kept)
    open_file(file_id=kept[0].pk, shelf=INBOUND, kinds={})
    told = io.StringIO()
    call_command("demo_arrivals", stderr=told)
    assert not told.getvalue()


def test_a_population_of_any_size_is_enrolled_with_its_providers():
    employer = Employer.objects.get(code="MEAD01")
    network = NetworkParticipation.objects.filter(network__code="summit").values_list("network_id", "schedule_id")[0]
    made = generate_population(
        employer_id=employer.pk,
        group="MEAD01",
        plan="meadow-epo",
        families=40,
        starts_on=date(2026, 1, 1),
        seed=9,
        networks=(network,),
        by=Actor.system("tests"),
    )
    numbers = [family.subscriber_number for family in made.families]
    enrolled = Member.objects.filter(family__subscriber_number__in=numbers, employer=employer)
    assert enrolled.count() == sum(len(family.members) for family in made.families)
    assert all(Provider.objects.filter(npi=one.npi).exists() for one in made.providers)


def test_the_clock_goes_on_from_its_moment_and_back_to_now():
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    with at(moment):
        first = timezone.now()
        assert moment <= first < timezone.now() < datetime(2026, 3, 1, 13, tzinfo=UTC)
        assert timezone.localdate() == date(2026, 3, 1)
    assert timezone.now() > datetime(2026, 6, 1, tzinfo=UTC)


def test_the_carrier_was_asked_for_what_is_above_the_laser():
    every = list(StopLossRequest.objects.order_by("pk"))
    assert {one.status for one in every} == {StopLossRequest.Status.FILED}
    assert all(one.filed_on and one.prove_by_on and one.filed_on <= one.prove_by_on for one in every), "in time"
    asked = every[0]
    assert asked.attachment_amount == Decimal("60000.00")
    assert asked.requested_amount > 0
    assert Document.objects.filter(subject_type="tpa.stoplossrequest", subject_id=asked.pk).exists()
    assert {notice.kind for notice in StopLossNotice.objects.all()} == {"percent", "diagnosis"}
