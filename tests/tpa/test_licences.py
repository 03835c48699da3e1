"""No service in a state without licence or exemption; what ends is told ahead; what we are paid is told."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from employers.funding.selectors import balances
from employers.models import Employer
from tests.factories.payments import ENGINE, World, make_family, make_world
from tests.factories.tpa import JANUARY, enrol, flat, make_contract, pepm
from tests.factories.users import as_web
from tests.tpa.test_close_month import close
from tpa.billing.compensation import Paid, disclosure_of, record_indirect_compensation
from tpa.billing.issue_credit import issue_credit
from tpa.contracts.draft_contract import ContractTerms, draft_contract
from tpa.contracts.licences import (
    ExemptionWords,
    LicenceWords,
    add_licence,
    record_exemption,
    states_without_licence,
)
from tpa.contracts.renewals import note_renewals, renewals_due
from tpa.contracts.sign_contract import sign_contract
from tpa.foundation.access import Scope, system_scope
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict, Invalid
from tpa.foundation.parameters import load_parameters
from tpa.models import Contract, LicenceExemption, RenewalNotice

pytestmark = pytest.mark.django_db

D = Decimal
EVERYTHING = system_scope("test")


@pytest.fixture
def world() -> World:
    return make_world(Employer.FundingMode.TPA_ADVANCE)


def a_licence(state: str, *, starts_on: date = JANUARY, ends_on: date | None = None, **more: object) -> LicenceWords:
    return LicenceWords("licence", state, f"TPA-{state}", "the state", starts_on, ends_on, **more)  # type: ignore[arg-type]


def draft(world: World) -> Contract:
    return draft_contract(
        employer_id=world.employer.pk, terms=ContractTerms(number="ASA-9", starts_on=JANUARY), by=ENGINE
    )


def sign(contract: Contract) -> Contract:
    return sign_contract(contract_id=contract.pk, signed_on=date(2025, 12, 1), by=ENGINE)


def test_without_a_licence_nothing_is_signed(world: World) -> None:
    contract = draft(world)
    with pytest.raises(Conflict, match="No licence and no exemption for OH") as refused:
        sign(contract)
    assert refused.value.extra["states"] == ["OH"]
    add_licence(words=a_licence("OH"), by=ENGINE)
    assert sign(contract).status == "in_force"


def test_the_states_of_members_count_too(world: World) -> None:
    add_licence(words=a_licence("OH"), by=ENGINE)
    coverage = enrol(world)
    coverage.member.state = "TX"
    coverage.member.save(update_fields=["state"])
    contract = draft(world)
    with pytest.raises(Conflict, match="TX"):
        sign(contract)
    stranger = make_world()
    for employer_id, fits in ((stranger.employer.pk, False), (world.employer.pk, True)):
        words = ExemptionWords("TX", "fewer than 5 residents", "invented, section 1", JANUARY, employer_id=employer_id)
        record_exemption(words=words, by=ENGINE)
        assert (states_without_licence(world.employer.pk, ["OH", "TX"], JANUARY) == []) is fits
    assert sign(contract).status == "in_force"


def test_a_licence_that_ended_and_a_bond_are_none(world: World) -> None:
    add_licence(words=a_licence("OH", starts_on=date(2024, 1, 1), ends_on=JANUARY), by=ENGINE)
    add_licence(words=LicenceWords("bond", "OH", "B1", "Surety", JANUARY, bond_amount=D(50000)), by=ENGINE)
    with pytest.raises(Conflict):
        sign(draft(world))
    with pytest.raises(Conflict, match="some of that time"):
        add_licence(words=a_licence("OH", starts_on=date(2025, 6, 1)), by=ENGINE)
    for words in (
        LicenceWords("bond", "OH", "B2", "Surety", JANUARY),
        LicenceWords("licence", "Ohio", "L", "state", JANUARY),
        a_licence("OH", ends_on=JANUARY),
    ):
        with pytest.raises(Invalid):
            add_licence(words=words, by=ENGINE)
    with pytest.raises(Invalid, match="why no licence"):
        record_exemption(words=ExemptionWords("TX", " ", "law", JANUARY), by=ENGINE)


def test_what_ends_is_told_180_120_90_60_and_30_days_ahead(world: World) -> None:
    end = date(2027, 1, 1)
    contract = make_contract(world, ends_on=end)
    licence = add_licence(words=a_licence("PA", ends_on=end + timedelta(days=7)), by=ENGINE)
    noted = {}
    for ahead in range(200, 0, -1):
        on = end - timedelta(days=ahead)
        for row in note_renewals(on=on, scope=EVERYTHING, by=ENGINE):
            noted[row.subject, row.ahead_days] = ahead
    assert noted == {
        **{("contract", days): days for days in (180, 120, 90, 60, 30)},
        **{("licence", days): days - 7 for days in (180, 120, 90, 60, 30)},
    }
    due = renewals_due(EVERYTHING, end - timedelta(days=10))
    assert [(one.subject, one.subject_id, one.left_days, one.reached_days) for one in due] == [
        ("contract", contract.pk, 10, 30),
        ("licence", licence.pk, 17, 30),
    ]
    add_licence(words=a_licence("PA", starts_on=end + timedelta(days=7)), by=ENGINE)
    make_contract(world, starts_on=end)
    assert renewals_due(EVERYTHING, end - timedelta(days=10)) == []


def test_reports_to_states_and_what_lapsed_are_told(world: World) -> None:
    add_licence(words=a_licence("TX", ends_on=date(2026, 3, 1), report_on=date(2026, 6, 30)), by=ENGINE)
    found = {(one.subject, one.left_days) for one in renewals_due(EVERYTHING, date(2026, 6, 20))}
    assert found == {("licence", -111), ("report", 10)}


def test_another_employers_exemptions_and_notices_do_not_exist(world: World) -> None:
    stranger = make_world()
    for one in (world, stranger):
        make_contract(one, ends_on=date(2027, 1, 1))
        words = ExemptionWords("TX", "few", "law", JANUARY, employer_id=one.employer.pk)
        record_exemption(words=words, by=ENGINE)
    note_renewals(on=date(2026, 12, 15), scope=EVERYTHING, by=ENGINE)
    with as_web(Scope(actor=Actor.user(1), employer_ids=frozenset({world.employer.pk}))):
        assert {one.employer_id for one in LicenceExemption.objects.all()} == {world.employer.pk}
        assert {one.employer_id for one in RenewalNotice.objects.all()} == {world.employer.pk}


def test_what_we_are_paid_is_told_from_what_was_posted(world: World) -> None:
    load_parameters()
    contract = make_contract(world, pepm("40.00"), flat("150.00"))
    _family, member = make_family(world.employer)
    enrol(world, member=member)
    invoice = close(contract, JANUARY)
    line = invoice.lines.get(fee__kind="flat")
    issue_credit(invoice_id=invoice.pk, amounts={line.pk: D("50.00")}, because="agreed", by=ENGINE)
    year = {"from_on": JANUARY, "before": date(2027, 1, 1)}
    told = disclosure_of(EVERYTHING, contract, **year)
    assert [(one.service, one.amount) for one in told.direct] == [
        ("Administration", D("40.00")),
        ("Reporting", D("100.00")),
    ]
    assert told.total_amount == -balances(world.account.pk)["fees"]
    assert not told.is_wanted
    paid = Paid("Summit Re", "override on premium", "", D("860.00"))
    words = {"contract_id": contract.pk, "paid": paid, "reference": "SR-1", "on": date(2026, 2, 3), "by": ENGINE}
    assert record_indirect_compensation(**words) == record_indirect_compensation(**words)
    with pytest.raises(Conflict):
        record_indirect_compensation(**(words | {"paid": paid._replace(amount=D(1))}))
    told = disclosure_of(EVERYTHING, contract, **year)
    assert (told.total_amount, told.is_wanted) == (D("1000.00"), True)
