from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from connector_fakes import fixture
from hypothesis import given
from hypothesis import strategies as st

from synctui.connectors.base import BatchReply, Outgoing
from synctui.connectors.eone.outcomes import match_errors, settle_rows
from synctui.connectors.eone.replies import ErrorRow, RunResult, read_run
from synctui.errors import BadReply, OutcomeUnknown
from synctui.http.calls import Call, Effect, Reply
from synctui.records import Outcome

A, R, D, U = Outcome.ACCEPTED, Outcome.REFUSED, Outcome.IN_DOUBT, Outcome.UNSENT
COLUMNS = ("Key", "Text")


def reply(text: str) -> Reply:
    return Reply(Call("run", "/RunMapDataTableWithErrors", Effect.SEND), "host", 200, text.encode())


def run(**changed: Any) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(fixture("eone/run_partial_response.json"))
    return answer | changed


# -- reading


@pytest.mark.parametrize("name", ["run_partial_response", "run_partial_escaped_response"])
def test_a_documented_failure_is_read(name: str) -> None:
    result = read_run(reply(fixture(f"eone/{name}.json")))
    assert not result.succeeded
    assert (result.documents, result.failed) == (2, 1)
    assert result.errors == (
        ErrorRow({"VendorNo": "V-1002", "Vendor Name": "Größe AG", "County": ""}, "County must have a value."),
    )
    assert result.message == "County must have a value."
    assert result.map_key == "9d3f7c1a-52be-4e08-a6f4-ac7700b1d9e2"


def test_a_documented_success_is_read() -> None:
    result = read_run(reply(fixture("eone/run_success_response.json")))
    assert result.succeeded
    assert (result.run_number, result.documents, result.failed, result.errors) == ("81", 2, 0, ())


def test_the_answer_of_the_newer_api_is_read() -> None:
    assert read_run(reply(fixture("eone/v1_runintegration_response.json"))).succeeded


@pytest.mark.parametrize(
    ("status", "errors", "succeeded"),
    [
        (0, 0, True),
        (1, 1, False),
        ("0", 0, True),
        ("1", 1, False),
        ("Successful", 0, True),
        ("success", 0, True),
        ("Failed", 1, False),
        (True, 0, True),
        (False, 0, True),
        (True, 1, False),
        (False, 1, False),
    ],
)
def test_every_writing_of_the_status_is_understood(status: Any, errors: int, succeeded: bool) -> None:
    assert read_run(reply(json.dumps(run(Status=status, ErrorCount=errors)))).succeeded is succeeded


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "null",
        "[]",
        "{}",
        '{"Message":"An error has occurred."}',
        "<html></html>",
        fixture("eone/run_success_response.json")[:-20],
        json.dumps(run(Status="Maybe")),
        json.dumps(run(Status=2)),
        json.dumps(run(Status=None)),
        json.dumps(run(RecordCount="two")),
        json.dumps(run(RecordCount=-1)),
        json.dumps(run(ErrorCount=None)),
        json.dumps(run(Errors="<NewDataSet><ErrorTable>")),
        json.dumps(run(Errors="no table")),
    ],
)
def test_what_is_no_whole_result_is_a_bad_reply(text: str) -> None:
    with pytest.raises(BadReply):
        read_run(reply(text))


def test_a_table_that_is_escaped_inside_keeps_its_values() -> None:
    table = "<N><ErrorTable><A>x &amp;amp; y</A><EONERUNERRORS>bad</EONERUNERRORS></ErrorTable></N>"
    for written in (table, html.escape(table)):
        assert read_run(reply(json.dumps(run(Errors=written)))).errors[0].values == {"A": "x &amp; y"}


# -- one outcome per row


def sent(*rows: tuple[str, str]) -> list[Outgoing]:
    """Rows by key and text; rows of one key are one document, as for a map whose key column is `Key`."""
    keys = list(dict.fromkeys(key for key, _ in rows))
    return [Outgoing(f"r{n}", {"Key": k, "Text": t}, keys.index(k)) for n, (k, t) in enumerate(rows)]


def failed(documents: int, count: int, *errors: tuple[Mapping[str, str], str], message: str = "last") -> RunResult:
    return RunResult(False, "83", documents, count, message, tuple(ErrorRow(values, said) for values, said in errors))


