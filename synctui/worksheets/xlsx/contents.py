"""The package as a whole: parts, their content types and relations, the list of worksheets, and changes to them.

ECMA-376 part 2 (Open Packaging Conventions) is the source of the layout.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from synctui.worksheets.xlsx.archive import Archive
from synctui.worksheets.xlsx.limits import MAX_SMALL_PART, Damaged
from synctui.worksheets.xlsx.markup import Document, Node, element, quoted
from synctui.worksheets.xlsx.packing import Packer

PACKAGE_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
PACKAGE_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
TRANSITIONAL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_RELATIONS = {
    TRANSITIONAL: "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    STRICT: "http://purl.oclc.org/ooxml/officeDocument/relationships",
}
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_TYPES = "[Content_Types].xml"
_BEHIND_CALC = ("functionGroups", "externalReferences", "definedNames")

Produce = Callable[[], Iterable[bytes]]
"""Makes the bytes of a part when the file is written."""


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation of a part to another."""

    id: str
    kind: str
    """The last word of its type, such as `worksheet`."""
    target: str
    """The other part's name; empty where it lies outside the file."""
    node: Node


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as the workbook part lists it."""

    name: str
    part: str
    kind: str
    """`worksheet`, `chartsheet`, `dialogsheet`."""
    position: int
    """0-based, as defined names refer to it."""
    node: Node


class Package:
    """A workbook's parts with the changes that are to be made. Raises Damaged."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self._names = {name.lower(): name for name in archive.entries}
        self._documents: dict[str, Document] = {}
        self._new: dict[str, Produce] = {}
        self._dropped: set[str] = set()
        self._last: dict[str, Callable[[], None]] = {}
        self.workbook_part = self._find_workbook()
        self.workbook = self.document(self.workbook_part)
        self.space = self.workbook.root.space
        if self.space not in _RELATIONS or self.workbook.root.name != "workbook":
            raise Damaged("its workbook part is no workbook")
        self.relation_space = _RELATIONS[self.space]

    def has(self, part: str) -> bool:
        """Whether the part is there, the changes counted in."""
        return (part.lower() in self._names or part in self._new) and part not in self._dropped

    def document(self, part: str) -> Document:
        """A small part as a tree; what is changed in it is written by `save`."""
        name = self._names.get(part.lower(), part)
        if name not in self._documents:
            self._documents[name] = Document(self.archive.read(name, MAX_SMALL_PART))
        return self._documents[name]

    def sheets(self) -> list[Sheet]:
        """All sheets as they were read, in order."""
        targets = {relation.id: relation for relation in self.relations(self.workbook_part)}
        holder = self.workbook.root.find("sheets")
        sheets = []
        for position, node in enumerate(holder.all("sheet") if holder else ()):
            relation = targets.get(node.attributes.get(f"{self.relation_space} id", ""))
            name = node.attributes.get("name", "")
            if relation is None or not relation.target:
                raise Damaged(f"it lists a sheet {name!r} and holds none")
            sheets.append(Sheet(name, relation.target, relation.kind, position, node))
        return sheets

    def relations(self, part: str) -> list[Relation]:
        """A part's relations as they were read."""
        name = _relations_part(part)
        if not self.has(name):
            return []
        return [self._relation(node, part) for node in self.document(name).root.all("Relationship")]

    def related(self, part: str, kind: str) -> list[str]:
        """The parts that a part is related to in one way."""
        return [relation.target for relation in self.relations(part) if relation.kind == kind and relation.target]

    def relate(self, part: str, kind: str, target: str) -> str:
        """Add a relation; gives its id."""
        name = _relations_part(part)
        if not self.has(name):
            empty = Document(f'<Relationships xmlns="{PACKAGE_RELATIONS}"></Relationships>'.encode())
            self._documents[name] = empty
            self._new[name] = lambda: [empty.render()]
        document = self.document(name)
        taken = {node.attributes.get("Id", "") for node in document.root.children} | document.reserved
        new_id = next(text for number in range(1, 1_000_000) if (text := f"rId{number}") not in taken)
        document.reserved.add(new_id)
        attributes = {
            "Id": new_id,
            "Type": f"{self.relation_space}/{kind}",
            "Target": posixpath.relpath(target, posixpath.dirname(part) or "."),
        }
        document.append(document.root, element(f"{document.prefix}Relationship", dict(attributes)))
        return new_id

    def add(self, pattern: str, content_type: str, produce: Produce) -> str:
        """Add a part beside the workbook part; `{}` in the pattern is its number. Gives its name."""
        folder = posixpath.dirname(self.workbook_part)
        names = (posixpath.join(folder, pattern.format(number)) for number in range(1, 1_000_000))
        name = next(name for name in names if not self.has(name))
        self._new[name] = produce
        types = self.document(_TYPES)
        types.append(
            types.root, element(f"{types.prefix}Override", {"PartName": f"/{name}", "ContentType": content_type})
        )
        return name

    def put(self, part: str, produce: Produce) -> None:
        """Replace a part."""
        self._new[self._names.get(part.lower(), part)] = produce

    def drop(self, part: str) -> None:
        """Take a part out, with its content type and the workbook's relation to it."""
        self._dropped.add(self._names.get(part.lower(), part))
        types = self.document(_TYPES)
        for node in types.root.all("Override"):
            if node.attributes.get("PartName", "").lstrip("/").lower() == part.lower():
                types.remove(node)
        for relation in self.relations(self.workbook_part):
            if relation.target.lower() == part.lower():
                self.document(_relations_part(self.workbook_part)).remove(relation.node)

    def parts_of_type(self, content_type: str) -> list[str]:
        """The parts of a content type, as they were read."""
        overrides = self.document(_TYPES).root.all("Override")
        names = [n.attributes.get("PartName", "").lstrip("/") for n in overrides
                 if n.attributes.get("ContentType") == content_type]  # fmt: skip
        return [name for name in names if self.has(name)]

    def new_sheet_entry(self, name: str, relation_id: str, state: str | None = None) -> None:
        """List a new sheet in the workbook part."""
        holder = self.workbook.root.find("sheets")
        if holder is None:
            raise Damaged("it lists no sheets")
        taken = {int(text) for node in holder.children if (text := node.attributes.get("sheetId", "")).isdigit()}
        taken |= {int(text) for text in self.workbook.reserved if text.isdigit()}
        number = str(max(taken, default=0) + 1)
        self.workbook.reserved.add(number)
        prefix = self.workbook.prefix_of(self.relation_space)
        link = f"{prefix}:id={quoted(relation_id)}" if prefix else (
            f'xmlns:r="{self.relation_space}" r:id={quoted(relation_id)}')  # fmt: skip
        written = element(f"{self.workbook.prefix}sheet", {"name": name, "sheetId": number, "state": state})
        self.workbook.append(holder, f"{written[:-2]} {link}/>")

    @property
    def date1904(self) -> bool:
        """Whether the workbook counts its days from 1904."""
        properties = self.workbook.root.find("workbookPr")
        return properties is not None and properties.attributes.get("date1904", "0") in ("1", "true")

    def calculate_on_load(self) -> None:
        """Let the program that opens the file calculate every formula again."""
        root = self.workbook.root
        known = root.find("calcPr")
        if known:
            if known.attributes.get("fullCalcOnLoad") not in ("1", "true"):
                self.workbook.set(known, fullCalcOnLoad="1")
            return
        before = [node for node in root.children if node.name in ("sheets", *_BEHIND_CALC)]
        if before and "calcPr" not in self.workbook.reserved:
            self.workbook.reserved.add("calcPr")
            self.workbook.insert_after(before[-1], element(f"{self.workbook.prefix}calcPr", {"fullCalcOnLoad": "1"}))

    def add_document(self, pattern: str, content_type: str, xml: str) -> str:
        """Add a small part that can be changed until it is written."""
        document = Document(xml.encode())
        name = self.add(pattern, content_type, lambda: [document.render()])
        self._documents[name] = document
        return name

    def finish_last(self, part: str, finish: Callable[[], None]) -> None:
        """Write a part behind all others, after calling `finish`."""
        self._last[self._names.get(part.lower(), part)] = finish

    def save(self, packer: Packer) -> None:
        """Write all parts: unchanged ones as they are packed, in their order, new ones behind them."""
        early = [name for name in (*self.archive.entries, *self._new) if name not in self._last]
        for name in dict.fromkeys(early):
            self._write(packer, name)
        for name, finish in self._last.items():
            finish()
            self._write(packer, name)
        packer.finish()

    def _write(self, packer: Packer, name: str) -> None:
        entry = self.archive.entries.get(name)
        if name in self._dropped:
            return
        if name in self._new:
            packer.add(name, self._new[name](), entry)
        elif name in self._documents and self._documents[name].changed:
            packer.add(name, [self._documents[name].render()], entry)
        else:
            packer.copy(self.archive, name)

    def _relation(self, node: Node, part: str) -> Relation:
        target = node.attributes.get("Target", "")
        if node.attributes.get("TargetMode") == "External" or not target:
            target = ""
        else:
            path = posixpath.normpath(posixpath.join("/", posixpath.dirname(part), target)).lstrip("/")
            target = self._names.get(path.lower(), path)
        kind = node.attributes.get("Type", "").rpartition("/")[2]
        return Relation(node.attributes.get("Id", ""), kind, target, node)

    def _find_workbook(self) -> str:
        for name in (_TYPES, "_rels/.rels"):
            if not self.has(name):
                raise Damaged(f"it has no {name}, so it is no workbook")
        found = self.related("", "officeDocument")
        if not found or not self.has(found[0]):
            raise Damaged("it has no workbook part")
        if found[0].lower().endswith(".bin"):
            raise Damaged("it is a binary Excel file (.xlsb), whatever its name says")
        return found[0]


def _relations_part(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def worksheets(sheets: Iterable[Sheet]) -> Iterator[Sheet]:
    """Those sheets that hold cells."""
    return (sheet for sheet in sheets if sheet.kind == "worksheet")
