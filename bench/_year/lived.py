"""The year itself, day by day, and the months after it until every window and every contract is over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from bench._year.cast import FIRST, HALF, OVER
from bench._year.clock import standing_at
from bench._year.funded import SETTLED_ON, TERMS, agree, ask, settle_level
from bench._year.insured import Desk, hear, insure, watch
from bench._year.intake import Costly, corrections, invented, people_of_the_year, send, treated
from bench._year.money import Closed, close, days, deposit, happen, pay, settle
from bench._year.people import answer, decide_anew, leave, tell
from bench._year.policies import ENDED_EARLY
from bench._year.reconciled import Desk as BankDesk
from bench._year.reconciled import open_desk, sign_month
from bench._year.recoveries import Recovered, agree_recoveries, audit, pursue, work_cases
from bench._year.trouble import befall, mend
from bench._year.world import BY, World, build_world
from tpa.stoploss.end_policy import end_policy

# Claims of the year come in until so many days after it; then everything is waited for to the end.
LAST_SENDING: Final = date(2027, 2, 23)
# From then on nothing is decided any more, and with the month nothing paid: contracts are over.
SETTLED: Final = date(2027, 3, 15)
PAID: Final = date(2027, 4, 1)
# And a month before that the bank's troubles are over, so that all of them come to their end.
TROUBLED: Final = date(2027, 2, 20)
END: Final = date(2027, 6, 2)
_SENT_ON = 1  # Tuesdays


@dataclass(frozen=True, slots=True)
class Size:
    """How large a year: claims in all, families, and of how many months one is closed twice. Files come in and
    payments go out every so many `weeks`; of so many invoices one is written anew at the end."""

    claims: int
    families: int
    costly_each: int = 4
    every_eob: bool = False
    twice_every: int = 1
    weeks: int = 1
    papers_every: int = 1
    seed: int = 7


@dataclass(slots=True)
class Lived:
    """A year that was lived through."""

    size: Size
    world: World
    desk: Desk
    closed: Closed
    reconciled: BankDesk
    recovered: Recovered
    counts: Counter[str] = field(default_factory=Counter)


def live(size: Size, say: Callable[[str], None] = lambda text: None) -> Lived:
    """Build the world and go through the year; the clock is moved for each step."""
    world = build_world(families=size.families, seed=size.seed)
    with standing_at(date(2025, 12, 15), 12):
        agree(world, claims_a_family=Decimal(size.claims) / size.families)
        desk = insure(world, costly_each=size.costly_each)
        agree_recoveries(world)
        lived = Lived(size, world, desk, Closed(), open_desk(world), Recovered())
    year = _Year(size, lived)
    for on in days(FIRST, END):
        year.day(on)
        if on.day == 1:
            say(f"{on:%B %Y}: {dict(year.lived.counts)}")
    return year.lived


class _Year:
    def __init__(self, size: Size, lived: Lived) -> None:
        self.size, self.lived = size, lived
        self.rng = Random(size.seed)
        every = [on for on in days(date(2026, 1, 13), LAST_SENDING) if on.weekday() == _SENT_ON]
        self.sendings = every[:: size.weeks]
        self.sent = 0

    def day(self, on: date) -> None:
        """One day, from the closes of the morning to the carrier's answers."""
        world, rng = self.lived.world, self.rng
        if on.day == 1:
            self._first_of_month(on)
        if on.day == 4 and on > FIRST + timedelta(days=27):
            with standing_at(on, 8):
                sign_month(self.lived.reconciled, world, on)
        with standing_at(on, 9):
            if on.day == 2 and on < SETTLED:
                for house in world.houses:
                    # Of who is level-funded by its invoices, this is what it lends until they are paid.
                    if house.code not in TERMS or house.code == "CEDAR":
                        deposit(house, on, rng)
            if on.day == 5 and on < OVER:
                for house in world.houses:
                    if not (house.player.agreements[0].ended_early and on >= HALF):
                        tell(house, on)
            if on == HALF - timedelta(days=10):
                self._midsummer()
            self._recover(on)
        with standing_at(on, 10):
            if on in self.sendings:
                self._send(on)
        with standing_at(on, 11):
            if on == SETTLED_ON:
                settle_level(world, on)
            # In a small year money is asked for once a week.
            if on.weekday() < 5 and (self.size.weeks == 1 or on.weekday() == 3):
                ask(world, on, rng)
        with standing_at(on, 12):
            if on.weekday() == 3 and on < SETTLED:
                self.lived.counts["answered"] += answer(world, rng, on=on)
            if on.day == 8 and (on.month % 2 == 0 or on > OVER) and on < SETTLED:
                for house in world.houses:
                    self.lived.counts["anew"] += decide_anew(world, house, since=on - timedelta(days=62))
        self._afternoon(on)

    def _recover(self, on: date) -> None:
        """What auditors find, what becomes of it, and the accidents that others answer for."""
        lived = self.lived
        if on.day == 12 and FIRST + timedelta(days=60) < on < TROUBLED:
            audit(lived.world, lived.recovered, on, self.rng)
        if on.day == 22 and on < SETTLED + timedelta(days=30):
            work_cases(lived.world, lived.recovered, on, self.rng)
        pursue(lived.world, lived.recovered, lived.desk.costly, on)

    def _pays(self, on: date) -> bool:
        """Is it a week of payments? At the end each is, so that nothing is left."""
        return on < PAID and (on.toordinal() // 7 % self.size.weeks == 0 or on > LAST_SENDING)

    def _first_of_month(self, on: date) -> None:
        """Last month is closed; the first close of an invoice is as often tried and done again as the size says."""
        twice = on.month % self.size.twice_every == 0
        close(on, self.lived.closed, twice=twice)

    def _midsummer(self) -> None:
        world = self.lived.world
        for house in world.houses:
            if house.player.agreements[0].ended_early:
                leave(house, ends_on=HALF)
        for insured in self.lived.desk.policies:
            if insured.number in ENDED_EARLY:
                end_policy(policy_id=insured.policy_id, ends_on=HALF, by=BY, because="the employer leaves")

    def _send(self, on: date) -> None:
        size, rng = self.size, self.rng
        population = people_of_the_year(on)
        left = len(self.sendings) - self.sent
        count = (size.claims - self.lived.counts["invented"]) // left
        claims = invented(population, count=count, seed=size.seed * 1000 + self.sent, on=on)
        costly = [
            Costly(number, 9 + place % 4, Decimal(9000 + 2500 * place if place else 36000))
            for numbers in self.lived.desk.costly.values()
            for place, number in enumerate(numbers)
        ]
        claims += treated(population, costly, on=on, share=size.weeks / 52, rng=rng)
        again = list(corrections(on=on, share=0.004 * size.weeks, rng=rng))
        self.lived.counts["invented"] += count
        self.lived.counts["sent"] += len(claims) + len(again)
        self.lived.counts["corrections"] += len(again)
        send([*claims, *again], population, number=self.sent, on=on)
        self.sent += 1

    def _afternoon(self, on: date) -> None:
        """The bank's news, payment runs, what follows them for the carriers, and what employers and carriers pay."""
        lived, rng = self.lived, self.rng
        if on.weekday() == 0:
            with standing_at(on, 14):
                mend(lived.world, on)
                if on < TROUBLED:
                    lived.counts["not arrived"] += befall(lived.world, on, rng)
        paid = set()
        for house in lived.world.houses:
            if on.weekday() in house.player.pays and self._pays(on):
                with standing_at(on, 15):
                    if pay(house, on, every_eob=self.size.every_eob):
                        paid.add(house.code)
                        lived.counts["runs"] += 1
        with standing_at(on, 16):
            for insured in lived.desk.policies:
                if insured.house.code in paid or on.day == 1 or (on >= SETTLED and on.weekday() == 0):
                    watch(insured, on, rng)
                if on.weekday() == 0:
                    hear(insured, on, rng, all_of_it=on > END - timedelta(days=20))
        with standing_at(on, 17):
            for house in lived.world.houses:
                if on.day in (16, 26):
                    settle(house, on, rng)
                if on.day == 20 and on < OVER:
                    happen(house, on, rng)
