from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synctui.connectors.base import Outgoing, RowReply
from synctui.connectors.smartsimple.outcomes import settle_rows
from synctui.errors import OutcomeUnknown
from synctui.http.calls import Call, Effect, Reply
from synctui.records import Outcome

A, R, D = Outcome.ACCEPTED, Outcome.REFUSED, Outcome.IN_DOUBT
OK, NO = "Updated Successfully", "cf_Type: 9 is not one of the stored options"
NEW = "new"


def outgoing(*ids: str) -> list[Outgoing]:
    """Rows with these record ids; `new` ones are created."""
    return [
        Outgoing(f"row {place}", {"recordid": "" if record_id == NEW else record_id}, place, record_id == NEW)
        for place, record_id in enumerate(ids)
    ]


def reply(data: Any) -> Reply:
    text = data if isinstance(data, str) else json.dumps(data)
    return Reply(Call("Update levelone", "/API/1/levelone/", Effect.SEND), "example.test", 200, text.encode())


def told(*entries: tuple[str, str]) -> Reply:
    return reply({"message": {}, "records": [{"recordid": i, "status": s} for i, s in entries]})


def settled(ids: Sequence[str], answer: Reply) -> list[RowReply]:
    replies = settle_rows(outgoing(*ids), answer).rows
    assert [row.row_id for row in replies] == [f"row {place}" for place in range(len(ids))]
    return list(replies)


def outcomes(ids: Sequence[str], answer: Reply) -> list[Outcome]:
    return [row.outcome for row in settled(ids, answer)]


@pytest.mark.parametrize(
    "status", ["updated successfully", "Updated Successfully", "UPDATED SUCCESSFULLY", " updated  successfully\n"]
)
def test_the_status_is_compared_whatever_its_case(status: str) -> None:
    [row] = settled(["900001"], told(("900001", status)))
    assert (row.outcome, row.message, row.new_key) == (A, "", "")


@pytest.mark.parametrize("status", ["not updated successfully", "unsuccessfully", "Access denied", "Updated", "0"])
def test_any_other_status_is_a_refusal_with_its_text(status: str) -> None:
    [row] = settled(["900001"], told(("900001", status)))
    assert (row.outcome, row.message) == (R, status)


def test_a_long_status_is_cut_and_laid_on_one_line() -> None:
    [row] = settled(["900001"], told(("900001", "a\n b\t" + "x" * 1000)))
    assert row.message.startswith("a b xxx")
    assert len(row.message) == 200


def test_rows_are_matched_by_id_in_any_order() -> None:
    answer = told(("3", OK), ("1", NO), ("2", OK))
    assert outcomes(["1", "2", "3"], answer) == [R, A, A]


def test_leading_zeros_do_not_part_an_id_from_its_row() -> None:
    assert outcomes(["0900001"], told(("900001", OK))) == [A]


def test_new_rows_get_their_ids_by_their_order() -> None:
    rows = settled(["1", NEW, "2", NEW], told(("1", OK), ("777", OK), ("2", NO), ("778", "updated successfully")))
    assert [(row.outcome, row.new_key) for row in rows] == [(A, ""), (A, "777"), (R, ""), (A, "778")]


def test_one_new_row_gets_its_id_in_any_order() -> None:
    rows = settled([NEW, "1", "2"], told(("2", OK), ("777", OK), ("1", OK)))
    assert [(row.outcome, row.new_key) for row in rows] == [(A, "777"), (A, ""), (A, "")]


@pytest.mark.parametrize(
    "answer",
    [
        told(("778", OK), ("777", OK), ("1", OK)),
        told(("1", OK), ("777", OK), ("778", OK)),
        told(("777", OK), ("777", OK), ("1", OK)),
    ],
)
def test_new_rows_whose_order_is_lost_are_in_doubt_and_never_get_a_wrong_id(answer: Reply) -> None:
    first, second, known = settled([NEW, NEW, "1"], answer)
    assert (first.outcome, second.outcome, known.outcome) == (D, D, A)
    assert (first.new_key, second.new_key) == ("", "")
    assert "777" in first.message


def test_new_rows_beside_a_row_that_is_not_named_are_in_doubt() -> None:
    assert outcomes(["1", "2", NEW], told(("1", OK), ("777", OK), ("778", OK))) == [A, D, D]


