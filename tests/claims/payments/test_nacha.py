"""The ACH file, checked by a reader that knows only the published record layouts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.payments.amount_words import amount_in_words
from claims.payments.nacha import AchCredit, AchOriginator, write_nacha
from tests.claims.payments.nacha_checker import check_digit, read_checked

ORIGINATOR = AchOriginator("122000030", "BANK OF NOWHERE", "Steward Admins", "1987654320", "1987654320", "987654320")


def credit(number: int, cents: int, routing: str = "021000089", name: str = "Riverbend", **more: object) -> AchCredit:
    values: dict[str, object] = {
        "routing_number": routing,
        "account_number": f"77{number}",
        "amount": Decimal(cents) / 100,
        "individual_id": f"{number:010d}",
        "name": name,
        "trace_number": f"{1000000000 + number}",
        "entry_number": number + 1,
    }
    return AchCredit(**(values | more))  # type: ignore[arg-type]


def write(*credits_: AchCredit, modifier: str = "A") -> bytes:
    return write_nacha(
        ORIGINATOR,
        credits_,
        at=datetime(2026, 3, 12, 9, 5, tzinfo=UTC),
        effective_on=date(2026, 3, 13),
        reference="RUN1",
        modifier=modifier,
    )


def test_one_credit() -> None:
    data = write(credit(1, 11555, name="Ærøskøbing Klinik & Søn with a long name"), modifier="C")
    [entry] = read_checked(data)
    assert (entry.kind, entry.code, entry.cents, entry.account) == ("CCD", "22", 11555, "771")
    assert entry.name == "RSKBING KLINIK & SN WI"
    assert entry.addenda == ["TRN*1*1000000001*1987654320\\"]
    assert entry.trace == "122000030"[:8] + "0000002"
    lines = data.decode().split("\r\n")
    assert lines[0][13:23] == "1987654320"
    assert lines[0][33] == "C"
    assert (lines[1][50:53], lines[1][53:63], lines[1][63:75]) == ("CCD", "HCCLAIMPMT", "260312260313")


def test_people_and_providers_stand_in_batches_of_their_own_and_a_prenote_moves_nothing() -> None:
    entries = read_checked(
        write(
            credit(5, 200, to_person=True, account_type="savings"),
            credit(3, 100),
            credit(4, 0, is_prenote=True),
            credit(6, 0, is_prenote=True, to_person=True, account_type="savings"),
        )
    )
    assert [(one.kind, one.code, one.cents, len(one.addenda)) for one in entries] == [
        ("CCD", "22", 100, 1),
        ("CCD", "23", 0, 0),
        ("PPD", "32", 200, 1),
        ("PPD", "33", 0, 0),
    ]


@given(st.lists(st.integers(1, 99_999_999), min_size=1, max_size=40))
def test_any_number_of_credits(cents: list[int]) -> None:
    routings = ["021000089", "122000030", "091000019"]
    credits_ = [credit(place, amount, routings[place % 3]) for place, amount in enumerate(cents)]
    assert sum(one.cents for one in read_checked(write(*credits_))) == sum(cents)


@given(st.lists(st.integers(90_000_000, 99_999_999), min_size=112, max_size=130), st.booleans())
def test_the_hash_overflows_and_keeps_its_last_ten_digits(banks: list[int], to_people: bool) -> None:
    credits_ = [
        credit(place, 1, f"{bank}{check_digit(str(bank))}", to_person=to_people and place % 2 == 0)
        for place, bank in enumerate(banks)
    ]
    data = write(*credits_)
    assert len(read_checked(data)) == len(banks)
    [control] = [line for line in data.decode().split("\r\n") if line[:1] == "9" and line != "9" * 94]
    assert sum(banks) > 10**10 > int(control[21:31])
    assert int(control[21:31]) == sum(banks) % 10_000_000_000


@given(st.integers(1, 60), st.integers(0, 9))
def test_it_is_filled_to_whole_blocks(count: int, prenotes: int) -> None:
    credits_ = [credit(place, 1) for place in range(count)]
    credits_ += [credit(count + place, 0, is_prenote=True) for place in range(prenotes)]
    data = write(*credits_)
    assert len(read_checked(data)) == count + prenotes
    assert data.count(b"\r\n") == -(-(4 + 2 * count + prenotes) // 10) * 10


@pytest.mark.parametrize("cents", [0, 10**10])
def test_what_an_entry_can_not_hold_is_not_written(cents: int) -> None:
    with pytest.raises(AssertionError):
        write(credit(1, cents))


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0.05", "Zero and 05/100"),
        ("15.00", "Fifteen and 00/100"),
        ("42.10", "Forty-two and 10/100"),
        ("115.55", "One hundred fifteen and 55/100"),
        ("1000.00", "One thousand and 00/100"),
        ("20012.99", "Twenty thousand twelve and 99/100"),
        ("1234567.01", "One million two hundred thirty-four thousand five hundred sixty-seven and 01/100"),
    ],
)
def test_amounts_in_words(amount: str, words: str) -> None:
    assert amount_in_words(Decimal(amount)) == words
