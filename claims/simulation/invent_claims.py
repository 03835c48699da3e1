"""Makes up claims for a population, the same ones for the same seed, with the faults and oddities of real files."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from random import Random
from typing import Any, Final

import msgspec

from claims.adjudication.engine.placement import age_on
from claims.facts import (
    ZERO,
    Fact,
    OccurrenceFact,
    OtherPayer,
    OtherPayerLine,
    PriorAdjustment,
    Submission,
    SubmittedLine,
    SubmittedPerson,
    SubmittedProvider,
)
from claims.simulation.population import (
    Population,
    PopulationFamily,
    PopulationMember,
    PopulationProvider,
    invented_npi,
)
from claims.simulation.recipes import (
    BY_KIND,
    PREVENTIVE_VISITS,
    QUADRANT_CODES,
    SURFACE_CODES,
    TOOTH_CODES,
    Item,
    Recipe,
)

_YEAR: Final = timedelta(days=365)
# How far back services lie, and how long it takes at least until they are billed.
_OLDEST_DAYS, _NEWEST_DAYS = 120, 2
_STRANGERS: Final = 0.05  # billed by somebody whom the population does not know: out of any network
_TEETH: Final = tuple(str(number) for number in range(1, 33))
_SURFACES: Final = "MODBL"


class Oddities(Fact, frozen=True, kw_only=True):
    """Which share of the claims is odd. `faults` are turned away one by one, `duplicates` are sent a second time."""

    faults: float = 0.02
    duplicates: float = 0.01
    other_payers: float = 0.10


class InventedClaim(Fact, frozen=True, kw_only=True):
    """A claim and what is wrong with it: blank, or `duplicate`, or the name of a fault (see FAULTS)."""

    submission: Submission
    fault: str = ""


def invent_claims(
    population: Population,
    *,
    kind: str,
    count: int,
    seed: int,
    on: date,
    lines: int | None = None,
    oddities: Oddities | None = None,
) -> Iterator[InventedClaim]:
    """`count` claims of one kind (P, I or D) as a stream, sent on a day. Without `lines`: as the encounter has them."""
    inventor = _Inventor(population, kind, seed, on, lines)
    odd = oddities or Oddities()
    rng = inventor.rng
    recent: deque[Submission] = deque(maxlen=50)
    for number in range(1, count + 1):
        chance = rng.random()
        if chance < odd.duplicates and recent:
            yield InventedClaim(submission=rng.choice(recent), fault="duplicate")
            continue
        submission = inventor.claim(number, has_other_payer=rng.random() < odd.other_payers)
        if odd.duplicates <= chance < odd.duplicates + odd.faults:
            fault = rng.choice(FAULTS[kind])
            yield InventedClaim(submission=_spoil(submission, fault, on), fault=fault)
            continue
        recent.append(submission)
        yield InventedClaim(submission=submission)


# What can be wrong with claims of each kind, by the code of the finding it earns.
_IN_ALL: Final = ("member_not_found", "provider_not_known", "out_of_balance", "original_claim_number_missing")
FAULTS: Final = {
    "P": (*_IN_ALL, "service_date_in_future", "diagnosis_pointer"),
    "I": _IN_ALL,
    "D": (*_IN_ALL, "service_date_in_future"),
}


def _spoil(claim: Submission, fault: str, on: date) -> Submission:
    """The claim with one thing wrong."""
    replace = msgspec.structs.replace
    first, rest = claim.lines[0], claim.lines[1:]
    if fault == "member_not_found":
        nobody = replace(claim.subscriber, number=f"X{claim.subscriber.number[1:]}X", last_name="NOBODY")
        patient = replace(claim.patient, last_name="NOBODY", first_name="ANON") if claim.patient else None
        return replace(claim, subscriber=nobody, patient=patient)
    if fault == "provider_not_known":
        npi = claim.billing_provider.npi
        wrong = npi[:9] + str((int(npi[9]) + 1) % 10)
        return replace(claim, billing_provider=replace(claim.billing_provider, npi=wrong))
    if fault == "original_claim_number_missing":
        return replace(claim, frequency_code="7")
    if fault == "service_date_in_future":
        later = on + timedelta(days=30)
        return replace(claim, lines=(replace(first, service_from=later, service_to=later), *rest))
    if fault == "diagnosis_pointer":
        beyond = (len(claim.diagnoses) + 1,)
        return replace(claim, lines=(replace(first, diagnosis_pointers=beyond), *rest))
    assert fault == "out_of_balance"
    return replace(claim, billed_amount=claim.billed_amount + 10)


class _Inventor:
    def __init__(self, population: Population, kind: str, seed: int, on: date, lines: int | None) -> None:
        self.rng = Random(f"{seed}{kind}")  # noqa: S311 (repeatable on purpose)
        self.population = population
        self.kind = kind
        self.prefix = f"{kind}{seed}-"
        self.on = on
        self.lines = lines
        recipes = BY_KIND[kind]
        self.recipes = recipes
        self.weights = list(accumulate(recipe.weight for recipe in recipes))
        self.providers = [one for one in population.providers if one.kind == kind] or list(population.providers)
        people = [one for one in population.physicians if (one.kind == "D") == (kind == "D")]
        self.physicians = people or list(population.physicians)

    def claim(self, number: int, *, has_other_payer: bool) -> Submission:
        rng = self.rng
        recipe = rng.choices(self.recipes, cum_weights=self.weights)[0]
        family, patient = self._patient(recipe)
        starts_on, ends_on = self._days(recipe, family)
        lines = [_for_age(line, patient) for line in self._lines(recipe, starts_on, ends_on)]
        billed = sum([line.billed_amount for line in lines], ZERO)
        subscriber = family.members[0]
        own = patient is subscriber
        found: dict[str, Any] = {
            "kind": self.kind,
            "patient_control_number": f"{self.prefix}{number:07}",
            "billed_amount": billed,
            "subscriber": _person(subscriber, family, full=own, number=family.subscriber_number),
            "patient": None if own else _person(patient, family, full=True, number=""),
            "relationship": patient.relationship,
            "billing_provider": self._billing_provider(),
            "lines": tuple(lines),
            "facility_code": recipe.place,
            "group_number": family.group_number,
            "payer_number": self.population.payer_number,
            "payer_name": self.population.payer_name,
            "filing_indicator": "CI",
            "clearinghouse_number": f"{rng.randrange(10**12):012}" if rng.random() < 0.5 else "",
            "authorization_number": f"A{rng.randrange(10**7):07}" if recipe.needs_authorization else "",
            "diagnoses": recipe.diagnoses,
            "benefits_assigned": rng.random() > 0.03,
        }
        _KIND_OF[self.kind](self, found, recipe, starts_on, ends_on)
        claim = Submission(**found)
        return self._paid_first(claim, patient) if has_other_payer else claim

    def _patient(self, recipe: Recipe) -> tuple[PopulationFamily, PopulationMember]:
        """A member whom the recipe suits; after some looking, anybody."""
        rng, families = self.rng, self.population.families
        youngest, oldest = self.on - (recipe.ages[0] * _YEAR), self.on - ((recipe.ages[1] + 1) * _YEAR)
        for _ in range(12):
            family = rng.choice(families)
            member = rng.choice(family.members)
            if oldest <= member.birth_on <= youngest and recipe.sex in ("", member.sex):
                break
        return family, member

    def _days(self, recipe: Recipe, family: PopulationFamily) -> tuple[date, date]:
        """First and last day of the encounter, within the family's coverage where that is possible."""
        newest = self.on - timedelta(days=_NEWEST_DAYS)
        oldest = self.on - timedelta(days=_OLDEST_DAYS)
        if family.covered_from is not None:
            oldest = min(max(oldest, family.covered_from), newest)
        if family.covered_to is not None:
            newest = max(min(newest, family.covered_to - timedelta(days=1)), oldest)
        ends_on = oldest + timedelta(days=self.rng.randint(0, (newest - oldest).days))
        if not recipe.longest_stay_days:
            return ends_on, ends_on
        starts_on = max(ends_on - timedelta(days=self.rng.randint(1, recipe.longest_stay_days)), oldest)
        return starts_on, ends_on

    def _billing_provider(self) -> SubmittedProvider:
        rng = self.rng
        one = rng.choice(self.providers)
        if rng.random() < _STRANGERS:
            number = rng.randrange(300_000, 300_200)
            npi, tin = invented_npi(number), f"97{number:07}"
            one = msgspec.structs.replace(one, npi=npi, tin=tin, name=f"{one.name} {number % 1000}", first_name="")
            one = msgspec.structs.replace(one, entity="2")
        return _provider(one, with_address=True)

    def _lines(self, recipe: Recipe, starts_on: date, ends_on: date) -> list[SubmittedLine]:
        rng = self.rng
        wanted = self.lines or min(len(recipe.items), 1 + int(rng.expovariate(0.6)))
        chosen: list[Item] = [recipe.items[0]]
        rest = list(recipe.items[1:])
        while len(chosen) < wanted:
            if not rest:
                rest = list(recipe.items)
            chosen.append(rest.pop(rng.randrange(len(rest))))
        return [
            self._line(number, item, recipe, starts_on, ends_on, repeated=number > len(recipe.items))
            for number, item in enumerate(chosen, start=1)
        ]

    def _line(
        self, number: int, item: Item, recipe: Recipe, starts_on: date, ends_on: date, *, repeated: bool
    ) -> SubmittedLine:
        rng = self.rng
        units = rng.randint(1, item.units) if item.units > 1 else 1
        nights = (ends_on - starts_on).days
        if item.revenue_code in ("0120", "0122"):
            units = max(1, nights)
        cents = round(item.dollars * rng.uniform(80, 140)) * units
        found: dict[str, Any] = {
            "number": number,
            "billed_amount": Decimal(cents).scaleb(-2),
            "service_from": starts_on,
            "service_to": ends_on,
            "units_count": Decimal(units),
            "unit_basis": item.basis,
            "control_number": str(number),
        }
        if item.code:
            found["procedure_qualifier"] = "AD" if self.kind == "D" else "HC"
            found["procedure_code"] = item.code
            # A service told twice on a claim says that it was done twice.
            found["modifiers"] = (*item.modifiers, "76") if repeated and self.kind != "D" else item.modifiers
        if self.kind == "I":
            found["revenue_code"] = item.revenue_code
            found["unit_basis"] = "DA" if item.revenue_code in ("0120", "0122") else "UN"
        else:
            found["place_of_service"] = recipe.place
            pointed = min(len(recipe.diagnoses), 4)
            found["diagnosis_pointers"] = tuple(range(1, rng.randint(1, pointed) + 1)) if pointed else ()
        if self.kind == "P":
            found["is_emergency"] = recipe.is_emergency
            if item.ndc:
                found.update(ndc=item.ndc, ndc_units_count=Decimal(units), ndc_unit="ML")
        if self.kind == "D":
            self._teeth(found, item.code)
        return SubmittedLine(**found)

    def _teeth(self, found: dict[str, Any], code: str) -> None:
        if code in TOOTH_CODES:
            surfaces = "".join(self.rng.sample(_SURFACES, SURFACE_CODES.get(code, 0)))
            found["tooth_numbers"] = (self.rng.choice(_TEETH),)
            found["tooth_surfaces"] = (surfaces,)
        elif code in QUADRANT_CODES:
            found["oral_cavity_codes"] = (self.rng.choice(("10", "20", "30", "40")),)

    def physician(self) -> PopulationProvider:
        return self.rng.choice(self.physicians)

    def _paid_first(self, claim: Submission, patient: PopulationMember) -> Submission:
        """The claim after another plan paid: we come second, and each line tells what that plan did."""
        rng = self.rng
        number = f"OTH{rng.randint(1, 4)}"
        paid_on = min(claim.service_to + timedelta(days=14), self.on)
        lines: list[SubmittedLine] = []
        total = owed = ZERO
        for line in claim.lines:
            decided = _decide(line.billed_amount, number, paid_on, rng)
            total += decided.paid_amount
            owed += sum([one.amount for one in decided.adjustments if one.group == "PR"], ZERO)
            lines.append(msgspec.structs.replace(line, other_payers=(decided,)))
        other = OtherPayer(
            name=f"OTHER HEALTH PLAN {number[-1]}",
            number=number,
            sequence="P",
            filing_indicator="CI",
            paid_amount=total,
            paid_on=paid_on,
            remaining_member_amount=owed,
            relationship="18",
            group_number="OTHERGRP",
            subscriber_number=f"Z{rng.randrange(10**8):08}",
            subscriber_last_name=patient.last_name,
            subscriber_first_name=patient.first_name,
        )
        return msgspec.structs.replace(claim, payer_sequence="S", lines=tuple(lines), other_payers=(other,))


