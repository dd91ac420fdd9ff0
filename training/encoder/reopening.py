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

_PRODUCT = re.compile(r"\.?(Gemm_)?MatMul(_quant)?$")

Floats = npt.NDArray[np.float32]


def reopened(content: bytes) -> ClauseEncoder:
    """What ``export_encoder`` wrote of a BERT, as weights that can learn on: those of eight bits as the numbers they stand for.

    Raises:
        InvalidModel: the graph is of another architecture.
    """
    try:
        graph = onnx.load_model_from_string(content).graph
        weights, head = _weights(graph), _head_width(graph)
        inner, attended = _widths(weights, "intermediate.dense"), _widths(weights, "attention.self.query")
        model = ClauseEncoder(BertModel(_shape(weights, layers=len(inner), head=head), add_pooling_layer=False))
        for layer, (wide, width) in enumerate(zip(inner, attended, strict=True)):
            resize_inner(model, layer, wide)
            resize_heads(model, layer, width // head)
        model.load_state_dict({name: torch.from_numpy(np.array(weights[name])) for name in model.state_dict()})
    except (DecodeError, KeyError, RuntimeError, StopIteration, ValueError) as error:
        raise InvalidModel(f"the encoder is none that can be opened for learning ({error})") from None
    return model.eval()


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


def _linear(inputs: int, outputs: int, like: torch.nn.Linear) -> torch.nn.Linear:
    return torch.nn.Linear(inputs, outputs, device=like.weight.device, dtype=like.weight.dtype)


def _layers(model: ClauseEncoder) -> torch.nn.ModuleList:
    return model.encoder.encoder.layer  # type: ignore[union-attr, return-value]


def _head_width(graph: onnx.GraphProto) -> int:
    """Of an attention head: the last number of the shape in which the first layer lays its queries."""
    last = next(node.input[-1] for node in graph.node if node.name.endswith("layer.0/attention/self/Concat"))
    made = next(node for node in graph.node if last in node.output)
    return int(numpy_helper.to_array(made.attribute[0].t)[0])


def _weights(graph: onnx.GraphProto) -> dict[str, Floats]:
    """Every array of the graph by the name it has in torch."""
    arrays = {one.name: numpy_helper.to_array(one) for one in graph.initializer}

    def whole(name: str) -> Floats:
        scale, zero = arrays[f"{name}_scale"], arrays[f"{name}_zero_point"]
        return (arrays[f"{name}_quantized"].astype(np.float32) - zero.astype(np.float32)) * scale

    found = {name: array for name, array in arrays.items() if array.dtype == np.float32}
    found |= {
        name.removesuffix("_quantized"): whole(name.removesuffix("_quantized")) for name in arrays if "_quantized" in name
    }
    for node in graph.node:
        if node.op_type == "MatMulInteger":  # these lost their names: where the product stands tells them
            product = whole(node.input[1].removesuffix("_quantized"))
            place = _PRODUCT.sub("", node.name.strip("/").replace("/", "."))
            found["query" if not place else f"{place}.weight"] = product if not place else product.T
    return found


def _shape(weights: dict[str, Floats], *, layers: int, head: int) -> BertConfig:
    names = "encoder.embeddings.{}_embeddings.weight"
    words, places, types = (weights[names.format(name)] for name in ("word", "position", "token_type"))
    return BertConfig(
        vocab_size=len(words),
        hidden_size=words.shape[1],
        num_hidden_layers=layers,
        num_attention_heads=words.shape[1] // head,
        max_position_embeddings=len(places),
        type_vocab_size=len(types),
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        attn_implementation="eager",
    )


def _widths(weights: dict[str, Floats], part: str) -> list[int]:
    """Of the outputs of a part, by layer."""
    found: list[int] = []
    while (bias := weights.get(f"encoder.encoder.layer.{len(found)}.{part}.bias")) is not None:
        found.append(len(bias))
    return found
