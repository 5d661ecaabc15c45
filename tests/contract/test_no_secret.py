"""Planted secrets, searched for in everything that a session with many failures says."""

from __future__ import annotations

import asyncio
import base64
import logging
import traceback
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from practice_systems import SOURCES, System, open_system, read_settings
from practice_targets import TARGETS

from synctui.connectors.eone.sign_in import hmac_password
from synctui.errors import SyncError
from synctui.http.calls import Timing
from synctui.practice import Practice
from synctui.practice.celigo.accounts import TOKEN
from synctui.practice.eone.accounts import PASSWORD as EONE_PASSWORD
from synctui.practice.smartsimple import GRANTS_LIST, GRANTS_UPDATE, PASSWORD
from synctui.secret import Secret

PLANTED = [PASSWORD, EONE_PASSWORD, TOKEN, GRANTS_LIST.apitoken, GRANTS_UPDATE.apitoken]
QUICK = Timing(connect=2, deadline=0.3, attempts=1)
FAULTS = [
    "401",
    "429",
    "html200",
    "500_before",
    "cut_before",
    "cut_answer",
    "truncated",
    "hang",
    "deep",
    "empty",
    "redirect",
]


def forms(secret: str) -> Iterator[str]:
    """A secret as it may stand in a text."""
    yield from (secret, quote(secret), quote(secret, safe=""), quote_plus(secret), repr(secret)[1:-1])
    yield base64.b64encode(secret.encode()).decode()


class Said:
    """Collects texts; its own repr shows none of them, since the next text shows every local."""

    def __init__(self) -> None:
        self.texts: list[str] = []


def told(error: BaseException) -> str:
    """What the worst crash page shows: every frame with its locals, causes and contexts."""
    return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format(chain=True))


@pytest.mark.parametrize("side", ["source", "target"])
@pytest.mark.parametrize("name", list(SOURCES))
async def test_nothing_that_a_session_says_holds_a_secret(
    name: str, side: str, practice: Practice, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    link = SOURCES[name] if side == "source" else TARGETS[name].link
    system = open_system(read_settings(practice, tmp_path), link, side=side, timing=QUICK)
    said = Said()
    for name in ("httpx", "httpcore", "stamina", "asyncio"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    with caplog.at_level(logging.DEBUG):
        for fault in ["", *FAULTS]:
            practice.faults.clear()
            practice.faults.arm(fault)
            await work_on(system, side, said)
    tokens = [secret.reveal() for secret in system.tokens.kept.values()]
    await system.connection.close()
    text = "\n".join([*said.texts, caplog.text, *map(repr, (system, system.connection, system.link, system.calls))])
    assert len(said.texts) >= len(FAULTS)
    assert "connect_tcp" in caplog.text
    hashed = hmac_password(Secret(EONE_PASSWORD)).reveal()
    for secret in [*PLANTED, hashed, *tokens]:
        for form in forms(secret):
            assert form not in text


async def work_on(system: System, side: str, said: Said) -> None:
    async def send_rows() -> None:
        about = TARGETS[system.link.target.connection.kind.name]
        await system.target().send([sample.row for sample in about.samples()], {})

    async def read_rows() -> None:
        async for _ in system.source().pages():
            pass

    for work in (system.connection.check, read_rows if side == "source" else send_rows):
        try:
            await work()
        except SyncError as error:
            said.texts.append(told(error) + repr(error) + str(error))


async def test_a_call_that_is_cancelled_holds_no_secret(practice: Practice, tmp_path: Path) -> None:
    system = open_system(read_settings(practice, tmp_path), "Vendors")
    await system.connection.check()
    practice.faults.arm("eone.data:hang")
    reading = asyncio.ensure_future(anext(system.source().pages()))
    await asyncio.sleep(0.3)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError) as caught:
        await reading
    text = told(caught.value)
    [token] = [secret.reveal() for secret in system.tokens.kept.values()]
    assert not any(form in text for form in forms(token))
    await system.connection.close()
