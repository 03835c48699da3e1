"""Says where a subscriber wants what is paid to the family. What was said before is superseded."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import AccountType, MemberAccount
from employers.eligibility.selectors import member_facts
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Invalid, NotFound
from tpa.foundation.values.identifiers import is_aba


def set_member_account(
    *,
    member_id: int,
    routing_number: str,
    account_number: str,
    account_type: str = AccountType.CHECKING,
    because: str,
    by: Actor,
) -> MemberAccount | None:
    """Pay a member by ACH to this account from now on; both numbers empty: by check. Raises NotFound and Invalid."""
    routing, account = routing_number.strip(), account_number.strip()
    if not because.strip():
        raise Invalid("account.reason_wanted", _("Say why: the reason stays with the account."))
    if bool(routing) != bool(account) or (routing and (not is_aba(routing) or len(account) > 17)):
        raise Invalid("account.no_such_account", _("The routing number or the account number can not be right."))
    if account_type not in AccountType.values:
        raise Invalid("account.type", _("An account is for checking or for savings."))
    with transaction.atomic():
        member = member_facts([member_id]).get(member_id)
        if member is None:
            raise NotFound("account.no_such_member", _("There is no such member."))
        now = timezone.now()
        standing = MemberAccount.objects.select_for_update(no_key=True).filter(
            member=member_id, superseded_at__isnull=True
        )
        for row in standing:
            MemberAccount.objects.filter(pk=row.pk).update(superseded_at=now)
            record("claims.memberaccount.ended", by=by, about=row, because=because.strip()[:300])
        if not routing:
            return None
        made = MemberAccount.objects.create(
            employer_id=member.employer_id,
            member_id=member_id,
            routing_number=routing,
            account_number=account,
            account_type=account_type,
            because=because.strip()[:120],
            recorded_at=now,
        )
        record("claims.memberaccount.set", by=by, about=made, because=because.strip()[:300])
    return made
