"""Mutated workbooks, each used as a pull uses a file, and a tally of what came of it.

Nine in ten mutations leave a valid zip file whose XML still parses: only such files come past the first checks.
`python -m workbook_fuzz FOLDER COUNT SEED` prints the tally as JSON; a file is made anew from its number alone.
"""

from __future__ import annotations

import json
import random
import re
import sys
import time
import traceback
import zipfile
import zlib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from process_memory import peak_mb
from workbook_makers import linked_by_xlsxwriter
from xlsx_files import write_package

from synctui.cells import Cell
from synctui.errors import WorksheetError
from synctui.records import ColumnType
from synctui.worksheets.base import ColumnSpec, NewSheet, SheetPatch
from synctui.worksheets.xlsx import open_workbook

Parts = dict[str, str | bytes]

HANG_SECONDS = 5.0
MEMORY_LIMIT = 2 << 30
"""Bytes of address space: a file that asks for more ends in MemoryError, which is no WorksheetError."""
LINK = "Awards"
STRANGE = (
    b"-1", b"9" * 30, b"A0", b"", b"&lt;", b"\xc3\xa9", b"0", b"1048577", b"XFE1", b"A1:A0", b"s", b"inlineStr", b"1e9",
    b"A1:XFD1048576", b"2147483648", b"true", b"../../x.xml", b"rId1", b"shared", b"&#10;", b"_xD800_", b"1 2", b"NaN",
)  # fmt: skip


class BrokenPromise(Exception):
    """A file that was taken and came out wrong."""


@dataclass
class Tally:
    """What became of all files."""

    valid: int = 0
    """Valid zip files whose XML parses."""
    refused: int = 0
    good: int = 0
    """Read, written and read again."""
    failures: dict[str, list[int]] = field(default_factory=dict)
    """Another exception than WorksheetError, or a broken promise -> the numbers of the files."""
    traces: list[str] = field(default_factory=list)
    """The first traceback of each failure."""
    slowest: float = 0.0
    """CPU seconds of the file that took longest."""
    hangs: int = 0
    peak_mb: float = 0.0


def fuzz(folder: Path, count: int, seed: int) -> Tally:
    """Make and use `count` files."""
    bases = [ours(folder / "ours.xlsx"), linked_by_xlsxwriter(folder / "theirs.xlsx")]
    packages = [contents(path) for path in bases]
    tally = Tally()
    path = folder / "book.xlsx"
    for number in range(count):
        chance = random.Random(f"{seed}/{number}")
        turn = number % len(bases)
        if chance.randrange(20) == 0:
            path.write_bytes(flipped(bases[turn].read_bytes(), chance))
        else:
            write_package(path, mutated_parts(packages[turn], chance))
        judge(path, number, tally)
    return tally


def ours(path: Path) -> Path:
    """A small workbook of ours with one of everything."""
    columns = (
        ColumnSpec("Sync"), ColumnSpec("Key", help="h"), ColumnSpec("Amount", ColumnType.NUMBER),
        ColumnSpec("Day", ColumnType.DATE), ColumnSpec("_row", hidden=True),
    )  # fmt: skip
    rows: list[list[Cell]] = [["", "k", 1.5, None, "id"], [None, "<&>", 2, None, "id2"], ["é", "_x0041_", 3, None, ""]]
    open_workbook(path).write([NewSheet(LINK, columns, rows)], ["line", "x" * 99])
    return path


