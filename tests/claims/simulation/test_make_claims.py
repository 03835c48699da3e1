"""Made-up files: the same for the same seed, valid by guide and by pyx12, with the faults they say they have."""

from __future__ import annotations

from collections import Counter
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
import pyx12.params
import pyx12.x12n_document
from django.core.management import CommandError, call_command

from claims.edi.claim_rules import rules_with
from claims.edi.guides import INBOUND
from claims.edi.x837 import ReadClaim, read_claims
from claims.simulation.invent_claims import FAULTS, Oddities, invent_claims
from claims.simulation.load_population import load_population
from claims.simulation.make_claims import MadeFile, make_claims
from claims.simulation.population import invent_population, invented_npi
from tests.factories.employers import make_coverage, make_employer, make_family, make_member, offer
from tests.factories.plans import make_payee, make_provider
from tpa.foundation.values.identifiers import is_npi
from tpa.foundation.x12.envelope import SetRef, interchanges, transaction_sets
from tpa.foundation.x12.envelope_model import Interchange
from tpa.foundation.x12.examine import answer_set
from tpa.foundation.x12.tokens import read_set

DAY = date(2026, 11, 24)
POPULATION = invent_population(seed=4, families=60, groups=("GRP1", "GRP2"))
KINDS = {"005010X222A1": "837P", "005010X223A2": "837I", "005010X224A2": "837D"}


def made(count: int = 300, seed: int = 1, **options: Any) -> tuple[BytesIO, MadeFile]:
    out = BytesIO()
    told = make_claims(out, POPULATION, count=count, seed=seed, on=DAY, **options)
    out.seek(0)
    return out, told


def sets_of(stream: BytesIO) -> list[SetRef]:
    stream.seek(0)
    found = list(transaction_sets(stream))
    sets = [one for one in found if isinstance(one, SetRef)]
    assert len(sets) == len(found), found
    return sets


def claims_of(stream: BytesIO) -> list[ReadClaim]:
    return [
        claim
        for one in sets_of(stream)
        for claim in read_claims(
            read_set(stream, one.offset, one.length, one.delimiters), one.delimiters, KINDS[one.convention]
        )
    ]


def test_the_same_arguments_give_the_same_bytes() -> None:
    assert made()[0].getvalue() == made()[0].getvalue()
    assert made()[0].getvalue() != made(seed=2)[0].getvalue()


def test_a_file_holds_what_was_asked_for() -> None:
    stream, told = made(count=301, per_set=50)
    assert told.claim_counts == {"P": 211, "I": 45, "D": 45}
    found = claims_of(stream)
    assert len(found) == 301
    assert told.set_count == len(sets_of(stream)) == 5 + 1 + 1
    kinds = Counter(claim.submission.kind for claim in found if claim.submission)
    assert set(kinds) == {"P", "I", "D"}
    stream.seek(0)
    envelopes = list(interchanges(stream))
    assert all(isinstance(one, Interchange) and not one.findings for one in envelopes)
    senders = {one.sender for one in envelopes if isinstance(one, Interchange)}
    assert len(senders) == len(envelopes) == 3


def test_lines_and_mix_can_be_fixed() -> None:
    stream, told = made(count=40, mix={"P": 1}, lines=3, oddities=Oddities(faults=0, duplicates=0, other_payers=0))
    assert told.claim_counts == {"P": 40}
    assert told.faults == {}
    assert {len(claim.submission.lines) for claim in claims_of(stream) if claim.submission} == {3}


def test_every_set_keeps_to_its_guide() -> None:
    stream, _told = made(count=600, per_set=100)
    for reference in sets_of(stream):
        answer = answer_set(stream, reference, INBOUND)
        assert answer.accepted, answer.verdict


def test_pyx12_accepts_the_professional_claims() -> None:
    stream, _told = made(count=120, mix={"P": 1}, oddities=Oddities(faults=0, duplicates=0.05, other_payers=0.3))
    text = StringIO(stream.getvalue().decode())
    assert pyx12.x12n_document.x12n_document(pyx12.params.params(), text, fd_997=None, fd_html=None, fd_xmldoc=None)


