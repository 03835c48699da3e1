"""Topic 02: how the plan pays after another payer, and who pays first."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from claims.adjudication.engine.decision import ClaimDecision
from claims.adjudication.engine.medicare_secondary import MedicareSecondary, PartBService, medicare_secondary
from claims.simulation.scenarios import (
    CoveredPeriod,
    HeadcountWords,
    OrderWords,
    OtherCover,
    OtherPayment,
    Person,
    StandingWords,
)
from tests.claims.adjudication.engine.oracles import (
    DAY,
    Case,
    D,
    Run,
    a_claim,
    a_deductible,
    a_line,
    a_plan,
    assert_all_are_run_or_say_why_not,
    cases_of,
    decide,
    needs_oracles,
    run_case,
)

pytestmark = needs_oracles


def coordination(case: Case) -> None:
    """Our own price, per cent and deductible, and what the first payer did: whatever of these the case names."""
    given, expected = case["inputs"], case["expected"]
    ours = given.get("secondary_allowed", given.get("allowable", given.get("primary_allowed", given.get("charge"))))
    billed = given.get("charge", given.get("ucr", ours))
    share = 100 - 100 * given.get("secondary_pct", 1)
    if "secondary_own" in given:
        share = 100 - 100 * given["secondary_own"] / given["allowable"]
    pays: list[Any] = ["deductible"] if "secondary_deductible" in given else []
    method = {"basic": "standard", None: "standard"}.get(given.get("method"), given.get("method"))
    document = a_plan(
        deductibles=a_deductible(given.get("secondary_deductible", 0)),
        coordination={"method": method, "section": "1"},
        pays=[*pays, {"coinsurance": share}],
    )
    paid = given.get("primary_paid", given.get("prior_payers_total"))
    left = D(str(given["primary_allowed"])) - D(str(paid)) if "primary_allowed" in given else None
    (decision,) = decide(document, a_claim(a_line(ours, billed, other=OtherPayment(paid=D(str(paid)), left=left))))
    wanted = next(expected[name] for name in ("secondary_pays", "tertiary_pays", "secondary_max") if name in expected)
    assert decision.figures.plan_paid_amount == D(str(wanted))
    adjusted = {f"{one.group}-{one.carc}": one.amount for one in decision.lines[0].adjustments}
    if "oa23" in expected:
        assert adjusted["OA-23"] == D(expected["oa23"])
    if "patient" in expected:
        assert decision.figures.member_amount == D(expected["patient"])
    if "write_off" in expected:
        assert adjusted["CO-45"] == D(expected["write_off"])


# --- Medicare as second payer ----------------------------------------------------------------------------------------


def medicare_tests(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    found = _medicare(given)
    assert (found.test1_amount, found.test2_amount, found.test3_amount) == (
        expected["test1"],
        expected["test2"],
        expected["test3"],
    )
    assert found.paid_amount == expected["medicare_pays"]


def medicare_limitation(case: Case) -> None:
    given = case["inputs"]
    for share, wanted in zip(given["pct"], case["expected"]["test2"], strict=True):
        assert _medicare(given | {"coinsurance": 1 - share}).test2_amount == D(wanted)


def _medicare(given: dict[str, Any]) -> MedicareSecondary:
    accepted = given.get("otaf")
    return medicare_secondary(
        PartBService(
            billed_amount=D(given.get("charge", given["medicare_allowed"])),
            primary_allowed_amount=D(given.get("primary_allowed", 0)),
            primary_paid_amount=D(given.get("primary_paid", 0)),
            medicare_allowed_amount=D(given["medicare_allowed"]),
            deductible_left_amount=D(given.get("deductible_remaining", 0)),
            accepted_amount=None if accepted is None else D(accepted),
            paid_share=1 - D(str(given.get("coinsurance", "0.2"))),
        )
    )


# --- Who pays first --------------------------------------------------------------------------------------------------


def _pays_first(other: OrderWords, *, kind: str = "group", since: str = "2020-01-01", **ours: Any) -> bool:
    """Does our plan pay a claim of its own accord, or does it ask what the other one paid?"""
    people = ours.pop("people", None)
    who = "kid" if people and "kid" in people else "ana"
    cover = OtherCover(who=who, payer="Other", kind=kind, from_=date.fromisoformat(since), order=other)
    decision = _decide_beside(cover, who, people, **ours)
    assert decision.outcome == "approved" or [one.reason for one in decision.questions] == ["primary_amounts_missing"]
    return decision.outcome == "approved"


def _decide_beside(cover: OtherCover, who: str, people: dict[str, Person] | None, **more: Any) -> ClaimDecision:
    (decision,) = decide(
        a_plan(pays=[{"coinsurance": 20}]),
        a_claim(a_line(100), who=who, **more.pop("claim", {})),
        people=people,
        other_coverage=(cover,),
        **more,
    )
    return decision


_STANDINGS = {"active employee": "active", "active": "active", "retiree": "retired", "COBRA": "continuation"}


def by_standing(case: Case) -> None:
    """Each plan is ours once, and the other's once."""
    given = case["inputs"]
    mine, theirs = _STANDINGS[given["plan_A"]], _STANDINGS[given["plan_B"]]
    for wanted, ours, other in (("A", mine, theirs), ("B", theirs, mine)):
        standings = (StandingWords(standing=ours, from_=date(2020, 1, 1)),)
        is_first = _pays_first(OrderWords(holder="self", standing=other), standings=standings)
        assert is_first is (case["expected"]["primary"] == wanted)