def row(key: str, text: str, said: str = "wrong") -> tuple[Mapping[str, str], str]:
    return {"Key": key, "Text": text}, said


def settle(rows: Sequence[Outgoing], result: RunResult, partial: bool | None = True, names: bool = True) -> BatchReply:
    return settle_rows(rows, COLUMNS, result, partial=partial, names_rows=names)


def outcomes(answer: BatchReply) -> list[Outcome]:
    return [row.outcome for row in answer.rows]


def messages(answer: BatchReply) -> list[str]:
    return [row.message for row in answer.rows]


def test_a_success_accepts_every_row_and_hands_on_its_warning() -> None:
    answer = settle(sent(("1", "a"), ("1", "b"), ("2", "c")), RunResult(True, "81", 2, 0, "mind the gap", ()))
    assert outcomes(answer) == [A, A, A]
    assert messages(answer) == ["mind the gap"] * 3
    assert (answer.run_number, [row.row_id for row in answer.rows]) == ("81", ["r0", "r1", "r2"])


@pytest.mark.parametrize(("partial", "others"), [(True, A), (False, U), (None, D)])
def test_what_became_of_the_others_is_for_the_partial_setting_to_say(partial: bool | None, others: Outcome) -> None:
    answer = settle(sent(("1", "a"), ("2", "b"), ("3", "c")), failed(3, 1, row("2", "b")), partial)
    assert outcomes(answer) == [others, R, others]
    assert answer.rows[1].message == "wrong"
    assert ("`partial`" in answer.rows[0].message) == (partial is None)


def test_errors_are_matched_by_values_and_never_by_position() -> None:
    answer = settle(
        sent(("1", "a"), ("2", "b"), ("3", "c")), failed(3, 2, row("3", "c", "third"), row("1", "a", "first"))
    )
    assert outcomes(answer) == [R, A, R]
    assert messages(answer) == ["first", "", "third"]


def test_rows_of_a_document_share_its_outcome() -> None:
    answer = settle(sent(("1", "a"), ("2", "b"), ("1", "c")), failed(2, 1, row("1", "c")))
    assert outcomes(answer) == [R, A, R]
    assert messages(answer) == ["its document failed: wrong", "", "wrong"]


def test_counts_are_documents() -> None:
    rows = sent(("1", "a"), ("1", "b"), ("2", "c"))
    assert outcomes(settle(rows, RunResult(True, "1", 2, 0, "", ()))) == [A, A, A]
    with pytest.raises(OutcomeUnknown, match="3 documents instead of the 2 sent"):
        settle(rows, RunResult(True, "1", 3, 0, "", ()))


def test_equal_rows_of_one_document_are_one_of_these() -> None:
    answer = settle(sent(("1", "a"), ("1", "a"), ("2", "b")), failed(2, 1, row("1", "a")))
    assert outcomes(answer) == [R, R, A]
    assert messages(answer)[:2] == ["one of these rows: wrong"] * 2


def test_equal_rows_with_a_line_each_are_matched_one_to_one() -> None:
    answer = settle(sent(("1", "a"), ("1", "a")), failed(1, 1, row("1", "a", "first"), row("1", "a", "second")))
    assert messages(answer) == ["first", "second"]


@pytest.mark.parametrize(("partial", "perhaps", "other"), [(True, D, A), (None, D, D), (False, R, U)])
def test_equal_rows_of_two_documents_stay_in_doubt_unless_nothing_was_saved(
    partial: bool | None, perhaps: Outcome, other: Outcome
) -> None:
    rows = [Outgoing("a", {"Key": "1", "Text": "x"}, 1), Outgoing("b", {"Key": "1", "Text": "x"}, 2)]
    rows.append(Outgoing("c", {"Key": "2", "Text": "y"}, 3))
    answer = settle(rows, failed(3, 1, row("1", "x")), partial)
    assert outcomes(answer) == [perhaps, perhaps, other]
    assert messages(answer)[0] == "one of these rows: wrong"


