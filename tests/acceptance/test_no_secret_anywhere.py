"""Planted secrets, searched for in everything that a whole session leaves behind or says, at the most talkative."""

from __future__ import annotations

import base64
import re
import sqlite3
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, quote_plus, unquote

from processes import PATIENCE, User

from synctui.practice import Practice
from synctui.practice.eone.accounts import PASSWORD as EONE_PASSWORD
from synctui.practice.eone.accounts import USER_ID, hmac_password
from synctui.practice.smartsimple import GRANTS_LIST, PASSWORD

SECRETS = {"CANARY_SMARTSIMPLE": PASSWORD, "CANARY_EONE": EONE_PASSWORD, "CANARY_TOKEN": GRANTS_LIST.apitoken}
BASE64 = re.compile(r"[A-Za-z0-9+/]{60,}")

TALKATIVE = """
import logging, os, sys
logging.basicConfig(level=logging.DEBUG, filename=os.environ["LOG"])
logging.captureWarnings(True)
from synctui.cli import main
main(sys.argv[1:])
"""

CRASHING = """
import os
from synctui.cli.desk import Desk

def crash():
    password = os.environ["CANARY_EONE"]
    try:
        raise ValueError(password)
    except ValueError as error:
        raise RuntimeError(f"https://host/GetToken?password={password}") from error

raise SystemExit(Desk("synctui test", verbose=True).guard(crash))
"""


def forms(secret: str) -> Iterator[str]:
    """A secret as it may stand in a text."""
    for text in (secret, hmac_password(secret)):
        yield from (text, quote(text), quote(text, safe=""), quote_plus(text), repr(text)[1:-1])
        yield base64.b64encode(text.encode()).decode().rstrip("=")


def in_database(path: Path) -> Iterator[str]:
    """Every value of a database, inflated where it is packed."""
    with closing(sqlite3.connect(path)) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in database.execute(f'SELECT * FROM "{table}"'):
                for value in row:
                    yield str(value)
                    if isinstance(value, bytes):
                        yield unpacked(value)


def unpacked(data: bytes) -> str:
    try:
        return zlib.decompress(data).decode("utf-8", "replace")
    except zlib.error:
        return data.decode("utf-8", "replace")


def in_file(path: Path) -> Iterator[str]:
    """Everything that a file says, whatever it is packed in."""
    yield path.read_bytes().decode("utf-8", "replace")
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    elif path.suffix in (".sqlite3", ".db"):
        yield from in_database(path)


def tokens_in(text: str) -> list[str]:
    """eOne tokens: base64 of fields, the user's id among them."""
    found = [*BASE64.findall(text), *BASE64.findall(unquote(text))]
    return [word for word in found if USER_ID.upper().encode() in decoded(word)]


def decoded(word: str) -> bytes:
    try:
        return base64.b64decode(word + "=" * (-len(word) % 4))
    except ValueError:
        return b""


def talk(user: User, *arguments: str) -> str:
    """Run a command with every log at DEBUG; returns what it said."""
    return python(user, TALKATIVE, *arguments)


def python(user: User, code: str, *arguments: str) -> str:
    command = [sys.executable, "-c", code, *arguments]
    settings = {"cwd": user.folder, "env": user.surroundings, "timeout": PATIENCE}
    done = subprocess.run(command, capture_output=True, text=True, check=False, **settings)
    return done.stdout + done.stderr


def test_no_secret_is_in_anything_that_a_session_leaves_behind(user: User, services: Practice) -> None:
    user.set_up(
        (f'password = "{PASSWORD}"', 'password = "env:CANARY_SMARTSIMPLE"'),
        (f'password = "{EONE_PASSWORD}"', 'password = "env:CANARY_EONE"'),
        (f'apitoken = "{GRANTS_LIST.apitoken}"', 'apitoken = "env:CANARY_TOKEN"'),
    )
    user.environment = {**SECRETS, "LOG": str(user.folder / "debug.log")}
    book = ("--workbook", str(user.workbook))
    said = [talk(user, "check", "-v"), talk(user, "pull", "Awards", *book, "-v")]
    user.type({5: {"cf_County": "Ramsey"}})
    said += [talk(user, "push", "Awards", *book, "-v"), talk(user, "maps", "erp", "-v", "--json")]
    for fault in ("401", "truncated"):
        services.faults.arm(f"{fault}*2")
        said += [talk(user, "pull", "Awards", *book, "-v", "--json"), talk(user, "maps", "erp", "-v")]
        services.faults.clear()
    user.type({6: {"cf_County": "Ramsey"}})
    services.faults.arm("eone.run:cut_after*1")
    said += [talk(user, "push", "Awards", *book, "-v"), talk(user, "runs", "--json"), talk(user, "doctor", "-v")]
    said.append(python(user, CRASHING))

    files = [path for path in user.folder.rglob("*") if path.is_file()]
    names = {path.name for path in files}
    assert {"debug.log", "awards.xlsx", "journal.sqlite3", "budget.sqlite3", "cache.db"} <= names
    assert [path for path in files if path.parent.name == "crashes"]
    texts = {str(path): "\n".join(in_file(path)) for path in files} | {f"command {n}": t for n, t in enumerate(said)}
    assert "synctui settle" in said[-4], "the lost answer was told"
    for name, secret in SECRETS.items():
        hits = [place for place, text in texts.items() for form in forms(secret) if form in text]
        assert hits == [], name
    assert [place for place, text in texts.items() if tokens_in(text)] == []


def test_the_search_would_find_a_token(services: Practice) -> None:
    token = services.accounts.mint("company")
    assert tokens_in(f"?token={quote(token, safe='')}&x")
    assert tokens_in(f'"{token}"')
