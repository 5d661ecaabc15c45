from __future__ import annotations

import asyncio
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import click
import pytest

from synctui.cli.asking import ask_for, confirm, parse_variables
from synctui.cli.desk import Desk
from synctui.cli.push import send
from synctui.cli.terminal import Progress, columns, table, write
from synctui.errors import BudgetSpent, RowsInDoubt, SettingsError, SyncError, UsageError, WorksheetError
from synctui.pull.run import PagePulled, Writing
from synctui.push.run import PushDone, PushResult, RowSettled
from synctui.records import Outcome
from synctui.sentences import pull_progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def failing(error: BaseException) -> int:
    raise error


# -- errors


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SettingsError("a", "b"), 2),
        (WorksheetError("a", "b"), 7),
        (RowsInDoubt("a", "b"), 6),
        (BudgetSpent("a", "b", until=datetime(2026, 7, 31, tzinfo=UTC)), 5),
        (KeyboardInterrupt(), 130),
        (click.Abort(), 130),
    ],
)
def test_every_end_has_its_code_and_its_document(
    error: BaseException, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert Desk("synctui test", as_json=True).guard(lambda: failing(error)) == code
    assert f'"exit_code": {code}' in capsys.readouterr().out


def test_an_error_from_outside_is_shown_and_not_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    Desk("synctui test").guard(lambda: failing(SyncError("said \x1b]52;c;aGk=\x07", "two\nlines\u202e")))
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "synctui: said ␛]52;c;aGk=␇\n         two␊lines⟨RLO⟩\n"


def test_a_fault_of_ours_is_one_sentence_and_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SYNCTUI_HOME", str(tmp_path))
    row = "a value of somebody's row"
    error = RuntimeError(row)
    assert Desk("synctui test").guard(lambda: failing(error)) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) == 2
    assert "Traceback" not in told.err
    (file,) = (tmp_path / "crashes").iterdir()
    assert str(file) in told.err
    text = file.read_text(encoding="utf-8")
    assert "RuntimeError" in text
    assert "test_desk.py" in text
    assert row not in text + told.err


def test_a_fault_that_cannot_be_noted_is_still_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("SYNCTUI_HOME", str(tmp_path / "file"))
    assert Desk("synctui test").guard(lambda: failing(RuntimeError("x"))) == 2
    assert "fault in SyncTUI" in capsys.readouterr().err


class BrokenSession:
    """A push that is done, and then meets a fault of ours."""

    async def push(self, _prepared: object, _stop: asyncio.Event) -> AsyncIterator[PushDone]:
        row = RowSettled("key:1", ("1",), 2, Outcome.IN_DOUBT, "no answer", "")
        yield PushDone(PushResult("run", (row,), ""))
        raise RuntimeError("a value of somebody's row")


async def test_a_fault_after_a_push_does_not_hide_what_became_of_its_rows(home: Path) -> None:
    prepared = SimpleNamespace(plan=SimpleNamespace(rows=(1,)))
    ended = await send(Desk("synctui push"), BrokenSession(), prepared, asyncio.Event())  # type: ignore[arg-type]
    assert ended.result.in_doubt == 1
    assert ended.exit_code == 6
    assert "fault in SyncTUI" in str(ended.error)
    assert len(list((home / "crashes").iterdir())) == 1


def test_a_command_to_copy_keeps_the_settings_file_and_quotes_what_needs_it() -> None:
    desk = Desk("synctui push", config="my settings.toml")
    assert desk.again("settle", "r1") == "synctui settle r1 --config 'my settings.toml'"


# -- streams


def test_quiet_keeps_narration_back_and_not_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    desk = Desk("synctui test", quiet=True)
    desk.tell("narration")
    desk.warn("a warning")
    assert capsys.readouterr().err == "a warning\n"


