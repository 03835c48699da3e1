"""The ACH file, checked by a reader that knows only the published record layouts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.payments.amount_words import amount_in_words
from claims.payments.nacha import AchCredit, AchOriginator, write_nacha
from tpa.foundation.values.identifiers import aba_check_digit

ORIGINATOR = AchOriginator("122000030", "BANK OF NOWHERE", "Steward Administrators", "987654320")


def credit(number: int, cents: int, routing: str = "021000089", name: str = "Riverbend") -> AchCredit:
    return AchCredit(routing, f"77{number}", Decimal(cents) / 100, f"{number:010d}", name, f"{1000000000 + number}")


def write(*credits_: AchCredit) -> str:
    return write_nacha(
        ORIGINATOR,
        credits_,
        at=datetime(2026, 3, 12, 9, 5, tzinfo=UTC),
        effective_on=date(2026, 3, 13),
        reference="RUN1",
    ).decode("ascii")


def check(text: str) -> Decimal:
    """Reads a file by position and returns the sum of its credits; asserts counts, hashes, totals and blocking."""
    records = text.split("\r\n")
    assert records.pop() == ""
    assert {len(record) for record in records} == {94}
    assert len(records) % 10 == 0
    body = [record for record in records if record != "9" * 94]
    header, batch, *middle, batch_end, end = body
    assert (header[:3], header[34:40], header[13:23]) == ("101", "094101", "1987654320")
    assert header[4:13] == ORIGINATOR.routing_number
    assert (batch[:4], batch[50:53], batch[53:63], batch[79:87]) == ("5220", "CCD", "HCCLAIMPMT", "12200003")
    assert (batch[63:69], batch[69:75]) == ("260312", "260313")
    entries, addenda = middle[::2], middle[1::2]
    total = routing_sum = 0
    for place, (entry, addition) in enumerate(zip(entries, addenda, strict=True), 1):
        assert (entry[:3], entry[78], entry[79:94]) == ("622", "1", f"12200003{place:07d}")
        assert aba_check_digit(entry[3:11]) == entry[11]
        assert (addition[:3], addition[83:94]) == ("705", f"0001{place:07d}")
        assert addition[3:83].rstrip().startswith("TRN*1*")
        assert addition[3:83].rstrip().endswith("*1987654320\\")
        total += int(entry[29:39])
        routing_sum += int(entry[3:11])
    count = len(middle)
    assert batch_end[:4] == "8220"
    assert (int(batch_end[4:10]), int(end[13:21])) == (count, count)
    assert (int(batch_end[10:20]), int(end[21:31])) == (routing_sum % 10**10,) * 2
    assert (int(batch_end[20:32]), int(end[31:43])) == (0, 0)
    assert (int(batch_end[32:44]), int(end[43:55])) == (total, total)
    assert (end[0], int(end[1:7]), int(end[7:13])) == ("9", 1, len(records) // 10)
    return Decimal(total) / 100


def test_one_credit() -> None:
    text = write(credit(1, 11555, name="Ærøskøbing Klinik & Søn with a long name"))
    assert check(text) == Decimal("115.55")
    entry = text.split("\r\n")[2]
    assert entry[12:29] == "771              "
    assert entry[54:76] == "RSKBING KLINIK & SN WI"


@given(st.lists(st.integers(1, 99_999_999), min_size=1, max_size=40))
def test_any_number_of_credits(cents: list[int]) -> None:
    routings = ["021000089", "122000030", "091000019"]
    credits_ = [credit(place, amount, routings[place % 3]) for place, amount in enumerate(cents)]
    assert check(write(*credits_)) == Decimal(sum(cents)) / 100


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
