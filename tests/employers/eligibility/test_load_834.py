"""An 834 that arrived: accepted or rejected whole, taken over record by record, with a report of what did not fit."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import time_machine

from employers.edi.guides import INBOUND
from employers.eligibility.load_834_set import LOAD_834, load_834_set
from employers.eligibility.selectors import coverage_facts
from employers.models import Coverage, EligibilityFile, EligibilityProblem, Employer, EmployerAlias, Member
from tests.factories.employers import make_employer, offer
from tests.factories.plans import make_plan
from tpa.foundation.edi_files import keep_file
from tpa.foundation.models import EdiFile, TransactionSet
from tpa.foundation.open_file import open_file
from tpa.foundation.work import waiting
from tpa.foundation.x12.writer import OutGroup, OutSet, Parties, write_interchange

pytestmark = pytest.mark.django_db
SHARED = Path(__file__).resolve().parents[4] / "shared" / "edi" / "834"
AT = datetime(2026, 4, 1, 12, tzinfo=UTC)
EIN = "450000077"
ANNA = (
    "INS*Y*18*021*28*A***FT~REF*0F*S1~NM1*IL*1*NOVAK*ANNA****34*219099999~N3*1 OAK ST~N4*DAYTON*OH*45402~"
    "DMG*D8*19800506*F~HD*021**HLT*GOLD*FAM~DTP*348*D8*20260101~"
)
TOM = "INS*N*19*021*28*A~REF*0F*S1~NM1*IL*1*NOVAK*TOM~DMG*D8*20120304*M~HD*021**HLT*GOLD~DTP*348*D8*20260101~"


@pytest.fixture(autouse=True)
def _in_november():
    with time_machine.travel(datetime(2026, 11, 24, 15, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def employer() -> Employer:
    employer = make_employer(ein=EIN)
    offer(employer, make_plan("gold"))
    return employer


def write(*members: str, action: str = "2", sponsor: str = EIN, number: int = 1) -> bytes:
    head = f"BGN*00*R{number}*20260401*1200****{action}~N1*P5*LAKES*FI*{sponsor}~N1*IN*STEWARD*FI*987654321~"
    segments = [segment.split("*") for segment in (head + "".join(members)).split("~") if segment]
    out = io.BytesIO()
    write_interchange(
        out,
        parties=Parties(("ZZ", "LAKES"), ("ZZ", "STEWARD")),
        control_number=number,
        at=AT,
        groups=[OutGroup("BE", 1, "005010X220A1", [OutSet("834", "0001", "005010X220A1", segments)])],
    )
    return out.getvalue()


def send(data: bytes, name: str = "lakes.834") -> list[TransactionSet]:
    """Through the intake: kept, opened, loaded."""
    file, _is_new = keep_file(chunks=[data], name=name, origin="api", received_at=AT)
    open_file(file_id=file.pk, shelf=INBOUND, kinds={"834": LOAD_834})
    for row in file.sets.filter(status="received"):
        load_834_set(set_id=row.pk)
    return list(file.sets.order_by("ordinal"))


def report() -> EligibilityFile:
    return EligibilityFile.objects.latest("pk")


def spans(first_name: str) -> list[tuple[str, date, date | None]]:
    member = Member.objects.get(first_name=first_name)
    return [(fact.tier, fact.starts_on, fact.ends_on) for fact in coverage_facts([member.pk]).get(member.pk, [])]


def test_a_family_is_enrolled_and_the_set_accepted(employer):
    [row] = send(write(ANNA, TOM))
    assert (row.status, row.ack_code, row.accepted_count, row.rejected_count) == ("loaded", "A", 2, 0)
    assert spans("ANNA") == spans("TOM") == [("FAM", date(2026, 1, 1), None)]
    file = report()
    assert (file.employer, file.layout, file.status, file.added_count) == (employer, "834", "applied", 2)
    assert file.name == "lakes.834"
    assert waiting("answer_file"), "the last set of a file asks for its answer"


def test_loading_again_changes_nothing(employer):
    [row] = send(write(ANNA))
    assert load_834_set(set_id=row.pk) == 0
    assert Coverage.objects.count() == 1


def test_the_same_set_in_another_envelope_is_applied_once(employer):
    send(write(ANNA))
    data = write(ANNA).replace(b"*000000001*", b"*000000002*")
    assert data != write(ANNA)
    send(data.replace(b"IEA*1*000000001", b"IEA*1*000000002"), name="again.834")
    assert EligibilityFile.objects.count() == 1
    assert Member.objects.count() == 1


def test_a_change_file_changes_and_ends(employer):
    send(write(ANNA, TOM))
    send(
        write(
            TOM.replace("*021*28*", "*024*08*")
            .replace("HD*021", "HD*024")
            .replace("DTP*348*D8*20260101", "DTP*349*D8*20260531"),
            number=2,
        )
    )
    assert spans("TOM") == [("FAM", date(2026, 1, 1), date(2026, 6, 1))]
    file = report()
    assert (file.ended_count, file.added_count) == (1, 0)
    end = "INS*Y*18*024*08*A***TE~REF*0F*S1~DTP*357*D8*20260831~NM1*IL*1*NOVAK*ANNA~"
    send(write(end, number=3))
    assert spans("ANNA") == [("FAM", date(2026, 1, 1), date(2026, 9, 1))]


def test_a_full_file_reports_who_is_missing_and_what_differed(employer):
    send(write(ANNA, TOM))
    send(write(ANNA.replace("DAYTON", "TOLEDO"), action="4", number=2))
    problems = {(problem.kind, problem.code, problem.member_id) for problem in report().problems.all()}
    anna, tom = (Member.objects.get(first_name=name).pk for name in ("ANNA", "TOM"))
    assert problems == {("differs", "member.changed", anna), ("missing", "member.missing", tom)}
    assert spans("TOM")[0][2] is None, "reported, not ended"
    assert report().is_full


def test_a_record_that_does_not_fit_is_reported_and_the_others_loaded(employer):
    [row] = send(
        write(
            ANNA, TOM.replace("S1", "S9").replace("INS*N", "INS*N"), ANNA.replace("S1", "S2").replace("GOLD", "SILVER")
        )
    )
    assert (row.ack_code, row.accepted_count, row.rejected_count) == ("A", 2, 1)
    problem = EligibilityProblem.objects.get(kind="refused")
    assert (problem.row_number, problem.code, problem.employer_id) == (3, "plan.unknown", employer.pk)


def test_a_dependent_under_a_number_of_his_own_joins_the_subscriber_before_him(employer):
    send(write(ANNA, TOM.replace("REF*0F*S1", "REF*0F*S1-02")))
    tom = Member.objects.get(first_name="TOM")
    assert (tom.family.subscriber_number, tom.own_number) == ("S1", "S1-02")


def test_a_sponsor_we_do_not_know_is_a_rejected_file_and_nothing_is_enrolled(employer):
    [row] = send(write(ANNA, sponsor="119999999"))
    assert row.ack_code == "A", "the set keeps to its guide"
    assert not Member.objects.exists()
    file = report()
    assert (file.employer, file.status) == (None, "rejected")
    assert file.problems.get().code == "sponsor.unknown"


def test_a_sponsor_may_be_known_by_another_number(employer):
    EmployerAlias.objects.create(employer=employer, value="119999999")
    send(write(ANNA, sponsor="119999999"))
    assert report().employer == employer


def test_a_number_of_two_employers_is_nobodys(employer):
    make_employer(ein=EIN)
    send(write(ANNA))
    assert report().problems.get().code == "sponsor.ambiguous"


def test_a_set_that_breaks_its_guide_is_rejected_whole(employer):
    [row] = send(write(ANNA, TOM.replace("INS*N*19*021", "INS*N*19*999")))
    assert (row.status, row.ack_code) == ("rejected", "R")
    assert row.findings
    assert not Member.objects.exists()
    assert not EligibilityFile.objects.exists()


@pytest.mark.skipif(not SHARED.is_dir(), reason="the folder of real files is not beside the project")
@pytest.mark.parametrize(
    ("name", "sponsor", "added"),
    [
        ("pyx12__834_deident_new_enroll.edi", "123456780", 1),
        ("pyx12__834_deident_family.edi", "234567891", 3),
        ("willingham__edi_samples-valid_edi.edi", "123456789", 2),
        ("lfh__add-subscriber-coverage.edi", "999888777", 1),
    ],
)
def test_real_files_enrol(name, sponsor, added):
    employer = make_employer(ein=sponsor)
    offering = offer(employer, make_plan("open"), starts_on=date(1990, 1, 1))
    employer.offerings.filter(plan=offering).update(file_names=["HMO", "PPO", "DEN", "VIS", "HLT"])
    [row] = send((SHARED / name).read_bytes(), name)
    assert row.ack_code == "A"
    assert (report().employer, report().added_count) == (employer, added)
    assert EdiFile.objects.get().name == name
