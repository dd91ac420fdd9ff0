"""What the parsers of all commands share."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

JUDGEMENT_FORMATS = ("huggingface", "jsonl", "labelstudio", "spacy", "webannotation")
"""The names in ``training.reviews.exchange``, which takes longer to import than all parsers together."""


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


def add_spread_options(parser: argparse.ArgumentParser) -> None:
    """The options that say who does the work: processes of this machine, or the workers of a cluster."""
    parser.add_argument("--workers", type=positive, metavar="N", help="number of processes (default: one per core)")
    parser.add_argument(
        "--cluster",
        metavar="URL",
        help="scheduler of a Dask cluster whose workers do it instead: tcp://host:8786 or tls://host:8786 (docs/scaling.md)",
    )


def positive(text: str) -> int:
    """A whole number from 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number
