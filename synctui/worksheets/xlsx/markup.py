"""Small XML parts as a tree that knows where each element stands, and edits that leave every other byte alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape

from synctui.worksheets.xlsx.limits import MAX_DEPTH, Damaged

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_TAG_END = re.compile(rb"""<[^<>"']*(?:(?:"[^"]*"|'[^']*')[^<>"']*)*>""")
_TAG_NAME = re.compile(rb"<([^\s/>]+)")


@dataclass(slots=True, eq=False)
class Node:
    """An element. Positions are bytes in the part."""

    name: str
    """Without its prefix."""
    space: str
    """Its namespace."""
    attributes: dict[str, str]
    """Attributes with a prefix are named `namespace name`."""
    start: int
    inner: int
    """Behind the start tag."""
    close: int = 0
    """Before the end tag."""
    end: int = 0
    children: list[Node] = field(default_factory=list)
    text: str = ""

    def find(self, name: str) -> Node | None:
        """The first child of that name in this element's own namespace."""
        return next(self.all(name), None)

    def all(self, name: str) -> Iterator[Node]:
        """The children of that name in this element's own namespace."""
        return (child for child in self.children if child.name == name and child.space == self.space)

    def walk(self) -> Iterator[Node]:
        """This element and all below it."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))


class Document:
    """A part: its tree, and the edits that are to be made. Raises Damaged."""

    def __init__(self, data: bytes) -> None:
        self.data = utf8(data)
        self.spaces: dict[str, str] = {}
        """Prefix -> namespace as the root element declares them."""
        self.reserved: set[str] = set()
        """Ids given out since the part was read."""
        self.root = self._parse()
        self._edits: list[tuple[int, int, bytes]] = []
        self._appended: dict[Node, list[str]] = {}

    @property
    def changed(self) -> bool:
        """Whether there are edits."""
        return bool(self._edits or self._appended)

    @property
    def prefix(self) -> str:
        """What new elements bear before their name, such as `x:`; mostly nothing."""
        prefix, colon, _ = self._tag_name(self.root).rpartition(":")
        return prefix + colon

    def prefix_of(self, space: str) -> str | None:
        """The prefix that stands for a namespace, None where none does."""
        return next((prefix for prefix, uri in self.spaces.items() if uri == space and prefix), None)

    def source(self, node: Node) -> str:
        """An element as it is written."""
        return self.data[node.start : node.end].decode()

    def set(self, node: Node, **attributes: str) -> None:
        """Change or add attributes."""
        for name, value in attributes.items():
            start, end, new = _attribute_edit(self.data[node.start : node.inner], name, value)
            self._edit(node.start + start, node.start + end, new)

    def append(self, node: Node, xml: str) -> None:
        """Add to the end of an element."""
        self._appended.setdefault(node, []).append(xml)

    def insert_before(self, node: Node, xml: str) -> None:
        """Add before an element."""
        self._edit(node.start, node.start, xml.encode())

    def insert_after(self, node: Node, xml: str) -> None:
        """Add behind an element."""
        self._edit(node.end, node.end, xml.encode())

    def replace(self, node: Node, xml: str) -> None:
        """Put something else in the place of an element."""
        self._edit(node.start, node.end, xml.encode())

    def replace_text(self, node: Node, text: str) -> None:
        """Put another text into an element."""
        self._edit(node.inner, node.close, escape(text).encode())

    def remove(self, node: Node) -> None:
        """Take an element out."""
        self._edit(node.start, node.end, b"")

    def render(self) -> bytes:
        """The part with the edits made."""
        edits = self._edits + [self._append_edit(node, "".join(xml)) for node, xml in self._appended.items()]
        pieces, position = [], 0
        for start, end, new in sorted(edits, key=lambda edit: edit[:2]):
            if start >= position:  # else it lies in something that was taken out
                pieces += [self.data[position:start], new]
                position = end
        return b"".join([*pieces, self.data[position:]])

    def _edit(self, start: int, end: int, new: bytes) -> None:
        self._edits.append((start, end, new))

    def _append_edit(self, node: Node, xml: str) -> tuple[int, int, bytes]:
        if node.close < node.inner:
            slash = self.data.rindex(b"/", node.start, node.end)
            return slash, node.end, f">{xml}</{self._tag_name(node)}>".encode()
        return node.close, node.close, xml.encode()

    def _tag_name(self, node: Node) -> str:
        return _TAG_NAME.match(self.data, node.start)[1].decode()  # type: ignore[index]

    def _parse(self) -> Node:
        parser = checked_parser(namespace_separator=" ")
        parser.buffer_text = True
        top = Node("", "", {}, 0, 0)
        open_nodes = [top]

        def start(name: str, attributes: dict[str, str]) -> None:
            if len(open_nodes) > MAX_DEPTH:
                raise Damaged("its XML is nested too deeply")
            space, _, local = name.rpartition(" ")
            position = parser.CurrentByteIndex
            node = Node(local, space, attributes, position, _TAG_END.match(self.data, position).end())  # type: ignore[union-attr]
            open_nodes[-1].children.append(node)
            open_nodes.append(node)

        def end(_: str) -> None:
            node = open_nodes.pop()
            position = parser.CurrentByteIndex
            if self.data[node.inner - 2 : node.inner] == b"/>":
                node.close, node.end = node.start, node.inner
            else:
                node.close, node.end = position, self.data.index(b">", position) + 1

        def declare(prefix: str | None, uri: str) -> None:
            if len(open_nodes) == 1:
                self.spaces[prefix or ""] = uri

        def text(data: str) -> None:
            open_nodes[-1].text += data

        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
        parser.StartNamespaceDeclHandler = declare
        parser.Parse(self.data, True)
        return top.children[0]


def checked_parser(namespace_separator: str | None = None) -> expat.XMLParserType:
    """An XML parser that takes no document type: the ground of every entity trick."""
    parser = expat.ParserCreate(namespace_separator=namespace_separator)

    def refuse(*_: object) -> None:
        raise Damaged("its XML declares a document type")

    parser.StartDoctypeDeclHandler = refuse
    return parser


def utf8(data: bytes) -> bytes:
    """A part in UTF-8, whatever it came in."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _DECLARATION.sub("", data.decode("utf-16")).encode()
    declared = re.match(rb"""\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""", data)
    if declared and declared[1].lower() not in (b"utf-8", b"us-ascii", b"ascii"):
        return _DECLARATION.sub("", data.decode(declared[1].decode())).encode()
    return data.removeprefix(b"\xef\xbb\xbf")


def with_attribute(xml: str, name: str, value: str) -> str:
    """An element as text with one attribute of its start tag changed or added."""
    data = xml.encode()
    start, end, new = _attribute_edit(data[: _TAG_END.match(data).end()], name, value)  # type: ignore[union-attr]
    return (data[:start] + new + data[end:]).decode()


def _attribute_edit(tag: bytes, name: str, value: str) -> tuple[int, int, bytes]:
    """Where in a start tag an attribute's value is to be put, and what."""
    found = re.search(rb"\s" + name.encode() + rb"""\s*=\s*("[^"]*"|'[^']*')""", tag)
    if found:
        return found.start(1), found.end(1), quoted(value).encode()
    end = _TAG_NAME.match(tag).end()  # type: ignore[union-attr]
    return end, end, f" {name}={quoted(value)}".encode()


def quoted(value: str) -> str:
    """An attribute's value with its quotes."""
    return '"' + escape(value, {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}) + '"'


def element(name: str, attributes: Mapping[str, object] | None = None, content: str = "") -> str:
    """An element as text; attributes that are None are left out."""
    written = "".join(f" {key}={quoted(str(value))}" for key, value in (attributes or {}).items() if value is not None)
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"
