"""Which price applies to a line, and that a batch asks the database twice."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError

from plans.facts import ContractFact, RateFact
from plans.models import FeeRate, FeeSchedule
from plans.networks.load_published import PublishedFile, load_published
from plans.networks.localities import Site
from plans.networks.published_terms import shipped_terms
from plans.networks.rates import BookedRate, BookedTerms, RateBook
from plans.networks.selectors import rates_for
from plans.networks.set_terms import set_terms
from tests.factories.plans import make_rate, make_schedule
from tests.plans.networks.test_load_published import ANES, GPCI, PPRRVU, ZIP5
from tpa.foundation.audit import Actor
from tpa.foundation.values.periods import Period

ON = date(2026, 6, 15)


def rate(number: int, schedule: int = 1, reference: int | None = None, **fields) -> BookedRate:
    given = {"method": "fee", "amount": Decimal(number), "starts_on": date(2026, 1, 1), "schedule": str(schedule)}
    return BookedRate(schedule, reference, RateFact(**given | fields, rate_id=number))


LADDER = [
    rate(1, code="99213", modifier="26", place_of_service="22"),
    rate(2, code="99213", modifier="26"),
    rate(3, code="99213", place_of_service="22"),
    rate(4, code="99213"),
    rate(5, code_kind="drg", code="470", method="case_rate"),
    rate(6, code_kind="revenue", code="0450"),
    rate(7, code_kind="procedure", modifier="26"),
    rate(8, code_kind="procedure"),
    rate(9, code_kind="drg", method="case_rate"),
    rate(10, code_kind="revenue", method="per_diem"),
    rate(11, code_kind="any", place_of_service="23", method="percent_of_billed", amount=None, percent=Decimal(80)),
    rate(12, code_kind="any", method="percent_of_billed", amount=None, percent=Decimal(60)),
]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ({"code": "99213", "modifiers": ("25", "26"), "place": "22"}, 1),
        ({"code": "99213", "modifiers": ("26",), "place": "11"}, 2),
        ({"code": "99213", "place": "22"}, 3),
        ({"code": "99213", "modifiers": ("25",), "place": "11"}, 4),
        ({"code": "99213", "drg": "470", "revenue_code": "0450"}, 4),  # a carve-out goes before the stay
        ({"code": "99999", "drg": "470", "revenue_code": "0450"}, 5),
        ({"code": "99999", "drg": "999", "revenue_code": "0450"}, 6),
        ({"code": "99999", "modifiers": ("26",), "revenue_code": "0999"}, 7),
        ({"code": "99999", "revenue_code": "0999"}, 8),
        ({"drg": "999", "revenue_code": "0999"}, 9),
        ({"revenue_code": "0999"}, 10),
        ({"place": "23"}, 11),
        ({}, 12),
    ],
)
@pytest.mark.parametrize("turn", [1, -1])
def test_the_most_specific_rate_applies_whatever_the_order_of_the_rows(line, wanted, turn):
    found = RateBook(LADDER[::turn]).find(1, on=ON, **line)
    assert found is not None
    assert found.rate_id == wanted


def test_there_may_be_none():
    assert RateBook().find(1, on=ON, code="99213") is None
    assert RateBook(LADDER).find(2, on=ON, code="99213") is None
    assert RateBook([rate(1, code="99213", modifier="26")]).find(1, on=ON, code="99213") is None


@pytest.mark.parametrize(
    ("on", "wanted"), [(date(2025, 12, 31), None), (date(2026, 1, 1), 1), (date(2026, 6, 30), 1), (date(2026, 7, 1), 2)]
)
def test_a_rate_applies_from_its_first_day_to_before_its_last(on, wanted):
    book = RateBook([rate(1, code="A", ends_on=date(2026, 7, 1)), rate(2, code="A", starts_on=date(2026, 7, 1))])
    found = book.find(1, on=on, code="A")
    assert (found.rate_id if found else None) == wanted


OF_REFERENCE = {"method": "percent_of_reference", "amount": None, "percent": Decimal(140), "reference_schedule": "9"}


def test_a_per_cent_of_a_reference_carries_the_references_price_for_the_very_line():
    book = RateBook(
        [
            rate(1, reference=9, **OF_REFERENCE),
            rate(2, schedule=9, code="99213"),
            rate(3, schedule=9, code="99213", place_of_service="22"),
            rate(4, schedule=9, code_kind="drg", code="470", method="case_rate"),
        ]
    )
    office, hospital = (book.find(1, on=ON, code="99213", place=place) for place in ("11", "22"))
    assert office is not None
    assert hospital is not None
    assert (office.rate_id, office.reference_amount, office.reference_method) == (1, Decimal(2), "fee")
    assert hospital.reference_amount == Decimal(3)
    assert office is book.find(1, on=ON, code="99213", place="11"), "made once"
    stay = book.find(1, on=ON, code="X", drg="470")
    assert stay is not None
    assert (stay.reference_amount, stay.reference_method) == (Decimal(4), "case_rate")


def test_a_reference_without_a_price_is_passed_by():
    book = RateBook([rate(1, reference=9, **OF_REFERENCE), LADDER[-1]])
    found = book.find(1, on=ON, code="99213")
    assert found is not None
    assert found.rate_id == 12


def test_a_reference_is_a_price_and_no_per_cent_of_something_else():
    circle = [rate(1, schedule=1, reference=9, **OF_REFERENCE), rate(2, schedule=9, reference=1, **OF_REFERENCE)]
    assert RateBook(circle).find(1, on=ON, code="99213") is None


@pytest.mark.django_db
def test_a_batch_reads_its_schedules_their_terms_and_their_references_with_three_queries(django_assert_num_queries):
    schedules = [make_schedule() for _ in range(3)]
    reference = make_schedule("medicare", is_reference=True)
    make_rate(reference, "100.00", code="99213")
    make_rate(reference, "1.00", code="notasked")
    for schedule in schedules:
        make_rate(
            schedule,
            code_kind="procedure",
            method="percent_of_reference",
            percent=Decimal("140"),
            reference_schedule=reference,
        )
    make_rate(schedules[0], "90.00", code="99214")
    with django_assert_num_queries(3):
        book = rates_for([schedule.pk for schedule in schedules], ["99213", "99214"], ON, ON)
    found = book.find(schedules[2].pk, on=ON, code="99213")
    assert found is not None
    assert (found.percent, found.reference_amount, found.reference_schedule) == (Decimal(140), Decimal(100), "medicare")
    own = book.find(schedules[0].pk, on=ON, code="99214")
    assert own is not None
    assert (own.amount, own.schedule) == (Decimal("90.00"), schedules[0].code)
    with django_assert_num_queries(2):
        rates_for([schedules[0].pk], [], date(2019, 1, 1), date(2019, 1, 31))


@pytest.mark.django_db
def test_formulas_terms_localities_and_indicators_come_together(django_assert_num_queries):
    """A contract of 140 per cent of Medicare, with fees of its own by Medicare's indicators."""
    by = Actor.system("tests")
    year = Period(date(2026, 1, 1), date(2027, 1, 1))
    for published in shipped_terms():
        if not FeeSchedule.objects.filter(code=published.schedule).exists():
            make_schedule(published.schedule, is_reference=True)
        period = Period(published.starts_on, published.ends_on)
        set_terms(schedule_code=published.schedule, document=published.document, period=period, by=by)
    for layout, text, into in (
        ("pprrvu", PPRRVU, "medicare-physicians"),
        ("gpci", GPCI, "medicare"),
        ("anaesthesia-factors", ANES, "medicare"),
        ("zip5", ZIP5, "medicare"),
    ):
        assert not load_published(file=PublishedFile(layout, into, year), lines=text.splitlines(True), by=by).problems
    lakes, medicare = make_schedule("lakes"), FeeSchedule.objects.get(code="medicare-physicians")
    share = {"method": "percent_of_reference", "percent": Decimal(140), "reference_schedule": medicare}
    make_rate(lakes, code_kind="procedure", **share)
    make_rate(lakes, "900.00", code="27447")
    terms = {"lesser_of": {"level": "never"}, "indicators_from": "medicare-physicians"}
    set_terms(schedule_code="lakes", document=terms, period=year, by=by)
    alaska, nowhere = Site("AK", "99501-1234"), Site("", "")
    with django_assert_num_queries(4):
        book = rates_for([lakes.pk], ["99213", "27447"], ON, ON, sites=[alaska, nowhere])
    visit = book.find(lakes.pk, on=ON, code="99213", site=alaska)
    assert (visit.reference_method, visit.reference_amount, visit.percent) == ("relative_value", None, Decimal(140))
    assert (visit.values.work, visit.place.work, visit.place.anaesthesia_amount) == (
        *(Decimal("1.30"), Decimal("1.5"), Decimal("27.97")),
    )
    assert visit is book.find(lakes.pk, on=ON, code="99213", site=alaska), "made once"
    assert book.find(lakes.pk, on=ON, code="99213", site=nowhere).place is None
    knee = book.find(lakes.pk, on=ON, code="27447", site=alaska)
    assert (knee.amount, knee.values.multiple, knee.values.co_surgeon) == (Decimal(900), "2", "2")
    behind = book.contracts_behind([(visit, ON)])
    assert {one.schedule for one in behind} == {"lakes", "medicare-physicians"}
    assert {str(one.relative_values.conversion_amount) for one in behind if one.relative_values} == {"33.4009"}


