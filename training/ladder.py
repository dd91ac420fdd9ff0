"""The ladder of methods: what each step above a word list is worth, on the same unseen clauses."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file
from sklearn.linear_model import LogisticRegression
from tokenizers import Tokenizer

from models.clauses import ClauseModel, consistent
from models.columns import BARRIERS, COLUMN, COLUMNS, KINDS
from models.joint import BOUND, sigmoid
from models.phrases import patterns, phrase_counts, weak_kinds
from training.clause_examples import MISSING, ClauseExamples
from training.clause_fitting import UnseenValues, best_thresholds, folds_of
from training.clause_measures import Unseen, headline
from training.splits import grouped_folds

Floats = npt.NDArray[np.float32]
Say = Callable[[str], None]

MODAL = re.compile(r"\b(?:moet|moeten|dient|dienen|verboden|verplicht|mag niet|mogen niet)\b", re.IGNORECASE)
"""The must-or-shall list of regulation counting (RegData, Al-Ubaydli and McLaughlin 2017), in Dutch."""

PIECES = 256
"""Word pieces of a clause that a static encoder reads."""

TIMED = 2_000
"""Clauses over which speed is taken."""


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One method."""

    name: str
    measures: dict[str, float]
    clauses_per_second: float
    megabytes: float


def ladder(
    data: ClauseExamples, unseen: UnseenValues, whole: Unseen, model: ClauseModel, *, encoder: Path | None, seed: int = 0
) -> list[Rung]:
    """Every method on the clauses that the whole model was measured on.

    Args:
        data: all examples.
        unseen: what the tiers said of them.
        whole: what the whole model said.
        model: as it ships, for speed and size.
        encoder: the Hugging Face directory with the embeddings for the static encoder; None leaves that rung out.
        seed: of the folds, as for ``unseen``.
    """
    rows = unseen.read_twice if unseen.slow is not None else np.arange(len(data))
    sample = [data.texts[row] for row in rows[:TIMED]]
    texts = [clause.text for clause in sample]
    rungs = [
        Rung(
            name="word list (must, shall)",
            measures=_flat(data, rows, np.array([[bool(MODAL.search(data.texts[row].text))] * len(COLUMNS) for row in rows])),
            clauses_per_second=_speed(lambda: [MODAL.search(text) for text in texts], len(texts)),
            megabytes=0.0,
        ),
        Rung(
            name="turns of phrase, unweighed",
            measures=_flat(data, rows, _weak(data, rows)),
            clauses_per_second=_speed(lambda: [weak_kinds(text) for text in texts], len(texts)),
            megabytes=0.02,
        ),
        Rung(
            name="turns of phrase, weighed",
            measures=_quality(scored(data, rows, _crossed(data, phrase_counts([c.text for c in data.texts]), seed)[rows])),
            clauses_per_second=_speed(lambda: phrase_counts(texts), len(texts)),
            megabytes=len(patterns()) * len(COLUMNS) * 4e-6,
        ),
        Rung(
            name="fast tier (TF-IDF, linear)",
            measures=_quality(scored(data, rows, unseen.fast[rows])),
            clauses_per_second=_speed(lambda: model.fast.values(sample), len(sample)),
            megabytes=model.fast.weights.size * 2e-6,
        ),
    ]
    if encoder is not None:
        embed, size = _static(encoder)
        vectors = embed([f"{c.heading} {c.text}" for c in data.texts])
        rungs.append(
            Rung(
                name="static encoder, linear",
                measures=_quality(scored(data, rows, _crossed(data, vectors, seed)[rows])),
                clauses_per_second=_speed(lambda: embed(texts), len(texts)),
                megabytes=size,
            )
        )
    if unseen.slow is not None and model.slow is not None:
        slow = model.slow
        rungs.append(
            Rung(
                name="slow tier (transformer) alone",
                measures=_quality(scored(data, rows, unseen.slow[rows])),
                clauses_per_second=_speed(lambda: slow.values(sample[:400]), 400),
                megabytes=len(slow.files["encoder.onnx"]) / 1e6,
            )
        )
    rungs.append(
        Rung(
            name="cascade, as released",
            measures=_quality(whole),
            clauses_per_second=_speed(lambda: model.read(sample[:800]), min(800, len(sample))),
            megabytes=model.fast.weights.size * 2e-6 + (len(model.slow.files["encoder.onnx"]) / 1e6 if model.slow else 0),
        )
    )
    return rungs


