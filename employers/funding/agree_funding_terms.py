"""Records what was agreed about funding an account from a day on; what stood until then ends the day before."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg2.extras import DateRange

from employers.models import ClaimsAccount, Employer, FundingTerms
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, Invalid, NotFound

Mode = FundingTerms.Mode
# A limit that is none would pay what was never paid in.
_PAID_IN_BEFORE = (Mode.PREFUND, Mode.IMPREST, Mode.LEVEL)


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsWords:
    """Funding terms as agreed, from `starts_on` to before `ends_on`; fields as of `FundingTerms`."""

    mode: str
    starts_on: date
    ends_on: date | None = None
    section: str = ""
    due_days: int = 1
    expires_days: int | None = None
    two_people_above_amount: Decimal | None = None
    pull_weekday: int | None = None
    target_amount: Decimal | None = None
    refill_below_amount: Decimal | None = None
    deposit_amount: Decimal | None = None
    deposit_day: int | None = None
    reserve_percent: Decimal = Decimal(0)
    run_out_months_count: int | None = None
    surplus_percent: Decimal | None = None
    surplus_as: str = ""
    deficit_percent: Decimal | None = None


def agree_funding_terms(*, claims_account_id: int, words: TermsWords, by: Actor) -> FundingTerms:
    """Record and return the terms. Earlier terms that reach into their days are superseded by what is left of them.

    Raises Invalid for terms that lack what their mode needs, Conflict where the TPA advances the employer's claims,
    where terms of a later start stand, or a level-funded term would be cut short that is settled.
    """
    _check(words)
    with transaction.atomic():
        account = ClaimsAccount.objects.select_for_update(no_key=True, of=("self",)).select_related("employer")
        found = account.filter(pk=claims_account_id).first()
        if found is None:
            raise NotFound("funding.no_such_account", _("There is no such claims account."))
        if found.employer.funding_mode == Employer.FundingMode.TPA_ADVANCE:
            raise Conflict("funding.advanced", _("These claims are advanced by the TPA: the invoice asks for them."))
        if words.mode in _PAID_IN_BEFORE and found.overdraft_limit_amount is None:
            raise Conflict(
                "funding.no_limit", _("Payments may draw on this account without limit: nothing is paid in before.")
            )
        _end_earlier(found, words)
        try:
            with transaction.atomic():
                terms = FundingTerms.objects.create(**_fields(found, words))
        except IntegrityError as problem:
            raise Invalid(
                "funding.terms", _("These terms lack something, or have too much, for their mode.")
            ) from problem
        record(
            "employers.fundingterms.agreed", by=by, about=terms, because=words.section, detail={"mode": str(words.mode)}
        )
    return terms


def _check(words: TermsWords) -> None:
    if words.mode not in Mode.values:
        raise Invalid("funding.mode", _("There is no such way of funding."))
    if words.ends_on is not None and words.ends_on <= words.starts_on:
        raise Invalid("funding.period", _("Terms must end after they start."))
    if words.mode == Mode.LEVEL and words.ends_on is None:
        raise Invalid("funding.open_term", _("A level-funded term has a last day: it is settled."))


def _end_earlier(account: ClaimsAccount, words: TermsWords) -> None:
    """What stands and reaches into the new days is superseded; its part before them is written anew."""
    days = DateRange(words.starts_on, words.ends_on)
    standing = FundingTerms.objects.filter(claims_account=account, superseded_at__isnull=True, period__overlap=days)
    now = timezone.now()
    for terms in standing.order_by("period"):
        if terms.period.lower > words.starts_on:
            raise Conflict("funding.later_terms", _("Other terms start within these days: end these before them."))
        if hasattr(terms, "settlement"):
            raise Conflict("funding.settled", _("That term is settled."))
        FundingTerms.objects.filter(pk=terms.pk).update(superseded_at=now)
        if terms.period.lower < words.starts_on:
            left = FundingTerms.objects.get(pk=terms.pk)
            left.pk, left.superseded_at, left.recorded_at = None, None, now
            left.period = DateRange(terms.period.lower, words.starts_on)
            left._state.adding = True
            left.save()


def _fields(account: ClaimsAccount, words: TermsWords) -> dict[str, object]:
    fields = asdict(words)
    period = DateRange(fields.pop("starts_on"), fields.pop("ends_on"))
    return fields | {
        "employer_id": account.employer_id,
        "claims_account": account,
        "period": period,
        "recorded_at": timezone.now(),
    }
