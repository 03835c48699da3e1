"""What the API takes in bodies: exactly what its description says, and nothing that merely could be made to fit.

REST framework takes 5 for "5", "yes" for true and passes by fields that it does not know. Where money hangs on a body,
a misspelt field or a number that lost its zeros must be told to the sender, with all other faults of the body at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.core.validators import MinValueValidator, RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from tpa.foundation.values.identifiers import is_npi

# Control characters can not be sent on in X12, nor be shown.
_PRINTABLE: Final = "^[^\\u0000-\\u001f\\u007f-\\u009f]*$"
_FIRST_DAY: Final = date(1900, 1, 1)


class Part(serializers.Serializer[Any]):
    """A body or a part of one. Names the fields that it does not know along with whatever else is wrong."""

    def __init__(self, *args: Any, **options: Any) -> None:
        # As it is: it says that a part, as a list of many, takes the list's options too.
        super().__init__(*args, **options)

    def to_internal_value(self, data: Any) -> Any:
        unknown: dict[str, Any] = {}
        if isinstance(data, Mapping):
            told = ErrorDetail(_("There is no such field."), code="unknown")
            unknown = {str(name): [told] for name in data if name not in self.fields}
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if not unknown or not isinstance(error.detail, dict):
                raise
            raise serializers.ValidationError({**error.detail, **unknown}) from None
        if unknown:
            raise serializers.ValidationError(unknown)
        return value


class Text(serializers.CharField):
    """A JSON string of printable characters."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        told = gettext_lazy("Control characters are not taken.")
        self.validators.append(RegexValidator(re.compile(_PRINTABLE), message=told, code="control"))

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Matching(Text):
    """A string of one pattern."""

    def __init__(self, pattern: str, **options: Any) -> None:
        super().__init__(**options)
        self.validators[-1] = RegexValidator(re.compile(pattern), code="pattern")


class Npi(Matching):
    """Ten digits whose last one checks the others."""

    default_error_messages = {"npi": gettext_lazy("The check digit of this NPI is wrong.")}

    def __init__(self, **options: Any) -> None:
        super().__init__("^[0-9]{10}$", **options)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        value = super().run_validation(data)
        if not is_npi(value):
            self.fail("npi")
        return value


class Choice(serializers.ChoiceField):
    """One of the strings that are named."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A JSON number without fraction."""

    def to_internal_value(self, data: Any) -> int:
        # As JSON Schema has it, 1.0 is an integer too.
        if isinstance(data, bool) or not isinstance(data, (int, float)) or data != data // 1:
            self.fail("invalid")
        return super().to_internal_value(int(data))


class Flag(serializers.BooleanField):
    """true or false."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Day(serializers.DateField):
    """A day, `2026-11-24`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **options)
        self.validators.append(MinValueValidator(_FIRST_DAY))

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


class _Number(serializers.DecimalField):
    """A decimal as a string, never as a JSON number, which is binary where it is read."""

    def __init__(self, *, whole_digits: int, places: int, sign: str = "", **options: Any) -> None:
        self._form = re.compile(rf"{sign}[0-9]{{1,{whole_digits}}}(\.[0-9]{{1,{places}}})?")
        super().__init__(max_digits=whole_digits + places, decimal_places=places, **options)

    def to_internal_value(self, data: Any) -> Decimal:
        if not isinstance(data, str) or not self._form.fullmatch(data):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field({"type": "string", "pattern": r"^[0-9]{1,12}(\.[0-9]{1,2})?$", "examples": ["120.00"]})
class Money(_Number):
    """Dollars, not negative, with at most two places."""

    default_error_messages = {"invalid": gettext_lazy('Dollars as a string with at most two places: "120.00".')}

    def __init__(self, **options: Any) -> None:
        super().__init__(whole_digits=12, places=2, **options)


@extend_schema_field({"type": "string", "pattern": r"^-?[0-9]{1,12}(\.[0-9]{1,2})?$", "examples": ["-4.50"]})
class SignedMoney(_Number):
    """Dollars that may be negative."""

    default_error_messages = {"invalid": gettext_lazy('Dollars as a string with at most two places: "-4.50".')}

    def __init__(self, **options: Any) -> None:
        super().__init__(whole_digits=12, places=2, sign="-?", **options)


@extend_schema_field({"type": "string", "pattern": r"^[0-9]{1,9}(\.[0-9]{1,3})?$", "examples": ["1", "2.5"]})
class Units(_Number):
    """A count that may have a fraction."""

    default_error_messages = {"invalid": gettext_lazy('A count as a string with at most three places: "2.5".')}

    def __init__(self, **options: Any) -> None:
        super().__init__(whole_digits=9, places=3, **options)

    def quantize(self, value: Decimal) -> Decimal:
        """As it was said: 1 is not 1.000."""
        return value


class PartSchema(OpenApiSerializerExtension):
    """A part's description says that there are no other fields, and how many parts its lists take."""

    target_class = Part
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        for name, field in self.target.fields.items():
            if isinstance(field, serializers.ListSerializer):
                bounds = {"minItems": vars(field)["min_length"], "maxItems": vars(field)["max_length"]}
                schema["properties"][name] |= {bound: count for bound, count in bounds.items() if count is not None}
        return {**schema, "additionalProperties": False}
