"""Checks that an 835 balances at line, claim and transaction: a second opinion that shares no code with the writer.

Reads raw text with the delimiters of its ISA and imports nothing of ours. Also a command:
`python tests/edi/balance_checker.py FILE...` names what does not balance and exits 1 if anything does not.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

_REVERSAL = "22"


@dataclass
class LineReport:
    """One SVC: its charge, what was paid, and what its CAS take off."""

    procedure: str
    billed: Decimal
    paid: Decimal
    adjusted: Decimal = Decimal(0)

    def problems(self) -> list[str]:
        if self.billed - self.adjusted == self.paid:
            return []
        return [f"SVC {self.procedure}: {self.billed} - CAS {self.adjusted} is not {self.paid}"]


@dataclass
class ClaimReport:
    """One CLP. `owed` is CLP05, `owed_adjusted` the sum of its PR adjustments, its own and its lines'."""

    number: str
    status: str
    billed: Decimal
    paid: Decimal
    owed: Decimal | None
    adjusted: Decimal = Decimal(0)
    owed_adjusted: Decimal = Decimal(0)
    lines: list[LineReport] = field(default_factory=list)

    def problems(self) -> list[str]:
        found = []
        adjusted = self.adjusted + sum(line.adjusted for line in self.lines)
        if self.billed - adjusted != self.paid:
            found.append(f"CLP {self.number}: {self.billed} - CAS {adjusted} is not {self.paid}")
        charges = sum(line.billed for line in self.lines)
        if self.lines and charges != self.billed:
            found.append(f"CLP {self.number}: charge {self.billed} is not the lines' {charges}")
        return found

    def owed_problems(self) -> list[str]:
        """CLP05 is the sum of the PR adjustments; a reversal tells none."""
        if self.status == _REVERSAL:
            return [] if self.owed is None else [f"CLP {self.number}: a reversal tells CLP05 {self.owed}"]
        if (self.owed or Decimal(0)) != max(self.owed_adjusted, Decimal(0)):
            return [f"CLP {self.number}: CLP05 {self.owed} is not PR {self.owed_adjusted}"]
        return []


@dataclass
class TransactionReport:
    """One ST 835."""

    control_number: str
    paid: Decimal = Decimal(0)  # BPR02
    method: str = ""
    claims: list[ClaimReport] = field(default_factory=list)
    provider_adjusted: Decimal = Decimal(0)
    unreadable: list[str] = field(default_factory=list)

    def figure(self, text: str) -> Decimal:
        """An amount; one that can not be read counts as nothing and is told."""
        try:
            return Decimal(text or "0")
        except InvalidOperation:
            self.unreadable.append(text)
            return Decimal(0)

    @property
    def claims_paid(self) -> Decimal:
        return sum((claim.paid for claim in self.claims), Decimal(0))

    @property
    def required(self) -> Decimal:
        return self.claims_paid - self.provider_adjusted

    @property
    def balances(self) -> bool:
        return self.required == self.paid

    def problems(self) -> list[str]:
        """What does not add up, transaction first, then claim by claim, each with its lines."""
        found = []
        if not self.balances:
            found.append(f"BPR02 {self.paid} is not {self.required} (claims {self.claims_paid})")
        for claim in self.claims:
            found += claim.problems()
            for line in claim.lines:
                found += [f"CLP {claim.number} {problem}" for problem in line.problems()]
        return found

    def strict_problems(self) -> list[str]:
        """The same, and what balancing alone does not ask: figures, CLP05, no negative payment, no money by NON."""
        found = self.problems() + [f"{text} is no amount" for text in self.unreadable]
        for claim in self.claims:
            found += claim.owed_problems()
        if self.paid < 0:
            found.append(f"BPR02 {self.paid} is negative")
        if (self.method == "NON") != (self.paid == 0):
            found.append(f"BPR02 {self.paid} by {self.method}")
        return found


def check_balance(text: str) -> list[TransactionReport]:
    """A report for every 835 transaction of the text, which may hold several interchanges."""
    reports: list[TransactionReport] = []
    for element, component, raw in _segments(text):
        parts = raw.split(element)
        name = parts[0]
        if name == "ST":
            if parts[1] == "835":
                reports.append(TransactionReport(parts[2] if len(parts) > 2 else ""))
            continue
        if reports:
            _take(reports[-1], name, parts, component)
    return reports


def _take(report: TransactionReport, name: str, parts: list[str], component: str) -> None:
    figure = report.figure
    if name == "BPR":
        report.paid = figure(parts[2])
        report.method = parts[4] if len(parts) > 4 else ""
    elif name == "CLP":
        owed = figure(parts[5]) if len(parts) > 5 and parts[5] else None
        report.claims.append(ClaimReport(parts[1], parts[2], figure(parts[3]), figure(parts[4]), owed))
    elif name == "SVC" and report.claims:
        procedure = parts[1].replace(component, ":")
        report.claims[-1].lines.append(LineReport(procedure, figure(parts[2]), figure(parts[3])))
    elif name == "CAS" and report.claims:
        claim = report.claims[-1]
        taken = sum((figure(amount) for amount in parts[3::3]), Decimal(0))
        if claim.lines:
            claim.lines[-1].adjusted += taken
        else:
            claim.adjusted += taken
        if parts[1] == "PR":
            claim.owed_adjusted += taken
    elif name == "PLB":
        report.provider_adjusted += sum((figure(amount) for amount in parts[4::2]), Decimal(0))


def _segments(text: str) -> list[tuple[str, str, str]]:
    """Element separator, component separator and text of each segment; delimiters change with each ISA."""
    found = []
    rest = text.lstrip("\ufeff \r\n\t")
    element, component, end = "*", ":", "~"
    while rest:
        if rest.startswith("ISA") and len(rest) > 105:
            element = rest[3]
            tail = rest.split(element, 16)[16]
            component, end = tail[0], tail[1]
        raw, _, rest = rest.partition(end)
        rest = rest.lstrip(" \r\n\t")
        if raw.strip():
            found.append((element, component, raw.strip(" \r\n\t")))
    return found


def main(names: list[str]) -> int:
    wrong = 0
    for name in names:
        for report in check_balance(Path(name).read_text(encoding="latin-1")):
            for problem in report.strict_problems():
                wrong += 1
                sys.stdout.write(f"{name} ST {report.control_number}: {problem}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
