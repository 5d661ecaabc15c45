"""Runs a map now, with its own data source: a push of one row that holds the variables, journalled like any other.

A lost answer leaves that row in doubt and bars the map, because a run is never repeated by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from synctui.connectors.base import BatchReply, Outgoing, RowReply, Target, TargetShape
from synctui.errors import BadReply, Unreachable, UsageError
from synctui.links import ConnectionSettings
from synctui.planning.plan import Plan, PlannedRow
from synctui.records import Outcome
from synctui.store.history import RunRow
from synctui.wording import count


class MapResult(Protocol):
    """What a run said of itself."""

    @property
    def succeeded(self) -> bool:
        """Whether the whole run went well."""

    @property
    def run_number(self) -> str:
        """The target's own number of the run."""

    @property
    def documents(self) -> int:
        """Documents in the map's data source."""

    @property
    def failed(self) -> int:
        """Documents that failed."""

    @property
    def message(self) -> str:
        """The last error or warning."""


class WholeMap:
    """A map as a target: whatever is sent, it runs with its own data source."""

    def __init__(self, connection: Any, map_name: str, target: Target) -> None:
        self._connection, self._map, self._target = connection, map_name, target
        self.result: MapResult | None = None
        """What the run said, once it has answered."""

    @property
    def name(self) -> str:
        """The name under which pushes to the map are locked and barred as well."""
        return self._target.name

    async def shape(self) -> TargetShape:
        """Nothing: no column of ours is sent."""
        return TargetShape(())

    async def mark(self) -> str:
        """Number of the newest run. Raises RemoteError, SettingsError."""
        return await self._target.mark()

    async def send(self, rows: Sequence[Outgoing], variables: Mapping[str, str]) -> BatchReply:
        """Run the map, once. Raises as `Target.send` does."""
        try:
            result: MapResult = await self._connection.run(self._map, variables)
        except BadReply as error:  # of the look at the list of maps: an answer to the run itself is never one
            nothing_left = Unreachable(error.message, error.hint)
        else:
            self.result = result
            return BatchReply((_row_reply(rows[0].row_id, result),), run_number=result.run_number)
        raise nothing_left

    def body_size(self, rows: Sequence[Outgoing]) -> int:  # noqa: ARG002  # the protocol's
        """No rows travel."""
        return 0


class NoWorkbook:
    """There is no worksheet to be marked."""

    async def before(self, run_id: str, rows: Sequence[PlannedRow]) -> None:
        """Nothing to mark."""

    async def after(self, run_id: str, rows: Sequence[RunRow]) -> None:
        """Nothing to mark."""


@dataclass(frozen=True, slots=True)
class PreparedRun:
    """A map's run, decided and not yet started."""

    plan: Plan
    target: WholeMap
    marks: NoWorkbook


def prepare(settings: ConnectionSettings, connection: Any, map_name: str, variables: Mapping[str, str]) -> PreparedRun:
    """A run of a map. Sends nothing. Raises UsageError for a variable that cannot be one."""
    for name in variables:
        if not name.startswith("GBL_"):
            raise UsageError(f"The variable {name!r} must begin with GBL_.", f"Did you mean GBL_{name}?")
    options: Any = settings.kind.target
    target = WholeMap(connection, map_name, connection.target(options(map=map_name)))
    row = PlannedRow(Outgoing(f"run:{map_name}", variables, 1), (), "update", 0)
    plan = Plan(
        link=f"run {map_name}",
        source=settings.name,
        target=target.name,
        connection=settings.name,
        environment=settings.environment,
        workbook="",
        batches=((row,),),
        variables=variables,
        asks=(f"the map {map_name} will run now",),
        documents=1,
        calls=2,
    )
    return PreparedRun(plan, target, NoWorkbook())


def _row_reply(row_id: str, result: MapResult) -> RowReply:
    if result.succeeded and not result.failed:
        return RowReply(row_id, Outcome.ACCEPTED, result.message)
    message = f"{result.failed} of {count(result.documents, 'document')} failed: {result.message}".rstrip(": ")
    return RowReply(row_id, Outcome.REFUSED, message)
