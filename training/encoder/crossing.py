"""The slow tier on regulations it has not seen: one fit per fold, kept on disk, so that a run that is cut off goes on.

    WORK/<fingerprint>/fold-<n>.safetensors    values and evidence marks of the clauses of one fold
    WORK/<fingerprint>/fit-<n>.safetensors     weights that have not seen that fold
    WORK/<fingerprint>/fit-all.safetensors     weights fitted on everything

The fingerprint is of the clauses, the targets, the configuration and the encoder: anything else starts anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file
from safetensors.torch import load_file as load_weights
from safetensors.torch import save_file as save_weights

from models.columns import COLUMNS
from models.encoder import WordMarks
from training.clause_examples import ClauseExamples
from training.encoder.finetuning import ClauseEncoder, FinetuningConfig, empty_encoder, fit_encoder, predict

Say = Callable[[str], None]
Rows = npt.NDArray[np.int64]


def fingerprint(data: ClauseExamples, encoder: Path, config: FinetuningConfig) -> str:
    """What a fit depends on, as sixteen hexadecimal digits."""
    digest = hashlib.sha256()
    for text in data.texts:
        digest.update(f"{text.ref}\n{text.title}\n{text.heading}\n{text.text}\n".encode())
    digest.update(np.ascontiguousarray(data.targets).tobytes())
    digest.update(json.dumps([data.evidence, asdict(config)]).encode())
    for name in ("model.safetensors", "tokenizer.json"):
        if (encoder / name).exists():
            digest.update((encoder / name).read_bytes())
    return digest.hexdigest()[:16]


def unseen_slow(
    data: ClauseExamples,
    splits: Sequence[tuple[Rows, Rows]],
    *,
    encoder: Path,
    config: FinetuningConfig,
    work: Path,
    most: int,
    say: Say = lambda line: None,
) -> tuple[npt.NDArray[np.float32], list[WordMarks | None]]:
    """Values of the slow tier on the test clauses of the first ``most`` folds.

    Returns:
        (values, marks): *shape* (clauses, columns), NaN in rows of folds that were not run; the marks of each clause.
    """
    folder = work / fingerprint(data, encoder, config)
    folder.mkdir(parents=True, exist_ok=True)
    values = np.full((len(data), len(COLUMNS)), np.nan, dtype=np.float32)
    marks: list[WordMarks | None] = [None] * len(data)
    for number, (train, test) in enumerate(splits[:most]):
        path = folder / f"fold-{number}.safetensors"
        if not path.exists():
            say(f"slow tier: fold {number + 1} of {most}, {len(train)} clauses to learn from")
            model = _fitted(folder / f"fit-{number}.safetensors", data[train], encoder, config, say)
            own, evidence, spans = predict(model, encoder, [data.texts[row] for row in test], config=config)
            _save_atomically(path, own, evidence, spans)
        kept = load_file(path)
        values[test] = kept["values"]
        ends = np.cumsum(kept["pieces"])
        for row, start, end in zip(test, ends - kept["pieces"], ends, strict=True):
            marks[row] = WordMarks(
                starts=kept["starts"][start:end], ends=kept["ends"][start:end], scores=kept["scores"][start:end]
            )
    return values, marks


def shipped_encoder(
    data: ClauseExamples,
    splits: Sequence[tuple[Rows, Rows]],
    *,
    encoder: Path,
    config: FinetuningConfig,
    work: Path,
    whole: bool,
    say: Say = lambda line: None,
) -> ClauseEncoder:
    """The encoder that goes into the model; from disk where an earlier run got so far.

    Args:
        whole: fitted on everything, which takes a fit of its own; else the one that has not seen the first fold: it knows less,
            and is exactly what was measured there.
    """
    folder = work / fingerprint(data, encoder, config)
    folder.mkdir(parents=True, exist_ok=True)
    if whole:
        say(f"slow tier: all {len(data)} clauses")
        return _fitted(folder / "fit-all.safetensors", data, encoder, config, say)
    return _fitted(folder / "fit-0.safetensors", data[splits[0][0]], encoder, config, say)


def _fitted(path: Path, data: ClauseExamples, encoder: Path, config: FinetuningConfig, say: Say) -> ClauseEncoder:
    if not path.exists():
        model = fit_encoder(encoder, data.texts, data.targets, data.evidence, config=config, say=say)
        temporary = path.with_suffix(".new")
        save_weights({name: value.contiguous() for name, value in model.state_dict().items()}, temporary)
        temporary.rename(path)
    model = empty_encoder(encoder)
    model.load_state_dict(load_weights(path))
    return model.eval()


def _save_atomically(
    path: Path,
    values: npt.NDArray[np.float32],
    evidence: Sequence[npt.NDArray[np.float32]],
    spans: Sequence[Sequence[tuple[int, int]]],
) -> None:
    of_text = [[place for place, (start, end) in enumerate(own) if end > start] for own in spans]
    all_spans = [own[place] for own, places in zip(spans, of_text, strict=True) for place in places]
    kept = np.array(all_spans, dtype=np.int32).reshape(-1, 2)
    scores = [own[places] for own, places in zip(evidence, of_text, strict=True)]
    arrays: dict[str, npt.NDArray[Any]] = {
        "values": values,
        "pieces": np.array([len(places) for places in of_text], dtype=np.int64),
        "starts": np.ascontiguousarray(kept[:, 0]),
        "ends": np.ascontiguousarray(kept[:, 1]),
        "scores": np.concatenate(scores).astype(np.float32) if scores else np.zeros(0, np.float32),
    }
    temporary = path.with_suffix(".new")
    save_file(arrays, temporary)
    temporary.rename(path)
