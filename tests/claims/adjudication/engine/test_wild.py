"""Whatever is sent, a decision comes out that balances: claims of every kind by chance, and those of real files."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.adjudication.engine.adjudicate import adjudicate
from claims.adjudication.engine.decision import ClaimDecision, Figures
from claims.adjudication.engine.facts import ClaimFacts, LinePrice
from claims.edi.x837 import read_claims
from claims.facts import Submission
from claims.simulation.scenario_facts import Family
from claims.simulation.scenarios import (
    Answer,
    ClaimWords,
    HeadcountWords,
    LineWords,
    OrderWords,
    OtherCover,
    OtherPayment,
    Rate,
    ScenarioWords,
)
from employers.facts import CoverageFact, MemberFact
from plans.design.read_plan import read_plan
from plans.design.terms import PlanTerms
from plans.facts import RateFact
from tests.claims.adjudication.engine.invented import PEOPLE
from tests.plans.design.documents import DEMO
from tpa.foundation.x12.envelope import SetRef, transaction_sets
from tpa.foundation.x12.tokens import read_set

PLANS = [read_plan(file.read_text()).terms for file in sorted(DEMO.glob("*.yaml"))]
EDI = Path(__file__).parents[5] / "shared" / "edi"


def _holds(decision: ClaimDecision) -> None:
    assert decision.outcome in ("approved", "denied", "pended")
    assert (decision.outcome == "pended") == bool(decision.questions)
    for line in decision.lines:
        assert line.figures.billed_amount == line.figures.plan_paid_amount + sum(one.amount for one in line.adjustments)
        assert line.figures.plan_paid_amount >= 0
        assert all(one.amount > 0 for one in line.adjustments)
        for name in Figures.__struct_fields__:
            stepped = sum((step.amount or 0 for step in line.trace if step.figure == name), Decimal(0))
            assert stepped == getattr(line.figures, name)
    assert all(one.amount > 0 for one in decision.consumptions)
    assert msgspec.json.decode(msgspec.json.encode(decision), type=ClaimDecision) == decision


@given(st.integers(0, 2**32), st.sampled_from(PLANS))
def test_claims_of_every_kind(seed: int, terms: PlanTerms) -> None:
    random = Random(seed)
    claims = tuple(_claim(random, number) for number in range(6))
    covers = tuple(_cover(random, who) for who in PEOPLE for _number in range(random.choice([0, 0, 0, 1, 2])))
    headcounts = (HeadcountWords(employees=random.choice([5, 25, 150]), from_=date(2020, 1, 1)),)
    words = ScenarioWords(
        scenario="wild",
        people=PEOPLE,
        other_coverage=covers,
        headcounts=headcounts * random.randrange(2),
        claims=claims,
    )
    family = Family(words, terms, "summit")
    for claim in claims:
        facts = family.facts(claim.number, claim)
        decision = adjudicate(facts, terms)
        _holds(decision)
        family.remember(facts, decision)


def _cover(random: Random, who: str) -> OtherCover:
    """Another payer, of whom somebody said the order or it follows from whatever is known."""
    days = [None, date(1957, 4, 30), date(1984, 5, 2), date(2024, 2, 29)]
    order = OrderWords(
        holder=random.choice(["", "self", "spouse", "mother", "father", "fathers_spouse", "other"]),
        born=random.choice(days),
        standing=random.choice(["", "active", "retired", "laid_off", "continuation"]),
        since=random.choice(days),
        follows=random.choice(["birthday", "birthday", "gender", "nothing"]),
        parents=random.choice(["", "together", "apart"]),
        custody=random.choice(["", "mother", "father", "joint"]),
        responsible=random.choice(["", "mother", "father", "both"]),
        responsible_from=random.choice(days),
        entitled_by=random.choice(["", "age", "disability", "esrd"]),
        esrd=random.choice(days),
        employees=random.choice([None, 10, 200]),
    )
    return OtherCover(
        who=who,
        payer=random.choice(["Northern Mutual", "Medicare"]),
        kind=random.choice(["group", "group", "medicare", "other"]),
        pays_first=random.random() < 0.5,
        order=random.choice([None, order, order]),
        hdhp_with_hsa=random.random() < 0.3,
    )


def _claim(random: Random, number: int) -> ClaimWords:
    on = date(2026, 1, 1) + timedelta(days=random.randrange(3))
    kind = random.choice("PPID")
    stays = random.choice([0, 0, 1, 4])
    payments = [_payment(random) for _ in range(random.choice([0, 0, 0, 1, 2]))]
    others = tuple(
        msgspec.structs.replace(payment, sequence=sequence) for payment, sequence in zip(payments, "PS", strict=False)
    )
    reasons = ("possible_duplicate", "no_price", "accident", "medical_review", "no_benefit", "order_of_benefits")
    reasons += ("order_unknown", "primary_amounts_missing")
    return ClaimWords(
        number=f"C{number}",
        who=random.choice(list(PEOPLE)),
        kind=kind,
        on=on,
        through=on + timedelta(days=stays),
        received=on + timedelta(days=random.choice([0, 30, 500])),
        bill_type=random.choice(["11", "13", "21"]),
        network=random.choice(["summit", "evergreen", "", "elsewhere"]),
        diagnoses=random.choice([("Z0000", "F329"), ("K921",), ()]),
        frequency=random.choice(["1", "1", "7"]),
        admitted=random.choice([None, on]),
        accident=random.choice([(), (), ("AA",), ("EM", "OA")]),
        predetermination=random.random() < 0.1,
        approval_limit=random.choice([None, Decimal(100)]),
        others=others,
        remitted=tuple(_payment(random) for _ in range(random.choice([0, 0, 1]))),
        answers=tuple(
            Answer(question=random.choice(reasons), answer=random.choice(["allow", "deny", "price"]), amount=Decimal(9))
            for _ in range(random.randrange(3))
        ),
        lines=tuple(_line(random, kind) for _ in range(random.randint(1, 4))),
    )


def _line(random: Random, kind: str) -> LineWords:
    procedures = {
        "P": ["99213", "99396", "77067", "98941", "15828", "43775", "V5261", "97110", "29881", "A0431", "", "J1100"],
        "I": ["", "99284", "80053"],
        "D": ["D0120", "D2140", "D2740", "D8080", "D9999"],
    }[kind]
    method = random.choice(["fee", "per_diem", "case_rate", "percent_of_billed", "percent_of_reference"])
    rate = Rate(
        method=method,
        amount=Decimal(random.randrange(50_000)) / 100,
        percent=Decimal("62.5"),
        reference=Decimal("81.19"),
        reference_method=random.choice(["fee", "per_diem", "case_rate"]),
        kind=random.choice(["procedure", "any", "drg"]),
        number=random.randrange(2),
    )
    return LineWords(
        code=random.choice(procedures),
        billed=Decimal(random.choice([0, 1, random.randrange(100_000)])) / 100,
        rate=random.choice([rate, rate, None]),
        units=Decimal(random.choice(["1", "1", "2", "0", "0.333", "12"])),
        minutes=random.choice([None, None, None, Decimal(75)]),
        revenue=random.choice(["", "120", "450", "192", "300"]) if kind == "I" else "",
        modifiers=random.choice([(), ("33",), ("76",)]),
        emergency=random.random() < 0.1,
        facility_network=random.choice(["", "summit"]),
        references=random.choice([{}, {"medicare": Decimal("44.44")}]),
        qualifying=random.choice([None, None, Decimal("50.01")]),
        agreed=random.choice([None, Decimal("60.02")]),
        teeth=random.choice([(), ("3",)]),
        other=_payment(random) if random.random() < 0.1 else None,
    )


def _payment(random: Random) -> OtherPayment:
    amounts = [None, Decimal(0), Decimal("12.34"), Decimal("99999.99")]
    return OtherPayment(
        paid=random.choice(amounts),
        left=random.choice(amounts),
        adjustments=random.choice([(), ("CO-45 10.00",), ("CO-45 10.00", "PR-1 5.55"), ("OA-23 -3.00",)]),
        on=random.choice([None, date(2026, 2, 1)]),
    )


def _valid_files() -> list[tuple[str, str]]:
    if not EDI.is_dir():
        return []
    with (EDI / "INDEX.csv").open() as rows:
        return [
            (row["file"], row["transaction"])
            for row in csv.DictReader(rows)
            if row["transaction"].startswith("837") and row["status"] == "valid"
        ]


def _submissions(file: str, transaction: str) -> Iterator[Submission]:
    with (EDI / file).open("rb") as stream:
        for one in list(transaction_sets(stream)):
            if isinstance(one, SetRef):
                segments = read_set(stream, one.offset, one.length, one.delimiters)
                for claim in read_claims(segments, one.delimiters, transaction):
                    if claim.submission is not None:
                        yield claim.submission


@pytest.mark.skipif(not EDI.is_dir(), reason="../shared/edi is not there")
@pytest.mark.parametrize(
    ("file", "transaction"), _valid_files(), ids=lambda value: str(value).rsplit("/", maxsplit=1)[-1]
)
def test_claims_of_real_files(file: str, transaction: str) -> None:
    rate = RateFact(
        rate_id=1, schedule="s", method="percent_of_billed", percent=Decimal(60), starts_on=date(2000, 1, 1)
    )
    for submission in _submissions(file, transaction):
        for terms in PLANS:
            for network in ("summit", ""):
                facts = ClaimFacts(
                    claim_number="1",
                    received_on=submission.service_to + timedelta(days=5),
                    decided_on=submission.service_to + timedelta(days=6),
                    submission=submission,
                    member=MemberFact(member_id=1, family_id=1, employer_id=1, relationship=submission.relationship),
                    billing_provider_id=1,
                    plan_hash=terms.content_hash,
                    coverages=(CoverageFact(member_id=1, plan_id=1, tier="FAM", starts_on=date(1990, 1, 1)),),
                    prices=tuple(
                        LinePrice(line_number=line.number, network=network, rate=rate if network else None)
                        for line in submission.lines
                    ),
                )
                _holds(adjudicate(facts, terms))
