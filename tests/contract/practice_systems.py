"""The connectors against the practice services: what each kind's source and target is called there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from synctui import settings
from synctui.connectors import MODULES, connect, kind
from synctui.connectors.base import Connection, Outgoing, Tools
from synctui.http.calls import CallDone
from synctui.http.gate import Gate, OpenGate
from synctui.links import ConnectionSettings
from synctui.practice import Practice
from synctui.practice.celigo.documents import EMPTY_EXPORT, ORDERS_EXPORT
from synctui.secret import Secret

SOURCES = {"smartsimple": "Awards", "celigo": "Orders", "eone": "Vendors"}
"""Kind -> a link that reads from it."""
SOURCE_PLACES = {"smartsimple": "smartsimple.list", "celigo": "celigo.export", "eone": "eone.data"}
"""Kind -> where its reading meets faults."""
EMPTY_SOURCES = {
    "smartsimple": {'value = "Approved"': 'value = "Nobody"'},
    "celigo": {ORDERS_EXPORT: EMPTY_EXPORT},
    "eone": {'map = "VENDORS"': 'map = "VENDORS"\nvariables = { GBL_COUNTY = "none" }'},
}
"""Kind -> what its link reads instead, so that it finds no record."""

ONE_ANSWER = "GetAllData answers with everything at once: there is no page to come back to."
BY_STATE = "Each page is told by the state that came with the one before, without counts of it."
BY_NUMBER = "Pages are asked for by number, up to the total that the first one tells: they end."
WITHOUT = {
    ("eone", "pages"): ONE_ANSWER,
    ("eone", "circle"): ONE_ANSWER,
    ("eone", "moving"): ONE_ANSWER,
    ("eone", "duplicates"): ONE_ANSWER,
    ("eone", "miscount"): ONE_ANSWER,
    ("eone", "limit"): "The service has no limit of calls.",
    ("smartsimple", "circle"): BY_NUMBER,
    ("celigo", "moving"): BY_STATE,
    ("celigo", "duplicates"): BY_STATE,
    ("celigo", "miscount"): BY_STATE,
    ("celigo", "limit"): "A spent bucket is the status 429, which every kind meets.",
}
"""Kind and fault or behaviour of a source -> why it has no meaning there."""

VENDORS = """
[links.Vendors]
key = ["VendorNo"]
[links.Vendors.source]
connection = "erp"
map = "VENDORS"
"""

ROWS = (
    Outgoing("a", {"VendorNo": "V-1001", "Vendor Name": "Fern & Sons <Ltd>", "County": "ND"}, 1),
    Outgoing("b", {"VendorNo": "V-1002", "Vendor Name": "Größe AG", "County": ""}, 2),
    Outgoing("c", {"VendorNo": "V-1003", "Vendor Name": "Lines\r\nof text", "County": "SD"}, 3),
)
"""The second has no county, which the practice map refuses."""


@dataclass
class Keeper:
    """Tokens and metadata in memory."""

    kept: dict[str, Any] = field(default_factory=dict)

    def get(self, name: str) -> Any:
        return self.kept.get(name)

    def put(self, name: str, value: Any, _expires: datetime | None = None) -> None:
        self.kept[name] = value

    def drop(self, name: str) -> None:
        self.kept.pop(name, None)


@dataclass
class System:
    """One connection with its link, as the settings of the practice services describe them."""

    connection: Connection
    link: Any
    tokens: Keeper
    calls: list[CallDone]

    def source(self) -> Any:
        return self.connection.source(self.link.source.options)

    def target(self) -> Any:
        return self.connection.target(self.link.target.options)


def read_settings(practice: Practice, folder: Path, **replaced: str) -> settings.Settings:
    """The practice services' own settings, with `old=new` texts replaced."""
    text = practice.settings_text() + VENDORS
    for old, new in replaced.items():
        assert old in text
        text = text.replace(old, new)
    path = folder / "synctui.toml"
    path.write_text(text, encoding="utf-8")
    return settings.load(path, kind, MODULES)


def secret_of(given: ConnectionSettings) -> Secret:
    return settings.connection_secret(given, lambda _name: None)


@contextmanager
def handed(given: ConnectionSettings, gate: Gate | None = None) -> Iterator[tuple[Tools, Keeper, list[CallDone]]]:
    tokens, calls = Keeper(), list[CallDone]()
    yield (
        Tools(
            gate=gate or OpenGate(),
            tokens=tokens,
            metadata=Keeper(),
            password=lambda: secret_of(given),
            secret=lambda setting: settings.find_secret(setting, lambda _name: None),
            on_call=calls.append,
        ),
        tokens,
        calls,
    )


def open_system(read: settings.Settings, link_name: str, *, side: str = "source", **timing: Any) -> System:
    """The connection of a link's side, open."""
    link = read.link(link_name)
    given = getattr(link, side).connection
    with handed(given) as (tools, tokens, calls):
        connection = given.kind.connect(given, tools, **timing) if timing else connect(given, tools)
        return System(connection, link, tokens, calls)
