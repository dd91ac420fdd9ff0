"""What the parsers of all commands share."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path


def add_command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    *,
    run: Callable[[argparse.Namespace], int],
    summary: str,
    example: str,
) -> argparse.ArgumentParser:
    """Add a command whose help ends with an example."""
    parser = commands.add_parser(
        name,
        help=summary,
        description=summary,
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser


def add_store_option(parser: argparse.ArgumentParser) -> None:
    """The option that says which store is meant."""
    parser.add_argument("--store", type=Path, required=True, metavar="DIR", help="folder of the store")
