"""A plan as the engine applies it: compiled from its document, frozen, with the section of each clause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

from plans.design.matching import CodeRange, LineCodes, Match, Term

Found = TypeVar("Found")

COPAY, DEDUCTIBLE, COINSURANCE = "copay", "deductible", "coinsurance"
PLAN_YEAR, CALENDAR_YEAR, PER_LIFETIME, MONTHS, DAYS = "plan_year", "calendar_year", "lifetime", "months", "days"


class Tier(Term, frozen=True):
    """A level of benefits: what its networks' providers are paid at. The one without networks is out of network."""

    name: str
    networks: tuple[str, ...] = ()
    accepts_repricing: bool = False
    section: str = ""


class Crossing(Term, frozen=True):
    """Another deductible or maximum whose sum counts toward this one, of each person and of a family up to so much."""

    bucket: str
    person_amount: Decimal
    family_amount: Decimal | None = None


class Cap(Term, frozen=True):
    """A deductible or an out-of-pocket maximum. A limit that is None does not exist.

    `self_only_amount` for who is covered alone; in a family `person_amount` for each and `family_amount` for all
    together. Embedded: both. Aggregate: only the family's, and `person_amount` where one person may not bear it all.
    `counts` are the buckets whose sums count toward it: its own and those that cross over; `crossings` those of
    which only so much counts.
    """

    bucket: str
    counts: tuple[str, ...]
    crossings: tuple[Crossing, ...] = ()
    self_only_amount: Decimal | None = None
    person_amount: Decimal | None = None
    family_amount: Decimal | None = None
    shares: tuple[str, ...] = ()  # out-of-pocket maximum: which kinds of share count
    carry_over_from_month: int | None = None  # deductible: what is applied from this month on counts next year as well
    section: str = ""

    def sum_of(self, sums: Mapping[str, Decimal], *, of_family: bool = False) -> Decimal:
        """What counts toward it, of sums by bucket that hold all of them."""
        whole = sum((sums[bucket] for bucket in self.counts), Decimal(0))
        for crossing in self.crossings:
            most = crossing.family_amount if of_family else crossing.person_amount
            whole += sums[crossing.bucket] if most is None else min(sums[crossing.bucket], most)
        return whole


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


class Span(Term, frozen=True):
    """Over which time something is counted. `per`: plan_year, calendar_year, lifetime, or so many months or days."""

    per: str = PLAN_YEAR
    length: int = 0

    @property
    def is_rolling(self) -> bool:
        """Counted from each day anew, not from the first day of some year."""
        return self.per in (MONTHS, DAYS)


class Condition(Term, frozen=True):
    """What the plan takes for one and the same condition: a group of diagnoses."""

    name: str
    diagnoses: tuple[CodeRange, ...]
    section: str = ""


class Limit(Term, frozen=True):
    """How much of some benefits a period holds. `counts`: visits, days, units, allowed or paid (dollars).

    With `conditions` it holds for each of them by itself, with `is_per_diagnosis` for each category of the ICD. With
    `matches` only for whom or what one of them fits.
    """

    name: str
    bucket: str
    benefits: tuple[str, ...]
    tiers: tuple[str, ...]
    counts: str
    most_amount: Decimal
    span: Span = Span()
    conditions: tuple[Condition, ...] = ()
    is_per_diagnosis: bool = False
    matches: tuple[Match, ...] = ()
    section: str = ""

    def is_kept_in(self, bucket: str) -> bool:
        """Is it the limit's bucket, or that of one of its conditions?"""
        return bucket == self.bucket or bucket.startswith(f"{self.bucket}:")


class FirstVisits(Term, frozen=True):
    """The first so many visits of a period are paid otherwise; the plan counts them over all benefits that share it."""

    name: str
    bucket: str
    visits_count: int
    tiers: dict[str, BenefitTier]
    span: Span = Span()
    section: str = ""


