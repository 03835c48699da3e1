"""`manage coverage_example FILE`: what an example treatment costs a member of a plan document, by the SBC's columns."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims.simulation.coverage_example import coverage_example, treatment
from plans.design.read_plan import read_plan
from tpa.foundation.errors import DomainError


class Command(BaseCommand):
    help = "Decide an example treatment under a plan document and print what its member pays, as an SBC shows it."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a plan document")
        parser.add_argument("--treatment", default="simple_fracture")
        parser.add_argument("--version-of", default="11-2019", metavar="VERSION", help="of the treatment's guide")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            terms = read_plan(options["file"].read_text()).terms
            services = treatment(options["treatment"], options["version_of"])
        except DomainError as error:
            raise CommandError(str(error.message)) from error
        found = coverage_example(terms=terms, services=services)
        open_questions = sorted({asked.reason for one in found.decisions for asked in one.questions})
        if open_questions:
            raise CommandError(f"a person would be asked: {', '.join(open_questions)}")
        printed = found.example.rounded()
        self.stdout.write(f"total example cost  {found.total_cost_amount}")
        for name, exact, shown in zip(found.example._fields, found.example, printed, strict=True):
            self.stdout.write(f"{name.removesuffix('_amount'):18}  {exact}  printed {shown}")
        self.stdout.write(f"member pays         {found.example.total_amount}  printed {printed.total_amount}")
