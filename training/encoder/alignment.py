"""Which English word pieces a Dutch one answers to, so that its embedding need not start from noise.

IBM Model 1 (Brown et al. 1993) over translated sentences gives p(English piece | Dutch piece); a Dutch embedding starts as the
mean of the English ones under it (the idea of WECHSEL, Minixhofer et al. 2022, with counted instead of embedded likeness).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

ROUNDS = 5
"""Rounds of expectation-maximisation."""

MIN_SHARE = 0.03
"""English pieces with a smaller share are noise."""

MAX_PAIRS_LENGTH = 40
"""Pieces; in longer sentences everything goes with everything."""


def translation_table(
    dutch: Sequence[Sequence[int]], english: Sequence[Sequence[int]], *, dutch_size: int, english_size: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
    """p(English piece | Dutch piece).

    Args:
        dutch, english: word pieces of each pair of sentences, same length.
        dutch_size, english_size: of the vocabularies.

    Returns:
        (Dutch piece, English piece, probability) of every pair of pieces that met; *shape:* (pairs of pieces,) each.
    """
    keys, places = [], []
    place = 0
    for left, right in zip(dutch, english, strict=True):
        if not left or not right or len(left) > MAX_PAIRS_LENGTH or len(right) > MAX_PAIRS_LENGTH:
            continue
        grid = np.add.outer(np.asarray(left, np.int64) * english_size, np.asarray(right, np.int64))
        keys.append(grid.ravel())
        places.append(np.broadcast_to(np.arange(place, place + len(right)), grid.shape).ravel().astype(np.int32))
        place += len(right)
    if not keys:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32)
    unique, of_key = np.unique(np.concatenate(keys), return_inverse=True)
    word = np.concatenate(places)
    source, target = unique // english_size, unique % english_size
    probability = np.ones(len(unique))
    for _ in range(ROUNDS):
        weight = probability[of_key]
        weight /= np.bincount(word, weights=weight, minlength=place)[word]
        counts = np.bincount(of_key, weights=weight, minlength=len(unique))
        probability = counts / np.maximum(np.bincount(source, weights=counts, minlength=dutch_size)[source], 1e-12)
    return source, target, probability.astype(np.float32)


def starting_embeddings(
    table: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats], english: Floats, *, dutch_size: int, seed: int = 0
) -> Floats:
    """Embeddings of the Dutch pieces.

    Args:
        table: see translation_table.
        english: *shape* (English pieces, hidden).
        dutch_size: of the Dutch vocabulary.
        seed: of the noise that pieces without translation start from.

    Returns:
        *Shape:* (dutch_size, hidden), float32, with the spread of the English ones.
    """
    source, target, share = table
    noise = np.random.default_rng(seed).normal(english.mean(axis=0), english.std(axis=0), (dutch_size, english.shape[1]))
    kept = share >= MIN_SHARE
    source, target, share = source[kept], target[kept], share[kept]
    total = np.zeros(dutch_size)
    np.add.at(total, source, share)
    mean = np.zeros((dutch_size, english.shape[1]))
    np.add.at(mean, source, share[:, None] * english[target])
    found = total > 0
    noise[found] = mean[found] / total[found, None]
    return noise.astype(np.float32)
