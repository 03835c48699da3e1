"""Plain words of our own for the codes that screens show: questions, rules of the trace, adjustments, buckets."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from claims.adjudication.engine.decision import Adjustment

GROUPS: Final = {
    "CO": _("the provider bears it by contract"),
    "PI": _("the payer reduces it"),
    "PR": _("the member owes it"),
    "OA": _("neither the member nor the provider owes it to us"),
}

# Short words of our own beside the public code numbers.
CARCS: Final = {
    "1": _("deductible"),
    "2": _("coinsurance"),
    "3": _("copay"),
    "16": _("something is missing or wrong on the claim"),
    "18": _("duplicate"),
    "22": _("another payer comes first"),
    "23": _("what another payer did"),
    "26": _("before coverage began"),
    "27": _("after coverage ended"),
    "29": _("filed too late"),
    "31": _("patient not known as covered"),
    "39": _("authorization refused"),
    "45": _("above the agreed price"),
    "50": _("not medically necessary"),
    "96": _("not covered"),
    "97": _("contained in another service"),
    "109": _("not this payer's claim"),
    "119": _("benefit used up"),
    "151": _("too many of this service"),
    "170": _("not by this kind of provider"),
    "197": _("no authorization"),
    "198": _("authorization used up"),
    "204": _("not covered by this plan"),
    "242": _("provider outside the network"),
    "256": _("not payable under the contract"),
    "B7": _("provider not eligible on that day"),
    "B11": _("sent to another payer"),
}


def adjustment_words(adjustment: Adjustment) -> str:
    """Why, in a few words: what the code stands for and who bears it."""
    what = CARCS.get(adjustment.carc, _("see the code"))
    return f"{what}; {GROUPS.get(adjustment.group, '')}".strip("; ")


def reason_words(code: str) -> str:
    """The question behind a pend's reason."""
    return REASONS.get(code) or _sentence(code)


def rule_words(code: str) -> str:
    """What a step of the trace did."""
    return RULES.get(code) or _sentence(code)


def bucket_words(bucket: str) -> str:
    """An accumulator's name as the plan has it, readable: deductible:in → Deductible (in network)."""
    name, _colon, tier = bucket.partition(":")
    tiers = {"in": _("in network"), "out": _("out of network")}
    words = BUCKETS.get(name) or _sentence(name)
    return f"{words} ({tiers.get(tier, tier)})" if tier else str(words)


def _sentence(code: str) -> str:
    return code.replace("_", " ").replace(".", ": ").replace(":", ": ", 1).replace("  ", " ").strip().capitalize()


REASONS: Final[dict[str, str]] = {}
RULES: Final[dict[str, str]] = {}
BUCKETS: Final = {
    "deductible": _("Deductible"),
    "out_of_pocket": _("Out-of-pocket maximum"),
    "oop": _("Out-of-pocket maximum"),
    "visits": _("Visits"),
}
