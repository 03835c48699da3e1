"""What adjustment codes mean to a member, in words of our own. The codes are facts; these sentences are ours."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _later

# By CARC. Where a member reads the same code under another group, the group's sentence says who bears it.
_WORDS = {
    "1": _later("This part counts toward your deductible."),
    "2": _later("Your share of the allowed amount (coinsurance)."),
    "3": _later("Your copay for this service."),
    "16": _later("The claim lacks information that we need from the provider."),
    "18": _later("The same service was claimed and decided before."),
    "19": _later("This looks like a work-related condition, which workers' compensation covers."),
    "20": _later("This looks like an accident for which another party may be liable."),
    "22": _later("Another health plan comes first; this part is its to pay."),
    "23": _later("What another health plan paid or adjusted."),
    "24": _later("This service is paid under another arrangement with the provider."),
    "26": _later("The service was before your coverage began."),
    "27": _later("The service was after your coverage ended."),
    "29": _later("The claim was filed after the time that the plan allows."),
    "31": _later("We could not find the patient among our members."),
    "35": _later("The plan's lifetime limit for this service is used up."),
    "45": _later("The charge is above what the plan's network allows for this service."),
    "49": _later("The plan does not cover routine examinations of this kind."),
    "50": _later("The plan does not find this service medically necessary as described."),
    "55": _later("The plan regards this treatment as experimental."),
    "59": _later("Reduced because several procedures were done together."),
    "94": _later("The contract pays more than was billed."),
    "96": _later("The plan does not cover this charge."),
    "97": _later("This service is included in the payment of another one."),
    "109": _later("This claim belongs to another plan."),
    "119": _later("The plan's limit for this service in the period is used up."),
    "131": _later("A discount that was agreed for this claim."),
    "136": _later("The plan that comes first did not follow its own rules; see its notice."),
    "151": _later("The plan does not support this many services of the kind."),
    "179": _later("This benefit has a waiting period, which had not passed on the day of service."),
    "187": _later("Paid from a spending account."),
    "197": _later("The plan wants permission before this service, and none was given."),
    "198": _later("More was provided than was permitted before the service."),
    "204": _later("This service is not covered under your plan."),
    "242": _later("The provider is not in the plan's network."),
    "A1": _later("The claim or service is denied after review."),
    "B7": _later("The provider was not eligible to be paid for this service on that day."),
}


def plain_reason(group: str, carc: str, words: str = "", remarks: tuple[str, ...] = ()) -> str:
    """Why this part was not paid, and whether the member owes it. `words` are the code set's own, for codes that have
    no sentence here; `remarks` the words of the remark codes."""
    said = [str(_WORDS[carc]) if carc in _WORDS else _sentence(words)]
    said += [_sentence(remark) for remark in remarks]
    said.append(_bearer(group, carc, is_told=bool(said[0])))
    return " ".join(part for part in said if part)


def _sentence(words: str) -> str:
    return f"{words.rstrip('.')}." if words else ""


def _bearer(group: str, carc: str, *, is_told: bool) -> str:
    if group == "CO":
        return _("You do not owe this.")
    if group == "PI":
        return _("The plan reduced this; ask the provider or us before you pay it.")
    if group == "PR":
        return "" if carc in ("1", "2", "3") else _("You may owe this to the provider.")
    return "" if is_told else _("Adjusted for another reason; call us and we will explain it.")
