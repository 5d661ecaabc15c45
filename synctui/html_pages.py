"""Pages for people who review a plan or audit a run: one HTML file each, with nothing in it that acts or is loaded.

Every text of cells and of the other side is shown as it is: control characters as visible signs, markup as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from synctui.planning.plan import Plan, PlannedRow
from synctui.sentences import destination, key_text, plan_sentence
from synctui.show import show
from synctui.store.history import RunRow, RunSummary
from synctui.values import text_of
from synctui.wording import count

Cells = Sequence[str]

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
body {{ font: 14px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 75em; padding: 0 1em; }}
table {{ border-collapse: collapse; margin: 1em 0; }}
th, td {{ border: 1px solid #ccc; padding: .25em .6em; text-align: left; vertical-align: top; }}
td {{ white-space: pre-wrap; overflow-wrap: anywhere; }}
thead th {{ background: #d9e1f2; }}
tr.accepted td:nth-last-child(2) {{ background: #e2efda; }}
tr.refused td:nth-last-child(2) {{ background: #ffc7ce; }}
tr.in_doubt td:nth-last-child(2) {{ background: #f8cbad; }}
</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""


def plan_page(plan: Plan) -> str:
    """A plan: from where, to where, what must be agreed to, and every cell that would change."""
    told = [
        ("workbook", f"{plan.workbook}, worksheet {plan.link}"),
        ("target", f"{destination(plan)}: {plan.target}"),
        ("size", plan_sentence(plan)),
        *((f"variable {name}", value) for name, value in plan.variables.items()),
        *((f"sum of {name}", f"{before} → {after}") for name, (before, after) in plan.sums.items()),
        *(("to be agreed to", ask) for ask in plan.asks),
        *(("note", warning) for warning in plan.warnings),
    ]
    cells = ((row.op, line) for row in plan.rows for line in _planned(row))
    table = _table(("row", "key", "what", "column", "now", "then"), cells)
    return _page(f"Plan for {plan.link}", [_facts(told), "<p>Nothing of it has been sent.</p>", table])


def _planned(row: PlannedRow) -> Iterator[Cells]:
    place = (str(row.sheet_row), key_text(row.key), row.op)
    if not row.after:
        yield (*place, "", "", "as it stands")
    for column, new in row.after.items():
        yield (*place, column, text_of(row.before.get(column)), text_of(new))


def run_page(run: RunSummary, rows: Sequence[RunRow]) -> str:
    """A run: who, when, from where, to where, and what became of every row, cell by cell, old and new."""
    told = [
        ("state", f"{run.state}{f': {run.note}' if run.note else ''}"),
        ("who", run.user),
        ("started", f"{run.started:%Y-%m-%d %H:%M:%S} UTC"),
        ("ended", f"{run.ended:%Y-%m-%d %H:%M:%S} UTC" if run.ended else "not yet"),
        ("workbook", f"{run.workbook}, worksheet {run.link}"),
        ("source", run.source),
        ("target", f"{run.connection}{f' ({run.environment})' if run.environment else ''}: {run.target}"),
        ("rows", _counts(run)),
        *((f"variable {name}", value) for name, value in run.variables.items()),
    ]
    headers = ("row", "key", "what", "column", "old", "new", "outcome", "message")
    lines = ((row.outcome, line) for row in rows for line in _sent(row))
    return _page(f"Run {run.run_id}", [_facts(told), _table(headers, lines)])


def _counts(run: RunSummary) -> str:
    numbers = (run.accepted, run.refused, run.in_doubt, run.unsent, run.skipped)
    names = ("accepted", "refused", "in doubt", "unsent", "skipped")
    told = ", ".join(f"{number:,} {name}" for name, number in zip(names, numbers, strict=True) if number)
    return f"{count(run.size, 'row')}: {told}"


def _sent(row: RunRow) -> Iterator[Cells]:
    place = (str(row.sheet_row), key_text(row.key) if any(row.key) else row.new_key or "(new)", row.op)
    end = (row.outcome.replace("_", " "), "; ".join(filter(None, (row.message, row.evidence))))
    if not row.after:
        yield (*place, "", "", "as it stood", *end)
    for column, new in row.after.items():
        yield (*place, column, text_of(row.before.get(column)), text_of(new), *end)


# -- HTML


def _page(title: str, parts: Iterable[str]) -> str:
    return _PAGE.format(title=_text(title), body="\n".join(parts))


def _facts(told: Iterable[tuple[str, str]]) -> str:
    lines = (f"<tr><th>{_text(name)}</th><td>{_text(value)}</td></tr>" for name, value in told)
    return f"<table>{''.join(lines)}</table>"


def _table(headers: Cells, rows: Iterable[tuple[str, Cells]]) -> str:
    """A table; each row comes with its class."""
    head = "".join(f"<th>{_text(header)}</th>" for header in headers)
    body = "\n".join(_row(kind, cells) for kind, cells in rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def _row(kind: str, cells: Cells) -> str:
    shown = "".join(f"<td>{_text(cell)}</td>" for cell in cells)
    return f'<tr class="{kind}">{shown}</tr>'


def _text(text: str) -> str:
    return escape(show(text))
