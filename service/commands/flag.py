"""regelruimte flag"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from service.commands.parsing import add_command, add_store_option, positive


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command ``flag``."""
    parser = add_command(
        commands,
        "flag",
        run=_flag,
        summary="flag the clauses that may stand in the way of an initiative",
        example="regelruimte flag initiative.json --store store --top 20",
    )
    parser.add_argument(
        "initiatives",
        type=Path,
        metavar="INITIATIVE",
        help='JSON or JSONL: {"id", "titel", "omschrijving", "gemeente"?}',
    )
    add_store_option(parser)
    parser.add_argument("--top", type=positive, default=100, metavar="N", help="how many flags at the most (default 100)")
    parser.add_argument(
        "--ungrouped", action="store_true", help="near-identical clauses of other regulations are flags of their own"
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="JSON lines go here instead of standard output")
    parser.add_argument("--model", type=Path, metavar="DIR", help="model directory (default: the one that ships)")
    parser.add_argument("--readable", action="store_true", help="a short list for people instead of JSON")


def _flag(arguments: argparse.Namespace) -> int:
    from corpus.store import Store
    from models.flagging import Flagger
    from models.indexing import build_index
    from models.initiatives import read_initiatives
    from models.loading import load_model, released_folder
    from service.commands.readable import readable
    from service.output import output_lines
    from service.progress import progress

    initiatives = list(read_initiatives(arguments.initiatives))
    store = Store(arguments.store)
    folder = arguments.model or released_folder()
    model = load_model(folder)
    with progress("describing clauses (once)", unit="chunk") as advance:
        index = build_index(store, model_folder=folder, workers=os.cpu_count() or 1, on_chunk=advance)
    flagger = Flagger(store, model, index)
    with output_lines(arguments.output) as write:
        for initiative in initiatives:
            result = flagger.flag(initiative, top=arguments.top, ungrouped=arguments.ungrouped)
            write(readable(initiative, result) if arguments.readable else json.dumps(result, ensure_ascii=False))
    if not store.regulations:
        print("regelruimte: the store holds no regulation, so nothing was searched", file=sys.stderr)
    return 0
