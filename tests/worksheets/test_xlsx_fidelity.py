"""Every value that programs are known to spoil, and every practice record: written, saved by LibreOffice, unchanged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from synctui.practice.awkward import AWKWARD
from synctui.practice.data import Tables
from synctui.records import ColumnType, Key, Memory, Raw, Record, Value, key_id
from synctui.rows.changes import ROW, SYNC, Policy, detect
from synctui.rows.columns import columns_after
from synctui.values import stand_in, to_cell
from synctui.worksheets.base import ColumnSpec, NewSheet, SheetPatch
from synctui.worksheets.xlsx import open_workbook

TEXTS: tuple[Value, ...] = (
    *AWKWARD, None, "", "   ", "1234567890123456", "12345678901234567", "#NAME?", "True", "'quoted'", "a\r\nb\rc\nd\n",
    "2025-07-01T09:30:00.123456", "_x000D_", "_xFFFE_", "x" * 32_767, "x" * 32_768,
    "\U0001f600" * 16_383, "\U0001f600" * 16_384, "a" + "\U0001f600" * 16_384,
    "\x00", "".join(map(chr, range(32))), "a\ufffeb", "a\uffffb", "\x7f\x80\x9f", "\u2028\u2029",
    "=" * 5, "+", "\t", "\n",
)  # fmt: skip
NUMBERS: tuple[Value, ...] = (
    "0", "-0", "5.00", "0.1", "0.30000000000000004", "1234567890123456", "12345678901234567", "1.797e308", "1e400",
    "5e-324", "1E5", "007", "-2.5", "999999999999999", "n/a", Raw("1.10"), Raw("1e5"),
    Raw("12345678901234567890"), None, "",
)  # fmt: skip
DAYS: tuple[Value, ...] = (
    "2025-07-01", "1899-12-30", "1900-02-28", "1900-02-29", "1900-03-01", "9999-12-31", "0001-01-01",
    "2025-02-30", "soon", None, "",
)  # fmt: skip
MOMENTS: tuple[Value, ...] = (
    "2025-07-01 09:30:00", "2025-07-01 00:00:00", "2025-07-01 23:59:59", "2025-07-01", "1899-12-30 00:00:01",
    "9999-12-31 23:59:59", "2025-07-01T09:30:00+02:00", "2025-07-01 09:30:00.123456", "2025-07-01 24:00:00", None, "",
)  # fmt: skip
TRUTHS: tuple[Value, ...] = (Raw("true"), Raw("false"), "true", "TRUE", "yes", Raw("1"), None, "")
TYPES = {"Number": ColumnType.NUMBER, "Day": ColumnType.DATE, "At": ColumnType.DATETIME, "Truth": ColumnType.BOOLEAN}


def awkward_records() -> list[Record]:
    """One record per text, the other columns' values in turn."""
    others = {"Number": NUMBERS, "Day": DAYS, "At": MOMENTS, "Truth": TRUTHS}
    return [
        {"id": f"{n:03}", "Text": text, **{name: values[n % len(values)] for name, values in others.items()}}
        for n, text in enumerate(TEXTS)
    ]


def practice_records(table: Iterable[Mapping[str, Any]]) -> list[Record]:
    """Records as a source hands them over: texts, null, and anything else as its JSON."""
    return [
        {
            name: value if value is None or isinstance(value, str) else Raw(json.dumps(value))
            for name, value in row.items()
        }
        for row in table
    ]


def pulled(path: Path, links: Mapping[str, tuple[str, list[Record]]]) -> dict[str, Memory]:
    """A workbook with a worksheet for each link, and what their passports remember."""
    memories, sheets = {}, []
    for name, (key, records) in links.items():
        columns = columns_after((), records, (key,), TYPES, {})
        baseline: dict[Key, tuple[Value, ...]] = {
            (str(r[key]),): tuple(r.get(c.name) for c in columns) for r in records
        }
        memories[name] = Memory(name, columns=columns, key=(key,), baseline=baseline)
        specs = (ColumnSpec(SYNC), *(ColumnSpec(c.title, c.type) for c in columns), ColumnSpec(ROW, hidden=True))
        rows = [
            [None, *(to_cell(value, c) for value, c in zip(values, columns, strict=True)), stand_in(key_id(identity))]
            for identity, values in baseline.items()
        ]
        sheets.append(NewSheet(name, specs, rows))
    open_workbook(path).write(sheets, ["line"])
    return memories


def check(path: Path, memories: Mapping[str, Memory]) -> None:
    """Nothing changed, nothing damaged, and every wire value is the one that came, null and empty told apart."""
    book = open_workbook(path)
    for name, memory in memories.items():
        found = detect(memory, book.grid(name), Policy())
        assert (found.changes, found.damage, found.problems) == ([], [], [])
        assert {row.key: tuple(row.values) for row in found.rows} == memory.baseline
        kinds = {row.key: [type(value) for value in row.values] for row in found.rows}
        assert kinds == {key: [type(value) for value in values] for key, values in memory.baseline.items()}


@pytest.fixture(scope="module")
def links() -> dict[str, tuple[str, list[Record]]]:
    tables = Tables()
    keys = {"levelone": "sf_Application ID", "company": "sf_Company ID"}
    found = {name: (key, practice_records(tables.by_type[name].values())) for name, key in keys.items()}
    assert len(found["levelone"][1]) == 1230
    return found | {"awkward": ("id", awkward_records())}


def rewritten(path: Path, memories: Mapping[str, Memory]) -> None:
    """Write every cell once more, as a pull does that finds all of them changed."""
    book = open_workbook(path)
    patches: Sequence[SheetPatch] = [
        SheetPatch(
            name,
            {
                row.number: dict(zip(grid.headers, row.cells, strict=True))
                for row in grid.rows
            },
            types={column.title: column.type for column in memories[name].columns},
        )
        for name in memories
        if (grid := book.grid(name))
    ]  # fmt: skip
    book.write(patches, ["again"])


def test_nothing_changes_in_our_hands_and_in_libreoffices(
    tmp_path: Path, links: dict[str, tuple[str, list[Record]]], libreoffice: Callable[..., list[Path]]
) -> None:
    path = tmp_path / "all.xlsx"
    memories = pulled(path, links)
    check(path, memories)
    rewritten(path, memories)
    check(path, memories)
    [saved] = libreoffice([path])
    check(saved, memories)
    rewritten(saved, memories)
    check(saved, memories)
