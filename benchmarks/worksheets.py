"""Writing, refreshing and reading a worksheet of 20 columns: ours beside openpyxl and XlsxWriter, as a Markdown table.

    python benchmarks/worksheets.py [--rows 100000] [--rounds 3] [--task refresh]

Every measurement runs in a process of its own, the programs in turn; of several rounds the median counts. CPU seconds
are those of the process while it works; the added memory is its peak above what it held before (Linux only).
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter

from synctui.cells import Cell
from synctui.records import ColumnType
from synctui.worksheets.base import ColumnSpec, NewSheet, SheetPatch
from synctui.worksheets.xlsx import open_workbook

SHEET = "Data"
KINDS = [(ColumnType.TEXT, 8), (ColumnType.NUMBER, 9), (ColumnType.DATETIME, 2), (ColumnType.BOOLEAN, 1)]
COLUMNS = tuple(ColumnSpec(f"{kind} {i}", kind) for kind, count in KINDS for i in range(count))
HEADERS = [column.header for column in COLUMNS]
DATE_FORMAT = "yyyy-mm-dd hh:mm:ss"
Rows = list[list[Cell]]
Cells = dict[int, dict[str, Cell]]


def make_rows(count: int, seed: int = 1) -> Rows:
    """8 texts, 5 whole numbers, 4 fractions, 2 date-times, 1 truth value a row."""
    chance = random.Random(seed)
    start = datetime(2020, 1, 1)
    return [
        [
            *(f"text {chance.randrange(10**9)}" for _ in range(8)),
            *(chance.randrange(10**6) for _ in range(5)),
            *(round(chance.uniform(0, 1e5), 2) for _ in range(4)),
            *(start + timedelta(seconds=chance.randrange(10**8)) for _ in range(2)),
            number % 2 == 0,
        ]
        for number in range(count)
    ]


def as_cells(rows: Rows) -> Cells:
    """New values for every cell of the worksheet."""
    return {number: dict(zip(HEADERS, row, strict=True)) for number, row in enumerate(reversed(rows), 2)}


def write_ours(path: Path, rows: Rows) -> None:
    """A new workbook, by SyncTUI."""
    open_workbook(path).write([NewSheet(SHEET, COLUMNS, rows)], [])


def write_openpyxl(path: Path, rows: Rows) -> None:
    """The same by openpyxl, in its quickest mode."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    sheet.append(HEADERS)
    for row in rows:
        sheet.append(row)
    book.save(path)


def write_xlsxwriter(path: Path, rows: Rows) -> None:
    """The same by XlsxWriter, in its leanest mode."""
    options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    book = xlsxwriter.Workbook(path, options | {"default_date_format": DATE_FORMAT})
    sheet = book.add_worksheet(SHEET)
    sheet.write_row(0, 0, HEADERS)
    for number, row in enumerate(rows, 1):
        sheet.write_row(number, 0, row)
    book.close()


def write_styled(path: Path, rows: Rows) -> None:
    """The workbook that is refreshed: formats, a table, rules, a note, a chart, a sheet with a formula."""
    book = xlsxwriter.Workbook(path, {"strings_to_urls": False, "strings_to_formulas": False})
    sheet, last = book.add_worksheet(SHEET), len(rows)
    sheet.add_table(0, 0, last, 19, {"columns": [{"header": header} for header in HEADERS]})
    date, money = (
        book.add_format({"num_format": DATE_FORMAT}),
        book.add_format({"num_format": "#,##0.00", "bold": True}),
    )
    for number, row in enumerate(rows, 1):
        for position, value in enumerate(row):
            style = money if 13 <= position < 17 else None
            sheet.write(number, position, value, date if isinstance(value, datetime) else style)
    sheet.conditional_format(1, 13, last, 13, {"type": "data_bar"})
    sheet.data_validation(1, 8, last, 8, {"validate": "integer", "criteria": ">=", "value": 0})
    sheet.write_comment("B2", "a note")
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": [SHEET, 1, 13, 100, 13]})
    sheet.insert_chart("W2", chart)
    book.add_worksheet("Sum").write_formula("A1", f"=SUM({SHEET}!N2:N{last + 1})")
    book.close()


def refresh_ours(path: Path, cells: Cells) -> None:
    """Every value of a styled workbook replaced, by SyncTUI."""
    open_workbook(path).write([SheetPatch(SHEET, cells)], [])


def refresh_openpyxl(path: Path, cells: Cells) -> None:
    """The same by openpyxl, which loads and saves the whole workbook."""
    book = openpyxl.load_workbook(path)
    sheet = book[SHEET]
    for number, row in cells.items():
        for position, value in enumerate(row.values(), 1):
            sheet.cell(number, position).value = value
    book.save(path)


def read_ours(path: Path, _: None) -> int:
    """Every row as values, by SyncTUI."""
    return len(open_workbook(path).grid(SHEET).rows)


def read_openpyxl(path: Path, _: None) -> int:
    """The same by openpyxl, in its quickest mode."""
    sheet = openpyxl.load_workbook(path, read_only=True)[SHEET]
    return len(list(sheet.iter_rows(min_row=2, values_only=True)))


