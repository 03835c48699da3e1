"""Which facts of a decision are others now: why a claim would come out otherwise."""

from __future__ import annotations

import msgspec

from claims.adjudication.engine.facts import ClaimFacts

# In the order in which they are told. What is not here is the claim itself, or the day on which it is decided.
FACTS = (
    "coverages",
    "plan_hash",
    "other_coverages",
    "prices",
    "authorizations",
    "member",
    "provider_excluded_on",
    "approval_limit_amount",
    "resolutions",
    "accumulated",
    "prior_lines",
)
_CLAIM = frozenset({"claim_number", "received_on", "decided_on", "submission", "billing_provider_id"})
ENGINE = "engine"


def what_differs(then: ClaimFacts, now: ClaimFacts) -> list[str]:
    """The names of the facts that differ, the telling ones first; `engine` where none does: the rules themselves."""
    if not (then.plan_hash and now.plan_hash) and _told(then.coverages) != _told(now.coverages):
        # Nothing covers now, or did then: of what a plan brings with it there is nothing to compare.
        return ["coverages"]
    names = [name for name in FACTS if name in ClaimFacts.__struct_fields__]
    names += [name for name in ClaimFacts.__struct_fields__ if name not in names and name not in _CLAIM]
    return [name for name in names if _told(getattr(then, name)) != _told(getattr(now, name))] or [ENGINE]


def _told(value: object) -> object:
    """As it is written: a fact read back and one that was just gathered are the same when this is."""
    return msgspec.json.encode(value)
