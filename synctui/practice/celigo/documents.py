"""What the practice accounts hold: connections, saved exports and imports. All ids and names are invented."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

Document = dict[str, Any]
MASK = "******"

CRM = "64b0c1d2e3f4051627384901"
SHOP = "64b0c1d2e3f4051627384902"
OFFLINE = "64b0c1d2e3f4051627384903"
SLACK = "5540a1b2c3d4e5f60718200d"
NETSUITE = "5540a1b2c3d4e5f607182009"
MONITOR = "5a10a1b2c3d4e5f60718277b"
FTP = "56fd5ad09aa1825c4e678aca"

CONTACTS_EXPORT = "64b0c1d2e3f405162738495a"
ORDERS_EXPORT = "64b0c1d2e3f405162738496a"
EMPTY_EXPORT = "64b0c1d2e3f405162738497a"
OFFLINE_EXPORT = "64b0c1d2e3f405162738498a"

CONTACTS_IMPORT = "64b0c1d2e3f405162738495b"
ORDERS_IMPORT = "64b0c1d2e3f405162738496b"
MEMBERS_IMPORT = "64b0c1d2e3f405162738497b"
OFFLINE_IMPORT = "64b0c1d2e3f405162738498b"
UPDATES_IMPORT = "64b0c1d2e3f405162738499b"
FILE_IMPORT = "594d5058c5a4c41a4ba4b662"

STAMPS = {"createdAt": "2026-03-02T08:00:00.000Z", "lastModified": "2026-03-02T08:10:11.120Z"}


def _http_connection(id_: str, name: str, host: str, *, offline: bool = False) -> Document:
    token = {"token": MASK, "location": "header", "headerName": "Authorization", "scheme": "Bearer"}
    return {
        "_id": id_,
        **STAMPS,
        "type": "http",
        "name": name,
        "offline": offline,
        "http": {
            "formType": "http",
            "mediaType": "json",
            "baseURI": f"https://{host}/api",
            "ping": {"relativeURI": "/me", "method": "GET"},
            "auth": {"type": "token", "token": token},
            "encrypted": MASK,
            "unencrypted": {},
        },
        "queues": [{"name": id_, "size": 3}],
    }


def _export(id_: str, name: str, connection: str, path: str, size: int) -> Document:
    http = {"relativeURI": path, "method": "GET", "response": {"resourcePath": path.strip("/")}}
    return {
        "_id": id_,
        **STAMPS,
        "name": name,
        "_connectionId": connection,
        "apiIdentifier": f"e{id_[-9:]}",
        "asynchronous": True,
        "pageSize": size,
        "adaptorType": "HTTPExport",
        "http": http,
    }


def _import(id_: str, name: str, connection: str, http: Document, **more: Any) -> Document:
    return {
        "_id": id_,
        **STAMPS,
        "name": name,
        "_connectionId": connection,
        "apiIdentifier": f"i{id_[-9:]}",
        "adaptorType": "HTTPImport",
        "http": http,
        **more,
    }


def _upsert(path: str) -> Document:
    return {
        "relativeURI": [f"{path}/{{{{record.id}}}}", path],
        "method": ["PUT", "POST"],
        "requestType": ["UPDATE", "CREATE"],
        "existingExtract": "id",
    }


SLACK_CONNECTION: Document = {
    "_id": SLACK,
    "lastModified": "2015-05-02T05:13:43.736Z",
    "type": "rest",
    "name": "Slack API",
    "rest": {
        "baseURI": "https://slack.com/api",
        "bearerToken": MASK,
        "tokenLocation": "url",
        "tokenParam": "token",
        "mediaType": "urlencoded",
        "authType": "token",
        "encryptedFields": [],
        "unencryptedFields": [],
        "scope": [],
        "pingRelativeURI": "api.test",
    },
    "queues": [{"name": SLACK, "size": 8}],
}
"""The connection that the vendor's page prints."""

FILE_IMPORT_DOCUMENT: Document = {
    "_id": FILE_IMPORT,
    "lastModified": "2017-11-28T18:38:19.851Z",
    "name": "Upload File to FTP Site",
    "_connectionId": FTP,
    "distributed": False,
    "apiIdentifier": "ib8f75411f4",
    "file": {
        "skipAggregation": False,
        "type": "csv",
        "csv": {
            "rowDelimiter": "\n",
            "columnDelimiter": ",",
            "includeHeader": False,
            "wrapWithQuotes": False,
            "replaceTabWithSpace": False,
            "replaceNewlineWithSpace": False,
        },
    },
    "ftp": {"directoryPath": "/test", "fileName": "file-{{timestamp}}.csv"},
    "mapping": {
        "fields": [
            {"extract": "internal_id", "generate": "id"},
            {"extract": "item_id", "generate": "sku"},
            {"extract": "name", "generate": "name"},
            {"extract": "sales_description", "generate": "description"},
            {"extract": "rate", "generate": "price"},
            {"extract": "qty_on_hand", "generate": "qty"},
        ]
    },
}
"""The import that the vendor's page prints."""

