from __future__ import annotations

import time

from processes import User, interrupt, wait_until

from synctui.practice import Practice


def lists(practice: Practice) -> int:
    return sum(call.operation == "smartsimple.list" for call in practice.received)


def test_ctrl_c_stops_a_pull_at_once_and_leaves_the_file_as_it_was(user: User, services: Practice) -> None:
    user.set_up(("page_size = 500", "page_size = 10"))
    user.run("pull", "Awards", "--workbook", str(user.workbook))
    before = user.workbook.read_bytes()
    services.faults.arm("smartsimple.list:slow=30@3")
    known = lists(services)
    pull = user.start("pull", "Awards", "--workbook", str(user.workbook), "--json")
    wait_until(lambda: lists(services) >= known + 3)
    pressed = time.monotonic()
    interrupt(pull)
    ended = user.end(pull, 130)
    assert time.monotonic() - pressed < 15
    assert ended.answer["error"]["exit_code"] == 130
    assert "as it was" in ended.answer["error"]["hint"]
    assert "Traceback" not in ended.stderr
    assert user.workbook.read_bytes() == before
    assert [path.name for path in user.folder.iterdir() if path.name.endswith(".part")] == []


def three_edits(user: User) -> None:
    user.set_up(("partial = true\n\n[links.Journal]", "partial = true\nbatch_rows = 1\n\n[links.Journal]"))
    user.run("pull", "Awards", "--workbook", str(user.workbook))
    user.type({row: {"cf_County": "Ramsey"} for row in (5, 6, 8)})


def test_ctrl_c_stops_a_push_before_its_next_batch_and_takes_the_answer_that_comes(
    user: User, services: Practice
) -> None:
    three_edits(user)
    services.faults.arm("eone.run:slow=2.5*1@2")
    push = user.start("push", "Awards", "--workbook", str(user.workbook), "--json")
    wait_until(lambda: len(user.runs()) == 2)
    interrupt(push)
    ended = user.end(push, 130)
    assert [row["outcome"] for row in ended.answer["rows"]] == ["accepted", "accepted", "unsent"]
    assert ended.answer["note"] == "stopped by the user"
    assert len(user.runs()) == 2
    (run,) = user.json("runs")["runs"]
    assert (run["state"], run["accepted"], run["unsent"]) == ("cancelled", 2, 1)
    rest = user.json("push", "Awards", "--workbook", str(user.workbook))
    assert [row["key"] for row in rest["rows"]] == ["900007"]


def test_an_answer_that_does_not_come_in_five_seconds_is_in_doubt(user: User, services: Practice) -> None:
    three_edits(user)
    services.faults.arm("eone.run:hang=60*1@2")
    push = user.start("push", "Awards", "--workbook", str(user.workbook), "--json")
    wait_until(lambda: len(user.runs()) == 2)
    pressed = time.monotonic()
    interrupt(push)
    interrupt(push)
    ended = user.end(push, 6)
    assert 4 < time.monotonic() - pressed < 30
    assert [row["outcome"] for row in ended.answer["rows"]] == ["accepted", "in_doubt", "unsent"]


def test_ctrl_c_before_anything_was_sent_says_so(user: User, services: Practice) -> None:
    three_edits(user)
    services.faults.arm("eone.columns:slow=30")
    push = user.start("push", "Awards", "--workbook", str(user.workbook))
    wait_until(lambda: any(call.operation == "eone.columns" for call in services.received))
    interrupt(push)
    ended = user.end(push, 130)
    assert "Nothing was sent." in ended.stderr
    assert user.runs() == []
    assert user.json("runs") == {"runs": []}
