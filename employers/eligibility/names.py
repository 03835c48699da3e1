"""Compares people's names and birthdays as forms and keyboards give them: accents, initials, nicknames, one slip."""

from __future__ import annotations

import unicodedata
from datetime import date
from functools import lru_cache
from typing import Final

SAME: Final = 2
SIMILAR: Final = 1
UNKNOWN: Final = 0
DIFFERENT: Final = -1

# First names by which people are called and enrolled; one line for each name.
_CALLED = """
ABIGAIL ABBY|ALBERT AL BERT|ALEXANDER ALEX|ALEXANDRA ALEX|ANDREW ANDY DREW|ANTHONY TONY|BARBARA BARB|BENJAMIN BEN
CATHERINE CATHY KATE|CHARLES CHUCK CHARLIE|CHRISTINA TINA|CHRISTOPHER CHRIS|DANIEL DAN|DAVID DAVE|DEBORAH DEB DEBBIE
DONALD DON|DOROTHY DOTTIE|EDWARD ED TED EDDIE|ELIZABETH LIZ BETH BETTY ELIZA|EUGENE GENE|FRANCIS FRANK|FREDERICK FRED
GERALD JERRY|GREGORY GREG|HAROLD HAL|HENRY HANK|JACQUELINE JACKIE|JAMES JIM JIMMY JAMIE|JEFFREY JEFF|JENNIFER JEN JENNY
JESSICA JESS|JOHN JACK JOHNNY|JONATHAN JON|JOSEPH JOE|JOSHUA JOSH|KATHERINE KATE KATHY KATIE|KENNETH KEN|LAWRENCE LARRY
LEONARD LEN|MARGARET PEGGY MEG MAGGIE|MATTHEW MATT|MICHAEL MIKE|NATHANIEL NATE|NICHOLAS NICK|PAMELA PAM
PATRICIA PAT PATTY|PATRICK PAT|PETER PETE|PHILIP PHIL|REBECCA BECKY|RICHARD RICK DICK RICH|ROBERT BOB BOBBY ROB
RONALD RON|SAMUEL SAM|SAMANTHA SAM|STEPHEN STEVE|STEVEN STEVE|SUSAN SUE|TERESA TERRY|THEODORE TED
THOMAS TOM|TIMOTHY TIM|VICTORIA VICKY
WILLIAM BILL WILL BILLY|ZACHARY ZACH
"""
_NAMES: Final[dict[str, frozenset[str]]] = {}
for _group in _CALLED.replace("\n", "|").split("|"):
    _words = frozenset(_group.split())
    for _word in _words:
        _NAMES[_word] = _NAMES.get(_word, frozenset()) | _words


def compare_first(ours: str, theirs: str) -> int:
    """SAME, SIMILAR (initial, nickname, a part, one slip), UNKNOWN (one is missing) or DIFFERENT."""
    if ours == theirs:
        return SAME if ours else UNKNOWN
    if not ours or not theirs:
        return UNKNOWN
    return _compare(ours, theirs, True)


def compare_last(ours: str, theirs: str) -> int:
    """The same for last names: of a double name one part is enough."""
    if ours == theirs:
        return SAME if ours else UNKNOWN
    if not ours or not theirs:
        return UNKNOWN
    return _compare(ours, theirs, False)


def compare_birth(ours: date | None, theirs: date | None) -> int:
    """SAME, SIMILAR (one digit off, or month and day exchanged), UNKNOWN or DIFFERENT."""
    if ours is None or theirs is None:
        return UNKNOWN
    if ours == theirs:
        return SAME
    if ours.year == theirs.year and (ours.month, ours.day) == (theirs.day, theirs.month):
        return SIMILAR
    slips = sum(a != b for a, b in zip(f"{ours:%Y%m%d}", f"{theirs:%Y%m%d}", strict=True))
    return SIMILAR if slips == 1 else DIFFERENT


@lru_cache(maxsize=20_000)
def _compare(ours: str, theirs: str, first: bool) -> int:
    a, b = _words_of(ours), _words_of(theirs)
    if not a or not b:
        return UNKNOWN
    if a == b or "".join(a) == "".join(b):
        return SAME
    if set(a) & set(b) and (not first or a[0] == b[0] or len(a) > 1 or len(b) > 1):
        return SIMILAR
    one, other = a[0], b[0]
    if first and (one.startswith(other) or other.startswith(one) or other in _NAMES.get(one, ())):
        return SIMILAR
    return SIMILAR if _one_slip("".join(a), "".join(b)) else DIFFERENT


def _words_of(name: str) -> list[str]:
    plain = name if name.isascii() else unicodedata.normalize("NFKD", name)
    return "".join(letter if letter.isalpha() else " " for letter in plain if not unicodedata.combining(letter)).split()


def _one_slip(a: str, b: str) -> bool:
    """One letter wrong, missing, too many, or two neighbours exchanged; a name of under four letters must be right."""
    if min(len(a), len(b)) < 4 or abs(len(a) - len(b)) > 1:
        return False
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    rest_a, rest_b = a[start:], b[start:]
    if len(a) == len(b):
        return rest_a[1:] == rest_b[1:] or (rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:])
    return rest_a[1:] == rest_b if len(a) > len(b) else rest_a == rest_b[1:]
