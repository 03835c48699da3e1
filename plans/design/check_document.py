"""What a schema can not say of a plan document: that names are known, used once, and nothing is left unsaid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from plans.design.compile_limits import ANY_CONDITION
from plans.design.yaml_document import Path

Document = dict[str, Any]

# Adjustment reasons that say themselves that at least one remark code must be given.
_WANT_REMARK = frozenset({"16", "96", "A1"})
_RANGES = ("procedures", "revenue_codes", "bill_types", "diagnoses")
# Of a limit's and a condition's name: together they name an accumulator, which has sixty characters.
_LONGEST = 53


class Problem(NamedTuple):
    """What is wrong, and where in the document."""

    path: Path
    message: str


def problems_of(document: Document) -> list[Problem]:
    """All contradictions of a document that its schema found well-formed."""
    checks = (
        *(_dates, _tiers, _caps, _benefits, _matches, _conditions, _counted, _first_visits, _edits, _tier_names),
        *(_coordination, _prior_carrier, _newborn_ranges),
    )
    return [problem for check in checks for problem in check(document)]


def _dates(document: Document) -> Iterator[Problem]:
    days: dict[str, date] = {}
    for name, text in document["effective"].items():
        try:
            days[name] = date.fromisoformat(text)
        except ValueError:
            yield Problem(("effective", name), f"{text} is no day of the calendar")
    if len(days) == 2 and days["through"] < days["from"]:
        yield Problem(("effective", "through"), "ends before it begins")


def _coordination(document: Document) -> Iterator[Problem]:
    clause = document.get("coordination", {})
    if "bank" in clause and clause["method"] != "standard":
        yield Problem(("coordination", "bank"), "only the standard method leaves savings to a benefit bank")


def _tiers(document: Document) -> Iterator[Problem]:
    tiers = document["tiers"]
    yield from _twins(tiers, "tiers", "tier")
    outside = [index for index, tier in enumerate(tiers) if not tier.get("networks")]
    if len(outside) != 1:
        yield Problem(("tiers",), f"exactly one tier is out of network (has no networks), not {len(outside)}")
    seen: set[str] = set()
    for index, tier in enumerate(tiers):
        for network in tier.get("networks", ()):
            if network in seen:
                yield Problem(("tiers", index, "networks"), f"network {network} stands in two tiers")
            seen.add(network)


def _caps(document: Document) -> Iterator[Problem]:
    tiers = {tier["tier"] for tier in document["tiers"]}
    for part in ("deductibles", "out_of_pocket_maximums"):
        caps = document.get(part, [])
        yield from _twins(caps, part, "name")
        names = {cap["name"] for cap in caps}
        taken: set[str] = set()
        for index, cap in enumerate(caps):
            path: Path = (part, index)
            if "family" in cap and "type" not in cap:
                yield Problem(path, "say whether the family amount is embedded or aggregate")
            for tier in cap.get("tiers", ()):
                if tier not in tiers:
                    yield Problem((*path, "tiers"), f"there is no tier {tier}")
                if tier in taken:
                    yield Problem((*path, "tiers"), f"tier {tier} has one already")
                taken.add(tier)
            yield from _crossings(cap, names, (*path, "also_counts"))
            if cap["name"] == "none":
                yield Problem((*path, "name"), "“none” is what a benefit says that counts toward nothing")


def _crossings(cap: Document, names: set[str], path: Path) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, other in enumerate(cap.get("also_counts", ())):
        name = other if isinstance(other, str) else other["name"]
        if name not in names or name == cap["name"]:
            yield Problem((*path, index), f"there is no other one named {name}")
        if name in seen:
            yield Problem((*path, index), f"{name} is there already")
        seen.add(name)


def _benefits(document: Document) -> Iterator[Problem]:
    benefits = document["benefits"]
    yield from _twins(benefits, "benefits", "benefit")
    tiers = [tier["tier"] for tier in document["tiers"]]
    for index, benefit in enumerate(benefits):
        path: Path = ("benefits", index)
        if "when" not in benefit and index != len(benefits) - 1:
            yield Problem(path, "without `when` it takes everything: only the last benefit may")
        for tier in tiers:
            if tier not in benefit["pays"]:
                yield Problem((*path, "pays"), f"nothing is said of tier {tier}")
        for tier, pays in benefit["pays"].items():
            yield from _pays(document, benefit, tier, pays, (*path, "pays", tier))
        maximum = benefit.get("out_of_pocket_maximum", "none")
        if maximum != "none" and maximum not in _names(document, "out_of_pocket_maximums"):
            yield Problem((*path, "out_of_pocket_maximum"), f"there is no out-of-pocket maximum {maximum}")


def _pays(document: Document, benefit: Document, tier: str, pays: Any, path: Path) -> Iterator[Problem]:
    if tier not in {one["tier"] for one in document["tiers"]}:
        yield Problem(path, f"there is no tier {tier}")
        return
    if isinstance(pays, dict):
        other = benefit["pays"].get(pays["as"])
        if other is None or isinstance(other, dict):
            yield Problem(path, f"pays like tier {pays['as']}, of which nothing is said")
        return
    if isinstance(pays, str):
        return
    for index, share in enumerate(pays):
        if share == "deductible":
            if not any(tier in cap.get("tiers", ()) for cap in document.get("deductibles", ())):
                yield Problem((*path, index), f"tier {tier} has no deductible")
        elif "deductible" in share and share["deductible"] not in _names(document, "deductibles"):
            yield Problem((*path, index), f"there is no deductible {share['deductible']}")
        if "most_per_stay" in share and share["per"] != "day":
            yield Problem((*path, index), "most_per_stay goes with a copay per day")


def _matches(document: Document) -> Iterator[Problem]:
    for part in ("benefits", "limits", "waiting_periods", "exclusions", "reviews"):
        for index, clause in enumerate(document.get(part, ())):
            for place, match in enumerate(clause.get("when", ())):
                for name in _RANGES:
                    yield from _ranges(match.get(name, ()), (part, index, "when", place, name))


def _newborn_ranges(document: Document) -> Iterator[Problem]:
    for place, match in enumerate(document.get("newborns", {}).get("with_mother", ())):
        for name in _RANGES:
            yield from _ranges(match.get(name, ()), ("newborns", "with_mother", place, name))


def _ranges(codes: list[Any], path: Path) -> Iterator[Problem]:
    for at, code in enumerate(codes):
        first, _dash, last = str(code).partition("-")
        if last and (len(first) != len(last) or last < first):
            yield Problem((*path, at), f"{code} is no range of codes")


def _conditions(document: Document) -> Iterator[Problem]:
    yield from _twins(document.get("conditions", []), "conditions", "condition")
    for index, condition in enumerate(document.get("conditions", ())):
        yield from _ranges(condition["diagnoses"], ("conditions", index, "diagnoses"))


def _counted(document: Document) -> Iterator[Problem]:
    """What names benefits and conditions: each is there once, and names those that there are."""
    benefits = _names(document, "benefits", "benefit")
    counted = (("limits", "limit"), ("first_visits", "first"), ("waiting_periods", "waiting"), ("parity", "class"))
    for part, key in counted:
        yield from _twins(document.get(part, []), part, key)
        for index, clause in enumerate(document.get(part, ())):
            for name in clause["benefits"]:
                if name not in benefits:
                    yield Problem((part, index, "benefits"), f"there is no benefit {name}")
    for index, waiting in enumerate(document.get("waiting_periods", ())):
        if ("months" in waiting) == ("days" in waiting):
            yield Problem(("waiting_periods", index), "say how long it is, in months or in days")
    conditions = _names(document, "conditions", "condition")
    for index, limit in enumerate(document.get("limits", ())):
        named = limit.get("conditions", [])
        for name in [] if named == ANY_CONDITION else named:
            path: Path = ("limits", index, "conditions")
            if name not in conditions:
                yield Problem(path, f"there is no condition {name}")
            elif len(limit["limit"]) + len(name) > _LONGEST:
                yield Problem(path, f"the names {limit['limit']} and {name} are too long together")


def _prior_carrier(document: Document) -> Iterator[Problem]:
    parts = {"deductible": "deductibles", "oop": "out_of_pocket_maximums", "limit": "limits"}
    by_days = {f"limit:{one['limit']}" for one in document.get("limits", ()) if isinstance(one["per"], dict)}
    for index, bucket in enumerate(document.get("prior_carrier", {}).get("counts", ())):
        kind, _colon, name = bucket.partition(":")
        path: Path = ("prior_carrier", "counts", index)
        if name not in _names(document, parts[kind], "limit" if kind == "limit" else "name"):
            yield Problem(path, f"there is no accumulator {bucket}")
        elif bucket in by_days:
            yield Problem(path, f"{bucket} is kept day by day: a sum of a prior carrier's can not be told from it")


def _first_visits(document: Document) -> Iterator[Problem]:
    for index, first in enumerate(document.get("first_visits", ())):
        for tier, pays in first["pays"].items():
            yield from _pays(document, first, tier, pays, ("first_visits", index, "pays", tier))


def _edits(document: Document) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, one in enumerate(document.get("edits", {}).get("apply", ())):
        path: Path = ("edits", "apply", index)
        said = {"edit": one} if isinstance(one, str) else one
        if said["edit"] in seen:
            yield Problem(path, f"{said['edit']} is there already")
        seen.add(said["edit"])
        if str(said.get("carc", "")) in _WANT_REMARK and not said.get("rarcs"):
            yield Problem((*path, "carc"), f"{said['carc']} wants a remark code that says what")


def _tier_names(document: Document) -> Iterator[Problem]:
    """Tiers that other clauses name."""
    tiers = {tier["tier"] for tier in document["tiers"]}
    named: list[tuple[Path, list[str]]] = []
    if "no_surprises" in document:
        named.append((("no_surprises", "pay_as"), [document["no_surprises"]["pay_as"]]))
    if "timely_filing" in document:
        named.append((("timely_filing", "limits"), list(document["timely_filing"]["limits"])))
    for index, limit in enumerate(document.get("limits", ())):
        named.append((("limits", index, "tiers"), limit.get("tiers", [])))
    for index, benefit in enumerate(document["benefits"]):
        named.append((("benefits", index, "authorization"), benefit.get("authorization", {}).get("tiers", [])))
    for index, clause in enumerate(document.get("parity", ())):
        named.append((("parity", index, "tiers"), clause["tiers"]))
    for path, names in named:
        for name in names:
            if name not in tiers:
                yield Problem(path, f"there is no tier {name}")


def _names(document: Document, part: str, key: str = "name") -> set[str]:
    return {one[key] for one in document.get(part, ())}


def _twins(clauses: list[Document], part: str, key: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, clause in enumerate(clauses):
        if clause[key] in seen:
            yield Problem((part, index, key), f"{clause[key]} is there already")
        seen.add(clause[key])
