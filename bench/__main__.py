"""Run a bench: python -m bench growth|service|review|selecting|learning|peers --store STORE [...], or python -m bench pages"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def main() -> int:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    benches = parser.add_subparsers(dest="what", required=True)
    growth = benches.add_parser("growth", help="ingest, index, start, search and memory, as the corpus grows")
    service = benches.add_parser("service", help="answers a second, time to answer and memory of the whole service")
    review = benches.add_parser("review", help="how long a reviewer waits who goes through a hundred flags")
    pages = benches.add_parser("pages", help="what Lighthouse says of the pages that are used most; needs npm and Chromium")
    selecting = benches.add_parser("selecting", help="labels that the order of asking saves")
    learning = benches.add_parser("learning", help="what reviewers teach a model, over the interface of a real service")
    peers = benches.add_parser(
        "peers",
        help="the product beside what a user would take instead, and beside what the machine allows",
        epilog="example: python -m bench peers --store store --output measured --parts classify search",
    )
    for bench in (growth, service, review):
        bench.add_argument("--store", type=Path, required=True, help="a store with its index; the larger the better")
    for bench in (selecting, learning, peers):
        bench.add_argument("--store", type=Path, required=True, help="a store with the texts of the labels that ship")
    selecting.add_argument("--seeds", type=int, default=3, help="how often either order is tried (default 3)")
    pools = ("shared", "unchosen", "half")  # bench.selecting.POOLS
    selecting.add_argument("--pools", nargs="+", choices=pools, default=pools, help="what is asked from (default all)")
    growth.add_argument(
        "--sizes", type=_sizes, default="10000,40000,160000,412000,1000000,4000000", help="numbers of clauses, by commas"
    )
    growth.add_argument("--output", type=Path, required=True, help="folder for the results, and for the corpora meanwhile")
    for bench in (service, review, pages, selecting, learning, peers):
        bench.add_argument("--output", type=Path, help="folder for what was measured, as JSON and SVG")
    service.add_argument("--seconds", type=float, default=60, help="how long every load lasts (default 60)")
    service.add_argument("--memory-minutes", type=float, default=10, help="how long memory is watched (default 10; 0 for not)")
    service.add_argument("--workers", type=int, default=2, help="processes of either server (default 2)")
    for bench in (service, review):
        bench.add_argument("--database-url", metavar="URL", help="an empty PostgreSQL database, instead of SQLite of its own")
    _peers(peers)
    arguments = parser.parse_args()
    # Imported when wanted: the process that asks the service starts from this file too, and must stay light.
    if arguments.what == "growth":
        from bench.growth import run as run_growth

        return run_growth(arguments.store, arguments.output, arguments.sizes)
    if arguments.what == "selecting":
        from bench.selecting import run as run_selecting

        return run_selecting(arguments.store, arguments.output, seeds=arguments.seeds, pools=arguments.pools)
    if arguments.what == "learning":
        from bench.learning import run as run_learning

        return run_learning(arguments.store, arguments.output)
    if arguments.what == "peers":
        from bench.peers.running import run as run_peers

        return run_peers(
            arguments.store,
            arguments.output,
            parts=arguments.parts,
            clauses=arguments.clauses,
            only=arguments.only,
            rounds=arguments.rounds,
            timed=arguments.timed,
            minutes=arguments.minutes,
            sources=arguments.sources,
            dump=arguments.dump,
        )
    if arguments.what == "pages":
        from bench.pages import run as run_pages

        return run_pages(arguments.output)
    if arguments.what == "review":
        from bench.review import run as run_review

        return run_review(arguments.store, arguments.output, database_url=arguments.database_url)
    from bench.service import run as run_service

    return run_service(
        arguments.store,
        arguments.output,
        seconds=arguments.seconds,
        database_url=arguments.database_url,
        memory_minutes=arguments.memory_minutes,
        workers=arguments.workers,
    )


def _sizes(told: str) -> list[int]:
    sizes = sorted({int(size) for size in told.split(",")})
    if sizes[0] < 1:
        raise ValueError(told)
    return sizes


def _peers(parser: argparse.ArgumentParser) -> None:
    parts, shared = ("classify", "search", "reading", "commands", "bounds"), Path("../shared/sources")
    parser.add_argument("--parts", nargs="+", choices=parts, default=parts, help="what is measured (default all)")
    parser.add_argument(
        "--only", nargs="+", default=(), metavar="KEY", help="peers that take part: ours, fast, tfidf, bow, ..."
    )
    parser.add_argument("--clauses", type=int, help="labels learnt from and clauses searched (default all; few for a try)")
    parser.add_argument("--rounds", type=int, default=5, help="how often speed is measured (default 5)")
    parser.add_argument("--timed", type=int, default=500, help="clauses each time (default 500)")
    parser.add_argument("--minutes", type=float, default=10, help="that a peer that learns in rounds may learn (default 10)")
    parser.add_argument("--sources", type=Path, default=shared / "bwb-xml", help=f"BWB XML (default {shared}/bwb-xml)")
    parser.add_argument("--dump", type=Path, default=shared / "bwb-2017.tar.xz", help="archive that is read whole")


if __name__ == "__main__":
    sys.exit(main())
