"""Reading plan documents: what is wrong is named with its line and place; what is right keeps its hash."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from plans.design.read_plan import canonical, content_hash, plan_schema, read_plan
from plans.design.yaml_document import load_yaml
from tests.plans.design.documents import DEMO, SMALL
from tpa.foundation.errors import Invalid


def _problems(text: str) -> list[dict[str, Any]]:
    with pytest.raises(Invalid) as caught:
        read_plan(text)
    problems: list[dict[str, Any]] = caught.value.extra["problems"]
    return problems


@pytest.mark.parametrize("file", sorted(DEMO.glob("*.yaml")), ids=lambda file: file.stem)
def test_the_demonstration_plans_are_good(file: Any) -> None:
    read = read_plan(file.read_text())
    assert read.terms.plan == file.stem
    assert read.content_hash == content_hash(read.document)


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(plan_schema())


def test_codes_stay_codes_and_money_is_exact() -> None:
    read = read_plan(SMALL)
    assert read.document["benefits"][1]["when"] == [{"revenue_codes": ["0450"]}]
    assert read.document["out_of_network"]["prices"] == [{"percent_of_billed": "62.5"}]
    assert str(read.terms.benefits[1].tiers["in"].shares[0].amount) == "100.5"


def test_the_hash_is_of_what_is_said_not_of_how_it_is_written() -> None:
    again = SMALL.replace("100.50", "100.5").replace("title: Small plan", 'title: "Small plan"  # ours') + "\n# end\n"
    assert read_plan(again).content_hash == read_plan(SMALL).content_hash
    assert read_plan(SMALL.replace("copay: 25", "copay: 26")).content_hash != read_plan(SMALL).content_hash


def test_the_document_survives_json() -> None:
    document = read_plan(SMALL).document
    assert canonical(json.loads(json.dumps(document))) == canonical(document)


@pytest.mark.parametrize(
    ("old", "new", "at", "path", "words"),
    [
        ("copay: 25", "copay: -25", "copay: -25", "benefits[2].pays.in[0].copay", "less than the minimum"),
        ("copay: 25, per: visit", "copay: 25", "copay: 25", "benefits[2].pays.in[0]", "'per' is a required property"),
        ("coinsurance: 20", "coinsurance: 120", "120", "benefits[3].pays.in[1].coinsurance", "maximum of 100"),
        ("title: All else", "titel: All else", "benefit: rest", "benefits[3]", "titel"),
        ("not_covered}\nlimits", "no}\nlimits", "out: no}", "benefits[3].pays.out", "none of the forms"),
        ("[deductible, ", "[{deductible: other}, ", "other", "benefits[3].pays.in[0]", "no deductible other"),
        ("[office]", "[ofice]", "ofice", "limits[0].benefits", "no benefit ofice"),
        ("networks: [near], ", "", "tiers:", "tiers", "exactly one tier"),
        ("99202-99215", "99215-99202", "99215-", "benefits[2].when[0].procedures[0]", "no range of codes"),
        ("through: 2026-12-31", "through: 2025-12-31", "through", "effective.through", "ends before"),
        ("through: 2026-12-31", "through: 2026-12-32", "through", "effective.through", "no day of the calendar"),
        ("1000, type: embedded", "1000", "1000", "deductibles[0]", "embedded or aggregate"),
        ("pays: {in: [], out: not_covered}", "pays: {in: []}", "in: []", "benefits[0].pays", "nothing is said"),
        ("out: {as: in}", "out: {as: best}", "best", "benefits[1].pays.out", "pays like tier best"),
        ("{pay_as: in", "{pay_as: inn", "inn", "no_surprises.pay_as", "there is no tier inn"),
        ("benefit: office", "benefit: rest", "title: All", "benefits[3].benefit", "is there already"),
        ("    when: [{revenue_codes: [0450]}]\n", "", "emergency_room", "benefits[1]", "only the last benefit may"),
        ("title: Office visits", "title: Visits\n    out_of_pocket_maximum: x", "maximum: x",
         "benefits[2].out_of_pocket_maximum", "no out-of-pocket maximum x"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(old: str, new: str, at: str, path: str, words: str) -> None:
    assert old in SMALL
    text = SMALL.replace(old, new, 1)
    problems = _problems(text)
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if at in line]
    found = [one for one in problems if one["path"] == path and words in one["problem"]]
    assert found, problems
    assert found[0]["line"] in (lines[0], lines[0] - 1)


_FIRST = "first: f, benefits: [office], visits: 3, per: plan_year, pays: {in: []}"
_WAITING = "waiting: w, title: W, benefits: [rest], months: 1"


@pytest.mark.parametrize(
    ("part", "clause", "path", "words"),
    [
        ("limits", "limit: l, benefits: [rest], counts: days, most: 1, per: {weeks: 2}", "limits[0].per", "weeks"),
        ("limits", "limit: l, benefits: [rest], counts: days, most: 1, per: lifetime, conditions: [back]",
         "limits[0].conditions", "no condition back"),
        ("first_visits", _FIRST.replace("office", "ofice"), "first_visits[0].benefits", "no benefit ofice"),
        ("first_visits", _FIRST.replace("in:", "inn:"), "first_visits[0].pays.inn", "no tier inn"),
        ("first_visits", _FIRST.replace("[]", "[{deductible: x}]"), "first_visits[0].pays.in[0]", "no deductible x"),
        ("waiting_periods", f"{_WAITING}, days: 1", "waiting_periods[0]", "say how long"),
        ("waiting_periods", _WAITING.replace(", months: 1", ""), "waiting_periods[0]", "say how long"),
        ("waiting_periods", _WAITING.replace("rest", "rst"), "waiting_periods[0].benefits", "no benefit rst"),
        ("conditions", "condition: c, title: C, diagnoses: [M54-M1]", "conditions[0].diagnoses[0]", "no range"),
        ("deductibles", "name: d, individual: 5, also_counts: [{name: x, most: 5}]", "deductibles[0].also_counts[0]",
         "no other one named x"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_clause_is_named(part: str, clause: str, path: str, words: str) -> None:
    document, _places = load_yaml(SMALL)
    document.pop(part, None)
    rest = json.dumps(document)[:-1]
    problems = _problems(f'{rest}, "{part}":\n  [{{{clause}, section: s}}]}}')
    found = [one for one in problems if one["path"] == path and words in one["problem"]]
    assert found, problems
    assert found[0]["line"] == 2


def test_a_prior_carrier_counts_toward_what_the_plan_has_and_keeps_by_the_year() -> None:
    clause = 'prior_carrier: {counts: ["deductible:in", "oop:x", "limit:visits"], section: "9"}\n'
    problems = _problems(SMALL.replace("per: plan_year", "per: {months: 6}") + clause)
    assert [(one["path"], one["problem"][:24]) for one in problems] == [
        ("prior_carrier.counts[1]", "there is no accumulator "),
        ("prior_carrier.counts[2]", "limit:visits is kept day"),
    ]


def test_all_problems_are_named_at_once() -> None:
    problems = _problems(SMALL.replace("copay: 25", "copay: -25").replace("coinsurance: 20", "coinsurance: 120"))
    assert [one["path"] for one in problems] == ["benefits[2].pays.in[0].copay", "benefits[3].pays.in[1].coinsurance"]


def test_the_error_says_the_first() -> None:
    with pytest.raises(Invalid, match=r"line 32, benefits\[2\].pays.in\[0\].copay: -25 is less"):
        read_plan(SMALL.replace("copay: 25", "copay: -25"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("plan: [", "line 1"),
        ("plan: a\nplan: b\n", "line 2: “plan” stands here twice"),
        ("a: &x 1\nb: *y\n", "line 2"),
        ("plan: !!python/object:os.system {}", "line 1"),
        ("", "is not of type 'object'"),
    ],
)
def test_what_is_no_yaml(text: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read_plan(text)