@pytest.mark.parametrize("kind", ["P", "I", "D"])
def test_faults_are_what_they_are_called(kind: str) -> None:
    """Those of the claim alone are found by reader and rules; the others need the database."""
    oddities = Oddities(faults=1.0, duplicates=0, other_payers=0)
    invented = list(invent_claims(POPULATION, kind=kind, count=60, seed=3, on=DAY, oddities=oddities))
    by_number = {one.submission.patient_control_number: one for one in invented}
    assert {one.fault for one in invented} == set(FAULTS[kind])
    stream, told = made(count=60, seed=3, mix={kind: 1}, oddities=oddities)
    assert told.faults == dict(sorted(Counter(one.fault for one in invented).items()))
    known = {one.subscriber_number for one in POPULATION.families}
    for reference in sets_of(stream):
        answer = answer_set(stream, reference, INBOUND, rules_for=rules_with(":", DAY))
        assert answer.verdict is not None
        found = {finding.unit[1]: finding.code for finding in answer.verdict.business if finding.rejects}
        for number, one in by_number.items():
            if one.fault == "member_not_found":
                assert one.submission.subscriber.number not in known
            elif one.fault == "provider_not_known":
                assert not is_npi(one.submission.billing_provider.npi)
            else:
                assert found.pop(number) == one.fault
        assert found == {}


def test_odd_shares_are_kept_roughly() -> None:
    invented = list(invent_claims(POPULATION, kind="P", count=2000, seed=8, on=DAY))
    faults = Counter(one.fault for one in invented)
    assert 5 <= faults["duplicate"] <= 45
    assert 15 <= 2000 - faults[""] - faults["duplicate"] <= 80
    second = sum(1 for one in invented if one.submission.payer_sequence == "S")
    assert 120 <= second <= 280
    dependents = sum(1 for one in invented if one.submission.patient is not None)
    assert dependents > 300
    assert {one.submission.group_number for one in invented} == {"GRP1", "GRP2"}


def test_services_lie_within_the_coverage() -> None:
    for one in invent_claims(POPULATION, kind="P", count=200, seed=8, on=DAY, oddities=Oddities(faults=0)):
        assert date(2026, 7, 20) <= one.submission.service_from <= one.submission.service_to < DAY


def test_a_large_file_is_written_piece_by_piece() -> None:
    """The writer never holds more than a set: of the first, not half may be in memory before bytes come out."""

    class Counting(BytesIO):
        largest = 0

        def write(self, data: Any, /) -> int:
            self.largest = max(self.largest, len(data))
            return super().write(data)

    out = Counting()
    make_claims(out, POPULATION, count=500, seed=1, on=DAY)
    assert out.largest < 1000


def test_invented_numbers_pass_their_check() -> None:
    assert all(is_npi(one.npi) for one in (*POPULATION.providers, *POPULATION.physicians))
    assert len({invented_npi(number) for number in range(100)}) == 100


@pytest.mark.django_db
def test_a_population_from_the_database() -> None:
    employer = make_employer(code="HARBOR")
    plan = offer(employer)
    family = make_family(employer, subscriber_number="H0001")
    subscriber = make_member(family, first_name="Ann", last_name="Holt", relationship="18")
    make_member(family, first_name="Tim", last_name="Holt", relationship="19", person_number="02")
    make_coverage(subscriber, plan)
    make_member(make_family(employer), relationship="18")  # never covered: nobody to bill for
    payee = make_payee(tin="371234567")
    known = make_provider(payee=payee, entity="2", taxonomy_code="207Q00000X")
    make_provider(npi="1234567890", payee=payee)  # no such number

    population = load_population(on=DAY)

    (only,) = population.families
    assert (only.subscriber_number, only.group_number) == ("H0001", "HARBOR")
    assert [member.first_name for member in only.members] == ["Ann", "Tim"]
    professional = [one for one in population.providers if one.kind == "P"]
    assert [one.npi for one in professional] == [known.npi]
    assert {one.kind for one in population.providers} == {"P", "I", "D"}
    assert population.payer_number
    assert load_population(employer_codes=["HARBOR"], on=DAY) == population


@pytest.mark.django_db
def test_the_command_writes_a_file_and_tells_what_is_in_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "claims.837"
    with pytest.raises(CommandError, match="no covered members"):
        call_command("make_claims", "--count", "3", "--out", str(out))
    call_command(
        *("make_claims", "--count", "30", "--seed", "9", "--out", str(out), "--invent", "--on", "2026-11-24"),
        *("--kind", "P", "--lines", "2", "--per-set", "10", "--faults", "0.5", "--duplicates", "0"),
    )
    told = capsys.readouterr().out
    assert "30 P in 3 transaction sets" in told
    assert len(claims_of(BytesIO(out.read_bytes()))) == 30
    with pytest.raises(CommandError, match="at least 1"):
        call_command("make_claims", "--count", "0", "--out", str(out))
