"""What differs between two snapshots: who judged what in one of them only, or otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from training.reviews.rows import JudgedRow

Key = tuple[str, str, str, bool]
"""Initiative, ref, reviewer, and whether it is a lawyer's decision."""

_SAID = ("oordeel", "betreft", "soorten", "zwaarte", "bewijs", "sha256", "versie")
"""What makes a judgement another one; what the model had suggested does not."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """From one snapshot to another; of everybody the last judgement of a flag counts."""

    added: tuple[JudgedRow, ...]
    removed: tuple[JudgedRow, ...]  # taken back
    changed: tuple[tuple[JudgedRow, JudgedRow], ...]  # (before, after)

    def to_json(self) -> dict[str, Any]:
        """For another program."""
        return {
            "added": [row.to_json() for row in self.added],
            "removed": [row.to_json() for row in self.removed],
            "changed": [{"before": before.to_json(), "after": after.to_json()} for before, after in self.changed],
        }

    def counts(self) -> dict[str, Counter[str]]:
        """How many there are of each, by verdict; of what changed by "before -> after"."""
        return {
            "added": Counter(row.oordeel for row in self.added),
            "removed": Counter(row.oordeel for row in self.removed),
            "changed": Counter(f"{before.oordeel} -> {after.oordeel}" for before, after in self.changed),
        }


def difference(before: Sequence[JudgedRow], after: Sequence[JudgedRow]) -> Difference:
    """Compare two snapshots, each in the order of judging."""
    old, new = {_key(row): row for row in before}, {_key(row): row for row in after}
    return Difference(
        added=tuple(row for key, row in new.items() if key not in old),
        removed=tuple(row for key, row in old.items() if key not in new),
        changed=tuple((old[key], row) for key, row in new.items() if key in old and _said(old[key]) != _said(row)),
    )


def _key(row: JudgedRow) -> Key:
    return row.initiatief, row.verwijzing, row.beoordelaar, row.beslecht


def _said(row: JudgedRow) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in _SAID)
