"""What the law wants of a plan, checked before it is published. The law's numbers come in as data."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from plans.design.guard import (
    ACA_OTHER,
    ACA_SELF,
    HDHP_DEDUCTIBLE_FAMILY,
    HDHP_DEDUCTIBLE_SELF,
    HDHP_OOP_FAMILY,
    HDHP_OOP_SELF,
    REFUSES,
    WARNS,
    Guard,
    Numbers,
)
from plans.design.guard_fairness import fairness_guards
from plans.design.plan_words import dollars

Document = dict[str, Any]


def guardrails(document: Document, numbers: Numbers) -> list[Guard]:
    """All that is found, in the order of the rules. `document` is one that `read_plan` found good."""
    if document.get("excepted"):
        return []
    found = list(_emergencies(document))
    if not document.get("grandfathered"):
        found += [*_maximums(document, numbers), *_uncounted(document), *_preventive(document)]
    if document.get("hsa_qualified"):
        found += [
            *_hdhp_deductibles(document, numbers),
            *_hdhp_maximums(document, numbers),
            *_before_deductible(document),
            *_first_visits_before_deductible(document),
        ]
    return [*found, *_dollar_limits(document), *_parity(document), *fairness_guards(document, numbers)]


def _maximums(document: Document, numbers: Numbers) -> Iterator[Guard]:
    """In network nobody bears more than the year's limit, nor a family more than its own; maxima may add up."""
    tiers = _network_tiers(document)
    maximums = [one for one in document["out_of_pocket_maximums"] if tiers & set(one.get("tiers", ()))]
    covered = {tier for one in maximums for tier in one["tiers"]}
    for tier in sorted(tiers - covered):
        message = _("Tier %(tier)s has no out-of-pocket maximum.") % {"tier": tier}
        yield Guard("aca.no_maximum", REFUSES, _tier_section(document, tier), message, "45 CFR 156.130; PHSA 2707(b)")
    if not maximums:
        return
    section = ", ".join(one["section"] for one in maximums)
    yield from _too_high("aca.self", _together(maximums, "individual"), numbers, ACA_SELF, section)
    yield from _too_high("aca.family", _together(maximums, "family"), numbers, ACA_OTHER, section)
    # Since 2016 the self-only limit holds for each person of a family, whatever the family's own maximum is.
    yield from _too_high("aca.person", _together(maximums, "person"), numbers, ACA_SELF, section)


def _uncounted(document: Document) -> Iterator[Guard]:
    """Every share of an essential benefit in network counts toward the maximum."""
    tiers = _network_tiers(document)
    for one in document["out_of_pocket_maximums"]:
        if (
            tiers & set(one.get("tiers", ()))
            and len(set(one.get("shares", ("copay", "deductible", "coinsurance")))) < 3
        ):
            message = _("Not all kinds of share count toward the in-network maximum.")
            yield Guard("aca.uncounted_share", REFUSES, one["section"], message, "45 CFR 155.20; PHSA 2707(b)")
    for benefit in document["benefits"]:
        if (
            benefit.get("essential", True)
            and benefit.get("out_of_pocket_maximum") == "none"
            and _has_shares(benefit, tiers)
        ):
            message = _("Shares of “%(title)s” do not count toward the maximum.") % {"title": benefit["title"]}
            yield Guard("aca.uncounted_benefit", REFUSES, benefit["section"], message, "45 CFR 155.20; PHSA 2707(b)")


def _preventive(document: Document) -> Iterator[Guard]:
    benefits = [benefit for benefit in document["benefits"] if benefit.get("preventive")]
    citation = "29 CFR 2590.715-2713; PHSA 2713"
    if not benefits:
        yield Guard("aca.no_preventive", REFUSES, "", _("No benefit is marked as preventive care."), citation)
    for benefit in benefits:
        for tier in sorted(_network_tiers(document)):
            if _pays(benefit, tier) != []:
                message = _("Preventive care has a share in tier %(tier)s.") % {"tier": tier}
                yield Guard("aca.preventive_share", REFUSES, benefit["section"], message, citation)


