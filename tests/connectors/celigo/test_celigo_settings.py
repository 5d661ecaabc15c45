from __future__ import annotations

from pathlib import Path

import pytest
from celigo_fakes import EXPORT, VIA

from synctui import settings
from synctui.connectors import MODULES, kind
from synctui.connectors.celigo import KIND
from synctui.errors import SettingsError
from synctui.links import Kind, Link, Options
from synctui.practice.celigo.settings_text import settings_text

LINK = """
[connections.crm]
kind = "celigo"
{connection}
[links.Contacts]
key = "id"
[links.Contacts.source]
connection = "crm"
{source}
[links.Contacts.target]
connection = "crm"
{target}
"""
SOURCE = f'export = "{EXPORT["export"]}"'
TARGET = 'import = "64b0c1d2e3f405162738495b"'
ERP = '[connections.erp]\nkind = "eone"\nurl = "http://127.0.0.1:1"\ncompany = "c"\nusername = "u"\n'


def kinds(name: str) -> Kind:
    return KIND if name == "celigo" else kind(name)


def load(folder: Path, text: str) -> settings.Settings:
    path = folder / "synctui.toml"
    path.write_text(text, encoding="utf-8")
    return settings.load(path, kinds, {*MODULES, "celigo"})


def contacts(folder: Path, source: str = SOURCE, target: str = TARGET, connection: str = "") -> Link:
    return load(folder, LINK.format(source=source, target=target, connection=connection)).link("Contacts")


def test_the_kind_declares_what_the_engine_asks_for() -> None:
    assert (KIND.name, KIND.secret) == ("celigo", "token")
    for options in (KIND.connection, KIND.source, KIND.target):
        assert options is not None
        assert issubclass(options, Options)
        assert options.__struct_config__.forbid_unknown_fields
    assert KIND.secret in KIND.connection.__struct_fields__


def test_a_saved_export_and_a_saved_import(tmp_path: Path) -> None:
    link = contacts(tmp_path)
    assert link.target is not None
    assert (link.source.options.export, link.target.options.import_) == (EXPORT["export"], "64b0c1d2e3f405162738495b")
    assert link.fingerprint == {
        "source kind": "celigo",
        "source url": "na",
        "source object": f"export {EXPORT['export']}",
        "target kind": "celigo",
        "target url": "na",
        "target object": "import 64b0c1d2e3f405162738495b",
    }


def test_a_virtual_export_and_a_virtual_import(tmp_path: Path) -> None:
    body = 'body = { http = { relativeURI = "/contacts", method = "GET" } }'
    link = contacts(tmp_path, f'via = "{VIA}"\npage_size = 200\n{body}', f'via = "{VIA}"\n{body}', 'region = "eu"')
    assert link.target is not None
    assert (
        link.source.options.body == link.target.options.body == {"http": {"relativeURI": "/contacts", "method": "GET"}}
    )
    assert link.source.options.object_name == f"virtual export on {VIA}"
    assert link.fingerprint["target object"] == f"virtual import on {VIA}"
    assert link.fingerprint["source url"] == "eu"


@pytest.mark.parametrize(
    ("source", "target", "connection", "says"),
    [
        ("", TARGET, "", "either `export` or `via`"),
        (f'{SOURCE}\nvia = "{VIA}"', TARGET, "", "either `export` or `via`"),
        (f'via = "{VIA}"', TARGET, "", "`via` and `body` belong together"),
        (f"{SOURCE}\nbody = {{ a = 1 }}", TARGET, "", "`via` and `body` belong together"),
        (f"{SOURCE}\npage_size = 10", TARGET, "", "belong to `via`"),
        (f"{SOURCE}\npaged = false", TARGET, "", "belong to `via`"),
        (f'via = "{VIA}"\nbody = {{ a = 2026-01-01 }}', TARGET, "", "write dates as text"),
        (f'via = "{VIA}"\nbody = {{ a = nan }}', TARGET, "", "JSON cannot carry"),
        (f'via = "{VIA}"\nbody = {{ a = 1 }}\npage_size = 1001', TARGET, "", "links.Contacts.source.page_size"),
        ('export = "../connections"', TARGET, "", "links.Contacts.source.export"),
        (SOURCE, "", "", "either `import` or `via`"),
        (SOURCE, f'{TARGET}\nvariables = {{ GBL_A = "1" }}', "", "takes no `variables`"),
        (SOURCE, 'import_ = "x"', "", "nearest is 'import'"),
        (SOURCE, TARGET, 'region = "us"', "connections.crm.region"),
        (SOURCE, TARGET, 'url = "http://celigo.test"', "https://"),
        (SOURCE, TARGET, 'token = "abc"', "holds a secret written out"),
    ],
)
def test_what_the_settings_refuse(tmp_path: Path, source: str, target: str, connection: str, says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        contacts(tmp_path, source, target, connection)
    assert says in str(caught.value)


def test_no_repr_shows_the_token(tmp_path: Path) -> None:
    link = contacts(tmp_path, connection='url = "http://127.0.0.1:1/v1"\ntoken = "abcdef"')
    assert "abcdef" not in repr(link)
    assert link.source.connection.options.base_url == "http://127.0.0.1:1/v1"


def test_the_practice_settings_can_be_read_beside_an_eone_connection(tmp_path: Path) -> None:
    read = load(tmp_path, ERP + settings_text("http://127.0.0.1:8765"))
    assert set(read.links) == {"Contacts", "Orders", "ContactsToErp"}
    target = read.link("ContactsToErp").target
    assert target is not None
    assert target.connection.kind.name == "eone"
    assert read.connection("crm").options.base_url == "http://127.0.0.1:8765/celigo/v1"
