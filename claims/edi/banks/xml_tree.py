"""A small tree of an XML document with the line of each element; entities are refused. Plain.

The parser is expat itself; what a document type could do (entities that grow, files and addresses that are fetched) is
refused at its first declaration, before anything is expanded. Depth and size are bounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from claims.edi.banks.statement import Unreadable

_DEEPEST: Final = 40


@dataclass(slots=True)
class Element:
    """One element: its name without prefix, its namespace, its text, what is in it."""

    name: str
    namespace: str
    line: int
    attributes: dict[str, str]
    text: str = ""
    inside: list[Element] = field(default_factory=list)

    def all(self, path: str) -> Iterator[Element]:
        """Everything at a path of names (`NtryDtls/TxDtls`), in order."""
        name, _, rest = path.partition("/")
        for one in self.inside:
            if one.name == name:
                if rest:
                    yield from one.all(rest)
                else:
                    yield one

    def first(self, *paths: str) -> Element | None:
        """The first thing at the first of the paths where there is one."""
        return next((one for path in paths for one in self.all(path)), None)

    def says(self, *paths: str) -> str:
        """The text of the first; empty where nothing is."""
        return next((one.text for path in paths for one in self.all(path) if one.text), "")


def read_xml(data: bytes) -> Element:
    """The document's root. Raises Unreadable with the line."""
    parser = expat.ParserCreate(namespace_separator="|")
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    open_: list[Element] = []
    roots: list[Element] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(open_) >= _DEEPEST:
            raise Unreadable(parser.CurrentLineNumber, "elements stand too deep in each other")
        namespace, _, local = name.rpartition("|")
        element = Element(local, namespace, parser.CurrentLineNumber, attributes)
        (open_[-1].inside if open_ else roots).append(element)
        open_.append(element)

    def end(_name: str) -> None:
        element = open_.pop()
        element.text = element.text.strip()

    def characters(text: str) -> None:
        if open_:
            open_[-1].text += text

    def refuse(*_declared: object) -> None:
        raise Unreadable(parser.CurrentLineNumber, "the document declares a document type or entity, which is refused")

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, characters
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise Unreadable(error.lineno, f"this is no well-formed XML: {expat.ErrorString(error.code)}") from None
    except (ValueError, LookupError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(parser.CurrentLineNumber, "the encoding of the document can not be read") from None
    return roots[0]
