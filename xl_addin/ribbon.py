"""Draws the ribbon from the table of buttons: one tab, one group, one callback for all."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from typing import Protocol

NAMESPACE = "http://schemas.microsoft.com/office/2009/07/customui"
"""Office 2010 and newer, [MS-CUSTOMUI2] 2.2."""

CALLBACK = "SyncTUIRibbon.OnButton"
WAITS = " waits"
"""What follows an action's name in the tag of a button during which Excel waits."""

LONGEST_TIP = 1024
"""Characters of a supertip, [MS-CUSTOMUI2] 2.3.2."""


class Button(Protocol):
    """What the ribbon shows of a button."""

    @property
    def name(self) -> str:
        """Its action: letters, digits and underscores."""

    @property
    def label(self) -> str:
        """The words on it."""

    @property
    def icon(self) -> str:
        """The name of one of Office's own pictures (imageMso)."""

    @property
    def tip(self) -> str:
        """What shows when the pointer rests on it."""

    @property
    def waits(self) -> bool:
        """Whether Excel waits until it has ended."""


def ribbon(buttons: Sequence[Button]) -> bytes:
    """The customUI part, UTF-8."""
    root = ET.Element("customUI", xmlns=NAMESPACE)
    tabs = ET.SubElement(ET.SubElement(root, "ribbon"), "tabs")
    group = ET.SubElement(ET.SubElement(tabs, "tab", id="synctui_tab", label="SyncTUI"), "group")
    group.attrib |= {"id": "synctui_group", "label": "Worksheet"}
    for button in buttons:
        ET.SubElement(group, "button", _attributes(button))
    ET.indent(root)
    drawn: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return drawn


def tag(button: Button) -> str:
    """What the callback is told: the action, and whether Excel waits for it."""
    return button.name + WAITS * button.waits


def _attributes(button: Button) -> dict[str, str]:
    return {
        "id": f"synctui_{button.name}",
        "label": button.label,
        "size": "large",
        "imageMso": button.icon,
        "screentip": button.label,
        "supertip": button.tip[:LONGEST_TIP],
        "tag": tag(button),
        "onAction": CALLBACK,
    }
