"""Matches a bank's lines with the book's items, rule by rule, the surest first. A tie is never guessed. Plain.

Each rule looks at all that is open before it takes anything: whatever the order in which lines and items come, the
outcome is the same. What one rule takes the next one does not see.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, TypeVar

from claims.reconciliation.matching.facts import Found, OpenItem, OpenLine, Outcome, Terms, ToPost

_K = TypeVar("_K")
_ZERO: Final = Decimal("0.00")
_OF_PAYMENTS: Final = {"ach", "wire", "transfer", "other", "returned", "correction"}
_OF_BANKS: Final = {"fee", "interest"}


def match(lines: Sequence[OpenLine], items: Sequence[OpenItem], terms: Terms) -> Outcome:
    """What can be said for certain of these lines and items."""
    desk = _Desk(lines, items)
    _checks(desk)
    _references(desk)
    _batches(desk, terms)
    _groups(desk)
    _voids(desk)
    _checks_of_another_amount(desk)
    _corrections(desk)
    _amount_and_day(desk, terms)
    to_post = _to_post(desk, terms)
    return Outcome(
        tuple(sorted(desk.found, key=lambda one: (one.lines, one.items))),
        tuple(sorted(to_post, key=lambda one: one.line_id)),
    )


class _Desk:
    """What is still open while the rules go over it."""

    def __init__(self, lines: Iterable[OpenLine], items: Iterable[OpenItem]) -> None:
        self.lines = {line.line_id: line for line in lines if line.amount}
        self.items = {item.item_id: item for item in items if item.amount}
        self.left: dict[int, Decimal] = {}  # of lines of which a part was taken
        self.found: list[Found] = []

    def take(self, rule: str, lines: Iterable[int], items: Iterable[int]) -> None:
        """All of these lines and items, which come to the same."""
        line_ids, item_ids = sorted(lines), sorted(items)
        self.found.append(
            Found(
                rule,
                tuple((one, self.open_of(one)) for one in line_ids),
                tuple((one, self.items[one].amount) for one in item_ids),
            )
        )
        for one in line_ids:
            del self.lines[one]
        for one in item_ids:
            del self.items[one]

    def open_of(self, line_id: int) -> Decimal:
        return self.left.get(line_id, self.lines[line_id].amount)


def _checks(desk: _Desk) -> None:
    """The check's number and its very amount."""
    _take_pairs(
        desk,
        "check",
        ((line.line_id, (line.check_number, line.amount)) for line in desk.lines.values() if line.check_number),
        ((item.item_id, (item.check_number, item.amount)) for item in desk.items.values() if item.check_number),
    )


def _references(desk: _Desk) -> None:
    """A reference that both know, and the very amount: a payment's trace, a deposit's reference, what was returned."""
    line_keys = ((line.line_id, (name, line.amount)) for line in desk.lines.values() for name in _names(line))
    item_keys = ((item.item_id, (name, item.amount)) for item in desk.items.values() for name in item.references)
    for line_id, item_id in _pairs(line_keys, item_keys):
        item = desk.items[item_id]
        rule = "returned" if item.reverses_id is not None else "trace" if item.method else "reference"
        desk.take(rule, [line_id], [item_id])


def _names(line: OpenLine) -> frozenset[str]:
    return line.references | {line.check_number} if line.check_number else line.references


def _batches(desk: _Desk, terms: Terms) -> None:
    """The settlement of an ACH file: one line, its entries together. Named by the bank, or the only such amount."""
    batches: dict[str, list[OpenItem]] = defaultdict(list)
    for item in desk.items.values():
        if item.batch:
            batches[item.batch].append(item)
    sums = {name: sum((item.amount for item in group), _ZERO) for name, group in batches.items()}
    lines = [line for line in desk.lines.values() if line.kind in _OF_PAYMENTS]
    named = _pairs(
        ((line.line_id, (name, line.amount)) for line in lines for name in line.references),
        ((name, (name, amount)) for name, amount in sums.items()),
    )
    for line_id, name in named:
        desk.take("batch", [line_id], [item.item_id for item in batches.pop(name)])
    days = {name: min(item.posted_on for item in group) for name, group in batches.items()}
    rest = _pairs_in_time(
        [(line.line_id, line.amount, line.booked_on) for line in lines if line.line_id in desk.lines],
        [(name, sums[name], day) for name, day in days.items()],
        before=0,
        after=terms.window_days,
    )
    for line_id, name in rest:
        desk.take("batch", [line_id], [item.item_id for item in batches[name]])


