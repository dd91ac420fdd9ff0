"""An encoder that reads word pieces two by two, where torch is there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.columns import COLUMNS
from models.encoder import EncoderTier
from tests.unit.test_encoder_learning import encoder, examples
from tests.unit.test_thinning import alike, pieces, said, whole
from training.extras import training_extra_missing

__all__ = ["encoder"]

pytestmark = [
    pytest.mark.skipif(
        bool(training_extra_missing()), reason=f"needs the extra train: {', '.join(training_extra_missing())} not installed"
    ),
    pytest.mark.filterwarnings("default"),  # torch and its exporter warn about themselves
]


def paired():  # type: ignore[no-untyped-def]
    """An untrained clause encoder that reads in pairs."""
    import torch

    from training.encoder.finetuning import ClauseEncoder
    from training.encoder.pairing import PairedEncoder

    reader = PairedEncoder(whole().encoder)
    with torch.no_grad():
        reader.second_embeddings.weight[1:] += 0.2 * torch.randn_like(reader.second_embeddings.weight[1:])
    return ClauseEncoder(reader).eval()


@pytest.mark.parametrize("count", [1, 2, 7, 8])
def test_every_column_and_every_piece_has_an_answer(count: int) -> None:
    import torch

    ids = torch.arange(5, 5 + 3 * count).reshape(3, count)
    values, evidence = said(paired(), ids, torch.ones_like(ids))
    assert values.shape == (3, len(COLUMNS)) and evidence.shape == (3, count)
    assert np.isfinite(values).all() and np.isfinite(evidence).all()


@pytest.mark.parametrize("count", [4, 5])
@pytest.mark.parametrize("more", [1, 2, 3])
def test_what_fills_up_changes_nothing(count: int, more: int) -> None:
    import torch

    model, ids = paired(), torch.arange(5, 5 + count)[None]
    values, evidence = said(model, ids, torch.ones_like(ids))
    wide = torch.cat([ids, torch.zeros((1, more), dtype=torch.long)], dim=1)
    padded, marks = said(model, wide, (wide > 0).long())
    assert np.allclose(values, padded, atol=1e-5) and np.allclose(evidence, marks[:, :count], atol=1e-5)


def test_which_of_two_pieces_comes_first_is_told() -> None:
    import torch

    model = paired()
    one, other = (
        said(model, torch.tensor([row]), torch.ones((1, 4), dtype=torch.long))[0] for row in ([5, 6, 7, 8], [6, 5, 7, 8])
    )
    assert np.abs(one - other).max() > 1e-3


def test_it_serves_as_it_learnt(encoder: Path) -> None:
    """The ONNX file, through the tier that reads it, beside torch: texts of odd and of even numbers of pieces in one batch."""
    from transformers import AutoModel, AutoTokenizer

    from training.encoder.exporting import export_encoder
    from training.encoder.finetuning import ClauseEncoder, FinetuningConfig, predict
    from training.encoder.pairing import PairedEncoder

    plain = AutoModel.from_pretrained(encoder)
    plain.pooler = None
    model = ClauseEncoder(PairedEncoder(plain)).eval()
    texts = [replace(text, text=text.text + " huis" * (row % 2)) for row, text in enumerate(examples(30).texts)]
    values, evidence, spans = predict(model, encoder, texts, config=FinetuningConfig())
    lengths = {len(row) for row in AutoTokenizer.from_pretrained(encoder)([text.text for text in texts])["input_ids"]}
    assert {length % 2 for length in lengths} == {0, 1}
    tier = EncoderTier(*export_encoder(model, encoder), max_length=256)
    served, marks = tier.values(texts)
    alike((values,), (served,), least=0.99)
    for row, mark in enumerate(marks):
        of_text = [place for place, (start, end) in enumerate(spans[row]) if end > start]
        assert mark.starts.tolist() == [spans[row][place][0] for place in of_text]
        assert np.abs(mark.scores - evidence[row][of_text]).max() < 0.1


def test_it_learns_what_the_plain_one_makes_of_words() -> None:
    import torch

    from training.encoder.pairing import ImitationConfig, paired_pupil
    from training.encoder.thinning import Shape

    plain, read, told = whole().encoder, pieces(), list[str]()
    before = {name: value.clone() for name, value in plain.state_dict().items()}
    shape = Shape(layers=(0, 2), heads=(2, 2), neurons=(96, 96))
    config = ImitationConfig(epochs=20, learning_rate=2e-3, batch_tokens=800, threads=1)
    pupil = paired_pupil(plain, shape, read, config=config, say=told.append)
    apart = [float(line.rpartition(" ")[2]) for line in told if line.startswith("imitation")]
    assert apart[-1] < 0.75 * apart[0]
    assert all(torch.equal(value, before[name]) for name, value in plain.state_dict().items()), "the plain one stays as it is"
    assert not torch.equal(pupil.second_embeddings.weight, pupil.plain.embeddings.word_embeddings.weight)
    again = paired_pupil(plain, shape, read, config=config)
    assert all(torch.equal(value, again.state_dict()[name]) for name, value in pupil.state_dict().items())


def test_part_of_a_round_is_part_of_its_batches() -> None:
    from training.encoder.pairing import ImitationConfig, paired_pupil
    from training.encoder.thinning import Shape

    shape, steps = Shape(layers=(0,), heads=(1,), neurons=(8,)), list[int]()
    for epochs in (1.0, 0.5, 2.5, 0.001):
        told: list[str] = []
        paired_pupil(whole().encoder, shape, pieces(), config=ImitationConfig(epochs=epochs, batch_tokens=400), say=told.append)
        steps += {int(line.split(",")[0].rpartition(" of ")[2]) for line in told if line.startswith("imitation")}
    assert steps[0] > 5
    assert np.abs(np.array(steps[1:]) - [steps[0] * 0.5, steps[0] * 2.5, 1]).max() <= 1, "how texts are batched is by chance"


def test_an_empty_one_has_the_shape_of_a_taught_one(encoder: Path) -> None:
    from training.encoder.batching import Pieces
    from training.encoder.finetuning import empty_encoder
    from training.encoder.pairing import ImitationConfig, empty_pupil, paired_pupil
    from training.encoder.thinning import Shape

    shape = Shape(layers=(1,), heads=(1,), neurons=(16,))
    read = Pieces.of([[5, 6, 7, 8, 9]] * 20, pad=0)
    pupil = paired_pupil(empty_encoder(encoder).encoder, shape, read, config=ImitationConfig(epochs=1))
    empty_pupil(encoder, shape).load_state_dict(pupil.state_dict())
