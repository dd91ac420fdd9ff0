"""An encoder that serves, read back from its file so that it can learn on.

    /encoder/layer.0/attention/self/query/MatMul_quant    a node's name tells whose product it is
    onnx::MatMul_579_quantized, _scale, _zero_point       its weights: eight bits, a scale per channel
    /encoder/layer.0/attention/self/Mul                   one over the root of the width of a head

What comes back is what went in, to within the eight bits that are kept of every weight.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import onnx
import torch
from google.protobuf.message import DecodeError
from onnx import numpy_helper
from transformers import BertConfig, BertModel

from corpus.errors import UsageError
from training.encoder.batching import attention_way
from training.encoder.finetuning import ClauseEncoder
from training.encoder.pairing import PairedEncoder
from training.encoder.thinning import Shape, reshape

Array = npt.NDArray[np.float32]

PAIRED = "encoder.plain."
"""How names of weights begin where word pieces are read two by two."""

KEPT = "_quantized"

_OF_LAYER = re.compile(r"encoder\.layer\.(\d+)\.attention\.self\.query\.bias$")


def reopened(file: bytes) -> ClauseEncoder:
    """The encoder in a file that ``exporting.exported`` wrote of one that is shaped like BERT.

    Weights that are alike to the last bit are kept there once, so one that learnt nothing may not come back.

    Args:
        file: ONNX.

    Raises:
        UsageError: it holds no such encoder.
    """
    try:
        graph = onnx.load_from_string(file).graph
    except DecodeError:
        raise UsageError("the encoder is no ONNX file") from None
    stored = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    try:
        weights = _weights(graph, stored)
        model = _empty(weights, width=_head_width(graph, stored))
        model.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in weights.items()})
    except (KeyError, ValueError, RuntimeError, StopIteration) as error:
        raise UsageError(f"the encoder is not shaped like one that is trained here ({error})") from None
    return model.eval()


def _weights(graph: onnx.GraphProto, stored: dict[str, npt.NDArray[np.generic]]) -> dict[str, Array]:
    """Every weight by its name in a ClauseEncoder."""
    named = {name: value for name, value in stored.items() if value.dtype == np.float32 and value.ndim and "::" not in name}
    result = {name: value.astype(np.float32) for name, value in named.items() if not name.endswith("_scale")}
    products = {
        given.removesuffix(KEPT): node.name.strip("/").split("/")[:-1]
        for node in graph.node
        for given in node.input
        if given.startswith("onnx::") and given.endswith(KEPT)
    }
    for name in [name.removesuffix(KEPT) for name in stored if name.endswith(KEPT)]:
        steps = stored[name + KEPT].astype(np.float32) - stored[name + "_zero_point"].astype(np.float32)
        value = steps * stored[name + "_scale"].astype(np.float32)
        if name in products:
            result[".".join([*products[name], "weight"])] = value.T
        elif name.endswith("_Transposed"):
            result[name.removesuffix("_Transposed")] = value.T
        else:
            result[name] = value
    return result


def _head_width(graph: onnx.GraphProto, stored: dict[str, npt.NDArray[np.generic]]) -> int:
    """Numbers of every attention head: scores of attention are divided by the root of it."""
    scaled = next(node for node in graph.node if node.name.endswith("layer.0/attention/self/Mul"))
    constants = {
        node.output[0]: numpy_helper.to_array(node.attribute[0].t) for node in graph.node if node.op_type == "Constant"
    }
    factor = next((stored | constants)[given] for given in scaled.input if given in stored or given in constants)
    return round(float(factor) ** -2)


def _empty(weights: dict[str, Array], *, width: int) -> ClauseEncoder:
    """An untrained encoder into which these weights fit."""
    prefix = PAIRED if any(name.startswith(PAIRED) for name in weights) else "encoder."
    words, size = weights[f"{prefix}embeddings.word_embeddings.weight"].shape
    layers = sorted(int(found[1]) for name in weights if (found := _OF_LAYER.search(name)))
    of_layer = [f"{prefix}encoder.layer.{layer}." for layer in layers]
    heads = [len(weights[f"{one}attention.self.query.bias"]) // width for one in of_layer]
    neurons = [len(weights[f"{one}intermediate.dense.bias"]) for one in of_layer]
    config = BertConfig(
        vocab_size=words, hidden_size=size, num_hidden_layers=len(layers), num_attention_heads=size // width,
        intermediate_size=max(neurons), max_position_embeddings=len(weights[f"{prefix}embeddings.position_embeddings.weight"]),
        type_vocab_size=len(weights[f"{prefix}embeddings.token_type_embeddings.weight"]),
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    config._attn_implementation = attention_way()
    plain = BertModel(config, add_pooling_layer=False)
    reshape(ClauseEncoder(plain), Shape(layers=tuple(layers), heads=tuple(heads), neurons=tuple(neurons)))
    return ClauseEncoder(PairedEncoder(plain) if prefix == PAIRED else plain)
