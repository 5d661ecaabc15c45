from __future__ import annotations

import os
from pathlib import Path

import pytest
from live_excel import NO_XLWINGS

from synctui.errors import WorksheetError

pytest.importorskip("xlwings", reason=NO_XLWINGS)
pytestmark = pytest.mark.skipif(os.name != "posix", reason="runs a shell script")


def asked(folder: Path, script: str) -> str | None:
    """What the input box gives where osascript is this shell script."""
    program = folder / "osascript"
    program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    program.chmod(0o700)
    from xl_addin.excel.mac_input import mac_input

    return mac_input("SyncTUI: Push", 'Which "day"? $(x)', str(program))


def test_what_is_typed_comes_back_as_it_is(tmp_path: Path) -> None:
    assert asked(tmp_path, "printf ' JUL-26 \\n'") == " JUL-26 "
    assert asked(tmp_path, "echo") == ""


def test_the_texts_are_arguments_and_never_script(tmp_path: Path) -> None:
    assert asked(tmp_path, 'shift $(($# - 2)); printf "%s|%s\\n" "$@"') == 'SyncTUI: Push|Which "day"? $(x)'


@pytest.mark.parametrize("words", ["User canceled.", "Vom Benutzer abgebrochen.", "ユーザによってキャンセル。"])
def test_cancel_is_no_failure_in_any_language(tmp_path: Path, words: str) -> None:
    assert asked(tmp_path, f"echo '60:109: execution error: {words} (-128)' >&2; exit 1") is None


@pytest.mark.parametrize("complaint", ["execution error: Not authorized to send Apple events. (-1743)", ""])
def test_a_failure_is_told_with_its_remedy_and_is_no_cancel(tmp_path: Path, complaint: str) -> None:
    with pytest.raises(WorksheetError) as caught:
        asked(tmp_path, f"echo '{complaint}' >&2; exit 1")
    assert (complaint or "exit code 1") in caught.value.message
    assert "Automation" in caught.value.hint
