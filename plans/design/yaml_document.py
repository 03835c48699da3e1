"""Reads YAML as plan documents are written: codes stay text, money is never a float, every place knows its line."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

import yaml

from tpa.foundation.errors import Invalid

Path = tuple[str | int, ...]


class _Loader(yaml.SafeLoader):
    """YAML with few guesses: true, false, null, whole numbers, decimals. 0450, 01-01, no and 2026-01-01 are text."""


_BOOLEANS: Final = "tag:yaml.org,2002:bool"
_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _firsts in (
    (_BOOLEANS, r"true|false", "tf"),
    ("tag:yaml.org,2002:null", r"null|~|", ["n", "~", ""]),
    ("tag:yaml.org,2002:int", r"-?(?:0|[1-9][0-9]*)", "-0123456789"),
    ("tag:yaml.org,2002:float", r"-?(?:0|[1-9][0-9]*)\.[0-9]+", "-0123456789"),
):
    _Loader.add_implicit_resolver(_tag, re.compile(rf"^(?:{_pattern})$"), list(_firsts))


def _decimal(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> str | int:
    """Decimals stay as they are written, in text: 12.50 is exact, and JSON keeps it."""
    number = Decimal(loader.construct_scalar(node))
    return int(number) if number == number.to_integral_value() else format(number.normalize(), "f")


_Loader.add_constructor("tag:yaml.org,2002:float", _decimal)


class Places:
    """Where in the text each part of a document stands."""

    def __init__(self, root: yaml.Node | None) -> None:
        self._lines: dict[Path, int] = {}
        if root is not None:
            self._mark(root, ())

    def line_of(self, path: Path) -> int:
        """The line (from 1) of a part, or of the nearest part around it."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def _mark(self, node: yaml.Node, path: Path) -> None:
        self._lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                self._mark(value, (*path, str(key.value)))
                self._lines[(*path, str(key.value))] = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                self._mark(value, (*path, index))


def load_yaml(text: str) -> tuple[Any, Places]:
    """The document and its places. Raises Invalid when the text is no YAML or names a key twice."""
    loader = None
    try:
        loader = _Loader(text)  # which refuses characters that no YAML has
        node = loader.get_single_node()
        _refuse_twins(node)
        return (None if node is None else loader.construct_document(node)), Places(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise Invalid("yaml.unreadable", f"line {line}: {error.problem}", line=line) from error
    except yaml.YAMLError as error:
        raise Invalid("yaml.unreadable", str(error)) from error
    finally:
        if loader is not None:
            loader.dispose()


def _refuse_twins(node: yaml.Node | None) -> None:
    """A key that stands twice would silently win over the first."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if str(key.value) in seen:
                raise yaml.MarkedYAMLError(problem=f"“{key.value}” stands here twice", problem_mark=key.start_mark)
            seen.add(str(key.value))
            _refuse_twins(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _refuse_twins(value)
