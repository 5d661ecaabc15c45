"""The dashboard beside Textual's own: the grid against DataTable, the start against an empty app, and its picture.

    python benchmarks/dashboard.py                 prints both tables (about two minutes, most of it DataTable's)
    python benchmarks/dashboard.py --rows 10000    the same with fewer rows
    python benchmarks/dashboard.py --picture FILE  writes the first screen as an SVG instead

Needs the project and its `dev` extra. Every figure comes from a process of its own; the start is measured from the
spawn to the first text on a pseudo-terminal. Medians of RUNS alternating runs.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RUNS = 3
COLUMNS = 20
SIZE = (160, 50)
PAGES = 20
"""How often page-down is pressed."""
EMPTY_APP = """
from textual.app import App
from textual.widgets import Footer, Static
class Empty(App):
    def compose(self):
        yield Static("SyncTUI")
        yield Static("reading the settings")
        yield Footer()
Empty().run()
"""
DASHBOARD = "from synctui.tui.app import run_dashboard; run_dashboard(None)"
PAINTED = b"reading the settings"


# -- the grid


def rows_of(count: int) -> list[tuple[str, ...]]:
    """Rows as a foundation's list has them."""
    return [tuple(f"{column} value {row % 997}" for column in range(COLUMNS)) for row in range(count)]


def resident() -> float:
    """Memory of this process, in MB."""
    with Path("/proc/self/status").open(encoding="ascii") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))


def make_data_table(rows: list[tuple[str, ...]]) -> Any:
    """Textual's DataTable."""
    from textual.widgets import DataTable

    table: DataTable[str] = DataTable()
    table.add_columns(*(f"column {number}" for number in range(COLUMNS)))
    table.add_rows(rows)
    return table


def make_grid(rows: list[tuple[str, ...]]) -> Any:
    """Our grid."""
    from synctui.tui.widgets.grid import Grid, GridCell, GridColumn

    class Rows:
        columns = tuple(GridColumn(f"column {number}") for number in range(COLUMNS))

        def __len__(self) -> int:
            return len(rows)

        def cell(self, row: int, column: int) -> GridCell:
            return GridCell(rows[row][column])

    return Grid(Rows())


WIDGETS: dict[str, Callable[[list[tuple[str, ...]]], Any]] = {"DataTable": make_data_table, "Grid": make_grid}


async def measure_widget(which: str, count: int) -> dict[str, float]:
    """First paint (s), page-down (ms) and memory (MB) of one widget."""
    from textual.app import App, ComposeResult

    rows = rows_of(count)
    before = resident()

    class Shown(App[None]):
        CSS_PATH = ROOT / "synctui" / "tui" / "app.tcss"

        def compose(self) -> ComposeResult:
            yield WIDGETS[which](rows)

    app = Shown()
    began = time.perf_counter()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        painted = time.perf_counter() - began
        app.query_one(which).focus()
        presses = []
        for _ in range(PAGES):
            pressed = time.perf_counter()
            await pilot.press("pagedown")
            presses.append(time.perf_counter() - pressed)
        return {"paint": painted, "page": median(presses) * 1000, "memory": resident() - before}


# -- the start


def seconds_to_paint(code: str) -> float:
    """From the spawn to the first text on a pseudo-terminal."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", code], stdin=theirs, stdout=theirs, stderr=theirs, cwd=ROOT)
    os.close(theirs)
    stream = b""
    while PAINTED not in stream:
        stream += os.read(ours, 65_536)
    painted = time.perf_counter() - began
    process.kill()
    process.wait()
    os.close(ours)
    return painted


def measure_start() -> dict[str, float]:
    """Medians of the empty app and of the dashboard, in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        from synctui.practice.settings_text import settings_text

        (Path(folder) / "synctui.toml").write_text(settings_text("http://127.0.0.1:9"), encoding="utf-8")
        os.environ.update(SYNCTUI_HOME=folder, SYNCTUI_CONFIG=str(Path(folder) / "synctui.toml"), TERM="xterm-256color")
        pairs = [(seconds_to_paint(EMPTY_APP), seconds_to_paint(DASHBOARD)) for _ in range(2 * RUNS + 1)]
    return {"empty": median(empty for empty, _ in pairs[1:]), "ours": median(ours for _, ours in pairs[1:])}


# -- the picture


def picture(path: Path) -> None:
    """Write the first screen as an SVG: the practice links, one of them with edits, a refusal and damage."""
    asyncio.run(_picture(path))


