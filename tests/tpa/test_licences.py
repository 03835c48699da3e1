"""No service in a state without licence or exemption; what ends is told ahead; what we are paid is told."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal

import pypdf
import pytest
from django.db import IntegrityError, transaction

from claims.payments.run_payments import run_payments
from employers.funding.selectors import balances
from employers.models import Employer, Member
from tests.factories.payments import ENGINE, World, make_decided, make_family, make_world
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
from tpa.contracts.renewals import finish_renewal, note_renewals, renewals_due, tasks_of
from tpa.contracts.sign_contract import sign_contract
from tpa.contracts.watch_states import states_barred, watch_states
from tpa.foundation.access import Scope, system_scope
from tpa.foundation.audit import Actor
from tpa.foundation.edi_files import read_bytes
from tpa.foundation.errors import Conflict, Invalid
from tpa.foundation.models import Document, ServiceBar
from tpa.foundation.parameters import load_parameters
from tpa.foundation.service_bars import set_service_bars
from tpa.models import Contract, LicenceExemption, RenewalNotice, RenewalTask

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


def test_who_moves_where_we_may_not_serve_waits_until_it_is_put_right(world: World) -> None:
    make_contract(world)
    claim = make_decided(world, "150.00")
    enrol(world, member=world.member)
    assert watch_states(on=JANUARY, by=ENGINE) == ([], [])
    Member.objects.filter(pk=world.member.pk).update(state="tx")
    assert states_barred(JANUARY) == {(world.employer.pk, f"ASA-{world.employer.code}-2601"): {"TX": 1}}
    assert watch_states(on=JANUARY, by=ENGINE).new == [(world.employer.pk, "TX")]
    assert watch_states(on=JANUARY, by=ENGINE) == ([], []), "twice does nothing"
    run = pay_now(world)
    claim.refresh_from_db()
    assert (claim.status, run) == ("approved", None)
    words = ExemptionWords("TX", "fewer than five residents", "invented", JANUARY, employer_id=world.employer.pk)
    record_exemption(words=words, by=ENGINE)
    assert watch_states(on=JANUARY, by=ENGINE).lifted == [(world.employer.pk, "TX")]
    pay_now(world)
    claim.refresh_from_db()
    assert claim.status == "paid"
    [bar] = ServiceBar.objects.all()
    assert bar.superseded_at is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceBar.objects.update(state="NM")


def test_an_employers_own_state_bars_all_its_members(world: World) -> None:
    make_contract(world)
    claim = make_decided(world, "150.00")
    bars = set_service_bars(wanted={(world.employer.pk, world.employer.state): "no licence"}, by=ENGINE)
    assert bars.new == [(world.employer.pk, world.employer.state)]
    assert pay_now(world) is None
    stranger = make_world()
    other = make_decided(stranger, "150.00")
    pay_now(stranger)
    for one in (claim, other):
        one.refresh_from_db()
    assert (claim.status, other.status) == ("approved", "paid"), "another employer is not barred"


def pay_now(world: World) -> object:
    """A payment run; None when it paid nobody."""
    run = run_payments(employer_id=world.employer.pk, on=date(2026, 1, 20), by=ENGINE)
    return run if run is not None and run.payment_count else None


def test_an_end_is_a_task_and_a_letter_until_it_is_seen_to(world: World) -> None:
    end = date(2027, 1, 1)
    contract = make_contract(world, ends_on=end, renewal_notice_days=60)
    for ahead in (181, 180, 179, 100):
        note_renewals(on=end - timedelta(days=ahead), scope=EVERYTHING, by=ENGINE)
    [task] = tasks_of(EVERYTHING)
    assert (task.subject, task.subject_id, task.ends_on) == ("contract", contract.pk, end)
    letters = Document.objects.filter(kind="LETTER", subject_type="tpa.contract", subject_id=contract.pk)
    assert [one.name[-8:] for one in letters.order_by("pk")] == ["-180.pdf", "-120.pdf"]
    text = pypdf.PdfReader(io.BytesIO(read_bytes(letters.latest("pk").sha256))).pages[0].extract_text()
    assert "Your contract ends" in text
    assert "Dec 31, 2026" in text
    with pytest.raises(Invalid):
        finish_renewal(task_id=task.pk, because=" ", by=ENGINE)
    assert finish_renewal(task_id=task.pk, because="offer sent", by=ENGINE).status == "done"
    with pytest.raises(Conflict):
        finish_renewal(task_id=task.pk, because="again", by=ENGINE)
    note_renewals(on=end - timedelta(days=90), scope=EVERYTHING, by=ENGINE)
    assert list(tasks_of(EVERYTHING)) == [], "what is seen to is not asked again"


def test_what_follows_closes_the_task(world: World) -> None:
    end = date(2027, 1, 1)
    make_contract(world, ends_on=end)
    note_renewals(on=end - timedelta(days=30), scope=EVERYTHING, by=ENGINE)
    make_contract(world, starts_on=end)
    note_renewals(on=end - timedelta(days=29), scope=EVERYTHING, by=ENGINE)
    assert list(RenewalTask.objects.values_list("status", flat=True)) == ["followed"]


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
