"""Loads published files of pairs, units and add-on codes of a quarter: all, or, if anything is wrong, nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from plans.editing.read_layouts import ADD_ONS, PAIRS, UNITS, FileProblem, Layout, Row, layout_of, rows_of
from plans.editing.stage_rows import stage_rows
from plans.models import EditRelease
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, Invalid

# So many problems are told; a file that has more is of another make.
_TOLD: Final = 50
# A release that has less than this part of what stands is taken for files that were cut, or not all of them.
_LEAST_OF_BEFORE: Final = 0.75

_COLUMNS: Final = {
    PAIRS: "column_one varchar(5), column_two varchar(5), indicator varchar(1), period daterange",
    UNITS: "code varchar(5), most integer, adjudication varchar(1)",
    ADD_ONS: "code varchar(5), primary_code varchar(5), kind varchar(1), period daterange",
}
_TABLES: Final = {PAIRS: "plans_procedurepair", UNITS: "plans_unitmaximum", ADD_ONS: "plans_addoncode"}
_KEYS: Final = {
    PAIRS: ("column_one", "column_two", "indicator", "period"),
    UNITS: ("code", "most", "adjudication"),
    ADD_ONS: ("code", "primary_code", "kind", "period"),
}


@dataclass(slots=True)
class LoadedEdits:
    """What a loading did: rows read, added, superseded. `is_known`: these very files were loaded before."""

    kind: str
    table: str
    quarter_on: date
    row_count: int = 0
    added_count: int = 0
    superseded_count: int = 0
    is_known: bool = False
    problems: list[FileProblem] = field(default_factory=list)


def load_edit_files(
    *, paths: Sequence[Path], by: Actor, quarter_on: date | None = None, table: str = ""
) -> LoadedEdits:
    """Load the files of one table and quarter (pairs come in several). Loading them again changes nothing.

    Pairs and add-on codes are published with their whole history, so that the last quarter says all; units hold from
    the quarter's first day until the next quarter that is loaded. Raises Invalid for files that are not of one known
    layout or hold a wrong row (`problems`, each with file and line), Conflict for an older quarter's pairs or a cut
    file.
    """
    layout, quarter = _what(paths, quarter_on, table)
    done = LoadedEdits(layout.kind, layout.table, quarter)
    digest = _digest(paths)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"edits:{layout.kind}:{layout.table}"])
        releases = EditRelease.objects.filter(kind=layout.kind, table=layout.table).order_by("id")
        last = releases.filter(quarter_on=quarter).last()
        later = releases.filter(quarter_on__gt=quarter).order_by("quarter_on").first()
        if last is not None and last.digest == digest:
            done.is_known, done.row_count = True, last.row_count
            return done
        if later is not None and layout.kind != UNITS:
            raise Conflict("edits.later_quarter", _("A later quarter is loaded, which says all that this one says."))
        done.row_count = stage_rows(_COLUMNS[layout.kind], _rows(paths, layout, done.problems))
        if done.problems or not done.row_count:
            told = [str(problem) for problem in done.problems[:_TOLD]] or [_("The files hold no row.")]
            raise Invalid("edits.wrong_rows", told[0], problems=told)
        now = timezone.now()
        _apply(layout, done, quarter, later.quarter_on if later else None, now)
        release = EditRelease.objects.create(
            kind=layout.kind,
            table=layout.table,
            quarter_on=quarter,
            files=[path.name for path in paths],
            digest=digest,
            row_count=done.row_count,
            loaded_at=now,
        )
        detail = {"rows": done.row_count, "added": done.added_count, "superseded": done.superseded_count}
        record("plans.editrelease.loaded", by=by, about=release, detail=detail)
    return done


def _what(paths: Sequence[Path], quarter_on: date | None, table: str) -> tuple[Layout, date]:
    """The layout and quarter of files that belong together."""
    layouts = []
    for path in paths:
        layout = layout_of(path)
        if layout is None:
            raise Invalid("edits.unknown_layout", _("%s is in no layout that is known.") % path.name)
        layouts.append(layout._replace(table=layout.table or (table if layout.kind != ADD_ONS else "")))
    if not layouts:
        raise Invalid("edits.no_file", _("Name the files."))
    first = layouts[0]
    quarters = {quarter_on or layout.quarter_on for layout in layouts}
    if any((layout.kind, layout.table) != (first.kind, first.table) for layout in layouts) or len(quarters) != 1:
        raise Invalid("edits.mixed_files", _("These files are not of one table and quarter."))
    quarter = quarters.pop()
    if quarter is None or quarter.day != 1 or quarter.month % 3 != 1:
        raise Invalid("edits.no_quarter", _("Say of which quarter they are, by its first day."))
    if not first.table and first.kind != ADD_ONS:
        raise Invalid("edits.no_table", _("Say of whom they speak: practitioner, outpatient or dme."))
    return first, quarter


def _digest(paths: Sequence[Path]) -> str:
    """Of the bytes of all files, whatever their order."""
    parts = []
    for path in paths:
        with path.open("rb") as stream:
            parts.append(hashlib.file_digest(stream, "sha256").hexdigest())
    return hashlib.sha256("".join(sorted(parts)).encode()).hexdigest()


def _rows(paths: Sequence[Path], layout: Layout, problems: list[FileProblem]) -> Iterator[Row]:
    for path in paths:
        own = layout_of(path)
        assert own is not None
        yield from rows_of(path, own, problems)


def _apply(layout: Layout, done: LoadedEdits, quarter: date, until: date | None, now: datetime) -> None:
    """Supersede what the files no longer say, add what they say anew."""
    facts: dict[str, Any] = {"table": layout.table, "from": quarter, "until": until, "now": now}
    statements = _BY_QUARTER if layout.kind == UNITS else _by_history(layout.kind)
    with connection.cursor() as cursor:
        cursor.execute(statements["standing"], facts)
        standing = int(cursor.fetchone()[0])
        if done.row_count < standing * _LEAST_OF_BEFORE:
            raise Conflict("edits.cut_file", _("It is much less than what stands: are the files whole?"))
        if "rest" in statements:
            cursor.execute(statements["rest"], facts)
        cursor.execute(statements["supersede"], facts)
        done.superseded_count = int(cursor.rowcount)
        cursor.execute(statements["add"], facts)
        done.added_count = int(cursor.rowcount)


def _by_history(kind: str) -> dict[str, str]:
    """Statements for tables whose files say of each row from when to when it holds."""
    keys = _KEYS[kind]
    words = {
        "held": _TABLES[kind],
        "own": "held.superseded_at IS NULL" + (' AND held."table" = %(table)s' if kind == PAIRS else ""),
        "same": " AND ".join(f"held.{key} = incoming.{key}" for key in keys),
        "columns": ('"table", ' if kind == PAIRS else "") + ", ".join(keys),
        "values": ("%(table)s, " if kind == PAIRS else "") + ", ".join(f"incoming.{key}" for key in keys),
    }
    return {name: statement.format(**words) for name, statement in _HISTORY.items()}


_HISTORY: Final = {
    "standing": "SELECT count(*) FROM {held} held WHERE {own}",
    "supersede": """
        UPDATE {held} held SET superseded_at = %(now)s
         WHERE {own} AND NOT EXISTS (SELECT FROM incoming_edits incoming WHERE {same})""",
    "add": """
        INSERT INTO {held} ({columns}, recorded_at)
        SELECT DISTINCT {values}, %(now)s::timestamptz FROM incoming_edits incoming
         WHERE NOT EXISTS (SELECT FROM {held} held WHERE {own} AND {same})""",
}
# Units hold from the quarter on until the next one that is loaded: what stands on those days and is not said again
# gives way, and is recorded anew for the days before and after.
_OWN: Final = """held.superseded_at IS NULL AND held."table" = %(table)s
    AND held.period && daterange(%(from)s::date, %(until)s::date)"""
_SAME: Final = "held.code = incoming.code AND held.most = incoming.most AND held.adjudication = incoming.adjudication"
_GIVES_WAY: Final = f"{_OWN} AND NOT EXISTS (SELECT FROM incoming_edits incoming WHERE {_SAME})"
_BY_QUARTER: Final = {
    "standing": f"SELECT count(*) FROM plans_unitmaximum held WHERE {_OWN}",  # noqa: S608 (our own text)
    "rest": f"""
        INSERT INTO plans_unitmaximum ("table", code, most, adjudication, period, recorded_at)
        SELECT held."table", held.code, held.most, held.adjudication, piece, %(now)s::timestamptz
          FROM plans_unitmaximum held
          CROSS JOIN LATERAL (VALUES
              (held.period * daterange(NULL, %(from)s::date)),
              (CASE WHEN %(until)s::date IS NULL THEN 'empty'::daterange
                    ELSE held.period * daterange(%(until)s::date, NULL) END)) AS pieces (piece)
         WHERE {_GIVES_WAY} AND NOT isempty(piece)""",  # noqa: S608
    "supersede": f"""
        UPDATE plans_unitmaximum held SET superseded_at = %(now)s WHERE {_GIVES_WAY}""",  # noqa: S608
    "add": f"""
        INSERT INTO plans_unitmaximum ("table", code, most, adjudication, period, recorded_at)
        SELECT DISTINCT %(table)s, incoming.code, incoming.most, incoming.adjudication,
               daterange(%(from)s::date, %(until)s::date), %(now)s::timestamptz
          FROM incoming_edits incoming
         WHERE NOT EXISTS (SELECT FROM plans_unitmaximum held WHERE {_OWN} AND {_SAME})""",  # noqa: S608
}
