"""All that one claim's page shows, gathered in a fixed number of queries and laid out for reading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.adjudication.engine.decision import Adjustment, ClaimDecision, LineDecision, Step
from claims.adjudication.engine.facts import ClaimFacts, PriorLine
from claims.authorizations.selectors import Balance, authorizations_touching, balances_of
from claims.facts import Submission, SubmittedLine
from claims.models import (
    Authorization,
    Claim,
    ClaimEvent,
    ClaimNote,
    Decision,
    Overpayment,
    PaymentItem,
    Pend,
    ThirdPartyCase,
)
from claims.packing import Unreadable, unpack_decision, unpack_facts, unpack_submission
from claims.recoveries.selectors import overpayments_of_claim
from claims.recoveries.third_party_selectors import cases_of_claim
from claims.web.payer_picture import PayerPicture, payer_pictures
from claims.words.plain_reasons import plain_reason
from claims.words.rules import (
    FIGURES as FIGURE_WORDS,
)
from claims.words.rules import (
    Words,
    adjustment_words,
    bucket_words,
    code_words,
    figure_words,
    input_words,
    reason_words,
    rule_words,
)
from claims.words.sentences import step_sentence
from plans.design.selectors import plan_terms
from plans.design.terms import PLAN_YEAR, PlanTerms
from tpa.foundation.access import Scope
from tpa.foundation.audit import record_read
from tpa.foundation.errors import DomainError
from tpa.foundation.models import CodeSet, Document, User
from tpa.foundation.templatetags.steward import CHIPS, plain_money
from tpa.foundation.values.money import ZERO

FIGURES = tuple(FIGURE_WORDS.items())
_ORIGINS = {
    "engine": gettext_lazy("by the engine"),
    "screen": gettext_lazy("on screen"),
    "api": gettext_lazy("through the API"),
    "edi": gettext_lazy("by EDI"),
    "system": gettext_lazy("by the system"),
}
_MOVED = {
    "received": gettext_lazy("Received, to be decided"),
    "pended": gettext_lazy("Pended: a person must answer"),
    "approved": gettext_lazy("Approved"),
    "denied": gettext_lazy("Denied"),
    "paid": gettext_lazy("Paid"),
    "reversed": gettext_lazy("Reversed"),
}


@dataclass(slots=True)
class LinePicture:
    """One line: as submitted, as decided, and the walk from one to the other."""

    submitted: SubmittedLine
    figures: list[Decimal | None]
    shown: list[Decimal | None] = field(default_factory=list)
    adjustments: list[tuple[Adjustment, str, str]] = field(default_factory=list)  # with our words, and the member's
    steps: list[dict[str, Any]] = field(default_factory=list)
    words: str = ""
    benefit: str = ""
    network_tier: str = ""
    waterfall: list[tuple[str, str, Decimal]] = field(default_factory=list)
    sums: str = ""
    adds_up: bool = True


@dataclass(slots=True)
class ClaimPicture:
    """Everything about one claim. `decision`, `facts` and `says` are None while nothing was decided."""

    claim: Claim
    submission: Submission
    decisions: list[Decision]
    pends: list[Pend]
    entries: list[dict[str, Any]]
    payments: list[PaymentItem]
    documents: list[Document]
    related: list[Claim]
    authorizations: list[tuple[Authorization, Balance]]
    recoveries: list[Overpayment]
    third_party_cases: list[ThirdPartyCase]
    facts: ClaimFacts | None = None
    says: ClaimDecision | None = None
    lines: list[LinePicture] = field(default_factory=list)
    totals: list[Decimal] = field(default_factory=list)
    totals_shown: list[Decimal] = field(default_factory=list)
    meters: list[dict[str, Any]] = field(default_factory=list)
    columns: list[tuple[int, Any]] = field(default_factory=list)
    words: Words = field(default_factory=dict)
    diagnoses: list[tuple[str, str]] = field(default_factory=list)
    twins: list[dict[str, Any]] = field(default_factory=list)
    payers: list[PayerPicture] = field(default_factory=list)

    @property
    def open_pends(self) -> list[Pend]:
        """Questions that still wait."""
        return [pend for pend in self.pends if pend.status == Pend.Status.OPEN]

    @property
    def decision(self) -> Decision | None:
        """The decision that counts now: the last one."""
        return self.decisions[-1] if self.decisions else None


def claim_picture(*, claim_id: int, scope: Scope, purpose: str) -> ClaimPicture | None:
    """The picture, or None when there is no such claim for this person. Writes that it was read."""
    claim = (
        Claim.objects.visible_to(scope)
        .select_related("employer", "member", "family", "billing_provider", "payee", "original_claim")
        .select_related("transaction_set__file")
        .filter(pk=claim_id)
        .first()
    )
    if claim is None:
        return None
    record_read(claim, by=scope.actor, purpose=purpose)
    decisions = list(claim.decisions.select_related("plan").order_by("number"))
    pends = list(claim.pends.order_by("pk"))
    payments, documents = _payments(claim)
    picture = ClaimPicture(
        claim=claim,
        submission=unpack_submission(claim.submission),
        decisions=decisions,
        pends=pends,
        entries=_entries(claim, pends),
        payments=payments,
        documents=documents,
        related=_related(claim),
        authorizations=_authorizations(claim, scope),
        recoveries=list(overpayments_of_claim(scope, claim.pk)),
        third_party_cases=list(cases_of_claim(scope, claim.pk)),
    )
    _lay_out(picture)
    return picture


def _payments(claim: Claim) -> tuple[list[PaymentItem], list[Document]]:
    """What was paid of it, and what was written about that; only a claim that was paid has any."""
    if claim.status not in (Claim.Status.PAID, Claim.Status.REVERSED):
        return [], []
    items = list(PaymentItem.objects.filter(claim=claim).select_related("payment", "decision").order_by("pk"))
    subjects = Document.objects.filter(
        subject_type__in=["claims.payment", "claims.claim", "claims.decision"],
        subject_id__in=[item.payment_id for item in items] + [claim.pk] + [item.decision_id for item in items],
    )
    wanted = {("claims.payment", item.payment_id) for item in items} | {("claims.claim", claim.pk)}
    wanted |= {("claims.decision", item.decision_id) for item in items}
    return items, [document for document in subjects if (document.subject_type, document.subject_id) in wanted]


def _authorizations(claim: Claim, scope: Scope) -> list[tuple[Authorization, Balance]]:
    """The member's authorizations for the claim's days, as they stand now, with what is left of them."""
    days = (claim.service_from, claim.service_to)
    found = authorizations_touching(scope, member_id=claim.member_id, days=days)
    balances = balances_of(found)
    return [(row, balances[row.number]) for row in found]


def _related(claim: Claim) -> list[Claim]:
    """Claims that replaced or voided this one; only a reversed claim has any."""
    if claim.status != Claim.Status.REVERSED:
        return []
    return list(Claim.objects.filter(original_claim=claim).only("claim_number", "status", "frequency_code"))


def _entries(claim: Claim, pends: Iterable[Pend]) -> list[dict[str, Any]]:
    """One timeline of moves, answers and notes, the newest first, each with who, when, why and through which door."""
    events = list(ClaimEvent.objects.filter(claim=claim).order_by("pk"))
    notes = list(ClaimNote.objects.filter(claim=claim).order_by("pk"))
    answers = list(claim.resolutions.order_by("pk")) if any(p.status == Pend.Status.RESOLVED for p in pends) else []
    names = _names([event.actor for event in events], [note.author_id for note in notes] + [a.by_id for a in answers])
    entries = [_entry_of(event, names) for event in events]
    if all(event.from_status for event in events):
        # Intake writes claims by the thousand and leaves their first event to what the claim itself says.
        arrived = {"picture": "clock", "sentence": _MOVED["received"], "at": claim.received_at}
        entries.insert(0, {**arrived, "who": claim.get_origin_display()})
    entries += [
        {
            "picture": "note",
            "sentence": _("Note"),
            "at": note.at,
            "who": names.get(f"user:{note.author_id}", _("somebody")),
            "quote": note.text,
        }
        for note in notes
    ]
    entries += [
        {
            "picture": "writing",
            "sentence": _("%(question)s: answered “%(answer)s”")
            % {"question": reason_words(answer.reason), "answer": answer.get_answer_display()},
            "at": answer.at,
            "who": names.get(f"user:{answer.by_id}", answer.by_name),
        }
        for answer in answers
    ]
    epoch: datetime = claim.received_at
    numbered = enumerate(entries)
    return [
        entry for _number, entry in sorted(numbered, key=lambda item: (item[1]["at"] or epoch, item[0]), reverse=True)
    ]


def _entry_of(event: ClaimEvent, names: dict[str, str]) -> dict[str, Any]:
    return {
        "picture": CHIPS.get(event.to_status, ("", "history"))[1],
        "sentence": _MOVED.get(event.to_status, event.to_status),
        "at": event.at,
        "who": names.get(event.actor, event.actor.removeprefix("system:")),
        "origin": "" if event.actor.endswith(event.origin) else _ORIGINS.get(event.origin, event.origin),
        "quote": event.because,
    }


def _names(actors: Iterable[str], user_ids: Iterable[int | None]) -> dict[str, str]:
    ids = {int(actor[5:]) for actor in actors if actor.startswith("user:")} | {i for i in user_ids if i}
    if not ids:
        return {}
    return {f"user:{user.pk}": str(user) for user in User.objects.filter(pk__in=ids)}


def _lay_out(picture: ClaimPicture) -> None:
    """Lines, sums, accumulators and twins from what the decision stood on and says."""
    decided: dict[int, LineDecision] = {}
    if picture.decision:
        try:
            picture.facts = unpack_facts(picture.decision.facts)
            picture.says = unpack_decision(picture.decision.says)
        except Unreadable:
            picture.facts = picture.says = None
    if picture.says and picture.facts:
        decided = {line.number: line for line in picture.says.lines}
        picture.meters = _meters(picture.says, picture.facts, _terms(picture.facts.plan_hash))
        picture.twins = _twins(picture.submission, picture.facts, picture.claim)
    if picture.facts:
        picture.payers = payer_pictures(picture.facts)
    picture.words = code_words(picture.submission, picture.says, on=picture.claim.service_from)
    picture.lines = [_line(line, decided.get(line.number), picture.words) for line in picture.submission.lines]
    picture.diagnoses = [
        (code, picture.words.get((CodeSet.ICD10CM, code), "")) for code in picture.submission.diagnoses
    ]
    if decided:
        sums = [sum((line.figures[index] or ZERO for line in picture.lines), ZERO) for index in range(len(FIGURES))]
        picture.totals = sums
    # A column that is zero all the way down says nothing; billed, allowed, member and plan always stand.
    always = {0, 1, len(FIGURES) - 2, len(FIGURES) - 1}
    picture.columns = [
        (index, words)
        for index, (_name, words) in enumerate(FIGURES)
        if index in always or any(line.figures[index] for line in picture.lines)
    ]
    for line in picture.lines:
        line.shown = [line.figures[index] for index, _words in picture.columns]
    picture.totals_shown = [picture.totals[index] for index, _words in picture.columns] if picture.totals else []


def _line(submitted: SubmittedLine, decided: LineDecision | None, words: Words) -> LinePicture:
    service = words.get((CodeSet.PROCEDURE, submitted.procedure_code), "")
    service = service or words.get((CodeSet.REVENUE, submitted.revenue_code), "")
    if decided is None:
        nothing: list[Decimal | None] = [None] * (len(FIGURES) - 1)
        return LinePicture(submitted, [submitted.billed_amount, *nothing], words=service)
    figures = decided.figures
    taken = sum((adjustment.amount for adjustment in decided.adjustments), ZERO)
    return LinePicture(
        submitted=submitted,
        figures=[getattr(figures, name) for name, _words in FIGURES],
        adjustments=[
            (adjustment, adjustment_words(adjustment, words), _told_the_member(adjustment, words))
            for adjustment in decided.adjustments
        ],
        steps=[_step(step) for step in decided.trace],
        benefit=decided.benefit.replace("_", " "),
        words=service,
        network_tier=decided.network_tier,
        waterfall=_waterfall(decided),
        sums=" + ".join(
            [f"{figures.plan_paid_amount:,.2f}", *(f"{adjustment.amount:,.2f}" for adjustment in decided.adjustments)]
        ),
        adds_up=figures.billed_amount == figures.plan_paid_amount + taken,
    )


def _told_the_member(adjustment: Adjustment, words: Words) -> str:
    """As their EOB says it."""
    return plain_reason(adjustment.group, adjustment.carc, words.get((CodeSet.CARC, adjustment.carc), ""))


def _step(step: Step) -> dict[str, Any]:
    return {
        "rule": rule_words(step.rule),
        "says": step_sentence(step),
        "code": step.rule,
        "clause": step.clause,
        "inputs": [(input_words(name), value) for name, value in step.inputs],
        "figure": figure_words(step.figure),
        "amount": step.amount,
    }


def _waterfall(decided: LineDecision) -> list[tuple[str, str, Decimal]]:
    """From billed to paid by who bears each part: the provider (CO, PI), the other payer (OA), the member (PR)."""
    kinds = {"CO": ("provider", _("Provider bears")), "PI": ("provider", _("Provider bears"))}
    kinds |= {"OA": ("other", _("Others bear")), "PR": ("member", _("Member owes"))}
    bars: list[tuple[str, str, Decimal]] = [("billed", _("Billed"), decided.figures.billed_amount)]
    for adjustment in decided.adjustments:
        if adjustment.amount > 0:
            kind, _words = kinds.get(adjustment.group, ("provider", ""))
            bars.append((kind, f"{adjustment.group}-{adjustment.carc}", adjustment.amount))
    bars.append(("paid", _("Plan pays"), decided.figures.plan_paid_amount))
    return bars


def _meters(says: ClaimDecision, facts: ClaimFacts, terms: PlanTerms | None) -> list[dict[str, Any]]:
    """Deductibles, out-of-pocket maximums and limits that the claim touches: before it, by it, and their cap."""
    if terms is None:
        return []
    submission = facts.submission
    first_day = submission.admitted_on if terms.stays_by_admission else None
    year_on = terms.year_on(first_day or submission.service_from)
    before: dict[str, dict[str, Decimal]] = {"own": defaultdict(Decimal), "family": defaultdict(Decimal)}
    added: dict[str, Decimal] = defaultdict(Decimal)
    for held in facts.accumulated:
        if held.year_on == year_on:
            before["own"][held.bucket] += held.member_amount
            before["family"][held.bucket] += held.family_amount
    for used in says.consumptions:
        if used.year_on == year_on:
            added[used.bucket] += used.amount
    is_alone = all(coverage.tier == "EE" for coverage in facts.coverages)
    rows = []
    for cap in (*terms.deductibles, *terms.out_of_pockets):
        own_limit = cap.self_only_amount if is_alone else cap.person_amount
        for whose, words, limit in (
            ("own", _("own"), own_limit),
            ("family", _("family"), None if is_alone else cap.family_amount),
        ):
            if limit is not None:
                was = cap.sum_of(before[whose], of_family=whose == "family")
                now = {bucket: before[whose][bucket] + added[bucket] for bucket in {*before[whose], *added}}
                after = cap.sum_of(defaultdict(Decimal, now), of_family=whose == "family")
                rows.append(
                    {
                        "name": f"{bucket_words(cap.bucket)}, {words}",
                        "before": was,
                        "added": after - was,
                        "limit": limit,
                    }
                )
    return rows + _limit_meters(says, facts, terms, year_on)


def _limit_meters(says: ClaimDecision, facts: ClaimFacts, terms: PlanTerms, year_on: date) -> list[dict[str, Any]]:
    """Limits by bucket: one that counts by condition has several, and one of any so many months many days."""
    rows = []
    for limited in terms.limits:
        sums: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
        of_year = limited.span.per == PLAN_YEAR
        for held in facts.accumulated:
            if limited.is_kept_in(held.bucket) and (not of_year or held.year_on == year_on):
                sums[held.bucket][0] += held.member_amount
        for used in says.consumptions:
            if limited.is_kept_in(used.bucket) and (not of_year or used.year_on == year_on):
                sums[used.bucket][1] += used.amount
        rows += [
            {
                "name": bucket.partition(":")[2],
                "before": before,
                "added": added,
                "limit": limited.most_amount,
                "is_count": limited.counts in ("visits", "days", "units"),
            }
            for bucket, (before, added) in sorted(sums.items())
        ]
    return rows


def _terms(content_hash: str) -> PlanTerms | None:
    """The plan's terms; None for a decision without a plan, and for one whose version is not on file."""
    if not content_hash:
        return None
    try:
        return plan_terms(content_hash)
    except (DomainError, ObjectDoesNotExist):
        return None


