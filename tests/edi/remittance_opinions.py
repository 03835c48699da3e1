"""What others say of a remittance: our guide, a checker that shares no code with the writer, and pyx12."""

from __future__ import annotations

import io

import pyx12.params
import pyx12.x12n_document

from claims.edi.guides import OUTBOUND
from tests.edi.balance_checker import TransactionReport, check_balance
from tpa.foundation.x12.envelope import SetRef, transaction_sets
from tpa.foundation.x12.examine import answer_set


def agreed(text: str) -> list[TransactionReport]:
    """Assert that all three take it and return what the checker found."""
    stream = io.BytesIO(text.encode())
    for reference in transaction_sets(stream):
        assert isinstance(reference, SetRef)
        answer = answer_set(stream, reference, OUTBOUND)
        assert answer.accepted, answer.verdict
    reports = check_balance(text)
    for report in reports:
        assert report.strict_problems() == []
    params = pyx12.params.params()
    assert pyx12.x12n_document.x12n_document(params, io.StringIO(text), fd_997=None, fd_html=None, fd_xmldoc=None)
    return reports
