"""regelruimte export activities | clauses | judgements"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from service.commands.parsing import JUDGEMENT_FORMATS, add_command, add_spread_options, add_store_option

FORMATS = {"turtle": "turtle", "json-ld": "json-ld", "rdf-xml": "pretty-xml"}


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the group ``export``."""
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
    clauses = add_command(
        exports,
        "clauses",
        run=_clauses,
        summary="the clauses of a store, newest versions, for other programs and for classify",
        example="regelruimte export clauses --store store --output clauses.jsonl.gz",
    )
    clauses.add_argument(
        "--output", type=Path, required=True, metavar="TARGET", help="file (.jsonl, .jsonl.gz) or folder to make"
    )
    clauses.add_argument(
        "--format", choices=("jsonl", "parquet"), default="jsonl", help="lines of JSON, or a folder of Parquet partitions"
    )
    add_spread_options(clauses)
    add_store_option(clauses)
    judgements = add_command(
        exports,
        "judgements",
        run=_judgements,
        summary="a snapshot of judgements as another program reads it",
        example="regelruimte export judgements momentopname.jsonl --format labelstudio --store store --output taken.json",
    )
    judgements.add_argument("snapshot", type=Path, metavar="SNAPSHOT.jsonl", help="file of the snapshot")
    judgements.add_argument("--format", choices=JUDGEMENT_FORMATS, required=True, help="how it is written")
    judgements.add_argument("--store", type=Path, metavar="DIR", help="folder of the store that holds the texts of the clauses")
    judgements.add_argument("--output", type=Path, required=True, metavar="TARGET", help="file or folder to make")


def _activities(arguments: argparse.Namespace) -> int:
    from corpus.activities import activities
    from corpus.skos import skos_graph

    text = skos_graph(activities()).serialize(format=FORMATS[arguments.format])
    if arguments.output is None:
        sys.stdout.write(text)
    else:
        arguments.output.write_text(text, encoding="utf-8")
    return 0


def _clauses(arguments: argparse.Namespace) -> int:
    from corpus.exporting import export_clauses
    from corpus.store import Store
    from service.progress import progress
    from training.reviews.exchange.files import new

    form = "jsonl.gz" if arguments.format == "jsonl" and arguments.output.suffix == ".gz" else arguments.format
    with progress("exporting", unit="chunk") as advance, new(arguments.output) as target:
        count = export_clauses(
            Store(arguments.store),
            target,
            form=form,
            workers=arguments.workers or os.cpu_count() or 1,
            cluster=arguments.cluster,
            on_chunk=advance,
        )
    print(f"{count} clauses written to {arguments.output}")
    return 0


def _judgements(arguments: argparse.Namespace) -> int:
    from corpus.errors import UsageError
    from training.reviews.exchange import FORMATS as OF_JUDGEMENTS
    from training.reviews.exchange.files import refuse_existing

    refuse_existing(arguments.output)
    if not arguments.snapshot.is_file():
        raise UsageError(f"{arguments.snapshot}: no such file")
    rows = OF_JUDGEMENTS["jsonl"].read(arguments.snapshot)
    texts = _texts(arguments.store, {(row.verwijzing, row.sha256) for row in rows}) if arguments.store is not None else {}
    OF_JUDGEMENTS[arguments.format].write(rows, texts, arguments.output)
    known = sum(row.sha256 in texts for row in rows)
    print(f"{arguments.output}: {len(rows)} judgements, {known} of them about a clause whose text is known")
    return 0


def _texts(store: Path, wanted: set[tuple[str, str]]) -> dict[str, str]:
    """The texts that a store holds of clauses, by hash."""
    from corpus.labels import locate
    from corpus.store import Store

    found = locate(Store(store), sorted(wanted))
    return {sha256: clause.text for (_, sha256), clause in found.items() if not isinstance(clause, str)}
