"""An encoder is made thinner, so that it reads faster; what it lost it learns from the whole one (``pairing``, ``distilling``).

Whole layers go first, then attention heads and inner neurons. Those go that least change what a layer adds to its input, and
what stays takes over their part as far as least squares can (Optimal Brain Surgeon, Hassibi and Stork 1993, of whole columns).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from corpus.errors import UsageError
from training.encoder.batching import Pieces, batches, device
from training.encoder.finetuning import ClauseEncoder

Say = Callable[[str], None]

DAMPING = 1e-3
"""Of the least squares, in mean squares of an input."""


def spread_layers(count: int, kept: int) -> tuple[int, ...]:
    """So many of the layers of an encoder, the first and, of two or more, the last among them."""
    return tuple(int(place) for place in np.linspace(0, count - 1, kept).round())


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What is left of an encoder.

    Attributes:
        layers: which stay, from 0.
        heads: of each of these.
        neurons: inner neurons of each of these.
    """

    layers: tuple[int, ...]
    heads: tuple[int, ...]
    neurons: tuple[int, ...]

    def __post_init__(self) -> None:
        """Raises UsageError: it is no shape."""
        if not len(self.layers) == len(self.heads) == len(self.neurons):
            raise UsageError("every layer that stays wants a number of heads and of neurons")
        if not self.layers or list(self.layers) != sorted(set(self.layers)) or min(self.layers) < 0:
            raise UsageError("the layers that stay are numbers from 0, ascending")
        if min(*self.heads, *self.neurons) < 1:
            raise UsageError("every layer that stays wants a head and a neuron")

    @classmethod
    def part_of(cls, encoder: nn.Module, *, layers: int | None, share: float) -> Shape:
        """Some layers of an encoder, spread over it, with a share of their heads and neurons.

        Args:
            encoder: a BERT.
            layers: how many; None for half of them, rounded up.
            share: of heads and of neurons, in (0, 1].

        Raises:
            UsageError: there are not so many layers.
        """
        config = encoder.config  # type: ignore[union-attr]
        count = config.num_hidden_layers
        kept = layers if layers is not None else (count + 1) // 2
        if not 1 <= kept <= count:
            raise UsageError(f"the encoder has {count} layers, so {kept} of them cannot stay")
        heads = max(1, round(config.num_attention_heads * share))
        neurons = max(1, round(config.intermediate_size * share))
        return cls(layers=spread_layers(count, kept), heads=(heads,) * kept, neurons=(neurons,) * kept)

    def check(self, model: ClauseEncoder) -> None:
        """Raises UsageError: an encoder has less than is to stay of it."""
        layers = model.encoder.encoder.layer  # type: ignore[union-attr]
        if max(self.layers) >= len(layers):
            raise UsageError(f"the encoder has layers 0 to {len(layers) - 1}")
        for layer, heads, neurons in zip(self.layers, self.heads, self.neurons, strict=True):
            own = layers[layer].attention.self.num_attention_heads, layers[layer].intermediate.dense.out_features
            if heads > own[0] or neurons > own[1]:
                raise UsageError(f"layer {layer} of the encoder has {own[0]} heads and {own[1]} neurons")


@torch.no_grad()
def thin(model: ClauseEncoder, pieces: Pieces, shape: Shape, *, tokens: int = 4_096, say: Say = lambda line: None) -> None:
    """Take layers, heads and neurons out of an encoder.

    Args:
        model: it changes.
        pieces: some texts, a thousand are ample: what matters is what layers say of these.
        shape: what is left.
        tokens: word pieces of a batch.
        say: told in one line how it goes.

    Raises:
        UsageError: the shape asks for more than there is.
    """
    shape.check(model)
    _keep_layers(model, shape.layers)
    began = time.monotonic()
    for layer, (heads, neurons) in enumerate(zip(shape.heads, shape.neurons, strict=True)):
        block = _layers(model)[layer]
        width = block.attention.self.attention_head_size
        product = block.output.dense
        kept, weight = _columns(product, _second_moment(model, product, pieces, tokens), group=1, keep=neurons)
        inner = block.intermediate.dense
        rows, bias = (inner.weight[kept].clone(), inner.bias[kept].clone()), product.bias.clone()
        resize_inner(model, layer, neurons)
        _fill(block.intermediate.dense, *rows)
        _fill(block.output.dense, weight, bias)
        product = block.attention.output.dense
        kept, weight = _columns(product, _second_moment(model, product, pieces, tokens), group=width, keep=heads)
        asked = {name: getattr(block.attention.self, name) for name in ("query", "key", "value")}
        parts = {name: (one.weight[kept].clone(), one.bias[kept].clone()) for name, one in asked.items()}
        bias = product.bias.clone()
        resize_heads(model, layer, heads)
        for name, part in parts.items():
            _fill(getattr(block.attention.self, name), *part)
        _fill(block.attention.output.dense, weight, bias)
        say(f"layer {shape.layers[layer]}: {heads} heads, {neurons} neurons, {time.monotonic() - began:.0f} s")