Work = Callable[[Path, Any], object]
WORK: dict[str, dict[str, Work]] = {
    "write": {"SyncTUI": write_ours, "openpyxl": write_openpyxl, "XlsxWriter": write_xlsxwriter},
    "refresh": {"SyncTUI": refresh_ours, "openpyxl": refresh_openpyxl},
    "read": {"SyncTUI": read_ours, "openpyxl": read_openpyxl},
}
PREPARE: dict[str, Callable[[int], object]] = {
    "write": make_rows,
    "refresh": lambda count: as_cells(make_rows(count)),
    "read": lambda _: None,
}
"""What each task is handed; making it does not count."""
NEEDS_FILE = ("refresh", "read")


def memory(kind: str) -> float:
    """Megabytes of this process, now (`VmRSS`) or at its peak (`VmHWM`); 0 where it cannot be told."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(kind):
                return int(line.split()[1]) / 1024
    return 0.0


def measure(task: str, program: str, path: Path, count: int) -> dict[str, float]:
    """CPU seconds and added megabytes of one piece of work, in this process."""
    data = PREPARE[task](count)
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here on
    before, started = memory("VmRSS"), time.process_time()
    WORK[task][program](path, data)
    return {"cpu": time.process_time() - started, "mb": memory("VmHWM") - before}


def in_own_process(task: str, program: str, styled: Path, folder: Path, count: int) -> dict[str, float]:
    """The same in a fresh process, on a copy of the file."""
    path = folder / f"{task}.xlsx"
    path.unlink(missing_ok=True)
    if task in NEEDS_FILE:
        path.write_bytes(styled.read_bytes())
    command = [sys.executable, __file__, "--one", task, program, str(path), "--rows", str(count)]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


Measured = dict[str, dict[str, float]]
"""Program -> its CPU seconds (`cpu`) and added megabytes (`mb`)."""


def compare(task: str, styled: Path, folder: Path, count: int, rounds: int) -> Measured:
    """One task by every program that can do it: the medians of the rounds, in which the programs take turns."""
    runs: dict[str, list[dict[str, float]]] = {program: [] for program in WORK[task]}
    for _ in range(rounds):
        for program, found in runs.items():
            found.append(in_own_process(task, program, styled, folder, count))
    return {
        program: {key: statistics.median(run[key] for run in found) for key in ("cpu", "mb")}
        for program, found in runs.items()
    }


def results(sizes: list[int], rounds: int, tasks: list[str]) -> Iterator[tuple[str, int, Measured]]:
    """Task, rows, and what was measured."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for count in sizes:
            styled = folder / "styled.xlsx"
            if set(tasks).intersection(NEEDS_FILE):
                write_styled(styled, make_rows(count, seed=2))
            for task in tasks:
                yield task, count, compare(task, styled, folder, count, rounds)


@dataclass(frozen=True, slots=True)
class Goal:
    """What ours has to reach in a task beside another program."""

    task: str
    other: str
    times: float
    """How many times our CPU seconds the other one takes, at least."""
    share: float | None = None
    """Our added memory as a part of the other one's, at most; None where it does not matter."""

    def verdict(self, count: int, measured: Measured) -> str:
        """A sentence: whether the goal is reached, and by how much."""
        ours, other = measured["SyncTUI"], measured[self.other]
        times, share = other["cpu"] / ours["cpu"], ours["mb"] / max(other["mb"], 0.1)
        reached = times >= self.times and (self.share is None or share <= self.share)
        memory_part = "" if self.share is None else f", {share:.3f} of its added memory (at most {self.share})"
        return (
            f"Goal {'reached' if reached else 'NOT REACHED'}: {self.task}, {count:,} rows: {times:.1f} times less CPU "
            f"than {self.other} (at least {self.times:g}){memory_part}."
        )


GOALS = (
    Goal("write", "openpyxl", 8),
    Goal("write", "XlsxWriter", 6),
    Goal("refresh", "openpyxl", 12, share=0.1),
    Goal("read", "openpyxl", 7),
)
PROGRAMS = ("SyncTUI", "openpyxl", "XlsxWriter")


def as_line(task: str, count: int, measured: Measured) -> str:
    """A row of the Markdown table."""
    ours = measured["SyncTUI"]["cpu"]
    cells = [f"{task}, {count:,} rows", f"{ours:.2f}"]
    for program in PROGRAMS[1:]:
        cpu = measured[program]["cpu"] if program in measured else None
        cells.append("cannot" if cpu is None else f"{cpu:.2f} ({cpu / ours:.1f} times as much)")
    cells.append(" / ".join(f"{found['mb']:.1f}" for found in measured.values()))
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Measure and print the table, then whether the goals are reached."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, action="append", help="a number of rows; may be given several times")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--task", choices=WORK, action="append", help="only this one; may be given several times")
    parser.add_argument("--one", nargs=3, metavar=("TASK", "PROGRAM", "FILE"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    sizes = chosen.rows or [20_000, 100_000]
    if chosen.one:
        task, program, path = chosen.one
        print(json.dumps(measure(task, program, Path(path), sizes[0])))
        return
    print(f"CPU seconds; {len(COLUMNS)} columns, Python {sys.version.split()[0]}, rounds: {chosen.rounds}\n")
    print(f"| task | {' | '.join(PROGRAMS)} | added memory of each, MB |\n|{' --- |' * 5}")
    verdicts = []
    for task, count, measured in results(sizes, chosen.rounds, chosen.task or list(WORK)):
        print(as_line(task, count, measured), flush=True)
        verdicts += [goal.verdict(count, measured) for goal in GOALS if goal.task == task]
    print("", *verdicts, sep="\n")


if __name__ == "__main__":
    main()
