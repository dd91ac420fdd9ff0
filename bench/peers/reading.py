"""Reading the XML of wetten.overheid.nl: our reader beside the parser of wetsuite, file by file on one core.

Beside what either finds stand the leden and the articles without leden that the files hold as elements. Ours also cuts what
stands in no article (annexes, tables, circulars), follows lists, and keeps for every clause where in the source it stands.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lxml import etree

from bench.peers.children import cores, in_child
from bench.peers.registry import INSTALL
from bench.peers.spread import Spread
from corpus.intake import on_disk
from corpus.readers import bwb_xml
from corpus.records import SourceUnit

ROUNDS = 5


def measure_reading(folder: Path, *, rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """A row for what the files hold, for our reader and for wetsuite; none but a reason where there are no files.

    Args:
        folder: of BWB toestand files.
        rounds: how often all are read.
    """
    files = sorted(path for path in folder.glob("*.xml") if b"<toestand" in path.read_bytes()[:4096]) if folder.is_dir() else []
    if not files:
        return [{"peer": "reading", "skipped": f"no BWB XML in {folder.name} (--sources)"}]
    size = sum(path.stat().st_size for path in files)
    rows: list[dict[str, Any]] = [{"peer": "elements in the files", "files": len(files), "bytes": size, **_held(files)}]
    rows.append({"peer": "Regelruimte", **in_child(_timed, _ours, files, rounds, on=cores()[:1])})
    lacking = [name for name in ("wetsuite", "bs4") if find_spec(name) is None]
    if lacking:
        rows.append({"peer": "wetsuite", "skipped": f"{', '.join(lacking)} is not installed ({INSTALL})"})
    else:
        rows.append({"peer": "wetsuite", **in_child(_timed, _wetsuite, files, rounds, on=cores()[:1])})
    return rows


def _timed(read: Callable[[list[Path]], dict[str, int]], files: list[Path], rounds: int) -> dict[str, Any]:
    """In a child: read everything several times, after a first time that does not count."""
    found, rates = read(files), []
    for _ in range(rounds):
        began = time.perf_counter()
        read(files)
        rates.append(found["clauses"] / (time.perf_counter() - began))
    return {**found, "clauses_per_s": Spread.of(rates)}


def _held(files: list[Path]) -> dict[str, int]:
    leden = articles = 0
    for path in files:
        root = etree.parse(path).getroot()
        leden += sum(1 for _ in root.iter("lid"))
        articles += sum(1 for article in root.iter("artikel") if article.find(".//lid") is None)
    return {"leden": leden, "articles_without_leden": articles, "clauses": leden + articles}


def _ours(files: list[Path]) -> dict[str, int]:
    clauses = [
        clause for path in files for regulation in bwb_xml.read(SourceUnit(main=on_disk(path))) for clause in regulation.clauses
    ]
    leden = sum("/lid-" in clause.ref for clause in clauses)
    articles = sum("/artikel-" in clause.ref and "/lid-" not in clause.ref for clause in clauses)
    return {"clauses": len(clauses), "leden": leden, "articles_without_leden": articles, "letters": _letters(clauses)}


def _letters(clauses: Any) -> int:
    return sum(len(clause.text) for clause in clauses)


def _wetsuite(files: list[Path]) -> dict[str, int]:
    from wetsuite.helpers.koop_parse import alineas_with_selective_path, merge_alinea_data

    leden = articles = found = letters = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says of itself that its answers may still change
        for path in files:
            merged = merge_alinea_data(alineas_with_selective_path(etree.fromstring(path.read_bytes())))
            found += len(merged)
            for parts, texts in merged:
                names = {name for name, _ in parts}
                leden += "lid" in names
                articles += "artikel" in names and "lid" not in names
                letters += sum(len(text) for text in texts)
    return {"clauses": found, "leden": leden, "articles_without_leden": articles, "letters": letters}
