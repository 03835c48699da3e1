"""One sentence for a step of the trace: what it did, with its clause's figures, as the page and the API say it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext, gettext_lazy

from claims.adjudication.engine.decision import Step
from claims.words import edits
from claims.words.rules import figure_words, input_words, rule_words

# By rule. What stands in %(…)s are the step's inputs by name; `result` is what the step adds, without its sign.
# A step that lacks an input, and a rule that has no sentence here, is told by its name and its inputs.
SENTENCES: Final = {
    "billed": gettext_lazy("The provider billed %(result)s."),
    "coverage": gettext_lazy("Covered on %(service_on)s: the coverage began on %(covered_from)s."),
    "coverage.none": gettext_lazy("No coverage was in force on %(service_on)s: %(result)s is not covered."),
    "benefit": gettext_lazy("The plan treats it as %(benefit)s, paid at tier %(tier)s."),
    "price.fee": gettext_lazy("%(rate)s pays %(amount)s each, for %(units)s; billed %(billed)s: allowed %(result)s."),
    "price.per_diem": gettext_lazy(
        "%(rate)s pays %(amount)s a day, for %(days)s; billed %(billed)s: allowed %(result)s."
    ),
    "price.case_rate": gettext_lazy("%(rate)s pays %(amount)s for the whole case: allowed %(result)s."),
    "price.percent_of_billed": gettext_lazy("%(percent)s per cent of the %(billed)s billed: allowed %(result)s."),
    "price.percent_of_reference": gettext_lazy(
        "%(percent)s per cent of the reference price %(reference_amount)s; billed %(billed)s: allowed %(result)s."
    ),
    "price.relative_value": gettext_lazy(
        "%(relative_units)s relative units at %(conversion_amount)s are %(amount)s each, for %(units)s: %(result)s."
    ),
    "price.anaesthesia": gettext_lazy(
        "%(base_units)s base, %(time_units)s time, %(status_units)s status units at %(conversion_amount)s: %(result)s."
    ),
    "price.drg_weight": gettext_lazy("Weight %(weight)s of the base amount %(adjusted_base_amount)s: %(result)s."),
    "price.charge_percentile": gettext_lazy(
        "Of a hundred charges %(percentile)s are no more than %(amount)s each, for %(units)s: allowed %(result)s."
    ),
    "price.outlier": gettext_lazy(
        "Charges of %(charges)s are beyond the threshold of %(threshold)s: %(percent)s per cent; %(result)s more."
    ),
    "price.endoscopy": gettext_lazy(
        "Endoscopies that hold %(family)s: it costs %(base_price)s, which is paid once; %(result)s less."
    ),
    "price.earlier_procedures": gettext_lazy(
        "Ranked with the procedures of %(earlier_claims)s, which were paid %(paid_earlier)s and would be due"
        " %(due_together)s together with these: %(result)s."
    ),
    "price.by_a_person": gettext_lazy("A person set the price; billed %(billed)s: allowed %(result)s."),
    "price.protected": gettext_lazy(
        "The No Surprises Act recognises %(recognised_amount)s for the member's share; allowed %(result)s."
    ),
    "deductible": gettext_lazy("Of %(of)s, %(result)s goes to the deductible, of which %(deductible_left)s was left."),
    "copay": gettext_lazy("Of %(of)s, the member pays %(result)s: the copay due per %(per)s is %(copay_due)s."),
    "coinsurance": gettext_lazy("%(percent)s per cent of %(of)s: the member pays %(result)s."),
    "limit": gettext_lazy("The limit %(limit)s is %(most)s, of which %(left)s was left: %(result)s lies beyond it."),
    "newborn": gettext_lazy("Born on %(born_on)s: the mother's coverage covers the first %(covered_days)s days."),
    "newborn.with_mother": gettext_lazy("Born on %(born_on)s: the plan figures this care with the mother's."),
    "waiting": gettext_lazy(
        "%(waiting)s: the benefit begins on %(begins_on)s, since cover began on %(covered_since)s: %(result)s is not"
        " covered."
    ),
    "first_visits": gettext_lazy("It is one of the first %(of)s visits, which are paid otherwise (%(first_visits)s)."),
    "part": gettext_lazy("%(days)s of its %(of_days)s days, from %(from)s, lie in the plan year from %(plan_year)s."),
    "exclusion": gettext_lazy("The plan excludes %(exclusion)s: %(result)s is not covered."),
    "not_covered": gettext_lazy("The plan does not cover %(benefit)s at tier %(tier)s: %(result)s is not covered."),
    "filing.too_late": gettext_lazy("Received on %(received_on)s; the last day to file was %(last_day)s."),
    "authorization": gettext_lazy("Permitted by authorization %(number)s, for %(units)s."),
    "other_payer": gettext_lazy(
        "Others paid %(paid_before)s and left %(left)s; without them we would pay %(normal_benefit)s (%(method)s)."
    ),
    "member_owes": gettext_lazy("In all the member owes %(result)s."),
    "plan_pays": gettext_lazy("Of the %(covered)s covered the plan pays %(result)s."),
    "predetermination": gettext_lazy("Asked for in advance: the %(result)s that would be paid is not paid now."),
    **edits.SENTENCES,
}
_HELD_TO_MAXIMUM: Final = gettext_lazy(
    "It would be %(without_maximum)s, but only %(maximum_left)s was left to the out-of-pocket maximum."
)
_CREDITED: Final = gettext_lazy("Of it %(prior_carrier)s was met under a prior carrier (section %(credited_by)s).")
_THOUSANDS: Final = re.compile(r"-?\d{4,}\.\d\d")


def step_sentence(step: Step) -> str:
    """What the step did, in words; ends with a full stop."""
    inputs: dict[str, str] = dict(step.inputs)
    if step.amount is not None:
        inputs["result"] = _amount(step.amount)
        if step.amount < 0 and step.figure != "billed_amount" and step.rule != "predetermination":
            return _told(step)
    sentence = _filled(SENTENCES.get(step.rule), inputs)
    if sentence is None:
        return _told(step)
    more = [_filled(_CREDITED, inputs), _filled(_HELD_TO_MAXIMUM, inputs)]
    return " ".join([sentence, *(one for one in more if one)])


def _filled(sentence: object, inputs: Mapping[str, str]) -> str | None:
    if sentence is None:
        return None
    try:
        return str(sentence) % {name: _grouped(value) for name, value in inputs.items()}
    except KeyError:
        return None


def _grouped(value: str) -> str:
    """Dollars of an input as those of a result are written, with their thousands apart."""
    return f"{Decimal(value):,.2f}" if _THOUSANDS.fullmatch(value) else value


def _told(step: Step) -> str:
    """The rule by name, what it stood on, and what it moved."""
    parts = [f"{input_words(name)} {value}" for name, value in step.inputs if value]
    told = rule_words(step.rule) + (f" ({', '.join(parts)})" if parts else "")
    if not step.amount:
        return f"{told}."
    moved = gettext("%(figure)s less by %(amount)s") if step.amount < 0 else gettext("%(figure)s more by %(amount)s")
    return f"{told}: {moved % {'figure': figure_words(step.figure), 'amount': _amount(step.amount)}}."


def _amount(amount: Decimal) -> str:
    return f"{abs(amount):,.2f}"
