"""A file cut anywhere, or with any byte changed, is answered; of a set that is not whole nothing stays behind (F11)."""

from __future__ import annotations

from random import Random

import pytest

from claims.models import Claim
from employers.models import Family
from tests.claims.intake.test_take_in_a_file import SERVICES, patient_of, take_in
from tests.factories.employers import make_coverage, make_employer, make_family, make_member, offer
from tests.factories.plans import make_provider
from tests.factories.x837 import Office, Written, write_file, write_set
from tpa.foundation.models import Document, EdiFile, TransactionSet
from tpa.foundation.parameters import load_parameters

pytestmark = pytest.mark.django_db(transaction=True)
DONE = {EdiFile.Status.ANSWERED, EdiFile.Status.REFUSED}


@pytest.fixture
def whole() -> bytes:
    """Two sets of one claim each."""
    load_parameters()
    employer = make_employer(code="GRPA")
    plan = offer(employer)
    family = make_family(employer, subscriber_number="S00000001")
    make_coverage(make_member(family), plan)
    provider = make_provider(name="MIAMI VALLEY FAMILY PRACTICE")
    office = Office(provider.npi, provider.payee.tin, provider.name)
    patient = patient_of(Family.objects.get())
    sets = [write_set([Written(f"PC{n}", patient, office, SERVICES)], f"000{n}") for n in (1, 2)]
    return write_file(sets)


def assert_nothing_partial(file: EdiFile) -> None:
    assert file.status in DONE
    for one in TransactionSet.objects.filter(file=file):
        there = Claim.objects.filter(transaction_set=one).count()
        assert there == (one.accepted_count if one.status == TransactionSet.Status.LOADED else 0)
    assert file.problem or Document.objects.filter(answers=file, kind=Document.Kind.TA1).exists()


def test_cut_at_every_segment(whole: bytes) -> None:
    cuts = [place + 1 for place, byte in enumerate(whole) if byte == ord("~")]
    for cut in cuts[:-1]:
        file = take_in(whole[:cut], name=f"cut at {cut}")
        assert_nothing_partial(file)
    # Without its IEA an interchange is refused whole: whatever was cut, no claim of it was taken.
    assert not Claim.objects.exists()


def test_any_byte_changed(whole: bytes) -> None:
    random = Random(11)
    for _ in range(200):
        data = bytearray(whole)
        data[random.randrange(len(data))] = random.randrange(1, 256)
        assert_nothing_partial(take_in(bytes(data), name="a byte changed"))


@pytest.mark.parametrize("which", ["SE", "GE", "IEA"])
def test_counts_that_lie(whole: bytes, which: str) -> None:
    start = whole.index(which.encode() + b"*")
    said = whole[start : whole.index(b"~", start)]
    lie = b"*".join([which.encode(), b"99", said.rpartition(b"*")[2]])
    file = take_in(whole.replace(said, lie, 1))
    assert_nothing_partial(file)
    loaded = TransactionSet.objects.filter(file=file, status=TransactionSet.Status.LOADED).count()
    assert loaded == (1 if which == "SE" else 0)
