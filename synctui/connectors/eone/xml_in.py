"""Parses XML that eOne sends: no document type, no depth, and rows as plain mappings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from synctui.connectors.eone.names import decode_name
from synctui.errors import BadReply

MAX_DEPTH = 32


@dataclass(slots=True)
class Element:
    """An element: its name as written, its text, its children."""

    name: str
    children: list[Element] = field(default_factory=list)
    text: str = ""


def parse_xml(text: str, what: str) -> Element:
    """The root element. Raises BadReply whose sentence begins with `what`."""
    builder = _Builder()
    parser = expat.ParserCreate(encoding="utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(text.encode("utf-8", "surrogatepass"), True)
        return builder.root
    except (expat.ExpatError, _Refused):
        pass
    raise BadReply(f"{what} is not XML, or was cut short.", "Try again; if it stays, check the API Url.")


def rows_of(root: Element) -> Iterator[Mapping[str, str]]:
    """Every child that holds elements, as column -> text; names decoded. A schema is no row."""
    for child in root.children:
        if not child.name.lower().endswith(":schema"):
            yield {decode_name(cell.name): cell.text for cell in child.children}


class _Refused(Exception):
    pass


class _Builder:
    def __init__(self) -> None:
        self.top = Element("")
        self.open = [self.top]

    @property
    def root(self) -> Element:
        return self.top.children[0]

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        if len(self.open) > MAX_DEPTH:
            raise _Refused
        element = Element(name)
        self.open[-1].children.append(element)
        self.open.append(element)

    def end(self, _name: str) -> None:
        self.open.pop()

    def characters(self, text: str) -> None:
        self.open[-1].text += text


def _refuse_doctype(*_declared: Any) -> None:
    raise _Refused
