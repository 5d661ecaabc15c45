"""SmartSimple: lists, reports and updates over its RESTful API, which its vendor also calls SmartConnect."""

from __future__ import annotations

from synctui.connectors.smartsimple.connection import SmartSimple
from synctui.connectors.smartsimple.options import SmartSimpleConnection, SmartSimpleSource, SmartSimpleTarget
from synctui.links import Kind

__all__ = ["KIND", "SmartSimple", "SmartSimpleConnection", "SmartSimpleSource"]

KIND = Kind(
    name="smartsimple",
    connection=SmartSimpleConnection,
    source=SmartSimpleSource,
    target=SmartSimpleTarget,
    connect=SmartSimple,
    secret="password",  # noqa: S106  # the name of a setting
)
