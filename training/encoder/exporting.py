"""One ONNX file, eight bits per weight, that runs without torch."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import AutoTokenizer

from training.encoder.finetuning import ClauseEncoder


def export_encoder(model: ClauseEncoder, folder: Path) -> tuple[bytes, bytes]:
    """The fitted encoder and its tokeniser as files.

    Args:
        model: the fitted encoder.
        folder: the Hugging Face directory it was fitted from, for its tokeniser.

    Returns:
        (ONNX, tokenizer.json); see ``exported``.
    """
    tokenizer = AutoTokenizer.from_pretrained(folder).backend_tokenizer
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return exported(model), tokenizer.to_str().encode()


def exported(model: ClauseEncoder) -> bytes:
    """The fitted encoder as ONNX.

    Weights of matrix products become int8, one scale per channel, with reduced range: processors that have only AVX2 add up
    pairs of products in 16 bits, which full range overflows.

    Returns:
        A graph with inputs ``ids`` and ``attention``, *shape* (texts, pieces), int64; outputs ``values`` (texts, columns) and
        ``evidence`` (texts, pieces), float32.
    """
    model = model.cpu().eval().float()
    model.encoder.config._attn_implementation = "eager"  # type: ignore[union-attr]
    ids = torch.ones((2, 16), dtype=torch.long)
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole, small = Path(scratch) / "whole.onnx", Path(scratch) / "small.onnx"
        torch.onnx.export(
            model,
            (ids, torch.ones_like(ids)),
            str(whole),
            input_names=["ids", "attention"],
            output_names=["values", "evidence"],
            dynamic_axes={name: {0: "texts", 1: "pieces"} for name in ("ids", "attention", "evidence")}
            | {"values": {0: "texts"}},
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(whole, small, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8)
        return small.read_bytes()
