"""From labels to a clause model, on the regulations of the sample municipality; with the slow tier where torch is installed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.adding import add_paths
from corpus.errors import UsageError
from corpus.labels import ClauseLabel, join
from corpus.passages import normalised
from corpus.store import Store
from models.clauses import consistent, not_settled
from models.columns import ADDRESSEES, COLUMN, COLUMNS, KINDS, QUALIFICATIONS
from models.joint import Curve, sigmoid
from tests.sample_labels import SAMPLE, sample_labels
from training.agreement import graders_agreement, reach_agreement, readers_agreement
from training.clause_config import ClauseRunConfig
from training.clause_examples import MISSING, ClauseExamples, clause_examples, evidence_spans, target_row
from training.clause_fitting import best_thresholds, fit_curve, folds_of, measure_unseen
from training.clause_measures import calibration_error, headline
from training.clause_report import clause_report, write_report
from training.clause_running import ClauseRun, doubtful_clauses, run_clauses
from training.extras import training_extra_missing
from training.label_review import doubtful_labels
from training.ladder import ladder
from training.learning_curve import learning_curve
from training.reading import said_of


def label(**changes: object) -> ClauseLabel:
    plain = {
        "ref": "R/artikel-1", "version": "2020-01-01", "sha256": "0" * 64, "addressee": "private", "barriers": (), "relief": (),
        "strength": 0, "evidence": (), "sample": "spread",
    }  # fmt: skip
    return ClauseLabel(**{**plain, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> ClauseExamples:
    folder = tmp_path_factory.mktemp("store") / "S"
    add_paths([SAMPLE / "regelingen"], store=folder)
    store = Store(folder)
    return clause_examples(store, join(store, sample_labels()))


@pytest.fixture(scope="module")
def run(data: ClauseExamples) -> ClauseRun:
    return run_clauses(data, config=ClauseRunConfig())


def too_sure(rng: np.random.Generator, clauses: int) -> tuple[np.ndarray, np.ndarray]:
    """Chances of kinds twice as sure, in log-odds, as they turn out to be from -1 on; and what is true."""
    real = rng.normal(-2.0, 2.0, (clauses, len(COLUMNS))).astype(np.float32)
    claimed = np.where(real > -1.0, 2 * real + 1.0, real)
    targets = (rng.random(real.shape) < sigmoid(real)).astype(np.int8)
    targets[0] = MISSING
    return sigmoid(claimed), targets


def test_chances_are_told_as_they_turn_out() -> None:
    rng = np.random.default_rng(0)
    curve = fit_curve(*too_sure(rng, 3_000))
    claimed, truth = too_sure(rng, 2_000)
    told = curve.probabilities(claimed)
    kinds, rows = [COLUMN[name] for name in KINDS], slice(1, None)
    before, after = (calibration_error(truth[rows, kinds].ravel(), p[rows, kinds].ravel()) for p in (claimed, told))
    assert before > 0.03 and after < 0.01
    assert curve.slopes[:2].min() > 0.75 and curve.slopes[2:] == pytest.approx(0.5, abs=0.1)
    assert curve.level == pytest.approx(-0.5, abs=0.1)


def test_what_is_likelier_is_told_as_likelier_whatever_the_labels() -> None:
    rng = np.random.default_rng(1)
    claimed = rng.random((300, len(COLUMNS)), dtype=np.float32)
    curve = fit_curve(claimed, (rng.random(claimed.shape) > claimed).astype(np.int8))  # all the wrong way around
    told = curve.probabilities(np.linspace(0, 1, 200, dtype=np.float32))
    assert (np.diff(told[1:-1]) > 0).all() and told.min() >= 0 and told.max() <= 1
    few = fit_curve(claimed[:0], np.zeros((0, len(COLUMNS)), dtype=np.int8))
    assert few.probabilities(claimed) == pytest.approx(claimed, abs=1e-4), "who knows nothing changes nothing"


def test_a_curve_changes_what_is_told_and_nothing_that_is_decided(
    data: ClauseExamples, run: ClauseRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = [COLUMN[name] for name in KINDS]
    others = [place for place in range(len(COLUMNS)) if place not in kinds]
    assert run.model.curve is not None
    plain, bent = (replace(run.model, curve=curve) for curve in (None, Curve(np.full(4, 0.2, np.float32), -1.0)))
    one, other = said_of(plain, data), said_of(bent, data)
    assert np.array_equal(one.decided, other.decided) and np.array_equal(one.level, other.level) and one.found == other.found
    assert np.array_equal(bent.told(one.probabilities), other.probabilities)
    assert not np.allclose(one.probabilities[:, kinds], other.probabilities[:, kinds], atol=0.1)
    assert np.array_equal(one.probabilities[:, others], other.probabilities[:, others])
    sizes: list[int] = []

    def fitted(probabilities: np.ndarray, targets: np.ndarray) -> Curve:
        sizes.append(len(targets))
        return Curve(np.full(4, 0.2, np.float32), -1.0)

    monkeypatch.setattr("training.clause_fitting.fit_curve", fitted)
    again = measure_unseen(data, run.unseen, plain=0.0)
    assert sum(sizes) == (len(sizes) - 1) * len(data), "each time of the regulations that it is not told of"
    assert np.array_equal(again.decided, run.measured.decided) and np.array_equal(again.level, run.measured.level)
    assert not np.allclose(again.probabilities[:, kinds], run.measured.probabilities[:, kinds], atol=0.1)


def test_how_well_likely_chances_are_told_by_hand(data: ClauseExamples, run: ClauseRun) -> None:
    part = run.measured.only(run.measured.labelled[:4])
    chances, targets = np.full((4, len(COLUMNS)), 0.05, np.float32), np.zeros((4, len(COLUMNS)), np.int8)
    targets[:, COLUMN[ADDRESSEES[0]]] = 1
    chances[:, COLUMN["verbod"]] = [0.95, 0.95, 0.25, 0.05]
    targets[:2, COLUMN["verbod"]] = [1, 0]
    told = headline(replace(part, probabilities=chances, targets=targets))
    assert told["ece_likely_kinds"] == pytest.approx((2 * 0.45 + 0.25) / 3, abs=1e-6)
    assert told["ece_kinds"] == pytest.approx((2 * 0.45 + 0.25 + 69 * 0.05) / 72, abs=1e-6)
    nothing = headline(replace(part, probabilities=np.full_like(chances, 0.05), targets=targets))
    assert np.isnan(nothing["ece_likely_kinds"]), "who never claims anything is no better for it"


def test_a_label_as_targets() -> None:
    row = target_row(label(barriers=("verbod",), relief=("ontheffing",), strength=2), "Verbod")
    on = {COLUMNS[column] for column in np.flatnonzero(row == 1)}
    assert on == {"verbod", "ontheffing", "private", "any", "substantial", "Verbod"}
    assert not (row == MISSING).any()
    unasked = target_row(label(), "")
    assert {COLUMNS[column] for column in np.flatnonzero(unasked == MISSING)} == set(QUALIFICATIONS)
    official = target_row(None, "Gebod")
    assert official[0] == MISSING and official[COLUMN["Gebod"]] == 1 and official[COLUMN["Verbod"]] == 0


@given(st.text(alphabet=st.sampled_from("aB é-.,12 ½²ßﬁ'’\n"), min_size=1, max_size=60), st.data())
def test_evidence_points_at_the_same_letters_in_the_text(text: str, draw: st.DataObject) -> None:
    """Offsets in the normalised text become offsets in the text that normalise to the same letters, or nothing."""
    folded = normalised(text)
    if not folded:
        return
    start = draw.draw(st.integers(0, len(folded) - 1))
    end = draw.draw(st.integers(start + 1, len(folded)))
    spans = evidence_spans(text, label(evidence=((start, end),)))
    for first, last in spans or []:
        assert 0 <= first < last <= len(text)
        letters = [letter for letter in folded[start:end] if letter.isalnum()]
        assert [letter for letter in normalised(text[first:last]) if letter.isalnum()][: len(letters)] or not letters


def test_evidence_of_a_plain_sentence() -> None:
    text = "Het is verboden zonder vergunning, ten hoogste 2.5 meter van de weg."
    start = normalised(text).index("zondervergunning")
    (span,) = evidence_spans(text, label(evidence=((start, start + len("zondervergunning")),))) or []
    assert text[span[0] : span[1]] == "zonder vergunning"
    assert evidence_spans(text, label()) is None and evidence_spans(text, None) is None


def test_the_examples_hold_labels_and_official_values(data: ClauseExamples) -> None:
    assert len(data) >= 586 and data.official.sum() > 80


def test_folds_keep_regulations_and_copies_apart(data: ClauseExamples) -> None:
    tested = []
    for train, test in folds_of(data):
        assert not {data.groups[row] for row in train} & {data.groups[row] for row in test}
        assert not set(data.families[train]) & set(data.families[test])
        tested += test.tolist()
    assert sorted(tested) == list(range(len(data)))


def test_thresholds_are_those_of_best_f1() -> None:
    chances = np.zeros((4, len(COLUMNS)), dtype=np.float32)
    targets = np.zeros((4, len(COLUMNS)), dtype=np.int8)
    chances[:, 0], targets[:, 0] = [0.9, 0.6, 0.4, 0.1], [1, 1, 0, 0]
    assert 0.4 < best_thresholds(chances, targets)[0] < 0.6


def test_a_run_gives_a_model_and_its_measures(data: ClauseExamples, run: ClauseRun) -> None:
    """Five regulations of five kinds teach little about each other, but more than nothing."""
    figures = headline(run.measured)
    assert figures["auc_any_strength"] > 0.6 and 0 < figures["macro_f1_kinds"] < 1
    assert len(run.measured.refs) == len(data)
    reading = run.model.read(data.texts[:50])
    assert reading.probabilities.shape == (50, len(COLUMNS)) and not reading.read_twice.any()
    assert np.allclose(reading.probabilities[:, [COLUMN[name] for name in ADDRESSEES]].sum(axis=1), 1, atol=1e-5)
    assert np.allclose(consistent(reading.probabilities), reading.probabilities, atol=1e-5)


def test_doubt_lies_around_the_threshold(run: ClauseRun) -> None:
    column = COLUMN["verbod"]
    chances = np.zeros(len(COLUMNS), dtype=np.float32)
    chances[column] = run.model.thresholds[column] + 0.01
    judged = run.model.judge(chances)
    assert "verbod" in judged.decided and "verbod" in judged.doubtful and judged.argued == judged.decided
    chances[column] = run.model.thresholds[column] - 0.01
    judged = run.model.judge(chances)
    assert judged.decided == () and judged.argued == judged.doubtful == ("verbod",)
    chances[column] = 0.0
    assert "verbod" not in run.model.judge(chances).doubtful


def test_the_report_has_everything(data: ClauseExamples, run: ClauseRun, tmp_path: Path) -> None:
    report = clause_report(
        data,
        run.measured,
        rungs=ladder(data, run.unseen, run.measured, run.model, encoder=None),
        curve=learning_curve(data),
        before=run.measured,
        agreement={"micro_f1_kinds": 0.9},
        resamples=3,
    )
    page = write_report(report, tmp_path / "R", title="Report <1>").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "R/report.json").read_text(encoding="utf-8"))["clauses"] == report["clauses"]
    assert "Report &lt;1&gt;" in page and page.count("<svg") == 3 and "http" not in page.replace("http-equiv", "")
    assert [rung["name"] for rung in report["ladder"]][0] == "word list (must, shall)" and len(report["ladder"]) == 5
    assert {row["kind"] for row in report["kinds"]} == set(KINDS)
    assert {row["name"] for row in report["levels"]} == {"gemeente"}, "the water board has too few clauses to say anything"
    assert report["changes"] == {"gains": [], "losses": []}
    assert report["learning_curve"][0]["labels"] < report["learning_curve"][-1]["labels"]


def test_without_the_extra_an_encoder_is_refused(data: ClauseExamples, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.extras.find_spec", lambda name: None)
    with pytest.raises(UsageError, match="make train-environment"):
        run_clauses(data, config=ClauseRunConfig(encoder="somewhere"))


def test_readers_agree_far_better_than_by_chance() -> None:
    figures = readers_agreement()
    assert figures["clauses"] > 1_900
    assert figures["micro_f1_kinds"] > 0.85 and figures["accuracy_addressee"] > 0.9 and figures["kappa_strength"] > 0.85


def test_graders_agree_far_better_than_by_chance() -> None:
    figures = graders_agreement()
    assert figures["pairs"] > 1_000 and figures["within_one"] > 0.95
    assert figures["kappa_grade"] > 0.65 and figures["kappa_obstructs"] > 0.7 and figures["kappa_room"] > 0.75


def test_readers_of_reach_agree_far_better_than_by_chance() -> None:
    figures = reach_agreement()
    assert figures["clauses"] > 500 and figures["within_one"] > 0.9 and figures["kappa_met"] > 0.75


needs_torch = pytest.mark.skipif(
    bool(training_extra_missing()), reason=f"needs the extra train: {', '.join(training_extra_missing())} not installed"
)


def test_a_label_that_contradicts_the_model_is_worth_reading_again(data: ClauseExamples) -> None:
    """A model that knows every label but one: that one is pointed at."""
    row = int(np.flatnonzero(data.targets[:, COLUMN["verbod"]] == 1)[0])
    chances = np.clip(data.targets.astype(np.float32), 0.02, 0.98)
    chances[row, COLUMN["verbod"]] = 0.01
    first = doubtful_labels(data, chances)[0]
    assert first.ref == data.texts[row].ref and first.kinds[0] == "verbod" and first.weight > 0.9


def tiny_encoder(folder: Path, architecture: str) -> Path:
    """A Hugging Face directory with an untrained encoder of a few thousand weights and a vocabulary of its own."""
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast, XLMRobertaConfig, XLMRobertaModel

    from training.encoder.vocabulary import train_vocabulary

    tokenizer = train_vocabulary(["Het is verboden zonder vergunning een feest te houden in de straat."] * 9, size=300)
    shape = {"vocab_size": 300, "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    model = (
        BertModel(BertConfig(**shape, pad_token_id=0))
        if architecture == "bert"
        else XLMRobertaModel(XLMRobertaConfig(**shape, pad_token_id=0, max_position_embeddings=300))
    )
    model.save_pretrained(folder)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    ).save_pretrained(folder)
    return folder


def test_teachers_are_asked_about_what_may_hold_something(data: ClauseExamples, run: ClauseRun) -> None:
    asked = list(doubtful_clauses(data.texts, run.model.fast, 0.5))
    assert 0 < len(asked) < len(data)
    assert not_settled(run.model.fast.values(asked), 0.5).all()
    assert list(doubtful_clauses(data.texts, run.model.fast, 0.0)) == data.texts
    assert list(doubtful_clauses([], run.model.fast, 0.5)) == []


@needs_torch
@pytest.mark.filterwarnings("default")  # torch and its exporter warn about themselves
@pytest.mark.parametrize("architecture", ["bert", "xlm-roberta"])
def test_teachers_teach_the_slow_tier_what_they_say(data: ClauseExamples, tmp_path: Path, architecture: str) -> None:
    encoder = tiny_encoder(tmp_path / "encoder", architecture)
    few = data[np.arange(0, len(data), 5)]
    config = ClauseRunConfig(
        encoder=str(encoder), encoder_folds=1, teachers=1, epochs=1, imitation=1.0, doubtful=0.0, work=str(tmp_path / "work")
    )
    said: list[str] = []
    run = run_clauses(few, config=config, unlabelled=data.texts[1::5], say=said.append)
    assert run.model.slow is not None and run.model.read(few.texts).read_twice.any()
    assert sum("reads in pairs" in line for line in said) == 1 and sum("teacher 1 of 1" in line for line in said) == 2
    (kept,) = (tmp_path / "work").iterdir()
    names = {"fold-0.safetensors", "fit-0.safetensors", "fit-whole.safetensors", "pupil.safetensors"}
    assert {path.name for path in kept.iterdir()} == names
    with pytest.raises(UsageError, match="nobody labelled"):
        run_clauses(few, config=config)
    for part in ("fit-whole", "fold-0"):
        (kept / f"{part}.safetensors").rename(tmp_path / part)
    (kept / "fit-0.safetensors").unlink()
    run_clauses(few, config=config, unlabelled=data.texts[1::5])
    for part in ("fit-whole", "fold-0"):  # from the beginning that was kept they come out as they did when it was made
        assert (kept / f"{part}.safetensors").read_bytes() == (tmp_path / part).read_bytes()


@needs_torch
@pytest.mark.parametrize("architecture", ["bert", "xlm-roberta"])
@pytest.mark.filterwarnings("default")  # torch and its exporter warn about themselves
def test_any_encoder_directory_becomes_the_slow_tier(data: ClauseExamples, tmp_path: Path, architecture: str) -> None:
    encoder = tiny_encoder(tmp_path / "encoder", architecture)
    few = data[np.arange(0, len(data), 5)]
    config = ClauseRunConfig(encoder=str(encoder), encoder_folds=2, epochs=1, work=str(tmp_path / "work"))
    said: list[str] = []
    run = run_clauses(few, config=config, say=said.append)
    assert run.model.slow is not None and run.model.joint is not None
    rows = run.unseen.read_twice
    assert 0 < len(rows) < len(few) and len(run.measured.refs) == len(rows)
    reading = run.model.read(few.texts[:20])
    assert reading.read_twice.any()
    for text, twice, marks in zip(few.texts, reading.read_twice, reading.marks, strict=False):
        assert (marks is not None) == bool(twice)
        if marks is not None:
            assert (marks.ends <= len(text.text)).all() and (marks.starts < marks.ends).all()
    fits = sum("step" in line for line in said)
    again = run_clauses(few, config=config, say=said.append)
    assert sum("step" in line for line in said) == fits, "finished fits are taken from disk"
    assert np.allclose(again.model.read(few.texts[:20]).probabilities, reading.probabilities, atol=1e-4)
