"""Writes vbaProject.bin from VBA sources, as [MS-OVBA] describes it: sources only, no compiled code.

Excel compiles a project without compiled code when it loads it; the version 0xFFFF in the `_VBA_PROJECT` stream tells
that there is none (2.3.4.1).
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from xl_addin.compound_file import compound_file
from xl_addin.vba_compression import compress

CODE_PAGE = "cp1252"
"""What sources and names are stored in; ours are ASCII, so that every system reads the same."""

NO_CACHE = bytes.fromhex("CC61FFFF000100")
"""The `_VBA_PROJECT` stream, 2.3.4.1; its last two bytes mean nothing and are as in projects that Excel reads."""

REFERENCES = {
    "stdole": r"*\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\Windows\System32\stdole2.tlb#OLE Automation",
    "Office": r"*\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0#C:\Program Files\Common Files\Microsoft Shared"
    r"\OFFICE16\MSO.DLL#Microsoft Office 16.0 Object Library",
}
"""Type libraries, 2.1.1.8: those of every new project. Office finds them by their ids; it has IRibbonControl."""

SEED = 0x5D
"""Start of the obfuscation of 2.4.3; a fixed one gives the same bytes each time."""


VISIBLE = b"\xff"
"""The project's state in the editor, 2.3.1.17."""


class ModuleKind(Enum):
    """What a module belongs to; the value is its word in the PROJECT stream, 2.3.1.1."""

    STANDARD = "Module"
    DOCUMENT = "Document"
    """The workbook itself or one of its sheets."""


@dataclass(frozen=True, slots=True)
class Module:
    """One module of a project."""

    name: str
    source: str
    """Text with its `Attribute` lines, as the editor exports it."""
    kind: ModuleKind = ModuleKind.STANDARD


def vba_project(name: str, modules: Sequence[Module]) -> bytes:
    """The bytes of vbaProject.bin (2.2.1). Raises UnicodeEncodeError for text outside the code page."""
    streams = {module.name: compress(_stored(module.source)) for module in modules}
    storage = {"_VBA_PROJECT": NO_CACHE, "dir": compress(_dir(name, modules)), **streams}
    return compound_file({"VBA": storage, "PROJECT": _project(name, modules), "PROJECTwm": _names(modules)})


def _stored(source: str) -> bytes:
    return "\r\n".join(source.splitlines()).encode(CODE_PAGE) + b"\r\n"


# -- the dir stream, 2.3.4.2: records of an id, a length and so many bytes


def _record(number: int, payload: bytes = b"") -> bytes:
    return struct.pack("<HI", number, len(payload)) + payload


def _number(number: int, value: int) -> bytes:
    return _record(number, struct.pack("<I", value))


def _text(number: int, wide_number: int, text: str) -> bytes:
    """One text twice: in the code page and in UTF-16."""
    return _record(number, text.encode(CODE_PAGE)) + _record(wide_number, text.encode("utf-16-le"))


def _dir(name: str, modules: Sequence[Module]) -> bytes:
    references = b"".join(_reference(*reference) for reference in REFERENCES.items())
    count = _record(0x0F, struct.pack("<H", len(modules))) + _record(0x13, b"\xff\xff")
    return _information(name) + references + count + b"".join(map(_module, modules)) + _record(0x10)


def _information(name: str) -> bytes:
    """PROJECTINFORMATION, 2.3.4.2.1: a 32-bit Windows project in English and in our code page, version as Excel's."""
    language = _number(0x02, 0x0409) + _number(0x14, 0x0409) + _record(0x03, struct.pack("<H", 1252))
    texts = _record(0x04, name.encode(CODE_PAGE)) + _text(0x05, 0x40, "") + _text(0x06, 0x3D, "")
    flags = _number(0x07, 0) + _number(0x08, 0)
    version = struct.pack("<HIIH", 0x09, 4, 0x61EEF783, 3)  # 2.3.4.2.1.11: the length leaves out the minor version
    return _number(0x01, 1) + language + texts + flags + version + _text(0x0C, 0x3C, "")


def _reference(name: str, library: str) -> bytes:
    """REFERENCE with a registered type library, 2.3.4.2.2.5."""
    packed = library.encode(CODE_PAGE)
    return _text(0x16, 0x3E, name) + _record(0x0D, struct.pack("<I", len(packed)) + packed + bytes(6))


def _module(module: Module) -> bytes:
    """MODULE, 2.3.4.2.3.2: the source begins at offset 0 of its stream, for no compiled code precedes it."""
    names = _text(0x19, 0x47, module.name) + _text(0x1A, 0x32, module.name) + _text(0x1C, 0x48, "")
    kind = _record(0x21 if module.kind is ModuleKind.STANDARD else 0x22)
    return names + _number(0x31, 0) + _number(0x1E, 0) + _record(0x2C, b"\xff\xff") + kind + _record(0x2B)


# -- the PROJECT and PROJECTwm streams, 2.3.1 and 2.3.3


def _project(name: str, modules: Sequence[Module]) -> bytes:
    project_id = f"{{{str(uuid.uuid5(uuid.NAMESPACE_DNS, name)).upper()}}}"
    lines = [
        f'ID="{project_id}"',
        *map(_declaration, modules),
        f'Name="{name}"',
        'HelpContextID="0"',
        'VersionCompatible32="393222000"',
        f'CMG="{_obfuscated(bytes(4), project_id)}"',  # not protected, 2.3.1.15
        f'DPB="{_obfuscated(bytes(1), project_id)}"',  # no password, 2.3.1.16
        f'GC="{_obfuscated(VISIBLE, project_id)}"',
        "",
        "[Host Extender Info]",
        "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000",
        "",
        "[Workspace]",
        *(f"{module.name}=0, 0, 0, 0, C" for module in modules),
    ]
    return "".join(f"{line}\r\n" for line in lines).encode(CODE_PAGE)


def _declaration(module: Module) -> str:
    suffix = "/&H00000000" if module.kind is ModuleKind.DOCUMENT else ""
    return f"{module.kind.value}={module.name}{suffix}"


def _obfuscated(data: bytes, project_id: str) -> str:
    """Data Encryption of 2.4.3.2, in hexadecimal digits."""
    key = sum(project_id.encode("ascii")) & 0xFF
    encrypted = [SEED, SEED ^ 2, SEED ^ key]  # 2 is the version that 2.4.3.2 asks for
    plain_before = key
    for byte in bytes((SEED & 6) // 2) + struct.pack("<I", len(data)) + data:
        encrypted.append(byte ^ ((encrypted[-2] + plain_before) & 0xFF))
        plain_before = byte
    return bytes(encrypted).hex().upper()


def _names(modules: Sequence[Module]) -> bytes:
    """PROJECTwm: every module's name in the code page and in UTF-16."""
    pairs = (f"{module.name}\0".encode(CODE_PAGE) + f"{module.name}\0".encode("utf-16-le") for module in modules)
    return b"".join(pairs) + bytes(2)
