"""Fitting what tells the activities that a clause regulates, and measuring it on regulations of which it saw no label."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import average_precision_score, label_ranking_average_precision_score

from corpus.activities import Activities
from corpus.labels import SectionLabel, section_labels
from corpus.passages import text_hash
from corpus.store import Store
from models.activities import ActivityModel
from models.loading import word_documents
from models.regulated import RegulatedClassifier
from models.vectorising import ClauseText
from training.splits import grouped_folds

RIDGE = 0.3
"""Strength of the regularisation, on rows of at most unit length."""

PHRASE_SCALE = 0.5
"""Weight of a phrase beside stems, in fitting."""

FOLDS = 5

MOST_READ = 6
"""Clauses of a section that are learnt from."""

MEASURED = 5
"""Sections from which the average precision of an activity is measured."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Sections:
    """Labelled sections as the classifier sees them.

    Attributes:
        regulations: of every section.
        stems: mean over the clauses of a section, *shape* (sections, vocabulary).
        phrases: the same of the phrases of the list, *shape* (sections, activities).
        targets: which activities a reader named, *shape* (sections, activities), 0 or 1.
    """

    regulations: list[str]
    stems: sp.csr_matrix
    phrases: sp.csr_matrix
    targets: Floats

    def __len__(self) -> int:
        return len(self.regulations)

    def at(self, rows: npt.NDArray[np.int64]) -> Sections:
        """Some of them."""
        return Sections([self.regulations[row] for row in rows], self.stems[rows], self.phrases[rows], self.targets[rows])

    def without(self, regulations: Collection[str]) -> Sections:
        """Those of other regulations."""
        return self.at(np.flatnonzero([name not in regulations for name in self.regulations]))


def labelled_sections(store: Store, known: Activities, words: TfidfVectorizer) -> Sections:
    """The labelled sections whose clauses stand in the store as they were read."""
    labels = section_labels()
    ids = {label.refs[0].partition("/")[0] for label in labels}
    table = store.table(columns=["ref", "text", "heading"], ids=ids)
    rows = zip(*(table[name].to_pylist() for name in ("ref", "text", "heading")), strict=True)
    found = {ref: (text, heading) for ref, text, heading in rows}
    titles = store.regulations.titles()
    clauses: list[ClauseText] = []
    owners: list[int] = []
    kept: list[SectionLabel] = []
    for label in labels:
        own = [(ref, *found[ref]) for ref in label.refs if ref in found]
        if text_hash("\n".join(text for _, text, _ in own)) != label.sha256:
            continue
        for ref, text, heading in own[:MOST_READ]:
            clauses.append(ClauseText(text=text, heading=heading, title=titles[ref.partition("/")[0]], ref=ref))
            owners.append(len(kept))
        kept.append(label)
    place = {code: column for column, code in enumerate(known.codes)}
    if not kept:
        vocabulary, none = len(words.vocabulary_), np.zeros((0, len(place)), dtype=np.float32)
        return Sections([], sp.csr_matrix((0, vocabulary), dtype=np.float32), sp.csr_matrix(none), none)
    targets = np.zeros((len(kept), len(place)), dtype=np.float32)
    for row, label in enumerate(kept):
        targets[row, [place[code] for code in label.activities if code in place]] = 1
    mean = sp.csr_matrix(
        (1 / np.bincount(owners, minlength=len(kept))[owners], (owners, np.arange(len(owners)))),
        shape=(len(kept), len(clauses)),
        dtype=np.float32,
    )
    return Sections(
        regulations=[label.refs[0].partition("/")[0] for label in kept],
        stems=(mean @ words.transform(word_documents(clauses))).tocsr(),
        phrases=(mean @ ActivityModel(known).phrase_matrix(clauses)).tocsr(),
        targets=targets,
    )


def fit_regulated(sections: Sections) -> RegulatedClassifier:
    """Ridge regression of all activities at once, in its dual form: sections are fewer than stems."""
    features = sp.hstack([sections.stems, sections.phrases * PHRASE_SCALE], format="csr").astype(np.float64)
    bias = sections.targets.mean(axis=0)
    kernel = (features @ features.T).toarray()
    kernel[np.diag_indices_from(kernel)] += RIDGE
    weights = (features.T @ np.linalg.solve(kernel, sections.targets - bias)).astype(np.float32)
    size = sections.stems.shape[1]
    return RegulatedClassifier(stems=weights[:size], phrases=weights[size:] * PHRASE_SCALE, bias=bias.astype(np.float32))


def measure_regulated(sections: Sections, *, seed: int = 0) -> dict[str, dict[str, float]]:
    """Cross-validation by regulation: the phrases of the list alone, and with what was learnt.

    Returns:
        For each way: label ranking average precision over the sections that regulate an activity, average precision over all
        pairs of section and activity, and its mean over the activities that MEASURED sections or more regulate.
    """
    both = np.zeros_like(sections.targets)
    for train, test in grouped_folds(sections.regulations, folds=min(FOLDS, len(set(sections.regulations))), seed=seed):
        part = sections.at(test)
        both[test] = fit_regulated(sections.at(train)).matrix(part.stems, part.phrases).toarray()
    phrases = sections.phrases.toarray()
    return {"phrases": _measures(sections.targets, phrases), "both": _measures(sections.targets, both)}


def _measures(truth: Floats, values: Floats) -> dict[str, float]:
    some = truth.any(axis=1)
    columns = np.flatnonzero(truth.sum(axis=0) >= MEASURED)
    return {
        "label_ranking_average_precision": float(label_ranking_average_precision_score(truth[some], values[some])),
        "average_precision": float(average_precision_score(truth.ravel(), values.ravel())),
        "mean_average_precision": float(np.mean([average_precision_score(truth[:, c], values[:, c]) for c in columns])),
        "sections": float(len(truth)),
    }
