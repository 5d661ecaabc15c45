"""The part of a ready synctui.toml that speaks of Celigo: it stands beside the eOne connection `erp`."""

from __future__ import annotations

from synctui.practice.celigo.accounts import TOKEN
from synctui.practice.celigo.documents import CONTACTS_EXPORT, CONTACTS_IMPORT, ORDERS_EXPORT, ORDERS_IMPORT

TEXT = """\
[connections.crm]
kind = "celigo"
url = "{url}/celigo"
token = "{token}"
environment = "practice"

[links.Contacts]
key = "id"
[links.Contacts.source]
connection = "crm"
export = "{contacts_export}"
[links.Contacts.target]
connection = "crm"
import = "{contacts_import}"

[links.Orders]
key = "id"
[links.Orders.source]
connection = "crm"
export = "{orders_export}"
[links.Orders.target]
connection = "crm"
import = "{orders_import}"

[links.ContactsToErp]
key = "id"
[links.ContactsToErp.source]
connection = "crm"
export = "{contacts_export}"
[links.ContactsToErp.target]
connection = "erp"
map = "VENDORS FROM EXCEL"
columns = {{ VendorNo = "id", "Vendor Name" = "name", County = "county" }}
variables = {{ GBL_BATCH = "JUL-26", GBL_POSTED = "2026-07-31" }}
partial = true
"""


def settings_text(url: str) -> str:
    """The settings for services at this address, such as `http://127.0.0.1:8765`."""
    return TEXT.format(
        url=url,
        token=TOKEN,
        contacts_export=CONTACTS_EXPORT,
        contacts_import=CONTACTS_IMPORT,
        orders_export=ORDERS_EXPORT,
        orders_import=ORDERS_IMPORT,
    )
