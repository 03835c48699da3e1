"""Code sets: is a code valid on a day, and what does it mean in words.

`load_shipped` brings the small tables that come with us, in our own words; `load_release` a whole public set.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet

from tpa.foundation.models.codes import Code, CodeSet

SHIPPED: Final = Path(__file__).parent / "data" / "codes"
OUR_OWN: Final = "steward"

_Facts: TypeAlias = dict[str, str | date | None]


class CodeRow(NamedTuple):
    """One code of a release. `words` may be empty: some publishers give the codes away and not the words."""

    code: str
    words: str = ""
    is_billable: bool = True


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a release changed: codes added, codes whose words changed, codes that ended."""

    code_set: str
    read_count: int
    added_count: int
    changed_count: int
    ended_count: int


@dataclass(frozen=True, slots=True)
class Layout:
    """A public file: which set it is, what its name looks like, how its rows are read."""

    code_set: CodeSet
    name: re.Pattern[str]
    read: Callable[[str], Iterator[CodeRow]]


def normalise(code: str) -> str:
    """A code as it stands in X12: no dot, upper case."""
    return code.replace(".", "").strip().upper()


def words_of(code_set: CodeSet, codes: Iterable[str], *, on: date) -> dict[str, str]:
    """The words of codes on a day; codes that are unknown, or whose words are not free, are left out. One query."""
    asked = {code: _candidates(code_set, code) for code in codes}
    found = dict(
        _valid(code_set, {one for many in asked.values() for one in many}, on)
        .exclude(words="")
        .values_list("code", "words")
    )
    worded = {code: next((found[one] for one in many if one in found), "") for code, many in asked.items()}
    return {code: words for code, words in worded.items() if words}


def unknown_codes(code_set: CodeSet, codes: Iterable[str], *, on: date) -> set[str]:
    """Those of the codes that are not valid for a claim on a day: never issued, ended, or a heading.

    Of a set that was never loaded whole nothing is unknown: our own small tables prove nothing. Two queries.
    """
    asked = {code: _candidates(code_set, code) for code in codes}
    if not asked or not is_whole(code_set):
        return set()
    candidates = {one for many in asked.values() for one in many}
    valid = set(_valid(code_set, candidates, on).filter(is_billable=True).values_list("code", flat=True))
    return {code for code, many in asked.items() if valid.isdisjoint(many)}


def validity_of(
    asked: Collection[tuple[str, str]],
) -> dict[tuple[str, str], tuple[tuple[date | None, date | None], ...]]:
    """When codes, named with their sets, were valid for a claim: first day, and first day after; none was never.

    Of a set that was never loaded whole nothing is said: our own small tables prove nothing. One query.
    """
    candidates = {key: _candidates(CodeSet(key[0]), key[1]) for key in asked}
    listed = sorted({(code_set, one) for (code_set, _code), many in candidates.items() for one in many})
    facts: dict[str, Any] = {
        "sets": [one for one, _code in listed],
        "codes": [code for _set, code in listed],
        "own": OUR_OWN,
    }
    whole: set[str] = set()
    periods: dict[tuple[str, str], list[tuple[date | None, date | None]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_PERIODS, facts)
        for code_set, code, starts_on, ends_on in cursor.fetchall():
            if code is None:
                whole.add(code_set)
            else:
                periods[code_set, code].append((starts_on, ends_on))
    wanted = {key: many for key, many in candidates.items() if key[0] in whole}
    return {
        key: tuple(period for one in many for period in periods.get((key[0], one), ())) for key, many in wanted.items()
    }


def is_whole(code_set: CodeSet) -> bool:
    """Was a whole release of this set ever loaded?"""
    return Code.objects.filter(code_set=code_set).exclude(source=OUR_OWN).exists()


@transaction.atomic
def load_release(code_set: CodeSet, rows: Iterable[CodeRow], *, source: str, effective_on: date | None) -> Loaded:
    """Makes a set say what a whole release says from a day on, and keeps what was said before.

    The first release counts as valid since ever, for nobody knows since when; it takes the place of our own words
    where it has words. A later one (`effective_on` is then needed) ends what it no longer has and what it says
    differently. Loading the same again changes nothing. Raises `ValueError` without a day for a later release, or
    without any code.
    """
    read_count = _stage(rows)
    if not read_count:
        raise ValueError(f"{source} holds no code of {code_set}")
    is_first = not is_whole(code_set)
    if not is_first and effective_on is None:
        raise ValueError("say from which day on this release is in force")
    facts: _Facts = {"set": code_set.value, "own": OUR_OWN, "source": source, "on": None if is_first else effective_on}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_OVER, facts)
        changed = 0 if is_first else _run(cursor, _END_CHANGED, facts)
        ended = 0 if is_first else _run(cursor, _END_DROPPED, facts)
        added = _run(cursor, _ADD, facts)
        cursor.execute("DROP TABLE incoming_codes")
    return Loaded(code_set.value, read_count, added - changed, changed, ended)


