"""Connectors: one module per system, and the table of kinds."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from synctui.connectors.base import Connection, Tools
from synctui.links import ConnectionSettings, Kind

MODULES = {
    "smartsimple": "synctui.connectors.smartsimple",
    "celigo": "synctui.connectors.celigo",
    "eone": "synctui.connectors.eone",
}
"""Kind -> module whose `KIND` declares it; imported on first use."""


def kind(name: str) -> Kind:
    """The declaration of a kind. Raises KeyError for a kind that is not in the table."""
    return cast(Kind, import_module(MODULES[name]).KIND)


def connect(settings: ConnectionSettings, tools: Tools) -> Connection:
    """Open a connection of any kind; nothing is sent yet."""
    return cast(Connection, settings.kind.connect(settings, tools))
