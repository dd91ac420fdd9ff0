"""All that is measured beside others in one run: tables, JSON and plots."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bench.peers.bounds import measure_bounds, search_bound
from bench.peers.children import cores
from bench.peers.classifying import measure_classifying
from bench.peers.commands import measure_commands
from bench.peers.plot import quality_and_speed
from bench.peers.reading import measure_reading
from bench.peers.searching import measure_searching
from bench.peers.spread import Spread
from bench.peers.table import Column, markdown
from bench.peers.texts import material
from corpus.store import Store

PARTS = ("classify", "search", "reading", "commands", "bounds")

LIBRARIES = (
    "numpy", "scikit-learn", "spacy", "onnxruntime", "bm25s", "tantivy", "wetsuite", "quantgov", "sentence-transformers",
    "setfit", "torch",
)  # fmt: skip

_CLASSIFY: Sequence[Column] = (
    ("macro-F1", lambda row: (row["macro_f1"], *row["macro_f1_interval"])),
    ("micro-F1", lambda row: (row["micro_f1"], *row["micro_f1_interval"])),
    ("AUC any strength", lambda row: row["auc_any_strength"]),
    ("clauses/s, two cores", lambda row: row.get("clauses_per_s_two_cores")),
    ("one core", lambda row: row["clauses_per_s_one_core"]),
    ("memory GB", lambda row: row["memory_gb"]),
    ("MB on disk", lambda row: row["size_mb"]),
    ("learning s", lambda row: row["fit_s"]),
    ("what it did", lambda row: row["did"]),
)
_SEARCH: Sequence[Column] = (
    ("nDCG@20", lambda row: row["ndcg_20"]),
    ("recall@100", lambda row: row["recall_100"]),
    ("questions/s, one core", lambda row: row.get("queries_per_s")),
    ("p95 ms", lambda row: row.get("p95_ms")),
    ("index s", lambda row: row.get("build_s")),
    ("memory GB", lambda row: row.get("memory_gb")),
)
_READING: Sequence[Column] = (
    ("clauses", lambda row: row["clauses"]),
    ("leden", lambda row: row["leden"]),
    ("articles without leden", lambda row: row["articles_without_leden"]),
    ("letters of text", lambda row: row.get("letters")),
    ("clauses/s, one core", lambda row: row.get("clauses_per_s")),
)
_COMMANDS: Sequence[Column] = (
    ("seconds", lambda row: row["seconds"]),
    ("memory GB", lambda row: row.get("memory_gb")),
    ("clauses/s", lambda row: row.get("clauses_per_s")),
    ("MB on disk", lambda row: row["bytes"] / 1e6 if "bytes" in row else None),
    ("MB plain", lambda row: row["bytes_plain"] / 1e6 if "bytes_plain" in row else None),
    ("MB plain/s", lambda row: row.get("mb_per_s")),
)


def run(
    folder: Path, output: Path | None, *, parts: Sequence[str] = PARTS, clauses: int | None = None, only: Sequence[str] = (),
    rounds: int = 5, timed: int = 500, minutes: float = 10, sources: Path, dump: Path | None,
) -> int:  # fmt: skip
    """Measure, print tables, and write them down with JSON and plots when asked to.

    Args:
        folder: a store with the texts of the labels that ship.
        output: for peers.json, peers.md and the plots.
        parts: of PARTS.
        clauses: labels that are learnt from, and judged clauses that are searched; None for all.
        only: keys of the peers that take part; empty for all.
        rounds, timed: how often is timed, and clauses each time.
        minutes: that a peer that learns in rounds may learn.
        sources: folder with BWB XML.
        dump: archive that is read whole.
    """
    began = time.perf_counter()
    store = Store(folder)
    told: dict[str, Any] = {"machine": machine(), "date": datetime.now(UTC).date().isoformat(), "clauses": clauses}
    tables = [f"{told['date']}, {told['machine']['words']}"]
    chosen = set(only)

    def say(line: str) -> None:
        print(f"{time.perf_counter() - began:6.0f} s  {line}", flush=True)

    def show(title: str, rows: Sequence[dict[str, Any]], name: str, columns: Sequence[Column]) -> None:
        tables.append(f"## {title}\n\n{markdown(rows, name, columns)}")
        print(f"\n{tables[-1]}\n", flush=True)

    given = None
    if {"classify", "commands", "bounds"} & set(parts):
        say("labels and clauses of the store")
        given = material(store, clauses=clauses, rounds=rounds, timed=timed)
    if "classify" in parts and given is not None:
        told["classify"] = measure_classifying(given, seconds=minutes * 60, only=chosen, say=say)
        about = (
            f"{len(given.learnt)} labels learnt from, {len(given.tested)} of {len(set(given.tested.groups))} frozen regulations"
        )
        show(f"Barrier kinds of clauses: {about}", told["classify"], "peer", _CLASSIFY)
    if "search" in parts:
        told["search"], about = measure_searching(store, clauses=clauses, only=chosen, say=say)
        show(f"Clauses for an initiative: {about}", told["search"], "peer", _SEARCH)
    if "reading" in parts:
        say("reading")
        told["reading"] = measure_reading(sources)
        show("Reading BWB XML", told["reading"], "peer", _READING)
    if "commands" in parts and given is not None:
        say("commands")
        told["commands"] = measure_commands([one for part in given.rounds for one in part], dump)
        show("Our commands, as they are started", told["commands"], "command", _COMMANDS)
    if "bounds" in parts and given is not None:
        say("bounds")
        told["bounds"] = measure_bounds([one for part in given.rounds for one in part])
        ours = next((row for row in told.get("search", ()) if "list_bytes" in row), None)
        if ours is not None:
            told["bounds"]["search"] = search_bound(ours, told["bounds"]["one_core"]["read_gb_per_s"])
        show("The machine and its bounds", list(_bound_rows(told["bounds"])), "what", [("", lambda row: row["value"])])
    say("done")
    if output is not None:
        _write(output, told, tables)
    return 0


def machine() -> dict[str, Any]:
    """The machine and the libraries, so that figures are not compared across either."""
    versions = {}
    for name in LIBRARIES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    processor, cpus = platform.machine(), Path("/proc/cpuinfo")
    if cpus.exists():
        models = [line.partition(":")[2].strip() for line in cpus.read_text().splitlines() if line.startswith("model name")]
        processor = models[0] if models else processor
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    words = f"{len(cores())} cores of {processor}, {memory:.0f} GB, {platform.system()}, Python {platform.python_version()}"
    return {"words": words, "libraries": versions}


def _bound_rows(bounds: dict[str, Any]) -> Any:
    for key, where in (("one_core", "one core"), ("all_cores", f"{bounds['cores']} cores")):
        rates = bounds[key]
        yield {"what": f"products in 32-bit floats, {where}, GFLOP/s", "value": rates["float32"]["gflop_per_s"]}
        if "int8" in rates:
            yield {"what": f"products in eight bits, {where}, GOP/s", "value": rates["int8"]["gflop_per_s"]}
        yield {"what": f"reading memory, {where}, GB/s", "value": rates["read_gb_per_s"]}
        yield {"what": f"copying memory (read and written), {where}, GB/s", "value": rates["copy_gb_per_s"]}
    classify = bounds["classify"]
    if "skipped" in classify:
        yield {"what": "classify beside its bound", "skipped": classify["skipped"]}
    else:
        per_clause = classify["flops"] / classify["read_twice"] / 1e6
        yield {"what": "operations of the encoder for a clause that it reads, in millions", "value": per_clause}
        yield {"what": "share of clauses that the encoder reads", "value": classify["read_twice"] / classify["clauses"]}
        for name, words in (
            ("fast_tier_s", "fast tier"),
            ("tokenizer_s", "tokenizer"),
            ("encoder_s", "encoder"),
            ("seconds", "all"),
        ):
            yield {"what": f"{classify['clauses']} clauses on one core, {words}, s", "value": classify[name]}
        yield {"what": "encoder: share of what eight-bit products allow", "value": classify["encoder_of_bound"]}
        yield {"what": "classify: share of what eight-bit products allow", "value": classify["whole_of_bound"]}
    if "search" in bounds:
        yield {"what": "search: bytes of lists for one initiative, MB", "value": bounds["search"]["list_bytes"] / 1e6}
        yield {"what": "search: share of what reading them allows", "value": bounds["search"]["of_bound"]}


def _write(output: Path, told: dict[str, Any], tables: Sequence[str]) -> None:
    output.mkdir(parents=True, exist_ok=True)
    (output / "peers.json").write_text(json.dumps(told, indent=1, default=_plain) + "\n", encoding="utf-8")
    (output / "peers.md").write_text("\n\n".join(tables) + "\n", encoding="utf-8")
    speeds = ("clauses_per_s_two_cores", "clauses_per_s_one_core")
    plots: tuple[tuple[str, Callable[[dict[str, Any]], float], Sequence[str], str, str], ...] = (
        ("classify", lambda row: row["macro_f1"], speeds, "clauses a second", "macro-F1 over 13 barrier kinds"),
        ("search", lambda row: row["ndcg_20"][0], ("queries_per_s",), "questions a second, one core", "nDCG@20"),
    )
    for part, quality, names, across, up in plots:
        points = []
        for row in told.get(part, ()):
            speed = next((row[name] for name in names if name in row), None)
            if speed is not None:
                points.append((row["peer"], speed.median, quality(row)))
        if points:
            (output / f"peers-{part}.svg").write_text(quality_and_speed(points, across=across, up=up), encoding="utf-8")


def _plain(value: Any) -> Any:
    """What JSON does not know."""
    if isinstance(value, Spread):
        return asdict(value)
    raise TypeError(f"{type(value).__name__} is not written")
