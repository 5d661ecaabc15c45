"""One suite over every kind's source, against its practice service over real sockets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from practice_systems import EMPTY_SOURCES, SOURCE_PLACES, SOURCES, System, open_system, read_settings
from process_memory import forget_peak, peak_mb

from synctui.connectors import MODULES, kind
from synctui.errors import (
    BadReply,
    BudgetSpent,
    Refused,
    RemoteError,
    SettingsError,
    SignInRefused,
    TimedOut,
    Unreachable,
)
from synctui.http.calls import Timing
from synctui.practice import Practice
from synctui.practice.celigo.accounts import TOKEN

QUICK = Timing(connect=5, deadline=10, attempts=2, total=10, pause=0.01)
HASTY = Timing(connect=5, deadline=0.8, attempts=1)
ANY_OF_TWO = (BadReply, Refused)
"""An empty answer: each vendor documents other causes for it."""


@pytest.fixture(params=list(SOURCES))
async def system(request: pytest.FixtureRequest, practice: Practice, tmp_path: Path) -> AsyncIterator[System]:
    opened = open_system(read_settings(practice, tmp_path), SOURCES[request.param], timing=QUICK)
    yield opened
    await opened.connection.close()


async def read(system: System) -> list[Any]:
    return [record async for page in system.source().pages() for record in page.records]


def place_of(system: System) -> str:
    return SOURCE_PLACES[system.link.source.connection.kind.name]


def assert_told(error: RemoteError, practice: Practice, system: System) -> None:
    """One sentence, a remedy, and nothing that nobody may see."""
    assert error.message.endswith((".", "!"))
    assert len(error.message) < 300
    assert error.hint
    text = f"{error.message} {error.hint} {error!r}"
    secrets = [kept.reveal() for kept in system.tokens.kept.values()]
    for secret in [*secrets, "Pr&ctice", "R3JhbnRz", "?token", "apitoken=", TOKEN]:
        assert secret not in text
    assert practice.url not in text


def test_every_kind_with_a_source_is_in_the_suite() -> None:
    kinds = {name for name in MODULES if kind(name).source is not None}
    assert set(SOURCES) == set(SOURCE_PLACES) == set(EMPTY_SOURCES) == kinds


async def test_pages_end_and_no_record_is_lost_or_doubled(system: System) -> None:
    source = system.source()
    pages = [page async for page in source.pages()]
    records = [tuple(record.items()) for page in pages for record in page.records]
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    assert pages[-1].total == len(records) == len(set(records)) > 20
    assert len({tuple(dict(record)) for record in records}) == 1
    assert source.notices == []


async def test_options_are_told_of_columns_that_the_records_have(system: System) -> None:
    source = system.source()
    names = {name async for page in source.pages() for record in page.records for name in record}
    assert source.column_options().keys() <= names
    for options in source.column_options().values():
        codes = [choice.code for choice in options]
        assert len(codes) == len(set(codes)) > 0


async def test_a_second_read_gives_the_same(system: System) -> None:
    assert await read(system) == await read(system)


async def test_the_sign_in_is_checked(system: System) -> None:
    assert (await system.connection.check()).ok
    assert (await system.source().probe()).ok


async def test_every_call_is_told(system: System) -> None:
    await read(system)
    assert system.calls
    assert all(done.status == 200 and done.seconds >= 0 for done in system.calls)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("401", SignInRefused),
        ("401_html", SignInRefused),
        ("empty", ANY_OF_TWO),
        ("html", Unreachable),
        ("html200", BadReply),
        ("redirect", BadReply),
        ("500_before", Unreachable),
        ("429", BudgetSpent),
        ("503=60", Unreachable),
        ("cut_before", Unreachable),
        ("cut_answer", Unreachable),
        ("reset_after", Unreachable),
        ("truncated", BadReply),
        ("deep", BadReply),
    ],
)
async def test_bad_input_gets_one_sentence_with_a_remedy(
    system: System, practice: Practice, fault: str, expected: type[RemoteError] | tuple[type[RemoteError], ...]
) -> None:
    practice.faults.arm(f"{place_of(system)}:{fault}")
    with pytest.raises(expected) as caught:
        await read(system)
    assert practice.faults.log
    assert_told(caught.value, practice, system)


@pytest.mark.parametrize("fault", ["drip=0.05", "hang"])
@pytest.mark.parametrize("name", list(SOURCES))
async def test_an_answer_that_does_not_come_ends_in_time(
    name: str, fault: str, practice: Practice, tmp_path: Path
) -> None:
    opened = open_system(read_settings(practice, tmp_path), SOURCES[name], timing=HASTY)
    practice.faults.arm(f"{SOURCE_PLACES[name]}:{fault}")
    started = time.monotonic()
    with pytest.raises(TimedOut) as caught:
        await read(opened)
    assert time.monotonic() - started < 10
    assert_told(caught.value, practice, opened)
    await opened.connection.close()


@pytest.mark.parametrize("fault", ["500_before", "cut_before", "cut_answer", "html", "503=0"])
async def test_a_read_survives_a_passing_fault(system: System, practice: Practice, fault: str) -> None:
    expected = await read(system)
    practice.faults.arm(f"{place_of(system)}:{fault}*1")
    assert await read(system) == expected
    assert len(practice.faults.log) == 1


async def test_an_odd_content_type_does_not_matter(system: System, practice: Practice) -> None:
    expected = await read(system)
    practice.faults.arm(f"{place_of(system)}:content_type")
    assert await read(system) == expected


async def test_a_gzip_bomb_is_cut_off(system: System, practice: Practice, tmp_path: Path) -> None:
    opened = open_system(read_settings(practice, tmp_path), system.link.name, timing=QUICK)
    practice.faults.arm(f"{place_of(system)}:gzip_bomb")
    forget_peak()
    before = peak_mb()
    with pytest.raises(BadReply, match="64 MB") as caught:
        await read(opened)
    assert 0 <= peak_mb() - before < 300
    assert_told(caught.value, practice, opened)
    await opened.connection.close()


async def test_closing_a_pull_leaves_nothing_behind(system: System, practice: Practice) -> None:
    practice.faults.arm(f"{place_of(system)}:slow=3@2")
    pages = system.source().pages()
    await anext(pages)
    await asyncio.sleep(0.05)
    started = time.monotonic()
    await pages.aclose()
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("name", list(SOURCES))
async def test_a_wrong_password_is_a_refused_sign_in(name: str, practice: Practice, tmp_path: Path) -> None:
    wrong = {'password = "': 'password = "x', '\ntoken = "': '\ntoken = "x'}
    read_ = read_settings(practice, tmp_path, **wrong)
    opened = open_system(read_, SOURCES[name], timing=QUICK)
    for attempt in (opened.connection.check, opened.source().probe):
        with pytest.raises(SignInRefused) as caught:
            await attempt()
        assert_told(caught.value, practice, opened)
    await opened.connection.close()


@pytest.mark.parametrize("style", ["401", "empty", "null"])
async def test_eone_may_refuse_a_sign_in_in_any_way(style: str, practice: Practice, tmp_path: Path) -> None:
    practice.switches.set("refused_login", style)
    read_ = read_settings(practice, tmp_path, **{'username = "dana': 'username = "nobody'})
    opened = open_system(read_, "Vendors", timing=QUICK)
    with pytest.raises(SignInRefused) as caught:
        await opened.connection.check()
    assert_told(caught.value, practice, opened)
    assert opened.tokens.kept == {}
    await opened.connection.close()


@pytest.mark.parametrize("name", list(SOURCES))
async def test_a_wrong_host_is_unreachable(name: str, practice: Practice, tmp_path: Path) -> None:
    read_ = read_settings(practice, tmp_path, **{f"{practice.url}/": "http://127.0.0.1:9/"})
    opened = open_system(read_, SOURCES[name], timing=QUICK)
    with pytest.raises(Unreachable, match="cannot be reached") as caught:
        await read(opened)
    assert_told(caught.value, practice, opened)
    await opened.connection.close()


@pytest.mark.parametrize("name", list(SOURCES))
async def test_a_wrong_path_is_refused(name: str, practice: Practice, tmp_path: Path) -> None:
    read_ = read_settings(practice, tmp_path, **{f"{practice.url}/": f"{practice.url}/nothing/"})
    opened = open_system(read_, SOURCES[name], timing=QUICK)
    for attempt in (opened.connection.check, opened.source().probe):
        with pytest.raises(Refused, match="404") as caught:
            await attempt()
        assert_told(caught.value, practice, opened)
    await opened.connection.close()


# -- SmartSimple's own


@pytest.fixture
async def awards(practice: Practice, tmp_path: Path) -> AsyncIterator[System]:
    opened = open_system(read_settings(practice, tmp_path), "Awards", timing=QUICK)
    yield opened
    await opened.connection.close()


@pytest.mark.parametrize("style", ["empty200", "json200", "json4xx", "plain"])
@pytest.mark.parametrize("replaced", [{'record = "levelone"': 'record = "company"'}, {'apitoken = "': 'apitoken = "x'}])
async def test_a_wrong_record_type_or_token_names_the_vendors_causes(
    style: str, replaced: dict[str, str], practice: Practice, tmp_path: Path
) -> None:
    practice.switches.set("error_style", style)
    opened = open_system(read_settings(practice, tmp_path, **replaced), "Awards", timing=QUICK)
    with pytest.raises(ANY_OF_TWO) as caught:
        await read(opened)
    assert "apitoken" in caught.value.hint
    assert "record type" in caught.value.hint
    assert (await opened.connection.check()).ok
    await opened.connection.close()


async def test_get_meta_tells_the_options_of_a_pull(practice: Practice, tmp_path: Path) -> None:
    opened = open_system(read_settings(practice, tmp_path), "Review", timing=QUICK)
    source = opened.source()
    records = [record async for page in source.pages() for record in page.records]
    options = source.column_options()["cf_Type"]
    assert [(choice.code, choice.caption, choice.retired) for choice in options] == [
        ("1", "Yes", False), ("2", "No", False), ("3", "Undecided", True),
    ]  # fmt: skip
    assert {record["cf_Type"] for record in records} == {"1", "2"}
    await opened.connection.close()


@pytest.mark.parametrize("style", ["200", "403", "429"])
async def test_the_vendors_limit_is_a_spent_budget(style: str, awards: System, practice: Practice) -> None:
    practice.switches.set("limit_style", style)
    practice.faults.arm("smartsimple:limit")
    with pytest.raises(BudgetSpent) as caught:
        await read(awards)
    assert_told(caught.value, practice, awards)


async def test_a_list_that_grows_is_read_again(awards: System, practice: Practice) -> None:
    practice.faults.arm("smartsimple.list:moving*1@2")
    source = awards.source()
    pages = [page async for page in source.pages()]
    restart = max(place for place, page in enumerate(pages) if page.number == 1)
    records = [record["recordid"] for page in pages[restart:] for record in page.records]
    assert len(records) == len(set(records)) == pages[-1].total == 621
    assert source.notices == ["The list changed while it was read, so it was read again."]


async def test_a_list_that_miscounts_is_a_bad_reply(awards: System, practice: Practice) -> None:
    practice.faults.arm("smartsimple.list:miscount")
    with pytest.raises(BadReply, match="says 500 records and holds 499"):
        await read(awards)


async def test_a_slow_page_is_read_in_halves(practice: Practice, tmp_path: Path) -> None:
    opened = open_system(read_settings(practice, tmp_path), "Awards", timing=HASTY)
    practice.faults.arm("smartsimple.list:slow=1.6*2@2")
    source = opened.source()
    records = [record["recordid"] async for page in source.pages() for record in page.records]
    assert len(records) == len(set(records)) == 620
    await opened.connection.close()


# -- eOne's own


@pytest.fixture
async def vendors(practice: Practice, tmp_path: Path) -> AsyncIterator[System]:
    opened = open_system(read_settings(practice, tmp_path), "Vendors", timing=QUICK)
    yield opened
    await opened.connection.close()


@pytest.mark.parametrize("style", ["401", "empty"])
async def test_an_expired_token_is_renewed_once(style: str, vendors: System, practice: Practice) -> None:
    practice.switches.set("expired", style)
    expected = await read(vendors)
    practice.faults.arm("eone.data:token_expired*1")
    assert await read(vendors) == expected
    assert [call.operation for call in practice.received].count("eone.token") == 2


async def test_a_wrong_map_names_the_nearest(practice: Practice, tmp_path: Path) -> None:
    read_ = read_settings(practice, tmp_path, **{'map = "VENDORS"': 'map = "VENDRS"'})
    opened = open_system(read_, "Vendors", timing=QUICK)
    with pytest.raises(SettingsError) as caught:
        await read(opened)
    assert "VENDORS" in caught.value.hint
    await opened.connection.close()


@pytest.mark.parametrize("status", ["200", "204"])
async def test_a_wrong_map_key_names_the_vendors_causes(status: str, practice: Practice, tmp_path: Path) -> None:
    practice.switches.set("wrong_map", status)
    key = "00000000-0000-4000-8000-000000000000"
    opened = open_system(read_settings(practice, tmp_path, **{'map = "VENDORS"': f'map = "{key}"'}), "Vendors")
    with pytest.raises(Refused) as caught:
        await read(opened)
    assert "API Url" in caught.value.hint
    assert_told(caught.value, practice, opened)
    await opened.connection.close()


@pytest.mark.parametrize("form", ["rsa", "hmac", "plain"])
async def test_every_form_of_the_password_signs_in(form: str, practice: Practice, tmp_path: Path) -> None:
    practice.switches.set("sign_in_forms", form)
    read_ = read_settings(practice, tmp_path, **{'password_form = "rsa"': f'password_form = "{form}"'})
    opened = open_system(read_, "Vendors", timing=QUICK)
    assert (await opened.connection.check()).ok
    await opened.connection.close()


@pytest.mark.parametrize("form", ["hmac", "plain"])
async def test_a_form_that_is_not_taken_is_refused_without_trying_another(
    form: str, practice: Practice, tmp_path: Path
) -> None:
    practice.switches.set("sign_in_forms", form)
    opened = open_system(read_settings(practice, tmp_path), "Vendors", timing=QUICK)
    with pytest.raises(SignInRefused):
        await opened.connection.check()
    assert [call.operation for call in practice.received].count("eone.token") == 1
    await opened.connection.close()
