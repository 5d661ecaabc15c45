"""A ready synctui.toml for the practice services: loopback addresses, practice secrets written out."""

from __future__ import annotations

from synctui.practice import smartsimple
from synctui.practice.celigo.settings_text import settings_text as celigo_text
from synctui.practice.eone import accounts

TEXT = """\
# Written by SyncTUI for its practice services. They run on this machine only; the passwords are worth nothing.

[connections.grants]
kind = "smartsimple"
url = "{url}/smartsimple"
companyid = "{companyid}"
alias = "{alias}"
username = "{smartsimple_user}"
password = "{smartsimple_password}"
environment = "practice"

[connections.erp]
kind = "eone"
url = "{url}/eone/API"
company = "{company}"
username = "{eone_user}"
password = "{eone_password}"
password_form = "rsa"
login_url = "{url}/login"
environment = "practice"

[links.Awards]
key = "recordid"
[links.Awards.source]
connection = "grants"
record = "levelone"
apitoken = "{apitoken}"
criteria = [{{ andor = "and", field = "sf_Status", operator = "=", value = "Approved" }}]
sortby = [{{ field = "sf_Application ID", direction = "asc" }}]
page_size = 500
[links.Awards.target]
connection = "erp"
map = "VENDORS FROM EXCEL"
columns = {{ VendorNo = "cf_Vendor No", "Vendor Name" = "sf_Application Name", County = "cf_County" }}
variables = {{ GBL_BATCH = "JUL-26", GBL_POSTED = "2026-07-31" }}
partial = true

[links.Journal]
key = "recordid"
[links.Journal.source]
connection = "grants"
record = "levelone"
apitoken = "{apitoken}"
criteria = [{{ andor = "and", field = "sf_Status", operator = "=", value = "Approved" }}]
sortby = [{{ field = "sf_Application ID", direction = "asc" }}]
page_size = 500
[links.Journal.target]
connection = "erp"
map = "GL JOURNAL"
partial = true
[links.Journal.target.columns]
Batch = "cf_Batch"
Reference = "cf_Reference"
Account = "cf_Account"
Amount = "cf_Amount"
Description = "sf_Application Name"

[links.Strict]
key = "recordid"
[links.Strict.source]
connection = "grants"
record = "levelone"
apitoken = "{apitoken}"
criteria = [{{ andor = "and", field = "sf_Status", operator = "=", value = "Approved" }}]
sortby = [{{ field = "sf_Application ID", direction = "asc" }}]
page_size = 500
[links.Strict.target]
connection = "erp"
map = "VENDORS STRICT"
columns = {{ VendorNo = "cf_Vendor No", "Vendor Name" = "sf_Application Name", County = "cf_County" }}
partial = false
"""

AWARDS_BACK = """\

[links.AwardsBack]
key = "recordid"
types = {{ "cf_Amount" = "number" }}
[links.AwardsBack.source]
connection = "grants"
record = "levelone"
apitoken = "{apitoken}"
page_size = 500
key_field = "sf_Application ID"
[links.AwardsBack.target]
connection = "grants"
record = "levelone"
apitoken = "{update_apitoken}"
fields = [{fields}]
"""
"""A link that writes back to the records that it reads."""

REVIEW = """\

[links.Review]
key = "recordid"
[links.Review.source]
connection = "grants"
record = "levelone"
apitoken = "{apitoken}"
meta_apitoken = "{meta_apitoken}"
page_size = 500
key_field = "sf_Application ID"
[links.Review.target]
connection = "grants"
record = "levelone"
apitoken = "{update_apitoken}"
fields = ["sf_Application ID", "sf_Status ID", "sf_End Date", "cf_Type", "cf_Note", "sf_Last Updated"]
"""
"""A link that shows the captions of options and sends their codes."""


def settings_text(url: str) -> str:
    """The settings for services at this address, such as `http://127.0.0.1:8765`."""
    return (
        TEXT.format(
            url=url,
            companyid=smartsimple.COMPANY_ID,
            alias=smartsimple.ALIAS,
            smartsimple_user=smartsimple.USERNAME,
            smartsimple_password=smartsimple.PASSWORD,
            company=accounts.TRIAL,
            eone_user=accounts.USERNAME,
            eone_password=accounts.PASSWORD,
            apitoken=smartsimple.GRANTS_LIST.apitoken,
        )
        + awards_back_text()
        + review_text()
        + "\n"
        + celigo_text(url)
    )


def awards_back_text() -> str:
    """The link that writes back, for the connection `grants`."""
    function = smartsimple.GRANTS_UPDATE
    return AWARDS_BACK.format(
        apitoken=smartsimple.GRANTS_LIST.apitoken,
        update_apitoken=function.apitoken,
        fields=", ".join(f'"{name}"' for name in function.fields),
    )


def review_text() -> str:
    """The link whose columns have options, for the connection `grants`."""
    return REVIEW.format(
        apitoken=smartsimple.GRANTS_LIST.apitoken,
        meta_apitoken=smartsimple.GRANTS_META.apitoken,
        update_apitoken=smartsimple.GRANTS_REVIEW.apitoken,
    )
