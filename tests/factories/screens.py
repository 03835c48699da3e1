"""A small invented world for the tests of the screens: two employers, a family, claims in several states, a month."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import transaction

from claims.adjudication.engine.decision import (
    Adjustment,
    ClaimDecision,
    Consumption,
    Figures,
    LineDecision,
    Question,
    Step,
)
from claims.adjudication.engine.facts import Accumulated, AuthorizationFact, ClaimFacts, PriorLine
from claims.facts import Submission, SubmittedLine, SubmittedPerson, SubmittedProvider
from claims.models import (
    Authorization,
    BankAccount,
    BankFile,
    BankStatement,
    Claim,
    ClaimEvent,
    ClaimNote,
    Decision,
    Overpayment,
    Payment,
    PaymentItem,
    PaymentRun,
    Pend,
    Reconciliation,
    Reprocessing,
    ReprocessingClaim,
    ReturnFile,
    WhatIf,
)
from claims.packing import pack
from claims.payments.instruments import issue_instruments
from claims.recoveries.open_overpayment import FoundLine, open_overpayment
from employers.facts import CoverageFact, MemberFact, OtherCoverageFact
from employers.funding.write_request import Asked, Item, write_request
from employers.models import (
    ClaimsAccount,
    Coverage,
    Employer,
    Family,
    FundingRequest,
    FundingTerms,
    LedgerAccount,
    LedgerEntry,
    LedgerTransaction,
    Member,
    OtherCoverage,
)
from plans.models import Payee, Plan, Provider
from tests.factories.stoploss import policy_words
from tests.factories.users import make_scope
from tpa.foundation.audit import Actor
from tpa.foundation.authority import set_approval_limit
from tpa.foundation.edi_files import store_bytes
from tpa.foundation.models import Document, EdiFile, Interchange, Role, TransactionSet, User
from tpa.models import (
    Contract,
    ContractFee,
    ContractVersion,
    Invoice,
    InvoiceClaim,
    InvoiceLine,
    InvoiceMember,
    MonthClose,
    StopLossNotice,
    StopLossPolicy,
    StopLossRequest,
)
from tpa.stoploss.draft_policy import draft_policy
from tpa.stoploss.sign_policy import sign_policy

D = Decimal
TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
_number = count(1)


@dataclass(slots=True)
class World:
    """One employer with a plan, an account, families and a provider."""

    employer: Employer
    plan: Plan
    account: ClaimsAccount
    provider: Provider
    members: list[Member] = field(default_factory=list)


def make_world(name: str = "Harbor Tool Works", *, families: int = 1) -> World:
    """An employer whose every family is a subscriber with spouse and child; the last family has a gap in coverage."""
    number = next(_number)
    employer = Employer.objects.create(
        code=f"HTW{number:03}",
        name=name,
        ein=f"98{number:07}",
        state="OH",
        city="Lakeside",
        employee_count=120,
        funding_mode="tpa_advance",
    )
    plan = Plan.objects.create(code=f"ppo-{number}", name="Harbor PPO")
    account = ClaimsAccount.objects.create(employer=employer, plan=plan, name="Claims account")
    payee = Payee.objects.create(tin=f"34{number:07}", npi="", name="Lakeside Family Practice")
    provider = Provider.objects.create(
        npi=f"{1000000000 + number}", entity="2", name="Lakeside Family Practice", payee=payee
    )
    world = World(employer, plan, account, provider)
    for index in range(families):
        world.members += make_family(world, index, gap=index == families - 1)
    return world


def make_funding_request(world: World) -> FundingRequest:
    """A request that waits for approval: refilling an imprest account."""
    terms = FundingTerms.objects.create(
        employer=world.employer, claims_account=world.account, mode="imprest", period=(date(2026, 1, 1), None),
        target_amount=D("5000.00"), refill_below_amount=D("1000.00"), recorded_at=NOW,
    )  # fmt: skip
    asked = Asked(kind="claims", raised_on=TODAY, due_on=TODAY, goal_amount=D("5000.00"))
    with transaction.atomic():
        raised = write_request(
            account=world.account, terms=terms, asked=asked, items=[Item("balance", D("5000.00"))], by=Actor.system("x")
        )
    return FundingRequest.objects.get(pk=raised.request_id)


def make_family(world: World, index: int, *, gap: bool = False) -> list[Member]:
    """Three people under one card."""
    last = ("Reyes", "Okafor", "Lindqvist", "Tanaka", "Novak", "Moreau")[index % 6]
    family = Family.objects.create(employer=world.employer, subscriber_number=f"H{world.employer.pk:03}{index:05}")
    people = (
        ("18", "Ana", date(1984, 5, 2), "F"),
        ("01", "Ben", date(1983, 1, 9), "M"),
        ("19", "Cleo", date(2014, 8, 30), "F"),
    )
    members = []
    for position, (relationship, first, born, sex) in enumerate(people, start=1):
        member = Member.objects.create(
            employer=world.employer,
            family=family,
            person_number=f"{position:02}",
            relationship=relationship,
            last_name=last,
            first_name=first,
            birth_on=born,
            sex=sex,
            hired_on=date(2019, 3, 1) if relationship == "18" else None,
        )
        periods = [(date(2026, 1, 1), None)]
        if gap and relationship == "01":
            periods = [(date(2026, 1, 1), date(2026, 4, 1)), (date(2026, 6, 1), None)]
        for start, end in periods:
            Coverage.objects.create(
                employer=world.employer,
                family=family,
                member=member,
                plan=world.plan,
                tier="FAM",
                period=(start, end),
                recorded_at=NOW - timedelta(days=300),
            )
        members.append(member)
    OtherCoverage.objects.create(
        employer=world.employer,
        member=members[2],
        kind="group",
        payer_name="Northern Mutual",
        pays_first=False,
        because="birthday rule",
        period=(date(2026, 1, 1), None),
        recorded_at=NOW,
    )
    return members


def submission(world: World, member: Member, **changes: Any) -> Submission:
    """Two professional lines."""
    person = SubmittedPerson(
        last_name=member.last_name,
        first_name=member.first_name,
        number=member.family.subscriber_number,
        birth_on=member.birth_on,
        sex=member.sex,
    )
    values: dict[str, Any] = {
        "kind": "P",
        "patient_control_number": f"PCN-{next(_number)}",
        "billed_amount": D("244.00"),
        "subscriber": person,
        "billing_provider": SubmittedProvider(name=world.provider.name, npi=world.provider.npi, tin="340000001"),
        "facility_code": "11",
        "diagnoses": ("J069", "R05"),
        "lines": (
            SubmittedLine(
                number=1,
                billed_amount=D("180.00"),
                service_from=date(2026, 11, 2),
                service_to=date(2026, 11, 2),
                procedure_code="99213",
                modifiers=("25",),
                place_of_service="11",
            ),
            SubmittedLine(
                number=2,
                billed_amount=D("64.00"),
                service_from=date(2026, 11, 2),
                service_to=date(2026, 11, 2),
                procedure_code="80053",
                place_of_service="11",
            ),
        ),
    }
    return Submission(**{**values, **changes})


def make_claim(
    world: World, member: Member, *, status: str = "pended", due_on: date = TODAY + timedelta(days=9), **changes: Any
) -> Claim:
    """A claim that was received, and decided unless it stands as received."""
    number = next(_number)
    said = submission(world, member)
    claim = Claim.objects.create(
        claim_number=f"2632800{number:05}",
        employer=world.employer,
        family=member.family,
        member=member,
        kind="P",
        origin="837",
        patient_control_number=said.patient_control_number,
        billing_provider=world.provider,
        payee=world.provider.payee,
        service_from=said.service_from,
        service_to=said.service_to,
        received_on=date(2026, 11, 5),
        received_at=NOW - timedelta(days=19),
        billed_amount=said.billed_amount,
        submission=pack(said),
        status=status,
        status_at=NOW,
        due_on=due_on,
        **changes,
    )
    _event(claim, "", "received", "system:intake", "edi")
    if status != "received":
        decision = decide(world, claim, member, said, "pended" if status == "pended" else "approved")
        _event(claim, "received", decision.outcome, "system:adjudication", "engine")
    if status == "paid":
        pay(world, claim, decision)
        _event(claim, "approved", "paid", "system:payments", "system")
    return claim


def decide(world: World, claim: Claim, member: Member, said: Submission, outcome: str) -> Decision:
    """A decision as the engine writes it: facts, figures, trace, and questions when it pends."""
    questions = (
        Question(reason="possible_duplicate", line_number=1, evidence=(("claim", "26301000009"), ("line", "1"))),
    )
    says = ClaimDecision(
        claim_number=claim.claim_number,
        engine_version="1",
        plan_hash="5d" * 32,
        outcome=outcome,
        figures=_figures("244.00", "130.62", "25.00", "18.22", "87.40"),
        lines=(
            LineDecision(
                number=1,
                figures=_figures("180.00", "112.40", "25.00", "0.00", "87.40"),
                adjustments=(
                    Adjustment(group="CO", carc="45", amount=D("67.60")),
                    Adjustment(group="PR", carc="3", amount=D("25.00")),
                ),
                benefit="office_visit",
                network_tier="in",
                trace=(
                    Step(rule="price.fee", figure="allowed", amount=D("112.40"), clause="§4.1",
                         inputs=(("schedule", "lakeside-2026"), ("fee", "112.40"), ("units", "1"))),
                    Step(rule="copay", figure="copay", amount=D("25.00"), clause="§5.2", inputs=(("copay", "25.00"),)),
                    Step(rule="total", figure="plan_paid", amount=D("87.40"),
                         inputs=(("allowed", "112.40"), ("copay", "25.00"))),
                ),
            ),
            LineDecision(
                number=2,
                figures=_figures("64.00", "18.22", "0.00", "18.22", "0.00"),
                adjustments=(
                    Adjustment(group="CO", carc="45", amount=D("45.78")),
                    Adjustment(group="PR", carc="1", amount=D("18.22")),
                ),
                benefit="laboratory",
                network_tier="in",
                trace=(
                    Step(rule="price.fee", figure="allowed", amount=D("18.22"), clause="§4.1",
                         inputs=(("schedule", "lakeside-2026"),)),
                    Step(rule="deductible", figure="deductible", amount=D("18.22"), clause="§5.1",
                         inputs=(("bucket", "deductible:in"), ("member_limit", "500.00"), ("used", "420.00"))),
                ),
            ),
        ),
        consumptions=(Consumption(year_on=date(2026, 1, 1), bucket="deductible:in", amount=D("18.22")),),
        questions=questions if outcome == "pended" else (),
    )  # fmt: skip
    facts = ClaimFacts(
        claim_number=claim.claim_number,
        received_on=claim.received_on,
        decided_on=TODAY,
        submission=said,
        member=MemberFact(
            member_id=member.pk, family_id=member.family_id, employer_id=world.employer.pk, relationship="18"
        ),
        billing_provider_id=world.provider.pk,
        plan_hash="5d" * 32,
        coverages=(CoverageFact(member_id=member.pk, plan_id=world.plan.pk, tier="FAM", starts_on=date(2026, 1, 1)),),
        other_coverages=(
            OtherCoverageFact(member_id=member.pk, kind="group", payer_name="Northern Mutual", starts_on=TODAY),
        ),
        accumulated=(
            Accumulated(
                year_on=date(2026, 1, 1), bucket="deductible:in", member_amount=D("420.00"), family_amount=D("610.00")
            ),
        ),
        prior_lines=(
            PriorLine(
                claim_number="26301000009",
                line_number=1,
                billing_npi=world.provider.npi,
                procedure_code="99213",
                modifiers=(),
                service_from=date(2026, 11, 2),
                service_to=date(2026, 11, 2),
                units_count=D(1),
                billed_amount=D("180.00"),
                outcome="approved",
                kind="P",
            ),
        ),
        authorizations=(
            AuthorizationFact(
                number="AU-77120", code_from="97110", code_to="97150", starts_on=TODAY, units_left_count=D(8)
            ),
        ),
    )
    decision = Decision.objects.create(
        claim=claim,
        employer=world.employer,
        member=member,
        number=claim.decisions.count() + 1,
        outcome=outcome,
        plan=world.plan,
        plan_hash="5d" * 32,
        engine_version="1",
        facts=pack(facts),
        says=pack(says),
        decided_at=NOW,
        decided_by="system:adjudication",
        adjusted_amount=D("156.60"),
        **{name: getattr(says.figures, name) for name in Figures.__struct_fields__},
    )
    if outcome == "pended":
        for question in questions:
            Pend.objects.create(
                claim=claim,
                employer=world.employer,
                decision=decision,
                reason=question.reason,
                line_number=question.line_number,
                evidence=dict(question.evidence),
                queue="examiner",
                status_at=NOW,
                opened_at=NOW,
            )
    Claim.objects.filter(pk=claim.pk).update(
        allowed_amount=D("130.62"), member_amount=D("43.22"), plan_paid_amount=D("87.40")
    )
    return decision


@transaction.atomic  # the database adds the items up at commit
def pay(world: World, claim: Claim, decision: Decision) -> Payment:
    """A check for one claim, posted to the ledger."""
    run = PaymentRun.objects.create(
        employer=world.employer,
        run_on=TODAY,
        issued_at=NOW,
        status="done",
        status_at=NOW,
        started_by="user:1",
        claim_count=1,
        payment_count=1,
        paid_amount=D("87.40"),
        held_count=0,
        held_amount=D("0.00"),
        documents_due_count=0,
    )
    payment = Payment.objects.create(
        run=run,
        employer=world.employer,
        claims_account=world.account,
        payee=world.provider.payee,
        method="check",
        funds="tpa",
        trace_number=f"88{run.pk:08}",
        check_number=f"{100000 + run.pk}",
        paid_on=TODAY,
        items_amount=D("87.40"),
        amount=D("87.40"),
    )
    PaymentItem.objects.create(
        payment=payment, employer=world.employer, claim=claim, decision=decision, amount=D("87.40")
    )
    issue_instruments([payment], at=NOW)
    return payment


@transaction.atomic
def post(world: World, reference: str, posted_on: date, amount: Decimal, description: str) -> LedgerTransaction:
    """A posting between cash and the employer's funds: positive pays in."""
    accounts = {
        kind: LedgerAccount.objects.get_or_create(employer=world.employer, claims_account=world.account, kind=kind)[0]
        for kind in ("cash", "employer_funds")
    }
    posting = LedgerTransaction.objects.create(
        employer=world.employer,
        claims_account=world.account,
        reference=reference,
        kind="funding" if amount > 0 else "claims",
        description=description,
        posted_on=posted_on,
        recorded_at=NOW,
    )
    LedgerEntry.objects.bulk_create(
        [
            LedgerEntry(employer=world.employer, transaction=posting, account=accounts["cash"], amount=amount),
            LedgerEntry(
                employer=world.employer, transaction=posting, account=accounts["employer_funds"], amount=-amount
            ),
        ]
    )
    return posting


