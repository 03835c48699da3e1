"""Takes what stands above the claims of an 837: sender, billing provider, subscriber, patient (1000 to 2010)."""

from __future__ import annotations

from claims.edi.elements import day
from claims.edi.x837_reading import Reading, Segment, person_of, provider_of


def bht(at: Reading, s: Segment) -> None:
    at.header.update(purpose=s[2], reference=s[3])
    if s[6] and s[6] != "CH":
        at.header["submission_type"] = at.submission_type = s[6]
    at.header["created_on"] = day(s[4])


def header_name(at: Reading, s: Segment) -> None:
    if s[1] == "41":
        at.header.update(submitter_entity=s[2], submitter_name=s[3], submitter_first_name=s[4], submitter_number=s[9])
    elif s[1] == "40":
        at.header.update(receiver_name=s[3], receiver_number=s[9])


def taxonomy(at: Reading, s: Segment) -> None:
    if s[2] == "PXC" or s[2] == "ZZ":
        at.party["taxonomy_code"] = s[3]


def billing_taxonomy(at: Reading, s: Segment) -> None:
    if s[1] == "BI":
        at.billing["taxonomy_code"] = s[3]


def billing_name(at: Reading, s: Segment) -> None:
    if s[1] == "85":
        at.party = at.billing
        at.billing.update(provider_of(s))
    elif s[1] in ("87", "PE"):
        at.pay_to = at.party = provider_of(s)
        if s[1] == "87":
            at.pay_to["name"] = at.billing.get("name", "")


def billing_reference(at: Reading, s: Segment) -> None:
    if s[1] in ("EI", "SY"):
        at.party["tin"] = s[2]


def street(at: Reading, s: Segment) -> None:
    at.party["address_line"] = f"{s[1]}, {s[2]}" if s[2] else s[1]


def city(at: Reading, s: Segment) -> None:
    at.party.update(city=s[1], state=s[2], postal_code=s[3])


def demographics(at: Reading, s: Segment) -> None:
    at.party["sex"] = s[3] or "U"
    at.party["birth_on"] = day(s[2])


def coverage(at: Reading, s: Segment) -> None:
    at.coverage.update(group_number=s[3], filing_indicator=s[9])
    if s[1] != "P":
        at.coverage["payer_sequence"] = s[1]


def subscriber_name(at: Reading, s: Segment) -> None:
    if s[1] == "IL":
        at.subscriber_party.update(person_of(s))
        at.party = at.subscriber_party
    else:
        at.party = {}
        if s[1] == "PR":
            at.coverage.update(payer_name=s[3], payer_number=s[9])


def relationship(at: Reading, s: Segment) -> None:
    at.relationship = s[1]


def patient_name(at: Reading, s: Segment) -> None:
    if s[1] == "QC":
        at.party.update(person_of(s))


def patient_reference(at: Reading, s: Segment) -> None:
    if s[1] == "1W":
        at.party["number"] = s[2]
