"""Posts one posting to a claims account."""

from __future__ import annotations

from employers.funding.post_many import post_many
from employers.funding.posting import Posted, Posting
from tpa.foundation.audit import Actor


def post(*, claims_account_id: int, posting: Posting, by: Actor, must_be_funded: bool = True) -> Posted:
    """Post once; the same again changes nothing. Errors as in `post_many`."""
    [posted] = post_many(claims_account_id=claims_account_id, postings=[posting], by=by, must_be_funded=must_be_funded)
    return posted
