"""Each screen has its template, its test and a declared role; nothing is served that declares none."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from tpa.foundation.access import required_roles

ROOT = Path(__file__).resolve().parents[2]
APPS = ("claims", "employers", "plans", "tpa")
# Screens that answer with bytes or send somebody on: they have no template.
BARE = {
    "bank_file_original",
    "document",
    "edi_file_answer",
    "edi_file_original",
    "return_file_original",
    "invoice_document",
    "prove_plan_version",
    "start",
    "stop_loss_document",
    "contract_paper",
}


def screens() -> list[tuple[str, Any]]:
    """Every screen by its name, app:screen."""
    return [(f"{app}:{pattern.name}", pattern) for app in APPS for pattern in _patterns(app)]


def _patterns(app: str) -> Iterator[URLPattern]:
    urls = importlib.import_module(f"{app}.web.urls")
    assert urls.app_name == app
    yield from urls.urlpatterns


@pytest.mark.parametrize(("name", "pattern"), screens(), ids=[name for name, _pattern in screens()])
def test_a_screen_declares_its_roles_has_a_template_and_a_test(name: str, pattern: URLPattern) -> None:
    app, screen = name.split(":")
    assert required_roles(pattern.callback), f"{name} declares no roles"
    if screen not in BARE:
        assert (ROOT / "templates" / app / f"{screen}.html").exists(), f"{name} has no template"
        assert pattern.callback.__module__.endswith(f".{screen}"), f"{name} stands in {pattern.callback.__module__}"
    tests = "\n".join(path.read_text() for path in (ROOT / "tests" / app / "web").glob("test_*.py"))
    assert f'"{name}"' in tests, f"{name} has no test under tests/{app}/web"


def test_every_template_of_an_app_belongs_to_a_screen() -> None:
    named = {name for name, _pattern in screens()}
    for app in APPS:
        for template in (ROOT / "templates" / app).glob("*.html"):
            assert template.stem.startswith("_") or f"{app}:{template.stem}" in named, template


def test_every_door_of_the_house_declares_who_may_pass() -> None:
    silent = [
        f"{pattern.pattern} ({pattern.callback.__module__})"
        for pattern in _all(get_resolver().url_patterns)
        if required_roles(pattern.callback) is None
    ]
    # Doors of other projects are declared where they are mounted; ours always declare themselves.
    assert not [door for door in silent if re.search(r"\((claims|employers|plans|tpa)\.", door)], silent


def _all(patterns: list[Any]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _all(pattern.url_patterns)
        else:
            yield pattern
