from __future__ import annotations

import io
import random
import shutil
import subprocess
from pathlib import Path

import olefile
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from vba_reader import decompressed, lines, sources

from xl_addin.compound_file import Tree, compound_file
from xl_addin.vba_compression import CHUNK, compress
from xl_addin.vba_project import Module, ModuleKind, vba_project

LONG = "".join(f"' line {number} of many, each a little different from the one before\n" for number in range(400))
MODULES = (
    Module("ThisWorkbook", 'Attribute VB_Name = "ThisWorkbook"\n', ModuleKind.DOCUMENT),
    Module("Short", 'Attribute VB_Name = "Short"\nSub Nothing_()\nEnd Sub\n'),
    Module("Long", f'Attribute VB_Name = "Long"\n{LONG}'),
)
"""The long one takes several chunks, and sectors of its own."""


@given(st.binary(max_size=300) | st.text("ab \r\n", max_size=9000).map(str.encode))
@example(b"")
@example(b"a" * CHUNK)
@example(b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa")
@example("".join(LONG).encode())
def test_what_was_compressed_reads_back(text: bytes) -> None:
    assert decompressed(compress(text)) == text


@pytest.mark.parametrize(
    ("text", "packed"),
    [
        (b"abcdefghijklmnopqrstuv.", "0119B000616263646566676800696A6B6C6D6E6F70007172737475762E"),
        (b"a" * 73, "0103B002614500"),
    ],
    ids=["no copies", "one long copy"],
)
def test_compression_gives_the_bytes_of_the_specifications_examples(text: bytes, packed: str) -> None:
    assert compress(text).hex().upper() == packed.replace(" ", "")


def test_compression_is_as_good_as_in_the_specifications_normal_example() -> None:
    text = b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa"
    told = bytes.fromhex(
        "012FB000236161616263646582660070616768696A013808616B6C00306D6E6F700671027004107273747576107778797A003C"
    )
    assert decompressed(told) == text
    assert len(compress(text)) == len(told)  # the bytes differ: of equally long matches Office takes the farther


def test_a_chunk_that_cannot_be_compressed_is_stored_raw() -> None:
    noise = random.Random(0).randbytes(CHUNK)
    assert compress(noise)[1:3] == b"\xff\x3f"
    assert decompressed(compress(noise)) == noise


def test_olevba_reads_the_sources_back() -> None:
    found = sources("vbaProject.bin", vba_project("Proof", MODULES))
    assert {name: lines(code) for name, code in found.items()} == {m.name: lines(m.source) for m in MODULES}


def test_the_project_says_that_it_has_no_compiled_code() -> None:
    with olefile.OleFileIO(io.BytesIO(vba_project("Proof", MODULES))) as container:
        cache = container.openstream("VBA/_VBA_PROJECT").read()
        project = container.openstream("PROJECT").read().decode("ascii")
    assert cache[2:4] == b"\xff\xff"
    assert len(cache) == 7
    assert 'Name="Proof"' in project
    assert "Document=ThisWorkbook/&H00000000" in project


def test_the_passwordless_state_decodes_to_nothing_protected() -> None:
    with olefile.OleFileIO(io.BytesIO(vba_project("Proof", MODULES))) as container:
        project = dict(line.split("=", 1) for line in text_of(container).splitlines() if "=" in line)
    key = project["ID"].strip('"')
    assert decoded(project["CMG"], key) == bytes(4)
    assert decoded(project["DPB"], key) == bytes(1)
    assert decoded(project["GC"], key) == b"\xff"


def text_of(container: olefile.OleFileIO) -> str:
    return str(container.openstream("PROJECT").read().decode("ascii"))


def decoded(field: str, project_id: str) -> bytes:
    """Data Decryption as [MS-OVBA] 2.4.3.3 words it, with a check of version and project key."""
    seed, version, key, *rest = bytes.fromhex(field.strip('"'))
    assert seed ^ version == 2
    plain = seed ^ key
    assert plain == sum(project_id.encode()) & 0xFF
    before, last = version, key
    text = bytearray()
    for byte in rest:
        plain = byte ^ ((before + plain) & 0xFF)
        before, last = last, byte
        text.append(plain)
    return bytes(text[(seed & 6) // 2 + 4 :])


SEVEN_ZIP = shutil.which("7z") or shutil.which("7zz")


@pytest.mark.skipif(not SEVEN_ZIP, reason="7-Zip is not installed")
def test_seven_zip_unpacks_the_container(tmp_path: Path) -> None:
    tree: Tree = {
        "Folder": {"small": b"s" * 100, "Large": b"L" * 70_000, "b": b"1"},
        "cut": b"c" * 4096,
        "Just": b"j" * 4095,
    }
    (tmp_path / "proof.bin").write_bytes(compound_file(tree))
    subprocess.run([str(SEVEN_ZIP), "x", "-oout", "proof.bin"], cwd=tmp_path, check=True, capture_output=True)
    unpacked = {
        p.relative_to(tmp_path / "out").as_posix(): p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file()
    }
    assert unpacked == {
        "Folder/small": b"s" * 100, "Folder/Large": b"L" * 70_000, "Folder/b": b"1",
        "cut": b"c" * 4096, "Just": b"j" * 4095,
    }  # fmt: skip


@given(
    st.dictionaries(st.text("abcXYZ_", min_size=1, max_size=9).map(str.lower), st.binary(max_size=9000), max_size=12)
)
def test_every_stream_is_found_in_the_container(streams: dict[str, bytes]) -> None:
    written = {name: content or b"\0" for name, content in streams.items()}
    with olefile.OleFileIO(io.BytesIO(compound_file(written))) as container:
        assert {path[0]: container.openstream(path).read() for path in container.listdir()} == written
        assert container.parsing_issues == []


def test_a_source_outside_the_code_page_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        vba_project("Proof", [Module("M", "' \N{SNOWMAN}\n")])
