"""Word pieces side by side: batches of like length, padded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

ATTENTION = "eager"
"""How attention is computed in training: for short texts on a processor the plain way is the fastest backwards."""


def batches(rows: Sequence[Sequence[int]], tokens: int, rng: np.random.Generator) -> list[list[int]]:
    """Rows of like length together, so that little is padded: at most so many word pieces a batch, in random order."""
    lengths = np.array([len(row) for row in rows])
    result: list[list[int]] = [[]]
    for row in np.argsort(lengths + rng.random(len(rows)) * 8, kind="stable"):
        if result[-1] and (len(result[-1]) + 1) * lengths[row] > tokens:
            result.append([])
        result[-1].append(int(row))
    return [result[place] for place in rng.permutation(len(result))]


def padded(rows: Sequence[Sequence[int]], pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids side by side, and which are real. *Shape:* (texts, longest) each."""
    longest = max(len(row) for row in rows)
    ids = torch.full((len(rows), longest), pad, dtype=torch.long)
    attention = torch.zeros((len(rows), longest), dtype=torch.long)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = torch.tensor(row, dtype=torch.long)
        attention[place, : len(row)] = 1
    return ids, attention
