"""One region's tenant: what is saved in it, and the systems behind its connections."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from synctui.practice.celigo.documents import Document
from synctui.practice.celigo.exporting import Exporter
from synctui.practice.celigo.importing import Importer
from synctui.practice.celigo.replies import Refusal
from synctui.practice.celigo.states import States
from synctui.practice.celigo.switches import CeligoSwitches
from synctui.practice.celigo.tables import Tables

Clock = Callable[[], datetime]


class Region:
    """Documents by kind (`connections`, `exports`, `imports`) and id, tables, and what runs between them."""

    def __init__(
        self,
        name: str,
        make_documents: Callable[[], dict[str, dict[str, Document]]],
        tables: Tables,
        clock: Clock,
        switches: CeligoSwitches,
    ) -> None:
        self.name = name
        self.tables = tables
        self.exporter = Exporter(tables, States(clock), switches)
        self.importer = Importer(tables, switches)
        self._make_documents = make_documents
        self.documents = make_documents()

    def reset(self) -> None:
        """Everything as at the start."""
        self.documents = self._make_documents()
        self.tables.reset()

    def document(self, kind: str, id_: str) -> Document:
        """A document. Raises Refusal."""
        found = self.documents[kind].get(id_)
        if found is None:
            raise Refusal(404, "not_found", f"There is no {kind.removesuffix('s')} {id_}.")
        return found

    def offline(self, connection: str) -> bool:
        """Whether a connection is offline. Raises Refusal for one that is not there."""
        return bool(self.document("connections", connection).get("offline"))

    def check_online(self, connection: str) -> None:
        """Raises Refusal for a connection that is offline or not there."""
        if self.offline(connection):
            raise Refusal(422, "connection_offline", "The connection is offline.", "_connectionId")


def part(body: Any, name: str) -> Mapping[str, Any]:
    """The virtual export or import in a body. Raises Refusal."""
    found = body.get(name) if isinstance(body, dict) else None
    if not isinstance(found, dict):
        raise Refusal(422, "missing_required_field", f"{name} is needed.", name)
    return found


def records_of(data: Any) -> list[dict[str, Any]]:
    """The records of an import. Raises Refusal."""
    if not isinstance(data, list) or not all(isinstance(record, dict) for record in data):
        raise Refusal(422, "invalid_field", "The data must be a JSON array of records.", "data")
    return data
