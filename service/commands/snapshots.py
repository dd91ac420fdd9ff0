"""regelruimte snapshots diff"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from service.commands.parsing import add_command


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the group ``snapshots``."""
    group = commands.add_parser("snapshots", help="look at snapshots of judgements").add_subparsers(
        title="commands", metavar="COMMAND", required=True
    )
    diff = add_command(
        group,
        "diff",
        run=_diff,
        summary="which judgements one snapshot has that another has not, or has otherwise",
        example="regelruimte snapshots diff mei.jsonl juni.jsonl",
    )
    diff.add_argument("before", type=Path, metavar="OLD.jsonl")
    diff.add_argument("after", type=Path, metavar="NEW.jsonl")
    diff.add_argument("--json", action="store_true", help="every judgement, as JSON")


def _diff(arguments: argparse.Namespace) -> int:
    from corpus.errors import UsageError
    from training.reviews.difference import difference
    from training.reviews.exchange import FORMATS

    for path in (arguments.before, arguments.after):
        if not path.is_file():
            raise UsageError(f"{path}: no such file")
    found = difference(*(FORMATS["jsonl"].read(path) for path in (arguments.before, arguments.after)))
    if arguments.json:
        print(json.dumps(found.to_json(), indent=1, ensure_ascii=False))
        return 0
    for name, counted in found.counts().items():
        told = ", ".join(f"{what} {count}" for what, count in sorted(counted.items()))
        print(f"{name:<8} {sum(counted.values()):>6}  {told}".rstrip())
    return 0