def add_note(claim: Claim, author_id: int, text: str) -> ClaimNote:
    """A note as a person leaves it."""
    return ClaimNote.objects.create(claim=claim, employer_id=claim.employer_id, at=NOW, author_id=author_id, text=text)


def _event(claim: Claim, before: str, after: str, actor: str, origin: str) -> None:
    ClaimEvent.objects.create(
        claim=claim,
        employer_id=claim.employer_id,
        at=NOW,
        actor=actor,
        origin=origin,
        from_status=before,
        to_status=after,
    )


def _figures(billed: str, allowed: str, copay: str, deductible: str, paid: str) -> Figures:
    zero = D("0.00")
    return Figures(
        billed_amount=D(billed),
        allowed_amount=D(allowed),
        not_covered_amount=zero,
        copay_amount=D(copay),
        deductible_amount=D(deductible),
        coinsurance_amount=zero,
        other_payer_amount=zero,
        member_amount=D(copay) + D(deductible),
        plan_paid_amount=D(paid),
    )


def make_contract(world: World) -> Contract:
    """An agreement in force with fees by tier and by claim."""
    contract = Contract.objects.create(
        number=f"ASA-{world.employer.pk:04}",
        employer=world.employer,
        period=(date(2026, 1, 1), date(2027, 1, 1)),
        status="in_force",
        status_at=NOW,
        signed_on=date(2025, 12, 1),
    )
    ContractVersion.objects.create(
        contract=contract,
        employer=world.employer,
        number=1,
        starts_on=date(2026, 1, 1),
        scope=[["claims administration", "§2.1"], ["eligibility", "§2.3"]],
        signed_on=date(2025, 12, 1),
        recorded_at=NOW,
        recorded_by="system:tests",
    )
    for name, kind, amount in (("Administration", "pepm", "34.50"), ("Claim handling", "per_claim", "4.25")):
        ContractFee.objects.create(
            contract=contract,
            employer=world.employer,
            kind=kind,
            name=name,
            amount=D(amount),
            period=(date(2026, 1, 1), None),
            section="§7",
        )
    set_approval_limit(
        employer_id=world.employer.pk,
        role="examiner",
        amount=D("10000.00"),
        period=(date(2026, 1, 1), None),
        source="§5",
        by=Actor.system("tests"),
    )
    return contract


