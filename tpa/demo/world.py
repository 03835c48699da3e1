"""Builds the demonstration world: employers, networks, people and their year 2026, by the verbs of the house.

History is recorded as it would have been: each step at its day (`clock.at`). The same arguments build the same world.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from claims.simulation.population import invent_population
from employers.eligibility.add_other_coverage import add_other_coverage
from employers.eligibility.age_out_dependents import age_out_dependents
from employers.eligibility.apply_records import apply_records
from employers.eligibility.load_csv import load_csv
from employers.eligibility.selectors import members_of
from employers.facts import OrderFacts, OtherCoverageRecord
from employers.funding.deposit_funds import deposit_funds
from employers.funding.open_claims_account import open_claims_account
from employers.onboarding.add_division import add_division
from employers.onboarding.offer_plan import offer_plan
from employers.onboarding.open_employer import EmployerProfile, open_employer
from employers.onboarding.selectors import employers_seen
from plans.design.add_plan import add_plan
from plans.design.draft_plan_version import draft_plan_version
from plans.design.publish_plan_version import publish_plan_version
from plans.editing.load_edit_files import load_edit_files
from plans.networks.add_providers import add_providers
from tpa.billing.close_month import close_month
from tpa.billing.dispute_line import dispute_line
from tpa.billing.open_amounts import open_amount
from tpa.billing.record_receipt import Pays, ReceiptWords, record_receipt
from tpa.billing.settle_invoice import settle_invoice
from tpa.contracts.months import next_month
from tpa.demo.agreements import audit_and_measure, measure_guarantees, record_licences, sign_agreement
from tpa.demo.bank import agree, pay_and_hear_back
from tpa.demo.bank_statements import bank_year
from tpa.demo.cast import ACCOUNT_MANAGER, INVENTED, ROUTING_NUMBER, USERS, DemoEmployer, open_employer_of
from tpa.demo.clock import at
from tpa.demo.funding import agree_funding, ask_for_money
from tpa.demo.providers import EVERGREEN, LONG_AGO, build_networks, build_rosters, take_part
from tpa.demo.real_files import OpenGroup, OpenWorld, read_open_world
from tpa.demo.recoveries import agree_on_recoveries, recover
from tpa.demo.stop_loss import TREATED_MONTHS, ask, insure, treat
from tpa.demo.users import add_user, build_users
from tpa.demo.year import Year, spoiled
from tpa.foundation.access import scope_for, scoped, system_scope
from tpa.foundation.audit import Actor
from tpa.foundation.models import User
from tpa.models import Invoice

# Tables of edits in the layout of the published files; a plan of the demonstration applies them.
EDITS = Path(__file__).parent / "edits"
SYSTEM = Actor.system("demonstration")
FIRST_DAY = date(2026, 1, 1)
LAST_DAY = date(2026, 11, 24)
LAST_CLOSED_MONTH = date(2026, 9, 1)
HEARD_BACK_ON = date(2026, 11, 23)
# Of invented families: how many members they have.
_FAMILY_SIZE = 2.3
Say = Callable[[str], None]


@dataclass(slots=True)
class _House:
    """An employer in work: what its later steps need."""

    cast: DemoEmployer
    employer_id: int
    plan_id: int
    account_id: int
    contract_id: int
    year: Year | None = None
    invoices: list[tuple[Invoice, date]] = field(default_factory=list)


def world_exists() -> bool:
    """Whether the world was built here before."""
    codes = {employer.code for employer in employers_seen(system_scope("demonstration"))}
    return INVENTED[0].code in codes


def build_world(*, members: int = 560, seed: int = 2026, say: Say = lambda text: None) -> None:
    """Build it all in one transaction. `members` are the invented ones, about."""
    with transaction.atomic(), scoped(system_scope("demonstration")):
        say("reading the example files")
        open_world = read_open_world()
        with _on(date(2025, 11, 17)):
            manager_id = add_user(next(one for one in USERS if one.email == ACCOUNT_MANAGER)).pk
            networks = build_networks(SYSTEM)
            build_rosters(invent_population(seed=seed, families=0, on=FIRST_DAY), networks, SYSTEM)
            ids = add_providers(records=list(open_world.providers.values()), by=SYSTEM)
            new = open_world.providers.keys() - _known_npis(seed)
            take_part(sorted(new), ids, networks[EVERGREEN], SYSTEM)
            record_licences(SYSTEM)
            for path in sorted(EDITS.iterdir()):
                load_edit_files(paths=[path], by=SYSTEM)
            plans: dict[str, int] = {}
            houses = [_open(cast, (), manager_id, plans) for cast in INVENTED]
            open_houses = _open_groups(open_world, manager_id, plans)
            every = [*houses, *open_houses]
            build_users({house.cast.code: house.employer_id for house in every}, SYSTEM)
        say("enrolling members")
        _enrol(houses, members, seed)
        for group, house in zip(open_world.groups, open_houses, strict=True):
            _enrol_open(group, house)
        with _on(date(2025, 12, 16)):
            policy_id = insure(employer_id=houses[0].employer_id, by=SYSTEM)
            agree_on_recoveries(employer_id=houses[0].employer_id, by=SYSTEM)
            agree(claims_account_id=houses[0].account_id, company=houses[0].cast.name.upper(), by=SYSTEM)
        say("living through 2026")
        month_on = FIRST_DAY
        while month_on <= LAST_DAY:
            _live(every, month_on)
            if month_on.month in TREATED_MONTHS:
                with _on(month_on.replace(day=20)):
                    treat(employer_id=houses[0].employer_id, on=month_on.replace(day=20), by=SYSTEM)
                    ask(policy_id=policy_id, on=month_on.replace(day=20), by=SYSTEM)
            month_on = next_month(month_on)
        with _on(HEARD_BACK_ON):
            house = houses[0]
            pay_and_hear_back(
                employer_id=house.employer_id, claims_account_id=house.account_id, on=HEARD_BACK_ON, by=SYSTEM
            )
        with _on(LAST_DAY):
            ask(policy_id=policy_id, on=LAST_DAY, by=SYSTEM)
            recover(employer_id=houses[0].employer_id, on=LAST_DAY, by=SYSTEM)
            bank_year(claims_account_id=houses[0].account_id)
            ask_for_money(account_id=houses[0].account_id, on=LAST_DAY, by=SYSTEM)
        with _on(LAST_DAY):
            for house in houses:
                audit_and_measure(house.employer_id, house.contract_id, SYSTEM)
            measure_guarantees(LAST_DAY, SYSTEM)


def _known_npis(seed: int) -> set[str]:
    population = invent_population(seed=seed, families=0, on=FIRST_DAY)
    return {one.npi for one in (*population.providers, *population.physicians)}


def _on(day: date, hour: int = 15) -> AbstractContextManager[None]:
    return at(timezone.make_aware(datetime(day.year, day.month, day.day, hour)))


def _open(cast: DemoEmployer, aliases: tuple[str, ...], manager_id: int, plans: dict[str, int]) -> _House:
    employer_id = open_employer(
        profile=EmployerProfile(
            code=cast.code,
            name=cast.name,
            ein=cast.ein,
            state=cast.state,
            funding_mode=cast.funding_mode,
            address_line=cast.address_line,
            city=cast.city,
            postal_code=cast.postal_code,
            employee_count=250,
            account_manager_id=manager_id,
            aliases=aliases,
        ),
        by=SYSTEM,
    )
    for code, name in cast.divisions:
        add_division(employer_id=employer_id, code=code, name=name, by=SYSTEM)
    if cast.plan_code not in plans:
        plans[cast.plan_code] = _publish(cast)
    plan_id = plans[cast.plan_code]
    starts_on = LONG_AGO if cast.file_names else FIRST_DAY
    offer_plan(employer_id=employer_id, plan_id=plan_id, starts_on=starts_on, file_names=cast.file_names, by=SYSTEM)
    account_id = open_claims_account(
        employer_id=employer_id,
        plan_id=plan_id,
        name=f"{cast.plan_name} claims account",
        bank_routing_number=ROUTING_NUMBER,
        bank_account_number=f"88{employer_id:08}",
        overdraft_limit_amount=cast.overdraft_limit_amount,
        by=SYSTEM,
    )
    agree_funding(code=cast.code, account_id=account_id, by=SYSTEM)
    return _House(cast, employer_id, plan_id, account_id, sign_agreement(cast, employer_id, SYSTEM))


def _publish(cast: DemoEmployer) -> int:
    plan_id = add_plan(code=cast.plan_code, name=cast.plan_name, by=SYSTEM)
    version = draft_plan_version(plan_id=plan_id, source=cast.plan_file.read_text(), by=SYSTEM)
    publish_plan_version(version_id=version.pk, by=SYSTEM, because="open enrolment for 2026")
    return plan_id


def _open_groups(open_world: OpenWorld, manager_id: int, plans: dict[str, int]) -> list[_House]:
    return [
        _open(open_employer_of(place), tuple(sorted(group.aliases)), manager_id, plans)
        for place, group in enumerate(open_world.groups, start=1)
    ]


def _enrol(houses: list[_House], members: int, seed: int) -> None:
    """Open enrolment: each employer's file of all its people, and what else covers some of them."""
    for place, house in enumerate(houses):
        cast = house.cast
        house.year = Year.invent(
            seed=seed + place,
            group=cast.code,
            plan=cast.plan_code,
            divisions=tuple(code for code, _name in cast.divisions),
            families=max(4, math.ceil(members * float(cast.share) / _FAMILY_SIZE)),
        )
        with _on(date(2025, 12, 12)):
            done = load_csv(
                employer_id=house.employer_id,
                data=house.year.open_enrolment(),
                name="open-enrolment-2026.csv",
                is_full=True,
                by=SYSTEM,
            )
            assert not done.applied.refused_count, done.applied.problems[:3]
            _other_coverage(house)


