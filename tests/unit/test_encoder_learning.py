"""How encoders learn: batches, and lessons from labels and from teachers, where torch is there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.columns import COLUMN, COLUMNS, QUALIFICATIONS
from models.vectorising import ClauseText
from training.clause_examples import MISSING, ClauseExamples
from training.extras import training_extra_missing

pytestmark = [
    pytest.mark.skipif(
        bool(training_extra_missing()), reason=f"needs the extra train: {', '.join(training_extra_missing())} not installed"
    ),
    pytest.mark.filterwarnings("default"),  # torch warns about itself
]

WORDS = [
    "de",
    "het",
    "een",
    "vergunning",
    "verbod",
    "burgemeester",
    "houder",
    "college",
    "mag",
    "moet",
    "niet",
    "weg",
    "huis",
    "feest",
    "water",
    "boom",
    "hek",
    "bier",
]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained encoder of a few thousand weights."""
    import torch
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    from training.encoder.vocabulary import train_vocabulary

    torch.manual_seed(1)  # what a test learns from must not hang on the tests before it
    folder = tmp_path_factory.mktemp("encoder")
    tokenizer = train_vocabulary([" ".join(WORDS)] * 3, size=120)
    shape = BertConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
    )
    BertModel(shape, add_pooling_layer=False).save_pretrained(folder)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    ).save_pretrained(folder)
    return folder


def examples(count: int, *, seed: int = 0) -> ClauseExamples:
    """Clauses of which "verbod" says a prohibition, that word being the evidence; one in four has no label."""
    random = np.random.default_rng(seed)
    texts, targets, evidence = [], [], []
    for number in range(count):
        words = random.choice([word for word in WORDS if word != "verbod"], size=8).tolist()
        forbidden = number % 2 == 0
        if forbidden:
            words[3] = "verbod"
        text = " ".join(words)
        row = np.zeros(len(COLUMNS), dtype=np.int8)
        row[[COLUMN["verbod"], COLUMN["any"]]] = forbidden
        row[COLUMN["private" if forbidden else "none"]] = 1
        row[[COLUMN[name] for name in QUALIFICATIONS]] = MISSING
        if number % 4 == 3:
            row[:] = MISSING
            row[[COLUMN[name] for name in QUALIFICATIONS]] = 0
            row[COLUMN[QUALIFICATIONS[0]]] = 1
        start = text.find("verbod")
        texts.append(ClauseText(text=text, heading="kop", title="regeling", ref=f"BWBR{number % 5:07d}/artikel-{number}"))
        targets.append(row)
        evidence.append([(start, start + 6)] if forbidden else None)
    groups = [text.ref.partition("/")[0] for text in texts]
    return ClauseExamples(
        texts=texts, targets=np.array(targets), groups=groups, levels=["rijk"] * count, kinds=["wet"] * count,
        evidence=evidence, official=np.zeros(count, dtype=bool), families=np.arange(count),
    )  # fmt: skip


@pytest.mark.parametrize("tokens", [1, 20, 64, 10_000])
def test_batches_hold_every_text_once_and_no_more_pieces_than_allowed(tokens: int) -> None:
    from training.encoder.batching import batches

    lengths = np.random.default_rng(1).integers(1, 40, size=137)
    found = batches(lengths, tokens, np.random.default_rng(2))
    assert sorted(np.concatenate(found).tolist()) == list(range(137))
    assert all(len(one) == 1 or len(one) * lengths[one].max() <= tokens for one in found)
    assert batches(np.zeros(0, dtype=np.int64), tokens, np.random.default_rng(2)) == []


def test_pieces_are_padded_to_the_longest_and_know_where_they_came_from() -> None:
    from training.encoder.batching import Pieces

    pieces = Pieces.of([[5, 6, 7], [8], [9, 10]], pad=0)
    ids, attention = pieces.padded(np.array([1, 0]))
    assert ids.tolist() == [[8, 0, 0], [5, 6, 7]] and attention.tolist() == [[1, 0, 0], [1, 1, 1]]
    places, real = pieces.places(np.array([2]))
    assert places[real].tolist() == [4, 5]


