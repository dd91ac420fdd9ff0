"""An encoder is opened again, thinned, and learns from the whole one, where torch is there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corpus.adding import add_paths
from corpus.errors import InvalidModel, UsageError
from corpus.labels import JoinReport, join
from corpus.store import Store
from models.loading import load_model, released_folder, save_model
from models.packaging import open_package
from models.quality import load_quality
from service.command_line import main
from tests.sample_labels import SAMPLE, sample_labels
from tests.unit.test_encoder_learning import encoder, examples
from training.extras import training_extra_missing

__all__ = ["encoder"]

pytestmark = [
    pytest.mark.skipif(
        bool(training_extra_missing()), reason=f"needs the extra train: {', '.join(training_extra_missing())} not installed"
    ),
    pytest.mark.filterwarnings("default"),  # torch and its exporter warn about themselves
]


def batch(count: int = 40, *, seed: int = 0):  # type: ignore[no-untyped-def]  # torch may be missing where this is read
    import torch

    ids = torch.from_numpy(np.random.default_rng(seed).integers(5, 100, (count, 20)))
    attention = torch.ones_like(ids)
    attention[: count // 2, 12:] = 0
    return ids, attention


def whole(*, heads: int = 3):  # type: ignore[no-untyped-def]
    """An untrained encoder of three layers."""
    import torch
    from transformers import BertConfig, BertModel

    from training.encoder.finetuning import ClauseEncoder

    torch.manual_seed(0)
    shape = BertConfig(
        vocab_size=120, hidden_size=96, num_hidden_layers=3, num_attention_heads=heads, intermediate_size=384,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, attn_implementation="eager", initializer_range=0.2,
    )  # fmt: skip
    model = ClauseEncoder(BertModel(shape, add_pooling_layer=False)).eval()
    with torch.no_grad():
        for parameter in model.parameters():  # no two of a trained encoder are alike
            parameter += 0.02 * torch.randn_like(parameter)
    return model


def said(model, ids, attention):  # type: ignore[no-untyped-def]
    import torch

    with torch.no_grad():
        values, evidence = model(ids, attention)
    return values.numpy(), (evidence * attention).numpy()


def alike(before: tuple[np.ndarray, ...], after: tuple[np.ndarray, ...], *, least: float) -> None:
    """By correlation: the products are of eight bits, the least squares damped a little."""
    for one, other in zip(before, after, strict=True):
        assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > least


def pieces(seed: int = 3):  # type: ignore[no-untyped-def]
    from training.encoder.batching import Pieces

    ids, attention = batch(200, seed=seed)
    return Pieces.of([row[: int(real.sum())].tolist() for row, real in zip(ids, attention, strict=True)], pad=0)


def test_what_was_exported_is_opened_again() -> None:
    import torch

    from training.encoder.exporting import exported
    from training.encoder.reopening import reopened

    model = whole()
    again = reopened(exported(model))
    alike(said(model, *batch()), said(again, *batch()), least=0.99)
    theirs = dict(again.named_parameters())
    for name, parameter in model.named_parameters():
        assert torch.allclose(parameter, theirs[name], rtol=0, atol=0.01 * parameter.abs().max().item()), name


def test_a_thin_one_is_exported_and_opened_too() -> None:
    from training.encoder.exporting import exported
    from training.encoder.reopening import reopened
    from training.encoder.thinning import Shape, thin

    model = whole()
    thin(model, pieces(), Shape(layers=(0, 2), heads=(2, 1), neurons=(64, 32)))
    again = reopened(exported(model))
    assert [layer.attention.self.num_attention_heads for layer in again.encoder.encoder.layer] == [2, 1]
    assert [layer.intermediate.dense.out_features for layer in again.encoder.encoder.layer] == [64, 32]
    alike(said(model, *batch()), said(again, *batch()), least=0.99)


@pytest.mark.parametrize("content", [b"", b"no graph", "another"])
def test_what_is_no_such_encoder_is_refused(content: bytes | str) -> None:
    import onnx
    from onnx import TensorProto, helper

    from training.encoder.reopening import reopened

    if content == "another":
        one = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
        graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "g", [one], [one])
        content = onnx.helper.make_model(graph).SerializeToString()
    with pytest.raises(InvalidModel, match="opened for learning"):
        reopened(content)  # type: ignore[arg-type]


def test_what_nothing_hangs_on_goes_first() -> None:
    """Neurons and heads whose output nobody uses: without them the encoder says the same."""
    import torch

    from training.encoder.thinning import Shape, thin

    model = whole()
    with torch.no_grad():
        for layer in model.encoder.encoder.layer:
            layer.output.dense.weight[:, ::2] = 0
            layer.attention.output.dense.weight[:, 32:64] = 0
    before = said(model, *batch())
    thin(model, pieces(), Shape(layers=(0, 1, 2), heads=(2, 2, 2), neurons=(192, 192, 192)))
    alike(before, said(model, *batch()), least=0.9999)


def test_what_stays_takes_over_the_part_of_what_goes() -> None:
    """Two neurons that say the same are as good as one that says it twice."""
    import torch

    from training.encoder.thinning import Shape, thin

    model = whole()
    with torch.no_grad():
        for layer in model.encoder.encoder.layer:
            layer.intermediate.dense.weight[192:] = layer.intermediate.dense.weight[:192]
            layer.intermediate.dense.bias[192:] = layer.intermediate.dense.bias[:192]
    before = said(model, *batch())
    thin(model, pieces(), Shape(layers=(0, 1, 2), heads=(3, 3, 3), neurons=(192, 192, 192)))
    alike(before, said(model, *batch()), least=0.999)


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        ({"layers": (), "heads": (), "neurons": ()}, "from 0, ascending"),
        ({"layers": (0,), "heads": (1, 1), "neurons": (8,)}, "wants a number"),
        ({"layers": (2, 0), "heads": (1, 1), "neurons": (8, 8)}, "from 0, ascending"),
        ({"layers": (0, 0), "heads": (1, 1), "neurons": (8, 8)}, "from 0, ascending"),
        ({"layers": (-1,), "heads": (1,), "neurons": (8,)}, "from 0, ascending"),
        ({"layers": (0,), "heads": (1,), "neurons": (0,)}, "a head and a neuron"),
    ],
)
def test_what_is_no_shape_is_refused(shape: dict[str, tuple[int, ...]], told: str) -> None:
    from training.encoder.thinning import Shape

    with pytest.raises(UsageError, match=told):
        Shape(**shape)


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        ({"layers": (0, 3), "heads": (1, 1), "neurons": (8, 8)}, "layers 0 to 2"),
        ({"layers": (0,), "heads": (4,), "neurons": (8,)}, "3 heads and 384 neurons"),
        ({"layers": (0,), "heads": (1,), "neurons": (385,)}, "3 heads and 384 neurons"),
    ],
)
def test_more_than_there_is_cannot_stay(shape: dict[str, tuple[int, ...]], told: str) -> None:
    from training.encoder.thinning import Shape, thin

    with pytest.raises(UsageError, match=told):
        thin(whole(), pieces(), Shape(**shape))


def test_what_is_put_in_lies_where_the_encoder_does() -> None:
    """On an accelerator every part must; "meta" is a device that every machine has."""
    from training.encoder.reopening import resize_heads, resize_inner

    model = whole().to("meta")
    resize_heads(model, 1, 2)
    resize_inner(model, 1, 16)
    assert {str(parameter.device) for parameter in model.parameters()} == {"meta"}


def test_heads_of_any_width_are_opened_again() -> None:
    from training.encoder.exporting import exported
    from training.encoder.reopening import reopened

    model = whole(heads=6)
    again = reopened(exported(model))
    assert [layer.attention.self.attention_head_size for layer in again.encoder.encoder.layer] == [16] * 3
    alike(said(model, *batch()), said(again, *batch()), least=0.99)


def test_it_learns_what_it_lost() -> None:
    from training.encoder.finetuning import FinetuningConfig, Lessons, answers, learn_on
    from training.encoder.thinning import Shape, thin

    model, read = whole(), pieces()
    values, marks = answers(model, read, tokens=800)
    thin(model, read, Shape(layers=(0, 2), heads=(1, 1), neurons=(16, 16)))

    def error() -> float:
        return float((answers(model, read, tokens=800)[0][:, :24] - values[:, :24]).square().mean())

    lost = error()
    taught = Lessons(pieces=read, goals=values.sigmoid(), marks=marks.sigmoid(), values=values)
    config = FinetuningConfig(epochs=15, learning_rate=1e-3, batch_tokens=400, threads=1)
    learn_on(model, taught, config=config)
    assert error() < lost / 2


def joined_sample(store: Store) -> JoinReport:
    return join(store, sample_labels())


def test_the_model_that_ships_is_thinned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the command, for some seconds, on the sample; measured on a regulation that is kept apart."""
    from training import reading, splits, thinning

    store = tmp_path / "S"
    add_paths([SAMPLE / "regelingen"], store=store)
    apart = sorted({one.label.ref.partition("/")[0] for one in joined_sample(Store(store)).joined})[0]
    monkeypatch.setattr(thinning, "join", joined_sample)
    for module in (splits, thinning):
        monkeypatch.setattr(module, "frozen", lambda regulation: regulation == apart)
    assert reading.learnable is splits.learnable
    given = ["--store", str(store), "--output", str(tmp_path / "M"), "--version", "9.9.9", "--epochs", "1"]
    assert main(["thin", *given, "--layers", "0", "--heads", "2", "--neurons", "1440", "--unlabelled", "50"], {}) == 0
    thin, manifest = load_model(tmp_path / "M"), open_package(tmp_path / "M").manifest
    before = open_package(released_folder()).manifest
    assert thin.version == "9.9.9" and manifest["thinned"]["from"] == before["version"]
    measured = manifest["measured"]
    assert measured["clauses"] == measured["frozen"] != manifest["thinned"]["measured_before"]
    assert measured["ranking"] == before["measured"]["ranking"], "that hangs on the fast tier alone"
    quality = load_quality(tmp_path / "M")
    assert quality is not None and quality.against is not None and quality.against.version == before["version"]
    assert quality.clauses == quality.against.clauses > 30 and quality.learning == ()
    assert manifest["files"]["clauses.safetensors"] == before["files"]["clauses.safetensors"], "only the encoder is another"
    assert manifest["files"]["encoder.onnx"] != before["files"]["encoder.onnx"]
    assert thin.clauses.slow is not None and len(thin.clauses.slow.files["encoder.onnx"]) < 12_000_000
    assert thin.clauses.read(examples(10).texts).read_twice.any()


def test_a_model_without_encoder_is_not_thinned(tmp_path: Path) -> None:
    from training.clause_config import ThinningConfig
    from training.thinning import thin_model

    model = load_model()
    save_model(replace(model, clauses=replace(model.clauses, slow=None, joint=None)), tmp_path / "F", about={})
    add_paths([SAMPLE / "regelingen"], store=tmp_path / "S")
    with pytest.raises(UsageError, match="no encoder"):
        thin_model(tmp_path / "F", Store(tmp_path / "S"), tmp_path / "M", config=ThinningConfig(version="1"))
