"""What we serve of other projects is what VENDOR.toml says, and every icon that a screen names is in the sprite."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "static" / "vendor"
LISTED = tomllib.loads((VENDOR / "VENDOR.toml").read_text())["file"]
NO_ICON = {"", "good", "bad", "wait", "info", "past", "strong"}


@pytest.mark.parametrize("entry", LISTED, ids=lambda entry: entry["path"])
def test_a_vendored_file_is_the_one_that_was_checked(entry: dict[str, str]) -> None:
    content = (VENDOR / entry["path"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    assert b"sourceMappingURL" not in content
    assert {"package", "version", "licence", "from", "changed"} <= entry.keys()


def test_nothing_is_vendored_without_being_listed() -> None:
    listed = {entry["path"] for entry in LISTED}
    there = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    assert there - listed - {"VENDOR.toml"} == {str(Path(path).parent / "LICENSE") for path in listed}


def test_every_icon_in_use_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'<symbol id="([\w-]+)"', (VENDOR / "tabler-icons/sprite.svg").read_text()))
    templates = "\n".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
    named = set(re.findall(r'{% icon "([\w-]+)"', templates))
    named |= set(re.findall(r'picture="([\w-]+)"', templates))
    named |= set(re.findall(r'{% place "[\w:]+" _\("[^"]+"\) "([\w-]+)"', templates))
    source = (ROOT / "tpa/foundation/templatetags/steward.py").read_text()
    named |= set(re.findall(r'\("[a-z]*", "([\w-]+)"\)', source))
    assert named - NO_ICON <= sprite


def test_no_template_has_inline_script_or_style() -> None:
    """The content security policy would refuse them; data blocks (application/json) are no script."""
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text()
        assert not re.search(r"\sstyle=", text), path
        assert not re.search(r"<style", text), path
        assert not re.search(r"\son[a-z]+=\"", text), path
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text), path
