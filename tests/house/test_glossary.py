"""The glossary names every table, every status and kind, and every amount; and none that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models

from tpa.embedded import places

APPS = ("plans", "employers", "claims", "tpa", "foundation")
# By the words in a table's first column; a row is that word and the rest of the line.
ROWS = dict(re.findall(r"^\| `([\w.]+)` \| (.+) \|$", (places.ROOT / "docs" / "glossary.md").read_text(), re.MULTILINE))


def _models() -> Iterator[type[models.Model]]:
    for label in APPS:
        yield from apps.get_app_config(label).get_models()


def _choices(kind: type[models.TextChoices] = models.TextChoices) -> Iterator[type[models.TextChoices]]:
    for one in kind.__subclasses__():
        if one.__module__.split(".")[0] in {*APPS, "tpa"} and ".models" in one.__module__:
            yield one
        yield from _choices(one)


def _amounts() -> Iterator[tuple[str, str]]:
    """(model, field) of every amount."""
    for model in _models():
        for field in model._meta.concrete_fields:
            if field.name == "amount" or field.name.endswith("_amount"):
                yield model.__name__, field.name


def _amount_words() -> set[str]:
    return {f"{model}.amount" if field == "amount" else field for model, field in _amounts()}


MODELS = {model._meta.label for model in _models()}
CHOICES = {kind.__qualname__: kind for kind in _choices()}


def test_every_table_is_explained_and_no_other() -> None:
    named = {row for row in ROWS if row.split(".")[0] in APPS and row.count(".") == 1}
    assert named == MODELS


def test_every_status_and_kind_is_explained_and_no_other() -> None:
    assert set(ROWS) - MODELS - _amount_words() == set(CHOICES)


@pytest.mark.parametrize("name", sorted(CHOICES))
def test_every_value_of_it_is_named_once(name: str) -> None:
    assert sorted(re.findall(r"`([^`]+)`", ROWS[name])) == sorted(CHOICES[name].values)


def test_every_amount_is_explained() -> None:
    assert _amount_words() - set(ROWS) == set()
