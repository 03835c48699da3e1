"""Writes remittances (835, 005010X221A1): no byte leaves unless every line, claim and payment balances."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import BinaryIO, Final, Protocol, runtime_checkable

import msgspec

from claims.edi.fit_delimiters import fit_delimiters
from claims.edi.remittance_balance import check_balance
from claims.edi.x835_parts import (
    BankTransfer,
    Payee,
    PayerParty,
    ProviderAdjustment,
    RemittanceName,
    amount_text,
    cas_segments,
    name_segment,
    payee_segments,
    payer_segments,
    provider_adjustment_segments,
    tidy,
)
from claims.facts import ZERO, Fact
from tpa.foundation.x12.tokens import Delimiters
from tpa.foundation.x12.writer import STANDARD, OutGroup, OutSet, Parties, write_interchange

VERSION: Final = "005010X221A1"
REVERSAL: Final = "22"


@runtime_checkable
class Adjustment(Protocol):
    """Why billed is not paid, as the engine says it: group, CARC, amount (positive reduces the payment), RARCs."""

    @property
    def group(self) -> str: ...
    @property
    def carc(self) -> str: ...
    @property
    def amount(self) -> Decimal: ...
    @property
    def rarcs(self) -> tuple[str, ...]: ...


class Cas(Fact, frozen=True, kw_only=True):
    """An adjustment, for callers that have none of their own."""

    group: str
    carc: str
    amount: Decimal
    rarcs: tuple[str, ...] = ()


class LinePayment(Fact, frozen=True, kw_only=True):
    """One service line as it was decided. Of a code that was changed, `submitted_code` names the one that was billed.

    Institutional lines without a procedure carry their revenue code alone.
    """

    billed_amount: Decimal
    paid_amount: Decimal
    service_from: date
    service_to: date
    adjustments: tuple[Adjustment, ...] = ()
    procedure_qualifier: str = "HC"
    procedure_code: str = ""
    modifiers: tuple[str, ...] = ()
    revenue_code: str = ""
    submitted_qualifier: str = ""
    submitted_code: str = ""
    submitted_modifiers: tuple[str, ...] = ()
    paid_units_count: Decimal = Decimal(1)
    submitted_units_count: Decimal | None = None
    control_number: str = ""  # the 837's REF*6R
    rendering_npi: str = ""
    allowed_amount: Decimal | None = None
    remark_codes: tuple[str, ...] = ()  # besides those of the adjustments
    policies: tuple[str, ...] = ()  # REF*0K: what the decision rests on


class ClaimPayment(Fact, frozen=True, kw_only=True):
    """One claim. `adjustments` are those of the claim as a whole, besides its lines'.

    Status (CLP02): 1, 2, 3 processed (paid or not) as first, second, third payer; 4 the patient is nobody we know;
    19, 20, 21 as 1, 2, 3 and forwarded to another payer; 22 reversal.
    """

    patient_control_number: str
    status: str
    billed_amount: Decimal
    paid_amount: Decimal
    claim_number: str
    patient: RemittanceName
    filing_indicator: str = "12"
    facility_code: str = ""
    frequency_code: str = ""
    drg_code: str = ""
    drg_weight: Decimal | None = None
    adjustments: tuple[Adjustment, ...] = ()
    lines: tuple[LinePayment, ...] = ()
    subscriber: RemittanceName | None = None  # when not the patient
    corrected_patient: RemittanceName | None = None
    rendering: RemittanceName | None = None
    crossover_name: str = ""
    crossover_number: str = ""
    is_inpatient: bool = False
    covered_days_count: int = 0
    remark_codes: tuple[str, ...] = ()
    group_number: str = ""
    medical_record_number: str = ""
    original_claim_number: str = ""  # of the claim that this one corrects
    authorization_number: str = ""
    statement_from: date | None = None
    statement_to: date | None = None
    coverage_ended_on: date | None = None  # why it is denied
    received_on: date | None = None
    allowed_amount: Decimal | None = None
    interest_amount: Decimal = ZERO  # told here, paid by the provider adjustment L6
    patient_paid_amount: Decimal | None = None


class Remittance(Fact, frozen=True, kw_only=True):
    """One payment to one payee: what it pays, and what was taken from or added to it besides.

    Method is CHK, ACH or NON (no money moves, the amount is zero). `amount` = paid amounts - provider adjustments.
    """

    payer: PayerParty
    payee: Payee
    method: str
    trace_number: str
    paid_on: date
    amount: Decimal
    claims: tuple[ClaimPayment, ...] = ()
    provider_adjustments: tuple[ProviderAdjustment, ...] = ()
    produced_on: date | None = None
    receiver_number: str = ""  # REF*EV, when the reader is not the payee
    bank: BankTransfer | None = None


def write_remittances(
    out: BinaryIO,
    remittances: Sequence[Remittance],
    *,
    parties: Parties,
    control_number: int,
    group_number: int | None = None,
    at: datetime,
    usage: str,
) -> None:
    """One interchange with a transaction set for each remittance, in order. `usage` is P or T.

    All are checked before the first byte: raises OutOfBalance and leaves `out` as it was.
    """
    for remittance in remittances:
        check_balance(remittance)
    delimiters = fit_delimiters(number for remittance in remittances for number in _numbers(remittance))
    sets = (
        OutSet("835", f"{number:04}", "", _segments(remittance, delimiters))
        for number, remittance in enumerate(remittances, start=1)
    )
    write_interchange(
        out,
        parties=parties,
        control_number=control_number,
        at=at,
        groups=[OutGroup("HP", group_number or control_number, VERSION, sets)],
        usage=usage,
        delimiters=delimiters,
    )


def remittance_segments(remittance: Remittance, delimiters: Delimiters = STANDARD) -> Iterable[list[str]]:
    """The segments between ST and SE of one remittance that balances; raises OutOfBalance for any other."""
    check_balance(remittance)
    return _segments(remittance, delimiters)


def reversal_of(claim: ClaimPayment) -> ClaimPayment:
    """The same claim taken back: status 22, every charge, payment and adjustment negated under its own group code."""
    return msgspec.structs.replace(
        claim,
        status=REVERSAL,
        billed_amount=-claim.billed_amount,
        paid_amount=-claim.paid_amount,
        adjustments=_negated(claim.adjustments),
        lines=tuple([_negated_line(line) for line in claim.lines]),
        allowed_amount=None,
        interest_amount=ZERO,
        patient_paid_amount=None,
    )


def _negated_line(line: LinePayment) -> LinePayment:
    return msgspec.structs.replace(
        line,
        billed_amount=-line.billed_amount,
        paid_amount=-line.paid_amount,
        adjustments=_negated(line.adjustments),
        allowed_amount=None,
    )


def _negated(adjustments: Iterable[Adjustment]) -> tuple[Cas, ...]:
    return tuple([Cas(group=one.group, carc=one.carc, amount=-one.amount, rarcs=one.rarcs) for one in adjustments])


def _numbers(remittance: Remittance) -> Iterator[str]:
    """What others gave us and want back as it was."""
    for claim in remittance.claims:
        yield claim.patient_control_number
        yield claim.medical_record_number
        yield claim.authorization_number
        yield claim.patient.number
        for line in claim.lines:
            yield line.control_number
            yield line.procedure_code
            yield line.submitted_code
    for one in remittance.provider_adjustments:
        yield one.reference


def _segments(remittance: Remittance, delimiters: Delimiters) -> Iterator[list[str]]:
    payer, payee, paid_on = remittance.payer, remittance.payee, f"{remittance.paid_on:%Y%m%d}"
    yield _payment(remittance, paid_on)
    yield ["TRN", "1", remittance.trace_number, f"1{payer.tin}"]
    if remittance.receiver_number:
        yield ["REF", "EV", remittance.receiver_number]
    yield ["DTM", "405", f"{remittance.produced_on or remittance.paid_on:%Y%m%d}"]
    yield from payer_segments(payer)
    yield from payee_segments(payee)
    if remittance.claims:
        yield ["LX", "1"]
    for claim in remittance.claims:
        yield from _claim(claim, delimiters.component)
    yield from provider_adjustment_segments(
        payee.npi or payee.tin or payee.member_number, paid_on[:4], remittance.provider_adjustments, delimiters
    )


def _payment(remittance: Remittance, paid_on: str) -> list[str]:
    """BPR. Money that travels on its own way is I (remittance information only), a payment of zero H."""
    amount = amount_text(remittance.amount)
    if remittance.method == "NON":
        return ["BPR", "H", amount, "C", "NON", *[""] * 11, paid_on]
    if remittance.method == "CHK" or remittance.bank is None:
        return ["BPR", "I", amount, "C", remittance.method, *[""] * 11, paid_on]
    bank = remittance.bank
    sender = ("01", bank.payer_routing_number, "DA", bank.payer_account_number, f"1{remittance.payer.tin}", "")
    receiver = ("01", bank.payee_routing_number, bank.payee_account_kind, bank.payee_account_number)
    return ["BPR", "I", amount, "C", "ACH", "CCP", *sender, *receiver, paid_on]


def _claim(claim: ClaimPayment, component: str) -> Iterator[list[str]]:
    yield _clp(claim)
    yield from cas_segments(claim.adjustments)
    yield name_segment("QC", claim.patient)
    if claim.subscriber is not None:
        yield name_segment("IL", claim.subscriber)
    if claim.corrected_patient is not None:
        yield name_segment("74", claim.corrected_patient)
    if claim.rendering is not None:
        yield name_segment("82", claim.rendering)
    if claim.crossover_name:
        yield ["NM1", "TT", "2", tidy(claim.crossover_name, 60), "", "", "", "", "PI", claim.crossover_number]
    remarks = _remarks(claim.remark_codes, claim.adjustments)
    if remarks:
        yield _remark_segment(claim, remarks[:5])
    if claim.group_number:
        yield ["REF", "1L", claim.group_number]
    if claim.medical_record_number:
        yield ["REF", "EA", claim.medical_record_number]
    if claim.original_claim_number:
        yield ["REF", "F8", claim.original_claim_number]
    if claim.authorization_number:
        yield ["REF", "G1", claim.authorization_number]
    for qualifier, on in (
        ("232", claim.statement_from),
        ("233", claim.statement_to),
        ("036", claim.coverage_ended_on),
        ("050", claim.received_on),
    ):
        if on is not None:
            yield ["DTM", qualifier, _d8(on)]
    if claim.interest_amount:
        yield ["AMT", "I", amount_text(claim.interest_amount)]
    if claim.allowed_amount:
        yield ["AMT", "AU", amount_text(claim.allowed_amount)]
    if claim.patient_paid_amount:
        yield ["AMT", "F5", amount_text(claim.patient_paid_amount)]
    for line in claim.lines:
        yield from _line(line, component)


def _clp(claim: ClaimPayment) -> list[str]:
    # CLP05 repeats the PR adjustments. A reversal gives none; below or at zero it is left out.
    owed = ZERO
    if claim.status != REVERSAL:
        for adjustments in (claim.adjustments, *[line.adjustments for line in claim.lines]):
            for adjustment in adjustments:
                if adjustment.group == "PR":
                    owed += adjustment.amount
    weight = amount_text(claim.drg_weight) if claim.drg_weight is not None else ""
    return [
        *("CLP", claim.patient_control_number, claim.status),
        *(amount_text(claim.billed_amount), amount_text(claim.paid_amount), amount_text(owed) if owed > 0 else ""),
        *(claim.filing_indicator, claim.claim_number, claim.facility_code, claim.frequency_code, ""),
        *(claim.drg_code, weight),
    ]


def _remark_segment(claim: ClaimPayment, remarks: Sequence[str]) -> list[str]:
    if not claim.is_inpatient:
        return ["MOA", "", "", *remarks]
    return ["MIA", str(claim.covered_days_count), "", "", "", remarks[0], *[""] * 14, *remarks[1:]]


def _line(line: LinePayment, component: str) -> Iterator[list[str]]:
    yield _svc(line, component)
    if line.service_from == line.service_to:
        yield ["DTM", "472", _d8(line.service_from)]
    else:
        yield ["DTM", "150", _d8(line.service_from)]
        yield ["DTM", "151", _d8(line.service_to)]
    yield from cas_segments(line.adjustments)
    if line.control_number:
        yield ["REF", "6R", line.control_number]
    if line.rendering_npi:
        yield ["REF", "HPI", line.rendering_npi]
    for policy in line.policies[:5]:
        yield ["REF", "0K", tidy(policy, 50)]
    if line.allowed_amount:
        yield ["AMT", "B6", amount_text(line.allowed_amount)]
    for code in _remarks(line.remark_codes, line.adjustments):
        yield ["LQ", "HE", code]


def _svc(line: LinePayment, component: str) -> list[str]:
    revenue_code = line.revenue_code if line.procedure_code else ""
    if line.procedure_code:
        decided = component.join((line.procedure_qualifier, line.procedure_code, *line.modifiers[:4]))
    else:
        decided = f"NU{component}{line.revenue_code}"
    submitted = ""
    if line.submitted_code:
        qualifier = line.submitted_qualifier or line.procedure_qualifier
        submitted = component.join((qualifier, line.submitted_code, *line.submitted_modifiers[:4]))
    units, submitted_units = line.paid_units_count, line.submitted_units_count
    return [
        *("SVC", decided, amount_text(line.billed_amount), amount_text(line.paid_amount), revenue_code),
        *(amount_text(units), submitted if submitted != decided else ""),
        amount_text(submitted_units) if submitted_units is not None and submitted_units != units else "",
    ]


def _remarks(codes: tuple[str, ...], adjustments: tuple[Adjustment, ...]) -> list[str]:
    """Remark codes, each once, those of the adjustments after those of the whole."""
    found = list(codes)
    for adjustment in adjustments:
        found.extend(adjustment.rarcs)
    return list(dict.fromkeys(found)) if len(found) > 1 else found


def _d8(on: date) -> str:
    return on.strftime("%Y%m%d")
