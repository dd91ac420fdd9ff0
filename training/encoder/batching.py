"""Word pieces side by side: batches of like length, padded, on the processor or on an accelerator where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

Rows = npt.NDArray[np.int64]


def device() -> torch.device:
    """Where matrices are multiplied: the first accelerator, else the processor."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def attention_way() -> str:
    """How attention is computed in training: for short texts on a processor the plain way is the fastest backwards."""
    return "sdpa" if device().type == "cuda" else "eager"


def half_precision() -> torch.autocast:
    """Matrix products in bfloat16."""
    return torch.autocast(device().type, dtype=torch.bfloat16)


@dataclass(frozen=True)
class Pieces:
    """Texts as word pieces, end to end on the device, so that a batch is one look-up.

    Attributes:
        flat: every piece of every text.
        starts: where each text begins in it, *shape* (texts,).
        lengths: pieces of each text, *shape* (texts,).
        pad: the piece that fills up.
    """

    flat: torch.Tensor
    starts: torch.Tensor
    lengths: Rows
    pad: int

    @classmethod
    def of(cls, rows: Sequence[Sequence[int]], *, pad: int) -> Pieces:
        """Texts as lists of pieces, none of them empty."""
        lengths = np.array([len(row) for row in rows], dtype=np.int64)
        flat = np.fromiter((piece for row in rows for piece in row), dtype=np.int32, count=int(lengths.sum()))
        starts = torch.from_numpy(np.cumsum(lengths) - lengths)
        return cls(flat=torch.from_numpy(flat).to(device()), starts=starts.to(device()), lengths=lengths, pad=pad)

    def __len__(self) -> int:
        return len(self.lengths)

    def padded(self, rows: Rows) -> tuple[torch.Tensor, torch.Tensor]:
        """Ids side by side, and which are real. *Shape:* (rows, longest) each."""
        places, real = self.places(rows)
        return torch.where(real, self.flat[places], self.pad).long(), real.long()

    def places(self, rows: Rows) -> tuple[torch.Tensor, torch.Tensor]:
        """Where the pieces of some texts are in ``flat``, and which of these are real. *Shape:* (rows, longest) each."""
        chosen = torch.from_numpy(rows).to(self.starts.device)
        lengths = torch.from_numpy(self.lengths[rows]).to(self.starts.device)
        steps = torch.arange(int(self.lengths[rows].max()), device=self.starts.device)
        real = steps < lengths[:, None]
        return torch.where(real, self.starts[chosen][:, None] + steps, 0), real


def batches(lengths: Rows, tokens: int, rng: np.random.Generator) -> list[Rows]:
    """Rows of like length together, so that little is padded: at most so many word pieces a batch, in random order.

    A text that is longer than a batch is a batch of its own.
    """
    order = np.argsort(lengths + rng.random(len(lengths)) * 8, kind="stable")
    longest = np.maximum.accumulate(lengths[order])
    result, start = [], 0
    while start < len(order):
        end = start + max(1, tokens // int(longest[start]))
        while end > start + 1 and (end - start) * int(longest[min(end, len(order)) - 1]) > tokens:
            end = max(start + 1, start + tokens // int(longest[min(end, len(order)) - 1]))
        result.append(order[start:end])
        start = end
    return [result[place] for place in rng.permutation(len(result))]
