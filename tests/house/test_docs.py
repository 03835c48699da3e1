"""The documentation tells the truth: paths it names exist, commands run, links lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands

from tpa.embedded import places
from tpa.embedded.commands import COMMANDS

ROOT = places.ROOT
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
FOLDERS = {"bench", "claims", "docs", "employers", "plans", "static", "templates", "tests", "tpa"}
# `./run` does these two itself, before tpa.embedded is there.
START = {*COMMANDS, "setup", "help"}

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_RUN = re.compile(r"\./run ([a-z-]+)(?: ([a-z_-]+)\b)?")


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def _text(page: Path) -> str:
    """A page without its fenced blocks."""
    return _FENCE.sub("", page.read_text())


def _paths(page: Path) -> Iterator[str]:
    """What stands in backticks and begins with one of our folders; a call or a pattern is no path."""
    for word in re.findall(r"`([^`\n]+)`", _text(page)):
        first = word.split("/")[0]
        if "/" in word and first in FOLDERS and not re.search(r"[*…<{ ]", word.split("(")[0]):
            yield word.split("(")[0].rstrip("/")


def _exists(path: str) -> bool:
    """A file or folder; also a module without its ending, or something in one (claims/edi/x837.read_claims)."""
    inside = path.rpartition(".")[0]
    candidates = [path, f"{path}.py", *([f"{inside}.py"] if inside else [])]
    return any((ROOT / candidate).exists() for candidate in candidates)


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as the usual renderers make them."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_path_that_is_named_exists(page: Path) -> None:
    assert [path for path in _paths(page) if not _exists(path)] == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for link in _LINK.findall(_text(page)):
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        target, _, anchor = link.partition("#")
        file = (page.parent / target).resolve() if target else page
        if not file.exists() or (anchor and anchor not in _anchors(file)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_command_that_is_named_exists(page: Path) -> None:
    unknown = []
    for command, argument in _RUN.findall(page.read_text()):
        known = command in START
        if command == "manage" and argument:
            known = argument in get_commands()
        if command == "bench" and argument:
            known = (ROOT / "bench" / f"{argument.replace('-', '_')}.py").exists()
        if not known:
            unknown.append(f"{command} {argument}".strip())
    assert unknown == []


def test_every_line_of_the_walk_is_a_file_and_says_what_for() -> None:
    blocks = [body for _language, body in _FENCE.findall((ROOT / "docs" / "walk.md").read_text())]
    lines = [line.split(maxsplit=1) for body in blocks for line in body.splitlines()]
    assert len(lines) > 50
    assert [line for line in lines if len(line) < 2 or not (ROOT / line[0]).is_file()] == []


def test_every_room_stands_in_the_plan_of_the_floors() -> None:
    plan = (ROOT / "docs" / "floors.md").read_text()
    doors = {"api", "demo", "management", "migrations", "models", "settings", "templatetags", "web"}
    for floor in ("tpa", "claims", "employers", "plans"):
        rooms = {folder.parent.name for folder in (ROOT / floor).glob("*/__init__.py")} - doors
        assert [room for room in sorted(rooms) if f"`{floor}/{room}`" not in plan] == []


def test_every_page_is_in_the_index() -> None:
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / link.partition("#")[0]).resolve() for link in _LINK.findall(index.read_text())}
    assert [_name(page) for page in PAGES if page.is_relative_to(ROOT / "docs") and page not in {*linked, index}] == []
