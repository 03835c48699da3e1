"""The 820 (005010X218): an employer's payment of invoices as text, both ways. Knows neither database nor clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import BinaryIO

from tpa.foundation.values.money import ZERO
from tpa.foundation.x12.writer import OutGroup, OutSet, Parties, clean_text, write_interchange

VERSION = "005010X218"
# RMR01: what the number is.
INVOICE, CONTRACT, GROUP = "IK", "CT", "1L"


@dataclass(slots=True)
class Remitted:
    """So much on one invoice (IK), contract (CT), group (1L) or account (11). `adjusted`: reason (426) and amount, why
    it is not what was billed."""

    kind: str
    number: str
    amount: Decimal
    billed_amount: Decimal | None = None
    adjusted: list[tuple[str, Decimal]] = field(default_factory=list)


@dataclass(slots=True)
class Remittance:
    """One 820: the payment and what it is for. `earlier`: adjustments of earlier payments (loop 2200)."""

    amount: Decimal
    method: str  # BPR04: ACH, CHK, FWT …
    paid_on: date
    trace_number: str
    payer_name: str = ""
    payer_ids: list[tuple[str, str]] = field(default_factory=list)  # (N103, N104)
    receiver_name: str = ""
    receiver_tax_number: str = ""
    details: list[Remitted] = field(default_factory=list)
    earlier: list[tuple[str, Decimal]] = field(default_factory=list)

    @property
    def difference_amount(self) -> Decimal:
        """What the payment is more (or less) than its parts; an 820 that balances has none."""
        parts = sum((one.amount for one in self.details), ZERO) + sum((amount for _why, amount in self.earlier), ZERO)
        return self.amount - parts


def read_remittance(segments: Iterable[Sequence[str]]) -> Remittance:
    """Read one set that its guide accepted, ST to SE. Individuals' parts (loop 2000B) are read like organisations'."""
    found = Remittance(ZERO, "", date.min, "")
    for segment in segments:
        _read(found, [*segment, *[""] * (22 - len(segment))])
    return found


def _read(found: Remittance, segment: Sequence[str]) -> None:
    name = segment[0]
    if name == "BPR":
        found.amount, found.method = Decimal(segment[2]), segment[4]
        found.paid_on = datetime.strptime(segment[16], "%Y%m%d").date()
        found.payer_ids.append(("BPR10", segment[10]))
    elif name == "TRN":
        found.trace_number = segment[2]
    elif name == "REF" and not found.details:
        found.payer_ids.append((segment[1], segment[2]))
    elif name == "N1" and segment[1] == "PR":
        found.payer_name = segment[2]
        found.payer_ids.append((segment[3], segment[4]))
    elif name == "N1" and segment[1] == "PE":
        found.receiver_name, found.receiver_tax_number = segment[2], segment[4]
    elif name == "ENT":
        found.payer_ids.append((segment[3], segment[4]))
    elif name == "RMR":
        billed = Decimal(segment[5]) if segment[5] else None
        found.details.append(Remitted(segment[1], segment[2], Decimal(segment[4]), billed))
    elif name == "ADX" and found.details:
        found.details[-1].adjusted.append((segment[2], Decimal(segment[1])))
    elif name == "ADX":
        found.earlier.append((segment[2], Decimal(segment[1])))


def write_remittance(
    out: BinaryIO, remittance: Remittance, *, parties: Parties, control_number: int, at: datetime, usage: str = "P"
) -> None:
    """Write one 820 in an interchange of its own. Raises ValueError when it does not balance, or pays nothing."""
    if remittance.difference_amount:
        raise ValueError(f"the payment differs by {remittance.difference_amount} from its parts")
    if remittance.amount < 0 or not remittance.details:
        raise ValueError("an 820 pays something")
    number = f"{control_number % 10_000:04}"
    out_set = OutSet("820", number, VERSION, _segments(remittance))
    groups = [OutGroup("RA", control_number, VERSION, [out_set])]
    write_interchange(
        out, parties=parties, control_number=control_number, at=at, groups=groups, usage=usage, line_breaks=True
    )


def _segments(one: Remittance) -> Iterator[list[str]]:
    ids = dict(one.payer_ids)
    payer = ids.get("FI", "")
    yield [
        "BPR",
        "I",
        _money(one.amount),
        "C",
        one.method,
        *[""] * 5,
        f"1{payer}"[:10],
        *[""] * 5,
        f"{one.paid_on:%Y%m%d}",
    ]
    yield ["TRN", "3", one.trace_number]
    yield ["N1", "PE", clean_text(one.receiver_name)[:60], "FI", one.receiver_tax_number]
    yield ["N1", "PR", clean_text(one.payer_name)[:60], "FI", payer]
    yield ["ENT", "1", "2L", "FI", payer]
    for detail in one.details:
        billed = "" if detail.billed_amount is None else _money(detail.billed_amount)
        yield ["RMR", detail.kind, clean_text(detail.number), "PI", _money(detail.amount), billed]
        for reason, amount in detail.adjusted:
            yield ["ADX", _money(amount), reason]


def _money(amount: Decimal) -> str:
    """An amount as X12 writes it: no needless zeros, no exponent."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