def test_an_id_that_comes_twice_tells_nothing() -> None:
    assert outcomes(["1", "2"], told(("1", OK), ("1", NO))) == [D, D]


@pytest.mark.parametrize(
    ("entry", "outcome", "new_key", "message"),
    [
        (("0", NO), R, "", NO),
        (("", NO), R, "", NO),
        (("777", "Workflow failed"), D, "", "record 777: Workflow failed"),
        (("777", ""), D, "", "no status"),
        (("0", OK), A, "", "does not tell its id"),
        (("", ""), D, "", "no status"),
    ],
)
def test_what_is_told_of_a_new_row(entry: tuple[str, str], outcome: Outcome, new_key: str, message: str) -> None:
    [row] = settled([NEW], told(entry))
    assert (row.outcome, row.new_key) == (outcome, new_key)
    assert message in row.message


@pytest.mark.parametrize(
    "data",
    [
        [{"recordid": "1", "status": OK}],
        {"records": [{"recordid": "1", "status": OK}]},
        {"message": None, "records": [{"RecordID": "1", "Status": OK, "more": 5}]},
        {"records": [{"recordid": 1, "status": OK}]},
    ],
)
def test_the_envelope_may_vary(data: Any) -> None:
    assert outcomes(["1"], reply(data)) == [A]


@pytest.mark.parametrize(
    "data",
    [
        "",
        " \n",
        "OK",
        "null",
        "{}",
        "[]",
        '{"records":[]}',
        '{"records":{}}',
        '{"records":["1"]}',
        '{"records":null}',
        '{"recordid":"1","status":"updated successfully"}',
        '{"message":{},"records":[{"recordid":"1","stat',
        '"updated successfully"',
        "<html><body>Updated Successfully</body></html>",
        '{"records":[{"recordid":"1","status":"updated successfully"},{"recordid":"2","status":""}]}',
    ],
)
def test_an_answer_that_does_not_fit_leaves_everything_in_doubt(data: str) -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        settle_rows(outgoing("1"), reply(data))
    assert caught.value.message
    assert "settle" in caught.value.hint


def test_an_entry_without_anything_leaves_its_row_in_doubt() -> None:
    assert outcomes(["1", "2"], reply({"records": [{}, {"recordid": "2", "status": OK}]})) == [D, A]


STATUSES = st.sampled_from([OK, "updated successfully", NO, ""])
BATCHES = st.lists(st.tuples(st.booleans(), STATUSES), min_size=1, max_size=8)


def answered(batch: list[tuple[bool, str]]) -> tuple[list[str], list[tuple[str, str]], list[Outcome]]:
    """Ids sent, entries of a truthful answer, and the outcomes that it means."""
    ids = [NEW if new else str(place + 1) for place, (new, _) in enumerate(batch)]
    entries = [
        (("0" if status == NO else str(500 + place)) if new else ids[place], status)
        for place, (new, status) in enumerate(batch)
    ]
    return ids, entries, [{"": D, NO: R}.get(status, A) for _, status in batch]


@given(BATCHES)
def test_a_truthful_answer_settles_every_row(batch: list[tuple[bool, str]]) -> None:
    ids, entries, expected = answered(batch)
    rows = settled(ids, told(*entries))
    assert [row.outcome for row in rows] == expected
    assert [row.new_key for row in rows] == [
        str(500 + place) if new and expected[place] is A else "" for place, (new, _) in enumerate(batch)
    ]


@given(BATCHES, st.randoms(use_true_random=False))
def test_a_shuffled_answer_never_says_what_is_not_so(batch: list[tuple[bool, str]], chance: random.Random) -> None:
    ids, entries, expected = answered([(new, OK if new and status == NO else status) for new, status in batch])
    rows = settled(ids, told(*chance.sample(entries, len(entries))))
    for place, row in enumerate(rows):
        if ids[place] != NEW or ids.count(NEW) == 1:
            assert row.outcome is expected[place]
        assert row.outcome in (expected[place], D)
        assert row.new_key in ("", entries[place][0])


@given(BATCHES, st.data())
def test_an_answer_that_lacks_an_entry_settles_nothing(batch: list[tuple[bool, str]], data: st.DataObject) -> None:
    ids, entries, _ = answered(batch)
    entries.pop(data.draw(st.integers(0, len(entries) - 1)))
    with pytest.raises(OutcomeUnknown):
        settle_rows(outgoing(*ids), told(*entries))