@transaction.atomic  # the database adds the lines up at commit
def make_invoice(world: World, contract: Contract, paid: Claim, *, month_on: date = date(2026, 10, 1)) -> Invoice:
    """October: one claim reimbursed, everybody's fee."""
    fee = contract.fees.get(kind="pepm")
    people = [member for member in world.members if member.relationship == "18"]
    close = MonthClose.objects.create(
        contract=contract, employer=world.employer, month_on=month_on, known_at=NOW, closed_by="system:billing"
    )
    invoice = Invoice.objects.create(
        number=f"INV-{world.employer.code}-{month_on:%Y%m}",
        close=close,
        contract=contract,
        employer=world.employer,
        status_at=NOW,
        issued_at=NOW,
        issued_on=date(2026, 11, 1),
        due_on=date(2026, 11, 16),
        total_amount=D("87.40") + D("34.50") * len(people),
    )
    claims = InvoiceLine.objects.create(
        invoice=invoice,
        employer=world.employer,
        number=1,
        kind="claims",
        name="Claims paid from TPA funds",
        for_month_on=month_on,
        quantity_count=1,
        amount=D("87.40"),
        claims_account=world.account,
    )
    InvoiceClaim.objects.create(
        line=claims,
        employer=world.employer,
        purpose="reimbursement",
        decision=paid.decisions.get(),
        claim_number=paid.claim_number,
        paid_on=TODAY,
        trace_number="8800000001",
        amount=D("87.40"),
    )
    fees = InvoiceLine.objects.create(
        invoice=invoice,
        employer=world.employer,
        number=2,
        kind="fee",
        name="Administration, per employee",
        section="§7",
        for_month_on=month_on,
        quantity_count=len(people),
        rate_amount=D("34.50"),
        amount=D("34.50") * len(people),
        fee=fee,
    )
    for member in people:
        InvoiceMember.objects.create(
            line=fees,
            employer=world.employer,
            fee=fee,
            member=member,
            for_month_on=month_on,
            number=1,
            tier="FAM",
            count=1,
            amount=D("34.50"),
        )
    return invoice


