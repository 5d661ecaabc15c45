"""Sums over rectangles of cells: what two share, what is left of one, and lists of them as Excel writes them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from synctui.worksheets.references import Area
from synctui.worksheets.rules import MAX_ROWS

Move = Callable[[Area], Area | None]
"""Where an area is after a change; None if it is gone."""


def body_of(column: int) -> Area:
    """A column below its header, down to the last row that a worksheet has: rows that come in later are in it too."""
    return Area(column, 2, column, MAX_ROWS)


def shared(area: Area, other: Area) -> Area | None:
    """The cells that two areas have in common."""
    left, right = max(area.left, other.left), min(area.right, other.right)
    top, bottom = max(area.top, other.top), min(area.bottom, other.bottom)
    return Area(left, top, right, bottom) if left <= right and top <= bottom else None


def without(area: Area, hole: Area) -> Iterator[Area]:
    """What is left of an area when another is taken out."""
    inside = shared(area, hole)
    if inside is None:
        yield area
        return
    if area.top < inside.top:
        yield area.rows(area.top, inside.top - 1)
    if area.left < inside.left:
        yield Area(area.left, inside.top, inside.left - 1, inside.bottom)
    if inside.right < area.right:
        yield Area(inside.right + 1, inside.top, area.right, inside.bottom)
    if inside.bottom < area.bottom:
        yield area.rows(inside.bottom + 1, area.bottom)


def gaps(area: Area, others: Iterable[Area]) -> Iterator[Area]:
    """What is left of an area between others that are as wide as it is."""
    top = area.top
    for other in sorted(others, key=lambda other: other.top):
        if top < other.top:
            yield area.rows(top, other.top - 1)
        top = max(top, other.bottom + 1)
    if top <= area.bottom:
        yield area.rows(top, area.bottom)


def without_cells(area: Area, cells: Mapping[int, Sequence[int]]) -> Iterator[Area]:
    """What is left of an area without some cells: column -> its rows in order."""
    left = area.left
    for column in sorted(cells):
        rows = cells[column][bisect_left(cells[column], area.top) : bisect_right(cells[column], area.bottom)]
        if not left <= column <= area.right or not rows:
            continue
        if left < column:
            yield Area(left, area.top, column - 1, area.bottom)
        strip = Area(column, area.top, column, area.bottom)
        yield from gaps(strip, [strip.rows(row, row) for row in rows])
        left = column + 1
    if left <= area.right:
        yield Area(left, area.top, area.right, area.bottom)


def joined(areas: Iterable[Area]) -> tuple[Area, ...]:
    """The same cells in fewer areas: those that stand one below another become one."""
    found: list[Area] = []
    for area in sorted(set(areas), key=lambda area: (area.left, area.right, area.top)):
        last = found[-1] if found else None
        if last and (last.left, last.right) == (area.left, area.right) and area.top <= last.bottom + 1:
            found[-1] = last.rows(last.top, max(last.bottom, area.bottom))
        else:
            found.append(area)
    return tuple(found)


def parsed(text: str) -> list[Area]:
    """The areas of a list; whole rows and columns (`A:A`) are left out."""
    found: list[Area] = []
    moved(text, found.append)
    return found


def moved(text: str, move: Move) -> str:
    """A list of areas as it is written, each moved; whole rows and columns (`A:A`) stay."""
    places: list[object] = []
    for written in text.split():
        try:
            places.append(move(Area.parse(written)))
        except ValueError:
            places.append(written)
    return " ".join(str(place) for place in places if place is not None)
