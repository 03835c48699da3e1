"""Posts many postings to one claims account, with COPY: the way of payment runs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from employers.funding.posting import SPENDABLE, Posted, Posting
from employers.funding.selectors import available_amount
from employers.models import ClaimsAccount, LedgerAccount, LedgerEntry, LedgerTransaction
from tpa.foundation.audit import Actor, Subjects, record
from tpa.foundation.bulk import copy_rows, next_ids
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.values.money import ZERO, cents

_HEAD = (
    "id", "employer_id", "claims_account_id", "reference", "kind", "description", "posted_on", "recorded_at",
    "reverses_id",
)  # fmt: skip
_LONGEST_REFERENCE = 80
_SIDE = ("employer_id", "transaction_id", "account_id", "amount")


def post_many(
    *, claims_account_id: int, postings: Sequence[Posting], by: Actor, must_be_funded: bool = True
) -> list[Posted]:
    """Post to one claims account, all or none, in the caller's transaction; what became of each, in order.

    A posting whose reference was posted before, and says the same, is left as it stands; one that says something else
    raises `Conflict("funding.reference_used")`. When the new ones together draw more than is available,
    `Conflict("funding.not_enough")` is raised (`must_be_funded=False`: the bank has already taken it). A fixed
    number of statements, however many postings; whoever else posts to the account waits.
    """
    for posting in postings:
        _check(posting)
    with transaction.atomic():
        account = ClaimsAccount.objects.select_for_update(no_key=True).filter(pk=claims_account_id).first()
        if account is None:
            raise NotFound("funding.no_such_account", _("There is no such claims account."))
        earlier = _posted_before(account, postings)
        new = [posting for posting in postings if posting.reference not in earlier]
        if not new:
            return [Posted(earlier[posting.reference], False) for posting in postings]
        if must_be_funded:
            _check_funds(account, new)
        ids = dict(
            zip(
                (posting.reference for posting in new),
                next_ids("employers_ledgertransaction_id_seq", len(new)),
                strict=True,
            )
        )
        _write(account, new, ids)
        record(
            "employers.ledgertransaction.posted",
            by=by,
            about=Subjects.rows(LedgerTransaction, ids.values(), employer_id=account.employer_id),
            detail={"claims_account": account.pk, "kinds": dict(Counter(posting.kind for posting in new))},
        )
    return [Posted(*_became(posting.reference, earlier, ids)) for posting in postings]


def _became(reference: str, earlier: dict[str, int], ids: dict[str, int]) -> tuple[int, bool]:
    return (ids[reference], True) if reference in ids else (earlier[reference], False)


def _check(posting: Posting) -> None:
    if not 0 < len(posting.reference) <= _LONGEST_REFERENCE:
        raise Invalid("funding.reference", _("A posting needs a reference of at most 80 characters."))
    amounts = [amount for _kind, amount in posting.entries]
    if any(amount != cents(amount) for amount in amounts):
        raise Invalid("funding.not_cents", _("An amount is not in whole cents."), reference=posting.reference)
    if sum(amounts, ZERO) != ZERO:
        raise Invalid("funding.not_balanced", _("The posting does not balance."), reference=posting.reference)
    if not any(amounts):
        raise Invalid("funding.empty", _("The posting moves no money."), reference=posting.reference)


def _check_funds(account: ClaimsAccount, postings: Sequence[Posting]) -> None:
    drawn = sum((amount for posting in postings for kind, amount in posting.entries if kind in SPENDABLE), ZERO)
    if drawn >= ZERO:
        return
    available = available_amount(account.pk)
    if available is not None and available + drawn < ZERO:
        raise Conflict(
            "funding.not_enough",
            _("The claims account does not hold enough for this."),
            available_amount=str(available),
            wanted_amount=str(-drawn),
        )


def _posted_before(account: ClaimsAccount, postings: Collection[Posting]) -> dict[str, int]:
    """References that stand in the ledger, with their transactions; raises where they say something else."""
    wanted = {posting.reference: posting for posting in postings}
    if len(wanted) < len(postings):
        raise Invalid("funding.reference_twice", _("Two postings of the batch carry the same reference."))
    rows = LedgerEntry.objects.filter(transaction__reference__in=list(wanted)).values_list(
        "transaction__reference", "transaction_id", "transaction__claims_account_id", "account__kind", "amount"
    )
    found: dict[str, int] = {}
    accounts: dict[str, int] = {}
    entries: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for reference, transaction_id, claims_account_id, kind, amount in rows:
        found[reference], accounts[reference] = transaction_id, claims_account_id
        entries[reference][kind] += amount
    for reference, transaction_id in found.items():
        if accounts[reference] != account.pk or entries[reference] != _by_account(wanted[reference]):
            raise Conflict(
                "funding.reference_used",
                _("Something else was posted under this reference."),
                reference=reference,
                transaction_id=transaction_id,
            )
    return found


def _by_account(posting: Posting) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for kind, amount in posting.entries:
        sums[str(kind)] += amount
    return {kind: amount for kind, amount in sums.items() if amount}


def _write(account: ClaimsAccount, postings: Sequence[Posting], ids: dict[str, int]) -> None:
    now = timezone.now()
    kinds = dict(LedgerAccount.objects.filter(claims_account=account).values_list("kind", "pk"))
    copy_rows(
        "employers_ledgertransaction",
        _HEAD,
        [
            (
                ids[posting.reference],
                account.employer_id,
                account.pk,
                posting.reference,
                posting.kind,
                posting.description[:200],
                posting.posted_on,
                now,
                posting.reverses_id,
            )
            for posting in postings
        ],
    )
    copy_rows(
        "employers_ledgerentry",
        _SIDE,
        [
            (account.employer_id, ids[posting.reference], kinds[kind], amount)
            for posting in postings
            for kind, amount in _by_account(posting).items()
        ],
    )
