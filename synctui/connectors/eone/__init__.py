"""eOne SmartConnect: maps of the scheduler API, which run rows into other systems."""

from __future__ import annotations

from synctui.connectors.eone.connection import Eone
from synctui.connectors.eone.options import EoneConnection, EoneSource, EoneTarget
from synctui.links import Kind

__all__ = ["KIND", "Eone", "EoneConnection", "EoneSource", "EoneTarget"]

KIND = Kind(
    name="eone",
    connection=EoneConnection,
    source=EoneSource,
    target=EoneTarget,
    connect=Eone,
    secret="password",  # noqa: S106  # the name of a setting
)
