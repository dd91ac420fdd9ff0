"""Everything in a store that says what a clause is, as training examples."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from corpus.labels import ClauseLabel, JoinReport, official_labels
from corpus.passages import letter_places
from corpus.records import Clause
from corpus.store import Store
from models.columns import ADDRESSEES, COLUMN, COLUMNS, QUALIFICATIONS, STRENGTHS
from models.vectorising import ClauseText
from training.duplicates import copies

MISSING = -1
"""In a target matrix: this column is not known for this clause."""

NATIONAL_SHARE = 12
"""Of the rule qualifications that readers gave to national clauses, one in so many counts.

Authorities give these values to rules of their own; with all of ours national clauses, nearly all AndersGeduid, drowned them
(macro-F1 on the water board of Limburg, unseen: 0.70 with none, 0.74 with about one in twelve, 0.59 with all).
"""

Targets = npt.NDArray[np.int8]
Spans = list[tuple[int, int]]
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class ClauseExamples:
    """Clauses with what is known of them; all lists and rows belong together.

    Attributes:
        texts: what a model reads of each.
        targets: *shape* (clauses, columns); 1, 0 or MISSING.
        groups: regulation of each clause.
        levels: level of government of each.
        kinds: kind of regulation of each (wet, AMvB, ...).
        evidence: spans in the text that the reader marked; None where none was asked for.
        official: whether the authority itself gave the rule qualification.
        families: number of the family of near-identical clauses of each.
    """

    texts: list[ClauseText]
    targets: Targets
    groups: list[str]
    levels: list[str]
    kinds: list[str]
    evidence: list[Spans | None]
    official: npt.NDArray[np.bool_]
    families: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, rows: npt.NDArray[np.int64]) -> ClauseExamples:
        """Some of the clauses."""

        def chosen(values: Sequence[T]) -> list[T]:
            return [values[int(row)] for row in rows]

        return ClauseExamples(
            texts=chosen(self.texts), targets=self.targets[rows], groups=chosen(self.groups), levels=chosen(self.levels),
            kinds=chosen(self.kinds), evidence=chosen(self.evidence),
            official=self.official[rows], families=self.families[rows],
        )  # fmt: skip

    def fingerprint(self, *besides: str) -> str:
        """Sixteen hexadecimal digits of what a fit learns from these clauses, and of whatever else it depends on."""
        digest = hashlib.sha256()
        for text in self.texts:
            digest.update(f"{text.ref}\n{text.title}\n{text.heading}\n{text.text}\n".encode())
        digest.update(np.ascontiguousarray(self.targets).tobytes())
        digest.update(json.dumps([self.evidence, *besides]).encode())
        return digest.hexdigest()[:16]

    @property
    def labelled(self) -> npt.NDArray[np.int64]:
        """Rows of clauses labelled by the guide; judgements of flags never say whom a clause binds."""
        return np.flatnonzero(self.targets[:, COLUMN[ADDRESSEES[0]]] != MISSING)


def clause_examples(store: Store, joined: JoinReport) -> ClauseExamples:
    """Labels by the guide and official rule qualifications, with what belongs to them.

    Where an authority gave several qualifications to one clause it is not known which belongs to which sentence, so they
    count as unknown. An official value goes before that of a reader.
    """
    given = [(clause, values) for clause, _, values in official_labels(store)]
    told: dict[str, set[str]] = {}
    for clause, values in given:
        told.setdefault(clause.ref.partition("/")[0], set()).update(values)
    # Some authorities gave every rule the value AndersGeduid, which says nothing.
    official = {
        clause.ref: (clause, values[0])
        for clause, values in given
        if len(values) == 1 and values[0] in QUALIFICATIONS and len(told[clause.ref.partition("/")[0]]) > 2
    }
    rows: dict[tuple[str, str], tuple[Clause, ClauseLabel | None, str]] = {}
    for one in joined.joined:
        read = one.label.qualification if one.level != "rijk" or _one_in(NATIONAL_SHARE, one.label.sha256) else ""
        _, value = official.get(one.clause.ref, (None, read))
        rows[one.clause.ref, one.label.sha256] = (one.clause, one.label, value)
    known = {ref for ref, _ in rows}
    for ref, (clause, value) in official.items():
        if ref not in known:
            rows[ref, ""] = (clause, None, value)
    return _examples(store, list(rows.values()), set(official))


def _one_in(share: int, digest: str) -> bool:
    return int(digest[:8], 16) % share == 0


def _examples(store: Store, rows: Sequence[tuple[Clause, ClauseLabel | None, str]], official: set[str]) -> ClauseExamples:
    entries = [store.entry(clause.ref.partition("/")[0]) for clause, _, _ in rows]
    texts = [
        ClauseText(text=clause.text, heading=clause.heading, title=entry.title, ref=clause.ref)
        for (clause, _, _), entry in zip(rows, entries, strict=True)
    ]
    return ClauseExamples(
        texts=texts,
        targets=np.array([target_row(label, value) for _, label, value in rows], dtype=np.int8).reshape(-1, len(COLUMNS)),
        groups=[entry.id for entry in entries],
        levels=[entry.level for entry in entries],
        kinds=[entry.kind or "overig" for entry in entries],
        evidence=[evidence_spans(clause.text, label) for clause, label, _ in rows],
        official=np.array([clause.ref in official for clause, _, _ in rows], dtype=bool),
        families=copies([text.text for text in texts]),
    )


def target_row(label: ClauseLabel | None, qualification: str) -> Targets:
    """What a label and a qualification say of every column. *Shape:* (columns,)."""
    row = np.full(len(COLUMNS), MISSING, dtype=np.int8)
    if label is not None:
        row[: COLUMN[QUALIFICATIONS[0]]] = 0
        names = [*label.barriers, *label.relief, label.addressee]
        names += [name for least, name in enumerate(STRENGTHS, start=1) if label.strength >= least]
        row[[COLUMN[name] for name in names]] = 1
    if qualification in QUALIFICATIONS:
        row[[COLUMN[name] for name in QUALIFICATIONS]] = 0
        row[COLUMN[qualification]] = 1
    return row


def evidence_spans(text: str, label: ClauseLabel | None) -> Spans | None:
    """The evidence of a label in the characters of a text; None where the label has none."""
    if label is None or not label.evidence:
        return None
    places = letter_places(text)
    if places is None:
        return None  # the label is kept, its evidence is not used
    return [(places[start], places[end - 1] + 1) for start, end in label.evidence if end <= len(places)]
