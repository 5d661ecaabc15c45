from __future__ import annotations

import base64
import hashlib
import zlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synctui.errors import WorksheetError
from synctui.records import Accepted, Choice, Column, ColumnType, Memory, Raw
from synctui.worksheets.passport import PIECE, Passport, from_lines, to_lines

TEXT = st.text(st.characters(exclude_categories=("Cs",)))
VALUES = st.one_of(st.none(), TEXT, TEXT.map(Raw))


@given(st.dictionaries(st.tuples(TEXT), st.tuples(VALUES, VALUES)), st.dictionaries(TEXT, VALUES))
def test_a_passport_reads_back_as_it_was(baseline: dict, values: dict) -> None:  # type: ignore[type-arg]
    columns = (
        Column("a", ColumnType.BOOLEAN, "A", ("Y", "N"), read_only=True, fixed=True),
        Column("b", choices=(Choice("1", "Yes"), Choice("2", "No", retired=True))),
    )
    memory = Memory("L", "pull", {"source url": "u"}, columns, ("a",), baseline, gone=baseline)
    memory.accepted = {"key:1": Accepted("run", values), "key:2": Accepted("run", {}, left=True)}
    memory.refused, memory.in_doubt, memory.conflicts = {"x": "why"}, {"y": "run"}, {"z": values}
    read = from_lines(to_lines(Passport("id", {"L": memory})))
    assert read == Passport("id", {"L": memory})
    told = [type(v) for vs in read.links["L"].baseline.values() for v in vs]
    assert told == [type(v) for vs in baseline.values() for v in vs]


def test_pieces_fit_a_cell_and_hold_nothing_that_a_spreadsheet_reads() -> None:
    memory = Memory("L", baseline={(str(n),): (str(n * 7919 % 104729),) for n in range(20_000)})
    lines = to_lines(Passport("id", {"L": memory}))
    assert max(map(len, lines)) <= PIECE
    assert len(lines) > 3
    assert all(line.isascii() and not line.startswith(("=", "+", "-", "@", "'")) for line in lines[:2])


def test_a_passport_without_options_reads_as_before() -> None:
    packed = base64.b64encode(zlib.compress(msgspec.json.encode(OLD))).decode()
    lines = ["SyncTUI passport, format 1", f"sha256 {hashlib.sha256(packed.encode()).hexdigest()}", packed]
    assert from_lines(lines).links["L"].columns == (Column("a", ColumnType.NUMBER, "A", ("Y", "N"), fixed=True),)


OLD = {
    "id": "w",
    "links": [
        {
            "link": "L", "pull_id": "p", "fingerprint": {}, "key": ["a"], "baseline": [], "gone": [], "accepted": {},
            "refused": {}, "in_doubt": {}, "conflicts": {},
            "columns": [["a", "number", "A", ["Y", "N"], False, True]],
        }
    ],
}  # fmt: skip
"""As it was written before columns had options."""


def _tampered(lines: list[str]) -> list[list[str]]:
    return [
        [],
        lines[:2],
        ["nonsense", *lines[1:]],
        [lines[0], "sha256 0", *lines[2:]],
        [*lines[:2], lines[2][:-4]],
        [*lines[:2], "A" + lines[2][1:]],
        ["SyncTUI passport, format 2", *lines[1:]],
    ]


@pytest.mark.parametrize("case", range(7))
def test_a_changed_passport_is_refused_with_a_remedy(case: int) -> None:
    lines = _tampered(to_lines(Passport("id", {"L": Memory("L")})))[case]
    with pytest.raises(WorksheetError) as caught:
        from_lines(lines)
    assert caught.value.hint
