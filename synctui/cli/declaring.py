"""How a command is declared: the options that all take, an example in its help, errors as answers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import wraps
from typing import Any, NoReturn, TypeVar

import click

from synctui.cli.desk import Desk
from synctui.cli.terminal import never_fail_to_encode
from synctui.errors import UsageError
from synctui.exit_codes import INTERRUPTED

AnyCommand = TypeVar("AnyCommand", bound=Callable[..., Any])
Body = Callable[..., int]


@dataclass(frozen=True, slots=True)
class Everywhere:
    """The options that stand before or after a command's name."""

    config: str | None = None
    as_json: bool = False
    quiet: bool = False
    verbose: bool = False

    def __or__(self, other: Everywhere) -> Everywhere:
        return Everywhere(
            other.config or self.config,
            self.as_json or other.as_json,
            self.quiet or other.quiet,
            self.verbose or other.verbose,
        )

    def desk(self, command: str) -> Desk:
        """A desk for a command."""
        return Desk(command, self.config, self.as_json, self.quiet, self.verbose)


def options_of_all(command: AnyCommand) -> AnyCommand:
    """Give a command --config, --json, -q and -v."""
    for option in (
        click.option("-v", "--verbose", is_flag=True, help="Show every call and how long it took."),
        click.option("-q", "--quiet", is_flag=True, help="Only what must be heard on stderr."),
        click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout, nothing else there."),
        click.option("--config", metavar="FILE", help="The settings file; else SYNCTUI_CONFIG, ./synctui.toml."),
    ):
        command = option(command)
    return command


class WithExamples(click.Command):
    """Its help ends in examples."""

    examples: Sequence[str] = ()

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples as they would be typed."""
        super().format_epilog(ctx, formatter)
        with formatter.section("Example" if len(self.examples) == 1 else "Examples"):
            for example in self.examples:
                formatter.write(f"  {example}\n")


def command(group: click.Group, *examples: str, name: str | None = None) -> Callable[[Body], WithExamples]:
    """Declare a command of `group`; its function is handed a Desk and returns the exit code."""

    def declare(body: Body) -> WithExamples:
        declared = click.command(name, cls=WithExamples)(options_of_all(_guarded(body)))
        declared.examples = examples
        group.add_command(declared)
        return declared

    return declare


def _guarded(body: Body) -> Callable[..., int]:
    @click.pass_context
    @wraps(body)
    def call(context: click.Context, /, **asked: Any) -> int:
        own = Everywhere(*(asked.pop(name) for name in Everywhere.__slots__))
        desk = ((context.find_object(Everywhere) or Everywhere()) | own).desk(context.command_path)
        return desk.guard(lambda: body(desk, **asked))

    return call


class Group(WithExamples, click.Group):
    """A group of commands that knows the nearest name, and gives errors in the way that was asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's
        """The commands in the order in which they are declared."""
        return list(self.commands)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """The command that the first word names. Raises click.UsageError with the nearest one."""
        name = args[0]
        if not name.startswith("-") and name not in self.commands and not ctx.resilient_parsing:
            nearest = get_close_matches(name, self.commands, 1, 0.5)
            hint = f" The nearest is {nearest[0]!r}." if nearest else ""
            raise click.UsageError(f"There is no command {name!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def main(self, args: Sequence[str] | None = None, _name: str | None = None, **extra: Any) -> NoReturn:  # type: ignore[override]
        """Run the command line; always ends the program with the command's exit code."""
        never_fail_to_encode()
        given = sys.argv[1:] if args is None else list(args)
        asked = Everywhere(as_json="--json" in given)
        for name in ("prog_name", "standalone_mode"):
            extra.pop(name, None)
        try:
            code = super().main(args, "synctui", standalone_mode=False, **extra)
        except click.ClickException as error:
            code = _wrong_usage(asked.desk("synctui"), error)
        except click.Abort:
            code = INTERRUPTED
        sys.exit(code)


def group(above: click.Group, name: str, told: str, *examples: str) -> Group:
    """Declare a group of commands, with help and examples; its name alone is no command."""

    @click.pass_context
    def alone(context: click.Context, /, **everywhere: Any) -> None:
        context.obj = (context.find_object(Everywhere) or Everywhere()) | Everywhere(**everywhere)
        if not context.invoked_subcommand:
            *most, last = declared.commands
            words = f"{', '.join(most)} or {last}"
            raise click.UsageError(f"{context.command_path} alone is no command: add {words}.", context)

    declared = click.group(name, cls=Group, invoke_without_command=True, help=told)(options_of_all(alone))
    declared.examples = examples
    above.add_command(declared)
    return declared


def _wrong_usage(desk: Desk, error: click.ClickException) -> int:
    context = getattr(error, "ctx", None)
    hint = f"See: {context.command_path if context else 'synctui'} --help"
    return desk.fail(UsageError(error.format_message(), hint))
