"""A target's variables: constants, cells of the workbook, questions to the user, and `--var`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches

from synctui import formats
from synctui.cells import CellError
from synctui.errors import LinkError, UsageError
from synctui.links import TargetOptions
from synctui.records import Column
from synctui.values import to_wire, xml_problem
from synctui.worksheets.base import Workbook

Ask = Callable[[str, str], str | None]
"""Puts a variable's question to the user: (variable, question) -> answer, None where there is nobody to ask."""
UNANSWERED = "(asked at the push)"


def resolve(
    options: TargetOptions, given: Mapping[str, str], workbook: Workbook, ask: Ask, *, dry_run: bool
) -> dict[str, str]:
    """Every variable's value. Raises UsageError for an unanswered or unknown one, LinkError for a bad cell."""
    for name in given:
        if not name.startswith("GBL_"):
            near = get_close_matches(name, [*options.variables, f"GBL_{name}"], 1, 0.5)
            raise UsageError(f"The variable {name!r} must begin with GBL_.", f"Did you mean {near[0]}?" if near else "")
    values = {name: _value(name, text, given, workbook, ask, dry_run) for name, text in options.variables.items()}
    values |= {name: text for name, text in given.items() if name not in values}
    answer = {name: formats.apply(options.formats.get(name, ""), text) if name in options.formats else text
              for name, text in values.items()}  # fmt: skip
    for name, text in answer.items():
        if xml_problem(text):
            raise LinkError(f"The variable {name} holds the character {xml_problem(text)}, which cannot be sent.", "")
    return answer


def _value(name: str, text: str, given: Mapping[str, str], workbook: Workbook, ask: Ask, dry_run: bool) -> str:
    if name in given:
        return given[name]
    if text.startswith("cell:"):
        return _cell_value(name, text.removeprefix("cell:"), workbook)
    if not text.startswith("ask:"):
        return text
    question = text.removeprefix("ask:").strip()
    answer = ask(name, question)
    if answer is not None:
        return answer
    if dry_run:
        return UNANSWERED
    raise UsageError(f"The variable {name} has no value ({question}).", f"Give it with --var {name}=VALUE.")


def _cell_value(name: str, place: str, workbook: Workbook) -> str:
    sheet, _, address = place.rpartition("!")
    sheet = sheet.strip("'")
    if sheet not in workbook.sheet_names():
        near = get_close_matches(sheet, workbook.sheet_names(), 1, 0.5)
        hint = f"The nearest is {near[0]!r}." if near else "Add the worksheet, or change the variable."
        raise LinkError(f"The variable {name} stands in {place}, but there is no worksheet {sheet!r}.", hint)
    cell = workbook.cell(sheet, address)
    if cell is None or isinstance(cell, CellError):
        what = "is empty" if cell is None else f"holds {cell.code or 'a formula without a result'}"
        raise LinkError(f"The variable {name} stands in {place}, which {what}.", "Fill the cell.")
    return to_wire(cell, Column(name))