def make_file(name: str = "claims-1124.837", *, status: str = "answered") -> EdiFile:
    """A file with one interchange and two sets: one loaded, one rejected with a finding."""
    content = f"ISA*{name}~".encode()
    file = EdiFile.objects.create(
        sha256=store_bytes(content),
        name=name,
        size_bytes=len(content),
        origin="api",
        received_at=NOW,
        received_on=TODAY,
        status=status,
        status_at=NOW,
    )
    interchange = Interchange.objects.create(
        file=file,
        ordinal=1,
        sha256=file.sha256,
        sender="ZZ/LAKESIDE",
        receiver="ZZ/STEWARD",
        control_number="000000905",
        ta1_code="A",
        ta1_note="000",
    )
    for ordinal, (state, code, accepted) in enumerate((("loaded", "A", 3), ("rejected", "R", 0)), start=1):
        TransactionSet.objects.create(
            file=file,
            interchange=interchange,
            ordinal=ordinal,
            group_control_number="1",
            group_ordinal=1,
            functional_code="HC",
            control_number=f"{ordinal:04}",
            version="005010X222A1",
            transaction="837P",
            byte_offset=0,
            byte_length=100,
            status=state,
            status_at=NOW,
            ack_code=code,
            accepted_count=accepted,
            findings=[] if accepted else [{"segment": "CLM", "element": "CLM05", "code": "1", "place": "line 42"}],
        )
    Document.objects.create(
        kind="999",
        name=f"{name}.999",
        sha256=file.sha256,
        size_bytes=len(content),
        media_type="application/EDI-X12",
        answers=file,
        created_at=NOW,
    )
    return file


