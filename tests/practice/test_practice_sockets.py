from __future__ import annotations

import time
import zlib
from collections.abc import Callable

import httpx
import pytest
from practice_calls import VENDORS, Caller, vendor

from synctui.practice import Practice
from synctui.practice.injection import gzip_bomb

BEFORE = ["401", "401_html", "empty", "html", "html200", "redirect", "500_before", "429", "503", "cut_before"]
AFTER = ["empty_after", "html_after", "500_after", "cut_after", "cut_answer", "reset_after", "truncated"]
CUT = {"cut_before", "cut_after", "cut_answer", "reset_after", "hang", "late"}


def wait_for(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not happened() and time.monotonic() < deadline:
        time.sleep(0.02)


def push(call: Caller) -> httpx.Response | httpx.TransportError:
    try:
        return call.eone(
            "RunMapDataTableWithErrors",
            mapKey=VENDORS,
            body=b"<RequestData><Table><VendorNo>V-1</VendorNo><Vendor_x0020_Name>One</Vendor_x0020_Name>"
            b"<County>ND</County></Table></RequestData>",
        )
    except httpx.TransportError as error:
        return error


@pytest.mark.parametrize("fault", BEFORE)
def test_nothing_happens_before(call: Caller, practice: Practice, fault: str) -> None:
    _ = call.token
    practice.faults.arm(f"eone.run:{fault}*1")
    answer = push(call)
    assert isinstance(answer, httpx.TransportError) is (fault in CUT)
    assert practice.effects == ()
    assert practice.received[-1].fault == fault
    assert push(call).json()["Status"] == 0  # type: ignore[union-attr]
    assert len(practice.effects) == 1


@pytest.mark.parametrize("fault", AFTER)
def test_it_has_happened_after(call: Caller, practice: Practice, fault: str) -> None:
    _ = call.token
    practice.faults.arm(f"eone.run:{fault}*1")
    answer = push(call)
    assert isinstance(answer, httpx.TransportError) is (fault in CUT)
    assert len(practice.effects) == 1
    assert practice.faults.counts == {f"eone.run:{fault}": 1}


@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [
        ("401", 401, ""),
        ("401_html", 401, "<html>"),
        ("empty", 200, ""),
        ("html", 502, "502 Bad Gateway"),
        ("html_after", 504, "504 Gateway Timeout"),
        ("html200", 200, "Sign in"),
        ("redirect", 302, ""),
        ("500_before", 500, '{"Message":"An error has occurred."}'),
        ("429", 429, ""),
        ("503", 503, ""),
    ],
)
def test_answers_of_faults(call: Caller, practice: Practice, fault: str, status: int, body: str) -> None:
    practice.faults.arm(f"smartsimple.list:{fault}*1")
    answer = call.smart()
    assert answer.status_code == status
    assert body in answer.text
    assert bool(body) is bool(answer.text)
    assert ("retry-after" in answer.headers) is (fault in ("429", "503"))
    assert ("location" in answer.headers) is (fault == "redirect")


def test_how_a_socket_ends(call: Caller, practice: Practice) -> None:
    _ = call.token
    practice.faults.arm("eone.run:cut_after*1,eone.run:cut_answer*1,eone.run:reset_after*1")
    closed, halved, reset = push(call), push(call), push(call)
    assert "without sending a response" in str(closed)
    assert "incomplete" in str(halved) or "without sending complete" in str(halved)
    assert isinstance(reset, httpx.ReadError)


def test_truncated_json_is_a_complete_message(call: Caller, practice: Practice) -> None:
    whole = call.smart().text
    practice.faults.arm("smartsimple.list:truncated*1")
    answer = call.smart()
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert whole.startswith(answer.text[:-10])
    assert len(answer.text) < len(whole)


def test_a_dripping_body_outlives_the_clients_timeout_between_bytes(call: Caller, practice: Practice) -> None:
    _ = call.token
    practice.faults.arm("eone.validate:drip=0.06*1")
    began = time.monotonic()
    assert call.eone("validate", timeout_is_between_bytes="yes").json() is True
    assert time.monotonic() - began > 0.15


def test_slow_and_hang(call: Caller, practice: Practice) -> None:
    _ = call.token
    practice.faults.arm("eone.validate:slow=0.2*1,eone.run:hang=0.2*1")
    began = time.monotonic()
    assert call.eone("validate").json() is True
    assert time.monotonic() - began >= 0.2
    assert isinstance(push(call), httpx.TransportError)
    assert time.monotonic() - began >= 0.4
    assert len(practice.effects) == 1


def test_a_client_that_hangs_up_does_not_undo_the_effect(call: Caller, practice: Practice) -> None:
    _ = call.token
    practice.faults.arm("eone.run:hang*1")
    with pytest.raises(httpx.ReadTimeout):
        call.http.post(
            "/eone/API/RunMapDataTableWithErrors",
            params={"token": call.token, "mapKey": VENDORS},
            content=b"<RequestData/>",
            timeout=0.2,
        )
    wait_for(lambda: bool(practice.runs.history))
    assert len(practice.runs.history) == 1


def test_a_late_effect(call: Caller, practice: Practice) -> None:
    _ = call.token
    practice.faults.arm("eone.run:late=0.2*1")
    assert isinstance(push(call), httpx.TransportError)
    assert practice.effects == ()
    wait_for(lambda: bool(practice.effects))
    assert len(practice.effects) == 1


def test_a_gzip_bomb(call: Caller, practice: Practice) -> None:
    practice.faults.arm("smartsimple.list:gzip_bomb=3*1")
    answer = call.smart()
    assert answer.content == b" " * 3_000_000
    assert int(answer.headers["content-length"]) < 10_000
    bomb = gzip_bomb(300)
    assert len(bomb) < 500_000
    opened = zlib.decompressobj(zlib.MAX_WBITS | 16)
    size = 0
    while bomb:
        size += len(opened.decompress(bomb, 10_000_000))
        bomb = opened.unconsumed_tail
    assert (size, opened.eof) == (300_000_000, True)


def test_odd_content_types_and_deep_json(call: Caller, practice: Practice) -> None:
    practice.faults.arm("smartsimple.list:content_type*1,smartsimple.list:deep=50*1")
    answer = call.smart()
    assert answer.headers["content-type"] == "image/png; charset=utf-16"
    assert b'"allcount": 1230' in answer.content
    assert call.smart().text == "[" * 50 + "]" * 50


def test_a_source_that_moves_during_a_pull(call: Caller, practice: Practice) -> None:
    practice.faults.arm("smartsimple.list:moving*1@2")
    totals = [call.listed()["message"]["allcount"] for _ in range(3)]
    assert totals == [1230, 1231, 1231]


def test_duplicates_across_pages(call: Caller, practice: Practice) -> None:
    practice.faults.arm("smartsimple.list:duplicates")
    pages = [call.ids(othersettings={"recordsperpage": 500, "pagenum": page}) for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [500, 500, 230]
    assert pages[0][-1] == pages[1][0] == "900500"
    assert "901230" not in pages[2]


def test_a_page_that_lacks_records_it_counts(call: Caller, practice: Practice) -> None:
    practice.faults.arm("smartsimple.list:miscount=2*1")
    answer = call.listed(othersettings={"recordsperpage": 500})
    assert (answer["message"]["recordcount"], len(answer["records"])) == (500, 498)


def test_many_calls_over_one_connection_keep_their_answers(call: Caller, practice: Practice) -> None:
    for number in range(20):
        reply = call.push(vendor(number))
        assert reply["RunNumber"] == 81 + number
    assert [effect.document for effect in practice.effects] == [(f"V-{number}",) for number in range(20)]
