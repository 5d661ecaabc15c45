from __future__ import annotations

import unicodedata
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synctui.files.names import safe_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Awards", "Awards"),
        ("Åsa's grants 2026", "Åsa's grants 2026"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\system.ini", "system.ini"),
        ("a/", "_"),
        ("", "_"),
        ("..", "_"),
        (".hidden. ", "hidden"),
        ('a<b>c:d"e|f?g*h', "a_b_c_d_e_f_g_h"),
        ("tab\tnull\x00", "tab_null_"),
        ("gnp.\u202eexe", "gnp._exe"),
        ("con", "_con"),
        ("Aux.txt", "_Aux.txt"),
        ("LPT1", "_LPT1"),
        ("console", "console"),
        ("e\u0301", "é"),
    ],
)
def test_a_name_is_made_safe(text: str, name: str) -> None:
    assert safe_name(text) == name


@given(st.text(max_size=300))
def test_every_name_stays_in_its_folder_on_every_system(text: str) -> None:
    name = safe_name(text)
    assert Path(name).name == name == PureWindowsPath(name).name
    assert name not in ("", ".", "..")
    assert len(name.encode()) <= 201
    assert name == name.strip(". ")
    assert not any(character in '<>:"|?*/\\' for character in name)
    assert not any(unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in name)
