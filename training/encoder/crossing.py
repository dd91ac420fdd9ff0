"""The slow tier on regulations it has not seen: one fit per fold, kept on disk, so that a run that is cut off goes on.

    WORK/<fingerprint>/fold-<n>.safetensors    values and evidence marks of the clauses of one fold
    WORK/<fingerprint>/fit-<n>.safetensors     weights that have not seen that fold
    WORK/<fingerprint>/fit-whole.safetensors   weights fitted on everything but the frozen regulations
    WORK/<fingerprint>/pupil.safetensors       where there are teachers: weights that every fit of their pupil starts from

The fingerprint is of the clauses, the targets, the configuration and the encoder: anything else starts anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors.numpy import load_file, save_file
from safetensors.torch import load_file as load_weights
from safetensors.torch import save_file as save_weights
from torch import nn
from transformers import AutoTokenizer

from models.columns import COLUMNS
from models.encoder import WordMarks
from models.vectorising import ClauseText
from training.clause_examples import ClauseExamples
from training.encoder.batching import Pieces
from training.encoder.distilling import fit_taught
from training.encoder.finetuning import (
    ClauseEncoder,
    FinetuningConfig,
    empty_encoder,
    encoder_key,
    fit_encoder,
    predict,
    tokenise,
)
from training.encoder.pairing import ImitationConfig, PairedEncoder, empty_pupil, paired_pupil
from training.encoder.thinning import Shape
from training.splits import frozen, learnable

Say = Callable[[str], None]
Rows = npt.NDArray[np.int64]

TEACHER = FinetuningConfig(epochs=5, learning_rate=3e-4, batch_tokens=8_192)
"""How encoders that teach learn from labels."""

PUPIL = FinetuningConfig(epochs=6, learning_rate=5e-4, output_rate=1.5e-3, batch_tokens=16_384, dropout=0.05)
"""How the one that serves learns from them."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How an encoder is fitted.

    Attributes:
        encoder: Hugging Face model directory that every fit starts from.
        config: of every fit.
        teachers: how many encoders learn from labels and teach the one that serves; 0 for labels alone.
        teacher_config: how those learn.
        unlabelled: clauses that they judge for it.
        pupil: what is left of the encoder in the one that they teach, which reads in pairs; None without teachers.
        imitation: how that one learns from the encoder itself first.
    """

    encoder: Path
    config: FinetuningConfig
    teachers: int = 0
    teacher_config: FinetuningConfig = TEACHER
    unlabelled: Sequence[ClauseText] = ()
    pupil: Shape | None = None
    imitation: ImitationConfig = ImitationConfig()

    def __post_init__(self) -> None:
        """Raises ValueError: there are teachers and nobody to teach, or the other way around."""
        if (self.pupil is None) != (self.teachers == 0):
            raise ValueError("a pupil needs teachers, and teachers a pupil")

    def empty(self) -> ClauseEncoder:
        """An encoder of the shape that a fit has."""
        if self.pupil is not None:
            return ClauseEncoder(empty_pupil(self.encoder, self.pupil))
        return empty_encoder(self.encoder, layers=self.config.layers)

    def fit(
        self, data: ClauseExamples, *, beginnings: Path, tested: frozenset[str] = frozenset(), say: Say = lambda line: None
    ) -> ClauseEncoder:
        """An encoder fitted to these examples, and to nothing of the regulations that it is tested on.

        Args:
            data: the examples.
            beginnings: folder where the weights are kept that every pupil starts from.
            tested: regulations; without any, the frozen ones.
            say: told in one line what is being done.
        """
        labelled = {text.ref for text in data.texts}
        if self.pupil is None:
            return fit_encoder(self.encoder, data.texts, data.targets, data.evidence, config=self.config, say=say)
        return fit_taught(
            self.encoder, data.texts, data.targets, data.evidence,
            [text for text in self.unlabelled if text.ref not in labelled and not self._tests(text, tested)],
            pupil=self._pupil(beginnings, self.pupil, say), teachers=self.teachers, config=self.config,
            teacher_config=self.teacher_config, say=say,
        )  # fmt: skip

    def _pupil(self, folder: Path, shape: Shape, say: Say) -> ClauseEncoder:
        beginning = self._beginning(folder, shape, say)
        torch.manual_seed(self.config.seed)  # of its outputs: the same whether the beginning was made now or before
        return ClauseEncoder(beginning, dropout=self.config.dropout)

    def _beginning(self, folder: Path, shape: Shape, say: Say) -> PairedEncoder:
        """What every pupil starts from: it knows words, and of clauses nothing.

        It reads all unlabelled clauses, those of tested regulations too, for it sees no label.
        """
        path = folder / "pupil.safetensors"
        if not path.exists():
            say(f"an encoder that reads in pairs, from {len(self.unlabelled)} clauses")
            tokenizer, plain = AutoTokenizer.from_pretrained(self.encoder), empty_encoder(self.encoder).encoder
            read = tokenise(tokenizer, self.unlabelled, max_length=self.config.max_length)
            pieces = Pieces.of(read.ids, pad=read.pad)
            _save_weights(paired_pupil(plain, shape, pieces, config=self.imitation, say=say), path)
        pupil = empty_pupil(self.encoder, shape)
        pupil.load_state_dict(load_weights(path))
        return pupil

    def _tests(self, text: ClauseText, tested: frozenset[str]) -> bool:
        """Whether a clause is of a regulation that a fit is tested on; without any, those are the frozen ones."""
        regulation = text.ref.partition("/")[0]
        return regulation in tested if tested else frozen(regulation)

    def fingerprint(self, data: ClauseExamples) -> str:
        """What a fit depends on, as sixteen hexadecimal digits."""
        told: list[Any] = [encoder_key(self.encoder), asdict(self.config)]
        if self.teachers:
            told += [self.teachers, asdict(self.teacher_config), [[text.ref, text.text] for text in self.unlabelled]]
            told += [asdict(self.pupil) if self.pupil is not None else None, asdict(self.imitation)]
        return data.fingerprint(json.dumps(told))


def unseen_slow(
    data: ClauseExamples,
    splits: Sequence[tuple[Rows, Rows]],
    *,
    recipe: Recipe,
    work: Path,
    most: int,
    say: Say = lambda line: None,
) -> tuple[npt.NDArray[np.float32], list[WordMarks | None]]:
    """Values of the slow tier on the test clauses of the first ``most`` folds.

    Returns:
        (values, marks): *shape* (clauses, columns), NaN in rows of folds that were not run; the marks of each clause.
    """
    folder = work / recipe.fingerprint(data)
    folder.mkdir(parents=True, exist_ok=True)
    values = np.full((len(data), len(COLUMNS)), np.nan, dtype=np.float32)
    marks: list[WordMarks | None] = [None] * len(data)
    for number, (train, test) in enumerate(splits[:most]):
        path = folder / f"fold-{number}.safetensors"
        if not path.exists():
            say(f"slow tier: fold {number + 1} of {most}, {len(train)} clauses to learn from")
            tested = frozenset(data.groups[row] for row in test)
            model = _fitted(folder / f"fit-{number}.safetensors", data[train], recipe, tested, say)
            own, evidence, spans = predict(model, recipe.encoder, [data.texts[row] for row in test], config=recipe.config)
            _save_atomically(path, own, evidence, spans)
        kept = load_file(path)
        values[test] = kept["values"]
        ends = np.cumsum(kept["pieces"])
        for row, start, end in zip(test, ends - kept["pieces"], ends, strict=True):
            marks[row] = WordMarks(
                starts=kept["starts"][start:end], ends=kept["ends"][start:end], scores=kept["scores"][start:end]
            )
    return values, marks


def shipped_encoder(data: ClauseExamples, *, recipe: Recipe, work: Path, say: Say = lambda line: None) -> ClauseEncoder:
    """The encoder that goes into the model, fitted on everything but the frozen regulations; from disk where it was fitted."""
    folder = work / recipe.fingerprint(data)
    folder.mkdir(parents=True, exist_ok=True)
    kept = data[learnable(data.groups)]
    say(f"slow tier: all {len(kept)} clauses")
    return _fitted(folder / "fit-whole.safetensors", kept, recipe, frozenset(), say)


def _fitted(path: Path, data: ClauseExamples, recipe: Recipe, tested: frozenset[str], say: Say) -> ClauseEncoder:
    if not path.exists():
        _save_weights(recipe.fit(data, beginnings=path.parent, tested=tested, say=say), path)
    model = recipe.empty()
    model.load_state_dict(load_weights(path))
    return model.eval()


def _save_weights(model: nn.Module, path: Path) -> None:
    temporary = path.with_suffix(".new")
    save_weights({name: value.cpu().contiguous() for name, value in model.state_dict().items()}, temporary)
    temporary.rename(path)


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