MEMBERS_MAPPING: Document = {
    "fields": [
        {"extract": "email", "generate": "email"},
        {"extract": "{{record.name}} <{{record.email}}>", "generate": "display.name"},
        {"extract": "address.city", "generate": "display.city", "default": "unknown"},
        {"extract": "tier", "generate": "level", "lookupName": "levels"},
        {"extract": "balance", "generate": "balance", "dataType": "string"},
        {"extract": "phone", "generate": "phone", "discardIfEmpty": True},
        {"generate": "source", "hardCodedValue": "workbook"},
    ],
    "lists": [{"generate": "labels", "fields": [{"extract": "tags[*].name", "generate": "text"}]}],
}
LEVELS: Document = {"name": "levels", "map": {"gold": "1", "silver": "2"}, "allowFailures": False}


def na_documents() -> dict[str, dict[str, Document]]:
    """Kind -> id -> document, of the region `na`; a copy that may be changed."""
    members = {"relativeURI": ["/members"], "method": ["POST"], "lookups": [LEVELS]}
    updates = {"relativeURI": ["/contacts/{{record.id}}"], "method": ["PATCH"]}
    connections = [
        _http_connection(CRM, "Harbor CRM - Production", "crm.harbor.test"),
        _http_connection(SHOP, "Harbor Shop", "shop.harbor.test"),
        _http_connection(OFFLINE, "Harbor Archive", "archive.harbor.test", offline=True),
        SLACK_CONNECTION,
        {"_id": NETSUITE, **STAMPS, "type": "netsuite", "name": "NetSuite", "offline": False},
        {"_id": MONITOR, **STAMPS, "type": "rest", "name": "Monitor", "offline": False},
        {"_id": FTP, **STAMPS, "type": "ftp", "name": "FTP site", "offline": False},
    ]
    exports = [
        _export(CONTACTS_EXPORT, "Contacts", CRM, "/contacts", 100),
        _export(ORDERS_EXPORT, "Orders with lines", SHOP, "/orders", 50),
        _export(EMPTY_EXPORT, "Nobody", CRM, "/nobody", 20),
        _export(OFFLINE_EXPORT, "Archive", OFFLINE, "/contacts", 20),
    ]
    imports = [
        _import(CONTACTS_IMPORT, "Contacts back", CRM, _upsert("/contacts")),
        _import(ORDERS_IMPORT, "Orders back", SHOP, _upsert("/orders")),
        _import(MEMBERS_IMPORT, "Mailing list", CRM, members, mapping=MEMBERS_MAPPING),
        _import(OFFLINE_IMPORT, "Archive", OFFLINE, _upsert("/contacts")),
        _import(UPDATES_IMPORT, "Contacts that are there", CRM, updates, ignoreMissing=True),
        FILE_IMPORT_DOCUMENT,
    ]
    return by_kind(connections, exports, imports)


def eu_documents() -> dict[str, dict[str, Document]]:
    """The same of the region `eu`, which has no export and no import yet."""
    return by_kind([_http_connection(CRM[:-1] + "e", "Harbor CRM - Europe", "crm.harbor.test")], [], [])


def by_kind(*kinds: list[Document]) -> dict[str, dict[str, Document]]:
    """Documents by kind and id, each a copy."""
    names = ("connections", "exports", "imports")
    return {
        name: {entry["_id"]: copy.deepcopy(entry) for entry in entries}
        for name, entries in zip(names, kinds, strict=True)
    }


def replaced(old: Mapping[str, Any], new: Mapping[str, Any], now: str) -> Document:
    """What a PUT leaves: all of the new document but its id and stamps, and without lists that are empty."""
    kept = {name: old[name] for name in ("_id", "createdAt", "apiIdentifier") if name in old}
    return {**_pruned(new), **kept, "lastModified": now}


def _pruned(document: Mapping[str, Any]) -> Document:
    return {
        name: _pruned(value) if isinstance(value, Mapping) else value for name, value in document.items() if value != []
    }
