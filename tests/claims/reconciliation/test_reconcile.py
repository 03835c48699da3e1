"""A claims account against its bank, on real tables: files in, matches made, what is open, what is signed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pypdf
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from claims.models import (
    BankException,
    BankFile,
    BankLine,
    BankMatch,
    BankMatchPart,
    BankPostingRule,
    BankStatement,
    Payment,
    PaymentInstrument,
    Reconciliation,
)
from claims.payments.run_payments import run_payments
from claims.payments.take_back import Taken, take_back
from claims.reconciliation.agree_terms import RuleWords, agree_posting_rule, end_posting_rule, set_csv_layout
from claims.reconciliation.follow_exception import follow_exception
from claims.reconciliation.match_account import match_account
from claims.reconciliation.match_by_hand import book_line, match_by_hand
from claims.reconciliation.open_facts import open_items, open_lines
from claims.reconciliation.sign_reconciliation import (
    drop_reconciliation,
    prepare_reconciliation,
    sign_reconciliation,
)
from claims.reconciliation.standing import gaps_of, standing
from claims.reconciliation.unmatch import unmatch
from claims.reconciliation.withdraw_statement import withdraw_statement
from employers.funding.deposit_funds import deposit_funds
from employers.funding.selectors import balances
from tests.factories.bank_statements import SCOPE, START, agree_fees, bai, lines_of, open_bank, send, send_day
from tests.factories.payments import ENGINE, World, make_decided, make_provider, make_world
from tests.factories.users import as_web, make_scope
from tpa.foundation.edi_files import read_bytes
from tpa.foundation.errors import Conflict, Invalid, NotFound, Refused
from tpa.foundation.models import Document, Role
from tpa.invariants.check import offences

pytestmark = pytest.mark.django_db

D = Decimal
CODES = ["I1", "I2", "I12", "I15"]


@pytest.fixture(autouse=True)
def _everything_holds() -> Iterator[None]:
    yield
    assert offences(only=CODES) == []


def deposit(world: World, amount: str, reference: str, on: date = START) -> int:
    done = deposit_funds(
        claims_account_id=world.account.pk, amount=D(amount), received_on=on, bank_reference=reference, by=ENGINE
    )
    return done.transaction_id


def pay(world: World, *billed: str, on: date = START, method: str = "check") -> list[Payment]:
    """One payment for each amount billed: 80.00 for 150.00, 48.00 for 100.00."""
    for amount in billed:
        world.payee, world.provider = make_provider(method)
        make_decided(world, amount)
    run = run_payments(employer_id=world.employer.pk, on=on, by=ENGINE)
    assert run is not None
    return list(run.payments.order_by("pk"))


def rules(account: Any) -> list[str]:
    return sorted(account.matches.filter(superseded_at__isnull=True).values_list("rule", flat=True))


def ledger(world: World) -> dict[str, Decimal]:
    return {kind: amount for kind, amount in balances(world.account.pk).items() if amount}


def test_a_days_statement_is_matched_and_the_rest_stays_open() -> None:
    world = make_world()
    account = open_bank(world)
    agree_fees(account)
    deposit(world, "5000.00", "WIRE E1 202603")
    first, second = pay(world, "150.00", "100.00")
    ach, other = pay(world, "150.00", "200.00", method="ach")
    file = send_day(
        account, 1, "0.00",
        ("195", "5000.00", "WIRE E1 202603", "FUNDING"),
        ("475", "80.00", first.check_number, "CHECK"),
        ("466", str(ach.amount + other.amount), "SETTLEMENT", "ACH"),
        ("698", "12.50", "", "WIRE FEE"),
        ("354", "3.10", "", "INTEREST"),
        ("699", "7.77", "", "WHO KNOWS"),
    )  # fmt: skip
    assert (file.status, file.problem) == ("loaded", "")
    assert rules(account) == ["batch", "check", "posted", "posted", "reference"]
    stands = standing(account, START + timedelta(1))
    assert stands.bank_amount == D("5000.00") - 80 - ach.amount - other.amount - D("12.50") + D("3.10") - D("7.77")
    assert [row.check_number for row in stands.outstanding] == [second.check_number]
    assert [row.open_amount for row in stands.unexplained] == [D("-7.77")]
    assert stands.difference_amount == 0
    assert stands.book_amount == stands.bank_amount - D("48.00") + D("7.77")
    cleared = PaymentInstrument.objects.filter(status="cleared")
    assert set(cleared.values_list("payment_id", flat=True)) == {first.pk, ach.pk, other.pk}
    # What cleared has left the payments issued; what has not is there still.
    assert ledger(world)["payments_out"] == D("-48.00")
    assert ledger(world)["cash"] == stands.bank_amount + D("7.77")
    assert ledger(world)["employer_funds"] == D("-5000.00") + D("12.50") - D("3.10")


def test_the_day_before_the_bank_paid_a_check_is_outstanding_still() -> None:
    world = make_world()
    account = open_bank(world)
    [check] = pay(world, "150.00")
    send_day(account, 0, "0.00", ("195", "100.00", "X", ""))
    send_day(account, 1, "100.00", ("475", "80.00", check.check_number, ""))
    before, after = (standing(account, START + timedelta(day)) for day in (0, 1))
    assert (before.outstanding_amount, after.outstanding_amount) == (D("80.00"), D("0.00"))
    assert (before.difference_amount, after.difference_amount) == (0, 0)


def test_the_same_file_and_the_same_statement_twice_change_nothing() -> None:
    world = make_world()
    account = open_bank(world)
    data = bai(account.number, START, "0.00", [("195", "10.00", "A", "")])
    file = send(data)
    assert send(data).pk == file.pk
    assert BankFile.objects.get().again_count == 1
    again = send(data.replace(b"STEWARD", b"STEWARDS"), name="again.bai")
    assert (again.pk == file.pk, again.status) == (False, "loaded")
    assert (BankStatement.objects.count(), BankLine.objects.count()) == (1, 1)
    other = send(bai(account.number, START, "0.00", [("195", "11.00", "A", "")]))
    assert (other.status, other.problem_line) == ("refused", 0)
    assert "withdraw it first" in other.problem


def test_a_file_is_loaded_whole_or_not_at_all() -> None:
    world, stranger = make_world(), make_world()
    account = open_bank(world)
    both = bai(account.number, START, "0.00", [("195", "10.00", "A", "")])
    broken = send(both.replace(b"49,", b"49,1"))
    assert (broken.status, broken.problem_line) == ("refused", 6)
    assert "control total" in broken.problem
    unknown = send(bai(stranger.account.bank_account_number, START, "0.00", [("195", "10.00", "A", "")]))
    assert "is not reconciled here" in unknown.problem
    assert not BankStatement.objects.exists()
    assert read_bytes(broken.sha256).startswith(b"01,")
    open_bank(stranger)
    assert send(read_bytes(unknown.sha256)).status == "loaded"


def test_a_missing_statement_shows_as_a_gap_and_the_report_still_adds_up() -> None:
    world = make_world()
    account = open_bank(world)
    send_day(account, 0, "0.00", ("195", "100.00", "A1", ""))
    send_day(account, 2, "150.00", ("195", "10.00", "A2", ""))
    [gap] = gaps_of(account)
    assert (gap.after_on, gap.before_on, gap.amount) == (START, START + timedelta(2), D("50.00"))
    stands = standing(account, START + timedelta(2))
    assert (stands.bank_amount, stands.unexplained_amount, stands.difference_amount) == (D("160.00"), D("160.00"), 0)
    send_day(account, 1, "100.00", ("195", "50.00", "A3", ""))
    assert gaps_of(account) == ()
    assert standing(account, START + timedelta(2)).difference_amount == 0


def test_statements_from_before_the_start_are_refused_and_the_opening_is_matched_like_a_line() -> None:
    world = make_world()
    old = deposit(world, "900.00", "OLD", START - timedelta(30))
    account = open_bank(world, opening="1000.00")
    early = send(bai(account.number, START - timedelta(1), "0.00", [("195", "10.00", "A", "")]))
    assert "earlier" in early.problem
    [opening] = lines_of(account)
    assert (opening.kind, opening.amount) == ("opening", D("1000.00"))
    match_by_hand(
        bank_account_id=account.pk, lines={opening.pk: D("900.00")}, items={old: None}, because="before us", scope=SCOPE
    )
    stands = standing(account, START)
    assert ([row.open_amount for row in stands.unexplained], stands.difference_amount) == ([D("100.00")], 0)


def test_a_check_of_another_amount_is_followed_until_the_bank_puts_it_right() -> None:
    world = make_world()
    account = open_bank(world)
    [check] = pay(world, "150.00")
    send_day(account, 0, "0.00", ("475", "800.00", check.check_number, ""))
    found = BankException.objects.get()
    assert (found.difference_amount, found.status) == (D("-720.00"), "open")
    assert [row.open_amount for row in open_lines(account)] == [D("-720.00")]
    assert open_items(account) == []
    follow_exception(exception_id=found.pk, note="called the branch", scope=SCOPE)
    with pytest.raises(Conflict):
        follow_exception(exception_id=found.pk, note="again", scope=SCOPE)
    send_day(account, 2, "-800.00", ("254", "720.00", check.check_number, "ENCODING ERROR"))
    found.refresh_from_db()
    assert (found.status, found.note) == ("settled", "called the branch")
    assert standing(account, START + timedelta(2)).unexplained_amount == 0
    assert ledger(world)["cash"] == D("-80.00")
    correction = BankMatch.objects.get(rule="correction")
    unmatch(match_id=correction.pk, because="of another check", scope=SCOPE)
    found.refresh_from_db()
    assert found.status == "open"


def test_a_check_paid_too_little_is_open_for_the_rest() -> None:
    world = make_world()
    account = open_bank(world)
    [check] = pay(world, "150.00")
    send_day(account, 0, "0.00", ("475", "8.00", check.check_number, ""))
    assert [row.open_amount for row in open_items(account)] == [D("-72.00")]
    assert ledger(world)["payments_out"] == D("-72.00")
    send_day(account, 1, "-8.00", ("475", "72.00", check.check_number, "CORRECTED"))
    assert open_items(account) == []
    assert BankException.objects.get().status == "settled"
    assert "payments_out" not in ledger(world)


def test_a_return_goes_with_what_the_book_took_back_and_a_void_needs_no_bank() -> None:
    world = make_world()
    account = open_bank(world)
    [ach] = pay(world, "150.00", method="ach")
    [check] = pay(world, "100.00")
    for payment, to in ((ach, "returned"), (check, "stopped")):
        instrument = payment.instruments.get()
        take_back({instrument.pk: Taken("it did not arrive")}, to=PaymentInstrument.Status(to), on=START, by=ENGINE)
    send_day(
        account,
        2,
        "0.00",
        ("469", "80.00", "", f"TRN*1*{ach.trace_number}*1"),
        ("257", "80.00", ach.trace_number, "R03"),
    )
    assert rules(account) == ["returned", "trace", "void"]
    assert open_items(account) == []
    # What went and came back at the bank went and came back in the book: nothing is out, and no cash is missing.
    assert ledger(world) == {}


def test_by_hand_several_parts_and_what_may_not_be() -> None:
    world = make_world()
    account = open_bank(world)
    one, two = deposit(world, "70.00", "FIRST"), deposit(world, "40.00", "SECOND", START + timedelta(1))
    send_day(account, 9, "0.00", ("175", "100.00", "", "CHECKS"), ("175", "10.00", "", "CASH"))
    first, second = lines_of(account)

    def by_hand(lines: Any, items: Any, because: str = "the deposit slip") -> int:
        return match_by_hand(bank_account_id=account.pk, lines=lines, items=items, because=because, scope=SCOPE)

    with pytest.raises(Invalid, match=r"comes to 100\.00 and the book's to 110\.00"):
        by_hand({first.pk: None}, {one: None, two: None})
    with pytest.raises(Invalid, match="why"):
        by_hand({first.pk: D("70.00")}, {one: None}, " ")
    with pytest.raises(Invalid, match="Choose"):
        by_hand({}, {})
    for part in ("100.01", "-70.00", "0.00", "1.001"):
        with pytest.raises(Invalid, match="more than is open"):
            by_hand({first.pk: D(part)}, {one: None})
    split = by_hand({first.pk: D("70.00")}, {one: None})
    by_hand({first.pk: None, second.pk: None}, {two: None})
    assert (open_lines(account), open_items(account)) == ([], [])
    with pytest.raises(Conflict, match="meanwhile"):
        by_hand({first.pk: None}, {one: None})
    unmatch(match_id=split, because="wrong slip", scope=SCOPE)
    with pytest.raises(Conflict, match="took this match back"):
        unmatch(match_id=split, because="wrong slip", scope=SCOPE)
    assert [row.open_amount for row in open_lines(account)] == [D("70.00")]
    assert BankMatch.objects.filter(pk=split, superseded_at__isnull=False).exists()


def test_what_a_person_took_back_no_rule_puts_together_again() -> None:
    world = make_world()
    account = open_bank(world)
    agree_fees(account)
    [check] = pay(world, "150.00")
    send_day(account, 0, "0.00", ("475", "80.00", check.check_number, ""), ("698", "5.00", "", "FEE"))
    assert rules(account) == ["check", "posted"]
    assert PaymentInstrument.objects.get().status == "cleared"
    for match in account.matches.all():
        unmatch(match_id=match.pk, because="not ours", scope=SCOPE)
    assert ledger(world)["payments_out"] == D("-80.00")  # no longer cleared
    assert PaymentInstrument.objects.get().status == "issued"
    done = match_account(bank_account_id=account.pk, by=ENGINE)
    assert (done.match_count, done.posted_count) == (0, 0)
    assert standing(account, START).difference_amount == 0


def test_a_line_that_the_book_does_not_know_is_booked_by_hand() -> None:
    world = make_world()
    account = open_bank(world)
    send_day(
        account, 0, "0.00",
        ("195", "500.00", "WIRE 7", ""), ("698", "80.00", "", "FEE"), ("354", "2.00", "", ""), ("699", "1.00", "", ""),
    )  # fmt: skip
    wire, fee, interest, other = lines_of(account)

    def book(line: BankLine, booking: str) -> int:
        return book_line(
            bank_account_id=account.pk, line_id=line.pk, booking=booking, because="letter of the bank", scope=SCOPE
        )

    book(wire, "deposit")
    book(fee, "fee_tpa")
    book(interest, "interest_employer")
    assert ledger(world) == {"cash": D("422.00"), "employer_funds": D("-502.00"), "fees": D("80.00")}
    with pytest.raises(Invalid, match="no deposit"):
        book(other, "deposit")
    with pytest.raises(Invalid, match="booked as"):
        book(other, "loan")
    with pytest.raises(Conflict):
        book(wire, "deposit")
    deposit(world, "500.00", "WIRE 7")  # told twice, it is one deposit
    assert [row.open_amount for row in open_items(account)] == []


def test_rules_hold_in_their_time_and_are_superseded() -> None:
    world = make_world()
    account = open_bank(world)
    agree_fees(account, borne_by="tpa")
    words = RuleWords("fee", D("10.00"), "tpa", "ASA 4.3", START)
    with pytest.raises(Conflict, match="already"):
        agree_posting_rule(bank_account_id=account.pk, words=words, scope=SCOPE)
    rule = BankPostingRule.objects.get(line_kind="fee")
    end_posting_rule(rule_id=rule.pk, ends_on=START + timedelta(1), because="new bank", scope=SCOPE)
    with pytest.raises(Conflict, match="ended"):
        end_posting_rule(rule_id=rule.pk, ends_on=START, because="x", scope=SCOPE)
    send_day(account, 0, "0.00", ("698", "5.00", "", "FEE"), ("698", "50.01", "", "FEE"))
    send_day(account, 1, "-55.01", ("698", "6.00", "", "FEE"))
    assert ledger(world) == {"cash": D("-5.00"), "fees": D("5.00")}
    assert BankPostingRule.objects.filter(line_kind="fee").count() == 2


def test_csv_comes_by_the_accounts_layout_and_says_its_balances() -> None:
    world = make_world()
    account = open_bank(world)
    data = b"Day,Sum,What\n2026-03-02,10.00,LOCKBOX\n2026-03-03,-4.00,FEE\n"
    assert "no layout" in send(data, name="march.csv", bank_account_id=account.pk).problem
    layout = {
        "booked_column": "Day", "amount_column": "Sum", "text_column": "What", "date_format": "%Y-%m-%d",
        "kinds": [["FEE", "fee"]],
    }  # fmt: skip
    with pytest.raises(Invalid, match="no layout"):
        set_csv_layout(bank_account_id=account.pk, layout={"booked_column": "Day"}, scope=SCOPE)
    set_csv_layout(bank_account_id=account.pk, layout=layout, scope=SCOPE)
    assert "closing balance" in send(data, bank_account_id=account.pk).problem
    file = send(data, bank_account_id=account.pk, closing_amount=D("6.00"))
    assert file.status == "loaded"
    assert [(line.kind, line.amount) for line in lines_of(account)] == [("other", D("10.00")), ("fee", D("-4.00"))]
    with pytest.raises(Invalid, match="Of a CSV say the account"):
        send(b"a,b\n1,2\n")


def test_a_withdrawn_statement_counts_no_more_and_makes_room() -> None:
    world = make_world()
    account = open_bank(world)
    [check] = pay(world, "150.00")
    send_day(account, 0, "0.00", ("475", "80.00", check.check_number, ""))
    statement = BankStatement.objects.get()
    withdraw_statement(statement_id=statement.pk, because="the bank sent it anew", scope=SCOPE)
    assert ([row.open_amount for row in open_items(account)], open_lines(account)) == ([D("-80.00")], [])
    assert ledger(world)["payments_out"] == D("-80.00")
    send_day(account, 0, "0.00", ("475", "80.00", check.check_number, "ANEW"), ("195", "1.00", "", ""))
    assert rules(account) == ["check"]
    with pytest.raises(Conflict):
        withdraw_statement(statement_id=statement.pk, because="x", scope=SCOPE)


def signed(account: Any, as_of_on: date) -> Reconciliation:
    prepared = prepare_reconciliation(
        bank_account_id=account.pk, as_of_on=as_of_on, scope=make_scope(Role.SENIOR_EXAMINER)
    )
    return sign_reconciliation(reconciliation_id=prepared.pk, scope=make_scope(Role.TPA_MANAGER))


def test_a_second_person_signs_and_the_days_are_closed() -> None:
    world = make_world()
    account = open_bank(world)
    deposit(world, "300.00", "WIRE 1")
    paid, waiting = pay(world, "150.00", "100.00")
    send_day(
        account,
        1,
        "0.00",
        ("195", "300.00", "WIRE 1", ""),
        ("475", "80.00", paid.check_number, ""),
        ("399", "9.00", "", "?"),
    )
    day = START + timedelta(1)
    one = make_scope(Role.TPA_MANAGER)
    prepared = prepare_reconciliation(bank_account_id=account.pk, as_of_on=day, scope=one)
    with pytest.raises(Refused, match="Another person"):
        sign_reconciliation(reconciliation_id=prepared.pk, scope=one)
    with pytest.raises(Invalid, match="No statement"):
        prepare_reconciliation(bank_account_id=account.pk, as_of_on=day + timedelta(1), scope=one)
    deposit(world, "1.00", "LATE", START)
    two = make_scope(Role.TPA_MANAGER)
    with pytest.raises(Conflict, match="changed since"):
        sign_reconciliation(reconciliation_id=prepared.pk, scope=two)
    done = signed(account, day)
    prepared.refresh_from_db()
    assert (done.status, prepared.status) == ("signed", "dropped")
    assert (done.bank_amount, done.in_transit_amount, done.outstanding_amount, done.unexplained_amount) == (
        D("229.00"), D("1.00"), D("48.00"), D("9.00"),
    )  # fmt: skip
    assert done.book_amount == D("173.00")
    # Closed: no statement, no withdrawal, no unmatching of what was counted, no second signature.
    late = send_day(account, 0, "0.00", ("195", "1.00", "", ""))
    assert "signed and closed" in late.problem
    with pytest.raises(Conflict, match="closed"):
        withdraw_statement(statement_id=BankStatement.objects.get().pk, because="x", scope=SCOPE)
    with pytest.raises(Conflict, match="closed"):
        unmatch(match_id=account.matches.get(rule="check").pk, because="x", scope=SCOPE)
    with pytest.raises(Conflict, match="closed"):
        prepare_reconciliation(bank_account_id=account.pk, as_of_on=day, scope=one)
    with pytest.raises(Conflict):
        sign_reconciliation(reconciliation_id=done.pk, scope=two)
    # What was open goes on: the check clears, the riddle is booked on the first open day.
    send_day(account, 2, "229.00", ("475", "48.00", waiting.check_number, ""))
    riddle = next(row for row in open_lines(account) if row.open_amount == D("9.00"))
    book_line(bank_account_id=account.pk, line_id=riddle.line_id, booking="interest_tpa", because="told", scope=SCOPE)
    assert standing(account, day).book_amount == D("173.00")
    assert standing(account, day + timedelta(1)).unexplained_amount == 0
    deposit(world, "5.00", "VERY LATE", START)
    assert standing(account, day + timedelta(1)).late_amount == D("5.00")


def test_the_report_is_kept_as_pdf_and_workbook() -> None:
    world = make_world()
    account = open_bank(world)
    pay(world, "150.00")
    send_day(account, 1, "0.00", ("195", "10.00", "", "=1+1"))
    done = signed(account, START + timedelta(1))
    pdf, xlsx = Document.objects.filter(subject_type="claims.reconciliation", subject_id=done.pk).order_by("kind")
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(read_bytes(pdf.sha256))).pages)
    for words in ("Bank reconciliation", "Outstanding", "80.00", "−80.00", "=1+1", "Signed"):  # noqa: RUF001
        assert words in text
    book = openpyxl.load_workbook(io.BytesIO(read_bytes(xlsx.sha256)))
    assert book.sheetnames == ["Reconciliation", "In transit", "Outstanding", "Unexplained"]
    assert book["Unexplained"]["B2"].value.endswith("=1+1")
    assert [row[1].value for row in book["Reconciliation"].iter_rows(min_row=4)] == [10, 0, -80, -10, -80, 0]


def test_a_prepared_one_may_be_dropped() -> None:
    world = make_world()
    account = open_bank(world)
    send_day(account, 0, "0.00", ("195", "10.00", "", ""))
    row = prepare_reconciliation(bank_account_id=account.pk, as_of_on=START, scope=SCOPE)
    drop_reconciliation(reconciliation_id=row.pk, because="too early", scope=SCOPE)
    with pytest.raises(Conflict):
        sign_reconciliation(reconciliation_id=row.pk, scope=make_scope(Role.TPA_MANAGER))


def test_the_database_refuses_what_does_not_come_to_the_same() -> None:
    world = make_world()
    account = open_bank(world)
    item = deposit(world, "10.00", "FAR AWAY", START + timedelta(60))
    send_day(account, 0, "0.00", ("195", "20.00", "", ""))
    [line] = lines_of(account)
    match = BankMatch(
        bank_account=account,
        employer=world.employer,
        rule="hand",
        made_by="x",
        made_at=account.opened_at,
        cleared_amount=0,
    )

    def write(*parts: tuple[int | None, int | None, str]) -> None:
        with transaction.atomic():
            match.pk = None
            match.save(force_insert=True)
            BankMatchPart.objects.bulk_create(
                BankMatchPart(match=match, employer=world.employer, line_id=of, transaction_id=booked, amount=D(amount))
                for of, booked, amount in parts
            )

    with pytest.raises(IntegrityError, match="do not come to the same"):
        write((line.pk, None, "10.00"), (None, item, "9.00"))
    with pytest.raises(IntegrityError, match="more is taken of bank line"):
        write((line.pk, None, "21.00"), (line.pk, None, "-21.00"))
    with pytest.raises(IntegrityError, match="more is taken of posting"):
        write((line.pk, None, "11.00"), (None, item, "11.00"))
    write((line.pk, None, "10.00"), (None, item, "10.00"))
    with pytest.raises(IntegrityError, match="more is taken of posting"):
        write((line.pk, None, "1.00"), (None, item, "1.00"))
    with pytest.raises(IntegrityError), transaction.atomic():
        BankLine.objects.filter(pk=line.pk).update(amount=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        BankMatch.objects.filter(bank_account=account).update(rule="check")


def test_one_employer_never_sees_anothers_bank() -> None:
    mine, theirs = make_world(), make_world()
    account, other = open_bank(mine), open_bank(theirs)
    for one in (account, other):
        send_day(one, 0, "0.00", ("195", "10.00", "", ""))
    scope = make_scope(Role.EMPLOYER_FINANCE, employer_id=mine.employer.pk)
    with as_web(scope):
        for model in (type(account), BankStatement, BankLine):
            assert set(model.objects.values_list("employer_id", flat=True)) == {mine.employer.pk}
    with pytest.raises(NotFound):
        match_by_hand(bank_account_id=other.pk, lines={1: None}, items={}, because="x", scope=scope)


def test_a_statement_costs_the_same_number_of_queries_however_long_it_is() -> None:
    counts = []
    for size in (3, 60):
        world = make_world()
        account = open_bank(world)
        agree_fees(account)
        checks = pay(world, *["150.00"] * size)
        movements = [("475", "80.00", check.check_number, "") for check in checks]
        movements += [("698", "1.00", "", "FEE")] * size + [("699", "2.00", "", "?")] * size
        with CaptureQueriesContext(
            connection,
        ) as captured:
            file = send_day(account, 1, "0.00", *movements)
        assert file.status == "loaded"
        assert account.matches.count() == 2 * size
        counts.append(len(captured.captured_queries))
    assert counts[0] == counts[1]
    assert counts[0] < 70