@transaction.atomic
def load_shipped() -> int:
    """Brings the tables that come with us up to date where no release took their place; returns how many rows."""
    touched = 0
    for path in sorted(SHIPPED.glob("*.csv")):
        _stage(CodeRow(row["code"], row["words"]) for row in _csv(path.read_text()))
        with connection.cursor() as cursor:
            facts: _Facts = {"set": CodeSet(path.stem).value, "own": OUR_OWN}
            touched += _run(cursor, _REWORD_OWN, facts) + _run(cursor, _ADD_OWN, facts)
            cursor.execute("DROP TABLE incoming_codes")
    return touched


def load_folder(folder: Path, *, effective_on: date | None) -> list[Loaded]:
    """Loads every file of a folder whose name is that of a public layout. A month in the name (`_2026-04`) is the day
    from which the release is in force, unless another day is given."""
    loaded = []
    for path in sorted(folder.iterdir()):
        for layout in LAYOUTS:
            if layout.name.fullmatch(path.name):
                # Some publishers still write Windows-1252 here and there.
                raw = path.read_bytes()
                try:
                    text = raw.decode("utf-8-sig")
                except UnicodeDecodeError:
                    text = raw.decode("cp1252")
                on = effective_on or _month_in(path.name)
                loaded.append(load_release(layout.code_set, layout.read(text), source=path.name[:60], effective_on=on))
    return loaded


def _candidates(code_set: CodeSet, code: str) -> tuple[str, ...]:
    """A code as it may stand in a release. ICD-10-CM lists injuries without their seventh character, which says which
    treatment it was, and the X that fill up to it: S93401A stands as S93401, T148XXA as T148."""
    code = normalise(code)
    if code_set == CodeSet.ICD10CM and len(code) == 7:
        return code, code[:6], code[:6].rstrip("X")
    return (code,)


def _valid(code_set: CodeSet, codes: Iterable[str], on: date) -> QuerySet[Code]:
    return Code.objects.filter(code_set=code_set, code__in=list(codes), effective__contains=on)


# --- reading public layouts ------------------------------------------------------------------------------------------


def _csv(text: str) -> Iterator[dict[str, str]]:
    return csv.DictReader(io.StringIO(text, newline=""))


def _icd10cm(text: str) -> Iterator[CodeRow]:
    return (CodeRow(normalise(row["code"]), row["description"], row["leaf_in_xml"] == "1") for row in _csv(text))


def _hcpcs(text: str) -> Iterator[CodeRow]:
    # Level II only: a letter and four digits. Level I is CPT and level "D" is CDT, both licensed.
    level_two = re.compile(r"[A-CE-V]\d{4}")
    rows = (CodeRow(row["HCPCSCode"].strip(), row["ShortDescriptor"].strip()) for row in _csv(text))
    return (row for row in rows if level_two.fullmatch(row.code))


def _taxonomy(text: str) -> Iterator[CodeRow]:
    return (CodeRow(row["Code"].strip(), row["Display Name"].strip()) for row in _csv(text))


def _place_of_service(text: str) -> Iterator[CodeRow]:
    return (CodeRow(row["code"].strip(), row["name"].strip()) for row in _csv(text))


def _modifiers(text: str) -> Iterator[CodeRow]:
    rows = (CodeRow(row["code"].strip().upper()) for row in _csv(text))
    return (row for row in rows if re.fullmatch(r"[A-Z0-9]{2}", row.code))


def _list(text: str) -> Iterator[CodeRow]:
    code = re.compile(r"[A-Z]{0,2}\d{1,3}")
    return (CodeRow(line.strip()) for line in text.splitlines() if code.fullmatch(line.strip()))


LAYOUTS: Final = (
    Layout(CodeSet.ICD10CM, re.compile(r"icd10cm.*\.csv"), _icd10cm),
    Layout(CodeSet.HCPCS, re.compile(r"hcpcs.*\.csv"), _hcpcs),
    Layout(CodeSet.TAXONOMY, re.compile(r"nucc_taxonomy.*\.csv"), _taxonomy),
    Layout(CodeSet.PLACE_OF_SERVICE, re.compile(r"place_of_service.*\.csv"), _place_of_service),
    Layout(CodeSet.MODIFIER, re.compile(r"modifiers.*\.csv"), _modifiers),
    Layout(CodeSet.CARC, re.compile(r"carc_codes.*\.txt"), _list),
    Layout(CodeSet.RARC, re.compile(r"rarc_codes.*\.txt"), _list),
)