def _other_coverage(house: _House) -> None:
    """Every seventh spouse has a plan of an own employer; who is 65 has Medicare, which pays after us."""
    members = list(members_of(system_scope("demonstration"), employer_id=house.employer_id).order_by("pk"))
    spouses = [member for member in members if member.relationship == "01"]
    for spouse in spouses[::7]:
        told = OtherCoverageRecord(
            payer_name="Lakeside Mutual",
            payer_number="LAKE1",
            policy_number=f"LM{spouse.pk:06}",
            pays_first=None,
            because="answered the yearly question about other coverage",
            starts_on=FIRST_DAY,
            order=OrderFacts(holder="self", standing="active"),
            answered_on=FIRST_DAY,
        )
        add_other_coverage(member_id=spouse.pk, told=told, by=SYSTEM)
    turned = date(FIRST_DAY.year - 65, 1, 1)
    for member in members:
        if member.birth_on is not None and member.birth_on < turned:
            told = OtherCoverageRecord(
                kind="medicare",
                payer_name="Medicare",
                pays_first=None,
                because="answered the yearly question about other coverage",
                starts_on=FIRST_DAY,
                order=OrderFacts(entitled_by="age"),
                answered_on=FIRST_DAY,
            )
            add_other_coverage(member_id=member.pk, told=told, by=SYSTEM)


