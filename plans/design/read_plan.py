"""Reads a plan document: YAML text → checked document → compiled terms. Errors name the line and the place."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path as FilePath
from typing import Any

import jsonschema

from plans.design.check_document import Problem, problems_of
from plans.design.compile_terms import compile_terms
from plans.design.terms import PlanTerms
from plans.design.yaml_document import Path, load_yaml
from tpa.foundation.errors import Invalid

SCHEMA_FILE = FilePath(__file__).with_name("schema.json")


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """A plan document that was found good: as data, its hash, and compiled."""

    source: str
    document: dict[str, Any]
    content_hash: str
    terms: PlanTerms


def read_plan(text: str) -> PlanDocument:
    """Read and check a plan document. Raises Invalid with all `problems`, each with line, path and what is wrong."""
    document, places = load_yaml(text)
    problems = _schema_problems(document) or problems_of(document)
    if problems:
        found = [
            {"line": places.line_of(problem.path), "path": words_of(problem.path), "problem": problem.message}
            for problem in problems
        ]
        found.sort(key=lambda one: (one["line"], one["path"]))
        first = found[0]
        raise Invalid(
            "plan.invalid_document", f"line {first['line']}, {first['path']}: {first['problem']}", problems=found
        )
    digest = content_hash(document)
    return PlanDocument(source=text, document=document, content_hash=digest, terms=compile_terms(document, digest))


def content_hash(document: dict[str, Any]) -> str:
    """SHA-256 of the document's canonical JSON: the same content, however it was written down."""
    return hashlib.sha256(canonical(document).encode()).hexdigest()


def canonical(document: dict[str, Any]) -> str:
    """Sorted keys, no blanks, UTF-8."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@cache
def plan_schema() -> dict[str, Any]:
    """The published JSON Schema of plan documents."""
    schema: dict[str, Any] = json.loads(SCHEMA_FILE.read_text())
    return schema


def words_of(path: Path) -> str:
    """benefits[3].pays.in"""
    words = ""
    for part in path:
        words += f"[{part}]" if isinstance(part, int) else f".{part}" if words else str(part)
    return words or "the document"


def _schema_problems(document: Any) -> list[Problem]:
    validator = jsonschema.Draft202012Validator(plan_schema())
    return [_problem(error) for error in validator.iter_errors(document)]


def _problem(error: Any) -> Problem:
    """Of several forms that were allowed, what is wrong with the one that was meant; where that is not plain, all."""
    while error.context:
        meant = _meant(error.context)
        if meant is None:
            message = f"{json.dumps(error.instance)} is none of the forms allowed here"
            return Problem(tuple(error.absolute_path), message)
        error = meant
    return Problem(tuple(error.absolute_path), str(error.message))


def _meant(errors: list[Any]) -> Any | None:
    """An error of the form that fits best: fewest errors, none of them that it is something else altogether."""
    forms: dict[Any, list[Any]] = {}
    for error in errors:
        forms.setdefault(error.schema_path[0], []).append(error)
    fitting = [form for form in forms.values() if not any(_is_other_thing(error) for error in form)]
    fitting.sort(key=len)
    if not fitting or (len(fitting) > 1 and len(fitting[0]) == len(fitting[1])):
        return None
    return fitting[0][0]


def _is_other_thing(error: Any) -> bool:
    return error.validator in ("type", "const") and len(error.relative_path) == 0
