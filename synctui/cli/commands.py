"""Every command: its name, what it takes, its help and example. The work is done in the modules beside this one,
which are imported when a command is called, so that help costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from synctui import __version__
from synctui.cli.declaring import Everywhere, Group, command, group, options_of_all
from synctui.cli.desk import Desk

if TYPE_CHECKING:
    from synctui.files import FileKind
    from synctui.past_runs.settle import Decision

link = click.argument("link")
connection = click.argument("connection")
workbook = click.option("--workbook", metavar="FILE", required=True, help="The .xlsx or .xlsm file.")
run_id = click.argument("run_id", metavar="RUN_ID")
marked = click.option("--workbook", metavar="FILE", help="Mark this file; else the one that was pushed from.")
dry_run = click.option("--dry-run", is_flag=True, help="Check everything and send nothing.")
yes = click.option("--yes", is_flag=True, help="Do it without a question.")
variables = click.option(
    "--var", "variables", metavar="NAME=VALUE", multiple=True, help="A variable; wins over the settings. Repeatable."
)

NO_PROOF = "Do not read accepted rows again to see what was saved."


def which_rows(body: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that choose what a push sends."""
    choices = click.Choice(["mine", "theirs", "stop"])
    body = click.option("--conflicts", type=choices, default="stop", help="Whose value wins.")(body)
    bisect = "Split a batch that is refused whole until the bad row stands alone."
    body = click.option("--bisect", is_flag=True, help=bisect)(body)
    body = click.option("--no-proof", "proof", is_flag=True, flag_value=False, default=True, help=NO_PROOF)(body)
    body = click.option("--only", type=click.Choice(["failed"]), help="Only rows that were refused.")(body)
    rows = click.Choice(["edited", "all"])
    return click.option("--rows", type=rows, default="edited", help="Which rows; edited ones are.")(body)


def may_wait(body: Callable[..., int]) -> Callable[..., int]:
    """Give a command the option to wait for calls."""

    @wraps(body)
    def waiting(desk: Desk, *arguments: Any, wait: bool, **asked: Any) -> int:
        desk.wait = wait
        return body(desk, *arguments, **asked)

    return click.option("--wait", is_flag=True, help="Wait where the hour's calls are used up, and go on.")(waiting)


@click.group(cls=Group, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="synctui")
@options_of_all
@click.pass_context
def main(context: click.Context, /, **everywhere: Any) -> int:
    """Bring remote records into a worksheet, edit them there, and push what you changed.

    Without a command, the dashboard opens.
    """
    context.obj = Everywhere(**everywhere)
    if context.invoked_subcommand:
        return 0
    desk = context.obj.desk("synctui")
    from synctui.cli.dashboard import dashboard

    return int(desk.guard(lambda: dashboard(desk)))


main.examples = ("synctui demo --headless", "synctui push Awards --workbook awards.xlsx --dry-run")


# -- practice


@command(main, "synctui demo", "synctui demo --headless")
@click.option("--headless", is_flag=True, help="Pull, edit, push and tell what happened, without the dashboard.")
def demo(desk: Desk, headless: bool) -> int:
    """Show the whole round trip; no account is needed."""
    from synctui.cli import demo as work

    return work.headless(desk) if headless else work.with_dashboard(desk)


@command(main, "synctui practice", "synctui practice --port 8765 --faults 'eone.run:cut_after*1'")
@click.option("--port", type=click.IntRange(0, 65535), help="The port; else 8765, or any where that is taken.")
@click.option("--faults", metavar="SPEC", default="", help="What goes wrong: [PLACE:]FAULT[=VALUE][*COUNT][@FIRST],...")
def practice(desk: Desk, port: int | None, faults: str) -> int:
    """Serve the practice services until Ctrl-C.

    They come with a ready synctui.toml."""
    from synctui.cli.practice import practice

    return practice(desk, port, faults)


# -- reading


@command(main, "synctui check", "synctui check grants")
@click.argument("connections", nargs=-1)
def check(desk: Desk, connections: tuple[str, ...]) -> int:
    """Sign in and read, connection by connection."""
    from synctui.cli.check import check

    return check(desk, connections)