def scored(data: ClauseExamples, rows: npt.NDArray[np.int64], values: Floats) -> Unseen:
    """Log-odds as judgements, with calibration left as it is and thresholds from other regulations."""
    probabilities = consistent(sigmoid(values))
    decided = np.zeros(probabilities.shape, dtype=bool)
    groups = [data.groups[row] for row in rows]
    for train, test in grouped_folds(groups, folds=min(5, len(set(groups))), seed=1):
        decided[test] = probabilities[test] >= best_thresholds(probabilities[train], data.targets[rows[train]])
    return _said(data, rows, probabilities, decided)


def _quality(unseen: Unseen) -> dict[str, float]:
    """What methods are compared by; how well chances are told is no part of it, for only the whole has a curve for that."""
    return {name: value for name, value in headline(unseen).items() if not name.startswith("ece_")}


def _flat(data: ClauseExamples, rows: npt.NDArray[np.int64], decided: npt.NDArray[np.bool_]) -> dict[str, float]:
    return _quality(_said(data, rows, decided.astype(np.float32), decided))


def _said(data: ClauseExamples, rows: npt.NDArray[np.int64], probabilities: Floats, decided: npt.NDArray[np.bool_]) -> Unseen:
    steps = [COLUMN[name] for name in ("any", "substantial", "stopping")]
    return Unseen(
        refs=[data.texts[row].ref for row in rows],
        groups=[data.groups[row] for row in rows],
        targets=data.targets[rows],
        probabilities=probabilities,
        decided=decided,
        level=decided[:, steps].sum(axis=1),
        evidence=[None] * len(rows),
        found=[None] * len(rows),
    )


def _weak(data: ClauseExamples, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    decided = np.zeros((len(rows), len(COLUMNS)), dtype=bool)
    for place, row in enumerate(rows):
        found = weak_kinds(data.texts[row].text)
        for name in KINDS:
            decided[place, COLUMN[name]] = name in found
        decided[place, COLUMN["any"]] = any(name in found for name in BARRIERS)
        decided[place, COLUMN["private"]] = bool(found)
        decided[place, COLUMN["government"]] = not found
    return decided


def _crossed(data: ClauseExamples, features: Floats, seed: int) -> Floats:
    """Log-odds of logistic regressions over dense features, on unseen regulations."""
    values = np.full((len(data), len(COLUMNS)), -BOUND, dtype=np.float32)
    standard = (features - features.mean(axis=0)) / np.maximum(features.std(axis=0), 1e-6)
    for train, test in folds_of(data, seed=seed):
        for column in range(len(COLUMNS)):
            known = train[data.targets[train, column] != MISSING]
            truth = data.targets[known, column]
            if len(set(truth)) == 2:
                fitted = LogisticRegression(C=0.1, max_iter=200, tol=1e-3).fit(standard[known], truth)
                values[test, column] = fitted.decision_function(standard[test])
    return values


def _static(folder: Path) -> tuple[Callable[[Sequence[str]], Floats], float]:
    """Mean of the encoder's own embeddings, frequent pieces counting less (Arora et al. 2017), and its size in MB."""
    weights = load_file(folder / "model.safetensors")
    name = next(name for name in weights if name.endswith("word_embeddings.weight"))
    embeddings = weights[name].astype(np.float32)
    numbered = numbering((folder / "tokenizer.json").read_bytes())
    order = np.arange(len(embeddings))
    weight = (order + 50) / (order + 1_000)  # pieces are numbered by frequency
    embeddings = embeddings * weight[:, None].astype(np.float32)

    return lambda texts: averaged(numbered(texts), embeddings), embeddings.size / 1e6


def numbering(tokenizer: bytes) -> Callable[[Sequence[str]], list[list[int]]]:
    """What turns texts into numbers of word pieces, from the content of a tokenizer.json; none that frame a text."""
    opened = Tokenizer.from_str(tokenizer.decode("utf-8"))
    opened.enable_truncation(PIECES)
    opened.no_padding()
    return lambda texts: [row.ids for row in opened.encode_batch(list(texts), add_special_tokens=False)]


def averaged(rows: Sequence[Sequence[int]], embeddings: Floats) -> Floats:
    """Means of the embeddings of word pieces; zeros for a text that has none. *Shape:* (texts, width)."""
    none = np.zeros(embeddings.shape[1], dtype=np.float32)
    return np.array([embeddings[row].mean(axis=0) if len(row) else none for row in rows], dtype=np.float32)


def _speed(work: Callable[[], object], count: int) -> float:
    work()
    began = time.perf_counter()
    work()
    return count / max(time.perf_counter() - began, 1e-9)
