"""What the machine can do at the most, and how near to it the product comes.

Rates are those of products of the very shapes of the encoder, in 32-bit floats (numpy) and in eight bits as onnxruntime runs
them, and of reading memory from end to end.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from bench.peers.children import cores, in_child
from bench.peers.flops import encoder_cost
from bench.peers.registry import INSTALL
from bench.peers.spread import Spread
from models.encoding import framed
from models.loading import load_model, released_folder
from models.vectorising import ClauseText
from models.word_pieces import PairTokenizer

PLACES = 512
"""Rows of the left matrix: the places, of two word pieces each, that the encoder reads at once."""

SHAPES = ((384, 192), (192, 384), (384, 768), (768, 384))
"""Of the weights that nearly all of the time goes to."""

ROUNDS = 7
SECONDS = 0.3
"""How long one round at least takes."""

BANDWIDTH_BYTES = 512 * 2**20
"""Far more than any cache holds."""


def measure_bounds(texts: Sequence[ClauseText]) -> dict[str, Any]:
    """Rates of the machine on one core and on all, and our encoder beside them.

    Args:
        texts: clauses of the store at large.
    """
    told: dict[str, Any] = {"cores": len(cores())}
    for name, where in (("one_core", cores()[:1]), ("all_cores", cores())):
        told[name] = in_child(_machine, len(where), on=where)
    reason = f"onnx is not installed ({INSTALL})"
    told["classify"] = in_child(_classify, list(texts), on=cores()[:1]) if find_spec("onnx") else {"skipped": reason}
    rates = told["one_core"]
    if "flops" in told["classify"] and "int8" in rates:
        for share, seconds in (("whole", "seconds"), ("encoder", "encoder_s")):
            least = told["classify"]["flops"] / rates["int8"]["gflop_per_s"].median / 1e9
            told["classify"][f"{share}_of_bound"] = least / told["classify"][seconds].median
    return told


def search_bound(row: dict[str, Any], read_gb_per_s: Spread) -> dict[str, float]:
    """How long one initiative would take if nothing but the lists that it looks up were read from memory, beside what it takes.

    Args:
        row: ours, of ``measure_searching``.
        read_gb_per_s: of the machine, on one core.
    """
    least = row["list_bytes"] / (read_gb_per_s.median * 1e9)
    return {"list_bytes": row["list_bytes"], "least_ms": least * 1e3, "of_bound": least / (row["p50_ms"] / 1e3)}


def _machine(threads: int) -> dict[str, Any]:
    """In a child with so many cores."""
    rng = np.random.default_rng(0)
    work = [
        (rng.random((PLACES, across), dtype=np.float32), rng.random((across, out), dtype=np.float32)) for across, out in SHAPES
    ]
    flops = sum(2 * PLACES * across * out for across, out in SHAPES)
    with threadpool_limits(threads):
        float32 = _rates(lambda: [left @ right for left, right in work], flops / 1e9)
        long = np.ones(BANDWIDTH_BYTES // 4, dtype=np.float32)
        matrix, vector = long.reshape(4_096, -1), np.ones(len(long) // 4_096, dtype=np.float32)
        reading = _rates(lambda: matrix @ vector, BANDWIDTH_BYTES / 1e9)
        other = np.zeros_like(matrix)
        copying = _rates(lambda: np.copyto(other, matrix), 2 * BANDWIDTH_BYTES / 1e9)
    told: dict[str, Any] = {
        "float32": {"gflop_per_s": float32},
        "read_gb_per_s": reading,
        "copy_gb_per_s": copying,
        "threads": threads,
    }
    if find_spec("onnx"):
        run = _int8(threads)
        told["int8"] = {"gflop_per_s": _rates(run, flops / 1e9)}
    return told


def _int8(threads: int) -> Callable[[], Any]:
    """The same products as the encoder has them: quantised when they come (DynamicQuantizeLinear), then MatMulInteger."""
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    rng = np.random.default_rng(0)
    nodes, inputs, outputs, weights, feeds = [], [], [], [], dict[str, npt.NDArray[Any]]()
    for place, (across, out) in enumerate(SHAPES):
        x = f"x{place}"
        weights.append(numpy_helper.from_array(rng.integers(-64, 64, (across, out), dtype=np.int8), f"w{place}"))
        nodes.append(helper.make_node("DynamicQuantizeLinear", [x], [f"{x}_q", f"{x}_scale", f"{x}_zero"]))
        nodes.append(helper.make_node("MatMulInteger", [f"{x}_q", f"w{place}", f"{x}_zero"], [f"y{place}"]))
        inputs.append(helper.make_tensor_value_info(x, TensorProto.FLOAT, [PLACES, across]))
        outputs.append(helper.make_tensor_value_info(f"y{place}", TensorProto.INT32, [PLACES, out]))
        feeds[x] = rng.random((PLACES, across), dtype=np.float32)
    graph = helper.make_graph(nodes, "products", inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, feeds)


def _rates(work: Callable[[], Any], amount: float) -> Spread:
    """Amount of work a second; the first time does not count."""
    work()
    rates = []
    for _ in range(ROUNDS):
        began, times = time.perf_counter(), 0
        while (passed := time.perf_counter() - began) < SECONDS or not times:
            work()
            times += 1
        rates.append(amount * times / passed)
    return Spread.of(rates)


def _classify(texts: list[ClauseText]) -> dict[str, Any]:
    """In a child with one core: the cascade, and within it the encoder, with the operations that it must do."""
    model = load_model().clauses
    assert model.slow is not None, "the released model has an encoder"
    cost = encoder_cost(released_folder() / "encoder.onnx")
    twice = [text for text, again in zip(texts, model.read(texts).read_twice, strict=True) if again]
    content, max_length = model.slow.files["tokenizer.json"], model.slow.max_length
    tokenizer = PairTokenizer(content, max_length=max_length)
    lengths = [len(one.ids) for one in tokenizer.read([_pair(text) for text in twice])]
    return {
        "clauses": len(texts),
        "read_twice": len(twice),
        "pieces_per_clause": float(np.mean(lengths)),
        "mflop_per_piece": float(np.polyval(cost, 64) / 64 / 1e6),
        "flops": float(sum(np.polyval(cost, length) for length in lengths)),
        "seconds": _seconds(lambda: model.read(texts)),
        "fast_tier_s": _seconds(lambda: model.at_first_sight(texts)),
        # One that knows no word yet, and has to be opened; in the other two it knows all, as it nearly does in a corpus.
        "tokenizer_s": _seconds(lambda: PairTokenizer(content, max_length=max_length).read([_pair(text) for text in twice])),
        "encoder_s": _seconds(lambda: model.slow.values(twice) if model.slow else None),
    }


def _pair(text: ClauseText) -> tuple[str, str]:
    return framed(title=text.title, heading=text.heading, text=text.text)


def _seconds(work: Callable[[], Any], rounds: int = 3) -> Spread:
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return Spread.of(times)
