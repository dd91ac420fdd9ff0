"""What a sentence tells of activities, beyond the phrases of the list: learnt from sentences that were written for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from models.terms import Vectoriser, Vocabulary
from models.vectorising import restored, unfitted
from models.words import stems

Floats = npt.NDArray[np.float32]

_SETTINGS: dict[str, dict[str, Any]] = {
    "stems": {"ngram_range": (1, 2), "min_df": 2, "tokenizer": stems, "token_pattern": None, "lowercase": False},
    "letters": {"analyzer": "char_wb", "ngram_range": (4, 5), "min_df": 3},
}


@dataclass(frozen=True)
class ActivityClassifier:
    """A logistic regression per activity over stems and letters of one sentence.

    Attributes:
        blocks: fitted vectorisers by name.
        weights: *shape* (features, activities).
        bias: *shape* (activities,).
    """

    blocks: Mapping[str, Vectoriser]
    weights: Floats
    bias: Floats

    def probabilities(self, sentences: Sequence[str]) -> Floats:
        """P(the sentence tells the activity). *Shape:* (sentences, activities), 0..1."""
        if not sentences:
            return np.zeros((0, len(self.bias)), dtype=np.float32)
        values = self.features(sentences) @ self.weights + self.bias
        result: Floats = (1 / (1 + np.exp(-np.clip(values, -30, 30)))).astype(np.float32)
        return result

    def features(self, sentences: Sequence[str]) -> sp.csr_matrix:
        """*Shape:* (sentences, features), each block of unit length."""
        return sp.hstack([block.transform(sentences) for block in self.blocks.values()], format="csr")

    def strongest(self, sentence: str, activity: int, *, most: int = 2) -> list[str]:
        """The words of a sentence that speak most for an activity, as they stand there: those whose loss costs most."""
        words = sentence.split()
        if len(words) < 2:
            return words
        without = [" ".join([*words[:place], *words[place + 1 :]]) for place in range(len(words))]
        values = self.features([sentence, *without]) @ self.weights[:, activity]
        cost = values[0] - values[1:]
        best = [int(place) for place in np.argsort(-cost)[:most] if cost[place] > 0]
        return [words[place].strip(".,;:!?()\"'“”‘’") for place in sorted(best)]

    def to_arrays(self) -> tuple[dict[str, list[str]], dict[str, npt.NDArray[np.float32 | np.float16]]]:
        """Vocabularies, and numbers: weights in half precision, bias and inverse document frequencies."""
        words = {name: block.get_feature_names_out().tolist() for name, block in self.blocks.items()}
        idf = {f"idf.{name}": block.idf_.astype(np.float32) for name, block in self.blocks.items()}
        return words, {"weights": self.weights.astype(np.float16), "bias": self.bias, **idf}

    @classmethod
    def from_arrays(
        cls, words: Mapping[str, Sequence[str] | Vocabulary], arrays: dict[str, npt.NDArray[np.float32]]
    ) -> ActivityClassifier:
        """The classifier that to_arrays described."""
        blocks = {name: restored(settings, words[name], arrays[f"idf.{name}"]) for name, settings in _SETTINGS.items()}
        return cls(blocks=blocks, weights=arrays["weights"].astype(np.float32), bias=arrays["bias"])


def unfitted_blocks() -> dict[str, Any]:
    """The vectorisers, to be fitted on sentences."""
    return {name: unfitted(settings) for name, settings in _SETTINGS.items()}
