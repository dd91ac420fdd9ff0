"""How many operations a network costs: every product of matrices in an ONNX file, with the shapes that it has when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

PRODUCTS = ("MatMul", "MatMulInteger", "Gemm", "Einsum")
"""Operators that multiply matrices; all others are left out, for they cost a small share."""

PROBES = (16, 32, 64)
"""Lengths that are run; cost is a polynomial of the second degree in length, which three values settle."""


def flops_of(model: bytes | Path, feeds: dict[str, npt.NDArray[Any]]) -> int:
    """Multiplications and additions of one run, two for each pair that is multiplied.

    Args:
        model: ONNX.
        feeds: its inputs.
    """
    import onnx
    import onnxruntime

    loaded = onnx.load(model) if isinstance(model, Path) else onnx.load_from_string(model)
    products = [node for node in loaded.graph.node if node.op_type in PRODUCTS]
    fixed = {one.name: tuple(one.dims) for one in loaded.graph.initializer}
    wanted = {name for node in products for name in (*node.input[:2], *node.output)} - fixed.keys()
    loaded.graph.output.extend(onnx.ValueInfoProto(name=name) for name in wanted - {one.name for one in loaded.graph.output})
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL  # every product stays to be seen
    session = onnxruntime.InferenceSession(loaded.SerializeToString(), options, providers=["CPUExecutionProvider"])
    names = sorted(wanted - feeds.keys())
    shapes = {name: value.shape for name, value in zip(names, session.run(names, feeds), strict=True)}
    shapes |= fixed | {name: value.shape for name, value in feeds.items()}
    return sum(_cost(node, shapes) for node in products)


def _cost(node: Any, shapes: dict[str, tuple[int, ...]]) -> int:
    left, right = shapes[node.input[0]], shapes[node.input[1]]
    if node.op_type == "Einsum":
        equation = next(one.s.decode() for one in node.attribute if one.name == "equation").replace(" ", "")
        letters = dict(zip("".join(equation.split("->")[0].split(",")), (*left, *right), strict=True))
        return 2 * int(np.prod(list(letters.values()), dtype=np.int64))
    across = left[-1]
    if node.op_type == "Gemm" and any(one.name == "transA" and one.i for one in node.attribute):
        across = left[0]
    return 2 * across * int(np.prod(shapes[node.output[0]], dtype=np.int64))


def encoder_cost(model: bytes | Path) -> npt.NDArray[np.float64]:
    """Cost of a text of some length for an encoder with inputs ``ids`` and ``attention``: coefficients for ``np.polyval``."""
    costs = []
    for length in PROBES:
        ones = np.ones((1, length), dtype=np.int64)
        costs.append(flops_of(model, {"ids": ones, "attention": ones}))
    return np.polyfit(PROBES, costs, 2)
