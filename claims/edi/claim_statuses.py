"""Why a claim is turned away, as category, status code and entity of the 277CA: one table for all findings."""

from __future__ import annotations

from typing import Final

from claims.facts import Fact


class Status(Fact, frozen=True):
    """Category: A1 received, A2 accepted, A3 returned, A6 rejected for what is missing, A7 for what is invalid.

    Entity: 85 billing provider, IL subscriber, QC patient, PR payer. Some status codes ask for one, others forbid it.
    """

    category: str
    code: str
    entity: str = ""

    def joined(self, component: str) -> str:
        """As STC01, STC10 and STC11 carry it."""
        parts = (self.category, self.code, self.entity) if self.entity else (self.category, self.code)
        return component.join(parts)


RECEIVED: Final = Status("A1", "19", "PR")
ACCEPTED: Final = Status("A2", "20")

# One to three statuses a finding; the guide lets only the first name a person or provider.
_STATUSES: Final[dict[str, tuple[Status, ...]]] = {
    # Who is looked for, and not found:
    "member_not_found": (Status("A3", "33", "IL"),),
    "member_ambiguous": (Status("A7", "164", "IL"),),
    "patient_not_found": (Status("A3", "97", "PR"), Status("A7", "156")),
    "provider_not_known": (Status("A7", "562", "85"),),
    "wrong_payer": (Status("A3", "116"),),
    # What it asks for: an estimate, or that something is taken note of. Neither is a claim that we decide.
    "not_for_payment": (Status("A3", "0"),),
    # What the claim refers to:
    "duplicate_claim": (Status("A3", "54"),),
    "replaced_claim_not_found": (Status("A7", "464"), Status("A7", "535")),
    "replaced_claim_was_replaced": (Status("A3", "495"),),
    "original_claim_number_missing": (Status("A6", "464"), Status("A6", "535")),
    # What its lines say:
    "lines_missing": (Status("A6", "247"),),
    "out_of_balance": (Status("A7", "400"), Status("A7", "178")),
    "negative_charge": (Status("A7", "402"), Status("A7", "178")),
    "diagnosis_pointer": (Status("A7", "477"),),
    "service_date_missing": (Status("A6", "187"),),
    "service_date_in_future": (Status("A7", "510"), Status("A7", "187")),
    "date_range_reversed": (Status("A7", "187"),),
    # Who its people are:
    "birth_date_in_future": (Status("A7", "158", "QC"), Status("A7", "510")),
    "npi_check_digit": (Status("A7", "562", "85"),),
    "billing_zip": (Status("A7", "500", "85"),),
    "other_payer_out_of_balance": (Status("A7", "672"),),
    "remaining_liability_twice": (Status("A7", "672"),),
    "syntax": (Status("A3", "684"),),
}

# What can not be read is told by the segment that holds it.
_UNREADABLE: Final[dict[str, tuple[Status, ...]]] = {
    "CLM": (Status("A7", "178"),),
    "SV1": (Status("A7", "583"), Status("A7", "476")),
    "SV2": (Status("A7", "583"), Status("A7", "476")),
    "SV3": (Status("A7", "583"), Status("A7", "476")),
    "DTP": (Status("A7", "187"),),
    "DMG": (Status("A7", "158", "QC"),),
    "AMT": (Status("A7", "183", "QC"),),
    "CAS": (Status("A7", "519"),),
    "SVD": (Status("A7", "643"),),
    "HCP": (Status("A7", "628"),),
    "HI": (Status("A7", "488"),),
}
_OTHERWISE: Final = (Status("A7", "21"), Status("A7", "122"))


def statuses_of(code: str, segment: str = "") -> tuple[Status, ...]:
    """The statuses of a finding, the telling one first. What this table does not know is missing or invalid data."""
    if code == "unreadable":
        return _UNREADABLE.get(segment, _OTHERWISE)
    return _STATUSES.get(code, _OTHERWISE)