def _for_age(line: SubmittedLine, patient: PopulationMember) -> SubmittedLine:
    """A preventive visit under the code for the patient's age."""
    if line.procedure_code in PREVENTIVE_VISITS.values():
        age = age_on(patient.birth_on, line.service_from) or 0
        code = next(code for under, code in PREVENTIVE_VISITS.items() if age < under)
        return msgspec.structs.replace(line, procedure_code=code)
    return line


def _decide(billed: Decimal, payer_number: str, paid_on: date, rng: Random) -> OtherPayerLine:
    """What the first payer did with a line: a discount, some deductible, twenty per cent, the rest paid."""
    cents = int(billed * 100)
    discount = cents * rng.randint(20, 45) // 100
    deductible = min(cents - discount, rng.choice((0, 0, 0, 2500, 10000)))
    coinsurance = (cents - discount - deductible) * 20 // 100
    reasons = (("CO", "45", discount), ("PR", "1", deductible), ("PR", "2", coinsurance))
    return OtherPayerLine(
        payer_number=payer_number,
        paid_amount=Decimal(cents - discount - deductible - coinsurance).scaleb(-2),
        paid_on=paid_on,
        adjustments=tuple(
            [
                PriorAdjustment(group=group, carc=carc, amount=Decimal(part).scaleb(-2))
                for group, carc, part in reasons
                if part
            ]
        ),
    )


