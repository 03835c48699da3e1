"""How a decision found who pays first: each other payer's place by the facts that the decision stood on."""

from __future__ import annotations

from dataclasses import dataclass

from claims.adjudication.engine.facts import ClaimFacts
from employers.coordination.order_of_benefits import Patient, place_of
from employers.eligibility.order_words import INPUTS, RULES, VERDICTS
from employers.facts import OtherCoverageFact, OurSideFact


@dataclass(frozen=True, slots=True)
class PayerPicture:
    """One other payer: where it stands, by which rule, on what."""

    cover: OtherCoverageFact
    verdict: str
    words: str
    rule: str
    citation: str
    inputs: list[tuple[str, str]]


def payer_pictures(facts: ClaimFacts) -> list[PayerPicture]:
    """Of the covers in force on the first day of service."""
    on = facts.submission.service_from
    patient = Patient(facts.member, facts.coverages, facts.our_side or OurSideFact(), on)
    covers = [one for one in facts.other_coverages if one.starts_on <= on and (one.ends_on is None or on < one.ends_on)]
    pictures = []
    for cover in covers:
        place = place_of(cover, patient, covers)
        is_told = cover.order is None
        pictures.append(
            PayerPicture(
                cover=cover,
                verdict=place.verdict,
                words=str(VERDICTS[place.verdict]),
                rule=cover.because if is_told else str(RULES[place.rule]),
                citation=place.citation,
                inputs=[] if is_told else [(str(INPUTS.get(name, name)), value) for name, value in place.inputs],
            )
        )
    return pictures
