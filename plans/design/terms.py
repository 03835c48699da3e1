"""A plan as the engine applies it: compiled from its document, frozen, with the section of each clause."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple, TypeVar

import msgspec

CodeRange = tuple[str, str]
Found = TypeVar("Found")

COPAY, DEDUCTIBLE, COINSURANCE = "copay", "deductible", "coinsurance"


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all terms. `section` names the clause of the plan document it comes from."""


class LineCodes(NamedTuple):
    """What of a claim line decides where in the plan it belongs. `diagnosis` is the one that leads the line."""

    kind: str  # P, I or D
    procedure: str = ""
    revenue: str = ""
    place: str = ""  # of service; blank on institutional claims
    bill_type: str = ""  # first two digits; blank elsewhere
    modifiers: tuple[str, ...] = ()
    diagnosis: str = ""
    age: int | None = None
    sex: str = "U"
    relationship: str = "18"
    is_emergency: bool = False


class Match(Term, frozen=True, dict=True):
    """All that is named must hold; of several codes one. Ranges of codes compare by their length: E11 holds E119."""

    kinds: tuple[str, ...] = ()
    procedures: tuple[CodeRange, ...] = ()
    revenue_codes: tuple[CodeRange, ...] = ()
    places: tuple[str, ...] = ()
    bill_types: tuple[CodeRange, ...] = ()
    modifiers: tuple[str, ...] = ()
    diagnoses: tuple[CodeRange, ...] = ()
    from_age: int | None = None
    under_age: int | None = None
    sexes: tuple[str, ...] = ()
    relationships: tuple[str, ...] = ()
    emergency: bool | None = None

    def fits_codes(self, line: LineCodes) -> bool:
        """Do procedure, revenue code, place and type of bill fit? Depends on nothing else."""
        return (
            (not self.kinds or line.kind in self.kinds)
            and (not self.procedures or _in_ranges(line.procedure, self.procedures))
            and (not self.revenue_codes or _in_ranges(line.revenue, self.revenue_codes))
            and (not self.places or line.place in self.places)
            and (not self.bill_types or _in_ranges(line.bill_type, self.bill_types))
        )

    @cached_property
    def is_by_codes(self) -> bool:
        """Whether nothing but codes is asked."""
        asks_more = self.modifiers or self.diagnoses or self.sexes or self.relationships
        return not asks_more and self.from_age is None and self.under_age is None and self.emergency is None

    def fits_person(self, line: LineCodes) -> bool:
        """Do diagnosis, modifiers, person and emergency fit? An unknown age fits no condition on age."""
        if self.modifiers and not any(modifier in self.modifiers for modifier in line.modifiers):
            return False
        if self.diagnoses and not _in_ranges(line.diagnosis, self.diagnoses):
            return False
        if (self.sexes and line.sex not in self.sexes) or (
            self.relationships and line.relationship not in self.relationships
        ):
            return False
        if self.from_age is not None and (line.age is None or line.age < self.from_age):
            return False
        if self.under_age is not None and (line.age is None or line.age >= self.under_age):
            return False
        return self.emergency is None or self.emergency == line.is_emergency


class Tier(Term, frozen=True):
    """A level of benefits: what its networks' providers are paid at. The one without networks is out of network."""

    name: str
    networks: tuple[str, ...] = ()
    accepts_repricing: bool = False
    section: str = ""


class Cap(Term, frozen=True):
    """A deductible or an out-of-pocket maximum. A limit that is None does not exist.

    `self_only_amount` for who is covered alone; in a family `person_amount` for each and `family_amount` for all
    together. Embedded: both. Aggregate: only the family's, and `person_amount` where one person may not bear it all.
    `counts` are the buckets whose sums count toward it: its own and those that cross over.
    """

    bucket: str
    counts: tuple[str, ...]
    self_only_amount: Decimal | None = None
    person_amount: Decimal | None = None
    family_amount: Decimal | None = None
    shares: tuple[str, ...] = ()  # out-of-pocket maximum: which kinds of share count
    carry_over_from_month: int | None = None  # deductible: what is applied from this month on counts next year as well
    section: str = ""


class Share(Term, frozen=True):
    """One step of what the member pays: of what is left after the steps before it."""

    kind: str
    amount: Decimal = Decimal(0)  # copay
    percent: Decimal = Decimal(0)  # coinsurance: the member's part
    per: str = "service"  # copay: service, visit, day, admission, unit
    most_per_stay: Decimal | None = None
    waived_if_admitted: bool = False
    deductible: Cap | None = None
    section: str = ""


class BenefitTier(Term, frozen=True):
    """How a benefit is paid at one tier: the member's shares in the plan's order, maybe those of another tier."""

    tier: str
    is_covered: bool = True
    shares: tuple[Share, ...] = ()
    out_of_pocket: Cap | None = None
    section: str = ""


class Limit(Term, frozen=True):
    """How much of some benefits a period holds. `counts`: visits, days, units, allowed or paid (dollars)."""

    name: str
    bucket: str
    benefits: tuple[str, ...]
    tiers: tuple[str, ...]
    counts: str
    most_amount: Decimal
    is_lifetime: bool = False
    section: str = ""


class AuthorizationTerm(Term, frozen=True):
    """A benefit that wants permission before the service; without it the line is pended or denied."""

    tiers: tuple[str, ...]
    when_missing: str = "pend"
    section: str = ""


