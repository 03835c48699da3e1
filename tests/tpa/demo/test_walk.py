"""The demo's walk writes out every kind of document that there is."""

from __future__ import annotations

from tpa.demo import walk
from tpa.foundation.models import Document


def test_every_kind_of_document_has_its_folder() -> None:
    assert set(walk._FOLDERS) == set(Document.Kind)
