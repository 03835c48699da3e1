"""Loads what the edit tables say of a batch: only of claims whose plan applies edits, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from claims.adjudication.claims_to_decide import ClaimToDecide
from claims.adjudication.edit_facts import coded_claim
from claims.adjudication.prior_lines import PriorLines
from claims.adjudication.prior_stays import PriorStays
from plans.design.terms import PlanTerms
from plans.editing.edit_book import CodedService, EditBook
from plans.editing.selectors import edit_book

_STAYS = "stays"


class GatheredEdits(NamedTuple):
    """The rows that may speak of the batch; None where no plan of it applies edits."""

    book: EditBook | None = None
    stays: PriorStays | None = None


def gather_edits(
    edited: Sequence[tuple[ClaimToDecide, PlanTerms]], claim_ids: list[int], prior: PriorLines
) -> GatheredEdits:
    """`edited` are the claims of the batch whose plan applies edits, with its terms; `claim_ids` all of the batch."""
    # A claim of the batch sees those before it: their services are beside its own, whatever becomes of them.
    together: dict[tuple[int, str, str], list[CodedService]] = defaultdict(list)
    coded = []
    for claim, _terms in edited:
        submission = claim.submission
        one = coded_claim(submission, prior.facts(claim.member_id, submission))
        key = claim.member_id, submission.billing_provider.npi, submission.kind
        together[key] += one.services
        coded.append((key, one))
    book = edit_book([one._replace(beside=(*one.beside, *together[key])) for key, one in coded])
    stays = [
        (claim.member_id, claim.submission)
        for claim, terms in edited
        if any(term.edit == _STAYS for term in terms.edits)
    ]
    return GatheredEdits(book, PriorStays.of(stays, claim_ids))
