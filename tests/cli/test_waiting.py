"""`--wait`: a command goes on by itself once calls are free; without it, nothing is half done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from command_line import Office

from synctui.store.budget import Budget

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 4
BACK = "AwardsBack"


def url_of(office: Office) -> str:
    lines = office.config.read_text(encoding="utf-8").splitlines()
    kind = lines.index('kind = "smartsimple"')
    return next(line for line in lines[kind:] if line.startswith("url")).split('"')[1]


def spend(office: Office, home: Path, calls: int, free_in: float) -> None:
    """Let calls have been made such that they are free again in so many seconds."""
    then = datetime.now(UTC) - timedelta(hours=1) + timedelta(seconds=free_in)
    with closing(Budget(home, url_of(office), LIMIT, lambda: then)) as budget:
        for _ in range(calls):
            budget._leave(*budget._grant(), answered=True)


@pytest.fixture
def limited(office: Office) -> Office:
    office.set_up('username = "sync@example.org"', f'username = "sync@example.org"\nhourly_calls = {LIMIT}')
    return office


def edited(office: Office) -> None:
    """A worksheet that goes back to where it came from, with an edit."""
    office.set_up(f"hourly_calls = {LIMIT}", "hourly_calls = 800")
    office.pull(BACK)
    office.type({5: {"cf_County": "Ramsey"}}, BACK)
    office.set_up("hourly_calls = 800", f"hourly_calls = {LIMIT}")
    (office.folder / "home" / "budget.sqlite3").unlink()


def test_a_pull_waits_until_calls_are_free(limited: Office, home: Path) -> None:
    spend(limited, home, LIMIT, free_in=1.2)
    said = limited("pull", "Awards", "--workbook", str(limited.workbook), "--wait")
    assert said.exit_code == 0, said.stderr
    assert "Waiting until" in said.stderr
    assert limited.workbook.exists()


def test_a_pull_that_does_not_wait_leaves_no_file(limited: Office, home: Path) -> None:
    spend(limited, home, LIMIT, free_in=600)
    said = limited("pull", "Awards", "--workbook", str(limited.workbook))
    assert said.exit_code == 5
    assert "--wait" in said.stderr
    assert not limited.workbook.exists()
    assert limited.practice.received == ()


def test_a_pull_tells_what_it_takes(limited: Office) -> None:
    first = limited("pull", "Awards", "--workbook", str(limited.workbook))
    assert f"of {LIMIT} left" in first.stderr
    limited.set_up(f"hourly_calls = {LIMIT}", "hourly_calls = 800")
    again = limited.pull()
    assert again["budget"] == {"left": 800 - 2 * again["calls"], "limit": 800}


def test_a_push_without_enough_calls_sends_nothing(limited: Office, home: Path) -> None:
    edited(limited)
    spend(limited, home, LIMIT, free_in=600)
    answer = limited.push("--yes", link=BACK, exit_code=5)
    assert answer["error"]["until"].startswith("20")
    assert limited.practice.updates.effects == []


def test_a_push_waits_and_goes_on_by_itself(limited: Office, home: Path) -> None:
    edited(limited)
    spend(limited, home, LIMIT, free_in=1.2)
    answer = limited.push("--yes", "--wait", link=BACK)
    assert (answer["accepted"], answer["unsent"]) == (1, 0)
    assert answer["budget"]["limit"] == LIMIT
    assert len(limited.practice.updates.effects) == 1


def test_a_plan_that_costs_more_than_is_left_says_so_beforehand(limited: Office, home: Path) -> None:
    edited(limited)
    spend(limited, home, LIMIT - 1, free_in=600)
    said = limited("push", BACK, "--workbook", str(limited.workbook), "--dry-run")
    assert said.exit_code == 0, said.stderr
    assert f"0 of {LIMIT} left" in said.stdout
    assert "--wait" in said.stdout


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT for one process")
def test_ctrl_c_ends_the_wait_at_once(limited: Office, home: Path) -> None:
    spend(limited, home, LIMIT, free_in=600)
    command = [sys.executable, "-m", "synctui", "pull", "Awards", "--workbook", str(limited.workbook), "--wait"]
    alone = os.environ | {"SYNCTUI_HOME": str(home), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=limited.folder, env=alone, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    while "Waiting until" not in process.stderr.readline():
        assert process.poll() is None
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    assert process.returncode == 130
    assert time.monotonic() - started < 3
    assert not limited.workbook.exists()
