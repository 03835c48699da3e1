"""Says a plan document in words, clause by clause: what a person reads, and what two versions are compared by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from plans.design.describe_counted import counted_clauses, fairness_clauses
from plans.design.describe_edits import describe_edits
from plans.design.plan_words import Clause, dollars, length_words, matches_words, pays_words

Document = dict[str, Any]


def describe_plan(document: Document) -> list[Clause]:
    """All clauses in the document's order."""
    return list(_clauses(document))


def _clauses(document: Document) -> Iterator[Clause]:
    yield _general(document)
    for tier in document["tiers"]:
        says = {_("networks"): ", ".join(tier.get("networks", ())) or _("none: out of network")}
        if tier.get("accepts_repricing"):
            says[_("repricing")] = _("the repricer's price holds")
        yield Clause(f"tier:{tier['tier']}", _("Tier %s") % tier["tier"], tier["section"], says)
    for one in document.get("deductibles", ()):
        yield Clause(f"deductible:{one['name']}", _("Deductible %s") % one["name"], one["section"], _cap(one))
    for one in document["out_of_pocket_maximums"]:
        title = _("Out-of-pocket maximum %s") % one["name"]
        yield Clause(f"oop:{one['name']}", title, one["section"], _cap(one))
    yield from _rules(document)
    if "edits" in document:
        clause = document["edits"]
        yield Clause("edits", _("Edits of codes and bills"), clause["section"], describe_edits(clause))
    for benefit in document["benefits"]:
        yield Clause(f"benefit:{benefit['benefit']}", benefit["title"], benefit["section"], _benefit(benefit))
    yield from counted_clauses(document)
    yield from fairness_clauses(document)
    for part, title in (("exclusions", _("Excluded: %s")), ("reviews", _("Reviewed by a clinician: %s"))):
        for clause in document.get(part, ()):
            key = clause.get("exclusion") or clause["review"]
            yield Clause(f"{part}:{key}", title % clause["title"], clause["section"], _exclusion(clause))


def _general(document: Document) -> Clause:
    effective = document["effective"]
    says = {
        _("title"): document["title"],
        _("dates of service"): _("from %(from)s through %(through)s")
        % {"from": effective["from"], "through": effective.get("through", "…")},
        _("plan year begins"): document["plan_year"]["starts"],
    }
    for flag, words in (
        ("hsa_qualified", _("goes with a health savings account")),
        ("grandfathered", _("grandfathered")),
        ("excepted", _("excepted benefits only")),
    ):
        if document.get(flag):
            says[words] = _("yes")
    return Clause("plan", document["title"], document["plan_year"]["section"], says)


def _rules(document: Document) -> Iterator[Clause]:
    if "eligibility" in document:
        says = {_("coverage"): _("on the day of service"), **_eligibility(document["eligibility"])}
        yield Clause("eligibility", _("Who is covered"), document["eligibility"]["section"], says)
    if "stays" in document:
        by_admission = document["stays"]["belong_to"] == "admission"
        says = {_("belong to"): _("the day of admission") if by_admission else _("each day of service")}
        if "spanning_lines" in document["stays"]:
            is_split = document["stays"]["spanning_lines"] == "by_day"
            says[_("lines of several days")] = _("split by days") if is_split else _("belong to their first day")
        yield Clause("stays", _("Stays over the turn of a year"), document["stays"]["section"], says)
    if "reprocessing" in document:
        by_service = document["reprocessing"]["order"] == "service"
        says = {_("order"): _("of the services") if by_service else _("in which the claims were first decided")}
        yield Clause("reprocessing", _("Claims decided anew"), document["reprocessing"]["section"], says)
    pricing = document["out_of_network"]
    says = {_("prices"): _prices(pricing["prices"])}
    yield Clause("out_of_network", _("Prices out of network"), pricing["section"], says)
    if "no_surprises" in document:
        clause = document["no_surprises"]
        says = {_("paid like tier"): clause["pay_as"]}
        if clause.get("prices"):
            says[_("prices")] = _prices(clause["prices"])
        yield Clause("no_surprises", _("Emergencies and protected services out of network"), clause["section"], says)
    if "timely_filing" in document:
        clause = document["timely_filing"]
        says = {tier: length_words(limit) for tier, limit in clause["limits"].items()}
        yield Clause("timely_filing", _("Timely filing"), clause["section"], says)
    if "newborns" in document:
        clause = document["newborns"]
        says = {_("covered by the mother's coverage"): _("%s days from birth") % clause["covered_days"]}
        if "with_mother" in clause:
            says[_("figured with the mother")] = matches_words(clause["with_mother"])
        yield Clause("newborns", _("Newborns"), clause["section"], says)
    if "prior_carrier" in document:
        says = {_("counts what was used up under it of"): ", ".join(document["prior_carrier"]["counts"])}
        yield Clause("prior_carrier", _("Credit for a prior carrier"), document["prior_carrier"]["section"], says)
    if "coordination" in document:
        clause = document["coordination"]
        methods = {
            "standard": _("standard: up to what is left of the allowable expense"),
            "non_duplication": _("non-duplication: our benefit less what others paid"),
            "maintenance": _("maintenance of benefits: our benefit on what others left"),
        }
        says = {_("method"): methods[clause["method"]]}
        if not clause.get("credits_deductible", True):
            says[_("deductible")] = _("credited with what the member bears")
        if clause.get("bank"):
            years = {"calendar_year": _("calendar year"), "plan_year": _("plan year")}
            says[_("benefit bank")] = years[clause["bank"]]
        yield Clause("coordination", _("Coordination of benefits"), clause["section"], says)


