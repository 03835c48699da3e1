"""draw_statuses: draws each model's table of permitted moves into docs/statuses.md, from the tables themselves."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any, cast

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import models
from django.utils import translation

PAGE = Path(settings.BASE_DIR) / "docs" / "statuses.md"
_HEAD = """\
# Statuses and their permitted moves

Drawn from the `MOVES` of each model by `./run manage draw_statuses`. `transitions.move` permits nothing else.
"""


class Command(BaseCommand):
    """The page is generated; nobody edits it."""

    help = "Writes docs/statuses.md; with --check only says whether it is current."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--check` is for the tests."""
        parser.add_argument("--check", action="store_true")

    def handle(self, *, check: bool, **options: Any) -> None:
        """Exits 1 with --check when the page is not what the models say."""
        page = draw()
        if check:
            if not PAGE.exists() or PAGE.read_text() != page:
                raise CommandError("docs/statuses.md is not current: ./run manage draw_statuses")
            return
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page)
        self.stdout.write(str(PAGE.relative_to(settings.BASE_DIR)))


def draw() -> str:
    """The whole page."""
    moving = [model for model in apps.get_models() if hasattr(model, "MOVES")]
    with translation.override(None):
        pictures = [_picture(model) for model in sorted(moving, key=lambda model: model._meta.label_lower)]
    return "\n".join([_HEAD, *pictures])


def _picture(model: type[models.Model]) -> str:
    status = cast("models.CharField[str, str]", model._meta.get_field("status"))
    words = dict(status.flatchoices)
    told = " ".join((model.__doc__ or "").split("\n\n")[0].split())
    lines = [f"## {model._meta.label}\n", f"{told}\n", "```mermaid", "stateDiagram-v2"]
    lines += [f"    {value}: {word}" for value, word in words.items() if str(word) != value]
    lines.append(f"    [*] --> {status.get_default()}")
    for before in words:
        after = model.MOVES.get(before, ())  # type: ignore[attr-defined]
        lines += [f"    {before} --> {to}" for to in words if to in after]
        if not after:
            lines.append(f"    {before} --> [*]")
    return "\n".join([*lines, "```", ""])