def make_stop_loss(world: World) -> tuple[StopLossPolicy, StopLossRequest]:
    """A policy in force with a notice, and a request of the first member's that is filed."""
    by = Actor.system("tests")
    policy = draft_policy(employer_id=world.employer.pk, words=policy_words(), by=by)
    policy = sign_policy(policy_id=policy.pk, signed_on=TODAY, by=by)
    member = world.members[0]
    StopLossNotice.objects.create(
        policy=policy,
        employer=world.employer,
        member=member,
        kind="percent",
        status_at=NOW,
        raised_at=NOW,
        because="62 % of the deductible is used up",
        eligible_amount=D("620.00"),
        attachment_amount=D("1000.00"),
    )
    asked = StopLossRequest.objects.create(
        number=f"{policy.number}-R001",
        policy=policy,
        coverage=policy.coverages.get(),
        employer=world.employer,
        member=member,
        kind="specific",
        status="filed",
        status_at=NOW,
        assembled_at=NOW,
        filed_on=TODAY,
        eligible_amount=D("1620.00"),
        attachment_amount=D("1000.00"),
        reimbursable_amount=D("620.00"),
        filed_before_amount=D("0.00"),
        requested_amount=D("620.00"),
    )
    return policy, asked


def make_reprocessing(*claims: Claim, status: str = "proposed", by_id: int = 0) -> Reprocessing:
    """A list of these claims, each of which would not be covered any more."""
    for claim in claims:
        claim.refresh_from_db()
    paid = [claim.plan_paid_amount or D(0) for claim in claims]
    row = Reprocessing.objects.create(
        employer_id=claims[0].employer_id,
        since=NOW - timedelta(days=30),
        because="Coverage ended in October, told in November",
        proposed_at=NOW,
        proposed_by_id=by_id,
        status=status,
        status_at=NOW,
        compared_count=len(claims) + 3,
        claim_count=len(claims),
        allowed_change_amount=-sum(paid, D(0)),
        member_change_amount=sum((claim.billed_amount for claim in claims), D(0)),
        plan_paid_change_amount=-sum(paid, D(0)),
        moved_amount=sum(paid, D(0)),
    )
    ReprocessingClaim.objects.bulk_create(
        ReprocessingClaim(
            reprocessing=row,
            employer_id=claim.employer_id,
            family_id=claim.family_id,
            claim=claim,
            place=place,
            why=["coverages"],
            status="done" if status == "done" else "open",
            status_at=NOW,
            standing_outcome="approved",
            standing_allowed_amount=amount,
            standing_member_amount=D("18.22"),
            standing_plan_paid_amount=amount,
            new_outcome="denied",
            new_allowed_amount=D(0),
            new_member_amount=claim.billed_amount,
            new_plan_paid_amount=D(0),
        )
        for place, (claim, amount) in enumerate(zip(claims, paid, strict=True))
    )
    return row


