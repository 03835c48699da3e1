"""Why a line is not paid, and what the engine leaves to people: the adjustments and the questions, in one place.

Groups: CO the provider bears it by contract or law, PI without a contract, PR the member owes it, OA neither.
A code list never denies an emergency or a question of medical necessity: it asks.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec

ALLOW, DENY, PRICE = "allow", "deny", "price"

# No question of the engine's: what was agreed with a provider or determined, once it is (No Surprises Act).
OUT_OF_NETWORK_RATE: Final = "out_of_network_rate"


class Denial(NamedTuple):
    """An adjustment's codes: group, CARC, and RARCs where the CARC wants one."""

    group: str
    carc: str
    rarcs: tuple[str, ...] = ()


# Coverage: before it began, after it ended, in between, never.
BEFORE_COVERAGE: Final = Denial("PR", "26")
AFTER_COVERAGE: Final = Denial("PR", "27")
LAPSE_OF_COVERAGE: Final = Denial("PR", "200")
NEVER_COVERED: Final = Denial("PR", "177")

# What is missing or wrong on the claim (16 wants a RARC that says what).
NO_PROCEDURE: Final = Denial("CO", "16", ("M51",))
NO_REVENUE_CODE: Final = Denial("CO", "16", ("M50",))
NO_UNITS: Final = Denial("CO", "16", ("M53",))
NO_DIAGNOSIS: Final = Denial("CO", "16", ("M76",))
WRONG_DATES: Final = Denial("CO", "16", ("M52",))
BILLED_BEFORE_SERVICE: Final = Denial("CO", "110")

# CARC 18 goes with group OA, save where a state's workers' compensation rules ask for CO.
DUPLICATE: Final = Denial("OA", "18")
FILED_TOO_LATE: Final = Denial("CO", "29")
NOT_AT_THIS_TIER: Final = Denial("PR", "242")
NO_AUTHORIZATION: Final = Denial("CO", "197")

# Price. 45 goes with PR or CO "depending upon liability": contract and law forbid to ask the member for the rest.
CONTRACTUAL: Final = Denial("CO", "45")
BALANCE: Final = Denial("PR", "45")
INCLUDED: Final = Denial("CO", "97")
SEVERAL_PROCEDURES: Final = Denial("CO", "59")
# A contract without a cap by what was billed: the adjustment is negative.
EXCESS: Final = Denial("CO", "94")

# The No Surprises Act on the remittance: which provision applies, and that nothing but PR may be asked of the member;
# then what the member's share was figured on, the qualifying payment amount or less that was billed.
PROTECTED: Final = {
    "emergency": Denial("CO", "45", ("N864", "N830")),
    "facility": Denial("CO", "45", ("N865", "N830")),
}
SHARE_ON_QUALIFYING: Final = "N869"
SHARE_ON_BILLED: Final = "N870"

# The member's shares, by figure.
SHARES: Final = {"deductible_amount": "1", "coinsurance_amount": "2", "copay_amount": "3"}

# Limits: of a period, of a lifetime.
LIMIT: Final = Denial("PR", "119")
LIFETIME_LIMIT: Final = Denial("PR", "35")

# A benefit that has not begun yet.
WAITING: Final = Denial("PR", "179")
# Edits of codes and bills, where the edit's own code would say too little.
DIAGNOSIS_AGE: Final = Denial("CO", "9")
DIAGNOSIS_SEX: Final = Denial("CO", "10")
WRONG_MODIFIER: Final = Denial("CO", "182", ("N823",))
WRONG_PLACE: Final = Denial("CO", "16", ("M77",))
NO_HCPCS: Final = Denial("CO", "16", ("M20",))
WRONG_REVENUE_CODE: Final = Denial("CO", "16", ("M50",))
WRONG_PERIOD: Final = Denial("CO", "16", ("MA31",))
WRONG_ADMISSION: Final = Denial("CO", "16", ("MA40",))
WRONG_STATUS: Final = Denial("CO", "16", ("MA43",))
WRONG_DAYS: Final = Denial("CO", "16", ("MA32",))

PRIOR_PAYER: Final = Denial("OA", "23")
# The first plan's deductible is no allowable expense of an HDHP beside another (NAIC model 120, section 3(A)(2)).
OTHERS_DEDUCTIBLE: Final = Denial("PR", "96", ("N130",))
ANTICIPATED: Final = Denial("OA", "101")
UNDETERMINED: Final = Denial("OA", "133")


# Who can mend what failed: the provider by a corrected claim, an examiner by looking, a clinician by judging.
PROVIDER, EXAMINER, CLINICIAN = "provider", "examiner", "clinician"