def _eligibility(clause: Document) -> dict[str, str]:
    says = {}
    if "waits_days" in clause:
        says[_("waits")] = _("%s days") % clause["waits_days"]
    if "begins" in clause:
        is_month = clause["begins"] == "first_of_month"
        says[_("begins")] = _("on the first of the month") if is_month else _("on the next day")
    if "service_hours" in clause:
        says[_("hours of service before")] = str(clause["service_hours"])
    return says


def _cap(one: Document) -> dict[str, str]:
    says = {_("individual"): dollars(one["individual"])}
    if "family" in one:
        kind = _("embedded") if one["type"] == "embedded" else _("aggregate")
        says[_("family")] = f"{dollars(one['family'])}, {kind}"
    if "person_in_family" in one:
        says[_("each person in a family")] = dollars(one["person_in_family"])
    says[_("tiers")] = ", ".join(one.get("tiers", ())) or _("only where a benefit names it")
    if one.get("also_counts"):
        says[_("also counts")] = ", ".join(_crossing(other) for other in one["also_counts"])
    if "shares" in one:
        says[_("counts")] = ", ".join(one["shares"])
    if "carry_over_from_month" in one:
        says[_("carries over")] = _("what is applied from month %s on") % one["carry_over_from_month"]
    return says


def _crossing(other: Any) -> str:
    if isinstance(other, str):
        return other
    values = {"name": other["name"], "most": dollars(other["most"])}
    if "most_family" not in other:
        return _("%(name)s up to %(most)s a person") % values
    values["family"] = dollars(other["most_family"])
    return _("%(name)s up to %(most)s a person and %(family)s a family") % values


def _benefit(benefit: Document) -> dict[str, str]:
    says = {_("what belongs to it"): matches_words(benefit.get("when", [])) or _("whatever belongs nowhere else")}
    for tier, pays in benefit["pays"].items():
        says[_("member pays, tier %s") % tier] = pays_words(pays)
    if "emergency" in benefit:
        says[_("emergency")] = _("always") if benefit["emergency"] else _("never")
    if "authorization" in benefit:
        clause = benefit["authorization"]
        missing = _("denied") if clause.get("when_missing") == "deny" else _("looked at")
        says[_("permission before the service")] = _("in tiers %(tiers)s; without it %(missing)s (%(section)s)") % {
            "tiers": ", ".join(clause["tiers"]),
            "missing": missing,
            "section": clause["section"],
        }
    if "out_of_pocket_maximum" in benefit:
        says[_("counts toward maximum")] = benefit["out_of_pocket_maximum"]
    for flag, words in (
        ("essential", _("essential health benefit")),
        ("preventive", _("preventive care")),
        ("mental_health", _("mental health or substance use")),
    ):
        if flag in benefit:
            says[words] = _("yes") if benefit[flag] else _("no")
    return says


def _exclusion(clause: Document) -> dict[str, str]:
    says = {_("what belongs to it"): matches_words(clause["when"])}
    if "carc" in clause or "group" in clause:
        says[_("adjustment")] = f"{clause.get('group', 'PR')}-{clause.get('carc', '204')}"
    return says


def _prices(prices: list[Document]) -> str:
    words = []
    for price in prices:
        if "percent_of_billed" in price:
            words.append(_("%s per cent of billed") % price["percent_of_billed"])
        elif "percent_of_reference" in price:
            values = {"percent": price["percent_of_reference"], "schedule": price["schedule"]}
            words.append(_("%(percent)s per cent of %(schedule)s") % values)
        elif "percentile" in price:
            values = {"percentile": price["percentile"], "schedule": price["charge_percentile"]}
            words.append(_("percentile %(percentile)s of charges by %(schedule)s") % values)
        else:
            words.append(_("percentile of charges by %s") % price["charge_percentile"])
    return _(", else ").join(words) or _("by a person")
