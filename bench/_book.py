"""A book of business for the bench of the close: contracts with people enrolled, a year of settled claims, past months
closed. The few rows are made as ever; the many by SQL, each like one that was made, so that it does not matter which
columns a table has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, models, transaction
from psycopg2.extras import DateRange

from claims.models import Claim, Decision, Payment, PaymentItem, PaymentRun
from employers.funding.open_claims_account import open_claims_account
from employers.models import ClaimsAccount, Coverage, Employer, Family, Member
from plans.models import Payee, Plan, Provider
from tpa.contracts.add_fee import FeeTerms, add_fee
from tpa.contracts.draft_contract import ContractTerms, draft_contract
from tpa.contracts.licences import LicenceWords, add_licence
from tpa.contracts.months import months_before, next_month
from tpa.contracts.sign_contract import sign_contract
from tpa.foundation.audit import Actor
from tpa.models import Contract, Invoice, InvoiceLine, InvoiceMember, MonthClose

BY = Actor.system("bench")
STARTS_ON = date(2025, 11, 1)
RECORDED_AT = datetime(2025, 10, 1, tzinfo=UTC)
LOOKBACK = 3
# Claims a payment, payment runs a month.
ITEMS, RUNS = 4, 4
_FEES = (("pepm", "Administration", "34.50"), ("pepm", "Network access", "6.25"), ("per_claim", "Claims", "2.10"))


@dataclass(slots=True)
class Book:
    """The contracts; employers, accounts and subscribers have ids in a row."""

    contract_ids: list[int]
    employees: int
    first_employer_id: int
    first_account_id: int
    first_member_id: int
    like: dict[str, int]  # table → id of the row that others are like
    claims: int = 0
    payments: int = 0
    runs: int = 0

    def add_claims(self, month_on: date, per: int) -> None:
        """So many claims of each employer, decided and paid from the TPA's funds in weekly runs of a month."""
        e = f"(n / {per})"
        payments = -(-per // ITEMS)
        size = len(self.contract_ids) * per
        first = (month_on - date(1970, 1, 1)).days
        with _without_triggers():
            _many(
                "claims_paymentrun",
                self.like,
                len(self.contract_ids) * RUNS,
                id=f"{self._run} + n",
                employer_id=f"{self.first_employer_id} + n / {RUNS}",
                run_on=f"date '1970-01-01' + {first} + n % {RUNS} * 7",
                issued_at=f"timestamptz '1970-01-01' + ({first} + n % {RUNS} * 7) * interval '1 day'",
            )
            _many(
                "claims_payment",
                self.like,
                len(self.contract_ids) * payments,
                id=f"{self._payment} + n",
                run_id=f"{self._run} + n / {payments} * {RUNS} + n % {RUNS}",
                employer_id=f"{self.first_employer_id} + n / {payments}",
                claims_account_id=f"{self.first_account_id} + n / {payments}",
                trace_number=f"(2000000000 + {self.payments} + n)::text",
                paid_on=f"date '1970-01-01' + {first} + n % {RUNS} * 7",
            )
            member = f"{self.first_member_id} + {e} * {self.employees} + n % {self.employees}"
            _many(
                "claims_claim",
                self.like,
                size,
                id=f"{self._claim} + n",
                claim_number=f"'B' || lpad(({self.claims} + n)::text, 12, '0')",
                employer_id=f"{self.first_employer_id} + {e}",
                member_id=member,
                family_id=member,
                service_from=f"date '1970-01-01' + {first - 20}",
                service_to=f"date '1970-01-01' + {first - 20}",
            )
            _many(
                "claims_decision",
                self.like,
                size,
                id=f"{self._claim} + n",
                claim_id=f"{self._claim} + n",
                employer_id=f"{self.first_employer_id} + {e}",
                member_id=member,
                facts="decode(repeat(md5(n::text), 8), 'hex')",
                says="decode(repeat(md5(n::text), 12), 'hex')",
            )
            _many(
                "claims_paymentitem",
                self.like,
                size,
                id=f"{self._claim} + n",
                claim_id=f"{self._claim} + n",
                decision_id=f"{self._claim} + n",
                employer_id=f"{self.first_employer_id} + {e}",
                payment_id=f"{self._payment} + {e} * {payments} + n % {per} / {ITEMS}",
            )
        self.claims += size
        self.payments += len(self.contract_ids) * payments
        self.runs += len(self.contract_ids) * RUNS
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    @property
    def _claim(self) -> int:
        return 1_000 + self.claims

    @property
    def _payment(self) -> int:
        return 1_000 + self.payments

    @property
    def _run(self) -> int:
        return 1_000 + self.runs


def build_book(*, contracts: int, employees: int, closing: date) -> Book:
    """Contracts in force since November 2025, everybody enrolled, the months before `closing` closed."""
    plan = Plan.objects.create(code="bench", name="Bench PPO")
    licence = LicenceWords("licence", "OH", "TPA-1", "Ohio", date(2020, 1, 1))
    with transaction.atomic():
        add_licence(words=licence, by=BY)
        employers = [_employer(number) for number in range(contracts)]
        contract_ids = [_contract(employer) for employer in employers]
        members = _people(employers, plan, employees)
        with _without_triggers():
            like = _one_of_each(employers[0], members[0], plan)
            _closed(contract_ids, employers, closing)
    return Book(
        contract_ids=contract_ids,
        employees=employees,
        first_employer_id=employers[0].pk,
        first_account_id=ClaimsAccount.objects.get(employer=employers[0]).pk,
        first_member_id=members[0].pk,
        like=like,
    )


def _employer(number: int) -> Employer:
    employer = Employer.objects.create(
        code=f"B{number:04}", name=f"Bench Works {number}", ein=f"45{number:07}", state="OH",
        funding_mode=Employer.FundingMode.TPA_ADVANCE,
    )  # fmt: skip
    open_claims_account(employer_id=employer.pk, name="Claims account", by=BY)
    return employer


def _contract(employer: Employer) -> int:
    terms = ContractTerms(number=f"ASA-{employer.code}", starts_on=STARTS_ON, lookback_months_count=LOOKBACK)
    contract = draft_contract(employer_id=employer.pk, terms=terms, by=BY)
    for kind, name, amount in _FEES:
        fee = FeeTerms(kind=kind, name=name, amount=Decimal(amount), section="4", starts_on=STARTS_ON)
        add_fee(contract_id=contract.pk, terms=fee, by=BY)
    sign_contract(contract_id=contract.pk, signed_on=date(2025, 10, 15), by=BY)
    return contract.pk


def _people(employers: list[Employer], plan: Plan, employees: int) -> list[Member]:
    families = Family.objects.bulk_create(
        [Family(employer=employer, subscriber_number=f"{n:05}") for employer in employers for n in range(employees)],
        batch_size=5000,
    )
    # A member has its family's id: subscribers only.
    members = Member.objects.bulk_create(
        [
            Member(pk=family.pk, employer_id=family.employer_id, family=family, person_number="01", relationship="18",
                   last_name=f"Person {family.pk}", first_name="Bench", sex="U")
            for family in families
        ],
        batch_size=5000,
    )  # fmt: skip
    Coverage.objects.bulk_create(
        [
            Coverage(employer_id=member.employer_id, family_id=member.pk, member=member, plan=plan,
                     tier="FAM" if member.pk % 3 else "EE", period=DateRange(date(2025, 1, 1), None),
                     recorded_at=RECORDED_AT)
            for member in members
        ],
        batch_size=5000,
    )  # fmt: skip
    return members


def _one_of_each(employer: Employer, member: Member, plan: Plan) -> dict[str, int]:
    """The rows that a million others are like: a claim of 180.00, 120.00 allowed, 96.00 paid."""
    payee = Payee.objects.create(tin="340000001", npi="1999999984", name="Bench Clinic")
    provider = Provider.objects.create(npi="1999999984", entity="2", name="Bench Clinic", payee=payee)
    day = date(2025, 9, 1)
    figures: dict[str, Any] = {
        "billed_amount": 180, "allowed_amount": 120, "not_covered_amount": 0, "copay_amount": 0,
        "deductible_amount": 0, "coinsurance_amount": 24, "other_payer_amount": 0, "member_amount": 24,
        "plan_paid_amount": 96, "adjusted_amount": 84,
    }  # fmt: skip
    claim = Claim.objects.create(
        claim_number="B", employer=employer, family_id=member.family_id, member=member, kind="P", origin="837",
        patient_control_number="B", billing_provider=provider, payee=payee, service_from=day, service_to=day,
        received_on=day, received_at=RECORDED_AT, billed_amount=180, submission=b"bench", status="paid",
        status_at=RECORDED_AT, due_on=day,
    )  # fmt: skip
    decision = Decision.objects.create(
        claim=claim, employer=employer, member=member, number=1, outcome="approved", plan=plan, engine_version="bench",
        facts=b"", says=b"", decided_at=RECORDED_AT, decided_by="bench", **figures,
    )  # fmt: skip
    run = PaymentRun.objects.create(
        employer=employer, run_on=day, issued_at=RECORDED_AT, status="done", status_at=RECORDED_AT, started_by="bench",
        claim_count=1, payment_count=1, paid_amount=96, held_count=0, held_amount=0, documents_due_count=0,
    )  # fmt: skip
    payment = Payment.objects.create(
        run=run, employer=employer, claims_account=ClaimsAccount.objects.get(employer=employer), payee=payee,
        method="ach", funds="tpa", trace_number="1", paid_on=day, items_amount=96, amount=96,
    )  # fmt: skip
    item = PaymentItem.objects.create(payment=payment, employer=employer, claim=claim, decision=decision, amount=96)
    rows: list[models.Model] = [claim, decision, run, payment, item]
    return {row._meta.db_table: row.pk for row in rows}


def _closed(contract_ids: list[int], employers: list[Employer], closing: date) -> None:
    """The months before are closed; of those within the look-back it is known who was billed."""
    months = [month for month in months_before(closing, 12) if month >= STARTS_ON]
    for contract_id, employer in zip(contract_ids, employers, strict=True):
        contract = Contract.objects.get(pk=contract_id)
        for month_on in months:
            known_at = datetime.combine(next_month(month_on) + timedelta(days=1), datetime.min.time(), UTC)
            close = MonthClose.objects.create(
                contract=contract, employer=employer, month_on=month_on, known_at=known_at, closed_by="bench"
            )
            if month_on in months[-LOOKBACK:]:
                _invoice(contract, close)


def _invoice(contract: Contract, close: MonthClose) -> None:
    invoice = Invoice.objects.create(
        number=f"{contract.number}-{close.month_on:%Y-%m}", close=close, contract=contract,
        employer_id=close.employer_id, status_at=close.known_at, issued_at=close.known_at,
        issued_on=close.known_at.date(), due_on=close.known_at.date(), total_amount=0,
    )  # fmt: skip
    people = Coverage.objects.filter(employer=close.employer_id).values_list("member_id", "tier")
    for number, fee in enumerate(contract.fees.filter(kind="pepm").order_by("pk"), 1):
        line = InvoiceLine.objects.create(
            invoice=invoice, employer_id=close.employer_id, number=number, kind="fee", name=fee.name,
            for_month_on=close.month_on, quantity_count=len(people), rate_amount=fee.amount,
            amount=len(people) * fee.amount, fee=fee,
        )  # fmt: skip
        InvoiceMember.objects.bulk_create(
            InvoiceMember(line=line, employer_id=close.employer_id, fee=fee, member_id=member_id,
                          for_month_on=close.month_on, number=1, tier=tier, count=1, amount=fee.amount)
            for member_id, tier in people
        )  # fmt: skip


@contextmanager
def _without_triggers() -> Iterator[None]:
    """Triggers and foreign keys, which look at each single row, are left out."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = origin")


def _many(table: str, like: dict[str, int], count: int, **columns: str) -> None:
    """So many rows like the one of the table, with these columns worked out from `n`, 0 and up."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = %s AND table_schema = current_schema() AND is_generated = 'NEVER'",
            [table],
        )
        names = [name for (name,) in cursor.fetchall()]
        chosen = ", ".join(columns.get(name, f"t.{name}") for name in names)
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {chosen}"
            f" FROM {table} t, generate_series(0, {count - 1}) n WHERE t.id = {like[table]}"
        )