class Benefit(Term, frozen=True):
    """A benefit category: what belongs to it, and what is paid at each tier."""

    name: str
    title: str
    matches: tuple[Match, ...]  # one of them must fit; none: whatever else there is
    tiers: dict[str, BenefitTier]
    emergency: bool | None = None  # True: always, False: never, None: where the claim says so
    limits: tuple[Limit, ...] = ()
    authorization: AuthorizationTerm | None = None
    section: str = ""


class Exclusion(Term, frozen=True):
    """What the plan does not cover, and what a person must look at before anything is decided (`is_review`)."""

    name: str
    title: str
    matches: tuple[Match, ...]
    is_review: bool = False
    group: str = "PR"
    carc: str = "204"
    rarcs: tuple[str, ...] = ()
    section: str = ""


class Filing(Term, frozen=True):
    """How long after the service, or after another payer's answer, a claim may be filed; by tier."""

    months_by_tier: dict[str, int] = {}
    days_by_tier: dict[str, int] = {}
    section: str = ""


class PriceRule(Term, frozen=True):
    """One way to price without a contract. `method`: percent_of_billed, percent_of_reference or charge_percentile."""

    method: str
    percent: Decimal = Decimal(100)
    schedule: str = ""


class Pricing(Term, frozen=True):
    """Ways to price, tried in order; the rest of what was billed is the member's or, where protected, nobody's."""

    rules: tuple[PriceRule, ...] = ()
    section: str = ""


class Coordination(Term, frozen=True):
    """How the plan pays after another payer: standard, non_duplication or maintenance."""

    method: str = "standard"
    credits_deductible: bool = True  # as if there were no other payer (NAIC model regulation 120, section 7)
    section: str = ""


class PlanTerms(Term, frozen=True, dict=True):
    """One version of a plan. `content_hash` is of the document it was compiled from."""

    plan: str
    title: str
    content_hash: str
    effective_from: date
    effective_to: date | None  # first day it no longer governs
    year_month: int
    year_day: int
    tiers: tuple[Tier, ...]
    benefits: tuple[Benefit, ...]
    stays_by_admission: bool = True  # a stay belongs to the day of admission; else each line to its own day
    protected_tier: str = ""
    protected_pricing: Pricing = Pricing()
    out_of_network: Pricing = Pricing()
    deductibles: tuple[Cap, ...] = ()
    out_of_pockets: tuple[Cap, ...] = ()
    limits: tuple[Limit, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    filing: Filing | None = None
    coordination: Coordination = Coordination()
    sections: dict[str, str] = {}
    is_hsa_qualified: bool = False
    is_grandfathered: bool = False

    @cached_property
    def networks(self) -> tuple[str, ...]:
        """All networks, the best tier's first."""
        return tuple(network for tier in self.tiers for network in tier.networks)

    @cached_property
    def tier_by_network(self) -> dict[str, Tier]:
        """The tier a network's providers are paid at; blank for providers in none of them."""
        found = {network: tier for tier in self.tiers for network in tier.networks}
        found[""] = next(tier for tier in self.tiers if not tier.networks)
        return found

    @cached_property
    def reference_schedules(self) -> tuple[str, ...]:
        """Fee schedules that prices without a contract refer to."""
        rules = (*self.out_of_network.rules, *self.protected_pricing.rules)
        return tuple(dict.fromkeys(rule.schedule for rule in rules if rule.schedule))

    @cached_property
    def _benefits_by_codes(self) -> dict[tuple[str, ...], tuple[tuple[Benefit, Match | None], ...]]:
        return {}

    @cached_property
    def _exclusions_by_codes(self) -> dict[tuple[str, ...], tuple[tuple[Exclusion, Match], ...]]:
        return {}

    def benefit_of(self, line: LineCodes) -> Benefit | None:
        """The first benefit of the document that the line fits."""
        candidates = self._benefits_by_codes.get(line[:5])
        if candidates is None:
            candidates = _remember(self._benefits_by_codes, line, tuple(self._benefits_that_fit(line)))
        for benefit, match in candidates:
            if match is None or match.fits_person(line):
                return benefit
        return None

    def exclusions_of(self, line: LineCodes) -> Iterator[Exclusion]:
        """What the plan excludes or wants looked at, of this line, in the document's order."""
        candidates = self._exclusions_by_codes.get(line[:5])
        if candidates is None:
            found = tuple(
                (exclusion, match)
                for exclusion in self.exclusions
                for match in exclusion.matches
                if match.fits_codes(line)
            )
            candidates = _remember(self._exclusions_by_codes, line, found)
        last = None
        for exclusion, match in candidates:
            if exclusion is not last and match.fits_person(line):
                last = exclusion
                yield exclusion

    def _benefits_that_fit(self, line: LineCodes) -> Iterator[tuple[Benefit, Match | None]]:
        for benefit in self.benefits:
            if not benefit.matches:
                yield benefit, None
            for match in benefit.matches:
                if match.fits_codes(line):
                    yield benefit, None if match.is_by_codes else match


# Codes come from claims, so what is remembered of them is bounded.
_REMEMBERED = 20_000


def _remember(memory: dict[tuple[str, ...], Found], line: LineCodes, found: Found) -> Found:
    if len(memory) >= _REMEMBERED:
        memory.clear()
    memory[line[:5]] = found
    return found


def _in_ranges(code: str, ranges: tuple[CodeRange, ...]) -> bool:
    return any(first <= code[: len(first)] and code[: len(last)] <= last for first, last in ranges) if code else False
