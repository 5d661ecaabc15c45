from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
from vba_reader import lines, sources

from synctui.errors import UsageError
from xl_addin import build
from xl_addin.addin_file import ADD_IN, FILE_NAME, SHEET, WORKBOOK, addin_file, modules
from xl_addin.commands import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
PYTHON = "C:\\Program Files\\Python & <Söhne>\\python.exe"


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert package.testzip() is None
        return {name: package.read(name) for name in package.namelist()}


def test_the_same_input_gives_the_same_bytes_in_another_process_too() -> None:
    code = "import sys; from xl_addin.addin_file import addin_file; sys.stdout.buffer.write(addin_file('p'))"
    other = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True).stdout
    assert addin_file("p") == other


def test_every_part_has_a_content_type_and_every_type_a_part() -> None:
    package = parts(addin_file())
    types = package["[Content_Types].xml"].decode()
    declared = set(re.findall(r'PartName="/([^"]+)"', types))
    defaults = set(re.findall(r'Extension="([^"]+)"', types))
    assert next(iter(package)) == "[Content_Types].xml"
    assert declared <= set(package)
    assert all(name in declared or name.rpartition(".")[2] in defaults for name in package)


@pytest.mark.parametrize(("part", "folder"), [("_rels/.rels", ""), ("xl/_rels/workbook.xml.rels", "xl/")])
def test_every_relation_leads_to_a_part(part: str, folder: str) -> None:
    package = parts(addin_file())
    targets = re.findall(r'Target="([^"]+)"', package[part].decode())
    assert targets
    assert {folder + target for target in targets} <= set(package)


def test_code_names_tie_the_workbook_and_its_sheet_to_their_modules() -> None:
    package = parts(addin_file())
    names = re.findall(r'codeName="(\w+)"', (package["xl/workbook.xml"] + package["xl/worksheets/sheet1.xml"]).decode())
    assert names == [module.name for module in modules()][:2] == ["ThisWorkbook", "SettingsSheet"]


def test_an_add_in_and_its_twin_differ_in_their_kind_only() -> None:
    addin, twin = parts(addin_file(PYTHON)), parts(addin_file(PYTHON, kind=WORKBOOK))
    assert {name for name in addin if addin[name] != twin[name]} == {"[Content_Types].xml", "xl/workbook.xml"}
    assert ADD_IN.encode() in addin["[Content_Types].xml"]


@pytest.mark.parametrize("python", [PYTHON, ""])
def test_the_sheet_holds_the_interpreter_and_nothing_else(python: str) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(addin_file(python, kind=WORKBOOK)))[SHEET]
    assert list(sheet.values) == [("Python on Windows", python) if python else ("Python on Windows",)]


def test_sources_that_people_import_by_hand_have_the_line_ends_of_windows() -> None:
    sources = [path.read_bytes() for path in (ROOT / "xl_addin" / "vba").glob("*.bas")]
    assert len(sources) == 2
    for source in sources:  # the VBA editor takes the attributes of others for code
        assert source.endswith(b"\r\n")
        assert source.count(b"\r\n") == source.count(b"\n")


def test_what_a_timer_calls_is_a_public_sub_of_the_module_that_it_names() -> None:
    found = {module.name: module.source for module in modules()}
    called = re.findall(r"""Application\.OnTime .*"'!(\w+)\.(\w+)\"""", "".join(found.values()))
    assert called == [("SyncTUILauncher", "ClearStarted")]
    for module, name in called:
        assert f"\nPublic Sub {name}()" in found[module].replace("\r\n", "\n")


def test_olevba_finds_the_sources_that_ship() -> None:
    found = sources(FILE_NAME, addin_file())
    assert {name: lines(code) for name, code in found.items()} == {m.name: lines(m.source) for m in modules()}


def test_build_writes_the_add_in_for_the_python_that_ran_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert COMMANDS["build"](["-o", str(tmp_path / "new")]) == 0
    written = tmp_path / "new" / FILE_NAME
    assert capsys.readouterr().out == f"{written}\n"
    assert written.read_bytes() == addin_file(sys.executable)


def test_a_folder_that_is_a_file_is_told_with_a_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert COMMANDS["build"](["-o", str(tmp_path / "file")]) == UsageError.exit_code
    assert "Choose another folder." in capsys.readouterr().err


def test_a_path_that_is_a_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        build.write(tmp_path, b"")
