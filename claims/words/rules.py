"""Plain words for the codes of a decision: questions, rules of its trace, figures, adjustments, buckets. Our own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.adjudication.engine.decision import Adjustment, ClaimDecision
from claims.adjudication.engine.reasons import REASONS, Reason
from claims.facts import Submission
from claims.words import edits
from employers.eligibility.order_words import RULES as ORDER_RULES
from tpa.foundation.models import Code, CodeSet

GROUPS: Final = {
    "CO": _("the provider bears it by contract or law"),
    "PI": _("the provider is asked to bear it"),
    "PR": _("the member owes it"),
    "OA": _("neither the member nor the provider owes it to us"),
}
# What a denial after review is usually for; an examiner may pick another than the question's own.
DENIALS: Final = ("16", "18", "29", "50", "96", "97", "119", "197", "204", "242", "B7")
_SERVICES: Final = (CodeSet.PROCEDURE, CodeSet.HCPCS, CodeSet.DENTAL)

Words = Mapping[tuple[str, str], str]


def code_words(submission: Submission, says: ClaimDecision | None, *, on: date) -> dict[tuple[str, str], str]:
    """The words of all codes on a claim and its decision, by set and code (services under `procedure`); one query."""
    procedures = {line.procedure_code for line in submission.lines} - {""}
    carcs = set(DENIALS)
    if says:
        carcs |= {adjustment.carc for line in says.lines for adjustment in line.adjustments}
        carcs |= {REASONS[asked.reason].denial.carc for asked in says.questions if asked.reason in REASONS}
    wanted = Q(code_set=CodeSet.CARC, code__in=carcs) | Q(code_set__in=_SERVICES, code__in=procedures)
    wanted |= Q(code_set=CodeSet.ICD10CM, code__in=submission.diagnoses)
    wanted |= Q(code_set=CodeSet.REVENUE, code__in={line.revenue_code for line in submission.lines} - {""})
    rows = Code.objects.filter(wanted, effective__contains=on).exclude(words="")
    return {
        (CodeSet.PROCEDURE if code_set in _SERVICES else code_set, code): words
        for code_set, code, words in rows.values_list("code_set", "code", "words")
    }


def adjustment_words(adjustment: Adjustment, words: Words) -> str:
    """Why, in a few words: what the code stands for and who bears it."""
    said = (words.get((CodeSet.CARC, adjustment.carc), ""), str(GROUPS.get(adjustment.group, "")))
    return "; ".join(part for part in said if part)


def reason_of(code: str) -> Reason | None:
    """The engine's own entry for a question."""
    return REASONS.get(code)


def reason_words(code: str) -> str:
    """The question behind a pend's reason."""
    found = REASONS.get(code)
    return gettext(found.asks).rstrip(".") if found else _sentence(code)


def rule_words(code: str) -> str:
    """What a step of the trace did."""
    if code.startswith("question."):
        return gettext("Asks a person: %(question)s") % {"question": reason_words(code.removeprefix("question."))}
    if code.startswith("answer."):
        return gettext("A person answered: %(question)s") % {"question": reason_words(code.removeprefix("answer."))}
    return str(RULES.get(code) or _sentence(code))


def figure_words(name: str) -> str:
    """A figure's name, as the heading of its column has it."""
    return str(FIGURES.get(name) or name.replace("_", " "))


def input_words(name: str) -> str:
    """What a step stood on, by name."""
    return str(INPUTS.get(name) or name.replace("_", " "))


def bucket_words(bucket: str) -> str:
    """An accumulator's name as the plan has it, readable: deductible:in is Deductible (in network)."""
    name, _colon, tier = bucket.partition(":")
    tiers = {"in": gettext("in network"), "out": gettext("out of network")}
    words = BUCKETS.get(name) or _sentence(name)
    return f"{words} ({tiers.get(tier, tier)})" if tier else str(words)


def _sentence(code: str) -> str:
    """A code as words, for what has no entry here: `price.by_a_person` is Price: by a person."""
    return code.replace("_", " ").replace(".", ": ").strip().capitalize()


