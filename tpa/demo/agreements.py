"""What the demonstration's administrator agreed and is allowed: licences, contracts with guarantees, audits."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tpa.billing.audit_samples import draw_audit_sample, record_audit
from tpa.billing.measure_guarantee import guarantees_due, measure_guarantee
from tpa.contracts.add_fee import FeeTerms, add_fee
from tpa.contracts.add_guarantee import GuaranteeTerms, add_guarantee
from tpa.contracts.draft_contract import ContractTerms, draft_contract
from tpa.contracts.licences import ExemptionWords, LicenceWords, add_licence, record_exemption
from tpa.contracts.reports import deliver_report, expect_report
from tpa.contracts.set_authority_limit import set_authority_limit
from tpa.contracts.sign_contract import sign_contract
from tpa.demo.cast import DemoEmployer
from tpa.foundation.audit import Actor
from tpa.models import Licence

_AUDITOR = Actor.system("audit")
_SERVICES = (
    ("Claims administration", "2.1"),
    ("Eligibility and enrolment", "2.2"),
    ("Claims account and funding", "2.3"),
    ("Reports and invoices", "2.4"),
)
_GOVERNANCE = {
    "reports": (("Claims paid", "monthly, by the 10th", "6.1"), ("Large claimants", "quarterly", "6.2")),
    "committees": (("Plan review", "twice a year", "6.4"),),
    "audit_rights": (("Claims and fees, by the employer's auditor", "once a year, 30 days' notice", "8.1"),),
    "termination": (("By either side", "90 days' notice to the end of a month", "11.2"),),
}
_LIMITS = (
    ("engine", "25000.00"),
    ("examiner", "5000.00"),
    ("senior_examiner", "50000.00"),
    ("tpa_manager", "500000.00"),
)
_LICENSED = (
    ("OH", "TPA-4471", date(2025, 7, 1), date(2027, 7, 1)),
    ("PA", "20-1187", date(2025, 1, 1), date(2027, 1, 1)),
    ("IN", "TPA 3390", date(2025, 3, 1), date(2027, 3, 1)),
)


def record_licences(by: Actor) -> None:
    """Three states by licence, one of them with a bond; a fourth by exemption."""
    for state, number, starts_on, ends_on in _LICENSED:
        words = LicenceWords(
            Licence.Kind.LICENCE, state, number, "Department of Insurance", starts_on, ends_on, date(2027, 3, 1)
        )
        add_licence(words=words, by=by)
    bond = LicenceWords(
        Licence.Kind.BOND,
        "PA",
        "SB-90210",
        "Keystone Surety",
        date(2026, 1, 1),
        date(2027, 1, 1),
        None,
        Decimal(150000),
    )
    add_licence(words=bond, by=by)
    exemption = ExemptionWords(
        "MI", "serves self-funded ERISA plans only", "opinion of counsel of 3 November 2025", date(2025, 11, 3)
    )
    record_exemption(words=exemption, by=by)


def sign_agreement(cast: DemoEmployer, employer_id: int, by: Actor) -> int:
    """The employer's contract with fees, limits and, where a year is lived through, guarantees."""
    starts_on = cast.contract_starts_on
    lives_a_year = starts_on.month == 1
    terms = ContractTerms(
        number=cast.contract_number,
        starts_on=starts_on,
        ends_on=starts_on.replace(year=starts_on.year + 1) if lives_a_year else None,
        scope=_SERVICES,
        governance=_GOVERNANCE,
        reminder_days=(7, 30, 60),
        run_out_months_count=3,
        write_off_limit_amount=Decimal("100.00"),
    )
    contract = draft_contract(employer_id=employer_id, terms=terms, by=by)
    for fee in cast.fees:
        add_fee(
            contract_id=contract.pk,
            terms=FeeTerms(
                kind=fee.kind,
                name=fee.name,
                amount=fee.amount,
                section=fee.section,
                starts_on=starts_on,
                tier=fee.tier,
                purpose=fee.purpose,
                payee_name=fee.payee_name,
            ),
            by=by,
        )
    sign_contract(contract_id=contract.pk, signed_on=date(2025, 11, 17), by=by)
    for role, amount in _LIMITS:
        set_authority_limit(
            contract_id=contract.pk, role=role, amount=Decimal(amount), starts_on=starts_on, section="5.2", by=by
        )
    if lives_a_year:
        for guarantee in _guarantees(starts_on):
            add_guarantee(contract_id=contract.pk, terms=guarantee, by=by)
    return contract.pk


def audit_and_measure(employer_id: int, contract_id: int, by: Actor) -> None:
    """Audits of the first half-year, reports of the second quarter, and what the guarantees come to."""
    drawn = draw_audit_sample(
        employer_id=employer_id, since=date(2026, 1, 1), before=date(2026, 7, 1), count=12, by=_AUDITOR
    )
    for place, sample in enumerate(drawn):
        wrong = place == 3 and sample.paid_amount > 20
        record_audit(
            sample_id=sample.pk,
            correct_amount=sample.paid_amount - (15 if wrong else 0),
            is_handled_right=place != 5,
            finding="copay of a specialist" if wrong else "no note of the call" if place == 5 else "",
            by=_AUDITOR,
        )
    for month, day in ((4, 9), (5, 10), (6, 12)):
        report = expect_report(contract_id=contract_id, name="Claims paid", due_on=date(2026, month, 10), by=by)
        deliver_report(report_id=report.pk, delivered_on=date(2026, month, day), by=by)


def measure_guarantees(on: date, by: Actor) -> None:
    """Every period that can be measured by a day."""
    for guarantee_id, starts_on in guarantees_due(on):
        measure_guarantee(guarantee_id=guarantee_id, starts_on=starts_on, by=by)


def _guarantees(starts_on: date) -> tuple[GuaranteeTerms, ...]:
    common = {
        "cadence": "quarter",
        "at_risk_percent": Decimal(20),
        "damages": "its part of the fees at risk, credited with the next invoice",
        "frequency": "quarterly, within 30 days",
        "starts_on": starts_on,
    }
    return (
        GuaranteeTerms(
            **common,  # type: ignore[arg-type]
            name="Turnaround",
            measure="turnaround",
            target_percent=Decimal(92),
            within_days=14,
            weight_percent=Decimal(30),
            standard="92 % of claims decided within 14 calendar days",
            criteria="from receipt to the first decision",
            population="all claims received in the quarter",
            sampling="none: all claims are measured",
            measured_by="claims operations",
            section="9.1",
        ),
        GuaranteeTerms(
            **common,  # type: ignore[arg-type]
            name="Financial accuracy",
            measure="financial_accuracy",
            target_percent=Decimal(99),
            weight_percent=Decimal(40),
            standard="99 % of dollars paid right",
            criteria="too much and too little both count",
            population="claims paid in the quarter",
            sampling="random, 95 % confidence within 3 points",
            measured_by="internal audit",
            section="9.2",
        ),
        GuaranteeTerms(
            **common,  # type: ignore[arg-type]
            name="Reports in time",
            measure="reports",
            target_percent=Decimal(100),
            weight_percent=Decimal(30),
            standard="every report by its day",
            criteria="day of delivery in the portal",
            population="reports of article 6",
            sampling="none: all reports are measured",
            measured_by="account management",
            section="9.3",
        ),
    )
