"""Celigo integrator.io: exports read, imports written, by their ids or as virtual ones on a connection."""

from __future__ import annotations

from synctui.connectors.celigo.connection import Celigo
from synctui.connectors.celigo.options import CeligoConnection, CeligoSource, CeligoTarget
from synctui.links import Kind

KIND = Kind(
    name="celigo",
    connection=CeligoConnection,
    source=CeligoSource,
    target=CeligoTarget,
    connect=Celigo,
    secret="token",  # noqa: S106  # the name of a setting
)
