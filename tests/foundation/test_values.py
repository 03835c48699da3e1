"""The plain values: money adds up, periods are half-open, numbers carry their checks, business days skip holidays."""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpa.foundation.values.addresses import address_lines
from tpa.foundation.values.business_days import Calendar, add_business_days, is_business_day, next_business_day
from tpa.foundation.values.identifiers import (
    aba_check_digit,
    is_aba,
    is_ein,
    is_itin,
    is_npi,
    is_ssn,
    is_tin,
    last_four,
    npi_check_digit,
)
from tpa.foundation.values.money import ZERO, cents, percent_of, split
from tpa.foundation.values.periods import Period

pennies = st.integers(-(10**11), 10**11).map(lambda n: Decimal(n) / 100)
days = st.dates(date(1990, 1, 1), date(2060, 1, 1))
periods = st.builds(
    lambda start, length: Period(start, None if length is None else start + timedelta(days=length)),
    days,
    st.none() | st.integers(1, 4000),
)


# --- money -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_amount", "wanted"),
    [
        ("0.005", "0.01"),
        ("0.004999", "0.00"),
        ("2.675", "2.68"),
        ("-0.005", "-0.01"),
        ("-0.001", "0.00"),
        ("7", "7.00"),
    ],
)
def test_cents_rounds_half_away_from_zero(given_amount, wanted):
    assert str(cents(given_amount)) == wanted


@pytest.mark.parametrize("nonsense", ["NaN", "Infinity"])
def test_cents_refuses_what_is_no_amount(nonsense):
    with pytest.raises(ValueError, match="no amount"):
        cents(nonsense)


def test_money_is_never_a_float():
    with pytest.raises(TypeError):
        cents(0.1)
    with pytest.raises(TypeError):
        percent_of(Decimal(1), 0.2)


@given(st.decimals("-1e9", "1e9", places=6))
def test_a_reversal_is_the_exact_negative(amount):
    assert cents(-amount) + cents(amount) == 0


@pytest.mark.parametrize(
    ("amount", "percent", "wanted"), [("80.00", 20, "16.00"), ("0.05", 50, "0.03"), ("33.33", "12.5", "4.17")]
)
def test_percent_of(amount, percent, wanted):
    assert str(percent_of(Decimal(amount), Decimal(percent))) == wanted


@given(pennies, st.lists(st.integers(0, 10**6), min_size=1, max_size=30).filter(any))
def test_the_parts_of_a_split_add_up(total, weights):
    parts = split(total, weights)
    assert sum(parts, ZERO) == total
    assert parts == [-part for part in split(-total, weights)]
    exact = [total * weight / sum(weights) for weight in weights]
    assert all(abs(part - share) < Decimal("0.01") for part, share in zip(parts, exact, strict=True))


@given(pennies, st.integers(1, 40))
def test_equal_weights_differ_by_a_cent_at_most(total, count):
    parts = split(total, [1] * count)
    assert max(parts) - min(parts) <= Decimal("0.01")
    assert parts == sorted(parts, reverse=total >= 0)


@pytest.mark.parametrize(("total", "weights"), [("1.001", [1]), ("1.00", []), ("1.00", [0, 0]), ("1.00", [2, -1])])
def test_split_refuses(total, weights):
    with pytest.raises(ValueError, match=r"cents|weights"):
        split(Decimal(total), weights)


# --- periods ---------------------------------------------------------------------------------------------------------


@given(periods, days)
def test_a_period_holds_its_first_and_last_day_and_not_its_end(period, other_day):
    assert period.contains(period.start)
    assert not period.contains(period.start - timedelta(days=1))
    if period.end is not None:
        assert period.contains(period.last)
        assert not period.contains(period.end)
    assert period.contains(other_day) == (period.start <= other_day and (period.end is None or other_day < period.end))


@given(periods, periods)
def test_intersection_and_overlap_agree(one, other):
    common = one.intersect(other)
    assert (common is not None) == one.overlaps(other) == other.overlaps(one)
    assert common == other.intersect(one)
    if common is not None:
        assert one.contains(common.start)
        assert other.contains(common.start)


@given(days, st.integers(0, 800))
def test_inclusive_dates_turn_at_the_edge(first, length):
    last = first + timedelta(days=length)
    period = Period.from_inclusive(first, last)
    assert (period.start, period.last, period.days_count) == (first, last, length + 1)


def test_a_period_is_never_empty():
    with pytest.raises(ValueError, match="can not end"):
        Period(date(2026, 1, 1), date(2026, 1, 1))


