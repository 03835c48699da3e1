"""Submissions become claims: members and providers are matched, the claims stored as received. Every door ends here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from claims.facts import Submission, SubmittedProvider
from claims.intake.claim_numbers import claim_number
from claims.models import Claim
from claims.packing import pack
from employers.eligibility.match_members import MemberQuery, match_members
from plans.networks.match_providers import ProviderQuery, match_providers
from tpa.foundation.audit import Actor, Subjects, record
from tpa.foundation.bulk import copy_rows, next_ids
from tpa.foundation.parameters import parameter

_COLUMNS = (
    "id",
    "claim_number",
    "employer_id",
    "family_id",
    "member_id",
    "kind",
    "origin",
    "transaction_set_id",
    "sent_by_id",
    "patient_control_number",
    "frequency_code",
    "billing_provider_id",
    "payee_id",
    "service_from",
    "service_to",
    "received_on",
    "received_at",
    "billed_amount",
    "submission",
    "status",
    "status_at",
    "due_on",
    "revision",
)


@dataclass(frozen=True, slots=True)
class Door:
    """Through which door claims come, when, and (for EDI) in which transaction set."""

    origin: str  # 837, api or paper
    received_at: datetime
    received_on: date
    by: Actor
    transaction_set_id: int | None = None
    sent_by_id: int | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """A submission that became a claim. `place` is its index in the batch."""

    place: int
    claim_id: int
    claim_number: str
    employer_id: int
    family_id: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """A submission that did not: `code` is one of member_not_found, member_ambiguous, provider_not_known."""

    place: int
    code: str
    message: str


def accept_submissions(batch: Sequence[Submission], door: Door) -> tuple[list[Accepted], list[Rejected]]:
    """Store a batch in the caller's transaction, in its order: one query a kind of match and one COPY.

    Nothing is decided here. Who cannot be matched to a member is rejected, claim by claim, and leaves no row.
    """
    members = match_members([_member_query(submission) for submission in batch])
    providers = match_providers([_provider_query(submission.billing_provider) for submission in batch])
    accepted: list[Accepted] = []
    rejected: list[Rejected] = []
    rows: list[tuple[object, ...]] = []
    ids = next_ids("claims_claim_id_seq", len(batch))
    due_on = door.received_on + timedelta(days=_days_to_decide(door.received_on))
    stamp = door.received_at.isoformat()
    for place, (submission, member, provider) in enumerate(zip(batch, members, providers, strict=True)):
        if member.fact is None:
            rejected.append(Rejected(place, member.code, member.message))
            continue
        if provider is None:
            rejected.append(Rejected(place, "provider_not_known", "The billing provider has no valid NPI."))
            continue
        fact = member.fact
        number = claim_number(ids[place])
        accepted.append(Accepted(place, ids[place], number, fact.employer_id, fact.family_id))
        rows.append(
            (
                ids[place],
                number,
                fact.employer_id,
                fact.family_id,
                fact.member_id,
                submission.kind,
                door.origin,
                door.transaction_set_id,
                door.sent_by_id,
                submission.patient_control_number,
                submission.frequency_code or "1",
                provider.provider_id,
                provider.payee_id,
                submission.service_from,
                submission.service_to,
                door.received_on,
                stamp,
                submission.billed_amount,
                pack(submission),
                "received",
                stamp,
                due_on,
                0,
            )
        )
    copy_rows("claims_claim", _COLUMNS, rows)
    if accepted:
        record(
            "claims.claim.received",
            by=door.by,
            about=Subjects.rows(Claim, [item.claim_id for item in accepted]),
            detail={"origin": door.origin, "count": len(accepted), "set": door.transaction_set_id},
        )
    return accepted, rejected


def _member_query(submission: Submission) -> MemberQuery:
    patient = submission.patient or submission.subscriber
    return MemberQuery(
        subscriber_number=submission.subscriber.number,
        group_number=submission.group_number,
        relationship=submission.relationship,
        last_name=patient.last_name,
        first_name=patient.first_name,
        birth_on=patient.birth_on,
        sex=patient.sex,
        own_number=patient.number if submission.patient else "",
        on=submission.service_from,
    )


def _provider_query(provider: SubmittedProvider) -> ProviderQuery:
    return ProviderQuery(
        npi=provider.npi,
        tin=provider.tin,
        entity=provider.entity,
        name=provider.name,
        first_name=provider.first_name,
        taxonomy_code=provider.taxonomy_code,
        address_line=provider.address_line,
        city=provider.city,
        state=provider.state,
        postal_code=provider.postal_code,
    )


def _days_to_decide(on: date) -> int:
    """Calendar days to decide a post-service claim, from filing (29 CFR 2560.503-1(f)(2)(iii)(B))."""
    return int(parameter("claims_procedure.post_service.decide_days", on=on))
