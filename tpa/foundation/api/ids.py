"""Ids as the API shows and takes them: what it is, and which one: `member_17`. Callers need not look into them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import register_converter
from django.urls.converters import get_converters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

# 18 digits fit a bigint.
_DIGITS = "[0-9]{1,18}"


def public_id(prefix: str, pk: int) -> str:
    """The id of a row."""
    return f"{prefix}_{pk}"


def takes_ids(*prefixes: str) -> None:
    """For a `urls.py`: from here on `<member:member_id>` in an address is `member_17` outside and 17 inside."""
    for prefix in prefixes:
        if prefix not in get_converters():
            register_converter(_converter(prefix), prefix)


def _converter(prefix: str) -> type:
    def to_python(self: Any, value: str) -> int:
        return int(value.removeprefix(f"{prefix}_"))

    def to_url(self: Any, value: int) -> str:
        return public_id(prefix, value)

    return type(f"{prefix.title()}Id", (), {"regex": f"{prefix}_{_DIGITS}", "to_python": to_python, "to_url": to_url})


@extend_schema_field({"type": "string"})
class IdOutput(serializers.Field[Any, Any, str, Any]):
    """The id of a row, or of the row that a foreign key names: `IdOutput("member")`, `IdOutput("plan", "plan_id")`."""

    def __init__(self, prefix: str, source: str = "pk", **options: Any) -> None:
        self.prefix = prefix
        super().__init__(source=source, read_only=True, **options)

    def to_representation(self, value: int | models.Model) -> str:
        return public_id(self.prefix, value.pk if isinstance(value, models.Model) else value)


class IdParameter(serializers.RegexField):
    """A query parameter that names a row: `employer=employer_3` has the value 3."""

    def __init__(self, prefix: str, **options: Any) -> None:
        self.prefix = prefix
        super().__init__(f"^{prefix}_{_DIGITS}$", **options)

    def run_validation(self, data: Any = empty) -> Any:
        text = super().run_validation(data)
        return int(text.removeprefix(f"{self.prefix}_"))
