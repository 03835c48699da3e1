"""Laws, on real tables: bank = book + what is open after any sequence of acts; of two who match one line, one wins."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.models import BankAccount, BankMatch, BankStatement, PaymentInstrument
from claims.payments.take_back import Taken, take_back
from claims.reconciliation.match_by_hand import book_line, match_by_hand
from claims.reconciliation.open_facts import open_items, open_lines
from claims.reconciliation.standing import standing
from claims.reconciliation.unmatch import unmatch
from claims.reconciliation.withdraw_statement import withdraw_statement
from tests.claims.reconciliation.test_reconcile import deposit, pay
from tests.factories.bank_statements import SCOPE, START, agree_fees, lines_of, open_bank, send_day
from tests.factories.payments import ENGINE, World, make_world
from tpa.foundation.errors import Conflict, DomainError
from tpa.invariants.check import offences

D = Decimal
CODES = ["I1", "I2", "I9", "I12", "I15"]

# A bank's day: whether it knows the book's next check, ACH file or deposit, and what it adds of its own.
_MOVEMENT = st.sampled_from(["check", "other amount", "deposit", "fee", "interest", "riddle", "twice", "nothing"])
_ACT = st.sampled_from(["hand", "split", "unmatch", "book", "stop", "withdraw", "late deposit"])


class _Bank:
    """A world and its bank, a day at a time."""

    def __init__(self) -> None:
        self.world: World = make_world()
        self.account: BankAccount = open_bank(self.world)
        agree_fees(self.account)
        self.checks = pay(self.world, "150.00", "100.00", "150.00", "200.00")
        for number in range(3):
            deposit(self.world, "80.00", f"WIRE {number}", START + timedelta(number))
        self.balance, self.day, self.known = D(0), 0, 0

    def send(self, movements: list[str], gap: str) -> None:
        told = [one for place, kind in enumerate(movements) for one in self._say(kind, place)]
        opening = self.balance + D(gap)
        file = send_day(self.account, self.day, str(opening), *told)
        assert file.status == "loaded", file.problem
        self.balance = BankStatement.objects.filter(bank_account=self.account).latest("ends_on").closing_amount
        self.day += 1

    def _say(self, kind: str, place: int) -> list[tuple[str, str, str, str]]:
        check = self.checks[self.known % len(self.checks)]
        if kind in ("check", "twice", "other amount"):
            self.known += 1
            amount = check.amount + (D("9.00") if kind == "other amount" else 0)
            return [("475", str(amount), check.check_number, "CHECK")] * (2 if kind == "twice" else 1)
        return {
            "deposit": [("195", "80.00", f"WIRE {place}", "")],
            "fee": [("698", "4.00", "", "FEE")],
            "interest": [("354", "1.00", "", "")],
            "riddle": [("699", "48.00", "", "?")],
        }.get(kind, [])

    def act(self, kind: str, pick: int) -> None:
        lines, items = open_lines(self.account), open_items(self.account)
        standing_ids = list(
            BankMatch.objects.filter(bank_account=self.account, superseded_at=None).values_list("pk", flat=True)
        )
        pairs = [(one, two) for one in lines for two in items if one.open_amount * two.open_amount > 0]
        with suppress(DomainError):
            if kind in ("hand", "split") and pairs:
                line, item = pairs[pick % len(pairs)]
                part = min(abs(line.open_amount), abs(item.open_amount)) * (1 if line.open_amount > 0 else -1)
                part = part if kind == "hand" else (part / 2).quantize(D("0.01"))
                self._hand({line.line_id: part}, {item.transaction_id: part})
            elif kind == "unmatch" and standing_ids:
                unmatch(match_id=standing_ids[pick % len(standing_ids)], because="x", scope=SCOPE)
            elif kind == "book" and lines:
                line_id = lines[pick % len(lines)].line_id
                book_line(bank_account_id=self.account.pk, line_id=line_id, booking="fee_tpa", because="x", scope=SCOPE)
            elif kind == "stop":
                one = PaymentInstrument.objects.filter(claims_account=self.world.account, status="issued").first()
                if one is not None:
                    to = PaymentInstrument.Status.STOPPED
                    take_back({one.pk: Taken("lost")}, to=to, on=START + timedelta(self.day), by=ENGINE)
            elif kind == "withdraw":
                last = BankStatement.objects.filter(bank_account=self.account, status="standing").last()
                if last is not None:
                    withdraw_statement(statement_id=last.pk, because="x", scope=SCOPE)
            elif kind == "late deposit":
                deposit(self.world, "80.00", f"LATE {pick} {self.day}", START)

    def _hand(self, lines: Any, items: Any) -> None:
        match_by_hand(bank_account_id=self.account.pk, lines=lines, items=items, because="x", scope=SCOPE)


@pytest.mark.django_db
@settings(max_examples=12)
@given(
    st.lists(
        st.tuples(
            st.lists(_MOVEMENT, max_size=4), st.sampled_from(["0.00", "0.00", "5.00"]),
            st.lists(st.tuples(_ACT, st.integers(0, 20)), max_size=4),
        ),
        min_size=1, max_size=3,
    )
)  # fmt: skip
def test_the_difference_is_always_what_is_open(days: list[Any]) -> None:
    bank = _Bank()
    for movements, gap, acts in days:
        bank.send(movements, gap)
        for kind, pick in acts:
            bank.act(kind, pick)
        for day in range(-1, bank.day + 1):
            assert standing(bank.account, START + timedelta(day)).difference_amount == 0
    assert offences(only=CODES) == []


@pytest.mark.django_db(transaction=True)
def test_of_two_who_match_the_same_line_one_wins_and_the_other_is_told() -> None:
    world = make_world()
    account = open_bank(world)
    items = [deposit(world, "80.00", f"SLIP {number}") for number in range(2)]
    send_day(account, 20, "0.00", ("175", "80.00", "", "CHECKS"))
    [line] = lines_of(account)
    ready, outcomes = threading.Barrier(2), []

    def somebody(item: int) -> None:
        try:
            ready.wait(10)
            outcomes.append(
                match_by_hand(
                    bank_account_id=account.pk, lines={line.pk: None}, items={item: None}, because="slip", scope=SCOPE
                )
            )
        except Conflict as told:
            outcomes.append(told.code)
        finally:
            connection.close()

    people = [threading.Thread(target=somebody, args=[item]) for item in items]
    for person in people:
        person.start()
    for person in people:
        person.join(30)
    assert sorted(map(type, outcomes), key=str) == [int, str]
    assert "bank.matched_meanwhile" in outcomes
    assert (len(open_lines(account)), len(open_items(account))) == (0, 1)
    assert offences(only=["I15"]) == []