def _enrol_open(group: OpenGroup, house: _House) -> None:
    records = [record for family in group.families.values() for record in family]
    with _on(date(2025, 12, 15)):
        apply_records(employer_id=house.employer_id, records=records, by=SYSTEM, because="published example files")


def _live(houses: list[_House], month_on: date) -> None:
    """A month: the one before is closed and its invoice sent, the bank is fed, the employers' files come in."""
    with _on(month_on, hour=6):
        for house in houses:
            age_out_dependents(employer_id=house.employer_id, on=month_on, by=SYSTEM)
            _close(house, month_on)
    with _on(month_on.replace(day=2)):
        for house in houses:
            _deposit(house, month_on)
    day = month_on.replace(day=5 if month_on.month < 11 else 18)
    with _on(day):
        for house in houses:
            if house.year is not None:
                data = house.year.month(month_on.month)
                name = f"changes-{month_on:%Y-%m}.csv"
                load_csv(
                    employer_id=house.employer_id,
                    data=spoiled(data) if month_on.month == 11 else data,
                    name=name,
                    by=SYSTEM,
                )
    with _on(month_on.replace(day=16)):
        for house in houses:
            _settle(house, month_on)


def _close(house: _House, today: date) -> None:
    month_on = (today - timedelta(days=1)).replace(day=1)
    if house.cast.contract_starts_on <= month_on <= LAST_CLOSED_MONTH:
        invoice = close_month(contract_id=house.contract_id, month_on=month_on, by=SYSTEM)
        house.invoices.append((invoice, month_on))


def _deposit(house: _House, month_on: date) -> None:
    cast = house.cast
    amount = cast.monthly_deposit_amount + (cast.opening_deposit_amount if month_on == FIRST_DAY else 0)
    if amount:
        deposit_funds(
            claims_account_id=house.account_id,
            amount=amount,
            received_on=month_on.replace(day=2),
            bank_reference=f"WIRE {cast.code} {month_on:%Y%m}",
            by=SYSTEM,
        )


def _dispute(house: _House, invoice: Invoice) -> None:
    """Of one employer, two of the employees behind a fee."""
    line = invoice.lines.filter(kind="fee", rate_amount__isnull=False, quantity_count__gt=2).order_by("number").first()
    if not house.cast.disputes or line is None or line.rate_amount is None:
        return
    person = scope_for(User.objects.get(email=f"finance@{house.cast.name.split()[0].lower()}.example.org"))
    amount = 2 * line.rate_amount
    dispute_line(invoice_id=invoice.pk, line_id=line.pk, amount=amount, because=house.cast.disputes, by=person.actor)


def _settle(house: _House, month_on: date) -> None:
    """Employers pay within the month, once somewhat less than was asked; the last invoice is still open, and one of its
    lines disputed."""
    for invoice, closed_on in house.invoices:
        if next_month(closed_on) != month_on:
            continue
        if closed_on == LAST_CLOSED_MONTH:
            _dispute(house, invoice)
            continue
        if house.cast.pays_short_in_month == closed_on.month:
            owed, short = open_amount(invoice), Decimal("148.50")
            because = "four employees who left in June, as our payroll has it"
            words = ReceiptWords(
                amount=owed - short,
                received_on=month_on.replace(day=16),
                bank_reference=f"ACH {house.cast.code} {closed_on:%Y%m}",
                pays=(Pays(invoice.pk, owed - short, short_because=because),),
            )
            record_receipt(employer_id=house.employer_id, words=words, by=SYSTEM)
        else:
            settle_invoice(
                invoice_id=invoice.pk,
                amount=open_amount(invoice),
                received_on=month_on.replace(day=16),
                bank_reference=f"ACH {house.cast.code} {closed_on:%Y%m}",
                by=SYSTEM,
            )
