"""What a model says of labelled clauses: to be measured on the frozen regulations, and by the judgements of people."""

from __future__ import annotations

import numpy as np

from models.clauses import ClauseModel, in_doubt
from models.columns import COLUMN, STRENGTHS
from models.evidence import EvidenceFinder
from training.clause_examples import ClauseExamples, Spans
from training.clause_fitting import argued_kinds
from training.clause_measures import Unseen
from training.splits import learnable


def frozen_examples(data: ClauseExamples) -> ClauseExamples:
    """The examples that no model that serves learnt from: of frozen regulations, and no copy of a clause of another one."""
    cold = np.ones(len(data), dtype=bool)
    cold[learnable(data.groups)] = False
    copied = np.isin(data.families, data.families[~cold])
    return data[np.flatnonzero(cold & ~copied)]


def said_of(model: ClauseModel, data: ClauseExamples) -> Unseen:
    """What a model says of examples, with its own thresholds; none of them may be of a regulation that it learnt from."""
    reading = model.read(data.texts)
    decided = reading.probabilities >= model.thresholds
    doubtful = in_doubt(reading.probabilities, model.thresholds)
    finder = EvidenceFinder(model)
    found: list[Spans | None] = [None] * len(data)
    for row, wanted in enumerate(data.evidence):
        if wanted:
            kinds = argued_kinds(reading.probabilities[row], decided[row], doubtful[row])
            found[row] = [(one.start, one.end) for one in finder.find(data.texts[row], kinds, reading.marks[row])]
    return Unseen(
        refs=[text.ref for text in data.texts],
        groups=data.groups,
        targets=data.targets,
        probabilities=model.told(reading.probabilities),
        decided=decided,
        level=decided[:, [COLUMN[name] for name in STRENGTHS]].sum(axis=1),
        evidence=data.evidence,
        found=found,
    )
