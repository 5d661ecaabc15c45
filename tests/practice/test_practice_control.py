from __future__ import annotations

import asyncio
import signal
import tomllib

import httpx
import pytest
from practice_calls import VENDORS, Caller, vendor

from synctui.practice import Practice, smartsimple


def test_what_was_received_and_what_happened_over_http(call: Caller) -> None:
    call.push(vendor(1), vendor(2, county=""))
    received = call.http.get("/practice/received").json()[-1]
    assert (received["call"], received["function"]) == ("RunMapDataTableWithErrors", "VENDORS FROM EXCEL")
    assert [row["VendorNo"] for row in received["rows"]] == ["V-1", "V-2"]
    assert received["parameters"]["token"] == "***"
    effects = call.http.get("/practice/effects").json()
    assert [(effect["document"], effect["run_number"]) for effect in effects] == [(["V-1"], 81)]
    assert call.http.get("/practice/saved").json() == {
        VENDORS: [{"VendorNo": "V-1", "Vendor Name": "Vendor 1", "County": "ND"}]
    }


def test_counts(call: Caller) -> None:
    call.smart()
    call.push(vendor(1))
    counts = call.http.get("/practice/counts").json()
    assert counts["calls"] == {"smartsimple.list": 1, "eone.token": 1, "eone.run": 1}
    assert (counts["effects"], counts["runs"], counts["faults"]) == (1, 1, {})
    assert counts["hour"] == {"used": 1, "limit": 1000, "refused": 0}
    assert counts["records"]["levelone"] == 1230


def test_faults_are_armed_and_disarmed(call: Caller) -> None:
    assert call.http.post("/practice/faults", content="smartsimple.list:401").json() == {"armed": 1}
    assert call.smart().status_code == 401
    assert call.http.get("/practice/counts").json()["faults"] == {"smartsimple.list:401": 1}
    call.http.post("/practice/faults", content="")
    assert call.smart().status_code == 200
    answer = call.http.post("/practice/faults", content="smartsimple.list:402")
    assert (answer.status_code, "the nearest is" in answer.json()["error"]) == (400, True)


def test_switches_and_the_hourly_limit(call: Caller) -> None:
    changed = call.http.post("/practice/switches", json={"error_style": "plain", "hourly_calls": 1}).json()
    assert changed["error_style"] == "plain"
    call.smart()
    assert "maximum limit" in call.smart().text
    assert call.http.post("/practice/switches", json={"error_style": "loud"}).status_code == 400


def test_records_are_changed(call: Caller) -> None:
    change = {"edit": {"900001": {"cf_County": "Elsewhere"}}, "add": [{"sf_Status": "Approved"}], "delete": ["900003"]}
    assert call.http.post("/practice/records", json=change).json() == {"added": ["901231"]}
    records = {record["recordid"]: record for record in call.listed()["records"]}
    assert records["900001"]["cf_County"] == "Elsewhere"
    assert "900003" not in records
    assert len(records) == 1230
    assert call.http.post("/practice/records", json={"record": "nothing"}).status_code == 400


def test_a_reset_forgets_everything_but_the_address(call: Caller, practice: Practice) -> None:
    call.push(vendor(1))
    practice.faults.arm("401")
    practice.switches.set("error_style", "plain")
    practice.hour.limit = 1
    practice.tables.change(delete=["900001"])
    assert call.http.post("/practice/reset").json() == {}
    assert practice.received == ()
    assert practice.effects == ()
    assert call.listed()["message"]["allcount"] == 1230
    assert call.push(vendor(1))["RunNumber"] == 81
    assert (practice.hour.limit, practice.switches.error_style) == (1000, "empty200")


def test_the_settings_over_http(call: Caller, practice: Practice) -> None:
    text = call.http.get("/practice/settings").text
    assert text == practice.settings_text()
    assert tomllib.loads(text)["connections"]["grants"]["kind"] == "smartsimple"


async def test_in_a_running_event_loop_without_touching_its_signals() -> None:
    before = signal.getsignal(signal.SIGINT)
    async with Practice(faults="login.key:html*1") as practice, httpx.AsyncClient(trust_env=False) as http:
        assert signal.getsignal(signal.SIGINT) is before
        assert (await http.post(f"{practice.url}/login/v1/public-key")).status_code == 502
        assert (await http.post(f"{practice.url}/login/v1/public-key")).status_code == 200
        port = practice.port
    with pytest.raises(httpx.ConnectError):
        async with httpx.AsyncClient(trust_env=False) as http:
            await http.post(f"http://127.0.0.1:{port}/login/v1/public-key")


async def test_a_stop_lets_go_of_open_calls() -> None:
    async with Practice(faults="slow=60") as practice, httpx.AsyncClient(trust_env=False) as http:
        waiting = asyncio.ensure_future(http.post(f"{practice.url}/login/v1/public-key"))
        for _ in range(200):
            if practice.received:
                break
            await asyncio.sleep(0.02)
        assert len(practice.received) == 1
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


async def test_a_port_that_is_taken() -> None:
    async with Practice() as first:
        with pytest.raises(OSError, match=r".+"):
            await Practice(port=first.port).__aenter__()


async def test_a_spec_that_is_not_understood_starts_nothing() -> None:
    with pytest.raises(ValueError, match="the nearest is 'slow'"):
        Practice(faults="slwo")


async def test_twenty_calls_at_once() -> None:
    async with Practice() as practice, httpx.AsyncClient(trust_env=False, timeout=20) as http:
        form = {
            "username": smartsimple.USERNAME,
            "password": smartsimple.PASSWORD,
            "companyid": smartsimple.COMPANY_ID,
            "alias": smartsimple.ALIAS,
            "apitoken": smartsimple.GRANTS_LIST.apitoken,
        }
        pages = [form | {"othersettings": f'{{"recordsperpage":50,"pagenum":{page}}}'} for page in range(1, 21)]
        answers = await asyncio.gather(
            *(http.post(f"{practice.url}/smartsimple/API/1/levelone/", data=page) for page in pages)
        )
    starts = [answer.json()["message"]["recordfrom"] for answer in answers]
    assert starts == [1 + 50 * page for page in range(20)]
