"""The data validations of a worksheet part: ours are known by their error title, those of the user stay as they are.

A cell has one validation at most, so the message of a cell bears the rule of its column too. Excel moves a list that
stands on another worksheet into an extension of its own; ours are known there as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from synctui.worksheets.base import Message
from synctui.worksheets.layout import OURS
from synctui.worksheets.references import Area
from synctui.worksheets.rules import MAX_COLUMNS, MAX_ROWS
from synctui.worksheets.xlsx.areas import Move, body_of, gaps, joined, moved, parsed, shared, without, without_cells
from synctui.worksheets.xlsx.markup import Document, Node, element
from synctui.worksheets.xlsx.texts import decode, xml_attribute, xml_text

LIST = "list"
CUSTOM = "custom"
NEVER = "FALSE"
"""The formula of a rule that likes nothing."""
_HEADERS = Area(1, 1, MAX_COLUMNS, 1)
_BEFORE = frozenset((
    "sheetData", "sheetCalcPr", "sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState",
    "dataConsolidate", "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting",
))  # fmt: skip
"""What stands before the validations in a worksheet part (ECMA-376 part 1, 18.3.1.99)."""


@dataclass(frozen=True, slots=True)
class Validation:
    """What happens in some cells: a rule for what is typed, a message for who stands there, or both."""

    kind: str = ""
    """`list`, `custom`, or nothing for no rule."""
    formula: str = ""
    sentence: str = ""
    """Said to what the rule does not like."""
    message: Message | None = None

    def xml(self, areas: Iterable[Area], prefix: str = "") -> str:
        """The element for some cells."""
        told, ruled = self.message, bool(self.kind)
        attributes = {
            "type": self.kind or None,
            "errorStyle": "warning" if self.kind == LIST else None,
            "allowBlank": None if self.kind == CUSTOM else 1,
            "showInputMessage": 1 if told else None,
            "showErrorMessage": 1 if ruled else None,
            "errorTitle": OURS,
            "error": xml_attribute(self.sentence) if ruled else None,
            "promptTitle": xml_attribute(told.title) if told else None,
            "prompt": xml_attribute(told.text) if told else None,
            "sqref": " ".join(map(str, areas)),
        }
        formula = f"<{prefix}formula1>{xml_text(self.formula)}</{prefix}formula1>" if ruled else ""
        return element(f"{prefix}dataValidation", attributes, formula)


Held = tuple[Validation, Area]
"""A validation of ours and one rectangle of its cells."""


def is_ours(node: Node) -> bool:
    """Whether an element is a validation that we wrote and nobody made another kind of."""
    told = node.attributes
    return (
        node.name == "dataValidation"
        and decode(told.get("errorTitle", "")) == OURS
        and told.get("type", "none") in ("none", LIST, CUSTOM)
    )


def validations_xml(held: Sequence[Held]) -> str:
    """All validations of a new worksheet."""
    written = [validation.xml([area]) for validation, area in held]
    return element("dataValidations", {"count": len(written)}, "".join(written)) if written else ""


class _Entry:
    """An element that is there."""

    def __init__(self, node: Node, space: str) -> None:
        self.node = node
        self.in_extension = node.space != space
        self.read = self.sqref = _sqref(node)
        """Its cells as they were read, and with the changes counted in."""

    @cached_property
    def validation(self) -> Validation:
        """What one of ours says."""
        told = self.node.attributes
        kind = told.get("type", "none").replace("none", "")
        title, text = decode(told.get("promptTitle", "")), decode(told.get("prompt", ""))
        formula = next(("".join(node.text for node in child.walk()).strip()
                        for child in self.node.children if child.name == "formula1"), "")  # fmt: skip
        return Validation(
            kind,
            {CUSTOM: NEVER, LIST: decode(formula)}.get(kind, ""),
            decode(told.get("error", "")) if kind else "",
            Message(title, text) if title or text else None,
        )

    @cached_property
    def areas(self) -> tuple[Area, ...]:
        """The cells as they were read."""
        return joined(parsed(self.read))


class Validations:
    """The validations of one worksheet on their way through a change; `store` writes what became of them."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._root = document.root
        nodes = [node for node in self._root.walk() if node.name == "dataValidation"]
        self._ours = [_Entry(node, self._root.space) for node in nodes if is_ours(node)]
        self._theirs = [_Entry(node, self._root.space) for node in nodes if not is_ours(node)]
        self._held: list[Held] = [(entry.validation, area) for entry in self._ours for area in entry.areas]
        self._read = set(self._held)

    def move(self, move: Move) -> None:
        """Let them follow their cells."""
        for entry in self._theirs:
            entry.sqref = moved(entry.sqref, move)
        self._held = [(validation, place) for validation, area in self._held if (place := move(area))]

    def insert_columns(self, before: int, last: int, count: int) -> None:
        """Let ours follow the columns from `before` to `last`, which go right; the new ones begin without any."""
        held = []
        for validation, area in self._held:
            for part in without(area, Area(before, 1, last + count, MAX_ROWS)):
                held.append((validation, part))
            moving = shared(area, Area(before, 1, last, MAX_ROWS)) if before <= last else None
            if moving:
                held.append((validation, replace(moving, left=moving.left + count, right=moving.right + count)))
        self._held = held

    def reach_down(self, bottom: int) -> None:
        """Let rules of ours that reach the table's last row reach the worksheet's: LibreOffice cuts them short."""
        held = []
        for validation, area in self._held:
            cut = validation.kind and not validation.message and bottom <= area.bottom < MAX_ROWS
            below = area.rows(area.bottom + 1, MAX_ROWS) if cut else None
            if below and not self._theirs_in(below) and not self._inside(below):
                area = area.rows(area.top, MAX_ROWS)
            held.append((validation, area))
        self._held = held

    def put(self, held: Iterable[Held]) -> None:
        """Add some of ours where the user has none."""
        self._held += [(validation, area) for validation, area in held if not self._theirs_in(area)]

    def takes_choices(self, column: int) -> bool:
        """Whether a column has our drop-down, or could have it."""
        kinds = {validation.kind for validation, _ in self._inside(body_of(column))}
        return CUSTOM not in kinds and (LIST in kinds or not self._theirs_in(body_of(column)))

    def offer(self, column: int, rule: Validation) -> None:
        """Put our drop-down on a column, or in the place of the one that is there; one that is empty takes it away."""
        body = body_of(column)
        inside = self._inside(body)
        outside = [(validation, part) for validation, area in self._held for part in without(area, body)]
        changed = [(replace(rule, message=validation.message), area) for validation, area in inside]
        if all(validation.kind != LIST for validation, _ in inside):
            changed += [(rule, area) for area in gaps(body, [area for _, area in inside])]
        self._held = [*outside, *(held for held in changed if held[0] != Validation())]

    def show(self, messages: Mapping[tuple[int, int], Message]) -> None:
        """Messages by column and row, in the place of all that our cells below the headers had."""
        cells = {place: message for place, message in messages.items() if not self._theirs_in(_cell(place))}
        rows: dict[int, list[int]] = defaultdict(list)
        for column, row in sorted(cells):
            rows[column].append(row)
        bare = self._without_messages()
        self._held = [(validation, part) for validation, area in bare for part in without_cells(area, rows)]
        for place, message in cells.items():
            rule = next((validation for validation, area in bare if shared(area, _cell(place))), Validation())
            self._held.append((replace(rule, message=message), _cell(place)))

    def store(self) -> None:
        """Write the changes into the document; what stays the same keeps its bytes."""
        gone = [entry for entry in self._theirs if not entry.sqref]
        for entry in self._theirs:
            if entry.sqref and entry.sqref != entry.read and not entry.in_extension:
                self._document.set(entry.node, sqref=entry.sqref)
        new: list[str] = []
        if set(self._held) != self._read:
            new = self._store_ours(gone)
        if gone or new:
            self._settle({entry.node for entry in gone}, new)

    def _store_ours(self, gone: list[_Entry]) -> list[str]:
        """Change the elements of ours: those that are of no use are added to `gone`, the new ones given back."""
        wanted = self._wanted()
        fits = {(entry.validation, entry.areas): entry for entry in self._ours}
        kept = {entry for key, entry in fits.items() if key in wanted}
        spare: dict[Validation, list[_Entry]] = defaultdict(list)
        for entry in self._ours:
            if entry not in kept:
                (gone if entry.in_extension else spare[entry.validation]).append(entry)
        new = []
        for validation, areas in (key for key in wanted if key not in fits):
            if spare[validation]:
                self._document.set(spare[validation].pop().node, sqref=" ".join(map(str, areas)))
            else:
                new.append(validation.xml(areas, self._document.prefix))
        gone += [entry for entries in spare.values() for entry in entries]
        return new

    def _wanted(self) -> dict[tuple[Validation, tuple[Area, ...]], None]:
        """What is to be written: the message of a cell stands alone, all else of one kind together."""
        alone, together = [], defaultdict(list)
        for validation, area in self._held:
            if validation.message and area.top > 1:
                alone.append((validation, (area,)))
            else:
                together[validation].append(area)
        return dict.fromkeys([*((key, joined(areas)) for key, areas in together.items()), *alone])

    def _settle(self, gone: Collection[Node], new: Sequence[str]) -> None:
        """Take elements out and put new ones in, and their holders with them."""
        for node in gone:
            self._document.remove(node)
        holder = self._root.find("dataValidations")
        count = len(new) + sum(node not in gone for node in holder.children) if holder else len(new)
        if not holder:
            place = [node for node in self._root.children if node.name in _BEFORE][-1]
            whole = element(f"{self._document.prefix}dataValidations", {"count": count}, "".join(new))
            if new:
                self._document.insert_after(place, whole)
        elif not count:
            self._document.remove(holder)
        else:
            self._document.set(holder, count=str(count))
            self._document.append(holder, "".join(new))
        self._settle_extensions(gone)

    def _settle_extensions(self, gone: Collection[Node]) -> None:
        """An extension without its last validation goes, and so does the list of extensions with its last one."""
        listed = self._root.find("extLst")
        emptied = []
        for extension in listed.children if listed else ():
            left = [node for holder in extension.children for node in holder.children if node not in gone]
            holders = [node for node in extension.children if node.name == "dataValidations"]
            if holders and not left:
                emptied.append(extension)
            elif holders and len(left) < len(holders[0].children):
                self._document.set(holders[0], count=str(len(left)))
        for extension in emptied:
            self._document.remove(extension)
        if listed and emptied and len(emptied) == len(listed.children):
            self._document.remove(listed)

    def _inside(self, area: Area) -> list[Held]:
        """Ours in an area, cut to it."""
        return [(validation, part) for validation, place in self._held if (part := shared(place, area))]

    def _theirs_in(self, area: Area) -> bool:
        return any(shared(place, area) for entry in self._theirs for place in parsed(entry.sqref))

    def _without_messages(self) -> list[Held]:
        """Ours with the rules put together again that messages of cells had cut apart."""
        found: dict[Validation, list[Area]] = defaultdict(list)
        for validation, area in self._held:
            for part in without(area, _HEADERS) if validation.message else ():
                found[replace(validation, message=None)].append(part)
            head = shared(area, _HEADERS) if validation.message else area
            if head:
                found[validation].append(head)
        found.pop(Validation(), None)
        return [(validation, area) for validation, areas in found.items() for area in joined(areas)]


def _cell(place: tuple[int, int]) -> Area:
    column, row = place
    return Area(column, row, column, row)


def _sqref(node: Node) -> str:
    """The cells of an element; in an extension they stand in an element of their own."""
    inner = (child.text for child in node.children if child.name == "sqref")
    return node.attributes.get("sqref") or next(inner, "").strip()
