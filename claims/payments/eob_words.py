"""The words of the codes that a batch of EOBs shows: services, reasons and remarks, a query a code set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from claims.facts import SubmittedLine
from claims.payments.eob_facts import EobFacts
from tpa.foundation.codes import words_of
from tpa.foundation.models import CodeSet

_SERVICES = {"HC": (CodeSet.PROCEDURE, CodeSet.HCPCS), "AD": (CodeSet.DENTAL,)}
_ALL = (CodeSet.PROCEDURE, CodeSet.HCPCS, CodeSet.DENTAL, CodeSet.REVENUE, CodeSet.CARC, CodeSet.RARC)


@dataclass(frozen=True, slots=True)
class CodeWords:
    """Words by code set and code; what has none gives an empty text."""

    _words: dict[CodeSet, dict[str, str]]

    @classmethod
    def of(cls, items: Iterable[EobFacts], *, on: date) -> CodeWords:
        """Read the words of all codes on these EOBs."""
        procedures: set[str] = set()
        asked: dict[CodeSet, set[str]] = {code_set: set() for code_set in _ALL}
        for item in items:
            for submitted in item.facts.submission.lines:
                procedures.add(submitted.procedure_code)
                asked[CodeSet.REVENUE].add(submitted.revenue_code)
            for line in item.decision.lines:
                asked[CodeSet.CARC].update(adjustment.carc for adjustment in line.adjustments)
                asked[CodeSet.RARC].update(rarc for adjustment in line.adjustments for rarc in adjustment.rarcs)
        for code_set in (CodeSet.PROCEDURE, CodeSet.HCPCS, CodeSet.DENTAL):
            asked[code_set] = procedures
        return cls({code_set: words_of(code_set, codes - {""}, on=on) for code_set, codes in asked.items()})

    def service(self, line: SubmittedLine) -> str:
        """What was done: the procedure's words, else the revenue code's."""
        for code_set in _SERVICES.get(line.procedure_qualifier or "HC", ()):
            if words := self._words[code_set].get(line.procedure_code):
                return words
        return self._words[CodeSet.REVENUE].get(line.revenue_code, "")

    def carc(self, code: str) -> str:
        return self._words[CodeSet.CARC].get(code, "")

    def rarcs(self, codes: Iterable[str]) -> tuple[str, ...]:
        return tuple(words for code in codes if (words := self._words[CodeSet.RARC].get(code)))
