"""Sets PDFs with Typst: accessible (PDF/UA-1), fonts embedded, the same bytes for the same data.

Templates stand in `templates/documents/`. What a document says comes in as JSON and is printed as text: nothing in a
member's or provider's name is ever read as markup.
"""

from __future__ import annotations

import json
import threading
import unicodedata
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import lru_cache
from typing import Any

import typst
from django.conf import settings

# Typst sets without Python's lock, so that two threads use two cores; each keeps its own warm compiler.
_THREADS = 2
_warm = threading.local()


def render_pdf(*, template: str, data: Mapping[str, Any], at: datetime) -> bytes:
    """One PDF of `templates/documents/<template>.typ`. `at` is the time of creation it carries, never the clock's."""
    compiler = _compiler(template)
    pdf = compiler.compile(
        format="pdf",
        sys_inputs={"data": json.dumps(_printable(data), ensure_ascii=False, default=str)},
        pdf_standards=["ua-1"],
        timestamp=int(at.timestamp()),
    )
    assert isinstance(pdf, bytes)
    return pdf


def render_pdfs(*, template: str, pages: Sequence[Mapping[str, Any]], at: datetime) -> list[bytes]:
    """Many documents of one template, each a PDF of its own (cut out of a joint one they would lose their tags)."""
    if len(pages) < 2:
        return [render_pdf(template=template, data=data, at=at) for data in pages]
    with ThreadPoolExecutor(_THREADS) as threads:
        return list(threads.map(lambda data: render_pdf(template=template, data=data, at=at), pages))


def _compiler(template: str) -> typst.Compiler:
    ours: dict[str, typst.Compiler] = _warm.__dict__.setdefault("compilers", {})
    if template not in ours:
        root = settings.BASE_DIR / "templates" / "documents"
        ours[template] = typst.Compiler(str(root / f"{template}.typ"), root=str(root), font_paths=_fonts())
    return ours[template]


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    # Only the fonts that come with Typst: the same document on every machine.
    return typst.Fonts(include_system_fonts=False)


def _printable(value: Any) -> Any:
    """The same data with characters that our fonts lack put as near as we can: PDF/UA refuses a missing glyph."""
    if isinstance(value, str):
        if value.isascii() and value.isprintable():
            return value
        return "".join(map(_glyph, unicodedata.normalize("NFC", value)))
    if isinstance(value, Mapping):
        return {name: _printable(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(part) for part in value]
    return value


@lru_cache(maxsize=4096)
def _glyph(character: str) -> str:
    if character in "\n\t":
        return " "
    if _is_set(character):
        return character
    plain = unicodedata.normalize("NFKD", character)
    return "".join(part if _is_set(part) else "" if unicodedata.combining(part) else "?" for part in plain)


def _is_set(character: str) -> bool:
    """Latin, Greek, Cyrillic and the punctuation of our templates."""
    point = ord(character)
    return (
        0x20 <= point < 0x7F
        or 0xA0 <= point < 0x180
        or 0x386 <= point < 0x3CF
        or 0x400 <= point < 0x460
        or character in "–—‘’‚“”„†•…′″€™→−≤≥"  # noqa: RUF001 (these very characters)
    )
