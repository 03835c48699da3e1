"""What goes wrong on the bank's side of the year: credits that come back, accounts that change, checks lost or void."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Final, NamedTuple

from bench._year.world import BY, World
from claims.adjustments.void_payment import void_payment
from claims.models import PaymentInstrument
from claims.payments.reissue_payment import claims_taken_back, reissue_payment
from claims.payments.settle_payment import settle_payment
from claims.payments.stop_payment import stop_payment
from claims.payments.take_returns import take_returns
from plans.models import Payee
from tpa.foundation.errors import Conflict

Status = PaymentInstrument.Status
# As a rule something about the entry; now and then the account is closed, and takes nothing any more.
_CODES: Final = ("R18",) * 20 + ("R24",) * 10 + ("R26",) * 10 + ("R02",)
_OUR_BANK, _THEIR_BANK = "12200003", "02999999"


class Back(NamedTuple):
    """An entry that a bank sends back: a return with its code, or (C01) the account as it should be."""

    code: str
    trace: str
    cents: int
    account: str
    name: str
    corrected: str = ""


def befall(world: World, on: date, rng: Random) -> int:
    """A week's troubles; returns how many payments did not arrive."""
    sent = PaymentInstrument.objects.filter(
        method="ach", status=Status.ISSUED, issued_on__lte=on - timedelta(days=2), issued_on__gt=on - timedelta(days=30)
    ).exclude(ach_trace="")
    back = []
    for one in sent.select_related("payment").order_by("pk"):
        chance = rng.random()
        if chance < 0.02 and one.payment.payee_id is not None:
            payee = Payee.objects.get(pk=one.payment.payee_id)
            code, cents = rng.choice(_CODES), int(one.amount * 100)
            back.append(Back(code, one.ach_trace, cents, payee.bank_account_number, payee.name[:22].upper()))
    if back:
        data = _return_file(back, on)
        take_returns(data=data, name=f"returns-{on}.ach", origin="drop", by=BY)
        # The bank sends its file once more: nothing is done twice.
        take_returns(data=data, name=f"returns-{on}-again.ach", origin="drop", by=BY)
    return len(back) + _checks(world, on, rng)


def _checks(world: World, on: date, rng: Random) -> int:
    """Checks that are lost, and some that should not have gone out."""
    by, count = world.people["first"], 0
    out = PaymentInstrument.objects.filter(method="check", status=Status.ISSUED, issued_on__gt=on - timedelta(days=30))
    for pk in list(out.order_by("pk").values_list("pk", flat=True)):
        chance = rng.random()
        if chance < 0.01:
            stop_payment(instrument_id=pk, because="lost in the mail", by=by)
        elif chance < 0.02:
            void_payment(instrument_id=pk, then="owed", because="wrong address", by=by)
        elif chance < 0.03:
            try:
                void_payment(instrument_id=pk, then="taken_back", because="paid to the wrong provider", by=by)
            except Conflict:
                continue
        count += chance < 0.03
    return count


def mend(world: World, on: date) -> None:
    """What did not arrive is paid again by check, or set against its claims where these were taken back."""
    by = world.people["second"]
    owed = PaymentInstrument.objects.filter(
        status__in=PaymentInstrument.OWED, status_at__date__lte=on - timedelta(days=6)
    )
    for one in list(owed.order_by("pk")):
        try:
            if claims_taken_back(one.payment_id):
                settle_payment(instrument_id=one.pk, because="its claims were taken back", by=by)
            else:
                reissue_payment(instrument_id=one.pk, method="check", because="asked for again", by=by, on=on)
        except Conflict:
            continue  # a claim is being decided anew, or the account does not hold enough: next week


def _return_file(entries: Sequence[Back], on: date) -> bytes:
    """The published layout: 94 columns, controls that count and add up."""
    day = f"{on:%y%m%d}"
    records = [f"101 {_OUR_BANK}0 {_THEIR_BANK}9{day}1015A094101{'STEWARD':23}{'FED':23}"]
    records.append(f"5200{'STEWARD':36}1987654320CCDHCCLAIMPMT{day}{day}   1{_THEIR_BANK}0000001")
    for number, one in enumerate(entries, 1):
        own = f"{_THEIR_BANK}{number:07d}"
        records.append(f"621{_OUR_BANK}0{one.account:17}{one.cents:010d}{'':15}{one.name:22}  1{own}")
        records.append(f"799{one.code}{one.trace:15}{'':6}{_THEIR_BANK}{one.corrected:44}{own}")
    count, hashed, total = 2 * len(entries), int(_OUR_BANK) * len(entries), sum(one.cents for one in entries)
    sums = f"{hashed % 10**10:010d}{0:012d}{total:012d}"
    records.append(f"8200{count:06d}{sums}1987654320{'':25}{_THEIR_BANK}0000001")
    records.append(f"9{1:06d}{1:06d}{count:08d}{sums}")
    return "".join(f"{record:94}\n" for record in records).encode()
