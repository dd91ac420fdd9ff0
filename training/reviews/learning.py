"""Gold as training examples, beside the labels by the guide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from corpus.labels import ClauseLabel, locate
from corpus.passages import text_hash
from corpus.records import Clause
from corpus.store import Store
from models.columns import BARRIERS, COLUMN, COLUMNS, STRENGTHS
from models.vectorising import ClauseText
from training.clause_examples import MISSING, ClauseExamples, Targets
from training.duplicates import copies
from training.reviews.gold import ClauseGold, Source
from training.splits import frozen

TAUGHT = (*BARRIERS, *STRENGTHS)
"""What judgements speak of. Whom a clause binds, what room it gives and what its authority calls it, they do not say."""


def guide_of(labels: Sequence[ClauseLabel]) -> dict[str, ClauseLabel]:
    """Labels by the hash of the text that was read."""
    return {label.sha256: label for label in labels}


def gold_examples(store: Store, gold: Sequence[ClauseGold]) -> ClauseExamples:
    """What judgements say of clauses, as examples; those that are not in the store in these words are left out.

    Judgements name barriers and strength. Whom a clause binds and what room it gives they do not say: that stays unknown.
    """
    found = locate(store, [(one.ref, one.sha256) for one in gold])
    known: list[tuple[ClauseGold, Clause]] = []
    for one in gold:
        clause = found[one.ref, one.sha256]
        if isinstance(clause, Clause):
            known.append((one, clause))
    entries = [store.entry(clause.ref.partition("/")[0]) for _, clause in known]
    texts = [
        ClauseText(text=clause.text, heading=clause.heading, title=entry.title, ref=clause.ref)
        for (_, clause), entry in zip(known, entries, strict=True)
    ]
    return ClauseExamples(
        texts=texts,
        targets=np.array([gold_row(one) for one, _ in known], dtype=np.int8).reshape(-1, len(COLUMNS)),
        groups=[entry.id for entry in entries],
        levels=[entry.level for entry in entries],
        kinds=[entry.kind or "overig" for entry in entries],
        evidence=[None] * len(known),
        official=np.zeros(len(known), dtype=bool),
        families=np.arange(len(known), dtype=np.int64),
    )


def gold_row(gold: ClauseGold) -> Targets:
    """What gold says of every column. *Shape:* (columns,)."""
    row = np.full(len(COLUMNS), MISSING, dtype=np.int8)
    row[[COLUMN[name] for name in TAUGHT]] = 0
    row[[COLUMN[name] for name in gold.kinds]] = 1
    row[[COLUMN[name] for least, name in enumerate(STRENGTHS, start=1) if gold.strength >= least]] = 1
    row[[COLUMN[name] for name in gold.undecided]] = MISSING
    if gold.undecided and not gold.kinds:
        row[[COLUMN[name] for name in STRENGTHS]] = MISSING  # nobody knows whether it is a barrier at all
    return row


def taught(data: ClauseExamples, store: Store, gold: Sequence[ClauseGold]) -> ClauseExamples:
    """Labels by the guide together with gold, without what lies in frozen regulations of the latter.

    A lawyer's decision over a clause that has a label takes its place; else the label stands (see ``training.reviews.gold``).
    Where only the authority spoke of a clause, it gave a rule qualification: what people judged stands beside that.
    """
    guided = {(text.ref, text_hash(text.text)): row for row, text in enumerate(data.texts)}
    columns = [COLUMN[name] for name in TAUGHT]
    unlabelled = (data.targets[:, columns] == MISSING).all(axis=1)
    targets, new = data.targets.copy(), []
    for one in gold:
        row = guided.get((one.ref, one.sha256))
        if frozen(one.ref.partition("/")[0]):
            continue
        if row is None:
            new.append(one)
        elif one.source is Source.DECISION or unlabelled[row]:
            targets[row, columns] = gold_row(one)[columns]
    return joined(replace(data, targets=targets), gold_examples(store, new))


def joined(one: ClauseExamples, other: ClauseExamples) -> ClauseExamples:
    """Examples after each other."""
    texts = [*one.texts, *other.texts]
    return ClauseExamples(
        texts=texts,
        targets=np.concatenate([one.targets, other.targets]),
        groups=[*one.groups, *other.groups],
        levels=[*one.levels, *other.levels],
        kinds=[*one.kinds, *other.kinds],
        evidence=[*one.evidence, *other.evidence],
        official=np.concatenate([one.official, other.official]),
        families=copies([text.text for text in texts]),
    )


def by_text(gold: Sequence[ClauseGold]) -> Mapping[str, ClauseGold]:
    """Gold by the hash of the text."""
    return {one.sha256: one for one in gold}
