"""Our own commands as a user starts them: time, memory, and bytes a second where they read a file."""

from __future__ import annotations

import json
import lzma
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.peers.spread import Spread
from models.vectorising import ClauseText

REPEATS = 5
"""Of what takes seconds. The dump is read once."""

_ENTRY = "import sys; from service.command_line import entry_point; sys.exit(entry_point())"
_CHECKOUT = Path(__file__).resolve().parents[2]
_SAMPLE = _CHECKOUT / "corpus" / "sample"
_STREAM = 2**20


def measure_commands(clauses: Sequence[ClauseText], dump: Path | None, *, repeats: int = REPEATS) -> list[dict[str, Any]]:
    """A row for each command.

    Args:
        clauses: that ``classify`` reads.
        dump: an archive that is read whole, and once more by nothing but its decompressor; None to leave that out.
        repeats: how often the short ones are started.
    """
    clauses = [one for one in clauses if one.text.strip()]  # as export writes them: there is nothing to read in the others
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        store, given = folder / "sample", folder / "clauses.jsonl"
        lines = [
            json.dumps({"ref": one.ref, "title": one.title, "level": "rijk", "heading": one.heading, "text": one.text})
            for one in clauses
        ]
        given.write_text("\n".join(lines) + "\n", encoding="utf-8")
        add = ["corpus", "add", str(_SAMPLE / "regelingen"), "--store", str(store)]
        flag = ["flag", str(_SAMPLE / "initiatief.json"), "--store", str(store), "--output", str(folder / "flags.jsonl")]
        classify = ["classify", str(given), "--output", str(folder / "judged.jsonl")]
        rows = [
            _row("--help", ["--help"], repeats),
            _row("corpus add, sample municipality, a new store", add, 1),
            _row("flag, the first answer of a new store (makes its index)", flag, 1),
            _row("flag, a store with an index, from start to answer", flag, repeats),
        ]
        for workers in (1, 2):
            name = f"classify, {len(clauses)} clauses, {workers} process{'es' if workers > 1 else ''}, from start to end"
            rows.append(_row(name, [*classify, "--workers", str(workers)], repeats))
            rows[-1]["clauses_per_s"] = len(clauses) / rows[-1]["seconds"].median
        if dump is None or not dump.exists():
            rows.append({"command": "corpus add, whole dump", "skipped": "no such file (--dump)"})
            return rows
        size, plain, seconds = _decompressed(dump)
        unpacked = {"bytes": size, "bytes_plain": plain, "mb_per_s": plain / 1e6 / seconds}
        rows.append({"command": f"nothing but decompressing {dump.name}", "seconds": Spread.of([seconds]), **unpacked})
        rows.append(
            _row(f"corpus add {dump.name}", ["corpus", "add", str(dump.resolve()), "--store", str(folder / "whole")], 1)
        )
        rows[-1].update(bytes=size, bytes_plain=plain, mb_per_s=plain / 1e6 / rows[-1]["seconds"].median)
        return rows


def _row(name: str, arguments: list[str], repeats: int) -> dict[str, Any]:
    timed = [_run(arguments) for _ in range(repeats)]
    return {
        "command": name,
        "seconds": Spread.of([seconds for seconds, _ in timed]),
        "memory_gb": max(peak for _, peak in timed),
    }


def _run(arguments: list[str]) -> tuple[float, float]:
    """Seconds, and the most that the command's largest process held, in GB.

    Raises:
        ChildProcessError: it failed.
    """
    command = [sys.executable, "-m", "bench.peers.launching", sys.executable, "-c", _ENTRY, *arguments]
    done = subprocess.run(command, capture_output=True, cwd=_CHECKOUT, text=True)
    if done.returncode:
        raise ChildProcessError(f"regelruimte {' '.join(arguments)}: {done.stderr.strip()}")
    seconds, kilobytes = done.stdout.split()
    return float(seconds), int(kilobytes) * 1024 / 1e9


def _decompressed(path: Path) -> tuple[int, int, float]:
    """Bytes on disk, bytes within, seconds."""
    openers: dict[str, Callable[..., Any]] = {".xz": lzma.open}
    began, plain = time.perf_counter(), 0
    with openers.get(path.suffix, open)(path, "rb") as stream:
        while part := stream.read(_STREAM):
            plain += len(part)
    return path.stat().st_size, plain, time.perf_counter() - began
