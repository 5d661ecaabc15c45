from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass

import pytest

from xl_addin.addin_file import modules
from xl_addin.buttons import BUTTONS
from xl_addin.ribbon import CALLBACK, NAMESPACE, ribbon, tag

SIGNATURE = r"^Public Sub {}\(control As IRibbonControl\)$"
OFFICE_PICTURES = {
    "RefreshAll", "ReviewTrackChanges", "ExportTextFile", "RecurrenceEdit", "WindowNew", "Help", "HighImportance",
    "Info", "FileSave", "FindDialog", "DatabaseProperties", "AcceptInvitation", "Undo", "ImportTextFile", "Refresh",
}  # fmt: skip
"""Names of pictures of Office's own; a name that Office does not know leaves a button without a picture."""


@dataclass(frozen=True)
class Made:
    name: str = "odd"
    label: str = 'A & B < "C"'
    icon: str = "Help"
    tip: str = "x" * 2000
    waits: bool = True


def drawn() -> list[ET.Element]:
    return list(ET.fromstring(ribbon(BUTTONS)).iter(f"{{{NAMESPACE}}}button"))


def test_every_callback_is_a_sub_of_the_project_with_the_signature_of_a_button() -> None:
    sources = {module.name: module.source for module in modules()}
    for element in ET.fromstring(ribbon(BUTTONS)).iter():
        for attribute, callback in element.attrib.items():
            if attribute.startswith(("on", "get", "load")):
                module, _, name = callback.partition(".")
                assert re.search(SIGNATURE.format(name), sources[module], re.MULTILINE)


def test_all_buttons_share_one_callback() -> None:
    assert {element.get("onAction") for element in drawn()} == {CALLBACK}


def test_the_tags_are_the_buttons_in_their_order() -> None:
    assert [str(element.get("tag")).split()[0] for element in drawn()] == [button.name for button in BUTTONS]
    assert [str(element.get("tag")).endswith(" waits") for element in drawn()] == [button.waits for button in BUTTONS]


def test_every_button_has_its_words_and_a_picture_of_office() -> None:
    for element, button in zip(drawn(), BUTTONS, strict=True):
        assert (element.get("label"), element.get("supertip")) == (button.label, button.tip)
        assert element.get("imageMso") in OFFICE_PICTURES


def test_ids_are_unique_names() -> None:
    ids = [element.get("id") for element in ET.fromstring(ribbon(BUTTONS)).iter() if element.get("id")]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[A-Za-z_][\w.-]*", str(name)) for name in ids)


def test_texts_are_escaped_and_tips_cut_to_what_excel_takes() -> None:
    [button] = ET.fromstring(ribbon([Made()])).iter(f"{{{NAMESPACE}}}button")
    assert button.get("label") == Made().label
    assert len(str(button.get("supertip"))) == 1024


@pytest.mark.parametrize(("waits", "expected"), [(True, "odd waits"), (False, "odd")])
def test_a_tag_tells_whether_excel_waits(waits: bool, expected: str) -> None:
    assert tag(Made(waits=waits)) == expected


def test_the_vba_is_ascii_and_declares_nothing_from_outside() -> None:
    for module in modules():
        assert module.source.isascii()
        assert not re.search(r"^\s*(Public |Private )?Declare ", module.source, re.MULTILINE)
