"""regelruimte classify"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from service.commands.parsing import add_command, add_spread_options


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command ``classify``."""
    parser = add_command(
        commands,
        "classify",
        run=_classify,
        summary="say of every clause what it does: kinds, strength, addressee, evidence; goes on where it was cut off",
        example="regelruimte classify clauses.jsonl --output judged.jsonl",
    )
    parser.add_argument("clauses", type=Path, metavar="IN", help="clause JSONL, optionally .gz: {ref,title,level,heading,text}")
    parser.add_argument("--output", type=Path, required=True, metavar="OUT", help="JSON lines")
    parser.add_argument("--model", type=Path, metavar="DIR", help="model directory (default: the one that ships)")
    add_spread_options(parser)


def _classify(arguments: argparse.Namespace) -> int:
    from models.classifying import CHUNK, classify_file, work_key
    from models.loading import released_folder
    from service.output import resumable_lines
    from service.progress import progress

    folder = arguments.model or released_folder()
    key = work_key(arguments.clauses, folder)
    with (
        progress("classifying", unit="chunk") as advance,
        resumable_lines(arguments.output, key=key, step=CHUNK) as (done, write),
    ):
        count = classify_file(
            arguments.clauses,
            write=write,
            model_folder=folder,
            workers=arguments.workers or os.cpu_count() or 1,
            cluster=arguments.cluster,
            done=done,
            on_chunk=advance,
        )
    before = f" ({done} of them before)" if done else ""
    print(f"{count} clauses judged{before}, written to {arguments.output}")
    return 0