async def _picture(path: Path) -> None:
    import openpyxl

    from synctui.practice.server import practice_in_thread
    from synctui.tui.app import Dashboard
    from synctui.tui.screens.plan import PlanPage
    from synctui.tui.screens.result import ResultPage

    with tempfile.TemporaryDirectory() as name, practice_in_thread() as practice:
        folder = _move_into(Path(name), practice.settings_text())
        app = Dashboard(None, "awards.xlsx", folder=Path(), open_session=_without_path)
        async with app.run_test(size=(100, 24)) as pilot:
            await _until(lambda: app.opened and all(state.read for state in app.overview.links.values()))
            for _ in range(2):
                app.action_pull()
                await _until(lambda: not app.jobs.running)
                await pilot.press("down")
            _edit(openpyxl, folder / "awards.xlsx", refused=True)
            await pilot.press("up", "up", "u")
            await _until(lambda: isinstance(app.screen, PlanPage))
            await pilot.press("y")
            await _until(lambda: isinstance(app.screen, ResultPage))
            await pilot.press("escape")
            _edit(openpyxl, folder / "awards.xlsx", refused=False)
            await _until(lambda: app.overview.links["Awards"].counts["new"])
            await pilot.pause(0.3)
            app.save_screenshot(path.name, str(path.parent))
            await app.jobs.stop_all()
        await app.session.close()


def _move_into(folder: Path, settings: str) -> Path:
    os.environ["SYNCTUI_HOME"] = str(folder / "state")
    os.chdir(folder)
    Path("synctui.toml").write_text(settings, encoding="utf-8")
    return folder


def _without_path(config: str | None) -> Any:
    """A session whose settings do not tell where they are."""
    from synctui.offload import in_thread
    from synctui.session import Session

    session = Session.open(config, in_thread)
    session.settings = replace(session.settings, path=Path("synctui.toml"))
    return session


def _edit(openpyxl: Any, path: Path, *, refused: bool) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book["Awards"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    if refused:
        for row in range(2, 14):
            sheet.cell(row, columns["cf_County"]).value = "Cass"
        sheet.cell(7, columns["cf_County"]).value = None
    else:
        for row in range(20, 23):
            sheet.cell(row, columns["sf_Application Name"]).value = f"Renamed {row}"
        last = sheet.max_row + 1
        sheet.cell(last, columns["cf_Vendor No"]).value = "V-9001"
        sheet.cell(last, columns["sf_Application Name"]).value = "Night school"
    book.save(path)


async def _until(what: Callable[[], object]) -> None:
    for _ in range(3000):
        if what():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


# -- the command


def in_process(which: str, count: int) -> dict[str, float]:
    """One measurement in a process of its own."""
    command = [sys.executable, __file__, "--one", which, "--rows", str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def table(count: int) -> None:
    """Measure and print."""
    runs = [{which: in_process(which, count) for which in WIDGETS} for _ in range(RUNS)]
    told = {which: {name: median(run[which][name] for run in runs) for name in runs[0][which]} for which in WIDGETS}
    print(f"{count:,} rows x {COLUMNS} columns, {SIZE[0]}x{SIZE[1]}, median of {RUNS}")
    print(f"{'':<12}{'first paint':>14}{'page down':>14}{'memory':>12}")
    for which, figures in told.items():
        print(f"{which:<12}{figures['paint']:>12.2f} s{figures['page']:>11.0f} ms{figures['memory']:>9.0f} MB")
    theirs, ours = told["DataTable"], told["Grid"]
    ratios = {name: theirs[name] / max(ours[name], 0.001) for name in theirs}
    print(f"{'ratio':<12}{ratios['paint']:>13.0f}x{ratios['page']:>13.1f}x{ratios['memory']:>11.0f}x\n")
    start = measure_start()
    print(f"start to first paint, median of {2 * RUNS}")
    print(f"{'bare Textual app':<20}{start['empty']:>6.2f} s")
    print(f"{'dashboard':<20}{start['ours']:>6.2f} s   {start['ours'] / start['empty']:.2f}x")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--one", choices=WIDGETS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    if given.one:
        print(json.dumps(asyncio.run(measure_widget(given.one, given.rows))))
    elif given.picture:
        picture(given.picture.resolve())
    else:
        table(given.rows)


if __name__ == "__main__":
    main()
