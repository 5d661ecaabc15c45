"""A file is replaced whole or not at all, and never under somebody's hands."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from synctui.errors import WorksheetError
from synctui.worksheets.base import ColumnSpec, NewSheet, SheetPatch
from synctui.worksheets.xlsx import open_workbook

COLUMNS = (ColumnSpec("Key"), ColumnSpec("Name"))
PATCH = [SheetPatch("Data", {2: {"Name": "patched"}})]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.xlsx"
    open_workbook(path).write([NewSheet("Data", COLUMNS, [["k", "n"]])], ["one"])
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def write_refused(path: Path, said: str) -> WorksheetError:
    opened = open_workbook(path)
    before = path.read_bytes()
    with pytest.raises(WorksheetError, match=said) as caught:
        opened.write(PATCH, ["two"])
    assert path.read_bytes() == before
    assert caught.value.exit_code == 7
    return caught.value


def test_a_workbook_open_in_excel_is_not_written(book: Path) -> None:
    lock = book.with_name("~$book.xlsx")
    lock.write_bytes(b"\x09Dana Cruz" + b" " * 45 + b"\x09\x00" + "Dana Cruz".encode("utf-16-le"))
    error = write_refused(book, "open in Excel by Dana Cruz")
    assert "~$book.xlsx" in error.hint
    assert open_workbook(book).grid("Data").rows
    lock.unlink()
    open_workbook(book).write(PATCH, ["two"])
    assert names(book.parent) == ["book.xlsx"]


def test_a_workbook_open_in_libreoffice_is_not_written(book: Path) -> None:
    lock = book.with_name(".~lock.book.xlsx#")
    lock.write_text(",dana,laptop,22.11.2026 10:00,file:///home/dana/.config/libreoffice/4;")
    write_refused(book, "open in LibreOffice by dana on laptop")


@pytest.mark.parametrize("content", [b"", b"\xff", b"\x03\x1b[2J", bytes(200)])
def test_a_strange_lock_file_is_a_lock_all_the_same(book: Path, content: bytes) -> None:
    book.with_name("~$book.xlsx").write_bytes(content)
    assert "\x1b" not in write_refused(book, "open in Excel").message


def test_a_lock_that_comes_while_we_write(book: Path) -> None:
    lock = book.with_name("~$book.xlsx")
    before = book.read_bytes()
    with pytest.raises(WorksheetError, match="open in Excel"):
        open_workbook(book).write(PATCH, ["two"], before_replace=lambda: lock.write_bytes(b"") and None)
    assert book.read_bytes() == before
    assert names(book.parent) == ["book.xlsx", "~$book.xlsx"]


def test_a_file_that_changed_since_it_was_read(book: Path) -> None:
    opened = open_workbook(book)
    open_workbook(book).write([], ["somebody else"])
    for use in (lambda: opened.grid("Data"), lambda: opened.write(PATCH, [])):
        with pytest.raises(WorksheetError, match="changed meanwhile"):
            use()
    assert open_workbook(book).passport() == ("somebody else",)


def test_a_file_that_changes_while_we_write(book: Path) -> None:
    def meddle() -> None:
        open_workbook(book).write([], ["somebody else"])

    with pytest.raises(WorksheetError, match="changed meanwhile"):
        open_workbook(book).write(PATCH, ["two"], before_replace=meddle)
    assert open_workbook(book).passport() == ("somebody else",)
    assert names(book.parent) == ["book.xlsx"]


def test_a_file_that_appears_while_we_make_one(tmp_path: Path) -> None:
    path = tmp_path / "new.xlsx"
    with pytest.raises(WorksheetError, match="changed meanwhile"):
        open_workbook(path).write(
            [NewSheet("Data", COLUMNS, [])], [], before_replace=lambda: path.write_bytes(b"mine") and None
        )
    assert path.read_bytes() == b"mine"
    assert names(tmp_path) == ["new.xlsx"]


def test_one_workbook_object_can_write_again_and_again(book: Path) -> None:
    opened = open_workbook(book)
    for number in range(3):
        opened.write(PATCH, [f"{number}"])
        assert opened.passport() == (f"{number}",)


class StopError(Exception):
    pass


def test_an_exception_of_the_caller_comes_through_and_leaves_the_old_file(book: Path) -> None:
    before = book.read_bytes()

    def stop() -> None:
        assert len(names(book.parent)) == 2, "the new file is complete, the old one in place"
        raise StopError

    with pytest.raises(StopError):
        open_workbook(book).write(PATCH, ["two"], before_replace=stop)
    assert book.read_bytes() == before
    assert names(book.parent) == ["book.xlsx"]


def test_a_read_only_file(book: Path) -> None:
    book.chmod(0o444)
    write_refused(book, "read-only")


def test_a_link_is_followed_and_stays(book: Path) -> None:
    target = book.rename(book.with_name("real.xlsx"))
    book.symlink_to(target)
    open_workbook(book).write(PATCH, ["two"])
    assert book.is_symlink()
    assert open_workbook(target).passport() == ("two",)


@pytest.mark.parametrize("mode", [0o600, 0o664])
def test_access_rights_stay(book: Path, mode: int) -> None:
    book.chmod(mode)
    open_workbook(book).write(PATCH, ["two"])
    assert stat.S_IMODE(book.stat().st_mode) == mode


def child(code: str, *arguments: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


FULL_DISK = """
    import resource, sys
    from synctui.errors import WorksheetError
    from synctui.worksheets.base import SheetPatch
    from synctui.worksheets.xlsx import open_workbook

    book = open_workbook(sys.argv[1])
    patch = SheetPatch("Data", append=[{"Key": str(i * 7919), "Name": str(i)} for i in range(20000)])
    for limit in (1, 100, 5_000, 20_000, 60_000):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        try:
            book.write([patch], ["two"])
        except WorksheetError as error:
            print(error.exit_code, error.message, error.hint)