def _person(member: PopulationMember, family: PopulationFamily, *, full: bool, number: str) -> SubmittedPerson:
    """The patient in full; a subscriber who is not the patient only by name and number, as the guide wants it."""
    names: dict[str, Any] = {
        "last_name": member.last_name,
        "first_name": member.first_name,
        "middle_name": member.middle_name,
        "number": number,
    }
    if not full:
        return SubmittedPerson(**names)
    return SubmittedPerson(
        **names,
        birth_on=member.birth_on,
        sex=member.sex,
        address_line=family.address_line or "1 MAIN ST",
        city=family.city or "AKRON",
        state=family.state or "OH",
        postal_code=family.postal_code or "443040000",
    )


def _provider(one: PopulationProvider, *, with_address: bool) -> SubmittedProvider:
    found: dict[str, Any] = {
        "name": one.name,
        "first_name": one.first_name,
        "entity": one.entity,
        "npi": one.npi,
        "taxonomy_code": one.taxonomy_code,
    }
    if with_address:
        found |= {
            "tin": one.tin or "987654321",
            "address_line": one.address_line or "1 MAIN ST",
            "city": one.city or "AKRON",
            "state": one.state or "OH",
            "postal_code": one.postal_code if len(one.postal_code) == 9 else f"{one.postal_code[:5] or '44304'}0000",
        }
    return SubmittedProvider(**found)