def _groups(desk: _Desk) -> None:
    """Several lines of one item, or items of one line: all that shares references, when it comes to the same."""
    by_name: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for line in desk.lines.values():
        for name in _names(line):
            by_name[name].append(("line", line.line_id))
    for item in desk.items.values():
        for name in item.references:
            by_name[name].append(("item", item.item_id))
    for group in _joined(list(by_name.values())):
        line_ids = [one for side, one in group if side == "line"]
        item_ids = [one for side, one in group if side == "item"]
        if min(len(line_ids), len(item_ids)) != 1 or len(group) < 3:
            continue
        came = sum((desk.lines[one].amount for one in line_ids), _ZERO)
        if came == sum((desk.items[one].amount for one in item_ids), _ZERO):
            desk.take("group", line_ids, item_ids)


def _voids(desk: _Desk) -> None:
    """A check that was taken back before the bank saw it: the two postings undo each other, and no line will come.

    Of an ACH credit both come: the batch has left, and the return arrives by itself.
    """
    pairs = [
        (paid.item_id, item.item_id)
        for item in desk.items.values()
        if (paid := desk.items.get(item.reverses_id or 0)) is not None
        and paid.check_number
        and paid.is_whole
        and item.is_whole
        and paid.amount + item.amount == 0
    ]
    often = Counter(one for pair in pairs for one in pair)
    for pair in pairs:
        if often[pair[0]] == often[pair[1]] == 1:
            desk.take("void", [], pair)


def _checks_of_another_amount(desk: _Desk) -> None:
    """The check's number, but the bank encoded another amount: what both say is matched, the rest is followed up."""
    lines, items = defaultdict(list), defaultdict(list)
    for line in desk.lines.values():
        if line.kind == "check" and line.is_whole:
            lines[line.check_number].append(line)
    for item in desk.items.values():
        if item.check_number and item.is_whole and item.reverses_id is None:
            items[item.check_number].append(item)
    for number in sorted(lines.keys() & items.keys()):
        if len(lines[number]) != 1 or len(items[number]) != 1:
            continue
        [line], [item] = lines[number], items[number]
        if (line.amount > 0) != (item.amount > 0):
            continue
        both = max(line.amount, item.amount) if line.amount < 0 else min(line.amount, item.amount)
        desk.found.append(
            Found("check_amount", ((line.line_id, both),), ((item.item_id, both),), line.amount - item.amount)
        )
        del desk.items[item.item_id]
        if line.amount == both:
            del desk.lines[line.line_id]
        else:
            desk.left[line.line_id] = line.amount - both


def _corrections(desk: _Desk) -> None:
    """The bank takes back what it did wrong: two lines that undo each other, one of which says that it corrects."""
    fixing = [line for line in desk.lines.values() if line.kind in ("correction", "returned")]
    fixed = [line for line in desk.lines.values() if line.kind not in ("correction", "returned")]
    pairs = _pairs(
        ((line.line_id, (name, -desk.open_of(line.line_id))) for line in fixing for name in _names(line)),
        ((line.line_id, (name, desk.open_of(line.line_id))) for line in fixed for name in _names(line)),
    )
    for first, second in pairs:
        desk.take("correction", [first, second], [])


def _amount_and_day(desk: _Desk, terms: Terms) -> None:
    """The only line and the only item of this amount within the days: of what goes by no number."""
    for kinds, is_item in _SIDES:
        pairs = _pairs_in_time(
            [
                (line.line_id, line.amount, line.booked_on)
                for line in desk.lines.values()
                if line.kind in kinds and line.line_id not in desk.left
            ],
            [(item.item_id, item.amount, item.posted_on) for item in desk.items.values() if is_item(item)],
            before=terms.window_days,
            after=terms.window_days,
        )
        for line_id, item_id in pairs:
            desk.take("amount", [line_id], [item_id])


_SIDES: Final[tuple[tuple[set[str], Callable[[OpenItem], bool]], ...]] = (
    (_OF_BANKS, lambda item: item.kind in ("bank_fee", "bank_interest", "fee", "interest")),
    (_OF_PAYMENTS, lambda item: item.method == "ach"),
    (_OF_PAYMENTS | {"deposit"}, lambda item: not item.method and not item.kind.startswith("bank_")),
)


