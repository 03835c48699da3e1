"""Loads small tables of rules from YAML: what they say takes the place of what stood."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from django.db import connection, transaction
from django.utils import timezone

from plans.editing.small_tables import SHIPPED, read_small_tables
from plans.models import EditRelease, EditRule
from tpa.foundation.audit import Actor, record

OUR_OWN = "steward"


def load_edit_rules(*, text: str, source: str, by: Actor) -> int:
    """Make the rules those of a file; returns how many rows changed. Raises Invalid for a row that is wrong."""
    with transaction.atomic():
        changed = _replace(text, source)
        if changed:
            release = EditRelease.objects.create(
                kind=EditRelease.Kind.RULES,
                files=[source],
                digest=hashlib.sha256(text.encode()).hexdigest(),
                row_count=changed,
                loaded_at=timezone.now(),
            )
            record("plans.editrelease.loaded", by=by, about=release, detail={"rows": changed})
    return changed


def load_shipped_rules(**signal: Any) -> None:
    """After each migrate: our own small tables, unless others took their place."""
    if "plans_editrule" in connection.introspection.table_names():
        standing = EditRule.objects.filter(superseded_at__isnull=True)
        if not standing.exclude(source=OUR_OWN).exists():
            with transaction.atomic():
                _replace(SHIPPED.read_text(), OUR_OWN)


def _replace(text: str, source: str) -> int:
    rules = read_small_tables(text)
    wanted = [
        (part, msgspec.json.decode(msgspec.json.encode(rule)))
        for part in rules._fields
        for rule in getattr(rules, part)
    ]
    # One loader at a time; the rows themselves are few.
    standing = list(EditRule.objects.select_for_update().filter(superseded_at__isnull=True).order_by("id"))
    if [(row.part, row.rule) for row in standing] == wanted and {row.source for row in standing} <= {source}:
        return 0
    now = timezone.now()
    EditRule.objects.filter(pk__in=[row.pk for row in standing]).update(superseded_at=now)
    EditRule.objects.bulk_create(
        [EditRule(part=part, rule=rule, source=source, recorded_at=now) for part, rule in wanted]
    )
    return len(wanted)
