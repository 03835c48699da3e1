"""What claims would have cost with other networks or fee schedules: read anew, with those instead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from claims.adjudication.engine.facts import LinePrice
from claims.adjudication.instead import Instead
from claims.adjudication.line_prices import Prices
from claims.packing import unpack_facts
from claims.trials.stored_claims import StoredClaim
from claims.trials.tried import Tried
from plans.design.selectors import plan_terms
from plans.facts import ContractFact
from plans.networks.selectors import schedules_by_code

_BATCH = 500


class Repriced(NamedTuple):
    """What a claim's facts say of its prices, as tried."""

    prices: tuple[LinePrice, ...]
    contracts: tuple[ContractFact, ...]


def reprice(tried: Tried, claims: Sequence[StoredClaim]) -> dict[int, Repriced]:
    """By claim id; empty where the stored prices hold: the plan tried knows the same networks, and nothing else is
    otherwise."""
    covered = [claim for claim in claims if claim.plan_hash]
    if not covered or not _is_otherwise(tried, covered):
        return {}
    instead = Instead(tried.networks, schedule_ids(tried))
    repriced: dict[int, Repriced] = {}
    for at in range(0, len(covered), _BATCH):
        repriced |= _batch(tried, covered[at : at + _BATCH], instead)
    return repriced


def schedule_ids(tried: Tried) -> dict[str, int]:
    """By network, the fee schedule that is to price it."""
    ids = schedules_by_code(set(tried.schedules.values())) if tried.schedules else {}
    return {network: ids[code] for network, code in tried.schedules.items()}


def plan_tried(tried: Tried, claim: StoredClaim) -> str:
    """The version by which a claim is decided now; blank when nothing covered it."""
    is_meant = tried.plan_id is None or tried.plan_id == claim.plan_id
    return tried.plan_hash if claim.plan_hash and tried.plan_hash and is_meant else claim.plan_hash


def _batch(tried: Tried, claims: Sequence[StoredClaim], instead: Instead) -> dict[int, Repriced]:
    submissions = [unpack_facts(claim.facts).submission for claim in claims]
    providers = sorted({claim.billing_provider_id for claim in claims})
    hashes = [plan_tried(tried, claim) for claim in claims]
    book = Prices.of(submissions, providers, hashes, instead)
    repriced = {}
    for claim, submission, plan_hash in zip(claims, submissions, hashes, strict=True):
        prices = book.of_lines(submission, claim.billing_provider_id, plan_terms(plan_hash))
        repriced[claim.claim_id] = Repriced(prices, book.contracts(submission, prices))
    return repriced


def _is_otherwise(tried: Tried, claims: Sequence[StoredClaim]) -> bool:
    if tried.networks or tried.schedules:
        return True
    if not tried.plan_hash:
        return False
    now = plan_terms(tried.plan_hash)
    before = [plan_terms(content_hash) for content_hash in {claim.plan_hash for claim in claims}]
    return any((one.networks, one.reference_schedules) != (now.networks, now.reference_schedules) for one in before)
