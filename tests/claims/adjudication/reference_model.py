"""A second, slower opinion of what a plan pays: whole cents, straight from the plan document.

Shares no code with the engine but the facts it reads. Knows tiers, prices by fee and per cent of billed, limits,
shares, caps and other payers.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from claims.adjudication.engine.facts import ClaimFacts

TIER_OF = {"near": "one", "far": "two", "": "out"}


class Result(NamedTuple):
    """What comes out of one line, in cents."""

    allowed: int
    not_covered: int
    copay: int
    deductible: int
    coinsurance: int
    paid: int


def half_up(cents: Fraction) -> int:
    return int((cents * 2 + 1) // 2)


class Ledger:
    """All that a family used up: (year, bucket) to member to cents (or hundredths of a count)."""

    def __init__(self) -> None:
        self.sums: dict[tuple[Any, str], dict[int, int]] = defaultdict(lambda: defaultdict(int))

    def mine(self, year: Any, buckets: list[str], member: int) -> int:
        return sum(self.sums[year, bucket][member] for bucket in buckets)

    def ours(self, year: Any, buckets: list[str]) -> int:
        return sum(sum(self.sums[year, bucket].values()) for bucket in buckets)


class Model:
    """Decides a family's claims in order."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.ledger = Ledger()

    def decide(self, facts: ClaimFacts) -> list[Result]:
        self.facts = facts
        self.member = facts.member.member_id
        self.copays: dict[Any, int] = {}
        self.visits: dict[Any, bool] = {}
        prices = {price.line_number: price for price in facts.prices}
        return [self.line(line, prices[line.number]) for line in facts.submission.lines]

    def line(self, line: Any, price: Any) -> Result:
        billed = int(line.billed_amount * 100)
        self.year = date(line.service_from.year, 1, 1)
        tier = TIER_OF[price.network]
        benefit = next(one for one in self.document["benefits"] if self.belongs(line.procedure_code, one))
        pays = benefit["pays"][tier]
        paid_as = tier
        if isinstance(pays, dict):
            paid_as = pays["as"]
            pays = benefit["pays"][paid_as]
        if pays == "not_covered":
            return Result(0, billed, 0, 0, 0, 0)
        if price.network:
            allowed = half_up(Fraction(price.rate.amount) * Fraction(line.units_count) * 100)
        else:
            percent = Fraction(str(self.document["out_of_network"]["prices"][0]["percent_of_billed"]))
            allowed = half_up(billed * percent / 100)
        allowed = priced = min(allowed, billed)
        limits = [one for one in self.document["limits"] if benefit["benefit"] in one["benefits"]]
        allowed, counted = self.limited(limits, allowed, line)
        other = line.other_payers[0] if line.other_payers else None
        left = before = 0
        basis = allowed
        method = self.document["coordination"]["method"]
        if other:
            before = int(other.paid_amount * 100)
            remaining = other.remaining_member_amount
            left = max(priced - before, 0) if remaining is None else min(int(remaining * 100), billed - before)
            if method == "maintenance":
                basis = min(allowed, left)
        taken = self.shares(benefit, pays, paid_as, basis, line)
        payable = max(basis - sum(cents for _, _, cents in taken), 0)
        for limit in limits:
            if limit["counts"] == "paid":
                room = self.limit_room(limit)
                beyond = max(payable - room, 0)
                payable, allowed = payable - beyond, allowed - beyond
        borne = {"copay": 0, "deductible": 0, "coinsurance": 0}
        owed = sum(cents for _, _, cents in taken)
        if other:
            payable = min(max(payable - before, 0) if method == "non_duplication" else payable, left)
            owed = left - payable
        for kind, name, cents in taken:
            bears = min(cents, owed)
            owed -= bears
            borne[kind] += bears
            if kind == "deductible":
                self.use(self.year, f"deductible:{name}", bears if method == "maintenance" else cents)
            maximum = benefit.get("out_of_pocket_maximum", paid_as)
            if maximum != "none":
                self.use(self.year, f"oop:{maximum}", bears)
        for limit in limits:
            spent = payable if limit["counts"] == "paid" else counted.get(limit["limit"], 0)
            self.use(self.limit_year(limit), f"limit:{limit['limit']}", spent)
        return Result(allowed, priced - allowed, borne["copay"], borne["deductible"], borne["coinsurance"], payable)

    def shares(self, benefit: Any, pays: Any, tier: str, basis: int, line: Any) -> list[tuple[str, str, int]]:
        """(kind, deductible, cents) in the plan's order."""
        name = benefit.get("out_of_pocket_maximum", tier)
        bearable = None if name == "none" else self.room(self.document["out_of_pocket_maximums"], "oop", name)
        taken = []
        for place, share in enumerate(pays):
            kind, which = "deductible", ""
            if share == "deductible" or "deductible" in share:
                which = tier if share == "deductible" else share["deductible"]
                cents = min(basis, self.room(self.document["deductibles"], "deductible", which))
            elif "coinsurance" in share:
                kind = "coinsurance"
                cents = half_up(basis * Fraction(str(share["coinsurance"])) / 100)
            else:
                kind = "copay"
                once = line.service_from if share["per"] == "visit" else line.number
                full = int(
                    Fraction(str(share["copay"])) * 100 * (int(line.units_count) if share["per"] == "unit" else 1)
                )
                cents = min(basis, self.copays.setdefault((benefit["benefit"], once, place), full))
            if bearable is not None:
                cents = min(cents, bearable)
                bearable -= cents
            if kind == "copay":
                self.copays[benefit["benefit"], once, place] -= cents
            basis -= cents
            taken.append((kind, which, cents))
        return taken

    def room(self, caps: list[Any], kind: str, name: str) -> int:
        cap = next(one for one in caps if one["name"] == name)
        buckets = [f"{kind}:{one}" for one in (name, *cap.get("also_counts", []))]
        rooms = []
        person = cap.get("person_in_family", None if cap.get("type") == "aggregate" else cap["individual"])
        if person is not None:
            rooms.append(int(Fraction(str(person)) * 100) - self.ledger.mine(self.year, buckets, self.member))
        if "family" in cap:
            rooms.append(int(Fraction(str(cap["family"])) * 100) - self.ledger.ours(self.year, buckets))
        return max(min(rooms), 0)

    def limited(self, limits: list[Any], allowed: int, line: Any) -> tuple[int, dict[str, int]]:
        counted: dict[str, int] = {}
        first: dict[Any, bool] = {}
        for limit in limits:
            if limit["counts"] == "paid" or not allowed:
                continue
            room = self.limit_room(limit)
            if limit["counts"] == "allowed":
                counted[limit["limit"]] = allowed = min(allowed, room)
            elif limit["counts"] == "units":
                units = int(line.units_count * 100)
                used = counted[limit["limit"]] = min(units, room)
                exact = Fraction(allowed * used, units)
                # Largest remainder of two parts: the larger fraction gets the cent, the first of equals.
                allowed = int(exact) + (1 if exact - int(exact) >= Fraction(1, 2) else 0)
            else:
                key = (limit["limit"], line.service_from)
                if key not in self.visits:
                    first[key] = room >= 100
                    counted[limit["limit"]] = 100 if room >= 100 else 0
                allowed = allowed if self.visits.get(key, first.get(key)) else 0
        if not allowed:
            return 0, {}
        self.visits |= first
        return allowed, counted

    def limit_room(self, limit: Any) -> int:
        used = self.ledger.mine(self.limit_year(limit), [f"limit:{limit['limit']}"], self.member)
        return max(int(Fraction(str(limit["most"])) * 100) - used, 0)

    def limit_year(self, limit: Any) -> Any:
        return "lifetime" if limit["per"] == "lifetime" else self.year

    def use(self, year: Any, bucket: str, cents: int) -> None:
        self.ledger.sums[year, bucket][self.member] += cents

    def belongs(self, code: str, benefit: Any) -> bool:
        first, last = benefit["when"][0]["procedures"][0].split("-")
        return first <= code <= last