@command(main, "synctui pull Awards --workbook awards.xlsx", "synctui pull Awards --to csv -o awards.csv")
@link
@click.option("--workbook", metavar="FILE", help="The .xlsx or .xlsm file.")
@click.option("--to", type=click.Choice(["csv", "parquet"]), help="Write a file instead of a worksheet.")
@click.option("-o", "--output", metavar="FILE", help="Its name; else LINK.csv or LINK.parquet, here.")
@click.option("--replace", is_flag=True, help="Start the worksheet anew and keep the old one beside it.")
@may_wait
def pull(desk: Desk, link: str, workbook: str | None, to: FileKind | None, output: str | None, replace: bool) -> int:
    """Create or refresh the worksheet LINK; edits in it survive.

    With --to, all records go into a file of their own instead."""
    if to:
        from synctui.cli.pull_to_file import pull_to_file

        return pull_to_file(desk, link, to, output, workbook=workbook, replace=replace)
    from synctui.cli.pull import pull

    return pull(desk, link, workbook, replace=replace, output=output)


@command(main, "synctui diff Awards --workbook awards.xlsx", "synctui diff Awards --workbook awards.xlsx --json")
@link
@workbook
def diff(desk: Desk, link: str, workbook: str) -> int:
    """Show what a push would send, cell by cell.

    Reads only the file."""
    from synctui.cli.diff import diff

    return diff(desk, link, workbook)


@command(main, "synctui repair Awards --workbook awards.xlsx")
@link
@workbook
def repair(desk: Desk, link: str, workbook: str) -> int:
    """Put back what a spreadsheet program changed by itself.

    Edits stay, and nothing is sent or asked for."""
    from synctui.cli.repair import repair

    return repair(desk, link, workbook)


# -- pushing


@command(
    main,
    "synctui push Awards --workbook awards.xlsx --dry-run",
    "synctui push Awards --workbook awards.xlsx --var GBL_BATCH=AUG-26 --yes",
)
@link
@workbook
@which_rows
@variables
@dry_run
@yes
@may_wait
def push(desk: Desk, link: str, workbook: str, **asked: Any) -> int:
    """Send edited and new rows to the link's target.

    Plans, shows what will be sent, asks where it matters, sends, and marks every row."""
    from synctui.cli.push import push

    return push(desk, link, workbook, **asked)


@command(main, "synctui plan Awards --workbook awards.xlsx -o plan.json")
@link
@workbook
@click.option("-o", "--output", metavar="FILE", required=True, help="The plan's file; a page to read is put beside it.")
@which_rows
@variables
def plan(desk: Desk, link: str, workbook: str, **asked: Any) -> int:
    """Write a push into a file that others can review.

    Sends nothing."""
    from synctui.cli.plan import plan

    return plan(desk, link, workbook, **asked)


@command(main, "synctui apply plan.json --workbook awards.xlsx")
@click.argument("plan", metavar="FILE")
@workbook
@yes
@may_wait
def apply(desk: Desk, plan: str, workbook: str, yes: bool) -> int:
    """Carry out a plan from its file.

    Refuses, and sends nothing, where workbook or target moved on since."""
    from synctui.cli.plan import apply

    return apply(desk, plan, workbook, yes=yes)


@command(main, "synctui undo 20260731-k7m2qz --dry-run", "synctui undo 20260731-k7m2qz --yes")
@run_id
@marked
@dry_run
@yes
@may_wait
def undo(desk: Desk, run_id: str, **asked: Any) -> int:
    """Take back what a push changed.

    What somebody edited since is kept; records that it created stay and are listed."""
    from synctui.cli.undo import again

    return again(desk, "undo", run_id, **asked)


@command(main, "synctui resume 20260731-k7m2qz")
@run_id
@marked
@dry_run
@yes
@may_wait
def resume(desk: Desk, run_id: str, **asked: Any) -> int:
    """Send what an interrupted push left unsent, as it was confirmed."""
    from synctui.cli.undo import again

    return again(desk, "advance", run_id, **asked)


