from __future__ import annotations

import pytest
from command_line import Office, synctui

CRM = "5f1e0c9a7b3d2e4f60718293"


@pytest.mark.parametrize("verb", ["connections", "exports", "imports"])
def test_lists_hold_the_ids_that_links_name(verb: str, office: Office) -> None:
    entries = office.json("celigo", verb, "crm")[verb]
    assert entries
    assert all(set(entry) == {"id", "name", "type", "connection", "offline"} for entry in entries)
    shown = office("celigo", verb, "crm").stdout
    assert all(entry["id"] in shown and entry["name"] in shown for entry in entries)


def test_the_saved_export_and_import_of_a_link_are_listed(office: Office) -> None:
    assert "64b0c1d2e3f405162738495a" in [entry["id"] for entry in office.json("celigo", "exports", "crm")["exports"]]
    assert "64b0c1d2e3f405162738495b" in [entry["id"] for entry in office.json("celigo", "imports", "crm")["imports"]]


def test_every_connection_says_whether_it_answers_a_ping(office: Office) -> None:
    for entry in office.json("celigo", "connections", "crm")["connections"]:
        answer = office.json("celigo", "ping", "crm", entry["id"], exit_code=3 if entry["offline"] else 0)
        assert answer["ok"] is not entry["offline"]
        assert answer["detail"]


def test_a_failed_ping_is_told_in_one_line(office: Office) -> None:
    connections = office.json("celigo", "connections", "crm")["connections"]
    offline = next(entry["id"] for entry in connections if entry["offline"])
    said = office("celigo", "ping", "crm", offline)
    assert said.exit_code == 3
    assert said.stdout.startswith(f"{offline}  failed  ")


@pytest.mark.parametrize("verb", [("connections",), ("exports",), ("imports",), ("ping", CRM)], ids=" ".join)
def test_a_connection_of_another_kind_is_refused(verb: tuple[str, ...], office: Office) -> None:
    name, *rest = verb
    said = synctui("celigo", name, "erp", *rest, "--json")
    assert said.exit_code == 2
    assert (said.error["kind"], said.error["hint"]) == ("SettingsError", "Name one of kind celigo.")
    assert office.practice.received == ()


def test_maps_of_a_celigo_connection_are_refused_too(office: Office) -> None:
    said = synctui("maps", "crm", "--json")
    assert (said.exit_code, said.error["hint"]) == (2, "Name one of kind eone.")


@pytest.mark.parametrize("pinged", ["../imports/64b0c1d2e3f405162738495b/invoke", "a?b", "..", ""])
def test_what_can_be_no_id_is_not_sent(pinged: str, office: Office) -> None:
    said = synctui("celigo", "ping", "crm", pinged, "--json")
    assert said.exit_code == 2
    assert "is not the id" in said.error["message"]
    assert office.practice.received == ()


def test_an_unknown_connection_id_is_the_other_sides_refusal(office: Office) -> None:
    said = synctui("celigo", "ping", "crm", "000000000000000000000000", "--json")
    assert said.exit_code == 3
    assert said.error["message"]


def test_a_misspelt_verb_names_the_nearest(home: object) -> None:
    said = synctui("celigo", "export", "crm")
    assert said.exit_code == 2
    assert "'exports'" in said.stderr
