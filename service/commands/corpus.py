"""regelruimte corpus add | list | show | search | pull | index | verify"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path

from service.commands.parsing import add_command, add_spread_options, add_store_option, positive


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the group ``corpus``."""
    group = commands.add_parser("corpus", help="read regulations and look at them").add_subparsers(
        title="commands", metavar="COMMAND", required=True
    )
    add = add_command(
        group,
        "add",
        run=_add,
        summary="read files, folders and archives into a store",
        example="regelruimte corpus add apv.xml omgevingsplan.zip --store store",
    )
    add.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="BWB XML, BWB markdown dump, STOP/OW, CVDR XML, PDF, DOCX, HTML, clause JSONL (.gz), .zip, .tar.xz",
    )
    add_spread_options(add)
    add.add_argument("--report", type=Path, metavar="FILE", help="write what came of every file as JSON lines")
    add_store_option(add)
    listing = add_command(
        group,
        "list",
        run=_list,
        summary="list the regulations in a store",
        example="regelruimte corpus list --store store --json",
    )
    listing.add_argument("--json", action="store_true", help="as a JSON array")
    add_store_option(listing)
    show = add_command(
        group,
        "show",
        run=_show,
        summary="show a clause, an article or a regulation",
        example="regelruimte corpus show CVDR900001/artikel-2:4/lid-1 --store store",
    )
    show.add_argument("ref", metavar="REF")
    show.add_argument("--json", action="store_true", help="as JSON, one clause a line")
    add_store_option(show)
    search = add_command(
        group,
        "search",
        run=_search,
        summary="clauses that hold all the given words",
        example='regelruimte corpus search "omgevingsvergunning evenement" --store store',
    )
    search.add_argument("text", metavar="TEXT")
    search.add_argument("--top", type=positive, default=20, metavar="N", help="how many clauses at the most (default 20)")
    add_store_option(search)
    pull = add_command(
        group,
        "pull",
        run=_pull,
        summary="fetch regulations from the official repositories",
        example="regelruimte corpus pull BWBR0005537 gemeente:Ermelo gm0233 --store store",
    )
    pull.add_argument("ids", nargs="+", metavar="ID", help="BWBR..., CVDR..., gm/ws/pv code, or gemeente:NAME")
    pull.add_argument("--on", type=_date, default=None, metavar="DATE", help="version in force on this day (default: today)")
    pull.add_argument("--cache", type=Path, metavar="DIR", help="where files are kept (default: DIR of the store + -cache)")
    pull.add_argument("--mirror", metavar="URL", help="base address that stands in for the official repositories")
    add_store_option(pull)
    index = add_command(
        group,
        "index",
        run=_index,
        summary="work out ahead what a model knows of every clause of a store; goes on where it was cut off",
        example="regelruimte corpus index --store store --cluster tcp://10.0.0.1:8786",
    )
    index.add_argument("--model", type=Path, metavar="DIR", help="model directory (default: the one that ships)")
    add_spread_options(index)
    add_store_option(index)
    verify = add_command(
        group,
        "verify",
        run=_verify,
        summary="prove that a store is whole",
        example="regelruimte corpus verify --store store",
    )
    add_store_option(verify)


def _add(arguments: argparse.Namespace) -> int:
    from corpus.adding import add_paths
    from service.progress import progress

    with progress("reading", unit="file") as advance:
        report = add_paths(
            arguments.paths, store=arguments.store, workers=arguments.workers, cluster=arguments.cluster, on_file=advance
        )
    if arguments.report:
        with arguments.report.open("w", encoding="utf-8") as stream:
            for row in _report_rows(report):
                stream.write(json.dumps(row, ensure_ascii=False) + "\n")
    for refusal in report.refused:
        place = refusal.name if refusal.line is None else f"{refusal.name}, line {refusal.line}"
        print(f"refused: {place}: {refusal.reason}", file=sys.stderr)
    print(
        f"{report.regulations} regulations, {report.clauses} clauses from {len(report.read)} files"
        f" ({len(report.joined)} files read with them, {len(report.refused)} refused, {report.replaced} versions replaced)"
    )
    return 0


def _report_rows(report: object) -> list[dict[str, object]]:
    from corpus.adding import AddReport

    assert isinstance(report, AddReport)
    rows: list[dict[str, object]] = []
    for name, format_name, regulations, clauses in report.read:
        rows.append({"file": name, "outcome": "read", "format": format_name, "regulations": regulations, "clauses": clauses})
    rows += [{"file": name, "outcome": "joined", "with": main} for name, main in report.joined]
    rows += [{"file": r.name, "outcome": "refused", "reason": r.reason, "line": r.line} for r in report.refused]
    return rows


def _list(arguments: argparse.Namespace) -> int:
    from corpus.store import Store

    entries = Store(arguments.store).regulations.values()
    if arguments.json:
        rows = [{key: value for key, value in asdict(entry).items() if key not in ("part", "start")} for entry in entries]
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        for entry in entries:
            print(f"{entry.id:<14} {entry.level:<10} {entry.version_date or '-':<10} {entry.clauses:>6}  {entry.title}")
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from corpus.store import Store
    from service.commands.showing import show

    return show(Store(arguments.store), arguments.ref, as_json=arguments.json)


def _search(arguments: argparse.Namespace) -> int:
    from corpus.searching import search
    from corpus.store import Store

    for hit in search(Store(arguments.store), arguments.text, top=arguments.top):
        print(f"{hit.ref}  [{hit.title}]\n    {hit.excerpt}")
    return 0


def _pull(arguments: argparse.Namespace) -> int:
    from service.commands.pulling import pull_into

    on = arguments.on or date.today()
    cache = arguments.cache or arguments.store.with_name(arguments.store.name + "-cache")
    return pull_into(arguments.store, arguments.ids, on=on, cache=cache, mirror=arguments.mirror)


def _index(arguments: argparse.Namespace) -> int:
    from corpus.store import Store
    from models.indexing import build_index
    from models.loading import released_folder
    from models.packaging import open_package
    from service.progress import progress

    store, folder = Store(arguments.store), arguments.model or released_folder()
    version = open_package(folder).version
    with progress("describing clauses", unit="chunk") as advance:
        place = build_index(
            store,
            model_folder=folder,
            workers=arguments.workers or os.cpu_count() or 1,
            cluster=arguments.cluster,
            on_chunk=advance,
        )
    clauses = sum(part.rows for part in store.contents.parts)
    print(f"{clauses} clauses described by model {version}, in {place}")
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    from corpus.store import Store

    store = Store(arguments.store)
    problems = store.verify()
    for problem in problems:
        print(f"regelruimte: {problem}", file=sys.stderr)
    if problems:
        return 1
    clauses = sum(entry.clauses for entry in store.versions)
    print(f"whole: {len(store.versions)} versions of {len(store.regulations)} regulations, {clauses} clauses")
    return 0


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"not a date like 2024-12-31: {text!r}") from None