@command(main, "synctui settle 20260731-k7m2qz --as arrived")
@run_id
@click.option("--as", "decision", type=click.Choice(["arrived", "resend", "skip"]), help="What became of its rows.")
@marked
def settle(desk: Desk, run_id: str, decision: Decision | None, workbook: str | None) -> int:
    """End the doubt about a run's rows.

    Looks at the other side for evidence. Without --as, decides only what that proves."""
    from synctui.cli.settle import settle

    return settle(desk, run_id, decision, workbook)


@command(main, "synctui runs")
def runs(desk: Desk) -> int:
    """List all pushes that the journal knows, newest first."""
    from synctui.cli.runs import runs

    return runs(desk)


@command(main, "synctui show 20260731-k7m2qz")
@run_id
@click.option("--html", "page", metavar="FILE", help="Write a page for an auditor too: who, when, old and new.")
@click.option("--results", metavar="FOLDER", help="Write accepted.csv, refused.csv and in_doubt.csv there too.")
def show(desk: Desk, run_id: str, page: str | None, results: str | None) -> int:
    """Show one push, row by row."""
    from synctui.cli.runs import show

    return show(desk, run_id, page=page, results=results)


# -- maps


@command(main, "synctui maps erp")
@connection
def maps(desk: Desk, connection: str) -> int:
    """List the maps of an eOne connection."""
    from synctui.cli.maps import maps

    return maps(desk, connection)


@command(main, "synctui columns erp 'VENDORS FROM EXCEL'")
@connection
@click.argument("map_name", metavar="MAP")
def columns(desk: Desk, connection: str, map_name: str) -> int:
    """List the columns of one map."""
    from synctui.cli.maps import columns

    return columns(desk, connection, map_name)


@command(main, "synctui run erp 'NIGHTLY VENDORS' --var GBL_DATE=2026-07-31")
@connection
@click.argument("map_name", metavar="MAP")
@variables
@yes
def run(desk: Desk, connection: str, map_name: str, variables: tuple[str, ...], yes: bool) -> int:
    """Run a map now, with its own data source.

    Asks first, and is kept in the journal."""
    from synctui.cli.maps import run

    return run(desk, connection, map_name, variables, yes=yes)


# -- Celigo


celigo = group(main, "celigo", "What a Celigo account holds: the ids that links need.", "synctui celigo exports crm")
connection_id = click.argument("connection_id", metavar="ID")
CELIGO = (
    ("connections", (), "List the connections to other systems.", "crm"),
    ("exports", (), "List the saved exports.", "crm"),
    ("imports", (), "List the saved imports.", "crm"),
    ("ping", (connection_id,), "Ask whether Celigo reaches the system behind one.", "crm 5f1e0c9a7b3d2e4f60718293"),
)
"""Verb, what it takes beside the connection, help, arguments of the example."""


def _celigo_command(verb: str, takes: Sequence[Callable[..., Any]], told: str, example: str) -> None:
    def body(desk: Desk, connection: str, **asked: str) -> int:
        from synctui.cli.celigo import look

        return look(desk, connection, verb, *asked.values())

    body.__doc__ = told
    for argument in takes:
        body = argument(body)
    command(celigo, f"synctui celigo {verb} {example}", name=verb)(connection(body))


for _row in CELIGO:
    _celigo_command(*_row)


# -- this machine


cache = group(main, "cache", "The cache of what changes seldom.", "synctui cache show")


@command(cache, "synctui cache show", name="show")
def show_cache(desk: Desk) -> int:
    """Show what is in the cache, and how old it is."""
    from synctui.cli.machine import cache_show

    return cache_show(desk)


@command(cache, "synctui cache clear", name="clear")
def clear_cache(desk: Desk) -> int:
    """Empty the cache; costs time and nothing else."""
    from synctui.cli.machine import cache_clear

    return cache_clear(desk)


@command(main, "synctui where")
def where(desk: Desk) -> int:
    """Show the folders and files in use."""
    from synctui.cli.machine import where

    return where(desk)


@command(main, "synctui doctor")
def doctor(desk: Desk) -> int:
    """Look for what could go wrong on this machine."""
    from synctui.cli.machine import doctor

    return doctor(desk)
