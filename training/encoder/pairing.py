"""An encoder that reads word pieces two by two: half as many places, so half the work, and a quarter of the attention.

The vectors of two neighbours are added before the first layer, each from a table of its own, which tells which came first. It
starts as a plain encoder that was thinned, and learns to have at every place what the plain one has at both pieces (hidden
states as lessons: Sanh et al. 2019, DistilBERT; fewer places: Dai et al. 2020, Funnel-Transformer).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from transformers import AutoConfig, AutoModel, BertModel
from transformers.modeling_outputs import BaseModelOutput

from training.encoder.batching import Pieces, attention_way, batches, device, half_precision
from training.encoder.finetuning import ClauseEncoder
from training.encoder.thinning import Shape, reshape, thin

Say = Callable[[str], None]

WEIGHED = 800
"""Clauses by which it is decided what goes when the plain encoder is thinned."""


@dataclass(frozen=True, kw_only=True)
class ImitationConfig:
    """How an encoder that reads in pairs learns from a plain one what words mean, before it learns what clauses are."""

    epochs: float = 2.0
    learning_rate: float = 6e-4
    batch_tokens: int = 8_192
    seed: int = 0
    threads: int = 2


class PairedEncoder(nn.Module):
    """A BERT that has a place for every two word pieces."""

    step = 2
    """Word pieces of a place."""

    def __init__(self, plain: BertModel) -> None:
        """Read in pairs with the layers of a plain encoder; it changes as this one learns."""
        super().__init__()
        self.config, self.plain = plain.config, plain
        words = plain.embeddings.word_embeddings
        self.second_embeddings = nn.Embedding(words.num_embeddings, words.embedding_dim)
        with torch.no_grad():
            self.second_embeddings.weight.copy_(words.weight)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> Any:
        """Vectors of places.

        *Shape:* (texts, pieces) twice to ``last_hidden_state`` of (texts, half the pieces, rounded up; hidden).
        """
        places = (input_ids.shape[1] + 1) // 2
        none = torch.zeros_like(input_ids[:, :1])
        even, real = (torch.cat([part, none], dim=1)[:, : 2 * places] for part in (input_ids, attention_mask))
        # What fills up says nothing, whichever piece it is.
        second = self.second_embeddings(even[:, 1::2]) * real[:, 1::2].unsqueeze(-1)
        vectors = self.plain.embeddings.word_embeddings(even[:, 0::2]) + second
        seen = self.plain(inputs_embeds=vectors, attention_mask=attention_mask[:, 0::2])
        return BaseModelOutput(last_hidden_state=seen.last_hidden_state)


def paired_pupil(
    plain: BertModel, shape: Shape, texts: Pieces, *, config: ImitationConfig, say: Say = lambda line: None
) -> PairedEncoder:
    """An encoder that reads in pairs and knows the words that a plain one knows.

    Args:
        plain: its weights stay as they are; it is put on the device.
        shape: what is left of it in each place.
        texts: what both read.
        config: of the run.
        say: told in one line how it goes.

    Raises:
        UsageError: the shape asks for more than there is.
    """
    torch.manual_seed(config.seed)
    torch.set_num_threads(config.threads)
    rng = np.random.default_rng(config.seed)
    plain = plain.to(device()).eval()
    pupil = _thinned(plain, shape, texts, rng, say)
    tables = [p for name, p in pupil.named_parameters() if "embeddings" in name]
    layers = [p for name, p in pupil.named_parameters() if "embeddings" not in name]
    groups = [{"params": layers, "weight_decay": 0.01}, {"params": tables, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=config.learning_rate, fused=True)
    plan = [batch for _ in range(int(np.ceil(config.epochs))) for batch in batches(texts.lengths, config.batch_tokens, rng)]
    plan = plan[: max(1, round(len(plan) * config.epochs / np.ceil(config.epochs)))]
    began, recent = time.monotonic(), []
    pupil.train()
    for step, batch in enumerate(plan):
        rate = min(1.0, (step + 1) / max(1, len(plan) // 20)) * (1 - step / len(plan))
        for group in optimiser.param_groups:
            group["lr"] = config.learning_rate * rate
        ids, attention = texts.padded(batch)
        with torch.no_grad(), half_precision():
            goal, real = _by_pairs(plain(input_ids=ids, attention_mask=attention).last_hidden_state.float(), attention)
        with half_precision():
            own = pupil(ids, attention).last_hidden_state
        apart = ((own.float() - goal).square().mean(dim=2) * real).sum() / real.sum()
        loss = apart / goal.square().mean()
        loss.backward()
        nn.utils.clip_grad_norm_(pupil.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        recent.append(loss.detach())
        if step % max(1, len(plan) // 10) == 0 or step == len(plan) - 1:
            mean = torch.stack(recent[-100:]).mean().item()
            say(f"imitation: step {step} of {len(plan)}, {time.monotonic() - began:.0f} s, apart {mean:.4f}")
    return pupil.eval()


def empty_pupil(folder: Path, shape: Shape) -> PairedEncoder:
    """An encoder that reads in pairs, of this shape and with weights that mean nothing yet.

    Args:
        folder: Hugging Face model directory of the plain encoder.
        shape: what is left of it in each place.
    """
    plain = AutoModel.from_config(AutoConfig.from_pretrained(folder), attn_implementation=attention_way())
    plain.pooler = None
    model = ClauseEncoder(plain)
    shape.check(model)
    reshape(model, shape)
    return PairedEncoder(plain)


def _thinned(plain: BertModel, shape: Shape, texts: Pieces, rng: np.random.Generator, say: Say) -> PairedEncoder:
    model = ClauseEncoder(deepcopy(plain)).to(device()).eval()
    few = rng.permutation(len(texts))[:WEIGHED]
    starts, flat = texts.starts[torch.from_numpy(few).to(texts.starts.device)].tolist(), texts.flat
    rows = [flat[start : start + length].tolist() for start, length in zip(starts, texts.lengths[few], strict=True)]
    thin(model, Pieces.of(rows, pad=texts.pad), shape, say=say)
    return PairedEncoder(model.encoder).to(device())  # type: ignore[arg-type]


def _by_pairs(vectors: torch.Tensor, attention: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean of the real pieces of every place, and which places are real. *Shape:* (texts, places, hidden), (texts, places)."""
    if vectors.shape[1] % 2:
        vectors, attention = nn.functional.pad(vectors, (0, 0, 0, 1)), nn.functional.pad(attention, (0, 1))
    weight = attention.to(vectors.dtype).unflatten(1, (-1, 2))
    total = (vectors.unflatten(1, (-1, 2)) * weight.unsqueeze(-1)).sum(dim=2)
    return total / weight.sum(dim=2).clamp(min=1).unsqueeze(-1), weight[:, :, 0]
