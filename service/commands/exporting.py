"""regelruimte export"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from service.commands.parsing import add_command

FORMATS = {"turtle": "turtle", "json-ld": "json-ld", "rdf-xml": "pretty-xml"}


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command ``export``."""
    exports = commands.add_parser("export", help="give data to other programs").add_subparsers(
        title="commands", metavar="COMMAND", required=True
    )
    parser = add_command(
        exports,
        "activities",
        run=_activities,
        summary="the list of activities as SKOS",
        example="regelruimte export activities --format turtle --output activities.ttl",
    )
    parser.add_argument("--format", choices=sorted(FORMATS), default="turtle", help="how it is written (default turtle)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="file to write instead of standard output")


def _activities(arguments: argparse.Namespace) -> int:
    from corpus.activities import activities
    from corpus.skos import skos_graph

    text = skos_graph(activities()).serialize(format=FORMATS[arguments.format])
    if arguments.output is None:
        sys.stdout.write(text)
    else:
        arguments.output.write_text(text, encoding="utf-8")
    return 0
