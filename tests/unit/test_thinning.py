"""An encoder is thinned, and learns from the whole one, where torch is there."""

from __future__ import annotations

import numpy as np
import pytest

from corpus.errors import UsageError
from training.extras import training_extra_missing

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


@pytest.mark.parametrize(
    ("layers", "share", "shape"),
    [
        (None, 0.5, {"layers": (0, 2), "heads": (2, 2), "neurons": (192, 192)}),
        (3, 1.0, {"layers": (0, 1, 2), "heads": (3, 3, 3), "neurons": (384, 384, 384)}),
        (1, 0.001, {"layers": (0,), "heads": (1,), "neurons": (1,)}),
    ],
)
def test_a_part_of_an_encoder_is_spread_over_it(layers: int | None, share: float, shape: dict[str, tuple[int, ...]]) -> None:
    from training.encoder.thinning import Shape

    assert Shape.part_of(whole().encoder, layers=layers, share=share) == Shape(**shape)


@pytest.mark.parametrize("layers", [0, 4])
def test_layers_that_are_not_there_cannot_be_spread(layers: int) -> None:
    from training.encoder.thinning import Shape

    with pytest.raises(UsageError, match=f"has 3 layers, so {layers}"):
        Shape.part_of(whole().encoder, layers=layers, share=0.5)


def test_what_is_put_in_lies_where_the_encoder_does() -> None:
    """On an accelerator every part must; "meta" is a device that every machine has."""
    from training.encoder.thinning import resize_heads, resize_inner

    model = whole().to("meta")
    resize_heads(model, 1, 2)
    resize_inner(model, 1, 16)
    assert {str(parameter.device) for parameter in model.parameters()} == {"meta"}


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
