"""A year of an employer's enrolment, as its monthly files tell it: hired, left, born, married, moved, told too late."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Final

from claims.simulation.population import PopulationFamily, PopulationMember, invent_population
from employers.eligibility.read_csv import COLUMNS
from tpa.contracts.months import months_before

OPEN_ENROLMENT: Final = date(2025, 12, 12)
FIRST_DAY: Final = date(2026, 1, 1)
_WORDS: Final = {"18": "employee", "01": "spouse", "19": "child", "G8": "other"}
_BABIES: Final = ("Ivy", "Theo", "Luna", "Owen", "Mila", "Ezra", "Nora", "Levi", "Ada", "Kai")
_SPOUSES: Final = (("Robin", "F"), ("Casey", "M"), ("Dana", "F"), ("Jules", "M"), ("Kim", "F"), ("Lou", "M"))

Row = dict[str, object]


@dataclass(slots=True)
class _Household:
    family: PopulationFamily
    division: str
    members: list[PopulationMember]
    since: date
    is_covered: bool = True
    married_on: date | None = None


@dataclass(slots=True)
class Year:
    """The families of one employer while the year goes by; `open_enrolment` first, then month after month."""

    seed: int
    group: str
    plan: str
    divisions: tuple[str, ...]
    households: list[_Household] = field(default_factory=list)
    hires: list[PopulationFamily] = field(default_factory=list)

    @classmethod
    def invent(cls, *, seed: int, group: str, plan: str, divisions: tuple[str, ...], families: int) -> Year:
        """Families that never were; some of them are hired only in the course of the year."""
        every = families + families // 5 + 3
        population = invent_population(seed=seed, families=every, groups=(group,), on=OPEN_ENROLMENT)
        year = cls(seed, group, plan, divisions, hires=list(population.families[families:]))
        for place, family in enumerate(population.families[:families]):
            division = divisions[place % len(divisions)]
            year.households.append(_Household(family, division, list(family.members), FIRST_DAY))
        return year

    def open_enrolment(self) -> bytes:
        """Everybody, for the first of January."""
        return _csv(row for one in self.households for row in self._rows(one))

    def month(self, number: int) -> bytes:
        """What changed by the fifth of a month of the year."""
        first = date(2026, number, 1)
        rng = Random(f"{self.seed}/{number}")  # noqa: S311 (repeatable on purpose)
        rows = [
            *self._hired(rng, first),
            *self._left(rng, first),
            *self._born(rng, first),
            *self._married(rng, first),
            *self._moved(rng, first),
        ]
        return _csv(rows)

    def _rows(self, one: _Household) -> Iterator[Row]:
        for member in one.members:
            yield self._row(one, member, starts_on=one.since)

    def _row(self, one: _Household, member: PopulationMember, *, starts_on: date) -> Row:
        family = one.family
        return _person(family, member) | {
            "sex": member.sex,
            "address": family.address_line.title(),
            "city": family.city.title(),
            "state": family.state,
            "zip": family.postal_code,
            "division": one.division,
            "plan": self.plan,
            "start_date": starts_on,
        }

    def _alive(self, rng: Random, count: int) -> list[_Household]:
        alive = [one for one in self.households if one.is_covered]
        return rng.sample(alive, min(count, len(alive)))

    def _share(self, rng: Random, share: float) -> int:
        return max(1, round(len(self.households) * share * rng.uniform(0.6, 1.4)))

    def _hired(self, rng: Random, first: date) -> Iterator[Row]:
        for _ in range(min(len(self.hires), self._share(rng, 0.012))):
            family = self.hires.pop()
            one = _Household(family, rng.choice(self.divisions), list(family.members), first)
            self.households.append(one)
            for row in self._rows(one):
                yield row | {"hire_date": first - timedelta(days=rng.randint(1, 28)), "reason": "new hire"}

    def _left(self, rng: Random, first: date) -> Iterator[Row]:
        for one in self._alive(rng, self._share(rng, 0.010)):
            # One in three is told late: a month or two were billed already.
            months = rng.choice((0, 0, 0, 0, 1, 2))
            last_month = [*months_before(first, months), first][0]
            last_on = max(last_month, one.since + timedelta(days=31)).replace(day=1) - timedelta(days=1)
            one.is_covered = False
            reason = rng.choice(("end of employment", "quit", "retirement"))
            yield self._end(one, one.members[0], last_on) | {"reason": reason}

    def _born(self, rng: Random, first: date) -> Iterator[Row]:
        young = [one for one in self.households if one.is_covered and len(one.members) > 1 and _age(one, first) < 45]
        for one in rng.sample(young, min(len(young), self._share(rng, 0.006))):
            born_on = max(first - timedelta(days=rng.randint(2, 27)), one.since)
            baby = PopulationMember(
                relationship="19",
                last_name=one.family.members[0].last_name,
                first_name=rng.choice(_BABIES),
                birth_on=born_on,
                sex=rng.choice("FM"),
            )
            if all(member.first_name.upper() != baby.first_name.upper() for member in one.members):
                one.members.append(baby)
                yield self._row(one, baby, starts_on=born_on) | {"reason": "birth"}

    def _married(self, rng: Random, first: date) -> Iterator[Row]:
        single = [one for one in self.households if one.is_covered and len(one.members) == 1]
        for one in rng.sample(single, min(len(single), self._share(rng, 0.005))):
            first_name, sex = rng.choice(_SPOUSES)
            subscriber = one.members[0]
            spouse = PopulationMember(
                relationship="01",
                last_name=subscriber.last_name,
                first_name=first_name,
                birth_on=subscriber.birth_on + timedelta(days=rng.randint(-900, 900)),
                sex=sex,
            )
            one.members.append(spouse)
            one.married_on = first
            yield self._row(one, spouse, starts_on=max(first, one.since)) | {"reason": "marriage"}
        for one in self._alive(rng, 1):
            if one.married_on == first:
                continue
            spouses = [member for member in one.members if member.relationship == "01"]
            if spouses and one.since < first:
                one.members.remove(spouses[0])
                yield self._end(one, spouses[0], first - timedelta(days=1)) | {"reason": "divorce"}

    def _moved(self, rng: Random, first: date) -> Iterator[Row]:
        for one in self._alive(rng, 1):
            if one.since < first:
                one.division = rng.choice(self.divisions)
                yield self._row(one, one.members[0], starts_on=first) | {"reason": "job change"}

    def _end(self, one: _Household, member: PopulationMember, last_on: date) -> Row:
        return _person(one.family, member) | {"plan": self.plan, "end_date": last_on, "action": "end"}


def spoiled(data: bytes) -> bytes:
    """The file with two rows more that can not be taken over: a plan nobody offers, a date that is none."""
    rows = list(csv.DictReader(io.StringIO(data.decode())))
    sample = {
        "subscriber_number": "W0000999001",
        "relationship": "employee",
        "last_name": "Doyle",
        "first_name": "Pat",
        "birth_date": "1988-02-30",
        "plan": rows[0]["plan"],
        "start_date": "2026-11-01",
    }
    other = sample | {"subscriber_number": "W0000999002", "birth_date": "1990-07-14", "plan": "Platinum"}
    return _csv([*rows, sample, other])


def _age(one: _Household, on: date) -> int:
    return (on - one.members[0].birth_on).days // 365


def _person(family: PopulationFamily, member: PopulationMember) -> Row:
    return {
        "subscriber_number": family.subscriber_number,
        "relationship": _WORDS[member.relationship],
        "last_name": member.last_name.title(),
        "first_name": member.first_name.title(),
        "birth_date": member.birth_on,
    }


def _csv(rows: Iterable[Row]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
