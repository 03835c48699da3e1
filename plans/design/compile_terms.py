"""Compiles a checked plan document into the terms that the engine applies."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from plans.design.compile_edits import compile_edits
from plans.design.compile_limits import first_visits_of, limits_of, waitings_of
from plans.design.compile_matches import matches_of
from plans.design.terms import (
    COINSURANCE,
    COPAY,
    DEDUCTIBLE,
    AuthorizationTerm,
    Benefit,
    BenefitTier,
    Cap,
    Coordination,
    Crossing,
    Exclusion,
    Filing,
    Limit,
    Newborns,
    PlanTerms,
    PriceRule,
    Pricing,
    Share,
    Tier,
)

Document = dict[str, Any]

_ALL_SHARES = (COPAY, DEDUCTIBLE, COINSURANCE)


def compile_terms(document: Document, content_hash: str) -> PlanTerms:
    """The terms of a document that `read_plan` found good."""
    tiers = tuple(_tier(tier) for tier in document["tiers"])
    deductibles = _caps(document.get("deductibles", []), "deductible")
    maximums = _caps(document["out_of_pocket_maximums"], "oop")
    limits = limits_of(document)
    through = document["effective"].get("through")
    month, day = document["plan_year"]["starts"].split("-")
    return PlanTerms(
        plan=document["plan"],
        title=document["title"],
        content_hash=content_hash,
        effective_from=date.fromisoformat(document["effective"]["from"]),
        effective_to=date.fromisoformat(through) + timedelta(days=1) if through else None,
        year_month=int(month),
        year_day=int(day),
        tiers=tiers,
        benefits=tuple(_benefit(benefit, document, deductibles, maximums, limits) for benefit in document["benefits"]),
        stays_by_admission=document.get("stays", {}).get("belong_to", "admission") == "admission",
        reprocesses_by_service=document.get("reprocessing", {}).get("order") == "service",
        splits_lines=document.get("stays", {}).get("spanning_lines") == "by_day",
        protected_tier=document.get("no_surprises", {}).get("pay_as", ""),
        protected_pricing=_pricing(document.get("no_surprises", {})),
        out_of_network=_pricing(document["out_of_network"]),
        deductibles=tuple(deductibles.values()),
        out_of_pockets=tuple(maximums.values()),
        limits=limits,
        exclusions=(
            *(_exclusion(clause) for clause in document.get("exclusions", [])),
            *(_review(clause) for clause in document.get("reviews", [])),
        ),
        filing=_filing(document["timely_filing"]) if "timely_filing" in document else None,
        coordination=Coordination(**document.get("coordination", {})),
        edits=compile_edits(document["edits"]) if "edits" in document else (),
        sections={
            part: document[part]["section"]
            for part in ("eligibility", "plan_year", "prior_carrier", "stays", "reprocessing")
            if part in document
        },
        newborns=_newborns(document["newborns"]) if "newborns" in document else None,
        prior_credits=tuple(document.get("prior_carrier", {}).get("counts", ())),
        is_hsa_qualified=document.get("hsa_qualified", False),
        is_grandfathered=document.get("grandfathered", False),
    )


def _tier(tier: Document) -> Tier:
    return Tier(
        name=tier["tier"],
        networks=tuple(tier.get("networks", ())),
        accepts_repricing=tier.get("accepts_repricing", False),
        section=tier["section"],
    )


def _caps(caps: list[Document], kind: str) -> dict[str, Cap]:
    """By name, in the document's order."""
    return {cap["name"]: _cap(cap, kind) for cap in caps}


def _cap(cap: Document, kind: str) -> Cap:
    individual = Decimal(cap["individual"])
    family = Decimal(cap["family"]) if "family" in cap else None
    if "person_in_family" in cap:
        person: Decimal | None = Decimal(cap["person_in_family"])
    else:
        person = None if cap.get("type") == "aggregate" else individual
    bucket = f"{kind}:{cap['name']}"
    also = cap.get("also_counts", ())
    shares = tuple(cap.get("shares", _ALL_SHARES)) if kind == "oop" else ()
    return Cap(
        bucket=bucket,
        counts=(bucket, *(f"{kind}:{other}" for other in also if isinstance(other, str))),
        crossings=tuple(_crossing(other, kind) for other in also if not isinstance(other, str)),
        self_only_amount=individual,
        person_amount=person,
        family_amount=family,
        shares=shares,
        carry_over_from_month=cap.get("carry_over_from_month"),
        section=cap["section"],
    )


def _crossing(other: Document, kind: str) -> Crossing:
    return Crossing(
        bucket=f"{kind}:{other['name']}",
        person_amount=Decimal(other["most"]),
        family_amount=Decimal(other["most_family"]) if "most_family" in other else None,
    )