def _professional(made: _Inventor, found: dict[str, Any], recipe: Recipe, starts_on: date, ends_on: date) -> None:
    rng = made.rng
    if found["billing_provider"].entity == "2":
        found["rendering_provider"] = _provider(made.physician(), with_address=False)
    if rng.random() < 0.15:
        found["referring_npi"] = made.physician().npi
    if rng.random() < 0.2:
        found["member_paid_amount"] = Decimal(rng.choice((20, 25, 30, 40))) + ZERO
    if recipe.place == "21":
        found["admitted_on"] = starts_on
    if recipe.is_accident and rng.random() < 0.5:
        found["accident_codes"] = (rng.choice(("OA", "OA", "AA", "EM")),)
        found["accident_on"] = starts_on
        # The state of a car accident is taken from the subscriber, who must then have an address.
        if found["patient"] is not None and found["accident_codes"] == ("AA",):
            found["accident_codes"] = ("OA",)


def _institutional(made: _Inventor, found: dict[str, Any], recipe: Recipe, starts_on: date, ends_on: date) -> None:
    found["statement_from"], found["statement_to"] = starts_on, ends_on
    found["attending_npi"] = made.physician().npi
    found["admission_type"] = "1" if recipe.is_emergency else "3"
    found["discharge_status"] = "01"
    found["procedures"] = recipe.procedures
    if recipe.drg_code:
        found["drg_code"] = recipe.drg_code
        found["admitting_diagnosis"] = recipe.diagnoses[0]
        found["admitted_on"], found["discharged_on"] = starts_on, ends_on
    if recipe.is_emergency and made.rng.random() < 0.1:
        found["occurrences"] = (OccurrenceFact(code="05", on=starts_on),)
        found["accident_codes"], found["accident_on"] = ("OA",), starts_on


def _dental(made: _Inventor, found: dict[str, Any], recipe: Recipe, starts_on: date, ends_on: date) -> None:
    if found["billing_provider"].entity == "2":
        found["rendering_provider"] = _provider(made.physician(), with_address=False)


_KIND_OF: Final = {"P": _professional, "I": _institutional, "D": _dental}


def names_of(people: Sequence[PopulationProvider]) -> dict[str, tuple[str, str]]:
    """Last and first names by NPI, for the writer."""
    return {one.npi: (one.name, one.first_name) for one in people}
