"""The slow tier that goes on to learn: read back from its file, fitted, drawn part of the way back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import UsageError
from models.columns import COLUMN, COLUMNS, QUALIFICATIONS
from models.encoder import EncoderTier
from models.loading import released_folder
from tests.unit.test_encoder_learning import encoder, examples
from tests.unit.test_pairing import paired
from tests.unit.test_thinning import whole
from training.clause_examples import MISSING
from training.extras import training_extra_missing

__all__ = ["encoder"]

pytestmark = [
    pytest.mark.skipif(
        bool(training_extra_missing()), reason=f"needs the extra train: {', '.join(training_extra_missing())} not installed"
    ),
    pytest.mark.filterwarnings("default"),  # torch and its exporter warn about themselves
]


def unlike(model):  # type: ignore[no-untyped-def]
    """A model of which no two weights are alike, as of any that learnt: those that are, the exporter keeps once."""
    import torch

    torch.manual_seed(4)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.01 * torch.randn_like(parameter)
    return model.eval()


@pytest.mark.parametrize(("made", "heads"), [("plain", 6), ("in pairs", 3), ("thinned", 3)])
def test_what_is_read_back_is_what_was_written_to_within_eight_bits(made: str, heads: int) -> None:
    import torch

    from training.encoder.exporting import exported
    from training.encoder.finetuning import ClauseEncoder
    from training.encoder.pairing import PairedEncoder
    from training.encoder.reopening import reopened
    from training.encoder.thinning import Shape, reshape

    model = paired() if made == "in pairs" else whole(heads=heads)
    if made == "thinned":
        reshape(model, Shape(layers=(0, 2), heads=(2, 1), neurons=(40, 24)))
        model = unlike(ClauseEncoder(PairedEncoder(model.encoder)))
    was = {name: value.clone() for name, value in model.state_dict().items()}
    file = exported(model)
    back = reopened(file)
    assert back.step == model.step and back.state_dict().keys() == was.keys()
    for name, value in back.state_dict().items():
        # Of matrix products each channel has steps of its own, of tables all rows the same; half of the range is used.
        assert (value - was[name]).abs().max() <= was[name].abs().max() / 63, name
    layers = [one.attention.self for one in (getattr(back.encoder, "plain", back.encoder)).encoder.layer]
    assert {one.attention_head_size for one in layers} == {96 // heads}
    ids = torch.arange(5, 29).reshape(3, 8)
    one, other = (each(ids, torch.ones_like(ids))[0].detach().numpy() for each in (model, back))
    assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.99
    again = reopened(exported(back))
    largest = max(float((value - back.state_dict()[name]).abs().max()) for name, value in again.state_dict().items())
    assert largest < 1e-4, "and what was rounded once is not rounded further"


def test_the_slow_tier_that_ships_is_read_back() -> None:
    from transformers import PreTrainedTokenizerFast

    from training.encoder.finetuning import tokenise
    from training.encoder.reopening import reopened

    folder = released_folder()
    file, tokenizer = ((folder / name).read_bytes() for name in ("encoder.onnx", "tokenizer.json"))
    texts = [replace(text, text=f"Het is verboden zonder vergunning {text.text}.") for text in examples(12).texts]
    served, _ = EncoderTier(file, tokenizer, max_length=256).values(texts)
    own = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), pad_token="[PAD]")
    read, model = tokenise(own, texts, max_length=256), reopened(file)
    import torch

    with torch.no_grad():
        said = [model(torch.tensor([ids]), torch.ones((1, len(ids)), dtype=torch.long))[0][0].numpy() for ids in read.ids]
    assert np.corrcoef(np.array(said).ravel(), served.ravel())[0, 1] > 0.999


def test_what_is_no_encoder_is_refused() -> None:
    import onnx
    from onnx import TensorProto, helper

    from training.encoder.reopening import reopened

    for file in (b"no graph", (released_folder() / "tokenizer.json").read_bytes()[:400]):
        with pytest.raises(UsageError, match="encoder is"):
            reopened(file)
    plain = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in ("given", "found")]
    other = helper.make_model(helper.make_graph([helper.make_node("Abs", ["given"], ["found"])], "other", plain[:1], plain[1:]))
    onnx.checker.check_model(other)
    with pytest.raises(UsageError, match="not shaped like"):
        reopened(other.SerializeToString())


def test_part_of_the_way_is_between() -> None:
    import torch

    from training.encoder.further import part_way

    before, after = whole(), whole()
    with torch.no_grad():
        for parameter in after.parameters():
            parameter += 2.0
    kept = {name: value.clone() for name, value in before.state_dict().items()}
    quarter = part_way(before, after, 0.25).state_dict()
    assert all(
        torch.allclose(value, kept[name] + 0.5, atol=1e-6) for name, value in quarter.items() if value.is_floating_point()
    )
    assert all(torch.equal(value, kept[name]) for name, value in before.state_dict().items())
    assert all(torch.allclose(value, kept[name] + 2.0, atol=1e-6) for name, value in after.state_dict().items())


def test_it_learns_what_it_did_not_know_and_leaves_the_one_before_as_it_was(
    encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training.encoder.exporting import export_encoder
    from training.encoder.finetuning import empty_encoder
    from training.encoder.further import FURTHER, gone_on

    monkeypatch.setattr("training.encoder.further.HALF_WAY", 1.0)  # half-way from one that knows nothing is nothing
    data, told = examples(120), list[str]()
    before = EncoderTier(*export_encoder(unlike(empty_encoder(encoder)), encoder), max_length=64)
    files = dict(before.files)
    config = replace(FURTHER, epochs=12, learning_rate=3e-3, output_rate=2e-2, batch_tokens=400, threads=1)
    after = gone_on(before, data, config=config, say=told.append)
    assert before.files == files and after.files["tokenizer.json"] == files["tokenizer.json"] and told
    assert after.max_length == 64
    fresh, column = examples(60, seed=9), COLUMN["verbod"]
    known = fresh.targets[:, column] != MISSING
    truth = fresh.targets[known, column] == 1
    apart = [
        float(values[known, column][truth].mean() - values[known, column][~truth].mean())
        for values in (tier.values(fresh.texts)[0] for tier in (before, after))
    ]
    assert apart[1] > apart[0] + 0.5
    assert gone_on(before, data, config=config).files["encoder.onnx"] == after.files["encoder.onnx"], "the same to the bit"


def test_it_learns_from_both_of_its_selves_what_nobody_labelled(
    encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training.encoder.exporting import export_encoder
    from training.encoder.finetuning import empty_encoder
    from training.encoder.further import AGAIN, FURTHER, gone_on

    monkeypatch.setattr("training.encoder.further.HALF_WAY", 1.0)  # half-way from one that knows nothing is nothing
    monkeypatch.setattr("training.encoder.further.DOUBTED", 0.0)
    data, others, told = examples(120), examples(90, seed=3).texts, list[str]()
    before = EncoderTier(*export_encoder(unlike(empty_encoder(encoder)), encoder), max_length=64)
    quick = {"learning_rate": 3e-3, "output_rate": 2e-2, "batch_tokens": 400, "threads": 1}
    config, again = replace(FURTHER, epochs=12, **quick), replace(AGAIN, epochs=3, **quick)
    after = gone_on(before, data, others, config=config, again=again, work=tmp_path / "work", say=told.append)
    assert {path.name.partition("-")[0] for path in (tmp_path / "work").iterdir()} == {"labels.safetensors", "again"}
    assert "slow tier: what it was and what it is say of 90 clauses" in told
    assert "slow tier: learns it again, of 90 that it doubted" in told
    assert gone_on(before, data, others, config=config, again=again, work=tmp_path / "work").files == after.files
    fewer = gone_on(before, data, others[:40], config=config, again=again, work=tmp_path / "work")
    assert fewer.files["encoder.onnx"] != after.files["encoder.onnx"], "what is kept is of these very clauses"
    alone = gone_on(before, data, config=config, work=tmp_path / "work")
    assert alone.files["encoder.onnx"] != after.files["encoder.onnx"], "without them it stops where the labels lead"
    fresh, column = examples(60, seed=9), COLUMN["verbod"]
    known = fresh.targets[:, column] != MISSING
    truth = fresh.targets[known, column] == 1
    was, learnt = (
        float(values[known, column][truth].mean() - values[known, column][~truth].mean())
        for values in (tier.values(fresh.texts)[0] for tier in (before, after))
    )
    assert learnt > was + 0.5
    monkeypatch.setattr("training.encoder.further.DOUBTED", 1.0)
    told.clear()
    gone_on(before, data, others, config=config, again=replace(again, epochs=1), say=told.append)
    assert "slow tier: learns it again, of 0 that it doubted" in told


def test_both_of_its_selves_have_their_say_beside_the_labels_and_alone_where_there_are_none() -> None:
    import torch

    from training.encoder.batching import Pieces
    from training.encoder.distilling import OWN
    from training.encoder.finetuning import ADDRESSEE_COLUMNS, ClauseEncoder, Tokenised, answers, lessons
    from training.encoder.further import AGAIN, _both_say

    column, official = COLUMN["verbod"], COLUMN[QUALIFICATIONS[0]]
    one, other = (unlike(ClauseEncoder(whole().encoder)) for _ in range(2))
    with torch.no_grad():
        other.common.bias += 1.5
    rows = [[5, 6, 7, 8], [5, 9, 10], [11, 12, 13, 14, 15], [16, 5]]
    spans = [[(place, place + 1) for place in range(len(row))] for row in rows]
    read, others = (Tokenised(ids=rows[part], spans=spans[part], pad=0) for part in (slice(2), slice(2, 4)))
    targets = np.full((2, len(COLUMNS)), MISSING, dtype=np.int8)
    targets[0, column] = 1
    taught = lessons(read, targets, [None, None], smoothing=0.0)
    both = _both_say(one, other, read, taught, others, AGAIN)
    pieces = Pieces.of(rows, pad=0)
    mean = sum(answers(each, pieces, tokens=64)[0] for each in (one, other)) / 2
    assert both.values is not None and torch.isnan(both.values[:2]).all(), "there the label has its say"
    assert torch.allclose(both.values[2:], mean[2:], atol=1e-5)
    chance = torch.sigmoid(mean[:, column])
    expected = torch.stack([OWN + (1 - OWN) * chance[0], *chance[1:]])
    assert torch.allclose(both.goals[:, column], expected, atol=1e-5)
    assert torch.allclose(both.goals[2:, ADDRESSEE_COLUMNS].sum(dim=1), torch.ones(2), atol=1e-5)
    assert (both.goals[:, official:] == MISSING).all()


def test_more_layers_than_an_encoder_has_are_refused_and_so_is_what_is_no_encoder(encoder: Path, tmp_path: Path) -> None:
    from training.encoder.finetuning import empty_encoder, encoder_key

    count = len(empty_encoder(encoder).encoder.encoder.layer)  # type: ignore[union-attr, arg-type]
    with pytest.raises(UsageError, match=f"has {count} layers, so {count + 1} of them cannot be kept"):
        empty_encoder(encoder, layers=count + 1)
    with pytest.raises(UsageError, match="no Hugging Face model directory"):
        encoder_key(tmp_path)
    assert encoder_key(encoder) == encoder_key(encoder)