def _benefit(
    benefit: Document,
    document: Document,
    deductibles: dict[str, Cap],
    maximums: dict[str, Cap],
    limits: tuple[Limit, ...],
) -> Benefit:
    name = benefit["benefit"]
    of_tiers = partial(_tiers, document=document, deductibles=deductibles, maximums=maximums)
    maximum = benefit.get("out_of_pocket_maximum", "")
    tiers = of_tiers(benefit["pays"], maximum, benefit["section"])
    return Benefit(
        name=name,
        title=benefit["title"],
        matches=matches_of(benefit.get("when", [])),
        tiers=tiers,
        emergency=benefit.get("emergency"),
        limits=tuple(limit for limit in limits if name in limit.benefits),
        first_visits=tuple(
            first_visits_of(first, of_tiers(first["pays"], maximum, first["section"]))
            for first in document.get("first_visits", ())
            if name in first["benefits"]
        ),
        waitings=waitings_of(document, name),
        authorization=_authorization(benefit["authorization"]) if "authorization" in benefit else None,
        section=benefit["section"],
    )


def _tiers(
    said: Document,
    maximum: str,
    section: str,
    *,
    document: Document,
    deductibles: dict[str, Cap],
    maximums: dict[str, Cap],
) -> dict[str, BenefitTier]:
    """What is paid at each tier that is said; `maximum` names the one that counts if not the tier's own."""
    tiers: dict[str, BenefitTier] = {}
    for tier, pays in said.items():
        paid_as = pays["as"] if isinstance(pays, dict) else tier
        shares = said[paid_as]
        is_covered = shares != "not_covered"
        tiers[tier] = BenefitTier(
            tier=tier,
            is_covered=is_covered,
            shares=tuple(_share(share, paid_as, document, deductibles, section) for share in shares)
            if is_covered
            else (),
            out_of_pocket=maximums.get(maximum or _general(document["out_of_pocket_maximums"], paid_as)),
            section=section,
        )
    return tiers


def _general(caps: list[Document], tier: str) -> str:
    """The name of the deductible or maximum that is meant at a tier without being named."""
    return next((str(cap["name"]) for cap in caps if tier in cap.get("tiers", ())), "")


def _share(share: Any, tier: str, document: Document, deductibles: dict[str, Cap], section: str) -> Share:
    if share == DEDUCTIBLE or DEDUCTIBLE in share:
        name = _general(document["deductibles"], tier) if share == DEDUCTIBLE else share[DEDUCTIBLE]
        cap = deductibles[name]
        return Share(kind=DEDUCTIBLE, deductible=cap, section=cap.section)
    if COINSURANCE in share:
        return Share(kind=COINSURANCE, percent=Decimal(share[COINSURANCE]), section=section)
    return Share(
        kind=COPAY,
        amount=Decimal(share[COPAY]),
        per=share["per"],
        most_per_stay=Decimal(share["most_per_stay"]) if "most_per_stay" in share else None,
        waived_if_admitted=share.get("waived") == "if_admitted",
        section=section,
    )


def _authorization(clause: Document) -> AuthorizationTerm:
    return AuthorizationTerm(
        tiers=tuple(clause["tiers"]), when_missing=clause.get("when_missing", "pend"), section=clause["section"]
    )


def _exclusion(clause: Document) -> Exclusion:
    return Exclusion(
        name=clause["exclusion"],
        title=clause["title"],
        matches=matches_of(clause["when"]),
        group=clause.get("group", "PR"),
        carc=clause.get("carc", "204"),
        rarcs=tuple(clause.get("rarcs", ())),
        section=clause["section"],
    )


def _review(clause: Document) -> Exclusion:
    return Exclusion(
        name=clause["review"],
        title=clause["title"],
        matches=matches_of(clause["when"]),
        is_review=True,
        section=clause["section"],
    )


def _filing(clause: Document) -> Filing:
    limits = clause["limits"]
    return Filing(
        months_by_tier={tier: limit["months"] for tier, limit in limits.items() if "months" in limit},
        days_by_tier={tier: limit["days"] for tier, limit in limits.items() if "days" in limit},
        section=clause["section"],
    )


def _newborns(clause: Document) -> Newborns:
    return Newborns(
        covered_days=clause["covered_days"],
        with_mother=matches_of(clause.get("with_mother", [])),
        section=clause["section"],
    )


def _pricing(clause: Document) -> Pricing:
    return Pricing(rules=tuple(_price(price) for price in clause.get("prices", ())), section=clause.get("section", ""))


def _price(price: Document) -> PriceRule:
    if "percent_of_billed" in price:
        return PriceRule(method="percent_of_billed", percent=Decimal(price["percent_of_billed"]))
    if "percent_of_reference" in price:
        percent = Decimal(price["percent_of_reference"])
        return PriceRule(method="percent_of_reference", percent=percent, schedule=price["schedule"])
    return PriceRule(
        method="charge_percentile", schedule=price["charge_percentile"], percentile=price.get("percentile", 0)
    )
