"""verify_audit: recomputes the audit trail and says where it was altered. Keeps its heads outside the database."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tpa.foundation.audit import ChainReport, verify_chain


class Command(BaseCommand):
    """Exits 0 only if every chain holds and continues the heads that earlier runs wrote down."""

    help = "Checks the hash chains of the audit trail against themselves and against the heads of earlier runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where the heads are written down. Whoever can write the database should not be able to write there."""
        parser.add_argument("--anchors", type=Path, default=settings.STEWARD_AUDIT_ANCHORS)
        parser.add_argument("--json", action="store_true", help="one JSON object, last on stdout")

    def handle(self, *, anchors: Path, json: bool, **options: Any) -> None:
        """Adds a line with the new heads to the file of anchors when all holds."""
        report = verify_chain(anchors=read_anchors(anchors))
        if json:
            self.stdout.write(as_json(report))
        else:
            self.stdout.write(f"{report.rows_count} rows in {len(report.heads)} chains")
        if report.breaks:
            for one in report.breaks if not json else ():
                row = f", row {one.event_id}" if one.event_id else ""
                self.stdout.write(f"chain {one.lane}, place {one.position}{row}: {one.what}")
            raise CommandError(f"the audit trail was altered in {len(report.breaks)} places")
        write_anchors(anchors, report)


def read_anchors(path: Path) -> dict[int, tuple[int, str]]:
    """The heads that the last run wrote down: lane → (position, hash). None without the file."""
    if not path.exists():
        return {}
    lines = path.read_text().splitlines()
    heads = json.loads(lines[-1])["heads"] if lines else {}
    return {int(lane): (position, digest) for lane, (position, digest) in heads.items()}


def write_anchors(path: Path, report: ChainReport) -> None:
    """Adds the heads of a report as one line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    line = {"at": timezone.now().isoformat(), "rows": report.rows_count, "heads": report.heads}
    with path.open("a") as file:
        file.write(json.dumps(line) + "\n")


def as_json(report: ChainReport) -> str:
    """The report for machines."""
    breaks = [
        {"lane": one.lane, "position": one.position, "row": one.event_id, "what": one.what} for one in report.breaks
    ]
    return json.dumps({"rows": report.rows_count, "chains": len(report.heads), "breaks": breaks})
