"""Picks the claims that may belong to an accident, each with the reason; a person says of each whether it does."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from claims.facts import Submission
from claims.models import Claim, ThirdPartyCase, ThirdPartyClaim
from claims.packing import unpack_submission
from claims.recoveries.cases import check_reason
from claims.recoveries.third_party_cases import keep_case, third_party_case
from tpa.foundation.access import Scope
from tpa.foundation.audit import record
from tpa.foundation.errors import Conflict, NotFound

_INJURIES = ("S", "T")  # ICD-10-CM chapter 19: injury, poisoning, consequences of external causes
_YEARS = 2


def pick_claims(row: ThirdPartyCase) -> int:
    """Add the member's claims of the two years from the accident that are not looked at yet and that say something of
    it; returns how many. Claims of another case stay there."""
    last_on = row.accident_on + timedelta(days=365 * _YEARS)
    taken = ThirdPartyClaim.objects.filter(claim__member=row.member_id)
    there = set(taken.filter(case=row).values_list("claim_id", flat=True))
    there |= set(taken.filter(is_related=True).values_list("claim_id", flat=True))
    claims = Claim.objects.filter(member=row.member_id, service_from__range=(row.accident_on, last_on))
    found = []
    for claim in claims.exclude(pk__in=there).order_by("pk"):
        reason = why_related(unpack_submission(claim.submission), row)
        if reason:
            found.append(
                ThirdPartyClaim(case=row, employer_id=row.employer_id, claim=claim, is_related=True, because=reason)
            )
    ThirdPartyClaim.objects.bulk_create(found)
    return len(found)


def why_related(submission: Submission, row: ThirdPartyCase) -> str:
    """What of a claim points to the accident; empty where nothing does."""
    if submission.accident_on == row.accident_on:
        return _("names the accident's day")
    if submission.accident_codes:
        return _("says that it comes of an accident (%(codes)s)") % {"codes": ", ".join(submission.accident_codes)}
    injuries = [code for code in submission.diagnoses if code[:1] in _INJURIES]
    if injuries:
        return _("an injury: %(codes)s") % {"codes": ", ".join(injuries[:4])}
    return ""


def judge_claim(
    *, number: str, revision: int, claim_number: str, is_related: bool, because: str, by: Scope
) -> ThirdPartyClaim:
    """Say that a claim belongs to the accident, or that it does not. Raises as `third_party_case`, Invalid without a
    reason, NotFound for no claim of the member, Conflict where it belongs to another case."""
    because = check_reason(because)
    with transaction.atomic():
        row = third_party_case(number=number, revision=revision, by=by)
        claim = Claim.objects.filter(claim_number=claim_number, member=row.member_id).first()
        if claim is None:
            raise NotFound("recoveries.no_such_claim", _("The member has no such claim."))
        if is_related and ThirdPartyClaim.objects.filter(claim=claim, is_related=True).exclude(case=row).exists():
            raise Conflict("recoveries.of_another_case", _("This claim belongs to another case."))
        judged, _is_new = ThirdPartyClaim.objects.update_or_create(
            case=row,
            claim=claim,
            defaults={"employer_id": row.employer_id, "is_related": is_related, "because": because},
        )
        keep_case(row)
        record("claims.thirdpartyclaim.judged", by=by.actor, about=row, because=because)
    return judged