def _emergencies(document: Document) -> Iterator[Guard]:
    citation = "29 CFR 2590.716-4; PHSA 2799A-1"
    if "no_surprises" not in document:
        message = _("Nothing says how emergencies out of network are paid.")
        yield Guard("nsa.unsaid", REFUSES, document["out_of_network"]["section"], message, citation)
        return
    pay_as = document["no_surprises"]["pay_as"]
    if pay_as not in _network_tiers(document):
        message = _("Protected services are not paid like a tier in network.")
        yield Guard("nsa.tier", REFUSES, document["no_surprises"]["section"], message, citation)
    benefits = [benefit for benefit in document["benefits"] if benefit.get("emergency")]
    if not benefits:
        yield Guard("nsa.no_emergency", REFUSES, "", _("No benefit is marked as emergency care."), citation)
    for benefit in benefits:
        if _pays(benefit, pay_as) == "not_covered":
            message = _("Emergency care is not covered.")
            yield Guard("nsa.not_covered", REFUSES, benefit["section"], message, citation)


def _dollar_limits(document: Document) -> Iterator[Guard]:
    essential = {benefit["benefit"] for benefit in document["benefits"] if benefit.get("essential", True)}
    for limit in document.get("limits", ()):
        if limit["counts"] in ("allowed", "paid") and (held := essential & set(limit["benefits"])):
            message = _("A limit in dollars on essential benefits: %(names)s.") % {"names": ", ".join(sorted(held))}
            yield Guard("aca.dollar_limit", REFUSES, limit["section"], message, "29 CFR 2590.715-2711; PHSA 2711")


def _parity(document: Document) -> Iterator[Guard]:
    mental = {benefit["benefit"] for benefit in document["benefits"] if benefit.get("mental_health")}
    for limit in document.get("limits", ()):
        if mental & set(limit["benefits"]):
            message = _("A limit on mental health or substance use benefits needs its parity analysis.")
            yield Guard("mhpaea.limit", WARNS, limit["section"], message, "29 CFR 2590.712(c)")


def _hdhp_deductibles(document: Document, numbers: Numbers) -> Iterator[Guard]:
    """Nobody is paid for before the minimum deductible: alone the self-only one, in a family the family's."""
    tiers = _network_tiers(document)
    for one in document.get("deductibles", ()):
        if not tiers & set(one.get("tiers", ())):
            continue
        yield from _too_low(
            "hdhp.deductible", Decimal(one["individual"]), numbers, HDHP_DEDUCTIBLE_SELF, one["section"]
        )
        if "family" in one:
            first_paid = one["family"] if one["type"] == "aggregate" else one["individual"]
            first_paid = min(Decimal(one.get("person_in_family", first_paid)), Decimal(one["family"]))
            yield from _too_low("hdhp.family_deductible", first_paid, numbers, HDHP_DEDUCTIBLE_FAMILY, one["section"])
    named = {tier for one in document.get("deductibles", ()) for tier in one.get("tiers", ())}
    for tier in sorted(tiers - named):
        message = _("Tier %(tier)s has no deductible.") % {"tier": tier}
        yield Guard("hdhp.no_deductible", REFUSES, _tier_section(document, tier), message, "26 USC 223(c)(2)(A)")


def _hdhp_maximums(document: Document, numbers: Numbers) -> Iterator[Guard]:
    tiers = _network_tiers(document)
    maximums = [one for one in document["out_of_pocket_maximums"] if tiers & set(one.get("tiers", ()))]
    if not maximums:
        return
    section = ", ".join(one["section"] for one in maximums)
    yield from _too_high("hdhp.self", _together(maximums, "individual"), numbers, HDHP_OOP_SELF, section)
    yield from _too_high("hdhp.family", _together(maximums, "family"), numbers, HDHP_OOP_FAMILY, section)


def _before_deductible(document: Document) -> Iterator[Guard]:
    """Before the deductible only preventive care and what does not count as health coverage (dental) may be paid."""
    for benefit in document["benefits"]:
        if benefit.get("preventive") or _is_dental(benefit):
            continue
        for tier in sorted(_network_tiers(document)):
            pays = _pays(benefit, tier)
            if pays != "not_covered" and (not pays or pays[0] != "deductible"):
                message = _("“%(title)s” is paid before the deductible.") % {"title": benefit["title"]}
                yield Guard("hdhp.before_deductible", REFUSES, benefit["section"], message, "26 USC 223(c)(2)")
                break


