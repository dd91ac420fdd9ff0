"""regelruimte papers"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from service.commands.parsing import add_command


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command ``papers``."""
    parser = add_command(
        commands,
        "papers",
        run=_papers,
        summary="write the model card, the data card and the entry in the Dutch register of algorithms (in Dutch)",
        example="regelruimte papers --organisation deploy/organisatie.example.toml --output papers",
    )
    parser.add_argument("--model", type=Path, metavar="DIR", help="model directory (default: the one that ships)")
    parser.add_argument(
        "--organisation",
        type=Path,
        metavar="FILE",
        help="TOML file in which the organisation tells what only it knows; without it no entry in the register",
    )
    parser.add_argument("--snapshot", type=Path, metavar="FILE", help="snapshot of judgements, for the data card")
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="folder to write")


def _papers(arguments: argparse.Namespace) -> int:
    from models.loading import released_folder
    from training.papers.data_card import data_card, load_snapshot
    from training.papers.facts import facts_of
    from training.papers.model_card import model_card
    from training.papers.organisation import load_organisation
    from training.papers.register import entry_csv, entry_json, register_entry

    facts = facts_of(arguments.model or released_folder())
    snapshot = load_snapshot(arguments.snapshot) if arguments.snapshot is not None else None
    papers: dict[str, str] = {}
    if arguments.organisation is not None:
        entry = register_entry(facts, load_organisation(arguments.organisation))
        papers |= {"algoritmeregister.json": entry_json(entry), "algoritmeregister.csv": entry_csv(entry)}
    papers |= {"modelkaart.md": model_card(facts), "datakaart.md": data_card(facts, snapshot)}
    # All of them are made before the first is written: a mistake leaves no half a set behind.
    arguments.output.mkdir(parents=True, exist_ok=True)
    for name, text in papers.items():
        (arguments.output / name).write_bytes(text.encode())
        print(arguments.output / name)
    if arguments.organisation is None:
        print("no entry in the register of algorithms: it needs --organisation", file=sys.stderr)
    return 0
