"""The command ``regelruimte``: parsing, and turning errors into exit codes.

Exit code 0: done. 1: something in the input or the store stood in the way. 2: the command itself was wrong. Every error is one
sentence on standard error. The commands import what they need when they run, so that ``--help`` answers at once.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from corpus.errors import UserError

_GROUPS = (
    "corpus",
    "classify",
    "flag",
    "training",
    "models",
    "papers",
    "exporting",
    "importing",
    "snapshots",
    "serving",
    "people",
    "keeping",
)

_DESCRIPTION = """\
Finds, for an initiative of citizens told in their own words, the clauses of Dutch regulation that stand in its way, and
beside each the room that the rules leave. It advises; people decide."""


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line, with one subparser per command."""
    parser = argparse.ArgumentParser(
        prog="regelruimte", description=_DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action=_ShowVersion, nargs=0, help="show program's version number and exit")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for group in _GROUPS:
        importlib.import_module(f"service.commands.{group}").add_commands(commands)
    return parser


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run one command.

    Args:
        argv: the words after the program's name.
        environ: the environment; REGELRUIMTE_DEBUG=1 shows the traceback of a user's error as well.

    Returns:
        The exit code.
    """
    try:
        arguments = build_parser().parse_args(argv)
    except SystemExit as stop:  # argparse has said what was wrong, or shown the help
        return int(stop.code or 0)
    run: Callable[[argparse.Namespace], int] = arguments.run
    try:
        return run(arguments)
    except UserError as error:
        if environ.get("REGELRUIMTE_DEBUG") == "1":
            raise
        print(f"regelruimte: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("regelruimte: stopped", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader of our output went away (``| head``): nothing is wrong, and there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def entry_point() -> None:
    """What the installed command calls."""
    sys.exit(main(sys.argv[1:], os.environ))


class _ShowVersion(argparse.Action):
    """As argparse's own, but that the version is looked up when it is asked for: every command would wait for that."""

    def __call__(self, parser: argparse.ArgumentParser, *given: object) -> NoReturn:
        from importlib.metadata import PackageNotFoundError, version

        try:
            known = version("regelruimte")
        except PackageNotFoundError:
            known = "(not installed)"
        print(f"regelruimte {known}")
        parser.exit()


if __name__ == "__main__":
    entry_point()