def make_what_if(world: World, *, status: str = "done") -> WhatIf:
    """A what-if of this employer: asked for, or answered as a dearer plan would be."""
    row = {"before": "900.00", "after": "1100.00", "difference": "200.00"}
    less = {"before": "4100.00", "after": "3900.00", "difference": "-200.00"}
    same = {"before": "0.00", "after": "0.00", "difference": "0.00"}
    answer = {
        "engine_version": "1",
        "claims": 41,
        "changed": 7,
        "billed_amount": "5000.00",
        "parties": [
            {"party": "plan", **less},
            {"party": "stop_loss", **same},
            {"party": "member", **row},
            {"party": "provider", **same},
            {"party": "others", **same},
        ],
        "clauses": [{"clause": "4.1", "title": "Deductible in", "figure": "deductible_amount", **row}],
        "categories": [{"category": "office_visits", **less}, {"category": "", **same}],
        "outcomes": {"approved → denied": 1},
        "left_out": {"billed_amount": "120.00", "questions": {"no_price": 2}},
        "members": {"count": 9, "helped": 1, "helped_amount": "12.00", "hurt": 4, "hurt_amount": "212.00"},
        "worst_members": [{"member": "••••0017-01", **row}],
    }
    return WhatIf.objects.create(
        employer=world.employer,
        name="A higher deductible",
        tried={"employer_id": world.employer.pk, "starts_on": "2026-01-01", "ends_on": "2027-01-01"},
        status=status,
        status_at=NOW,
        asked_at=NOW,
        piece_count=3,
        answer=answer if status == "done" else None,
    )


