"""eOne's answers as JSON values, in the documents' own order of names.

Source: eOne SmartConnect API reference and its later edition (process errors, run results).
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Any

from synctui.practice.eone.maps import Map
from synctui.practice.eone.runs import Run
from synctui.practice.eone.writing import errors_table
from synctui.practice.faults import Fired

HISTORY = 10
PAGE_SIZE = 1000
SERVER = "bc.example.test"
TENANT = "northwindtrial"
CONNECTION_ID = "2f6a9b10-0c0c-4d4d-9e9e-ae0100a30001"
DESTINATION = "eOne.SmartConnect.Connectors.GenericRest.GenericRestDestination"


def map_list(processes: Iterable[Map]) -> list[dict[str, str]]:
    """GetMapList."""
    return [{"MapKey": item.key, "MapId": item.map_id, "MapDescription": item.description} for item in processes]


def columns(process: Map, names: Iterable[str]) -> list[dict[str, Any]]:
    """GetMapColumns and GetMappedMapColumns: `IsRequired` marks the key columns of the source."""
    return [{"ColumnName": name, "IsRequired": name in process.keys} for name in names]


def run_result(run: Run, *, with_errors: bool, fault: Fired | None = None) -> dict[str, Any]:
    """RunMapResponse; a fault may escape the table, end its messages in CR LF, make Status a text, or miscount."""
    twist = fault.name if fault else ""
    more = int(fault.value) if fault and twist == "miscount" else 0
    tail = "\r\n" if twist == "tails" else ""
    errors = errors_table(run.columns, ((row, message + tail) for row, message in run.errors)) if with_errors else ""
    status = int(bool(run.failed))
    return {
        "ErrorCount": run.failed,
        "Errors": html.escape(errors, quote=False) if twist == "escaped_errors" else errors,
        "MapDescription": run.map.description,
        "MapKey": run.map.key,
        "MapId": run.map.map_id,
        "RecordCount": run.documents + more,
        "RunNumber": run.number,
        "Status": ("Successful", "Failed")[status] if twist == "status_text" else status,
        "ErrorMessage": run.message,
    }


def history(runs: Iterable[Run]) -> list[dict[str, Any]]:
    """GetHistoryForProcess, from newest to oldest, ten at most; a date without a zone."""
    return [
        {
            "Id": f"77d0b4f3-0a51-4f7e-8d2b-ae0100a{10000 + run.number - 80}",
            "MapId": run.map.map_id,
            "RunNumber": run.number,
            "RunDate": f"{run.time:%Y-%m-%dT%H:%M:%S}",
            "RecordCount": run.documents,
            "ErrorCount": run.failed,
            "ErrorsSaved": run.stored,
        }
        for run in list(runs)[:HISTORY]
    ]


def saved_errors(run: Run) -> dict[str, Any]:
    """GetErrorsForProcessRun: the first thousand rows, and none where the map does not store them."""
    return {
        "mapKey": run.map.key,
        "mapId": run.map.map_id,
        "mapDescription": run.map.description,
        "runNumber": run.number,
        "runTenants": [_tenant_errors(run)] if run.stored else [],
    }


def _tenant_errors(run: Run) -> dict[str, Any]:
    rows = [
        {**row, "EONERUNIDENT": f"5e2d7f10-9a3b-4c1d-8e2f-{place:012x}", "EONERUNERRORS": f"{message}\r\n"}
        for place, (row, message) in enumerate(run.errors[:PAGE_SIZE], 1)
    ]
    data = {"currentPage": 1, "pageSize": PAGE_SIZE, "recordCount": len(run.errors), "columnList": [], "dataRows": rows}
    return {
        "errorId": f"c1d2e3f4-1111-4a4a-8b8b-ae0100a2{run.number - 81:04d}",
        "tenantServer": SERVER,
        "tenantTechnical": TENANT,
        "errorCount": len(run.errors),
        "errorData": data,
    }


def processes(items: Iterable[Map]) -> dict[str, Any]:
    """GetProcessesByConnection."""
    return {"Items": [_process(item) for item in items]}


def _process(item: Map) -> dict[str, Any]:
    stem, tail = item.key[:-4], item.key[-4:]
    return {
        "mapKey": item.key,
        "mapId": item.map_id,
        "mapDescription": item.description,
        "connectionId": CONNECTION_ID,
        "connectionType": DESTINATION,
        "destinationType": DESTINATION,
        "storesErrors": item.stores_errors,
        "isOutputProcess": False,
        "lines": [
            {
                "lineId": f"{stem}a{tail[1:]}",
                "description": item.description,
                "technicalName": f"_{stem}b{tail[1:]}",
                "technicalValue": "",
            }
        ],
        "tenants": [
            {"tenantId": f"{stem}c{tail[1:]}", "name": "GenericRest", "serverName": SERVER, "technicalName": TENANT}
        ],
    }
