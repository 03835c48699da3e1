"""The only writer of statuses. A model says its words (`Status`) and permitted moves (`MOVES`); `move` keeps to them.

The model has `status`, `status_at` and, where stale saves must be refused, `revision`, which grows with every move:

    class Status(models.TextChoices): ...
    MOVES = {Status.RECEIVED: {Status.PENDED, Status.APPROVED}}
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from django.db import connection, models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from tpa.foundation import audit
from tpa.foundation.audit import Actor, Entry, Subjects
from tpa.foundation.errors import Conflict, NotFound


class Moving(Protocol):
    """A model whose status moves."""

    pk: Any
    status: str
    status_at: datetime
    MOVES: Mapping[Any, set[Any]]


def move(
    row: Any,
    to: str,
    *,
    by: Actor,
    because: str = "",
    at: datetime | None = None,
    revision: int | None = None,
) -> str:
    """Moves one row to a status and returns the status it had. Locks the row; writes status, time and audit.

    `row` is a model instance (`Moving`); its `status`, `status_at` and `revision` are brought up to date. `revision`
    is the one that the person saw: another one by now raises `Conflict("status.stale")`. A move that the table does
    not permit from where the row stands *in the database* raises `Conflict("status.not_permitted")`.
    """
    model: type[models.Model] = type(row)
    at = at or timezone.now()
    with transaction.atomic():
        locked = model._base_manager.select_for_update(no_key=True, of=("self",)).filter(pk=row.pk)
        columns = ["status", "revision"] if _has(model, "revision") else ["status"]
        found = locked.values_list(*columns).first()
        if found is None:
            raise NotFound("status.no_such_row", _("There is no such record."))
        before = found[0]
        if revision is not None and found[1] != revision:
            raise Conflict("status.stale", _("Somebody changed this record meanwhile."), revision=found[1])
        _check(model, {row.pk: (before, str(to))})
        values: dict[str, Any] = {"status": str(to), "status_at": at}
        if len(columns) == 2:
            values["revision"] = F("revision") + 1
            row.revision = found[1] + 1
        model._base_manager.filter(pk=row.pk).update(**values)
        row.status, row.status_at = str(to), at
        audit.record(
            f"{model._meta.label_lower}.moved",
            by=by,
            about=row,
            because=because,
            fields=("status",),
            detail={"from": before, "to": str(to)},
        )
    return str(before)


def move_many(
    model: type[Any],
    targets: Mapping[int, str],
    *,
    by: Actor,
    because: str = "",
    at: datetime | None = None,
    also: Mapping[str, Sequence[Any]] | None = None,
    held: Mapping[int, tuple[str, int | None]] | None = None,
) -> dict[int, str]:
    """Moves many rows, each to its own status, and returns the status each had. All or none; four statements.

    `also` are further columns to write with the status, their values in the order of `targets`. `held` says of rows
    that the caller has locked what it read: status and employer; then it takes one statement less.

    Rows are locked in the order of their ids, so that two batches wait for each other and never deadlock. One audit
    row for each (employer, from, to), with the ids. Raises `NotFound` and `Conflict` like `move`, with the `ids`.
    """
    if not targets:
        return {}
    at = at or timezone.now()
    employer = "employer_id" if _has(model, "employer") or _has(model, "employer_id") else "pk"
    with transaction.atomic():
        if held is None:
            locked = (
                model._base_manager.select_for_update(no_key=True, of=("self",))
                .filter(pk__in=list(targets))
                .order_by("pk")
                .values_list("pk", "status", employer)
            )
            found = {pk: (status, employer_id) for pk, status, employer_id in locked}
        else:
            found = {pk: held[pk] for pk in targets if pk in held}
        missing = sorted(targets.keys() - found.keys())
        if missing:
            raise NotFound("status.no_such_row", _("Some records do not exist."), ids=missing[:100])
        _check(model, {pk: (found[pk][0], str(to)) for pk, to in targets.items()})
        _write(model, targets, at, also or {})
        together: dict[tuple[int | None, str, str], list[int]] = defaultdict(list)
        for pk, (status, employer_id) in found.items():
            together[(employer_id if employer != "pk" else None, status, str(targets[pk]))].append(pk)
        audit.record_many(
            [
                Entry(
                    action=f"{model._meta.label_lower}.moved",
                    by=by,
                    about=Subjects.rows(model, pks, employer_id=employer_id),
                    because=because,
                    fields=("status",),
                    detail={"from": before, "to": after, "count": len(pks)},
                )
                for (employer_id, before, after), pks in together.items()
            ]
        )
    return {pk: status for pk, (status, _employer_id) in found.items()}


def permitted(row: Moving) -> set[str]:
    """The statuses to which a row may move from where it stands (for buttons; `move` checks again)."""
    return {str(to) for to in row.MOVES.get(row.status, ())}


def _write(
    model: type[models.Model], targets: Mapping[int, str], at: datetime, also: Mapping[str, Sequence[Any]]
) -> None:
    table = connection.ops.quote_name(model._meta.db_table)
    revision = ", revision = revision + 1" if _has(model, "revision") else ""
    columns = "".join(f", {name} = target.{name}" for name in also)
    arrays = "".join(f", %s::{model._meta.get_field(name).db_type(connection)}[]" for name in also)
    names = "".join(f", {name}" for name in also)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET status = target.status, status_at = %s{columns}{revision}"  # noqa: S608 (our names)
            f" FROM unnest(%s::bigint[], %s::varchar[]{arrays}) AS target (id, status{names})"
            f" WHERE {table}.id = target.id",
            [at, list(targets), [str(to) for to in targets.values()], *(list(values) for values in also.values())],
        )


def _check(model: type[Any], moves: Mapping[int, tuple[str, str]]) -> None:
    refused = {pk: move for pk, move in moves.items() if move[1] not in model.MOVES.get(move[0], ())}
    if not refused:
        return
    before, after = next(iter(refused.values()))
    raise Conflict(
        "status.not_permitted",
        _("This can not go from “%(before)s” to “%(after)s”.")
        % {"before": model.Status(before).label, "after": model.Status(after).label},
        ids=sorted(refused)[:100],
        before=before,
        after=after,
    )


def _has(model: type[models.Model], name: str) -> bool:
    return any(field.name == name for field in model._meta.concrete_fields)
