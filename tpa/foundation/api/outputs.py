"""Values as the API shows them, the same everywhere: dollars, and the first and last day of a period."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tpa.foundation.values.periods import Period


class Dollars(serializers.DecimalField):
    """Dollars as a string with two places."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=14, decimal_places=2, **options)


@extend_schema_field(serializers.DateField())
class FirstDay(serializers.Field[Any, Any, str, Any]):
    """The first day of a period."""

    def __init__(self, source: str, **options: Any) -> None:
        super().__init__(source=source, read_only=True, **options)

    def to_representation(self, value: Any) -> str:
        return Period.of_range(value).start.isoformat()


@extend_schema_field(serializers.DateField(allow_null=True))
class LastDay(serializers.Field[Any, Any, str | None, Any]):
    """The last day of a period, which counts; null while it is open."""

    def __init__(self, source: str, **options: Any) -> None:
        super().__init__(source=source, read_only=True, **options)

    def to_representation(self, value: Any) -> str | None:
        last = Period.of_range(value).last
        return last.isoformat() if last else None
