"""The questions that the engine leaves to people: who answers, and what a denial says on the remittance.

A code list never denies an emergency or a question of medical necessity: it asks.
"""

from __future__ import annotations

import msgspec

ALLOW, DENY, PRICE = "allow", "deny", "price"


class Reason(msgspec.Struct, frozen=True):
    """A question: its code, the queue that answers it, what is asked, and the adjustment if the answer is to deny."""

    code: str
    queue: str
    asks: str
    group: str
    carc: str
    rarcs: tuple[str, ...] = ()
    answers: tuple[str, ...] = (ALLOW, DENY)


REASONS = {
    reason.code: reason
    for reason in (
        Reason("plan_missing", "set_up", "No published plan version governs the day of service.", "PR", "204"),
        Reason("no_benefit", "benefits", "No benefit of the plan fits this service.", "PR", "204", (), (DENY,)),
        Reason("no_price", "pricing", "Nothing says what this service costs.", "CO", "45", (), (PRICE, DENY)),
        Reason(
            "missing_information", "examiner", "Something is missing on an emergency's claim.", "CO", "16", ("N29",)
        ),
        Reason("possible_duplicate", "examiner", "A very similar service was decided before.", "OA", "18"),
        Reason("late_with_reason", "examiner", "Filed late, with a reason for the delay.", "CO", "29"),
        Reason("medical_review", "clinical", "The plan wants a clinician's look at this service.", "CO", "50"),
        Reason("emergency_review", "clinical", "A rule would deny what was billed as an emergency.", "PR", "204"),
        Reason("authorization_missing", "clinical", "The plan wants permission, and none was found.", "CO", "197"),
        Reason("primary_amounts_missing", "cob", "Another payer comes first; what it paid is not said.", "OA", "22"),
        Reason(
            "order_of_benefits", "cob", "The claim names a payer before us; our records say we are first.", "OA", "22"
        ),
        Reason(
            "other_payer_denied", "cob", "The payer before us paid nothing and left nothing to the member.", "OA", "136"
        ),
        Reason("accident", "third_party", "An accident: another party may be liable.", "PR", "20"),
        Reason("work_related", "third_party", "Work-related: workers' compensation may be liable.", "PR", "19"),
        Reason("subrogation_demand", "third_party", "Another plan wants back what it paid.", "OA", "109"),
        Reason("provider_excluded", "compliance", "The provider is on a federal exclusion list.", "CO", "B7"),
        Reason(
            "high_dollar", "senior", "The payment is above what is approved without a person.", "CO", "A1", ("N10",)
        ),
    )
}
