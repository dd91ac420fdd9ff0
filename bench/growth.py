"""What grows with the corpus, and how fast: ingest, index, start, search and memory, from thousands of clauses to millions.

Every corpus is the clauses of a real store, cut off or repeated under other ids, with another number or place in every copy.
What a clause costs to classify does not depend on the corpus; its rate is measured on a sample of each. Every size is made in
one process and asked in another, so memory is its own.
"""

from __future__ import annotations

import json
import multiprocessing
import re
import resource
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from bench.growth_plot import plotted, slope

SAMPLE = 1_000
"""Clauses that are classified for the rate."""

PER_FILE = 10_000
"""Clauses in a file that is added."""

ASKED = 40
"""Labelled initiatives that are asked, spread evenly; each once, so the clauses that are shown are mostly read for it."""

MEASURES = {
    "ingest_s": "ingest (s)",
    "index_s": "index (s)",
    "classify_per_s": "classify (clauses/s)",
    "start_s": "start to first answer (s)",
    "flag_p50_ms": "flag, median (ms)",
    "flag_p95_ms": "flag, p95 (ms)",
    "rank_p50_ms": "rank, median (ms)",
    "rank_p95_ms": "rank, p95 (ms)",
    "private_gb": "memory of its own (GB)",
    "mapped_gb": "files mapped into memory (GB)",
    "peak_gb": "most resident (GB)",
}

_NUMBER = re.compile(r"\d+")


