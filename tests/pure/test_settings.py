from __future__ import annotations

from pathlib import Path

import pytest

from synctui import settings
from synctui.connectors import MODULES, kind
from synctui.errors import SettingsError
from synctui.records import ColumnType

GOOD = """
[connections.grants]
kind = "smartsimple"
url = "https://example.smartsimple.com"
companyid = "700100"
alias = "example"
username = "sync@example.org"
environment = "production"

[connections.erp]
kind = "eone"
url = "smartconnect.example.net/API"
company = "6f0c1d52-8a1e-4c57-9f0b-2f4f6f1c7a10"
username = "dana@example.org"

[links.Awards]
key = "recordid"
types = { cf_Amount = "number" }
[links.Awards.source]
connection = "grants"
record = "levelone"
apitoken = "env:AWARDS_LIST_TOKEN"
criteria = [{ andor = "and", field = "sf_Status", operator = "=", value = "Approved" }]
sortby = [{ field = "sf_Application ID", direction = "asc" }]
[links.Awards.target]
connection = "erp"
map = "VENDORS FROM EXCEL"
columns = { VendorNo = "cf_Vendor No" }
variables = { GBL_BATCH = "JUL-26" }
"""


def load(tmp_path: Path, text: str) -> settings.Settings:
    path = tmp_path / "synctui.toml"
    path.write_text(text, encoding="utf-8")
    return settings.load(path, kind, MODULES)


def test_a_full_file_is_read(tmp_path: Path) -> None:
    read = load(tmp_path, GOOD)
    link = read.link("Awards")
    assert link.key == ("recordid",)
    assert link.types == {"cf_Amount": ColumnType.NUMBER}
    assert link.source.connection.environment == "production"
    assert link.target is not None
    assert link.target.options.batch_rows == 100
    assert link.fingerprint["source url"] == "https://example.smartsimple.com"


def test_a_fingerprint_tells_no_secret_and_no_user(tmp_path: Path) -> None:
    told = " ".join(load(tmp_path, GOOD).link("Awards").fingerprint.values())
    assert "example.org" not in told
    assert "TOKEN" not in told


@pytest.mark.parametrize(
    ("old", "new", "key", "hint"),
    [
        ('alias = "example"', 'allias = "example"', "connections.grants.allias", "'alias'"),
        ('kind = "eone"', 'kind = "eon"', "connections.erp.kind", "'eone'"),
        ('company = "6f', 'company = 5 # "6f', "connections.erp.company", ""),
        ('connection = "erp"', 'connection = "erb"', "links.Awards.target.connection", "'erp'"),
        ("variables = { GBL_BATCH", "variables = { BATCH", "links.Awards.target.variables.BATCH", "GBL_"),
        ('key = "recordid"', "key = []", "links.Awards.key", ""),
        ('"number"', '"money"', "links.Awards.types", "number"),
        ('record = "levelone"', 'record = "levelfour"', "links.Awards.source.record", ""),
        ("[links.Awards.target]", "[links.Awards.targte]", "links.Awards.targte", "'target'"),
        ('url = "https://example', 'url = "http://example', "connections.grants.url", "https"),
        ("env:AWARDS_LIST_TOKEN", "abcdef~~", "links.Awards.source.apitoken", "env:NAME"),
        ('alias = "example"', 'alias = "example"\npassword = "hunter2"', "connections.grants.password", "env:NAME"),
        (
            'GBL_BATCH = "JUL-26" }',
            'GBL_BATCH = "x" }\nformats = { VendorNo = "?!" }',
            "target.formats.VendorNo",
            "0.00",
        ),
        ("[links.Awards]", '[links."Aw/ards"]', "links.Aw/ards", "worksheet"),
    ],
)
def test_a_wrong_setting_names_file_key_and_remedy(tmp_path: Path, old: str, new: str, key: str, hint: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, GOOD.replace(old, new, 1))
    told = str(caught.value)
    assert "synctui.toml" in told
    assert key in told
    assert hint in told
    assert "hunter2" not in told


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="line 2"):
        load(tmp_path, "\nkey = = 1\n")


def test_secrets_may_stand_in_the_file_on_loopback_only(tmp_path: Path) -> None:
    local = GOOD.replace("https://example.smartsimple.com", "http://127.0.0.1:8000").replace(
        "env:AWARDS_LIST_TOKEN", "x"
    )
    assert load(tmp_path, local).link("Awards").source.options.apitoken == "x"


def test_secrets_come_from_where_the_settings_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grants = load(tmp_path, GOOD).connection("grants")
    with pytest.raises(SettingsError, match="SYNCTUI_GRANTS_PASSWORD"):
        settings.connection_secret(grants, lambda _: None)
    assert settings.connection_secret(grants, {"grants/password": "k"}.get).reveal() == "k"
    monkeypatch.setenv("SYNCTUI_GRANTS_PASSWORD", "e")
    assert settings.connection_secret(grants, {"grants/password": "k"}.get).reveal() == "e"
    assert settings.find_secret("keyring:x", {"x": "y"}.get).reveal() == "y"
    with pytest.raises(SettingsError, match="NOPE"):
        settings.find_secret("env:NOPE", lambda _: None)


def test_the_settings_file_is_looked_for_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SYNCTUI_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with pytest.raises(SettingsError, match="synctui practice"):
        settings.find()
    (tmp_path / "synctui.toml").touch()
    assert settings.find() == (tmp_path / "synctui.toml").resolve()
    monkeypatch.setenv("SYNCTUI_CONFIG", str(tmp_path / "other.toml"))
    with pytest.raises(SettingsError, match=r"other\.toml"):
        settings.find()


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        (
            'alias = "example"',
            'alias = "example"\njsonrset = "rows"',
            "jsonrset cannot be 'rows'.",
            "It must be one of 'array', 'records'.",
        ),
        (
            'alias = "example"',
            'alias = "example"\napi_version = 3',
            "api_version cannot be 3.",
            "It must be one of 1, 2.",
        ),
        (
            'direction = "asc"',
            'direction = "up"',
            "sortby[0].direction cannot be 'up'.",
            "It must be one of 'asc', 'desc'.",
        ),
        (
            "variables = {",
            'new_keys = "keep"\nvariables = {',
            "target.new_keys cannot be 'keep'.",
            "It must be one of 'create', 'refuse'.",
        ),
        (
            "variables = {",
            'blanks = "keep"\nvariables = {',
            "target.blanks cannot be 'keep'.",
            "It must be one of 'clear', 'leave', 'refuse'.",
        ),
        ('companyid = "700100"', "", "connections.grants.companyid is missing.", "Add it."),
        ("types = {", "zzz = 5\ntypes = {", "links.Awards.zzz is not a known setting.", "Known here: key"),
        ("variables = {", "batch_rows = 0\nvariables = {", "links.Awards.target.batch_rows does not fit", ""),
    ],
)
def test_what_a_setting_cannot_be_is_told_with_what_it_can_be(
    tmp_path: Path, old: str, new: str, message: str, hint: str
) -> None:
    assert old in GOOD
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert caught.value.message.startswith("synctui.toml: ")
    assert message in caught.value.message
    assert caught.value.hint.startswith(hint)