class Waiting(Term, frozen=True):
    """A benefit that begins only so long after the member's cover did; with `matches` only for whom one fits."""

    name: str
    title: str
    months_count: int = 0
    days_count: int = 0
    matches: tuple[Match, ...] = ()
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
    first_visits: tuple[FirstVisits, ...] = ()
    waitings: tuple[Waiting, ...] = ()
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
    percentile: int = 0  # 0: the schedule holds one price for each code, whatever percentile it is


class Pricing(Term, frozen=True):
    """Ways to price, tried in order; the rest of what was billed is the member's or, where protected, nobody's."""

    rules: tuple[PriceRule, ...] = ()
    section: str = ""


class Coordination(Term, frozen=True):
    """How the plan pays after another payer: standard, non_duplication or maintenance."""

    method: str = "standard"
    credits_deductible: bool = True  # as if there were no other payer (NAIC model regulation 120, section 7)
    bank: str = ""  # calendar_year or plan_year: what coming second saves pays the person's later expenses until then
    section: str = ""


# Edits that a plan may apply, in the order in which they are tried: what stands on a line alone before what looks at
# the whole day, so that a line that falls by itself takes none with it.
EDITS = (
    "procedure_codes",
    "diagnosis_codes",
    "diagnosis_pointers",
    "modifiers",
    "places",
    "ages",
    "sexes",
    "bill_types",
    "stays",
    "units_per_line",
    "units_per_day",
    "procedure_pairs",
    "add_on_codes",
)


class EditTerm(Term, frozen=True):
    """An edit that the plan applies: what fails it is denied or asked about. Blank codes: those of the edit itself."""

    edit: str
    denies: bool
    group: str = ""
    carc: str = ""
    rarcs: tuple[str, ...] = ()
    section: str = ""


class Newborns(Term, frozen=True):
    """A child is covered by the mother's coverage for so many days; what fits `with_mother` is figured with her."""

    covered_days: int
    with_mother: tuple[Match, ...] = ()
    section: str = ""

    def covers(self, birth_on: date | None, on: date) -> bool:
        """Is the day one of the first of a life?"""
        return birth_on is not None and 0 <= (on - birth_on).days < self.covered_days


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
    reprocesses_by_service: bool = False  # in the order of services; else in that of the first decisions
    splits_lines: bool = False  # a line of several days over the turn of a year: by days, not to its first
    later: tuple[tuple[date, PlanTerms], ...] = ()  # versions that take over while a claim goes on, and from which day
    protected_tier: str = ""
    protected_pricing: Pricing = Pricing()
    out_of_network: Pricing = Pricing()
    deductibles: tuple[Cap, ...] = ()
    out_of_pockets: tuple[Cap, ...] = ()
    limits: tuple[Limit, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    filing: Filing | None = None
    coordination: Coordination = Coordination()
    edits: tuple[EditTerm, ...] = ()
    newborns: Newborns | None = None
    prior_credits: tuple[str, ...] = ()  # accumulators toward which a prior carrier's sums count
    sections: dict[str, str] = {}
    is_hsa_qualified: bool = False
    is_grandfathered: bool = False

    def on(self, day: date) -> PlanTerms:
        """The version that governs a day of the claim: this one, or one that took over."""
        terms = self
        for starts_on, later in self.later:
            if starts_on <= day:
                terms = later
        return terms

    def year_on(self, day: date) -> date:
        """The first day of the plan year in which a day lies."""
        year = day.year
        if (day.month, day.day) < (self.year_month, self.year_day):
            year -= 1
        return date(year, self.year_month, self.year_day)

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
    def dated(self) -> tuple[tuple[str, Span], ...]:
        """What is kept day by day, since no year holds it: how its buckets begin, and how long a day counts."""
        found = [(limit.bucket, limit.span) for limit in self.limits if limit.span.is_rolling]
        for benefit in self.benefits:
            found += [(first.bucket, first.span) for first in benefit.first_visits]
        return tuple(dict.fromkeys(found))

    @cached_property
    def counts_calendar_years(self) -> bool:
        """Whether some limit is of the calendar year where that is not the plan's."""
        is_other = (self.year_month, self.year_day) != (1, 1)
        return is_other and any(limit.span.per == CALENDAR_YEAR for limit in self.limits)

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
