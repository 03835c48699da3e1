"""Why an ACH entry came back or is to be changed, in words: the table of `return_codes.yaml`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import yaml
from django.utils.translation import gettext as _

_FILE = Path(__file__).with_name("return_codes.yaml")


class ReturnCode(NamedTuple):
    """A code, what it means, and whether the account takes anything after it."""

    code: str
    words: str
    account_is_bad: bool


def return_code(code: str) -> ReturnCode | None:
    """The code of a return or a change; None for one that Nacha does not have."""
    return _table().get(code)


def code_words(code: str) -> str:
    """What a code means, in words."""
    known = return_code(code)
    return known.words if known else _("a code that we do not know")


@lru_cache(maxsize=1)
def _table() -> dict[str, ReturnCode]:
    told = yaml.safe_load(_FILE.read_text())
    return {
        code: ReturnCode(code, row["words"], row.get("account") == "bad")
        for rows in (told["returns"], told["changes"])
        for code, row in rows.items()
    }
