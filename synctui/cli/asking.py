"""Questions to the person at the terminal, and what is done where there is none."""

from __future__ import annotations

from collections.abc import Sequence

import click

from synctui.cli.terminal import somebody_answers
from synctui.errors import UsageError
from synctui.show import show


def parse_variables(given: Sequence[str]) -> dict[str, str]:
    """`NAME=VALUE` texts as names and values. Raises UsageError."""
    variables = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"--var {text} is not of the form NAME=VALUE.", "For example: --var GBL_BATCH=JUL-26")
        variables[name.strip()] = value
    return variables


def ask_for(name: str, question: str) -> str | None:
    """A variable's value from the person at the terminal; None where there is none."""
    if not somebody_answers():
        return None
    answer: str = click.prompt(f"{show(question)} ({show(name)})", err=True)
    return answer


def confirm(asks: Sequence[str], *, yes: bool) -> bool:
    """Whether the user agrees. Raises UsageError where nobody can be asked."""
    if not asks or yes:
        return True
    reasons = "; ".join(asks)
    if not somebody_answers():
        raise UsageError(f"Nothing was sent, because nobody could be asked: {reasons}.", "Add --yes to agree to it.")
    return click.confirm(f"{show(reasons)}. Go on?", err=True)
