"""What changes from one wording of a plan to another, clause by clause, in words."""

from __future__ import annotations

from typing import Any, NamedTuple

from plans.design.describe_plan import describe_plan
from plans.design.plan_words import Clause

ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"


class Change(NamedTuple):
    """One difference: the clause with its section, the aspect, what it said and what it says. Blank: nothing."""

    kind: str
    key: str
    title: str
    section: str
    aspect: str
    before: str
    after: str


def diff_plan_versions(*, before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """Compare two plan documents. The order of benefits is content too, for the first that fits is taken."""
    old = {clause.key: clause for clause in describe_plan(before)}
    new = {clause.key: clause for clause in describe_plan(after)}
    changes = [change for key, clause in new.items() for change in _changes(old.get(key), clause)]
    for key, clause in old.items():
        if key not in new:
            changes += [
                Change(REMOVED, key, clause.title, clause.section, aspect, said, "")
                for aspect, said in clause.says.items()
            ]
    return changes + _moves(old, new)


def _changes(old: Clause | None, new: Clause) -> list[Change]:
    if old is None:
        return [Change(ADDED, new.key, new.title, new.section, aspect, "", says) for aspect, says in new.says.items()]
    aspects = [*old.says, *(aspect for aspect in new.says if aspect not in old.says)]
    changes = [
        Change(CHANGED, new.key, new.title, new.section, aspect, old.says.get(aspect, ""), new.says.get(aspect, ""))
        for aspect in aspects
        if old.says.get(aspect) != new.says.get(aspect)
    ]
    for aspect, said, says in (("title", old.title, new.title), ("section", old.section, new.section)):
        if said != says:
            changes.append(Change(CHANGED, new.key, new.title, new.section, aspect, said, says))
    return changes


def _moves(old: dict[str, Clause], new: dict[str, Clause]) -> list[Change]:
    """Benefits that stand before others now which stood before them."""
    before = [key for key in old if key.startswith("benefit:") and key in new]
    after = [key for key in new if key.startswith("benefit:") and key in old]
    moved = []
    for place, key in enumerate(after):
        passed = [other for other in after[place + 1 :] if before.index(other) < before.index(key)]
        if passed:
            names = ", ".join(new[other].title for other in passed)
            moved.append(Change(MOVED, key, new[key].title, new[key].section, "order", "", names))
    return moved