class Reason(msgspec.Struct, frozen=True):
    """A question: its code, the queue that answers it, what is asked, the adjustment if the answer is to deny."""

    code: str
    queue: str
    asks: str
    denial: Denial
    answers: tuple[str, ...] = (ALLOW, DENY)
    mended_by: str = EXAMINER


_ALL = (
    Reason("plan_missing", "set_up", "No published plan version governs the day of service.", Denial("PR", "204"), ()),
    Reason("no_benefit", "benefits", "No benefit of the plan fits this service.", Denial("PR", "204"), (DENY,)),
    Reason("no_price", "pricing", "Nothing says what this service costs.", Denial("CO", "45"), (PRICE, DENY)),
    Reason(
        "missing_information", "examiner", "Something is missing on an emergency's claim.", Denial("CO", "16", ("N29",))
    ),
    Reason("possible_duplicate", "examiner", "A very similar service was decided before.", DUPLICATE),
    Reason("late_with_reason", "examiner", "Filed late, with a reason for the delay.", FILED_TOO_LATE),
    Reason("medical_review", "clinical", "The plan wants a clinician's look at this service.", Denial("CO", "50")),
    Reason("emergency_review", "clinical", "A rule would deny what was billed as an emergency.", Denial("PR", "204")),
    Reason("authorization_missing", "clinical", "The plan wants permission, and none was found.", NO_AUTHORIZATION),
    Reason(
        "primary_amounts_missing", "cob", "Another payer comes first; what it paid is not said.", Denial("OA", "22")
    ),
    Reason(
        "order_unknown",
        "cob",
        "Another plan covers the member too; what decides who pays first is not known.",
        Denial("OA", "22"),
    ),
    Reason(
        "order_of_benefits",
        "cob",
        "The claim names a payer before us; our records say we are first.",
        Denial("OA", "22"),
    ),
    Reason(
        "other_payer_denied",
        "cob",
        "The payer before us paid nothing and left nothing to the member.",
        Denial("OA", "136"),
    ),
    Reason("accident", "third_party", "An accident: another party may be liable.", Denial("PR", "20")),
    Reason("work_related", "third_party", "Work-related: workers' compensation may be liable.", Denial("PR", "19")),
    Reason("subrogation_demand", "third_party", "Another plan wants back what it paid.", Denial("OA", "109")),
    Reason("original_not_found", "examiner", "It corrects a claim that was not found.", Denial("CO", "16", ("M47",))),
    Reason("original_void", "examiner", "It replaces a claim that is void already.", Denial("CO", "16", ("M47",))),
    Reason("provider_excluded", "compliance", "The provider is on a federal exclusion list.", Denial("CO", "B7")),
    Reason(
        "high_dollar", "senior", "The payment is above what is approved without a person.", Denial("CO", "A1", ("N10",))
    ),
)


def _edit(name: str, asks: str, denial: Denial, queue: str = "examiner", mended_by: str = PROVIDER) -> Reason:
    return Reason(f"edit_{name}", queue, asks, denial, mended_by=mended_by)


# What fails an edit falls with this adjustment, unless the plan wants another; or a person is asked.
_EDITS = (
    _edit("procedure_codes", "The procedure code was not valid on the day.", Denial("CO", "181", ("N56",))),
    _edit("diagnosis_codes", "A diagnosis code was not valid on the day.", Denial("CO", "146", ("M76",))),
    _edit("diagnosis_pointers", "The line points to no diagnosis that may lead it.", Denial("CO", "16", ("M76",))),
    _edit("modifiers", "A modifier is not valid, or does not go with the rest.", Denial("CO", "4", ("N519",))),
    _edit("places", "The procedure is not done at such a place.", Denial("CO", "5", ("M77",))),
    _edit("ages", "A code does not fit the patient's age.", Denial("CO", "6"), mended_by=EXAMINER),
    _edit("sexes", "A code does not fit the patient's sex.", Denial("CO", "7"), mended_by=EXAMINER),
    _edit("bill_types", "The bill contradicts itself.", Denial("CO", "16", ("MA30",))),
    _edit("stays", "The patient was in another stay on these nights.", Denial("OA", "18"), mended_by=EXAMINER),
    _edit("units_per_line", "More units on the line than are likely.", Denial("CO", "151", ("N362",))),
    _edit(
        "units_per_day", "More units on the day than are likely.", Denial("CO", "151", ("N362",)), "clinical", CLINICIAN
    ),
    _edit("procedure_pairs", "The procedure is part of another of the same day.", Denial("CO", "236")),
    _edit("add_on_codes", "It only adds to another procedure, which was not found.", Denial("CO", "107", ("N122",))),
)
REASONS: Final = {reason.code: reason for reason in (*_ALL, *_EDITS)}