def _twins(submission: Submission, facts: ClaimFacts, claim: Claim) -> list[dict[str, Any]]:
    """Prior lines that look like a line of this claim, side by side, with what differs marked."""
    twins = []
    for line in submission.lines:
        for prior in facts.prior_lines:
            same_code = prior.procedure_code == line.procedure_code and prior.revenue_code == line.revenue_code
            if same_code and prior.service_from == line.service_from:
                twins.append({"line": line, "prior": prior, "rows": _compare(line, prior, claim)})
    return twins


def _compare(line: SubmittedLine, prior: PriorLine, claim: Claim) -> list[tuple[str, Any, Any, bool]]:
    pairs = [
        (_("Service from"), _day(line.service_from), _day(prior.service_from)),
        (_("Service to"), _day(line.service_to), _day(prior.service_to)),
        (_("Procedure"), line.procedure_code or line.revenue_code, prior.procedure_code or prior.revenue_code),
        (_("Modifiers"), " ".join(line.modifiers), " ".join(prior.modifiers)),
        (_("Units"), line.units_count.normalize(), prior.units_count.normalize()),
        (_("Billed"), plain_money(line.billed_amount), plain_money(prior.billed_amount)),
        (_("Billing NPI"), claim.billing_provider.npi, prior.billing_npi),
    ]
    return [(words, mine, theirs, mine != theirs) for words, mine, theirs in pairs]


def _day(on: date) -> str:
    return formats.date_format(on, "M j, Y")