def _first_visits_before_deductible(document: Document) -> Iterator[Guard]:
    """Nor may the first visits of a year be."""
    tiers = _network_tiers(document)
    exempt = {
        benefit["benefit"] for benefit in document["benefits"] if benefit.get("preventive") or _is_dental(benefit)
    }
    for first in document.get("first_visits", ()):
        pays = [pays for tier, pays in first["pays"].items() if tier in tiers and pays != "not_covered"]
        if set(first["benefits"]) - exempt and any(not shares or shares[0] != "deductible" for shares in pays):
            message = _("The first visits “%(name)s” are paid before the deductible.") % {"name": first["first"]}
            yield Guard("hdhp.before_deductible", REFUSES, first["section"], message, "26 USC 223(c)(2)")


def _too_high(code: str, amount: Decimal | None, numbers: Numbers, name: str, section: str) -> Iterator[Guard]:
    yield from _compare(code, amount, numbers, name, section, most=True)


def _too_low(code: str, amount: Decimal, numbers: Numbers, name: str, section: str) -> Iterator[Guard]:
    yield from _compare(code, amount, numbers, name, section, most=False)


def _compare(
    code: str, amount: Decimal | None, numbers: Numbers, name: str, section: str, *, most: bool
) -> Iterator[Guard]:
    number = numbers.get(name)
    if number is None:
        message = _("No value of %(name)s is known for the plan year.") % {"name": name}
        yield Guard(code, WARNS, section, message, "")
        return
    values = {"amount": "" if amount is None else dollars(amount), "limit": dollars(number.value)}
    if amount is None:
        if most:
            yield Guard(code, REFUSES, section, _("There is no limit; at most %(limit)s.") % values, number.citation)
    elif most and amount > number.value:
        yield Guard(code, REFUSES, section, _("%(amount)s is above %(limit)s.") % values, number.citation)
    elif not most and amount < number.value:
        yield Guard(code, REFUSES, section, _("%(amount)s is below %(limit)s.") % values, number.citation)


def _together(maximums: list[Document], of: str) -> Decimal | None:
    """What can be borne under all of them: those that cross over hold together, the others add up. None: no end."""
    total = Decimal(0)
    rest = list(maximums)
    while rest:
        group = [rest.pop()]
        for one in group:
            for other in list(rest):
                if other["name"] in _counted(one) or one["name"] in _counted(other):
                    rest.remove(other)
                    group.append(other)
        amounts = [_borne(one, of) for one in group]
        if any(amount is None for amount in amounts):
            return None
        total += max(amount for amount in amounts if amount is not None)
    return total


def _counted(maximum: Document) -> list[str]:
    """Those that count toward it wholly; what crosses over only in part leaves the rest to be borne."""
    return [other for other in maximum.get("also_counts", ()) if isinstance(other, str)]


def _borne(maximum: Document, of: str) -> Decimal | None:
    individual = Decimal(maximum["individual"])
    if of == "individual":
        return individual
    family = Decimal(maximum["family"]) if "family" in maximum else None
    if of == "family":
        return family
    if "person_in_family" in maximum:
        return Decimal(maximum["person_in_family"])
    return family if maximum.get("type") == "aggregate" else individual


def _network_tiers(document: Document) -> set[str]:
    return {tier["tier"] for tier in document["tiers"] if tier.get("networks")}


def _tier_section(document: Document, name: str) -> str:
    return str(next(tier["section"] for tier in document["tiers"] if tier["tier"] == name))


def _pays(benefit: Document, tier: str) -> Any:
    pays = benefit["pays"][tier]
    return benefit["pays"][pays["as"]] if isinstance(pays, dict) else pays


def _has_shares(benefit: Document, tiers: set[str]) -> bool:
    return any(_pays(benefit, tier) not in ([], "not_covered") for tier in tiers)


def _is_dental(benefit: Document) -> bool:
    return bool(benefit.get("when")) and all(match.get("kinds") == ["D"] for match in benefit["when"])
