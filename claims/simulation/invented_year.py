"""A year of invented claims decided in memory, as the pipeline would: what goes through, and why the rest waits.

No database: everybody is covered, networks have a price for everything, strangers are priced by a reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Final, NamedTuple

from claims.adjudication.accumulated import FamilySums
from claims.adjudication.edit_facts import coded_claim
from claims.adjudication.engine.adjudicate import adjudicate
from claims.adjudication.engine.decision import ClaimDecision
from claims.adjudication.engine.facts import AuthorizationFact, ClaimFacts, LinePrice
from claims.adjudication.engine.procedures import ranked_before
from claims.adjudication.engine.years import is_stay, keys_of
from claims.adjudication.prior_lines import PriorLines
from claims.adjudication.prior_stays import PriorStays
from claims.facts import Submission
from claims.simulation.invent_claims import Oddities, invent_claims
from claims.simulation.make_claims import MIX
from claims.simulation.population import Population
from employers.facts import CoverageFact, MemberFact, OtherCoverageFact
from plans.design.terms import PlanTerms
from plans.editing.edit_book import EditBook
from plans.facts import RateFact

_LONG_AGO: Final = date(2020, 1, 1)
_DAY: Final = timedelta(days=1)
# Of planned stays so many have the permission that the plan wants.
_PERMITTED: Final = 0.97
_RATE: Final = RateFact(
    rate_id=1,
    schedule="contract",
    method="percent_of_billed",
    code_kind="any",
    percent=Decimal(65),
    starts_on=_LONG_AGO,
)
_REFERENCE: Final = RateFact(
    rate_id=2, schedule="medicare", method="fee", code_kind="any", amount=Decimal("80.00"), starts_on=_LONG_AGO
)


class DecidedClaim(NamedTuple):
    """One claim of the year, what it stood on and what was decided."""

    facts: ClaimFacts
    decision: ClaimDecision


@dataclass(slots=True)
class InventedYear:
    """`count` claims of a plan year, month after month, the same for the same seed. Faulty claims are turned away
    before they are decided and do not count; a second sending of a claim does."""

    population: Population
    terms: PlanTerms
    seed: int
    count: int
    book: EditBook | None = None
    approval_limit_amount: Decimal | None = None
    _members: dict[tuple[str, str, date | None], MemberFact] = field(default_factory=dict)
    _sums: FamilySums = field(default_factory=FamilySums)
    _prior: PriorLines = field(default_factory=PriorLines)
    _stays: PriorStays = field(default_factory=PriorStays)

    def __post_init__(self) -> None:
        number = 0
        for family_id, family in enumerate(self.population.families, start=1):
            for member in family.members:
                number += 1
                # On a claim for the subscriber the names of both are the same.
                key = family.subscriber_number, member.first_name, member.birth_on
                self._members[key] = MemberFact(
                    member_id=number,
                    family_id=family_id,
                    employer_id=1,
                    relationship=member.relationship,
                    birth_on=member.birth_on,
                    sex=member.sex,
                )

    def decide(self) -> Iterator[DecidedClaim]:
        """Each claim on what those before it left."""
        rng = Random(f"{self.seed}year")  # noqa: S311 (repeatable on purpose)
        in_network = {one.npi for one in self.population.providers}
        for number, submission in enumerate(self._submissions(), start=1):
            facts = self._facts(f"Y{number:07}", submission, rng, in_network)
            decision = adjudicate(facts, self.terms)
            member = facts.member
            self._sums.add(member.family_id, member.member_id, decision.consumptions)
            self._prior.add(member.member_id, submission, decision, ranked_before(facts, decision))
            self._stays.add(member.member_id, submission, decision)
            yield DecidedClaim(facts, decision)

    def _submissions(self) -> Iterator[Submission]:
        for month, count in enumerate(_split(self.count, 12), start=1):
            # The claims of a quarter before this day; the plan's year begins four months before the first of them.
            on = self.terms.effective_from + timedelta(days=120 + 20 * month)
            for kind, of_kind in zip(MIX, _split(count, 100, list(MIX.values())), strict=True):
                made = invent_claims(
                    self.population,
                    kind=kind,
                    count=of_kind,
                    seed=self.seed * 100 + month,
                    on=on,
                    oddities=Oddities(faults=0.0),
                )
                yield from (one.submission for one in made)

    def _facts(self, number: str, submission: Submission, rng: Random, in_network: set[str]) -> ClaimFacts:
        patient = submission.patient or submission.subscriber
        member = self._members[submission.subscriber.number, patient.first_name, patient.birth_on]
        prior = self._prior.facts(member.member_id, submission)
        terms, is_known = self.terms, submission.billing_provider.npi in in_network
        covered = (CoverageFact(member_id=member.member_id, plan_id=1, tier="FAM", starts_on=_LONG_AGO),)
        return ClaimFacts(
            claim_number=number,
            received_on=submission.service_to + 10 * _DAY,
            decided_on=submission.service_to + 11 * _DAY,
            submission=submission,
            member=member,
            billing_provider_id=1,
            plan_hash=terms.content_hash,
            coverages=covered,
            other_coverages=_others(submission, member),
            prices=_prices(submission, terms.networks[0] if is_known else ""),
            accumulated=self._sums.facts(member.family_id, member.member_id, keys_of(terms, submission)),
            prior_lines=prior,
            authorizations=_permission(number, submission) if rng.random() < _PERMITTED else (),
            approval_limit_amount=self.approval_limit_amount,
            edits=self.book.facts(coded_claim(submission, prior)) if self.book and terms.edits else None,
            prior_stays=self._stays.facts(member.member_id, submission) if self.book else (),
        )


def _prices(submission: Submission, network: str) -> tuple[LinePrice, ...]:
    rate, references = (_RATE, ()) if network else (None, (_REFERENCE,))
    return tuple(
        [
            LinePrice(line_number=line.number, network=network, rate=rate, references=references)
            for line in submission.lines
        ]
    )


def _others(submission: Submission, member: MemberFact) -> tuple[OtherCoverageFact, ...]:
    """Our records know of a payer before us whom the claim names."""
    return tuple(
        [
            OtherCoverageFact(
                member_id=member.member_id, kind="group", payer_name=one.name, pays_first=True, starts_on=_LONG_AGO
            )
            for one in submission.other_payers
        ]
    )


def _permission(number: str, submission: Submission) -> tuple[AuthorizationFact, ...]:
    if not is_stay(submission):
        return ()
    return (
        AuthorizationFact(
            number=submission.authorization_number or number,
            code_from="0100",
            code_to="0999",
            starts_on=submission.service_from,
            units_left_count=Decimal(1000),
        ),
    )


def _split(count: int, parts: int, weights: Sequence[int] | None = None) -> list[int]:
    """A count in whole parts that add up."""
    shares = weights or [1] * parts
    whole = sum(shares)
    found, before, seen = [], 0, 0
    for share in shares:
        seen += share
        now = count * seen // whole
        found.append(now - before)
        before = now
    return found