def test_lessons_of_labels_leave_unknown_what_is_unknown(encoder: Path) -> None:
    from transformers import AutoTokenizer

    from training.encoder.finetuning import lessons, tokenise

    data = examples(4)
    tokenised = tokenise(AutoTokenizer.from_pretrained(encoder), data.texts, max_length=40)
    taught = lessons(tokenised, data.targets, data.evidence, smoothing=0.02)
    goals = taught.goals.numpy()
    assert goals[0, COLUMN["verbod"]] == pytest.approx(0.98) and goals[1, COLUMN["verbod"]] == pytest.approx(0.02)
    assert ((goals == MISSING) == (data.targets == MISSING)).all()
    addressees = goals[0, [COLUMN[name] for name in ("private", "government", "none")]]
    assert addressees.sum() == pytest.approx(1) and addressees[0] == pytest.approx(0.98 + 0.02 / 3)
    marked = np.split(taught.marks.numpy(), np.cumsum(taught.pieces.lengths)[:-1])
    found = {data.texts[0].text[a:b] for (a, b), mark in zip(tokenised.spans[0], marked[0], strict=True) if mark == 1}
    assert "".join(sorted(found)) and all(piece in "verbod" for piece in found)
    assert set(marked[1].tolist()) == {float(MISSING)}, "nobody marked evidence there"


def test_one_encoder_learns_what_the_teachers_say(encoder: Path) -> None:
    from training.encoder.distilling import fit_taught
    from training.encoder.finetuning import FinetuningConfig, empty_encoder, predict

    data, more, new = examples(160), examples(400, seed=1), examples(100, seed=2)
    config = FinetuningConfig(epochs=12, learning_rate=1e-3, output_rate=1e-2, batch_tokens=400, threads=1)
    said: list[str] = []
    model = fit_taught(
        encoder, data.texts, data.targets, data.evidence, more.texts,
        pupil=empty_encoder(encoder), teachers=2, config=replace(config, epochs=6), teacher_config=config, say=said.append,
    )  # fmt: skip
    assert [line for line in said if line.startswith("teacher")] == [
        "teacher 1 of 2: 160 clauses, then what it says of 400 more",
        "teacher 2 of 2: 160 clauses, then what it says of 400 more",
    ]
    values, evidence, spans = predict(model, encoder, new.texts, config=config)
    forbidden = np.array(["verbod" in text.text for text in new.texts])
    assert ((values[:, COLUMN["verbod"]] > 0) == forbidden).mean() > 0.95
    row = int(np.flatnonzero(forbidden)[0])
    best = spans[row][int(np.argmax(np.where([end > start for start, end in spans[row]], evidence[row], -np.inf)))]
    assert new.texts[row].text[best[0] : best[1]] in "verbod"


def test_a_fit_with_teachers_never_reads_the_tested_regulations(
    encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training.encoder import crossing
    from training.encoder.finetuning import FinetuningConfig
    from training.encoder.pairing import ImitationConfig
    from training.encoder.thinning import Shape

    read: list[str] = []
    monkeypatch.setattr(crossing, "fit_taught", lambda *given, **_: read.extend(text.ref for text in given[4]))
    recipe = crossing.Recipe(
        encoder=encoder, config=FinetuningConfig(), teachers=1, unlabelled=examples(50).texts,
        pupil=Shape(layers=(0,), heads=(1,), neurons=(16,)), imitation=ImitationConfig(epochs=1, batch_tokens=400),
    )  # fmt: skip
    said: list[str] = []
    for _ in range(2):
        read.clear()
        recipe.fit(examples(10), beginnings=tmp_path, tested=frozenset({"BWBR0000003"}), say=said.append)
    assert len(read) == 32, "of fifty ten are of the tested regulation, and eight of the others are labelled"
    assert not any(ref.startswith("BWBR0000003") for ref in read)
    assert sum("from 50 clauses" in line for line in said) == 1, "what every pupil starts from is made once"
    others = [
        replace(recipe, teachers=2), replace(recipe, unlabelled=examples(49).texts),
        replace(recipe, pupil=Shape(layers=(0,), heads=(2,), neurons=(16,))), replace(recipe, imitation=ImitationConfig()),
        replace(recipe, teachers=0, pupil=None),
    ]  # fmt: skip
    assert len({one.fingerprint(examples(10)) for one in [recipe, *others]}) == 6
