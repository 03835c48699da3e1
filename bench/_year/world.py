"""Builds the world of the simulated year by the house's own verbs: employers, plans, people, contracts, policies."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from bench._year.cast import FIRST, PLANS, PLAYERS, Agreement, Player
from bench._year.clock import standing_at
from claims.simulation.population import invent_population
from employers.eligibility.load_csv import load_csv
from employers.funding.open_claims_account import open_claims_account
from employers.onboarding.add_division import add_division
from employers.onboarding.offer_plan import offer_plan
from employers.onboarding.open_employer import EmployerProfile, open_employer
from plans.design.add_plan import add_plan
from plans.design.draft_plan_version import draft_plan_version
from plans.design.publish_plan_version import publish_plan_version
from tpa.contracts.add_fee import add_fee
from tpa.contracts.amend_contract import Amendment, amend_contract
from tpa.contracts.draft_contract import ContractTerms, draft_contract
from tpa.contracts.licences import ExemptionWords, record_exemption
from tpa.contracts.set_authority_limit import set_authority_limit
from tpa.contracts.sign_contract import sign_contract
from tpa.demo.cast import ROUTING_NUMBER
from tpa.demo.providers import build_networks, build_rosters
from tpa.demo.year import Year
from tpa.foundation.access import Scope, scope_for
from tpa.foundation.audit import Actor
from tpa.foundation.grants import grant_role
from tpa.foundation.models import Role, User

BY = Actor.system("year")
SET_UP = date(2025, 12, 8)
ENROLLED = date(2025, 12, 12)


@dataclass(slots=True)
class House:
    """An employer of the year with what its later days need; `years` are its people, a plan each."""

    player: Player
    employer_id: int
    plan_ids: list[int] = field(default_factory=list)
    account_ids: list[int] = field(default_factory=list)
    contract_ids: list[int] = field(default_factory=list)
    years: list[Year] = field(default_factory=list)
    approvers: list[Actor] = field(default_factory=list)

    @property
    def code(self) -> str:
        """The group number."""
        return self.player.code

    @property
    def families(self) -> int:
        """How many families it has had so far."""
        return sum(len(year.households) for year in self.years)


@dataclass(slots=True)
class World:
    """All houses, and two managers of the administrator who answer, propose and approve."""

    houses: list[House]
    people: dict[str, Scope]
    seed: int

    def house(self, code: str) -> House:
        """One employer by its group number."""
        return next(house for house in self.houses if house.code == code)


def build_world(*, families: int, seed: int) -> World:
    """About so many families in all, enrolled for the first of January."""
    with transaction.atomic(), standing_at(SET_UP, 9):
        people = {name: _person(name) for name in ("first", "second")}
        networks = build_networks(BY)
        build_rosters(invent_population(seed=seed, families=0, on=FIRST), networks, BY)
        plans = {code: _plan(code) for code in ("cascade-ppo", "granite-hdhp", "meadow-epo")}
        for state in sorted({player.state for player in PLAYERS} | {"OH", "PA", "IN", "MI"}):
            record_exemption(words=ExemptionWords(state, "invented", "no law", date(2020, 1, 1)), by=BY)
        houses = [_open(player, place, plans) for place, player in enumerate(PLAYERS, 1)]
    share = max(3, families // sum(len(player.plans) for player in PLAYERS))
    for place, house in enumerate(houses):
        with transaction.atomic(), standing_at(ENROLLED, 9):
            _enrol(house, share, seed * 100 + place * 2)
    for house in houses:
        with transaction.atomic(), standing_at(ENROLLED, 15):
            house.contract_ids += [_sign(house, agreement, n) for n, agreement in enumerate(house.player.agreements)]
    return World(houses, people, seed)


def _person(name: str) -> Scope:
    user = User.objects.create_user(f"{name}@year.example", None, full_name=name.title())
    grant_role(user=user, role=Role.TPA_MANAGER, by=BY, because="the simulated year")
    return scope_for(user)


def _plan(code: str) -> int:
    """The demonstration's document. It governs 2026; what was incurred in the autumn before is paid by it as well."""
    source = (PLANS / f"{code}.yaml").read_text().replace("{from: 2026-01-01,", "{from: 2025-01-01,")
    plan_id = add_plan(code=code, name=code.title(), by=BY)
    version = draft_plan_version(plan_id=plan_id, source=source, by=BY)
    publish_plan_version(version_id=version.pk, by=BY, because="the simulated year")
    return plan_id


def _open(player: Player, place: int, plans: dict[str, int]) -> House:
    profile = EmployerProfile(
        code=player.code,
        name=f"{player.code.title()} Works",
        kind=player.kind,
        ein=f"45020{place:04}",
        state=player.state,
        funding_mode=player.funding,
        address_line="1 Mill Street",
        city="Dayton",
        postal_code="454020001",
        employee_count=300,
    )
    house = House(player, open_employer(profile=profile, by=BY))
    for division in player.divisions:
        add_division(employer_id=house.employer_id, code=division, name=division.title(), by=BY)
    for number, code in enumerate(player.plans):
        offer_plan(employer_id=house.employer_id, plan_id=plans[code], starts_on=player.since, by=BY)
        house.plan_ids.append(plans[code])
        house.account_ids.append(
            open_claims_account(
                employer_id=house.employer_id,
                plan_id=plans[code],
                name=f"{player.code.title()} {code}",
                bank_routing_number=ROUTING_NUMBER,
                bank_account_number=f"77{place:04}{number:04}",
                overdraft_limit_amount=player.limit,
                by=BY,
            )
        )
    return house


def _enrol(house: House, families: int, seed: int) -> None:
    for number, plan in enumerate(house.player.plans):
        year = Year.invent(
            seed=seed + number, group=house.code, plan=plan, divisions=house.player.divisions, families=families
        )
        data = year.open_enrolment().replace(str(FIRST).encode(), str(house.player.since).encode())
        done = load_csv(employer_id=house.employer_id, data=data, name=f"{plan}-2026.csv", is_full=False, by=BY)
        assert not done.applied.refused_count, done.applied.problems[:3]
        house.years.append(year)


def _sign(house: House, agreement: Agreement, number: int) -> int:
    terms: dict[str, Any] = {"reminder_days": (10, 30), "write_off_limit_amount": Decimal(100)} | dict(agreement.terms)
    contract = draft_contract(
        employer_id=house.employer_id,
        terms=ContractTerms(
            number=f"{house.code}-{number + 1}", starts_on=agreement.starts_on, ends_on=agreement.ends_on, **terms
        ),
        by=BY,
    )
    for fee in agreement.fees:
        add_fee(contract_id=contract.pk, terms=fee, by=BY)
    sign_contract(contract_id=contract.pk, signed_on=ENROLLED, by=BY)
    if house.player.engine_limit is not None:
        set_authority_limit(
            contract_id=contract.pk,
            role="engine",
            amount=house.player.engine_limit,
            starts_on=agreement.starts_on,
            section="5.2",
            by=BY,
        )
    if agreement.amended is not None:
        month_on, changes, fee = agreement.amended
        amend_contract(
            contract_id=contract.pk,
            amendment=Amendment(month_on, "agreed in spring", ENROLLED, changes, adds_fees=(fee,)),
            by=BY,
        )
    return contract.pk
