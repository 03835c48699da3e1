"""Where recipients want their money, and whether an account may be used: not refused, tried where that is agreed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from claims.models import MemberAccount, ReceivingAccount
from claims.payments.netting import Recipient
from plans.networks.payees import payees_by_id
from tpa.foundation.audit import Actor
from tpa.foundation.encryption import blind_index, blind_indexes
from tpa.foundation.transitions import move_many

_CONTEXT = "claims.receivingaccount.fingerprint"


@dataclass(frozen=True, slots=True)
class Destination:
    """An account somewhere: a payee's or a member's. `number` is what the receiver is known by on the entry."""

    payee_id: int | None
    member_id: int | None
    employer_id: int | None
    routing_number: str
    account_number: str
    account_type: str
    number: str
    name: str

    @property
    def _told(self) -> str:
        return f"{self.routing_number}:{self.account_number}:{self.account_type}"

    @property
    def fingerprint(self) -> str:
        """What tells the account and gives away no number."""
        return blind_index(self._told, context=_CONTEXT)

    @property
    def fingerprints(self) -> list[str]:
        """The same under every key, to search with."""
        return blind_indexes(self._told, context=_CONTEXT)

    @property
    def key(self) -> tuple[int | None, int | None]:
        """Whose it is."""
        return self.payee_id, self.member_id


def destinations(
    recipients: Iterable[tuple[int | None, int | None]],
) -> dict[tuple[int | None, int | None], Destination]:
    """Where each recipient (payee, member) that wants ACH wants it; who is not in it gets checks. Two queries."""
    wanted = set(recipients)
    found: dict[tuple[int | None, int | None], Destination] = {}
    for payee in payees_by_id({payee for payee, _member in wanted if payee is not None}).values():
        if payee.takes_ach:
            found[payee.payee_id, None] = Destination(
                payee.payee_id,
                None,
                None,
                payee.bank_routing_number,
                payee.bank_account_number,
                payee.bank_account_type,
                payee.npi or payee.tin,
                payee.name,
            )
    members = {member for _payee, member in wanted if member is not None}
    if members:
        rows = MemberAccount.objects.filter(member__in=members, superseded_at__isnull=True).select_related(
            "member__family"
        )
        for row in rows:
            found[None, row.member_id] = Destination(
                None,
                row.member_id,
                row.employer_id,
                row.routing_number,
                row.account_number,
                row.account_type,
                row.member.family.subscriber_number,
                f"{row.member.first_name} {row.member.last_name}",
            )
    return found


def standings(wanted: Collection[Destination]) -> dict[tuple[int | None, int | None], ReceivingAccount]:
    """What is known of these accounts, by whose they are; one query."""
    if not wanted:
        return {}
    rows = ReceivingAccount.objects.filter(fingerprint__in=[one for to in wanted for one in to.fingerprints])
    known = {(row.payee_id, row.member_id, row.fingerprint): row for row in rows}
    return {
        to.key: known[to.payee_id, to.member_id, one]
        for to in wanted
        for one in to.fingerprints
        if (to.payee_id, to.member_id, one) in known
    }


def usable(wanted: dict[Recipient, bool], *, on: date, by: Actor) -> tuple[dict[Recipient, Destination], bool]:
    """Of these recipients (with whether the bank wants new accounts tried) those whose account takes money on a day,
    and whether there are accounts to be tried.

    A new account that is to be tried is noted, for the next ACH file; one whose waiting time is over is in use from
    here on. A fixed number of statements.
    """
    places = destinations((one.payee_id, one.member_id) for one in wanted)
    known = standings(list(places.values()))
    found: dict[Recipient, Destination] = {}
    new: dict[tuple[int | None, int | None], ReceivingAccount] = {}
    over: dict[int, str] = {}
    for recipient, is_tried in wanted.items():
        to = places.get((recipient.payee_id, recipient.member_id))
        if to is None:
            continue
        row = known.get(to.key)
        if row is None:
            if is_tried:
                new.setdefault(to.key, _to_try(to, recipient.claims_account_id, on))
            else:
                found[recipient] = to
        elif row.status == ReceivingAccount.Status.OPEN:
            found[recipient] = to
        elif row.status == ReceivingAccount.Status.TRIED and row.usable_on is not None and row.usable_on <= on:
            found[recipient] = to
            over[row.pk] = ReceivingAccount.Status.OPEN
    if new:
        ReceivingAccount.objects.bulk_create(new.values(), ignore_conflicts=True)
    move_many(ReceivingAccount, dict(sorted(over.items())), by=by, because="nothing came back")
    return found, bool(new)


def note_account(to: Destination, status: str, *, on: date, code: str = "") -> ReceivingAccount:
    """Write down what became known of an account; what was noted before of the same one is brought up to date."""
    row = standings([to]).get(to.key)
    if row is None:
        return ReceivingAccount.objects.create(
            payee_id=to.payee_id,
            member_id=to.member_id,
            employer_id=to.employer_id,
            fingerprint=to.fingerprint,
            status=status,
            status_at=timezone.now(),
            return_code=code,
            noted_on=on,
        )
    return row


def _to_try(to: Destination, claims_account_id: int, on: date) -> ReceivingAccount:
    return ReceivingAccount(
        payee_id=to.payee_id,
        member_id=to.member_id,
        employer_id=to.employer_id,
        claims_account_id=claims_account_id,
        fingerprint=to.fingerprint,
        status=ReceivingAccount.Status.TO_TRY,
        status_at=timezone.now(),
        noted_on=on,
    )
