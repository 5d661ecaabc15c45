"""What helps people in a sheet: messages, drop-downs and columns that turn typing away, as validations of cells.

Read-only columns are not locked: for that Excel would have to protect the worksheet, and a protected one can neither
be sorted nor can its table grow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from synctui.worksheets.base import ColumnSpec, Message, SheetPatch
from synctui.worksheets.layout import choice_warning, prompt, read_only_refusal, shown_message
from synctui.worksheets.references import Area, number_of
from synctui.worksheets.xlsx.areas import body_of
from synctui.worksheets.xlsx.columns import Columns
from synctui.worksheets.xlsx.lists import Lists
from synctui.worksheets.xlsx.validations import CUSTOM, LIST, NEVER, Held, Validation, Validations

MAX_MESSAGES = 5_000
"""Cells with a message, the first ones of a patch: a worksheet holds 65,534 validations and grows slow before."""


def column_help(sheet: str, spec: ColumnSpec, position: int, lists: Lists) -> Iterator[Held]:
    """The validations of a column that we make; one that is read-only offers nothing."""
    told = prompt(spec)
    if told:
        yield Validation(message=Message(*told)), Area(position, 1, position, 1)
    if spec.read_only:
        yield Validation(CUSTOM, NEVER, read_only_refusal(spec.header)), body_of(position)
    elif spec.choices:
        rule = choice_rule(spec.header, lists.formula(sheet, spec.header, spec.choices))
        if rule.kind:
            yield rule, body_of(position)


def choice_rule(header: str, formula: str) -> Validation:
    """The rule of a drop-down; empty without a formula."""
    return Validation(LIST, formula, choice_warning(header)) if formula else Validation()


def patch_help(
    validations: Validations, patch: SheetPatch, columns: Columns, lists: Lists, row_after: Callable[[int], int]
) -> None:
    """Change the validations of a worksheet as a patch says; headers that are not there are passed over."""
    for column, spec in columns.added.items():
        validations.put(column_help(patch.name, spec, number_of(column), lists))
    for header, choices in patch.choices.items():
        position = number_of(columns.letters[header]) if header in columns.letters else 0
        if position and validations.takes_choices(position):
            validations.offer(position, choice_rule(header, lists.formula(patch.name, header, choices)))
    if patch.messages is not None:
        told = (
            ((number_of(columns.letters[header]), row_after(row)), shown_message(message))
            for row, messages in patch.messages.items()
            for header, message in messages.items()
            if header in columns.letters and row > 1 and row not in patch.remove
        )
        validations.show(dict(islice(told, MAX_MESSAGES)))
