"""Writes down what was agreed with the bank of a claims account, from a day on. What stood before is superseded."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import BankTerms
from claims.payments.positive_pay import layouts
from employers.funding.selectors import accounts_of
from tpa.foundation.access import Scope
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, Invalid, NotFound


@dataclass(frozen=True, slots=True)
class BankTermsWords:
    """The terms as the agreement has them; see `BankTerms` for what each means."""

    bank_name: str
    immediate_origin: str
    company_name: str
    company_number: str
    source: str
    discretionary: str = ""
    settlement_days: int = 1
    has_prenotes: bool = False
    positive_pay_layout: str = ""
    stale_days: int = 180
    state_law_applies: bool = True


def set_bank_terms(
    *, claims_account_id: int, words: BankTermsWords, from_on: date, scope: Scope, by: Actor
) -> BankTerms:
    """From `from_on` on, without end; the days before keep what stood. Raises NotFound; Invalid for words that do not
    fit a NACHA file, an unknown layout or days out of range; Conflict when somebody else does the same at once."""
    account = accounts_of(scope).filter(pk=claims_account_id).first()
    if account is None:
        raise NotFound("bank_terms.no_such_account", _("There is no such claims account."))
    _check(words)
    now = timezone.now()
    try:
        with transaction.atomic():
            standing = list(
                BankTerms.objects.select_for_update(no_key=True).filter(
                    claims_account=claims_account_id, superseded_at__isnull=True, period__overlap=(from_on, None)
                )
            )
            BankTerms.objects.filter(pk__in=[row.pk for row in standing]).update(superseded_at=now)
            for row in standing:
                if row.period.lower < from_on:
                    row.pk, row.period, row.recorded_at = None, (row.period.lower, from_on), now
                    row.save(force_insert=True)
            made = BankTerms.objects.create(
                employer_id=account.employer_id,
                claims_account_id=claims_account_id,
                period=(from_on, None),
                recorded_at=now,
                **asdict(words),
            )
            record("claims.bankterms.set", by=by, about=made, because=words.source[:300])
    except IntegrityError as clash:
        raise Conflict("bank_terms.at_once", _("Somebody else changed these terms meanwhile.")) from clash
    return made


def _check(words: BankTermsWords) -> None:
    wanted = {
        "bank_name": 23,
        "immediate_origin": 10,
        "company_name": 16,
        "company_number": 10,
        "discretionary": 20,
        "source": 200,
    }
    for name, width in wanted.items():
        text = getattr(words, name)
        if len(text) > width or not text.isprintable() or (name != "discretionary" and not text.strip()):
            raise Invalid(
                "bank_terms.words", _("%(name)s: up to %(width)s characters.") % {"name": name, "width": width}
            )
    if words.positive_pay_layout and words.positive_pay_layout not in layouts():
        raise Invalid("bank_terms.layout", _("There is no such layout of positive pay."))
    if not (1 <= words.settlement_days <= 5 and 30 <= words.stale_days <= 3650):
        raise Invalid("bank_terms.days", _("Settlement takes 1 to 5 banking days; a check stands 30 to 3,650 days."))
