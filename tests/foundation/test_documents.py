"""Documents: text is text, the same data gives the same bytes, and what was kept is never replaced."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdf
import pytest

from tpa.foundation.documents.keep_document import PDF, Written, keep_document, keep_documents
from tpa.foundation.documents.render_pdf import render_pdf, render_pdfs
from tpa.foundation.edi_files import read_bytes, storing
from tpa.foundation.models import Document

AT = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)


@pytest.fixture
def template(settings: Any, tmp_path: Path) -> str:
    """A template of our own, that prints one name."""
    folder = tmp_path / "templates" / "documents"
    folder.mkdir(parents=True)
    (folder / "name.typ").write_text(
        '#let data = json(bytes(sys.inputs.data))\n#set document(title: "x")\n'
        '#set text(lang: "en")\n= Name\n#data.name\n'
    )
    settings.BASE_DIR = tmp_path
    return "name"


def text_of(pdf: bytes) -> str:
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ('#panic("no") *x* $y$ = @z', '#panic("no") *x* $y$ = @z'),
        ("Żółć Ångström Θεός Жуков", "Żółć Ångström Θεός Жуков"),
        ("ﬁne \u0041\u030a Ⅻ", "fine Å XII"),
        ("漢字 🦴", "?? ?"),
        ("a\tb\nc\x00d\u200be", "a b c?d?e"),
    ],
)
def test_what_is_named_is_printed_as_text(template: str, name: str, printed: str) -> None:
    assert printed in " ".join(text_of(render_pdf(template=template, data={"name": name}, at=AT)).split())


def test_the_same_data_and_time_give_the_same_bytes_alone_or_together(template: str) -> None:
    pages = [{"name": f"Person {number}"} for number in range(9)]
    together = render_pdfs(template=template, pages=pages, at=AT)
    assert [render_pdf(template=template, data=page, at=AT) for page in pages] == together
    assert [f"Person {number}" in text_of(pdf) for number, pdf in enumerate(together)] == [True] * 9
    assert render_pdf(template=template, data=pages[0], at=AT.replace(day=13)) != together[0]


@pytest.mark.django_db
def test_what_was_kept_stays() -> None:
    def written(data: bytes, name: str = "a.pdf") -> Written:
        return Written(
            kind=Document.Kind.EOB, name=name, data=data, media_type=PDF, subject_type="claims.decision", subject_id=7
        )

    first = keep_document(written(b"one"), at=AT)
    assert keep_document(written(b"two"), at=AT) == first
    keep_documents([written(b"three"), written(b"four", "b.pdf")], at=AT)
    kept = {row.name: read_bytes(row.sha256) for row in Document.objects.all()}
    assert kept == {"a.pdf": b"one", "b.pdf": b"four"}
    assert (first.size_bytes, first.created_at) == (3, AT)


def test_what_is_written_piece_by_piece_is_there_whole_or_not_at_all(settings: Any, tmp_path: Path) -> None:
    settings.STORE_DIR = tmp_path / "store"
    with storing() as out:
        out.write(b"one ")
        out.write(b"two")
    assert (read_bytes(out.stored.sha256), out.stored.size_bytes) == (b"one two", 7)
    with pytest.raises(RuntimeError), storing() as broken:
        broken.write(b"half")
        raise RuntimeError
    assert [path.name for path in settings.STORE_DIR.rglob("*") if path.is_file()] == [out.stored.sha256]
