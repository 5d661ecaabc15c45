"""Every command: its name, what it takes, its help and example. The work is done in the modules beside this one,
which are imported when a command is called, so that help costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from synctui import __version__
from synctui.cli.declaring import Everywhere, Group, command, options_of_all
from synctui.cli.desk import Desk

if TYPE_CHECKING:
    from synctui.settle import Decision

link = click.argument("link")
connection = click.argument("connection")
workbook = click.option("--workbook", metavar="FILE", required=True, help="The .xlsx or .xlsm file.")
yes = click.option("--yes", is_flag=True, help="Do it without a question.")
variables = click.option(
    "--var", "variables", metavar="NAME=VALUE", multiple=True, help="A variable; wins over the settings. Repeatable."
)


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


@command(main, "synctui pull Awards --workbook awards.xlsx")
@link
@workbook
@click.option("--replace", is_flag=True, help="Start the worksheet anew and keep the old one beside it.")
def pull(desk: Desk, link: str, workbook: str, replace: bool) -> int:
    """Create or refresh the worksheet LINK; edits in it survive."""
    from synctui.cli.pull import pull

    return pull(desk, link, workbook, replace=replace)


@command(main, "synctui diff Awards --workbook awards.xlsx", "synctui diff Awards --workbook awards.xlsx --json")
@link
@workbook
def diff(desk: Desk, link: str, workbook: str) -> int:
    """Show what a push would send, cell by cell.

    Reads only the file."""
    from synctui.cli.diff import diff

    return diff(desk, link, workbook)


# -- pushing


@command(
    main,
    "synctui push Awards --workbook awards.xlsx --dry-run",
    "synctui push Awards --workbook awards.xlsx --var GBL_BATCH=AUG-26 --yes",
)
@link
@workbook
@click.option("--rows", type=click.Choice(["edited", "all"]), default="edited", help="Which rows; edited ones are.")
@click.option("--only", type=click.Choice(["failed"]), help="Only rows that were refused.")
@click.option("--conflicts", type=click.Choice(["mine", "theirs", "stop"]), default="stop", help="Whose value wins.")
@variables
@click.option("--dry-run", is_flag=True, help="Check everything and send nothing.")
@yes
def push(desk: Desk, link: str, workbook: str, **asked: Any) -> int:
    """Send edited and new rows to the link's target.

    Plans, shows what will be sent, asks where it matters, sends, and marks every row."""
    from synctui.cli.push import push

    return push(desk, link, workbook, **asked)


@command(main, "synctui settle 20260731-k7m2qz --as arrived")
@click.argument("run_id", metavar="RUN_ID")
@click.option("--as", "decision", type=click.Choice(["arrived", "resend", "skip"]), help="What became of its rows.")
@click.option("--workbook", metavar="FILE", help="Mark this file; else the one that was pushed from.")
def settle(desk: Desk, run_id: str, decision: Decision | None, workbook: str | None) -> int:
    """End the doubt about a run's rows.

    Without --as, only shows them."""
    from synctui.cli.settle import settle

    return settle(desk, run_id, decision, workbook)


@command(main, "synctui runs")
def runs(desk: Desk) -> int:
    """List all pushes that the journal knows, newest first."""
    from synctui.cli.runs import runs

    return runs(desk)


@command(main, "synctui show 20260731-k7m2qz")
@click.argument("run_id", metavar="RUN_ID")
def show(desk: Desk, run_id: str) -> int:
    """Show one push, row by row."""
    from synctui.cli.runs import show

    return show(desk, run_id)


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


@click.group(cls=Group)
def celigo() -> None:
    """What a Celigo account holds: the ids that links need."""


celigo.examples = ("synctui celigo exports crm",)
main.add_command(celigo)
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


@click.group(cls=Group)
def cache() -> None:
    """The cache of what changes seldom."""


cache.examples = ("synctui cache show",)
main.add_command(cache)


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