def run(store: Path, output: Path, sizes: Sequence[int]) -> int:
    """Measure every size, print a table, and write growth.json and growth.svg.

    Args:
        store: of real law; only read.
        output: folder of the results; the corpora are made in it too, one at a time (some GB for millions of clauses).
        sizes: numbers of clauses, ascending.
    """
    output.mkdir(parents=True, exist_ok=True)
    points = []
    for size in sizes:
        with TemporaryDirectory(dir=output) as folder:
            point = _alone(_made, store, Path(folder), size)
            point |= _alone(_asked, Path(folder) / "store", time.time())
        points.append(point)
        (output / "growth.json").write_text(json.dumps({"points": points}, indent=1) + "\n", encoding="utf-8")
        print(f"{size:>10} clauses  " + "  ".join(f"{name} {point[name]:.4g}" for name in MEASURES), flush=True)
    slopes = {name: slope([p["clauses"] for p in points], [p[name] for p in points]) for name in MEASURES}
    for name, label in MEASURES.items():
        print(f"{label:<32} grows with clauses to the power {slopes[name]:+.2f}")
    told = {"points": points, "slopes": slopes}
    (output / "growth.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    (output / "growth.svg").write_text(plotted(points, MEASURES), encoding="utf-8")
    return 0


def copies(folder: Path, size: int) -> Iterator[dict[str, str]]:
    """So many clauses as clause JSONL has them: of a store, over and over, every time as other regulations."""
    from corpus.store import Store

    store, made, copy = Store(folder), 0, 0
    while made < size:
        for entry in store.regulations.values():
            for row in store.rows(entry):
                if made == size:
                    return
                if not row["text"].strip():
                    continue
                named = {"title": entry.title, "level": entry.level, "version_date": entry.version_date}
                yield named | {"ref": f"copy{copy}-{row['ref']}", "heading": row["heading"], "text": altered(row["text"], copy)}
                made += 1
        if not made:
            raise ValueError(f"{folder}: the store holds no clause with a text")
        copy += 1


def written(rows: Iterator[dict[str, str]], folder: Path) -> None:
    """Clause JSONL in files of some megabytes, which several processes can read; a regulation is never in two."""
    folder.mkdir(parents=True)
    lines, number = list[str](), 0
    for _, regulation in groupby(rows, key=lambda row: row["ref"].partition("/")[0]):
        lines += (json.dumps(row, ensure_ascii=False) + "\n" for row in regulation)
        if len(lines) >= PER_FILE:
            (folder / f"{number:04}.jsonl").write_text("".join(lines), encoding="utf-8")
            lines, number = [], number + 1
    if lines:
        (folder / f"{number:04}.jsonl").write_text("".join(lines), encoding="utf-8")


def altered(text: str, copy: int) -> str:
    """A text in which the first number, or else a place, is another in every copy."""
    if copy == 0:
        return text
    changed, found = _NUMBER.subn(lambda number: str(int(number[0]) + copy), text, count=1)
    return changed if found else f"{text} Plaats {copy}."


def _alone(step: Callable[..., dict[str, Any]], *told: Any) -> dict[str, Any]:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(step, *told).result()


def _made(source: Path, folder: Path, size: int) -> dict[str, Any]:
    """Make a store of a size with its index."""
    from corpus.adding import add_paths
    from corpus.store import Store
    from models.indexing import build_index, clause_texts
    from models.loading import load_model, released_folder
    from service.engine import cores

    sources = folder / "sources"
    written(copies(source, size), sources)
    began = time.perf_counter()
    add_paths([sources], store=folder / "store", workers=cores())
    ingest = time.perf_counter() - began
    shutil.rmtree(sources)
    store, model = Store(folder / "store"), load_model()
    table = store.table(columns=["ref", "text", "heading"])
    chosen = np.unique(np.linspace(0, size - 1, min(SAMPLE, size)).astype(int))
    pieces = [clause for row in chosen for clause in clause_texts(table.slice(int(row), 1), {})]
    began = time.perf_counter()
    model.clauses.probabilities(pieces)
    classify = time.perf_counter() - began
    began = time.perf_counter()
    build_index(store, model_folder=released_folder(), workers=cores())
    index = time.perf_counter() - began
    rates = {"ingest_per_s": size / ingest, "index_per_s": size / index, "classify_per_s": len(pieces) / classify}
    return {"clauses": size, "ingest_s": ingest, "index_s": index} | rates


def _asked(folder: Path, started: float) -> dict[str, Any]:
    """Open a store with its index and ask it; ``started`` is when this process was (seconds of the epoch)."""
    from corpus.labels import initiatives
    from corpus.store import Store
    from models.flagging import Flagger
    from models.index import index_folder
    from models.initiatives import InitiativeText
    from models.loading import load_model, released_folder

    asked = [InitiativeText(id=one.id, titel=one.titel, omschrijving=one.omschrijving) for one in initiatives()]
    asked = asked[:: max(1, len(asked) // ASKED)][:ASKED]
    store, model = Store(folder), load_model()
    flagger = Flagger(store, model, index_folder(store, released_folder()))
    flagger.flag(asked[0], brief=True)
    start = time.time() - started
    ranks = [_took(flagger.rank, one) for one in asked]
    flags = [_took(lambda one: flagger.flag(one, brief=True), one) for one in asked]
    held = memory()
    return {
        "start_s": start,
        **{f"rank_{name}_ms": float(np.quantile(ranks, q)) for name, q in (("p50", 0.5), ("p95", 0.95))},
        **{f"flag_{name}_ms": float(np.quantile(flags, q)) for name, q in (("p50", 0.5), ("p95", 0.95))},
        **held,
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }


def memory() -> dict[str, float]:
    """Memory of this process in GB, from /proc/self/smaps_rollup: its own, and files that are mapped into it.

    Pages of mapped files are in memory once for all processes, and the kernel takes them back when it needs them.
    """
    lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    told = {name: int(rest.split()[0]) / 1e6 for name, _, rest in (line.partition(":") for line in lines)}
    return {"private_gb": told["Anonymous"], "mapped_gb": told["Rss"] - told["Anonymous"]}


def _took(what: Callable[[Any], Any], one: Any) -> float:
    began = time.perf_counter()
    what(one)
    return (time.perf_counter() - began) * 1000
