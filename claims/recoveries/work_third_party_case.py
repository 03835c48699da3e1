"""What happens in a third-party case before there is money: answers, people, letters, demands, offers, its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import ThirdParty, ThirdPartyCase, ThirdPartyStep
from claims.recoveries.cases import check_amount, check_reason
from claims.recoveries.pick_claims import pick_claims
from claims.recoveries.third_party_cases import add_step, keep_case, paid_parts, terms_on, third_party_case
from claims.recoveries.third_party_letters import write_lien_notice
from tpa.foundation.access import Scope
from tpa.foundation.audit import record
from tpa.foundation.errors import Conflict, Invalid
from tpa.foundation.models import Document
from tpa.foundation.transitions import move

Status, Kind = ThirdPartyCase.Status, ThirdPartyStep.Kind
_LOOK_DAYS = 30


@dataclass(frozen=True, slots=True)
class PartyWords:
    """Who somebody in a case is."""

    role: str
    name: str
    address_line: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    phone: str = ""
    reference: str = ""


def record_answer(*, number: str, revision: int, is_liable: bool, because: str, by: Scope) -> ThirdPartyCase:
    """What the member answered: somebody may answer for it, or nobody, and the case is closed. Raises as
    `third_party_case`, Invalid without words, Conflict when it was answered."""
    because = check_reason(because)
    with transaction.atomic():
        row = third_party_case(number=number, revision=revision, by=by)
        move(row, Status.OPEN if is_liable else Status.CLOSED, by=by.actor, because=because)
        add_step(row, Kind.ANSWER, because, by=by.actor)
        keep_case(row, next_action_on=timezone.localdate())
    return row


def add_party(*, number: str, revision: int, party: PartyWords, by: Scope) -> ThirdParty:
    """Add somebody. Raises as `third_party_case`, Invalid without role and name."""
    if party.role not in ThirdParty.Role.values or not party.name.strip():
        raise Invalid("recoveries.party", _("Say who it is, and what they have to do with it."))
    with transaction.atomic():
        row = third_party_case(number=number, revision=revision, by=by)
        made = ThirdParty.objects.create(
            case=row,
            employer_id=row.employer_id,
            **{name: getattr(party, name) for name in PartyWords.__dataclass_fields__},
        )
        keep_case(row)
        record("claims.thirdparty.added", by=by.actor, about=row)
    return made


def tell_lien(*, number: str, revision: int, by: Scope) -> Document:
    """Write the lien notice to attorney, carrier or who may answer, with what the claims have paid by today; again with
    what they have paid since. Raises as `third_party_case`, Conflict when there is nobody to tell or nothing paid."""
    with transaction.atomic():
        row = third_party_case(number=number, revision=revision, by=by)
        pick_claims(row)
        parts = paid_parts(row.pk)
        order = (ThirdParty.Role.ATTORNEY, ThirdParty.Role.ADJUSTER, ThirdParty.Role.CARRIER, ThirdParty.Role.LIABLE)
        party = min(row.parties.all(), key=lambda one: (order.index(ThirdParty.Role(one.role)), one.pk), default=None)
        if party is None or not parts:
            raise Conflict("recoveries.nobody_to_tell", _("There is nobody to tell yet, or nothing was paid."))
        if row.status != Status.NOTICED:
            move(row, Status.NOTICED, by=by.actor)
        terms = terms_on(row.employer_id, parts[0].plan_id, row.accident_on)
        keep_case(
            row, terms_id=terms.pk if terms else None, next_action_on=timezone.localdate() + timedelta(days=_LOOK_DAYS)
        )
        document = write_lien_notice(row, party, parts, terms)
        total = sum(part.amount for part in parts)
        add_step(
            row, Kind.LETTER, _("Lien told to %(name)s") % {"name": party.name}, by=by.actor, amount=Decimal(total)
        )
        record("claims.thirdpartycase.lien_told", by=by.actor, about=row)
    return document


def note_step(
    *, number: str, revision: int, kind: str, because: str, by: Scope, amount: Decimal | None = None
) -> ThirdPartyCase:
    """Write down a note, a demand or an offer. Raises as `third_party_case`, Invalid for a demand without a sum."""
    because = check_reason(because)
    if kind not in (Kind.NOTE, Kind.DEMAND, Kind.OFFER):
        raise Invalid("recoveries.unknown", _("There is nothing like that to do."))
    if kind != Kind.NOTE:
        check_amount(amount or Decimal(0))
    with transaction.atomic():
        row = third_party_case(number=number, revision=revision, by=by)
        add_step(row, kind, because, by=by.actor, amount=amount if kind != Kind.NOTE else None)
        keep_case(row, next_action_on=timezone.localdate() + timedelta(days=_LOOK_DAYS))
        record("claims.thirdpartycase.noted", by=by.actor, about=row, because=because)
    return row


def close_third_party_case(*, number: str, revision: int, because: str, by: Scope) -> ThirdPartyCase:
    """Close it, for a reason; what came in stands. Raises as `third_party_case`."""
    because = check_reason(because)
    with transaction.atomic():
        row = third_party_case(number=number, revision=revision, by=by)
        move(row, Status.CLOSED, by=by.actor, because=because)
        add_step(row, Kind.NOTE, because, by=by.actor)
    return row