def by_length(case: Case) -> None:
    given = case["inputs"]
    since = {"A": given["plan_A_since"], "B": given["plan_B_since"]}
    for ours, other in (("A", "B"), ("B", "A")):
        period = CoveredPeriod(from_=date.fromisoformat(since[ours]))
        people = {"ana": Person(covered=(period,))}
        is_first = _pays_first(OrderWords(holder="self"), since=since[other], people=people)
        assert is_first is (case["expected"]["primary"] == ours)


def _parents(mother: str, father: str, ours: str) -> tuple[dict[str, Person], OrderWords]:
    """A child of ours under one parent, and the other plan under the other."""
    born = {"mother": date.fromisoformat(mother), "father": date.fromisoformat(father)}
    theirs = "father" if ours == "mother" else "mother"
    people = {
        "ana": Person(born=born[ours], sex="F" if ours == "mother" else "M"),
        "kid": Person(relationship="19", born=date(2015, 1, 1)),
    }
    return people, OrderWords(holder=theirs, born=born[theirs], parents="together")


def _of_parents(case: Case, mother: str, father: str, **more: Any) -> None:
    for ours in ("mother", "father"):
        people, order = _parents(mother, father, ours)
        is_first = _pays_first(replace(order, **more), people=people)
        assert is_first is (case["expected"]["primary"] == f"{ours} plan")


def by_birthday(case: Case) -> None:
    _of_parents(case, case["inputs"]["mother"], case["inputs"]["father"])


def by_decree(case: Case) -> None:
    """The mother has custody and the earlier birthday: neither counts."""
    responsible = case["inputs"]["decree"].split()[0]
    decree = {"parents": "apart", "custody": "mother", "responsible": responsible}
    _of_parents(case, "1985-01-10", "1980-03-22", **decree, responsible_from=date(2020, 1, 1))


def by_gender(case: Case) -> None:
    """By the birthday rule, which is ours, the mother's plan would come first; the other plan keeps to gender."""
    assert {case["inputs"]["plan_A_rule"], case["inputs"]["plan_B_rule"]} == {"birthday", "gender"}
    _of_parents(case, "1985-01-10", "1980-03-22", follows="gender")


def beside_medicare(case: Case) -> None:
    given = case["inputs"]
    people = {"ana": Person(born=DAY.replace(year=DAY.year - given["age"]))}
    is_first = _pays_first(
        OrderWords(entitled_by="age"),
        kind="medicare",
        people=people,
        standings=(StandingWords(standing=given["status"], from_=date(2020, 1, 1)),),
        headcounts=(HeadcountWords(employees=given["employer_size"], from_=date(2020, 1, 1)),),
    )
    assert is_first is (case["expected"]["primary"] == "group_health_plan")


def hdhp_allowable(case: Case) -> None:
    """What the first plan left as its deductible is not paid by us, where it is no allowable expense."""
    given = case["inputs"]
    deductible = given["primary_deductible"]
    cover = OtherCover(payer="Other", because="told", hdhp_with_hsa=given["all_plans_hdhp"] and given["hsa_intent"])
    (decision,) = decide(
        a_plan(hsa_qualified=True, deductibles=a_deductible(0), pays=["deductible"]),
        a_claim(a_line(deductible, other=OtherPayment(payer="Other", paid=D(0), adjustments=(f"PR-1 {deductible}",)))),
        other_coverage=(cover,),
    )
    is_allowable = decision.figures.plan_paid_amount > 0
    assert is_allowable is case["expected"]["primary_deductible_is_allowable_expense"]
    assert decision.figures.member_amount == deductible


RUN: dict[str, Run] = {
    "MSP-411.33-B": medicare_tests,
    "MSP-OTAF": medicare_tests,
    "MSP-DEDUCTIBLE": medicare_tests,
    "MSP-MENTAL-62.5": medicare_limitation,
    "COB-TR3-3A": coordination,
    "COB-TR3-TERTIARY": coordination,
    "COB-OD-BASIC": coordination,
    "COB-OD-STANDARD": coordination,
    "COB-OD-CARVEOUT-DED": coordination,
    "COB-DX-CARVE": coordination,
    "COB-DX-TRAD": coordination,
    "COB-TOTAL-CAP": coordination,
    "COB-HDHP-ALLOWABLE": hdhp_allowable,
    "OBD-ACTIVE-RETIRED": by_standing,
    "OBD-BIRTHDAY": by_birthday,
    "OBD-COURT": by_decree,
    "OBD-GENDER": by_gender,
    "OBD-TWO-JOBS": by_length,
    "OBD-MSP-50": beside_medicare,
    "OBD-COBRA": by_standing,
    "OBD-LONGER-SHORTER": by_length,
}

NOT_RUN: dict[str, str] = {}


@pytest.mark.parametrize("name", RUN)
def test_oracle(name: str) -> None:
    run_case(cases_of("02")[name], RUN[name])


def test_every_case_is_run_or_says_why_not() -> None:
    assert_all_are_run_or_say_why_not("02", RUN, NOT_RUN)
