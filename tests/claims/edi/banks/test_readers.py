"""Bank files as banks send them: BAI2, camt.053, CSV; what they say, and at which line they are refused."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.edi.banks import bai_codes
from claims.edi.banks.bai2 import read_bai2
from claims.edi.banks.bank_csv import CsvLayout, CsvWords, read_bank_csv
from claims.edi.banks.camt053 import read_camt053
from claims.edi.banks.statement import KINDS, Statement, Unreadable

SAMPLES = Path(__file__).parent / "samples"
D = Decimal
BAI = (SAMPLES / "day.bai").read_bytes()
V2 = (SAMPLES / "day.v2.xml").read_bytes()
V8 = (SAMPLES / "day.v8.xml").read_bytes()
CSV = (SAMPLES / "month.csv").read_bytes()
LAYOUT = CsvLayout(
    booked_column="Date",
    in_column="Credit",
    out_column="Debit",
    balance_column="Balance",
    type_column="Type",
    check_column="Check",
    text_column="Description",
    sign="two columns",
    is_newest_first=True,
    skip_rows_count=1,
    kinds=(("FEE", "fee"), ("WIRE", "wire")),
)


def told(statement: Statement) -> list[tuple[str, str]]:
    return [(one.kind, str(one.amount)) for one in statement.lines]


def test_bai2_says_balances_and_movements() -> None:
    [statement] = read_bai2(BAI)
    assert (statement.account_number, statement.routing_number) == ("8800000001", "029999990")
    assert (statement.starts_on, statement.ends_on) == (date(2026, 11, 2), date(2026, 11, 2))
    assert (statement.opening_amount, statement.closing_amount) == (D("250000.00"), D("240870.50"))
    assert told(statement) == [
        ("wire", "15000.00"),
        ("interest", "25.00"),
        ("returned", "100.00"),
        ("check", "-10115.20"),
        ("check", "-800.00"),
        ("ach", "-13000.00"),
        ("check", "-300.00"),
        ("fee", "-39.30"),
    ]
    wire, interest, returned, check, other, ach, unnamed, fee = statement.lines
    assert (wire.bank_reference, wire.customer_reference) == ("W2611020091", "WIRE CASC01 202611")
    assert wire.text == "ORIG CASCADE OUTFITTERS, INC. FUNDING/NOVEMBER"
    assert (interest.value_on, interest.bank_reference, interest.text) == (
        date(2026, 11, 2),
        "INT2611",
        "INTEREST EARNED",
    )
    assert (returned.customer_reference, returned.text) == ("1000000042", "R03 NO ACCOUNT")
    assert [one.check_number for one in (check, other, unnamed)] == ["100001", "100007", "100009"]
    assert (ach.bank_reference, ach.customer_reference) == ("RUN7", "ACH SETTLEMENT")
    assert fee.text == "WIRE FEES, 2 OF THEM"
    assert {one.kind for one in statement.lines} <= set(KINDS)


# As a bank's guide prints it, with the total of its trailer: summary amounts count, distributions of funds do not.
GUIDE = b"""01,042000013,SAMPLECOA,070329,0506,1,80,,2/
02,042000013,091000022,1,070328,2359,,2/
03,123456789012,,015,00000173137444,,,040,00000173137444,,/
88,045,00000173137444,,,072,00000000000000,,,074,00000000000000,,/
88,075,00000000000000,,,087,00000234961746,,,088,00000000000000,,/
88,100,00000173137444,,,102,00000000000002,,,400,00000107638977,,/
88,402,00000000000002,,,230,00000000024524,00001,,355,00000173112920,00001,/
88,530,00000107638977,00002,/
16,347,0000000024524,,I-GEN107032800003445,/
88,INTEREST EARNED
16,351,0000173112920,S,00000173112920,00000000000000,00000000000000/
88,I-GEN12345678901234,/
88,REPO SWEEP PURCHASE @ 5.1%
88,IMMEDIATE FUNDS: 1,731,129.20/
88,1 DAY FLOAT: 0.00/
16,531,0000107623731,,PROGRAM,/
88,REPO SWEEP REDEMPTION
16,531,0000000015246,,PROGRAM,/
88,INTEREST REDEMPTION
49,0000001596703345,000018/
98,0000001596703345,00001,000020/
99,0000001596703345,00001,000022/
"""


def test_a_banks_printed_sample_is_read_and_its_opening_reckoned() -> None:
    [statement] = read_bai2(GUIDE)
    assert not statement.opening_is_told
    assert statement.opening_amount == D("1731374.44") - D("1731374.44") + D("1076389.77")
    sold = statement.lines[1]
    assert (sold.bank_reference, sold.amount) == ("I-GEN12345678901234", D("1731129.20"))
    assert sold.text == "REPO SWEEP PURCHASE @ 5.1% IMMEDIATE FUNDS: 1,731,129.20 1 DAY FLOAT: 0.00"


def edit(data: bytes, old: str, new: str) -> bytes:
    assert old.encode() in data
    return data.replace(old.encode(), new.encode(), 1)


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("49,105050000,16/", "49,105050001,16/", 18, "control total"),
        ("49,105050000,16/", "49,105050000,15/", 18, "15 records are told, and 16"),
        ("98,105050000,1,18/", "98,105050000,2,18/", 19, "2 accounts are told, and 1"),
        ("99,105050000,1,20/", "99,105050000,1,21/", 20, "21 records"),
        ("16,195,1500000,", "16,195,15000.00,", 5, "is no amount"),
        ("16,698,3930,0", "16,698,3930,X", 16, "no funds type"),
        (",1,261102,2359,USD,2/", ",4,261102,2359,USD,2/", 2, "a test"),
        (",1,261102,2359,USD,2/", ",3,261102,2359,USD,2/", 2, "withdraw that statement"),
        (",1,261102,2359,USD,2/", ",1,261102,2359,USD,3/", 2, "interim"),
        (",1,261102,2359,USD,2/", ",1,261102,2359,CAD,2/", 3, "in CAD"),
        (",1,261102,2359,USD,2/", ",1,261302,2359,USD,2/", 2, "no date"),
        (",1,80,,2/", ",1,80,,1/", 1, "version 1"),
        ("16,475,30000,", "17,475,30000,", 15, "no record"),
        ("16,475,30000,", "16,701,30000,", 15, "no movement"),
        ("010,25000000", "010,25000100", 18, "control total"),
        ("99,105050000,1,20/\n", "", 19, "the file ends"),
        ("03,8800000001,", "03,,", 3, "no number"),
    ],
)
def test_a_broken_bai2_file_is_refused_at_its_line(old: str, new: str, line: int, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason) as refused:
        read_bai2(edit(BAI, old, new))
    assert refused.value.line == line


def test_balances_that_do_not_follow_are_refused_though_the_totals_agree() -> None:
    wrong = edit(edit(BAI, "010,25000000", "010,25000100"), "040,24000000", "040,23999900")
    with pytest.raises(Unreadable, match=r"opening 250001\.00 and movements -9129\.50"):
        read_bai2(wrong)


def test_type_codes_have_a_side() -> None:
    assert [bai_codes.sign_of(code) for code in ("015", "100", "195", "475", "721", "890", "920", "975")] == [
        0, 0, 1, -1, 0, 0, 1, -1,
    ]  # fmt: skip


def test_camt_2_and_8_say_the_same_things_in_their_places() -> None:
    [first], [second] = read_camt053(V2), read_camt053(V8)
    assert (first.number, first.routing_number, first.ends_on) == ("STMT-0211 211", "029999990", date(2026, 11, 2))
    assert (first.opening_amount, first.closing_amount) == (D("-1000.00"), D("10884.80"))
    assert told(first) == [("wire", "13000.00"), ("check", "-115.20"), ("ach", "-1000.00")]
    wire, check, batch = first.lines
    assert (wire.customer_reference, wire.text, wire.type_code) == (
        "WIRE MEAD01 202611",
        "Funding November",
        "PMNT-RCDT-DMCT",
    )
    assert (check.check_number, check.customer_reference, check.bank_reference) == ("100021", "", "CK77")
    assert (batch.customer_reference, batch.booked_on) == ("RUN8", date(2026, 11, 2))
    assert first.closing_amount == second.opening_amount
    assert told(second) == [("returned", "350.00"), ("fee", "-25.00")]
    assert second.lines[0].customer_reference == "1000000051"


@pytest.mark.parametrize("version", ["03", "04", "05", "06", "07", "10", "13"])
def test_other_versions_are_read_alike(version: str) -> None:
    assert read_camt053(V2.replace(b"001.02", f"001.{version}".encode())) == read_camt053(V2)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("camt.053.001.02", "camt.052.001.02", "no camt.053"),
        ("camt.053.001.02", "camt.053.001.01", "from 2 on"),
        ("<LastPgInd>true", "<LastPgInd>false", "several"),
        ("<Cd>CLBD</Cd>", "<Cd>CLAV</Cd>", "CLBD"),
        ("10884.80", "10884.81", "opening"),
        ("<NbOfNtries>3", "<NbOfNtries>4", "TtlNtries counts 4"),
        ("<Sum>13000.00", "<Sum>13000.01", "TtlCdtNtries says"),
        ('<Amt Ccy="USD">115.20', '<Amt Ccy="EUR">115.20', "US dollars"),
        ('<Amt Ccy="USD">115.20', '<Amt Ccy="USD">115.205', "whole cents"),
        ("<BookgDt><Dt>2026-11-02</Dt></BookgDt><ValDt>", "<ValDt>", "no booking day"),
        ("</Stmt>", "", "well-formed"),
        ("<Sts>BOOK", "<Sts>DONE", "no status"),
    ],
)
def test_a_broken_camt_message_is_refused_at_its_line(old: str, new: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason) as refused:
        read_camt053(edit(V2, old, new))
    assert refused.value.line > 0


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
        '<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE d SYSTEM "http://example.org/d.dtd">',
        '<!DOCTYPE d [<!ENTITY % p SYSTEM "http://example.org/p"> %p;]>',
    ],
)
def test_entities_and_document_types_are_refused_before_they_do_anything(prolog: str) -> None:
    with pytest.raises(Unreadable, match="refused"):
        read_camt053(edit(V2, "<Document", f"{prolog}<Document"))


def test_very_deep_or_strange_xml_is_refused() -> None:
    for data in (b"<a>" * 5000, b"", b"\x00\x01", b'<?xml version="1.0" encoding="nothing-4"?><a/>', b"<a/>"):
        with pytest.raises(Unreadable):
            read_camt053(data)


def test_csv_is_read_by_the_accounts_layout() -> None:
    statement = read_bank_csv(CSV, LAYOUT, CsvWords("8800000003"))
    assert (statement.opening_amount, statement.closing_amount) == (D("1300.00"), D("30085.00"))
    assert told(statement) == [("wire", "30000.00"), ("check", "-1200.00"), ("fee", "-15.00")]
    assert (statement.starts_on, statement.ends_on) == (date(2026, 11, 2), date(2026, 11, 4))
    assert [one.line for one in statement.lines] == [5, 4, 3]
    assert statement.lines[1].check_number == "100031"


@pytest.mark.parametrize(
    ("sign", "amounts"),
    [("signed", ("100.00", "-40.00")), ("reversed", ("-100.00", "40.00")), ("marked", ("100.00 CR", "40.00 DR"))],
)
def test_signs_come_in_three_more_ways(sign: str, amounts: tuple[str, str]) -> None:
    rows = "".join(f"2026-11-0{day},{told.split()[0]},{told.split()[-1]}\n" for day, told in enumerate(amounts, 2))
    layout = CsvLayout("Day", amount_column="Sum", mark_column="Way", sign=sign, date_format="%Y-%m-%d")
    statement = read_bank_csv(f"Day,Sum,Way\n{rows}".encode(), layout, CsvWords("1", closing_amount=D("60.00")))
    assert [one.amount for one in statement.lines] == [D("100.00"), D("-40.00")]
    assert statement.opening_amount == 0


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("31,300.00", "31,300.01", 4, "the balance is 30100.00"),
        ("11/03/2026", "2026-11-03", 4, "no date"),
        ("1,200.00", "twelve", 4, "no amount"),
        ("Balance\n", "Saldo\n", 2, "column Balance"),
        (",15.00,,", ",,,", 3, "no money"),
    ],
)
def test_a_broken_csv_is_refused_at_its_line(old: str, new: str, line: int, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason) as refused:
        read_bank_csv(edit(CSV, old, new), LAYOUT, CsvWords("8800000003"))
    assert refused.value.line == line


def test_without_balances_somebody_says_them() -> None:
    layout = CsvLayout("Day", amount_column="Sum", date_format="%Y-%m-%d")
    data = b"Day,Sum\n2026-11-02,10.00\n"
    with pytest.raises(Unreadable, match="say the closing balance"):
        read_bank_csv(data, layout, CsvWords("1"))
    with pytest.raises(Unreadable, match=r"opening 1\.00"):
        read_bank_csv(data, layout, CsvWords("1", D("1.00"), D("12.00")))


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"booked_column": "Day"}, "amount_column"),
        ({"booked_column": "Day", "amount_column": "Sum", "sign": "guess"}, "one of"),
        ({"booked_column": "Day", "amount_column": "Sum", "colour": "red"}, "colour"),
        ({"booked_column": "Day", "amount_column": "Sum", "date_format": "%m/%d"}, "year"),
        ({"booked_column": "Day", "amount_column": "Sum", "delimiter": ""}, "one character"),
    ],
)
def test_a_layout_that_leaves_something_open_is_refused(told: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        CsvLayout.of(told)


@pytest.mark.parametrize(
    ("read", "data"),
    [(read_bai2, BAI), (read_camt053, V2), (lambda data: read_bank_csv(data, LAYOUT, CsvWords("1")), CSV)],
)
def test_damage_is_told_and_never_another_error(read: Callable[[bytes], object], data: bytes) -> None:
    rng = random.Random(7)
    for _ in range(300):
        spoiled = bytearray(data)
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(spoiled))
            if rng.random() < 0.5:
                spoiled[at] = rng.randrange(256)
            else:
                del spoiled[at : at + rng.randint(1, 30)]
        with suppress(Unreadable):
            read(bytes(spoiled))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["195", "475", "698", "999", "354"]), st.integers(1, 10**9)), max_size=12),
    st.integers(-(10**9), 10**9),
)
def test_what_is_written_by_the_rules_is_read(movements: list[tuple[str, int]], opening: int) -> None:
    moved = sum(bai_codes.sign_of(code) * amount for code, amount in movements)
    total = opening + opening + moved + sum(amount for _code, amount in movements)
    records = [f"16,{code},{amount},0,B{place},C{place}/" for place, (code, amount) in enumerate(movements)]
    count = len(records) + 2
    text = "\n".join(
        [
            "01,B,C,261103,0600,1,,,2/",
            "02,C,B,1,261102,,USD,2/",
            f"03,1,,010,{opening},,,015,{opening + moved},,/",
            *records,
            f"49,{total},{count}/",
            f"98,{total},1,{count + 2}/",
            f"99,{total},1,{count + 4}/",
        ]
    )
    [statement] = read_bai2(text.encode())
    assert [int(one.amount * 100) for one in statement.lines] == [
        bai_codes.sign_of(code) * amount for code, amount in movements
    ]
    again = read_bai2(text.replace("/\n", " /\n").encode())[0]
    assert again.fingerprint == statement.fingerprint
