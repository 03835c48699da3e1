"""What no scenario can say: facts that only the pipeline gathers, and claims as only files bring them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec

from claims.adjudication.engine.adjudicate import adjudicate
from claims.adjudication.engine.facts import AuthorizationFact, ClaimFacts, RemittanceFact, RemittedLine
from claims.adjudication.engine.years import keys_of
from claims.facts import OtherPayer, OtherPayerLine, PriorAdjustment, Repricing, SubmittedProvider
from claims.simulation.scenario_facts import Family, submission_of
from claims.simulation.scenarios import ClaimWords, LineWords, OtherCover, OtherPayment, Person, ScenarioWords
from plans.design.terms import PlanTerms
from tests.claims.adjudication.engine import invented
from tests.claims.adjudication.engine.oracles import DAY, D, a_deductible, a_plan

LINES = (LineWords(code="10001", billed=D(200), price=D(150)), LineWords(code="10002", billed=D(100), price=D(80)))


def facts_of(terms: PlanTerms, **words: Any) -> ClaimFacts:
    claim = ClaimWords(**({"number": "C", "on": DAY, "lines": LINES} | words))
    family = Family(ScenarioWords(scenario="corner", people=invented.PEOPLE, claims=(claim,)), terms, "net")
    return family.facts("C", claim)


def with_payers(facts: ClaimFacts, *payers: OtherPayer, ours: str = "S") -> ClaimFacts:
    submission = msgspec.structs.replace(facts.submission, other_payers=payers, payer_sequence=ours)
    return msgspec.structs.replace(facts, submission=submission)


def permitted(**changes: Any) -> dict[str, Any]:
    plan = a_plan(**changes)
    plan["benefits"][0]["authorization"] = {"tiers": ["in"], "when_missing": "deny", "section": "7"}
    return plan


def test_covered_days_without_a_plan_wait_for_whoever_sets_up_and_the_others_are_denied() -> None:
    facts = facts_of(invented.compiled(a_plan()))
    next_day = DAY + timedelta(days=1)
    coverage = msgspec.structs.replace(facts.coverages[0], ends_on=next_day)
    early, late = facts.submission.lines
    late = msgspec.structs.replace(late, service_from=next_day, service_to=next_day)
    submission = msgspec.structs.replace(facts.submission, lines=(early, late))
    facts = msgspec.structs.replace(facts, submission=submission, coverages=(coverage,), plan_hash="")
    decision = adjudicate(facts, None)
    assert decision.outcome == "pended"
    (question,) = decision.questions
    assert (question.reason, question.line_number, question.queue) == ("plan_missing", None, "set_up")
    first, second = decision.lines
    assert [(one.group, one.carc, one.amount) for one in first.adjustments] == [("OA", "133", D(200))]
    assert [(one.group, one.carc, one.amount) for one in second.adjustments] == [("PR", "27", D(100))]
    assert decision.figures.plan_paid_amount == 0
    assert [step.rule for step in first.trace] == ["billed", "coverage"]
    assert (second.trace[-2].rule, second.trace[-2].clause) == ("coverage.none", "")


def test_who_is_nowhere_covered_is_denied_and_nobody_is_asked() -> None:
    facts = msgspec.structs.replace(facts_of(invented.compiled(a_plan())), coverages=(), plan_hash="")
    decision = adjudicate(facts, None)
    assert (decision.outcome, decision.questions) == ("denied", ())
    assert {(one.group, one.carc) for line in decision.lines for one in line.adjustments} == {("PR", "177")}


def test_a_permission_for_the_facility_serves_its_claims() -> None:
    terms = invented.compiled(permitted())
    facts = facts_of(terms)
    given = AuthorizationFact(
        number="A-1", code_from="10000", code_to="19999", starts_on=DAY, units_left_count=D(9), npi="1999999992"
    )
    facts = msgspec.structs.replace(facts, authorizations=(given,))
    assert adjudicate(facts, terms).outcome == "denied"
    at = SubmittedProvider(name="Hospital", npi="1999999992")
    there = msgspec.structs.replace(facts.submission, facility=at)
    decision = adjudicate(msgspec.structs.replace(facts, submission=there), terms)
    assert decision.outcome == "approved"
    assert [(one.bucket, one.amount, one.year_on) for one in decision.consumptions] == [
        ("auth:A-1", 2, date(1900, 1, 1))
    ]


def test_payers_after_us_and_of_unknown_place_change_nothing() -> None:
    terms = invented.compiled(a_plan())
    facts = facts_of(terms)
    alone = adjudicate(facts, terms).figures
    for sequence in ("T", "S", "U", ""):
        after = with_payers(facts, OtherPayer(name="After", sequence=sequence, paid_amount=D(99)))
        assert adjudicate(after, terms).figures == alone, sequence
    before = with_payers(facts, OtherPayer(name="Before", sequence="P", paid_amount=D(99)))
    assert adjudicate(before, terms).figures.other_payer_amount == 99


def test_the_last_of_several_payers_is_told_by_its_place_not_by_where_it_stands() -> None:
    terms = invented.compiled(a_plan())
    payers = (
        OtherPayer(name="Third", number="3", sequence="T", paid_amount=D(10), remaining_member_amount=D(7)),
        OtherPayer(name="First", number="1", sequence="P", paid_amount=D(100), remaining_member_amount=D(90)),
        OtherPayer(name="Second", number="2", sequence="S", paid_amount=D(50), remaining_member_amount=D(40)),
    )
    decision = adjudicate(with_payers(facts_of(terms), *payers, ours="A"), terms)
    assert (decision.figures.other_payer_amount, decision.figures.plan_paid_amount) == (160, 7)


def test_what_a_payer_remitted_line_by_line_adds_up_and_stands_for_the_claim_s_word() -> None:
    terms = invented.compiled(a_plan())
    facts = facts_of(terms)
    entries = [
        (1, D(60), (PriorAdjustment(group="CO", carc="45", amount=D(50)),)),
        (1, D(20), (PriorAdjustment(group="PR", carc="2", amount=D(70)),)),
        (2, D(90), (PriorAdjustment(group="PR", carc="1", amount=D(10)),)),
    ]
    remitted = RemittanceFact(
        payer=OtherPayer(name="First", sequence="P"),
        lines=tuple(
            RemittedLine(
                line_number=number, entry=OtherPayerLine(payer_number="1", paid_amount=paid, adjustments=adjustments)
            )
            for number, paid, adjustments in entries
        ),
    )
    facts = msgspec.structs.replace(
        with_payers(facts, OtherPayer(name="First", sequence="P", paid_amount=D(1))), prior_remittances=(remitted,)
    )
    one, two = adjudicate(facts, terms).lines
    assert (one.figures.other_payer_amount, one.figures.plan_paid_amount) == (80, 70)
    assert (two.figures.other_payer_amount, two.figures.plan_paid_amount) == (90, 10)


def test_the_amounts_of_a_claim_without_charges_fall_on_its_first_line() -> None:
    """Nothing billed is nothing to spread by; nothing is paid, and the claim is decided all the same."""
    terms = invented.compiled(a_plan())
    free = tuple(msgspec.structs.replace(line, billed=D(0)) for line in LINES)
    facts = with_payers(facts_of(terms, lines=free), OtherPayer(name="Before", sequence="P", paid_amount=D(5)))
    decision = adjudicate(facts, terms)
    assert decision.outcome == "approved"
    assert decision.figures.other_payer_amount == decision.figures.plan_paid_amount == 0


def test_the_first_plan_s_deductible_besides_its_lines_stays_the_member_s_in_an_hdhp() -> None:
    plan = a_plan(deductibles=a_deductible(10), pays=["deductible", {"coinsurance": 20}])
    terms = msgspec.structs.replace(invented.compiled(plan), is_hsa_qualified=True)
    said = OtherPayment(payer="First", paid=D(100), adjustments=("CO-45 70.00", "PR-2 30.00"))
    besides = OtherPayment(payer="First", adjustments=("PR-1 25.00", "PR-2 5.00"))
    claim = ClaimWords(
        number="C", on=DAY, others=(besides,), lines=(LineWords(code="10001", billed=D(200), price=D(150), other=said),)
    )
    cover = OtherCover(payer="First", hdhp_with_hsa=True)
    words = ScenarioWords(scenario="corner", people=invented.PEOPLE, claims=(claim,), other_coverage=(cover,))
    (line,) = adjudicate(Family(words, terms, "net").facts("C", claim), terms).lines
    # 30 come off the 100 paid; of the 60 that are then left 25 are the first plan's deductible, which we may not pay.
    assert (line.figures.other_payer_amount, line.figures.plan_paid_amount, line.figures.member_amount) == (70, 35, 25)
    (step,) = [step for step in line.trace if step.rule == "other_payer.hdhp"]
    assert step.inputs == (("deductible", "25.00"),)
    assert ("PR", "96", D(25), ("N130",)) in [(one.group, one.carc, one.amount, one.rarcs) for one in line.adjustments]


def test_what_an_external_repricer_rejected_is_priced_by_us() -> None:
    terms = invented.compiled(a_plan(tiers=_repriced_tiers()))
    facts = facts_of(terms)
    for at_line in (False, True):
        said = Repricing(method="10", allowed_amount=D(5), reject_reason="T1", organisation="Rental Net")
        submission = facts.submission
        if at_line:
            lines = tuple(msgspec.structs.replace(line, repricing=said) for line in submission.lines)
            submission = msgspec.structs.replace(submission, lines=lines)
        else:
            submission = msgspec.structs.replace(submission, repricing=said)
        decision = adjudicate(msgspec.structs.replace(facts, submission=submission), terms)
        assert [line.figures.allowed_amount for line in decision.lines] == [150, 80]


def test_who_repriced_is_told() -> None:
    terms = invented.compiled(a_plan(tiers=_repriced_tiers()))
    facts = facts_of(terms)
    said = Repricing(method="02", allowed_amount=D(60), organisation="Rental Net")
    whole = msgspec.structs.replace(facts.submission, repricing=said)
    decision = adjudicate(msgspec.structs.replace(facts, submission=whole), terms)
    assert [line.figures.allowed_amount for line in decision.lines] == [40, 20]
    lines = tuple(msgspec.structs.replace(line, repricing=said) for line in facts.submission.lines)
    each = adjudicate(
        msgspec.structs.replace(facts, submission=msgspec.structs.replace(facts.submission, lines=lines)), terms
    )
    assert [line.figures.allowed_amount for line in each.lines] == [60, 60]
    for line in (*decision.lines, *each.lines):
        (step,) = [step for step in line.trace if step.rule == "price.repriced"]
        assert dict(step.inputs).items() >= {"repriced_by": "Rental Net", "method": "02"}.items()


def _repriced_tiers() -> list[dict[str, Any]]:
    near = {"tier": "in", "networks": ["net"], "accepts_repricing": True, "section": "1"}
    return [near, {"tier": "out", "section": "1"}]


def test_a_sum_counts_from_the_first_to_the_last_day_of_its_time() -> None:
    limit = {"limit": "l", "benefits": ["all"], "counts": "visits", "most": 1, "per": {"days": 30}, "section": "8"}
    terms = invented.compiled(a_plan(limits=[limit]))
    keys = keys_of(terms, submission_of(ClaimWords(number="C", on=DAY, lines=LINES), Person()))
    for days in (-30, 0, 30):
        assert keys.hold(DAY + timedelta(days=days), "limit:l"), days
        assert keys.hold(DAY + timedelta(days=days), "limit:l:knee"), days
    assert not keys.hold(DAY - timedelta(days=31), "limit:l")
    assert not keys.hold(DAY + timedelta(days=31), "limit:l")
    assert not keys.hold(DAY, "limit:like")