def _month_in(name: str) -> date | None:
    found = re.search(r"_(\d{4})-(\d{2})", name)
    return date(int(found[1]), int(found[2]), 1) if found else None


# --- writing ---------------------------------------------------------------------------------------------------------


def _stage(rows: Iterable[CodeRow]) -> int:
    """Puts the rows into a temporary table with `COPY`, each code once; returns how many."""
    unique = {row.code: row for row in rows}
    text = io.StringIO()
    csv.writer(text).writerows((row.code, row.words, row.is_billable) for row in unique.values())
    text.seek(0)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE incoming_codes (code varchar(12) PRIMARY KEY, words text NOT NULL,"
            " is_billable boolean NOT NULL) ON COMMIT DROP"
        )
        cursor.copy_expert("COPY incoming_codes FROM STDIN (FORMAT csv, FORCE_NOT_NULL (words))", text)
    return len(unique)


def _run(cursor: CursorWrapper, statement: str, facts: _Facts) -> int:
    cursor.execute(statement, facts)
    return int(cursor.rowcount)


# Our own words stood in for the release: it takes the row over, and gives its own words if it has any.
_TAKE_OVER: Final = """
    UPDATE foundation_code code SET source = %(source)s, is_billable = incoming.is_billable,
        words = coalesce(nullif(incoming.words, ''), code.words)
    FROM incoming_codes incoming
    WHERE code.code_set = %(set)s AND code.code = incoming.code AND code.source = %(own)s
"""
# What starts on the day itself came from an earlier loading of this release, and is said anew rather than ended.
_CHANGED: Final = """
    code.code_set = %(set)s AND code.code = incoming.code AND code.source <> %(own)s AND upper_inf(code.effective)
    AND (code.is_billable <> incoming.is_billable OR incoming.words NOT IN ('', code.words))
"""
_END_CHANGED: Final = f"""
    WITH corrected AS (
        DELETE FROM foundation_code code USING incoming_codes incoming
        WHERE {_CHANGED} AND lower(code.effective) >= %(on)s::date RETURNING code.id
    )
    UPDATE foundation_code code SET effective = daterange(lower(code.effective), %(on)s::date)
    FROM incoming_codes incoming
    WHERE {_CHANGED} AND coalesce(lower(code.effective), '-infinity') < %(on)s::date
"""  # noqa: S608 (our own text)
_END_DROPPED: Final = """
    UPDATE foundation_code code SET effective = daterange(lower(code.effective), %(on)s::date)
    WHERE code.code_set = %(set)s AND code.source <> %(own)s AND upper_inf(code.effective)
        AND coalesce(lower(code.effective), '-infinity') < %(on)s::date
        AND NOT EXISTS (SELECT FROM incoming_codes incoming WHERE incoming.code = code.code)
"""
_ADD: Final = """
    INSERT INTO foundation_code (code_set, code, words, is_billable, effective, source)
    SELECT %(set)s, incoming.code, incoming.words, incoming.is_billable, daterange(%(on)s::date, NULL), %(source)s
    FROM incoming_codes incoming
    WHERE NOT EXISTS (
        SELECT FROM foundation_code code
        WHERE code.code_set = %(set)s AND code.code = incoming.code
            AND (upper_inf(code.effective) OR upper(code.effective) > %(on)s::date)
    )
"""
# A row without a code says that the set was loaded whole.
_PERIODS: Final = """
    SELECT asked.code_set, NULL, NULL::date, NULL::date
    FROM (SELECT DISTINCT code_set FROM unnest(%(sets)s::text[]) AS named (code_set)) asked
    WHERE EXISTS (SELECT FROM foundation_code code WHERE code.code_set = asked.code_set AND code.source <> %(own)s)
    UNION ALL
    (SELECT code.code_set, code.code, lower(code.effective), upper(code.effective)
     FROM unnest(%(sets)s::text[], %(codes)s::text[]) AS wanted (code_set, code)
     JOIN foundation_code code USING (code_set, code)
     WHERE code.is_billable ORDER BY code.id)
"""
_REWORD_OWN: Final = """
    UPDATE foundation_code code SET words = incoming.words FROM incoming_codes incoming
    WHERE code.code_set = %(set)s AND code.code = incoming.code AND code.source = %(own)s
        AND code.words <> incoming.words
"""
_ADD_OWN: Final = """
    INSERT INTO foundation_code (code_set, code, words, is_billable, effective, source)
    SELECT %(set)s, incoming.code, incoming.words, true, daterange(NULL, NULL), %(own)s FROM incoming_codes incoming
    WHERE NOT EXISTS (SELECT FROM foundation_code code WHERE code.code_set = %(set)s AND code.code = incoming.code)
"""