def test_a_price_of_the_locality_goes_before_one_of_any():
    terms = ContractFact(contract_id=1, schedule="1", starts_on=date(2026, 1, 1), locality_by="zip3")
    rates = [rate(1, code="99213"), rate(2, code="99213", locality="981")]
    book = RateBook(rates, [BookedTerms(1, None, terms)])
    found = [book.find(1, on=ON, code="99213", site=Site("WA", postal)).rate_id for postal in ("98101", "98201", "")]
    assert found == [2, 1, 1]


@pytest.mark.django_db
def test_rates_can_be_read_as_they_were_recorded_at_a_moment():
    schedule = make_schedule()
    january, june = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 6))
    old = make_rate(schedule, "80.00", code="99213", recorded_at=january)
    FeeRate.objects.filter(pk=old.pk).update(superseded_at=june)
    make_rate(schedule, "85.00", code="99213", recorded_at=june)

    def known(known_at: datetime | None) -> Decimal | None:
        found = rates_for([schedule.pk], ["99213"], ON, ON, known_at).find(schedule.pk, on=ON, code="99213")
        return found.amount if found else None

    assert known(None) == Decimal(85)
    assert known(datetime(2026, 3, 1, tzinfo=UTC)) == Decimal(80)
    assert known(june) == Decimal(85)
    assert known(datetime(2025, 3, 1, tzinfo=UTC)) is None


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"amount": Decimal(1)}, {"code": "99215"}, {"superseded_at": None}])
def test_a_rate_is_not_edited(change):
    row = make_rate(make_schedule(), "80.00", code="99213")
    with pytest.raises(IntegrityError, match="never edited"):
        FeeRate.objects.filter(pk=row.pk).update(**change)


@pytest.mark.django_db
def test_a_schedule_has_one_price_at_a_time():
    schedule = make_schedule()
    make_rate(schedule, "80.00", code="99213")
    with pytest.raises(IntegrityError, match="one_rate_at_a_time"):
        make_rate(schedule, "81.00", code="99213", starts_on=date(2026, 5, 1))