@pytest.mark.parametrize(("as_json", "stream"), [(False, "out"), (True, "err")])
def test_a_story_is_data_for_people_and_narration_for_scripts(
    as_json: bool, stream: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Desk("synctui test", as_json=as_json).story("once", "upon")
    told = capsys.readouterr()
    assert getattr(told, stream) == "once\nupon\n"
    assert told.out + told.err == "once\nupon\n"


@pytest.mark.parametrize(
    ("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_colours_are_for_terminals_that_want_them(
    environment: dict[str, str], coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    terminal, file = Terminal(), io.StringIO()
    write(terminal, "refused", "bad")
    write(file, "refused", "bad")
    assert ("\x1b[" in terminal.getvalue()) is coloured
    assert "refused" in terminal.getvalue()
    assert file.getvalue() == "refused\n"


@pytest.mark.skipif(os.name != "posix", reason="pipes of a POSIX shell")
def test_nobody_listening_is_no_failure() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as stream:
        write(stream, "to nobody")
        write(stream, "and again")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_an_answer_that_cannot_be_written_is_no_success() -> None:
    code = "from synctui.cli import main; main(['where'])"
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run([sys.executable, "-c", code], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert "cannot be written" in done.stderr
    assert done.returncode == 2


def test_a_stream_that_cannot_write_a_character_shows_a_sign() -> None:
    code = "from synctui.cli import main; main(['pull', '→'])"
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_json_keeps_every_character_of_the_data(capsys: pytest.CaptureFixture[str]) -> None:
    text = "\x00\x1b\x7f\x85\u202e\ud800é"
    Desk("synctui test", as_json=True).answer({"text": text})
    told = capsys.readouterr().out
    assert json.loads(told) == {"text": text}
    assert told.isascii()
    assert told.rstrip("\n").isprintable()


def test_a_table_is_aligned_by_what_a_terminal_shows() -> None:
    lines = table([["東京", "x"], ["\x1b[1m", "y"], ["long " * 30, "z"]], ("name", "v"))
    places = {columns(line[: line.rindex(" ") + 1]) for line in lines}
    assert len(places) == 1
    assert "\x1b" not in "".join(lines)
    assert "…" in lines[3]


def test_an_empty_table_has_no_lines() -> None:
    assert table([]) == []


# -- progress


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (PagePulled(1, 500, 1230), "Awards: 500 of 1,230 rows, page 1, 1 call, 15 s left"),
        (PagePulled(3, 1230, 1230), "Awards: 1,230 of 1,230 rows, page 3, 1 call"),
        (PagePulled(2, 700, None), "Awards: 700 rows, page 2, 1 call"),
        (PagePulled(1, 10, 1230), "Awards: 10 of 1,230 rows, page 1, 1 call, 20 min left"),
        (Writing(1230), "Awards: writing 1,230 rows"),
    ],
)
def test_progress_tells_rows_pages_calls_and_the_time_left(event: PagePulled | Writing, line: str) -> None:
    assert pull_progress("Awards", event, 1, 10.0) == line


def test_progress_is_one_line_on_a_terminal_and_sparse_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, file = Terminal(), io.StringIO()
    for stream in (terminal, file):
        monkeypatch.setattr(sys, "stderr", stream)
        progress = Progress(quiet=False)
        for page in range(5):
            progress.show(f"page {page}\x1b[2J")
        progress.clear()
    assert terminal.getvalue().count("\n") == 0
    assert re.findall(r"\rpage \d␛\[2J\x1b\[K", terminal.getvalue())
    assert terminal.getvalue().endswith("\r\x1b[K")
    assert file.getvalue() == ""


# -- questions


def test_variables_are_split_at_the_first_equals_sign() -> None:
    assert parse_variables(["GBL_A=1=2", "GBL_B="]) == {"GBL_A": "1=2", "GBL_B": ""}


@pytest.mark.parametrize("text", ["GBL_A", "=1", ""])
def test_a_variable_without_name_or_value_is_wrong_usage(text: str) -> None:
    with pytest.raises(UsageError):
        parse_variables([text])


def test_nobody_is_asked_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert ask_for("GBL_WHO", "Who?") is None
    with pytest.raises(UsageError, match="1 row will be created"):
        confirm(["1 row will be created"], yes=False)


@pytest.mark.parametrize(("asks", "yes"), [([], False), (["1 row will be created"], True)])
def test_nothing_is_asked_without_a_reason_or_after_a_yes(asks: list[str], yes: bool) -> None:
    assert confirm(asks, yes=yes)
