"""What ``regelruimte corpus pull`` does: fetch, then add."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from corpus.adding import add_paths
from corpus.repositories import Addresses, PoliteClient, pull


def pull_into(store: Path, ids: Sequence[str], *, on: date, cache: Path, mirror: str | None) -> int:
    """Fetch regulations from the official repositories (or a mirror) and add them to a store."""
    addresses = Addresses.below(mirror.rstrip("/")) if mirror else Addresses()
    with PoliteClient(cache / "http", hosts=addresses.hosts) as client:
        pulled = pull(ids, into=cache / "files", on=on, client=client, addresses=addresses)
    for one in pulled:
        print(f"{one.id}: {one.path} ({'unchanged' if one.from_cache else 'fetched'}, sha256 {one.sha256[:12]})")
    report = add_paths(sorted({_addable(one.path, cache) for one in pulled}), store=store)
    print(f"{report.regulations} regulations, {report.clauses} clauses added to {store}")
    return 0


def _addable(path: Path, cache: Path) -> Path:
    """The folder of a regulation that comes in several files, otherwise the file."""
    return path if path.parent == cache / "files" else path.parent