def reshape(model: ClauseEncoder, shape: Shape) -> None:
    """As ``thin``, with untrained weights wherever something went."""
    _keep_layers(model, shape.layers)
    for layer, (heads, neurons) in enumerate(zip(shape.heads, shape.neurons, strict=True)):
        resize_inner(model, layer, neurons)
        resize_heads(model, layer, heads)


def _keep_layers(model: ClauseEncoder, layers: Sequence[int]) -> None:
    body = model.encoder.encoder  # type: ignore[union-attr]
    body.layer = nn.ModuleList([body.layer[layer] for layer in layers])
    model.encoder.config.num_hidden_layers = len(layers)  # type: ignore[union-attr]


def resize_heads(model: ClauseEncoder, layer: int, heads: int) -> None:
    """Give a layer so many attention heads, untrained, of the width they have."""
    attention = _layers(model)[layer].attention
    width, size = attention.self.attention_head_size, attention.self.query.in_features
    for name in ("query", "key", "value"):
        setattr(attention.self, name, _linear(size, heads * width, attention.self.query))
    attention.self.num_attention_heads, attention.self.all_head_size = heads, heads * width
    attention.output.dense = _linear(heads * width, size, attention.output.dense)


def resize_inner(model: ClauseEncoder, layer: int, width: int) -> None:
    """Give the feed-forward part of a layer an untrained inner side of this width."""
    block = _layers(model)[layer]
    before, size = block.intermediate.dense, block.intermediate.dense.in_features
    block.intermediate.dense, block.output.dense = _linear(size, width, before), _linear(width, size, before)


def _linear(inputs: int, outputs: int, like: nn.Linear) -> nn.Linear:
    return nn.Linear(inputs, outputs, device=like.weight.device, dtype=like.weight.dtype)


def _layers(model: ClauseEncoder) -> nn.ModuleList:
    return model.encoder.encoder.layer  # type: ignore[union-attr, return-value]


def _columns(product: nn.Linear, moment: torch.Tensor, *, group: int, keep: int) -> tuple[list[int], torch.Tensor]:
    """Which inputs of a product stay, and its weights when the others are gone: group by group goes what costs least."""
    count = product.in_features // group
    fitted, moment = product.weight.double(), moment.double()
    damping = DAMPING * moment.diagonal().mean() * torch.eye(len(moment), dtype=torch.float64, device=moment.device)
    inverse, gone = torch.linalg.inv(moment + damping), torch.zeros(count, dtype=torch.bool, device=moment.device)
    while count - int(gone.sum()) > keep:
        costs = _costs(fitted, inverse, group)
        costs[gone] = torch.inf
        place = int(costs.argmin())
        gone[place] = True
        own = slice(place * group, (place + 1) * group)
        share = torch.linalg.solve(inverse[own, own], inverse[own])  # of what goes, that every other input takes over
        fitted = fitted - fitted[:, own] @ share
        inverse -= inverse[:, own] @ share
        inverse[own, own] = torch.eye(group, dtype=torch.float64, device=moment.device)
    stays = torch.repeat_interleave(~gone, group)
    return torch.nonzero(stays)[:, 0].tolist(), fitted[:, stays].float()


def _costs(weight: torch.Tensor, inverse: torch.Tensor, group: int) -> torch.Tensor:
    """How much farther from the whole a product is without each group of its inputs. *Shape:* (groups,)."""
    if group == 1:
        return weight.square().sum(dim=0) / inverse.diagonal()
    own = torch.stack([inverse[start : start + group, start : start + group] for start in range(0, len(inverse), group)])
    parts = weight.T.reshape(len(own), group, -1)
    return (parts * torch.linalg.solve(own, parts)).sum(dim=(1, 2))


def _second_moment(model: ClauseEncoder, product: nn.Linear, pieces: Pieces, tokens: int) -> torch.Tensor:
    """Of what goes into a product, over every real piece. *Shape:* (inputs, inputs)."""
    total = torch.zeros((product.in_features, product.in_features), dtype=torch.float64, device=device())
    with _heard(product) as heard:
        for batch in batches(pieces.lengths, tokens, np.random.default_rng(0)):
            ids, attention = pieces.padded(batch)
            model(ids, attention)
            own = heard.pop()[attention.bool()]
            total += (own.T @ own).double()
    return total / len(pieces.flat)


@contextmanager
def _heard(product: nn.Linear) -> Iterator[list[torch.Tensor]]:
    heard: list[torch.Tensor] = []
    hook = product.register_forward_pre_hook(lambda _, given: heard.append(given[0]))
    try:
        yield heard
    finally:
        hook.remove()


def _fill(product: nn.Linear, weight: torch.Tensor, bias: torch.Tensor) -> None:
    product.weight.copy_(weight)
    product.bias.copy_(bias)