def test_absent_is_empty_blanks_are_empty_and_returns_do_not_count() -> None:
    rows = [
        Outgoing("a", {"Key": "1", "Text": None}, 1),
        Outgoing("b", {"Key": "2", "Text": "x\r\ny"}, 2),
        Outgoing("c", {"Key": "3", "Text": "  "}, 3),
    ]
    errors = [({"key": "1"}, "one"), ({"KEY": "2", "text": "x\ny"}, "two"), ({"Key": "3", "Text": ""}, "three")]
    assert messages(settle(rows, failed(3, 3, *errors))) == ["one", "two", "three"]


def test_extra_columns_of_the_table_do_not_matter() -> None:
    errors = ({"Key": "1", "Text": "a", "Computed": "z"}, "wrong")
    assert outcomes(settle(sent(("1", "a"), ("2", "b")), failed(2, 1, errors))) == [R, A]


def test_all_failed_refuses_all_even_those_not_named() -> None:
    answer = settle(sent(("1", "a"), ("2", "b")), failed(2, 2, row("1", "a")))
    assert outcomes(answer) == [R, R]
    assert messages(answer) == ["wrong", "its document failed: last"]


def test_documents_that_failed_unnamed_leave_the_others_in_doubt() -> None:
    answer = settle(sent(("1", "a"), ("2", "b"), ("3", "c")), failed(3, 2, row("1", "a")))
    assert outcomes(answer) == [R, D, D]
    answer = settle(sent(("1", "a"), ("2", "b"), ("3", "c")), failed(3, 2, row("1", "a")), False)
    assert outcomes(answer) == [R, U, U]


@pytest.mark.parametrize(
    "result",
    [
        failed(2, 1),
        failed(2, 2),
        failed(2, 1, row("9", "z")),
        failed(2, 1, row("1", "a"), row("9", "z")),
        failed(2, 1, row("1", "a"), row("2", "b")),
        failed(3, 1, row("1", "a")),
        failed(1, 1, row("1", "a")),
        failed(2, 3, row("1", "a")),
        failed(2, 0),
        RunResult(True, "1", 2, 1, "", ()),
        RunResult(True, "1", 0, 0, "", ()),
    ],
)
def test_an_answer_that_does_not_fit_is_in_doubt(result: RunResult) -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        settle(sent(("1", "a"), ("2", "b")), result)
    assert caught.value.hint


def test_a_call_without_an_error_table_refuses_all_or_leaves_doubt() -> None:
    rows = sent(("1", "a"), ("2", "b"))
    assert outcomes(settle(rows, failed(2, 2), names=False)) == [R, R]
    assert outcomes(settle(rows, failed(2, 1), names=False)) == [D, D]
    assert outcomes(settle(rows, failed(2, 1), False, names=False)) == [U, U]


@given(st.data())
def test_a_map_that_saves_good_documents_is_always_told_rightly(data: st.DataObject) -> None:
    texts = st.sampled_from(["", "a", "b", "x\r\ny"])
    rows = sent(*data.draw(st.lists(st.tuples(st.sampled_from("123456"), texts), min_size=1, max_size=12)))
    documents = sorted({row.document for row in rows})
    bad = data.draw(st.sets(st.sampled_from(documents)))
    named = [row for row in rows if row.document in bad]
    shuffled = data.draw(st.permutations(named))
    lines = [({k: (v or "").replace("\r", "") for k, v in row.values.items() if v}, "no") for row in shuffled]
    if bad:
        answer = settle(rows, failed(len(documents), len(bad), *lines))
    else:
        answer = settle(rows, RunResult(True, "1", len(documents), 0, "", ()))
    assert outcomes(answer) == [R if row.document in bad else A for row in rows]
    assert [reply.row_id for reply in answer.rows] == [row.row_id for row in rows]


@given(st.lists(st.sampled_from("ab"), min_size=1, max_size=6), st.integers(1, 6))
def test_every_line_names_as_many_rows_as_it_can(texts: list[str], count: int) -> None:
    rows = [Outgoing(str(n), {"Key": "1", "Text": text}, 1) for n, text in enumerate(texts)]
    lines = [ErrorRow({"Key": "1", "Text": text}, "no") for text in texts[:count]]
    matched = match_errors(rows, COLUMNS, lines)
    assert matched.failed == {1: "no"} or matched.failed[1].startswith("one of these rows")
    assert matched.accounted == 1
    assert len(matched.lines) >= len(lines)