def contents(path: Path) -> Parts:
    """All parts of a workbook."""
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def flipped(data: bytes, chance: random.Random) -> bytes:
    """Some bytes of the file changed, wherever they are."""
    changed = bytearray(data)
    for _ in range(chance.randrange(1, 8)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def mutated_parts(parts: Parts, chance: random.Random) -> Parts:
    """One part mutated in its XML; now and then one taken out or put in the place of another."""
    name = chance.choice(sorted(name for name in parts if is_xml(name)))
    match chance.randrange(20):
        case 0:
            return {other: data for other, data in parts.items() if other != name}
        case 1:
            return parts | {name: parts[chance.choice(sorted(parts))]}
    data = parts[name]
    assert isinstance(data, bytes)
    return parts | {name: mutated(data, chance)}


def mutated(xml: bytes, chance: random.Random) -> bytes:
    """The part with some values changed or elements taken out, doubled or swapped, in XML that still parses."""
    whole = re.split(rb'(?<==")|(?=")|(?=<)|(?<=>)', xml)
    while True:
        pieces = list(whole)
        for _ in range(chance.randrange(1, 4)):
            mutate(pieces, chance)
        changed = b"".join(pieces)
        if changed != xml and parses(changed):
            return changed


def mutate(pieces: list[bytes], chance: random.Random) -> None:
    """One change to tags, texts and values in place."""
    i, j = chance.randrange(len(pieces)), chance.randrange(len(pieces))
    match chance.randrange(4):
        case 0:
            del pieces[i]
        case 1:
            pieces.insert(j, pieces[i])
        case 2:
            pieces[i], pieces[j] = pieces[j], pieces[i]
        case 3:
            pieces[i] = chance.choice(STRANGE)


def is_xml(name: str) -> bool:
    """Whether a part is XML by its name."""
    return name.endswith((".xml", ".rels", ".vml"))


def parses(xml: bytes) -> bool:
    """Whether a strict parser takes it."""
    try:
        ElementTree.fromstring(xml)
    except (ElementTree.ParseError, LookupError, ValueError):
        return False
    return True


def valid(path: Path) -> bool:
    """Whether the zip file is whole and all of its XML parses."""
    try:
        with zipfile.ZipFile(path) as package:
            names = package.namelist()
            return package.testzip() is None and all(parses(package.read(name)) for name in names if is_xml(name))
    except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError, RuntimeError):
        return False


def judge(path: Path, number: int, tally: Tally) -> None:
    """Use one file and enter into the tally what came of it."""
    was_valid, before = valid(path), path.read_bytes()
    tally.valid += was_valid
    started = time.process_time()
    try:
        use(path, number)
        if was_valid and not valid(path):
            raise BrokenPromise("a valid file was written as an invalid one")
        tally.good += 1
    except WorksheetError as error:
        tally.refused += 1
        if path.read_bytes() != before or not error.hint:
            fail(tally, "changed a file that it refused", number, error)
    except Exception as error:  # whatever it is, it is what the run looks for
        fail(tally, type(error).__name__, number, error)
    spent = time.process_time() - started
    tally.slowest = max(tally.slowest, spent)
    tally.hangs += spent > HANG_SECONDS


def fail(tally: Tally, kind: str, number: int, error: Exception) -> None:
    """Enter a failure, with its place in the code."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{kind} in {Path(frames[-1].filename).name} {frames[-1].name}"
    if place not in tally.failures:
        tally.traces.append("".join(traceback.format_exception(error)[-6:]))
    tally.failures.setdefault(place, []).append(number)


def use(path: Path, number: int) -> None:
    """Everything that a pull does with a file: look at all of it, write in one of three ways, look again."""
    book = open_workbook(path)
    for name in book.sheet_names():
        book.grid(name)
        book.cell(name, "B2")
    book.passport()
    removed = [3] if book.removable(LINK) else []
    patch = SheetPatch(LINK, {2: {"Key": "x", "Amount": 2}}, [{"Key": "new", "Amount": 7}])
    wider = SheetPatch(LINK, {4: {"Note": "x"}}, [{"Key": "y"}], removed, (ColumnSpec("Note"),))
    again = NewSheet(LINK, (ColumnSpec("Key"),), [["x"]])
    change, rename = ((patch, {}), (wider, {}), (again, {LINK: "Old"}))[number // 2 % 3]
    book.write([change], ["passport"], rename)
    fresh = open_workbook(path)
    if fresh.passport() != ("passport",):
        raise BrokenPromise("the passport is not what was written")
    if "x" not in {cell for row in fresh.grid(LINK).rows for cell in row.cells}:
        raise BrokenPromise("a cell is not what was written")


def main(folder: str, count: str, seed: str) -> None:
    """Run within the memory limit and print the tally."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, resource.RLIM_INFINITY))
    tally = fuzz(Path(folder), int(count), int(seed))
    tally.peak_mb = peak_mb()
    print(json.dumps(asdict(tally)))


if __name__ == "__main__":
    main(*sys.argv[1:])
