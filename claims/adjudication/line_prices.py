"""What networks, contracts and the law say of the prices of a batch's lines: read together, then asked line by line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from claims.adjudication.engine.facts import LinePrice
from claims.adjudication.instead import Instead
from claims.facts import Submission, SubmittedLine
from plans.design.selectors import plan_terms
from plans.design.terms import PlanTerms
from plans.facts import ContractFact, ParticipationFact, RateFact
from plans.networks.localities import Site
from plans.networks.qualifying_amounts import QualifyingBook
from plans.networks.rates import RateBook
from plans.networks.selectors import NamedProviders, providers_named, qualifying_amounts, rates_for
from tpa.foundation.values.money import cents


@dataclass(slots=True)
class Prices:
    """Participations, rates with their contracts, and qualifying amounts, by the ids that a batch's claims name."""

    providers: NamedProviders
    rates: RateBook
    qualifying: QualifyingBook

    @classmethod
    def of(
        cls,
        submissions: Sequence[Submission],
        provider_ids: Collection[int],
        plan_hashes: Iterable[str],
        instead: Instead | None = None,
    ) -> Prices:
        """Read what prices these claims: a fixed number of queries. With `instead` it is only tried."""
        starts = min(submission.service_from for submission in submissions)
        ends = max(submission.service_to for submission in submissions)
        plans = [plan_terms(content_hash) for content_hash in set(plan_hashes)]
        npis = {submission.facility.npi for submission in submissions if submission.facility} - {""}
        providers = providers_named(provider_ids, npis, starts, ends)
        if instead is not None:
            providers = providers._replace(participations=instead.participations(providers.participations))
        schedules = {fact.schedule_id for facts in providers.participations.values() for fact in facts}
        references = {code for terms in plans for code in terms.reference_schedules}
        sites = {site_of(submission) for submission in submissions}
        may_protect = any(terms.protected_tier for terms in plans) and _any_outside(
            plans, providers.participations, provider_ids
        )
        codes = {line.procedure_code for submission in submissions for line in submission.lines} - {""}
        return cls(
            providers,
            rates_for(schedules, _codes_of(submissions), starts, ends, sites=sites, named=references),
            qualifying_amounts(codes, starts, ends) if may_protect else QualifyingBook(),
        )

    def of_lines(self, submission: Submission, billing_provider_id: int, terms: PlanTerms) -> tuple[LinePrice, ...]:
        """For each line the plan's best network that the billing provider is in on that day, and that network's rate;
        out of network, what the plan's reference schedules and the law say instead."""
        providers, facility = self.providers, submission.facility
        mine = providers.participations.get(billing_provider_id, ())
        theirs = providers.participations.get(providers.ids.get(facility.npi, 0), ()) if facility else ()
        site = site_of(submission)
        prices = []
        for line in submission.lines:
            best = _best(mine, terms, line.service_from)
            at = _best(theirs, terms, line.service_from)
            prices.append(
                LinePrice(
                    line_number=line.number,
                    network=best.network if best else "",
                    rate=self._rate(best.schedule_id, line, submission, site) if best else None,
                    references=() if best else self._references(line, submission, terms, site),
                    facility_network=at.network if at else "",
                    qualifying_amount=None if best else self._qualifying(line, terms, site),
                )
            )
        return tuple(prices)

    def contracts(self, submission: Submission, prices: Sequence[LinePrice]) -> tuple[ContractFact, ...]:
        """The terms behind a claim's prices."""
        return self.rates.contracts_behind(
            (rate, line.service_from)
            for line, price in zip(submission.lines, prices, strict=True)
            for rate in (*price.references, *((price.rate,) if price.rate else ()))
        )

    def _references(
        self, line: SubmittedLine, submission: Submission, terms: PlanTerms, site: Site
    ) -> tuple[RateFact, ...]:
        schedules = (self.rates.schedules.get(code) for code in terms.reference_schedules)
        found = (self._rate(schedule, line, submission, site) for schedule in schedules if schedule)
        return tuple(rate for rate in found if rate is not None)

    def _rate(self, schedule_id: int, line: SubmittedLine, submission: Submission, site: Site) -> RateFact | None:
        return self.rates.find(
            schedule_id,
            on=line.service_from,
            code=line.procedure_code,
            modifiers=line.modifiers,
            place=line.place_of_service or submission.facility_code[:2],
            revenue_code=line.revenue_code,
            drg=submission.drg_code,
            site=site,
        )

    def _qualifying(self, line: SubmittedLine, terms: PlanTerms, site: Site) -> Decimal | None:
        """The line's, for all its units; of anaesthesia for base, time and status. Other minutes have none."""
        if not terms.protected_tier:
            return None
        found = self.qualifying.find(
            line.procedure_code, line.modifiers, plan=terms.plan, state=site.state, on=line.service_from
        )
        if found is None or (found.anaesthesia is None and line.unit_basis == "MJ"):
            return None
        units = line.units_count
        if found.anaesthesia is not None:
            units = found.anaesthesia.count(units, line.unit_basis, line.modifiers)
        return cents(found.amount * units)


def site_of(submission: Submission) -> Site:
    """Where the services were: at the facility, else with who bills."""
    at = submission.facility
    if at is None or not (at.postal_code or at.state):
        at = submission.billing_provider
    return Site(at.state, at.postal_code)


def _any_outside(
    plans: Sequence[PlanTerms],
    participations: Mapping[int, Sequence[ParticipationFact]],
    provider_ids: Collection[int],
) -> bool:
    """Is there a provider who takes part in none of the plans' networks, at least on some day?"""
    networks = {network for terms in plans for network in terms.networks}
    return any(
        not any(fact.network in networks and fact.ends_on is None for fact in participations.get(provider_id, ()))
        for provider_id in provider_ids
    )


def _best(participations: Sequence[ParticipationFact], terms: PlanTerms, on: date) -> ParticipationFact | None:
    for network in terms.networks:
        for taken_part in participations:
            if taken_part.network == network and _covers(taken_part, on):
                return taken_part
    return None


def _covers(fact: ParticipationFact, on: date) -> bool:
    return fact.starts_on <= on and (fact.ends_on is None or on < fact.ends_on)


def _codes_of(submissions: Sequence[Submission]) -> set[str]:
    codes = {submission.drg_code for submission in submissions}
    for submission in submissions:
        for line in submission.lines:
            codes.add(line.procedure_code)
            codes.add(line.revenue_code)
    return codes
