"""All that may influence a decision. Nothing else may: same facts and plan in, same decision out, to the byte."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from claims.facts import ZERO, Fact, OtherPayer, OtherPayerLine, Submission
from employers.facts import CoverageFact, MemberFact, OtherCoverageFact, OurSideFact
from plans.facts import ContractFact, EditFacts, RateFact


class Accumulated(Fact, frozen=True, kw_only=True):
    """What a bucket of a plan year held before this claim: the patient's own sum, and the family's with it."""

    year_on: date
    bucket: str
    member_amount: Decimal
    family_amount: Decimal
    credited_amount: Decimal = ZERO  # what of the patient's own a prior carrier stated


class PriorLine(Fact, frozen=True, kw_only=True):
    """A line decided before that may be the same service: for duplicates and frequency. Not of this claim."""

    claim_number: str
    line_number: int
    billing_npi: str
    procedure_code: str
    modifiers: tuple[str, ...] = ()
    revenue_code: str = ""
    service_from: date
    service_to: date
    units_count: Decimal
    billed_amount: Decimal
    outcome: str
    kind: str
    benefit: str = ""  # as decided: so that one visit on two claims is one visit
    allowed_amount: Decimal = ZERO
    copay_amount: Decimal = ZERO
    tooth_numbers: tuple[str, ...] = ()
    rendering_npi: str = ""
    ranked_amount: Decimal | None = None  # one of several procedures: its price before ranks, and after them
    ranked_paid_amount: Decimal | None = None
    multiple: str = ""  # the published indicator of multiple procedures that it was ranked by
    ranked_family: str = ""  # of an endoscopy the base of its family, which takes one rank together


class PriorStay(Fact, frozen=True, kw_only=True):
    """A stay that was decided before and may touch the nights of this one; `ends_on` is the day of discharge."""

    claim_number: str
    billing_npi: str
    bill_type: str
    starts_on: date
    ends_on: date
    outcome: str


class LinePrice(Fact, frozen=True, kw_only=True):
    """What the networks say of one line: the network the billing provider takes part in, and the rate that matched."""

    line_number: int
    network: str = ""  # blank: the provider is in none of the plan's networks on that day
    rate: RateFact | None = None
    references: tuple[RateFact, ...] = ()  # out of network: what the plan's reference schedules say, by schedule
    facility_network: str = ""  # the plan's network that the facility of the service takes part in
    qualifying_amount: Decimal | None = None  # NSA: the qualifying payment amount for the line, indexed and rounded
    out_of_network_amount: Decimal | None = None  # NSA: what was agreed with the provider or determined, if anything


class AuthorizationFact(Fact, frozen=True, kw_only=True):
    """Permission given before: units left on the day the claim is decided."""

    number: str
    code_from: str
    code_to: str
    starts_on: date
    ends_on: date | None = None
    units_left_count: Decimal
    npi: str = ""  # of the provider who may render it; blank: whoever does


class RemittedLine(Fact, frozen=True, kw_only=True):
    """What a prior payer's remittance says of one of our lines."""

    line_number: int
    entry: OtherPayerLine


class RemittanceFact(Fact, frozen=True, kw_only=True):
    """What a prior payer itself told us of the claim, by its 835."""

    payer: OtherPayer
    lines: tuple[RemittedLine, ...] = ()


class ResolutionFact(Fact, frozen=True, kw_only=True):
    """What a person answered to a question the engine left open: allow, deny (with a CARC) or price."""

    reason: str
    answer: str
    line_number: int | None = None
    amount: Decimal | None = None
    carc: str = ""
    because: str = ""


class MotherFact(Fact, frozen=True, kw_only=True):
    """Whose coverage a newborn has, and whether the claim is figured with her: then the sums are hers."""

    member_id: int
    coverages: tuple[CoverageFact, ...] = ()
    is_counted: bool = False


class ClaimFacts(Fact, frozen=True, kw_only=True):
    """One claim with everything it stands on. `decided_on` is the clock: the engine reads no other."""

    claim_number: str
    received_on: date
    decided_on: date
    submission: Submission
    member: MemberFact
    billing_provider_id: int
    plan_hash: str = ""  # of the plan version in force on the first day of service; blank: no coverage was found
    later_plans: tuple[tuple[date, str], ...] = ()  # hashes of versions that take over while it goes on, by day
    coverages: tuple[CoverageFact, ...] = ()
    mother: MotherFact | None = None  # of a newborn of a plan that covers newborns with their mothers
    other_coverages: tuple[OtherCoverageFact, ...] = ()
    prices: tuple[LinePrice, ...] = ()
    accumulated: tuple[Accumulated, ...] = ()
    prior_lines: tuple[PriorLine, ...] = ()
    authorizations: tuple[AuthorizationFact, ...] = ()
    resolutions: tuple[ResolutionFact, ...] = ()
    approval_limit_amount: Decimal | None = None  # above it a person decides (contract's authority limit)
    provider_excluded_on: date | None = None
    edits: EditFacts | None = None  # only where the plan applies edits
    prior_stays: tuple[PriorStay, ...] = ()  # only where the plan asks about stays, of stays
    our_side: OurSideFact | None = None  # where another payer's place is derived
    prior_remittances: tuple[RemittanceFact, ...] = ()
    contracts: tuple[ContractFact, ...] = ()  # of the schedules that the prices are from, as far as they say more

    @property
    def counted_member_id(self) -> int:
        """Whose sums count and are added to: the patient's, or those of the mother of a newborn."""
        mother = self.mother
        return mother.member_id if mother is not None and mother.is_counted else self.member.member_id