@given(days)
def test_months_tile_the_calendar(on):
    month = Period.of_month(on)
    assert month.contains(on)
    assert Period.of_month(month.end).start == month.end


def test_a_running_period():
    running = Period(date(2026, 1, 1))
    assert running.bounds == (date(2026, 1, 1), None)
    assert running.last is None
    assert running.days_count is None
    assert running.contains(date(9999, 12, 31))


# --- identifiers -----------------------------------------------------------------------------------------------------


@given(st.integers(100000000, 299999999).map(str))
def test_exactly_one_check_digit_makes_an_npi(first_nine):
    good = [digit for digit in "0123456789" if is_npi(first_nine + digit)]
    assert good == [npi_check_digit(first_nine)]


def test_npi_known_answer():
    # CMS, "Requirements for National Provider Identifier (NPI)": 123456789 has check digit 3.
    assert is_npi("1234567893")
    assert not is_npi("1234567890")
    assert not is_npi("3234567893")
    assert not is_npi("123456789")
    assert not is_npi("١٢٣٤٥٦٧٨٩٣")


@pytest.mark.parametrize("routing", ["021000021", "011401533", "091000019"])
def test_routing_numbers_of_real_banks(routing):
    assert is_aba(routing)
    assert aba_check_digit(routing[:8]) == routing[8]


@given(st.integers(1000000, 12999999).map("{:08d}".format), st.integers(0, 7), st.integers(1, 9))
def test_a_changed_digit_breaks_a_routing_number(first_eight, place, step):
    routing = first_eight + aba_check_digit(first_eight)
    changed = routing[:place] + str((int(routing[place]) + step) % 10) + routing[place + 1 :]
    assert is_aba(routing)
    assert not is_aba(changed)


@pytest.mark.parametrize(
    "text", ["000123456", "666123456", "912345678", "123006789", "123450000", "12345678", "123-45-6789"]
)
def test_no_ssn(text):
    assert not is_ssn(text)


def test_taxpayer_numbers():
    assert is_ssn("123456789")
    assert is_itin("912701234")
    assert not is_itin("912111234")
    assert is_ein("123456789")
    assert not is_ein("001234567")
    assert is_tin("912701234")


@pytest.mark.parametrize(("text", "shown"), [("123-45-6789", "•••• 6789"), ("6789", "••••"), ("", "••••")])
def test_last_four(text, shown):
    assert last_four(text) == shown


# --- business days ---------------------------------------------------------------------------------------------------


def test_a_holiday_on_a_saturday_is_observed_by_the_government_and_not_by_banks():
    friday = date(2026, 7, 3)
    assert is_business_day(friday, calendar=Calendar.BANK)
    assert not is_business_day(friday, calendar=Calendar.FEDERAL)


def test_new_year_observed_in_the_old_year():
    assert not is_business_day(date(2021, 12, 31), calendar=Calendar.FEDERAL)
    assert is_business_day(date(2021, 12, 31), calendar=Calendar.BANK)


def test_over_thanksgiving():
    wednesday = date(2026, 11, 25)
    assert add_business_days(wednesday, 1, calendar=Calendar.BANK) == date(2026, 11, 27)
    assert add_business_days(wednesday, 2, calendar=Calendar.BANK) == date(2026, 11, 30)
    assert next_business_day(date(2026, 11, 26), calendar=Calendar.BANK) == date(2026, 11, 27)


@given(days, st.integers(1, 60), st.sampled_from(Calendar))
def test_going_forth_and_back(on, count, calendar):
    start = next_business_day(on, calendar=calendar)
    there = add_business_days(start, count, calendar=calendar)
    assert is_business_day(there, calendar=calendar)
    assert add_business_days(there, -count, calendar=calendar) == start


@pytest.mark.parametrize(
    ("address_line", "city", "state", "postal_code", "lines"),
    [
        ("1 Mill Street", "Dayton", "OH", "454020001", ["Ann Lee", "1 Mill Street", "Dayton, OH 45402-0001"]),
        ("", "Dayton", "", "45402", ["Ann Lee", "Dayton 45402"]),
        ("", "", "OH", "", ["Ann Lee"]),
        ("5 Rue Haute", "Namur", "", "B-5000", ["Ann Lee", "5 Rue Haute", "Namur B-5000"]),
    ],
)
def test_an_address_has_no_blank_lines(
    address_line: str, city: str, state: str, postal_code: str, lines: list[str]
) -> None:
    at = SimpleNamespace(address_line=address_line, city=city, state=state, postal_code=postal_code)
    assert address_lines("Ann Lee", at) == lines