def make_authorization(world: World, *, status: str = "approved", number: str | None = None) -> Authorization:
    """Six visits of therapy for the first member, from October on."""
    member = world.members[0]
    return Authorization.objects.create(
        number=number or f"A9{next(_number):08d}",
        employer=world.employer,
        family_id=member.family_id,
        member=member,
        code_from="97010",
        code_to="97799",
        period=(TODAY - timedelta(days=50), TODAY + timedelta(days=50)),
        units_count=D(6),
        status=status,
        status_at=NOW,
        requested_at=NOW,
        due_at=NOW + timedelta(days=15),
        because="Knee surgery in September",
        recorded_at=NOW,
    )


def make_overpayment(world: World, claim: Claim) -> Overpayment:
    """A dollar too much of a paid claim, found by an audit."""
    for kind in LedgerAccount.Kind:
        LedgerAccount.objects.get_or_create(employer=world.employer, claims_account=world.account, kind=kind)
    return open_overpayment(
        found=[FoundLine(claim.claim_number, D("1.00"))],
        reason="audit",
        because="units",
        by=make_scope(Role.SENIOR_EXAMINER),
    )


def make_returns(world: World, partner: User) -> ReturnFile:
    """A bank's file of what came back, sent by a partner."""
    return ReturnFile.objects.create(
        sha256=store_bytes(world.employer.code.encode()),
        name="returns.ach",
        size_bytes=9,
        origin="api",
        sent_by_id=partner.pk,
        received_at=NOW,
        entry_count=1,
    )


def make_bank(world: World, partner: User) -> dict[str, int]:
    """The bank's side of the employer's claims account, with a statement that a partner sent."""
    account = BankAccount.objects.create(
        employer=world.employer,
        claims_account=world.account,
        name="Claims",
        number=f"88{world.employer.pk}",
        number_index=f"{world.employer.pk:064}",
        number_end="0001",
        starts_on=TODAY,
        opening_amount=D(0),
        window_days=5,
        opened_at=NOW,
    )
    file = BankFile.objects.create(
        sha256=store_bytes(f"01,{world.employer.pk}".encode()),
        name="day.bai",
        size_bytes=4,
        format="BAI2",
        origin="api",
        sent_by_id=partner.pk,
        received_at=NOW,
        status="loaded",
        status_at=NOW,
    )
    statement = BankStatement.objects.create(
        bank_account=account,
        employer=world.employer,
        file=file,
        period=(TODAY, TODAY + timedelta(days=1)),
        ends_on=TODAY,
        opening_amount=D(0),
        in_amount=D(0),
        out_amount=D(0),
        closing_amount=D(0),
        opening_is_told=True,
        line_count=0,
        fingerprint=f"{world.employer.pk:064}",
        loaded_at=NOW,
        status_at=NOW,
    )
    row = Reconciliation.objects.create(
        bank_account=account,
        employer=world.employer,
        as_of_on=TODAY,
        bank_amount=D(0),
        in_transit_amount=D(0),
        outstanding_amount=D(0),
        unexplained_amount=D(0),
        book_amount=D(0),
        prepared_by="system:tests",
        prepared_at=NOW,
        status_at=NOW,
    )
    return {
        "bank_account_id": account.pk,
        "bank_file_id": file.pk,
        "statement_id": statement.pk,
        "reconciliation_id": row.pk,
    }
