"""What people decided about flags, as a snapshot (momentopname) holds it: one row a judgement, without what residents told.

Both sides of the service read and write these rows: snapshots, exports and imports, gold, retraining.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from corpus.errors import UnreadableSource


class About(StrEnum):
    """What somebody who rejects a flag speaks of."""

    INITIATIVE = "initiatief"  # the clause may be a barrier, but not for this initiative
    CLAUSE = "bepaling"  # the clause is no barrier to anybody


class Way(StrEnum):
    """How a clause came before a reviewer."""

    FLAGGED = ""  # a model flagged it, or a person added it
    RANDOM = "toeval"  # drawn among what no model flagged, see ``inclusion``
    ACTIVE = "actief"  # chosen because its answer teaches most


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedRow:
    """One judgement. Field names are those of the JSON, see ``to_json`` for how each is written."""

    initiatief: str  # number of the initiative
    verwijzing: str  # ref of the clause
    versie: str  # ISO date of the version of the regulation
    sha256: str  # of the normalised text of the clause (corpus.passages.text_hash)
    oordeel: str  # bevestigd, afgewezen, aangepast, toegevoegd
    soorten: tuple[str, ...]  # barrier kinds; empty when rejected
    zwaarte: int  # 0..3
    bewijs: tuple[tuple[int, int], ...]  # start and end in the normalised text
    beoordelaar: str  # number of the reviewer
    beslecht: bool  # a lawyer's, over those of others
    betreft: str = About.INITIATIVE.value  # of a rejection, see ``About``
    steekproef: str = Way.FLAGGED.value  # see ``Way``
    trekkans: float | None = None  # with which a random sample held this clause, 0..1; None for what was not drawn
    voorstel: str | None = None  # number of the suggestion that the reviewer saw
    dag: str = ""  # ISO date of the judgement

    @property
    def barrier(self) -> bool:
        """Whether the reviewer sees a barrier for the initiative."""
        return self.oordeel != "afgewezen"

    @property
    def speaks_of_clause(self) -> bool:
        """Whether it says what the clause is, whatever the initiative."""
        return self.barrier or self.betreft == About.CLAUSE.value

    def to_json(self) -> dict[str, Any]:
        """As a line of a snapshot."""
        told = {field.name: getattr(self, field.name) for field in fields(self)}
        told["soorten"] = list(self.soorten)
        told["bewijs"] = [{"start": start, "end": end} for start, end in self.bewijs]
        return told

    @classmethod
    def of_json(cls, raw: dict[str, Any]) -> JudgedRow:
        """A line of a snapshot.

        Raises:
            ValueError: it is no such line.
        """
        try:
            told = {name: raw[name] for name in _NAMES if name in raw}
            told["soorten"] = tuple(told["soorten"])
            told["bewijs"] = tuple((int(span["start"]), int(span["end"])) for span in told["bewijs"])
            return cls(**told)
        except (KeyError, TypeError) as error:
            raise ValueError(f"no judgement: {error}") from None


_NAMES = frozenset(field.name for field in fields(JudgedRow))


def lines_of(rows: Iterable[JudgedRow]) -> Iterator[str]:
    """Lines of JSON, keys sorted: the same rows are always the same bytes."""
    for row in rows:
        yield json.dumps(row.to_json(), ensure_ascii=False, sort_keys=True) + "\n"


def rows_of(lines: Iterable[str], *, name: str = "snapshot") -> Sequence[JudgedRow]:
    """Rows from lines of JSON.

    Raises:
        UnreadableSource: a line is no judgement; names file and line.
    """
    rows = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                rows.append(JudgedRow.of_json(json.loads(line)))
            except (ValueError, AttributeError) as error:
                raise UnreadableSource(name, str(error), line=number) from None
    return rows
