"""An encoder that serves, opened again for learning: ONNX with eight bits per weight back to torch."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import onnx
import torch
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnx import numpy_helper
from transformers import BertConfig, BertModel

from corpus.errors import InvalidModel
from training.encoder.finetuning import ClauseEncoder

HEAD_WIDTH = 32
"""Of attention heads. The graph does not tell it; it is that of all-MiniLM-L6-v2, from which ``pretrain`` starts."""

_PRODUCT = re.compile(r"\.?(Gemm_)?MatMul(_quant)?$")

Floats = npt.NDArray[np.float32]


def reopened(content: bytes) -> ClauseEncoder:
    """What ``export_encoder`` wrote of a BERT, as weights that can learn on: those of eight bits as the numbers they stand for.

    Raises:
        InvalidModel: the graph is of another architecture.
    """
    try:
        weights = _weights(onnx.load_model_from_string(content))
        model = ClauseEncoder(BertModel(_shape(weights), add_pooling_layer=False))
        for layer, width in enumerate(_attended(weights)):
            resize_heads(model, layer, width // HEAD_WIDTH)
        for layer, width in enumerate(_inner(weights)):
            resize_inner(model, layer, width)
        model.load_state_dict({name: torch.from_numpy(np.array(weights[name])) for name in model.state_dict()})
    except (DecodeError, KeyError, RuntimeError, ValueError) as error:
        raise InvalidModel(f"the encoder is none that can be opened for learning ({error})") from None
    return model.eval()


def resize_heads(model: ClauseEncoder, layer: int, heads: int) -> None:
    """Give a layer so many attention heads, untrained, of the width they have."""
    attention = _layers(model)[layer].attention
    width = attention.self.attention_head_size
    size = attention.self.query.in_features
    for name in ("query", "key", "value"):
        setattr(attention.self, name, torch.nn.Linear(size, heads * width))
    attention.self.num_attention_heads, attention.self.all_head_size = heads, heads * width
    attention.output.dense = torch.nn.Linear(heads * width, size)


def resize_inner(model: ClauseEncoder, layer: int, width: int) -> None:
    """Give the feed-forward part of a layer an untrained inner side of this width."""
    block = _layers(model)[layer]
    size = block.intermediate.dense.in_features
    block.intermediate.dense, block.output.dense = torch.nn.Linear(size, width), torch.nn.Linear(width, size)


def _layers(model: ClauseEncoder) -> torch.nn.ModuleList:
    return model.encoder.encoder.layer  # type: ignore[union-attr, return-value]


def _weights(graph: onnx.ModelProto) -> dict[str, Floats]:
    """Every array of the graph by the name it has in torch."""
    arrays = {one.name: numpy_helper.to_array(one) for one in graph.graph.initializer}

    def whole(name: str) -> Floats:
        scale, zero = arrays[f"{name}_scale"], arrays[f"{name}_zero_point"]
        return (arrays[f"{name}_quantized"].astype(np.float32) - zero.astype(np.float32)) * scale

    found = {name: array for name, array in arrays.items() if array.dtype == np.float32}
    found |= {
        name.removesuffix("_quantized"): whole(name.removesuffix("_quantized")) for name in arrays if "_quantized" in name
    }
    for node in graph.graph.node:
        if node.op_type == "MatMulInteger":  # these lost their names: where the product stands tells them
            product = whole(node.input[1].removesuffix("_quantized"))
            place = _PRODUCT.sub("", node.name.strip("/").replace("/", "."))
            found["query" if not place else f"{place}.weight"] = product if not place else product.T
    return found


def _shape(weights: dict[str, Floats]) -> BertConfig:
    names = "encoder.embeddings.{}_embeddings.weight"
    words, places, types = (weights[names.format(name)] for name in ("word", "position", "token_type"))
    return BertConfig(
        vocab_size=len(words),
        hidden_size=words.shape[1],
        num_hidden_layers=len(_inner(weights)),
        num_attention_heads=words.shape[1] // HEAD_WIDTH,
        intermediate_size=4 * words.shape[1],
        max_position_embeddings=len(places),
        type_vocab_size=len(types),
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        attn_implementation="eager",
    )


def _attended(weights: dict[str, Floats]) -> list[int]:
    return _widths(weights, "attention.self.query")


def _inner(weights: dict[str, Floats]) -> list[int]:
    return _widths(weights, "intermediate.dense")


def _widths(weights: dict[str, Floats], part: str) -> list[int]:
    """Of the outputs of a part, by layer."""
    found: list[int] = []
    while (bias := weights.get(f"encoder.encoder.layer.{len(found)}.{part}.bias")) is not None:
        found.append(len(bias))
    return found
