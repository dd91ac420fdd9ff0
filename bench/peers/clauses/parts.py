"""Parts of our own model by themselves, learnt from all labels like any peer: what each step above them is worth."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file

from bench.peers.clauses.head import LogisticHead
from bench.peers.registry import Scores, Targets
from bench.peers.texts import documents
from models.loading import released_folder
from models.phrases import phrase_counts
from models.vectorising import ClauseText
from training.ladder import averaged, numbering

Embeddings = npt.NDArray[np.float32]

WORDS, TOKENIZER = "embeddings.safetensors", "tokenizer.json"


class _Weighed:
    """Features of a clause, and a logistic regression per kind on them, standardised."""

    thresholds: Scores | None = None

    def __init__(self) -> None:
        self._head = LogisticHead(solver="lbfgs", C=0.1, max_iter=200)
        self._middle = self._spread = np.zeros(0, dtype=np.float32)

    def _features(self, texts: Sequence[ClauseText]) -> Embeddings:
        raise NotImplementedError

    def fit(self, texts: Sequence[ClauseText], targets: Targets, *, seconds: float) -> str:
        """To the end, whatever it takes."""
        features = self._features(texts)
        self._middle, self._spread = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-6)
        self._head.fit((features - self._middle) / self._spread, targets)
        return f"{features.shape[1]} features"

    def scores(self, texts: Sequence[ClauseText]) -> Scores:
        """Log-odds."""
        return self._head.scores((self._features(texts) - self._middle) / self._spread)

    def save(self, folder: Path) -> None:
        """Numbers as safetensors."""
        save_file({"middle": self._middle, "spread": self._spread}, folder / "scale.safetensors")
        self._head.save(folder)

    def load(self, folder: Path) -> None:
        """Read them."""
        scale = load_file(folder / "scale.safetensors")
        self._middle, self._spread = scale["middle"], scale["spread"]
        self._head.load(folder)

    def size(self, folder: Path) -> int:
        """Of what was saved."""
        return sum(file.stat().st_size for file in folder.iterdir())


class Phrases(_Weighed):
    """How often every turn of phrase occurs (``models/patterns.toml``)."""

    def _features(self, texts: Sequence[ClauseText]) -> Embeddings:
        return phrase_counts([one.text for one in texts])


class Static(_Weighed):
    """The mean of the embeddings of word pieces that our encoder begins with; frequent ones count less (Arora et al. 2017).

    It knows no order of words: a static encoder, as model2vec would make one.
    """

    def __init__(self) -> None:
        super().__init__()
        self._words: Embeddings | None = None
        self._use((released_folder() / TOKENIZER).read_bytes())

    def fit(self, texts: Sequence[ClauseText], targets: Targets, *, seconds: float) -> str:
        """The embeddings are those that ship; how frequent a piece is comes from the labelled clauses."""
        words = _shipped()
        pieces = np.bincount(
            np.concatenate([np.array(row, int) for row in self._numbered(documents(texts))]), minlength=len(words)
        )
        often = pieces / pieces.sum()
        weighed = (words * (1e-3 / (1e-3 + often))[:, None]).astype(np.float16)  # as it is kept
        self._words = weighed.astype(np.float32)
        return super().fit(texts, targets, seconds=seconds)

    def save(self, folder: Path) -> None:
        """The embeddings as well, in 16 bits, and what cuts texts into their pieces."""
        super().save(folder)
        (folder / TOKENIZER).write_bytes(self._tokenizer)
        save_file({"words": self._table.astype(np.float16)}, folder / WORDS)

    def load(self, folder: Path) -> None:
        """All of it."""
        super().load(folder)
        self._use((folder / TOKENIZER).read_bytes())
        self._words = load_file(folder / WORDS)["words"].astype(np.float32)

    def _use(self, tokenizer: bytes) -> None:
        self._tokenizer, self._numbered = tokenizer, numbering(tokenizer)

    @property
    def _table(self) -> Embeddings:
        assert self._words is not None, "it has learnt, or was loaded"
        return self._words

    def _features(self, texts: Sequence[ClauseText]) -> Embeddings:
        return averaged(self._numbered(documents(texts)), self._table)


def _shipped() -> Embeddings:
    """Embeddings of the encoder that ships: of one that reads in pairs, the mean of what a piece is in either place."""
    from training.encoder.reopening import reopened  # torch and onnx, which who only answers does not need

    weights = reopened((released_folder() / "encoder.onnx").read_bytes()).state_dict()
    tables = [
        weights[name].numpy() for name in weights if name.endswith(("word_embeddings.weight", "second_embeddings.weight"))
    ]
    return np.asarray(np.mean(tables, axis=0), dtype=np.float32)
