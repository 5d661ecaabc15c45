from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from tui_user import Sit, text_of, until

from synctui.errors import SettingsError
from synctui.session import Session
from synctui.tui import faults
from synctui.tui.app import Dashboard, run_dashboard
from synctui.tui.jobs import PullJob
from synctui.tui.screens.problem import Problem

SECRET = "row-data-4711"


class Broken(PullJob):
    """A pull with a fault of ours in it."""

    async def run(self, session: Session) -> None:
        await session.offload(lambda: fail(SECRET))


def fail(secret: str) -> None:
    local = {"token": secret}
    raise KeyError(local["token"])


def crash_files(home: Path) -> list[Path]:
    return sorted((home / "crashes").glob("*.txt"))


async def test_a_fault_in_a_job_is_kept_and_told_while_the_dashboard_goes_on(sit: Sit, home: Path) -> None:
    async with sit.new() as user:
        user.app.walks.start(Broken(link="Awards", workbook=str(sit.workbook)))
        problem = await user.at(Problem)
        assert "A fault in SyncTUI ended the job on Awards (KeyError)." in text_of(problem, "#message")
        (file,) = crash_files(home)
        assert str(file) in text_of(problem, "#hint")
        text = file.read_text("utf-8")
        assert "builtins.KeyError" in text
        assert "in fail" in text
        assert SECRET not in text
        assert file.stat().st_mode & 0o077 == 0 or sys.platform == "win32"
        await user.press("escape")
        assert user.app.is_running
        assert user.app.jobs.running == {}


async def test_a_fault_of_the_dashboard_ends_it_without_a_page_of_locals(
    sit: Sit, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = Dashboard(str(sit.config))

    async def end_in_a_fault() -> None:
        async with app.run_test():
            await until(lambda: app.opened)
            app.call_later(fail, SECRET)
            await until(lambda: not app.is_running)

    with pytest.raises(KeyError):  # what a test's driver does; run_dashboard tells instead
        await end_in_a_fault()
    await app.session.close()
    assert isinstance(app.fault, KeyError)
    sentence = faults.told(app.fault)
    (file,) = crash_files(home)
    assert sentence.endswith(f"Please report it with the file {file}.")
    output = capsys.readouterr()
    assert SECRET not in output.out + output.err + file.read_text("utf-8")


async def test_a_fault_of_a_worker_is_the_fault_itself(sit: Sit) -> None:
    app = Dashboard(str(sit.config))

    async def work() -> None:
        fail(SECRET)

    async def end_in_a_fault() -> None:
        async with app.run_test():
            await until(lambda: app.opened)
            app.run_worker(work())
            await until(lambda: not app.is_running)

    with pytest.raises(Exception, match="Worker raised exception"):
        await end_in_a_fault()
    await app.session.close()
    assert isinstance(app.fault, KeyError)


async def test_a_task_that_nobody_waits_for_is_kept_too(home: Path) -> None:
    context: dict[str, Any] = {"message": SECRET, "exception": ValueError(SECRET)}
    import asyncio

    faults.note(asyncio.get_running_loop(), context)
    faults.note(asyncio.get_running_loop(), {"message": SECRET})
    (file,) = crash_files(home)
    assert SECRET not in file.read_text("utf-8")


def test_a_crash_file_that_cannot_be_written_is_no_second_fault(home: Path) -> None:
    home.write_text("a file where the folder should be")
    assert "could not even be noted" in faults.told(ValueError())


async def test_settings_that_are_wrong_end_the_dashboard_with_their_error(home: Path, tmp_path: Path) -> None:
    app = Dashboard(str(tmp_path / "nowhere.toml"))
    async with app.run_test():
        await until(lambda: app.failure)
    assert isinstance(app.failure, SettingsError)


def test_run_dashboard_raises_what_is_wrong_with_the_settings(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXTUAL_DRIVER", "textual.drivers.headless_driver:HeadlessDriver")
    with pytest.raises(SettingsError):
        run_dashboard(str(tmp_path / "nowhere.toml"))