def _to_post(desk: _Desk, terms: Terms) -> list[ToPost]:
    """Lines of which exactly one rule speaks."""
    found = []
    for line in desk.lines.values():
        speaking = [rule for rule in terms.rules if rule.speaks_of(line)] if line.is_whole else []
        if len(speaking) == 1 and line.line_id not in desk.left:
            found.append(ToPost(line.line_id, speaking[0].rule_id))
    return found


def _take_pairs(
    desk: _Desk, rule: str, lines: Iterable[tuple[int, object]], items: Iterable[tuple[int, object]]
) -> None:
    for line_id, item_id in _pairs(lines, items):
        desk.take(rule, [line_id], [item_id])


def _pairs(left: Iterable[tuple[int, object]], right: Iterable[tuple[_K, object]]) -> list[tuple[int, _K]]:
    """Those that share a key with each other and with nobody else. Both sides are given as (id, key), many a side."""
    ours, theirs = _by_key(left), _by_key(right)
    of_left: dict[int, set[_K]] = defaultdict(set)
    of_right: dict[_K, set[int]] = defaultdict(set)
    for key in ours.keys() & theirs.keys():
        # Two are enough to know that there is more than one.
        for one in ours[key]:
            of_left[one].update(theirs[key][:2])
        for other in theirs[key]:
            of_right[other].update(ours[key][:2])
    return _mutual(of_left, of_right)


def _by_key(side: Iterable[tuple[_K, object]]) -> dict[object, list[_K]]:
    keys: dict[object, list[_K]] = defaultdict(list)
    for one, key in side:
        keys[key].append(one)
    return keys


def _mutual(of_left: Mapping[int, set[_K]], of_right: Mapping[_K, set[int]]) -> list[tuple[int, _K]]:
    pairs = []
    for one, others in of_left.items():
        if len(others) == 1:
            [other] = others
            if len(of_right[other]) == 1:
                pairs.append((one, other))
    return sorted(pairs, key=lambda pair: pair[0])


def _pairs_in_time(
    left: Sequence[tuple[int, Decimal, date]], right: Sequence[tuple[_K, Decimal, date]], *, before: int, after: int
) -> list[tuple[int, _K]]:
    """Those of one amount of which a left one lies no more than so many days before or after a right one, and nobody
    else of that amount does."""
    ours, theirs = _by_amount(left), _by_amount(right)
    of_left: dict[int, set[_K]] = {}
    of_right: dict[_K, set[int]] = {}
    for amount in ours.keys() & theirs.keys():
        for day, one in ours[amount]:
            near = _within(theirs[amount], day - timedelta(after), day + timedelta(before))
            of_left[one] = set(near)
        for day, other in theirs[amount]:
            of_right[other] = set(_within(ours[amount], day - timedelta(before), day + timedelta(after)))
    return _mutual(of_left, of_right)


def _by_amount(side: Sequence[tuple[_K, Decimal, date]]) -> dict[Decimal, list[tuple[date, _K]]]:
    found: dict[Decimal, list[tuple[date, _K]]] = defaultdict(list)
    for one, amount, day in side:
        found[amount].append((day, one))
    for group in found.values():
        group.sort(key=lambda pair: pair[0])
    return found


def _within(group: Sequence[tuple[date, _K]], first: date, last: date) -> list[_K]:
    """At most two: more than one is a tie, however many."""
    start = bisect_left(group, first, key=lambda pair: pair[0])
    end = bisect_right(group, last, key=lambda pair: pair[0])
    return [one for _day, one in group[start : min(end, start + 2)]]


def _joined(groups: Sequence[Sequence[tuple[str, int]]]) -> list[set[tuple[str, int]]]:
    """What hangs together by any of the groups."""
    above: dict[tuple[str, int], tuple[str, int]] = {}

    def top(one: tuple[str, int]) -> tuple[str, int]:
        while above.setdefault(one, one) != one:
            above[one] = above[above[one]]
            one = above[one]
        return one

    for group in groups:
        for other in group[1:]:
            above[top(other)] = top(group[0])
    together: dict[tuple[str, int], set[tuple[str, int]]] = defaultdict(set)
    for one in list(above):
        together[top(one)].add(one)
    return list(together.values())
