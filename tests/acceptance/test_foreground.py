"""Commands that own the terminal: the demo, the practice services, questions."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from processes import PATIENCE, User


@pytest.fixture
def newcomer(tmp_path: Path) -> User:
    """Somebody without settings and account."""
    return User(tmp_path)


def test_the_demo_walks_by_itself_and_what_was_received_is_what_was_meant(newcomer: User) -> None:
    started = time.monotonic()
    ended = newcomer.run("demo", "--headless", "--json")
    assert time.monotonic() - started < 30
    answer = ended.answer
    assert (answer["pull"]["rows"], answer["pull"]["conflicts"]) == (1230, 0)
    assert len(answer["diff"]["changes"]) == 4
    assert (answer["push"]["accepted"], answer["push"]["in_doubt"]) == (4, 0)
    assert answer["second_push"]["run_id"] is None
    assert (answer["received"]["runs"], len(answer["received"]["rows"])) == (1, 4)
    assert len(answer["received"]["variables"]) == 2
    assert answer["as_meant"] is True
    assert {name: link["as_meant"] for name, link in answer["links"].items()} == {
        "AwardsBack": True,
        "Contacts": True,
        "ContactsToErp": True,
    }
    assert Path(answer["workbook"]).is_file()
    assert Path(answer["workbook"]).is_relative_to(newcomer.home)
    assert "Just what was meant." in ended.stderr


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_practice_services_serve_until_they_are_stopped(end: signal.Signals, newcomer: User) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    services = newcomer.start("practice", "--json", "--port", str(port), "--faults", "smartsimple.list:401*1")
    assert services.stdout is not None
    told = json.loads(services.stdout.readline())
    assert told["url"] == f"http://127.0.0.1:{port}"
    assert Path(told["config"]).is_relative_to(newcomer.home)
    with urllib.request.urlopen(f"{told['url']}/practice/counts") as counts:
        assert json.load(counts)["records"]["levelone"] == 1230
    config = ("--config", told["config"])
    newcomer.run("pull", "Awards", "--workbook", str(newcomer.workbook), *config, exit_code=3)
    assert newcomer.json("pull", "Awards", "--workbook", str(newcomer.workbook), *config)["rows"] == 1230
    services.send_signal(end)
    ended = newcomer.end(services, 0)
    assert ended.stdout == ""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 1)


def typed(user: User, *arguments: str, answers: list[tuple[str, str]], exit_code: int) -> str:
    """Run a command on a terminal of its own, and answer its questions; returns what the terminal showed."""
    import pty

    ours, theirs = pty.openpty()
    process = user.start(*arguments, stdin=theirs, stderr=theirs)
    os.close(theirs)
    shown = ""
    end = time.monotonic() + PATIENCE
    for question, answer in answers:
        while question not in shown:
            assert time.monotonic() < end, shown
            shown += os.read(ours, 4096).decode()
        os.write(ours, f"{answer}\n".encode())
    assert process.stdout is not None
    process.stdout.read()
    process.stdout.close()
    assert process.wait(PATIENCE) == exit_code, shown
    os.close(ours)
    return shown


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX terminal")
def test_a_push_on_a_terminal_asks_and_takes_yes_and_no_for_an_answer(user: User) -> None:
    user.set_up(('GBL_BATCH = "JUL-26"', 'GBL_BATCH = "ask:Which batch?"'))
    push = ("push", "Awards", "--workbook", str(user.workbook))
    user.run("pull", "Awards", "--workbook", str(user.workbook))
    user.type({1232: {"cf_Vendor No": "V-9001", "sf_Application Name": "New", "cf_County": "Cass"}})
    questions = [("Which batch?", "AUG-26"), ("1 row will be created", "n")]
    typed(user, *push, answers=questions, exit_code=130)
    assert user.runs() == []
    typed(user, *push, answers=[questions[0], ("1 row will be created", "y")], exit_code=0)
    (run,) = user.runs()
    assert run.variables["GBL_BATCH"] == "AUG-26"
