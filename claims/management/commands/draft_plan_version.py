"""`manage draft_plan_version FILE`: takes in a plan document with its scenarios, runs them, publishes when told to."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims.simulation.prove_plan_version import prove_and_publish, prove_plan_version
from plans.design.draft_plan_version import draft_plan_version
from plans.design.read_plan import read_plan
from plans.design.selectors import plan_id_of
from tpa.foundation.audit import Actor
from tpa.foundation.errors import DomainError

BY = Actor.system("draft_plan_version")


class Command(BaseCommand):
    help = (
        "Keep a plan document as the next draft of its plan, with the scenarios that it must pass; run them. "
        "With --publish it is put in force if all pass. Exits 1 if one fails."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="the plan document")
        parser.add_argument(
            "--scenarios", type=Path, metavar="FILE", help="scenarios without a plan: docs/scenarios.md"
        )
        parser.add_argument("--publish", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._draft(options)
        except DomainError as refusal:
            raise CommandError(str(refusal.message), returncode=1) from refusal
        except OSError as error:
            raise CommandError(str(error)) from error

    def _draft(self, options: dict[str, Any]) -> None:
        source = options["file"].read_text()
        code = read_plan(source).terms.plan
        plan_id = plan_id_of(code)
        if plan_id is None:
            raise CommandError(f"There is no plan {code}.")
        scenarios = options["scenarios"].read_text() if options["scenarios"] else ""
        version = draft_plan_version(plan_id=plan_id, source=source, scenarios=scenarios, by=BY)
        self.stdout.write(f"{code}, version {version.number}: drafted as {version.content_hash[:12]}")
        results = prove_plan_version(version_id=version.pk, by=BY)
        for result in results:
            self.stdout.write(f"{'FAILS' if result.differences else 'ok   '} {result.scenario}")
            for line, what in result.differences:
                self.stdout.write(f"  line {line}: {what}")
        if options["publish"]:
            prove_and_publish(version_id=version.pk, by=BY)
            self.stdout.write("published")
        elif any(result.differences for result in results):
            raise CommandError("A scenario fails.", returncode=1)
