"""regelruimte import"""

from __future__ import annotations

import argparse
from pathlib import Path

from service.commands.parsing import JUDGEMENT_FORMATS, add_command


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command ``import``."""
    imports = commands.add_parser("import", help="take data from other programs").add_subparsers(
        title="commands", metavar="COMMAND", required=True
    )
    parser = add_command(
        imports,
        "judgements",
        run=_judgements,
        summary="judgements from another program, as a snapshot",
        example="regelruimte import judgements taken.json --format labelstudio --output momentopname.jsonl",
    )
    parser.add_argument("source", type=Path, metavar="SOURCE", help="file or folder that the other program wrote")
    parser.add_argument("--format", choices=JUDGEMENT_FORMATS, required=True, help="how it is written")
    parser.add_argument("--output", type=Path, required=True, metavar="SNAPSHOT.jsonl", help="snapshot to make")


def _judgements(arguments: argparse.Namespace) -> int:
    from corpus.errors import UsageError
    from training.reviews.exchange import FORMATS
    from training.reviews.exchange.files import refuse_existing

    refuse_existing(arguments.output)
    if not arguments.source.exists():
        raise UsageError(f"{arguments.source}: no such file or folder")
    rows = FORMATS[arguments.format].read(arguments.source)
    FORMATS["jsonl"].write(rows, {}, arguments.output)
    print(f"{arguments.output}: {len(rows)} judgements")
    return 0