FIGURES: Final = {
    "billed_amount": _("Billed"),
    "allowed_amount": _("Allowed"),
    "not_covered_amount": _("Not covered"),
    "other_payer_amount": _("Other payer"),
    "deductible_amount": _("Deductible"),
    "copay_amount": _("Copay"),
    "coinsurance_amount": _("Coinsurance"),
    "member_amount": _("Member owes"),
    "plan_paid_amount": _("Plan pays"),
}
# Every rule that the engine can write into a trace; a test reads the engine's source and asks for each.
RULES: Final = {
    "billed": _("Billed"),
    "coverage": _("Covered on the day"),
    "coverage.none": _("Not covered on the day"),
    "filing.too_late": _("Filed too late"),
    "duplicate.exact": _("The same service was decided before"),
    "price.fee": _("Price of the fee schedule"),
    "price.percent_of_billed": _("Price: a share of what is billed"),
    "price.percent_of_reference": _("Price: a share of a reference price"),
    "price.per_diem": _("Price by the day"),
    "price.case_rate": _("Price of the whole case"),
    "price.relative_value": _("Price by relative values"),
    "price.anaesthesia": _("Price of anaesthesia"),
    "price.drg_weight": _("Price by the DRG's weight"),
    "price.charge_percentile": _("Price: a percentile of charges"),
    "price.modifier": _("What the contract pays with this modifier"),
    "price.multiple_procedures": _("One of several procedures"),
    "price.endoscopy": _("One of several endoscopies of a family"),
    "price.earlier_procedures": _("Ranked together with procedures of earlier claims"),
    "price.transfer": _("The stay ended by transfer"),
    "price.outlier": _("The stay was far dearer than its price"),
    "price.lesser_of": _("No more than was billed"),
    "price.by_a_person": _("Price set by a person"),
    "price.repriced": _("Price of the external repricer"),
    "price.protected": _("Price under the No Surprises Act"),
    "price.nothing_billed": _("Nothing was billed"),
    "benefit": _("Benefit of the plan"),
    "authorization": _("Authorization"),
    "authorization.missing": _("No authorization was found"),
    "copay": _("Copay"),
    "deductible": _("Deductible"),
    "coinsurance": _("Coinsurance"),
    "limit": _("Limit of the plan"),
    "first_visits": _("One of the first visits, which are paid otherwise"),
    "part": _("The part of the line in one plan year"),
    "newborn": _("A newborn, covered by the mother's coverage"),
    "newborn.with_mother": _("A newborn's care, figured with the mother"),
    "waiting": _("The benefit has not begun yet"),
    "exclusion": _("Excluded by the plan"),
    "not_covered": _("Not covered at this tier"),
    "other_payer": _("What another payer left"),
    "other_payer.hdhp": _("The other plan's deductible is no allowable expense"),
    "other_payer.saved": _("Saved in the benefit bank"),
    "other_payer.bank": _("Paid from the benefit bank"),
    **{f"order.{rule}": format_lazy(_("Who pays first: {rule}"), rule=words) for rule, words in ORDER_RULES.items()},
    "member_owes": _("Member owes, in all"),
    "plan_pays": _("Plan pays"),
    "predetermination": _("Asked for in advance; nothing is paid"),
    "reversal": _("Taken back"),
    "plan_missing": _("No plan version governs the day"),
    "no_benefit": _("No benefit of the plan fits"),
    "no_price": _("Nothing says what it costs"),
    "edit.billed_before_service": _("Billed before the service"),
    "edit.dates": _("The last day is before the first"),
    "edit.revenue_code": _("The revenue code is missing"),
    "edit.procedure": _("The procedure code is missing"),
    "edit.units": _("The units are missing"),
    "edit.diagnosis": _("The diagnosis is missing"),
    "edit.diagnosis_pointer": _("It points to a diagnosis that is not there"),
    **edits.RULES,
}
# Names of a step's inputs where the plain name would not do.
INPUTS: Final = {
    "of": _("of"),
    "per": _("per"),
    "deductible_left": _("deductible left"),
    "maximum_left": _("maximum left"),
    "copay_due": _("copay due"),
    "paid_before": _("paid by others"),
    "paid_earlier": _("paid on them"),
    "earlier_claims": _("earlier claims"),
    "family": _("base of the family"),
    "base_price": _("price of the base"),
    "held": _("times the base is taken off"),
    "part": _("part"),
    "part_amount": _("price of the part"),
    "due_together": _("due when ranked together"),
    "normal_benefit": _("our benefit without them"),
    "service_on": _("service on"),
    "covered_from": _("covered from"),
    "covered_since": _("covered without a gap since"),
    "begins_on": _("the benefit begins on"),
    "born_on": _("born on"),
    "prior_carrier": _("credited for a prior carrier"),
    "credited_by": _("by section"),
    "covered_days": _("days covered from birth"),
    "of_days": _("of all days"),
    "plan_year": _("plan year from"),
    "coverage_tier": _("coverage tier"),
    "reference_amount": _("reference price"),
    "percent": _("per cent"),
    "conversion_amount": _("conversion factor"),
    "adjusted_base_amount": _("base amount by wages"),
    "mean_days": _("mean stay in days"),
    "our_amount": _("our price"),
    "repriced_amount": _("repricer's price"),
    "covered": _("covered"),
    **edits.INPUTS,
}
BUCKETS: Final = {
    "deductible": _("Deductible"),
    "out_of_pocket": _("Out-of-pocket maximum"),
    "oop": _("Out-of-pocket maximum"),
    "visits": _("Visits"),
}