"""


@pytest.mark.skipif(os.name != "posix", reason="limits on file sizes are POSIX")
def test_a_disk_that_fills_up_at_any_byte(book: Path) -> None:
    before = book.read_bytes()
    process = child(FULL_DISK, book)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert len(out.splitlines()) == 5
    assert all(line.startswith("7 book.xlsx cannot be used") for line in out.splitlines())
    assert book.read_bytes() == before
    assert names(book.parent) == ["book.xlsx"]


WRITES = """
    import os, random, signal, sys, time
    from synctui.worksheets.base import SheetPatch
    from synctui.worksheets.xlsx import open_workbook

    def write(number, hold):
        cells = {row: {"Name": str(number)} for row in range(2, 3_002)}
        open_workbook(sys.argv[1]).write([SheetPatch("Data", cells)], [str(number)], before_replace=hold)

    def killed(number, moment):
        "A process that writes, killed after so many seconds; None: when its new file is complete and not yet in place."
        came, went = os.pipe()
        process = os.fork()
        if process == 0:
            write(number, None if moment is not None else lambda: os.write(went, b"x") and time.sleep(60))
            os._exit(0)
        os.read(came, 1) if moment is None else time.sleep(moment)
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)

    started = time.monotonic()
    write(0, None)
    span = time.monotonic() - started
    chance = random.Random(5)
    for number in range(1, 21):
        killed(number, None if number % 5 == 0 else span * (number + chance.random()) / 20)
        print("killed", flush=True)
        sys.stdin.readline()
"""


@pytest.mark.skipif(os.name != "posix", reason="kills as only POSIX knows them")
def test_a_kill_at_any_of_twenty_moments_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    open_workbook(path).write([NewSheet("Data", COLUMNS, [[str(i), "0"] for i in range(3_000)])], ["0"])
    found = []
    with child(WRITES, path) as process:
        assert process.stdin
        assert process.stdout
        for _ in range(20):
            assert process.stdout.readline() == "killed\n"
            opened = open_workbook(path)
            assert {row.cells[1] for row in opened.grid("Data").rows} == {(opened.passport() or ("",))[0]}
            found.append(opened.passport())
            process.stdin.write("next\n")
            process.stdin.flush()
    assert len(set(found[:10])) < 8, "the kills came too late"
    litter = [name for name in names(tmp_path) if name != "book.xlsx"]
    assert len(litter) >= 4, "those killed when their file was complete"
    assert all(name.startswith(".book.xlsx.") for name in litter), "only hidden files that were being written"
    open_workbook(path).write([SheetPatch("Data", {2: {"Name": "later"}})], ["later"])
    assert open_workbook(path).passport() == ("later",)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "x" / "book.xlsx"
    path.parent.mkdir()
    opened = open_workbook(path)
    path.parent.rmdir()
    with pytest.raises(WorksheetError, match=r"book\.xlsx"):
        opened.write([NewSheet("Data", COLUMNS, [])], [])
