"""regelruimte classify"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from service.commands.parsing import add_command


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command ``classify``."""
    parser = add_command(
        commands,
        "classify",
        run=_classify,
        summary="say of every clause what it does: kinds, strength, addressee, evidence",
        example="regelruimte classify clauses.jsonl --output judged.jsonl",
    )
    parser.add_argument("clauses", type=Path, metavar="IN", help="clause JSONL, optionally .gz: {ref,title,level,heading,text}")
    parser.add_argument("--output", type=Path, required=True, metavar="OUT", help="JSON lines")
    parser.add_argument("--model", type=Path, metavar="DIR", help="model directory (default: the one that ships)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="number of processes")


def _classify(arguments: argparse.Namespace) -> int:
    from models.classifying import classify_file
    from models.loading import released_folder
    from service.output import output_lines
    from service.progress import progress

    with progress("classifying", unit="chunk") as advance, output_lines(arguments.output) as write:
        folder = arguments.model or released_folder()
        count = classify_file(arguments.clauses, write=write, model_folder=folder, workers=arguments.workers, on_chunk=advance)
    print(f"{count} clauses judged, written to {arguments.output}")
    return 0
