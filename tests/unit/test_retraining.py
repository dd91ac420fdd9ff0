"""From judgements to a challenger and through the gate, on regulations written for the occasion."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corpus.adding import add_paths
from corpus.errors import StoreProblem, UsageError
from corpus.labels import ClauseLabel, join
from corpus.passages import text_hash
from corpus.records import Clause
from corpus.store import Store
from models.columns import BARRIERS, COLUMN, COLUMNS, QUALIFICATIONS, RELIEFS
from models.encoder import EncoderTier
from models.loading import load_model, save_model
from models.vectorising import ClauseText
from service.command_line import main
from tests.unit.test_further import unlike
from training.clause_config import ClauseRunConfig
from training.clause_examples import MISSING, clause_examples
from training.clause_measures import Unseen, f1_of, per_kind
from training.clause_running import run_clauses
from training.extras import training_extra_missing
from training.reading import frozen_examples, said_of
from training.reviews import retraining
from training.reviews.gold import gold_of
from training.reviews.learning import TAUGHT, gold_examples, guide_of, taught
from training.reviews.retraining import (
    MIN_FROZEN,
    MIN_LABELS,
    RetrainingConfig,
    code_version,
    put_to_the_gate,
    retrain,
)
from training.reviews.rows import JudgedRow, lines_of, rows_of
from training.reviews.verdicts import Verdict, load_verdict
from training.splits import frozen, learnable

pytestmark = pytest.mark.timeout(600)

CHECKOUT = Path(__file__).resolve().parents[2]
REGULATIONS, CLAUSES = 72, 14

WHO = (
    "de organisator",
    "de exploitant",
    "de eigenaar",
    "de aanvrager",
    "een ieder",
    "de houder",
    "de vereniging",
    "de bewoner",
)
WHAT = ("een markt", "een moestuin", "een buurtfeest", "een steiger", "een terras", "een optocht", "een bijenkast", "een zonneveld",
        "een geveltuin", "een speeltuin", "een leenkast", "een waterpomp", "een kas", "een vuurkorf")  # fmt: skip
WHERE = ("op het plein", "langs de dijk", "in het park", "aan de kade", "bij de school", "in de berm", "op de stoep", "achter de kerk",
         "naast de haven", "onder de brug")  # fmt: skip
WHEN = (
    "in de zomer",
    "na zonsondergang",
    "op zondag",
    "tijdens de schouw",
    "in het broedseizoen",
    "voor acht uur",
    "bij droogte",
)

SAYINGS: dict[str, tuple[str, ...]] = {
    "verbod": ("Het is verboden {what} {where} te hebben {when}.", "{who} mag {where} {when} geen {what1} plaatsen."),
    "vergunningplicht": ("Zonder vergunning van het college opent {who} {where} geen {what1} {when}.",
                         "Voor {what} {where} heeft {who} {when} een vergunning nodig."),
    "meldingsplicht": ("{who} meldt {what} {where} vier weken vooraf aan de burgemeester {when}.",
                       "Wie {what} {where} begint, doet daarvan {when} melding bij de gemeente."),
    "financieel": ("Voor {what} {where} worden leges geheven van {who} {when}.",
                   "{who} betaalt {when} een recht van vijftig euro voor {what} {where}."),
    "zorgplicht": ("{who} zorgt dat {what} {where} {when} geen hinder geeft.",
                   "{who} voorkomt {when} dat {what} {where} schade doet aan anderen."),
    "": ("In deze verordening wordt onder {what} verstaan wat {where} {when} gebruikelijk is.",
         "Deze bepaling over {what} {where} treedt {when} in werking.",
         "Het college maakt {when} bekend wat over {what} {where} is besloten."),
}  # fmt: skip
"""Ways to say each kind of barrier; which one it is, is in the words alone."""

KNOWN = ("verbod", "vergunningplicht", "")
"""What the labels by the guide speak of; of the other kinds only people know."""


def rows_of_clauses() -> list[dict[str, str]]:
    rng = np.random.default_rng(7)
    rows = []
    for regulation in range(REGULATIONS):
        for number in range(1, CLAUSES + 1):
            kind = list(SAYINGS)[int(rng.integers(len(SAYINGS)))]
            one, who, what, where, when = (str(rng.choice(words)) for words in (SAYINGS[kind], WHO, WHAT, WHERE, WHEN))
            text = one.format(who=who, what=what, what1=what.removeprefix("een "), where=where, when=when)
            # what makes no two clauses copies of each other
            text = (
                f"{text[0].upper()}{text[1:]} Dit geldt ook {rng.choice(WHERE)} en {rng.choice(WHEN)} voor {rng.choice(WHAT)}."
            )
            rows.append({
                "ref": f"R{regulation}/artikel-{number}", "title": f"Verordening {regulation}", "level": ("gemeente", "waterschap")[regulation % 2],
                "heading": f"Artikel {number}", "text": text, "kind": kind,
            })  # fmt: skip
    return rows


@dataclass(frozen=True)
class Town:
    """A store in which it is known what every clause is."""

    store: Store
    kinds: dict[str, str]  # by ref; "" for none
    labels: tuple[ClauseLabel, ...]  # by the guide: of the known kinds, and of frozen regulations all
    champion: Path

    def clause(self, ref: str) -> Clause:
        return self.store.clause(ref)

    def unlabelled(self) -> list[str]:
        """Refs that no label covers and that a model may learn, in one order."""
        known = {label.ref for label in self.labels}
        return [ref for ref in self.kinds if ref not in known and not frozen(ref.partition("/")[0])]

    def judged(self, who: str, ref: str, kind: str, **changes: Any) -> JudgedRow:
        plain = {
            "initiatief": "i1", "verwijzing": ref, "versie": "", "sha256": text_hash(self.clause(ref).text),
            "oordeel": "aangepast" if kind else "afgewezen", "soorten": (kind,) if kind else (), "zwaarte": 2 if kind else 0,
            "bewijs": (), "beoordelaar": who, "beslecht": False, "betreft": "initiatief" if kind else "bepaling",
        }  # fmt: skip
        return JudgedRow(**{**plain, **changes})

    def honest(self, refs: Sequence[str], people: Sequence[str]) -> list[JudgedRow]:
        """What the clauses are, as people say in turns."""
        return [self.judged(people[place % len(people)], ref, self.kinds[ref]) for place, ref in enumerate(refs)]

    def flipped(self, refs: Sequence[str], who: str, *, share: float) -> list[JudgedRow]:
        """What one person says of them, so often the opposite: no barrier where there is one, another where there is none."""
        rng = np.random.default_rng(3)
        rows = []
        for ref in refs:
            kind = self.kinds[ref]
            rows.append(self.judged(who, ref, kind if rng.random() >= share else "" if kind else "verbod"))
        return rows


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return built(tmp_path_factory.mktemp("town"))


def built(folder: Path) -> Town:
    """A town in a folder, with the model that serves it."""
    rows = rows_of_clauses()
    kinds = {row["ref"]: row.pop("kind") for row in rows}
    (folder / "clauses.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    add_paths([folder / "clauses.jsonl"], store=folder / "S", workers=1)
    store = Store(folder / "S")
    labels = []
    for place, (ref, kind) in enumerate(kinds.items()):
        held = frozen(ref.partition("/")[0])
        if held or (kind in KNOWN and place % 4):
            clause = store.clause(ref)
            labels.append(
                ClauseLabel(
                    ref=ref, version="", sha256=text_hash(clause.text), addressee="private" if kind else "none",
                    barriers=(kind,) if kind else (), relief=(), strength=2 if kind else 0,
                    evidence=((0, 20),) if kind else (), sample="spread",
                )
            )  # fmt: skip
    released = load_model()
    plain = replace(released, version="1.0.0", clauses=replace(released.clauses, slow=None, joint=None, plain=0.0))
    save_model(plain, folder / "first", about={})
    made = Town(store=store, kinds=kinds, labels=tuple(labels), champion=folder / "first")
    # What the guide's labels alone teach: the model that serves, which knows nothing of the other kinds yet.
    retrain(store, made.champion, [], folder / "champion", config=RetrainingConfig(version="2.0.0"), labels=made.labels)
    return replace(made, champion=folder / "champion")


def made(town: Town, rows: Sequence[JudgedRow], output: Path, *, version: str = "3.0.0", **changes: Any) -> dict[str, Any]:
    config = RetrainingConfig(
        version=version,
        without=tuple(changes.pop("without", ())),
        seed=changes.pop("seed", 0),
        slow_tier=changes.pop("slow_tier", False),
    )
    return retrain(town.store, town.champion, rows, output, config=config, labels=town.labels, **changes)


def gate(town: Town, challenger: Path, rows: Sequence[JudgedRow], without: Sequence[str] = ()) -> Verdict:
    return put_to_the_gate(town.store, town.champion, challenger, rows, labels=town.labels, without=without)


def frozen_f1(town: Town, model: Path) -> float:
    """Macro-F1 over the kinds in play, on the regulations that nobody learnt from."""
    data = frozen_examples(clause_examples(town.store, join(town.store, town.labels)))
    said = said_of(load_model(model).clauses, data)
    columns = [COLUMN[kind] for kind in SAYINGS if kind]
    return float(f1_of(said.targets[:, columns] == 1, said.decided[:, columns]).mean())


def precision(said: Unseen) -> float:
    """Mean average precision over the kinds in play."""
    return float(np.mean([row["average_precision"] for row in per_kind(said) if row["kind"] in SAYINGS]))


def hashes(model: Path) -> dict[str, str]:
    told: dict[str, str] = json.loads((model / "manifest.json").read_text(encoding="utf-8"))["files"]
    return told


def lasting(verdict: Verdict) -> list[str]:
    """Failures but those of the clock: this machine has other work, and a model that knows more words is larger."""
    return [why for why in verdict.failures if not why.startswith(("latency", "size"))]


def test_the_town_has_enough_of_everything(town: Town) -> None:
    held = {ref.partition("/")[0] for ref in town.kinds if frozen(ref.partition("/")[0])}
    data = frozen_examples(clause_examples(town.store, join(town.store, town.labels)))
    assert 4 <= len(held) < REGULATIONS / 4 and len(data.labelled) >= MIN_FROZEN
    assert len(town.labels) >= MIN_LABELS and len(town.unlabelled()) > 400


@pytest.fixture(scope="module")
def honest(town: Town) -> list[JudgedRow]:
    return town.honest(town.unlabelled(), ("an", "bo", "cas"))


@pytest.fixture(scope="module")
def challenger(town: Town, honest: list[JudgedRow], tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("made") / "challenger"
    made(town, honest, output)
    return output


def test_judgements_change_the_model_and_make_it_better(town: Town, challenger: Path) -> None:
    before, after = frozen_f1(town, town.champion), frozen_f1(town, challenger)
    assert after > before + 0.2, "three of five kinds only people know of"
    assert hashes(challenger)["clauses.safetensors"] != hashes(town.champion)["clauses.safetensors"]
    rest = {name for name in hashes(challenger) if hashes(challenger)[name] == hashes(town.champion)[name]}
    assert {"words.safetensors", "ranking.safetensors", "profiles.safetensors"} <= rest, "all else is the champion's"


def test_the_gate_opens_for_a_better_challenger(town: Town, challenger: Path, honest: list[JudgedRow]) -> None:
    verdict = gate(town, challenger, honest)
    assert lasting(verdict) == [] and verdict.suspects == ()
    assert verdict.champion == "2.0.0" and load_verdict(challenger) == verdict
    whole = next(guard for guard in verdict.guards if guard.name == "frozen macro_f1_barriers")
    assert whole.low > 0 and whole.challenger > whole.champion
    assert {"latency (seconds)", "size (MB)"} <= {guard.name for guard in verdict.guards}


def test_what_judgements_do_not_speak_of_stays_the_champions_to_the_bit(
    town: Town, challenger: Path, honest: list[JudgedRow], tmp_path: Path
) -> None:
    """Also of a challenger of a challenger: words were added to the vocabulary twice."""
    made(replace(town, champion=challenger), honest[:-200], tmp_path / "next")
    texts = clause_examples(town.store, join(town.store, town.labels)).texts
    first, second, third = (load_model(folder).clauses for folder in (town.champion, challenger, tmp_path / "next"))
    others = [COLUMN[name] for name in COLUMNS if name not in TAUGHT]
    in_play = [COLUMN[kind] for kind in SAYINGS if kind]
    before, after, later = (one.read(texts).probabilities for one in (first, second, third))
    assert (before[:, others] == after[:, others]).all() and (after[:, others] == later[:, others]).all()
    assert (first.thresholds[others] == second.thresholds[others]).all()
    assert (before[:, in_play] != after[:, in_play]).any(axis=0).all(), "and all else is learnt anew"
    words = [len(one.fast.vectoriser.feature_names) for one in (first, second, third)]
    assert words[0] < words[1] <= words[2]
    verdict = gate(town, challenger, honest)
    untaught = [guard for guard in verdict.guards if guard.name.removeprefix("frozen kind ") in RELIEFS]
    untaught += [guard for guard in verdict.guards if guard.name == "frozen accuracy_addressee"]
    assert untaught and all((guard.low, guard.high, guard.passed) == (0.0, 0.0, True) for guard in untaught)


def test_the_gate_opens_each_model_once(
    town: Town, challenger: Path, honest: list[JudgedRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []

    def counting(folder: Path) -> Any:
        opened.append(folder)
        return load_model(folder)

    monkeypatch.setattr(retraining, "load_model", counting)
    gate(town, challenger, honest)
    assert sorted(opened) == sorted([town.champion, challenger])


def test_the_lineage_tells_what_the_model_came_from(town: Town, challenger: Path, honest: list[JudgedRow]) -> None:
    lineage = json.loads((challenger / "manifest.json").read_text(encoding="utf-8"))["lineage"]
    assert lineage["snapshot"] == sha256("".join(lines_of(honest)).encode()).hexdigest()
    assert (lineage["champion"], lineage["code"]) == ("2.0.0", code_version())
    assert lineage["config"] == {"version": "3.0.0", "seed": 0, "without": [], "slow_tier": False}
    assert (lineage["labels"], lineage["judgements"]) == (len(town.labels), len(honest))
    assert lineage["gold"] == lineage["learnt"] == len(town.unlabelled())
    assert load_model(challenger).version == "3.0.0"


def test_the_same_run_gives_the_same_bits_and_another_one_others(
    town: Town, challenger: Path, honest: list[JudgedRow], tmp_path: Path
) -> None:
    """Also where finished parts of another run lie in the same folder."""
    work = tmp_path / "work"
    made(town, honest, tmp_path / "again", work=work)
    assert hashes(tmp_path / "again") == hashes(challenger)
    assert (tmp_path / "again" / "clauses.safetensors").read_bytes() == (challenger / "clauses.safetensors").read_bytes()
    made(town, honest[:-9], tmp_path / "less", work=work)
    made(town, honest[:-9], tmp_path / "fresh")
    assert hashes(tmp_path / "less") == hashes(tmp_path / "fresh") != hashes(challenger)
    assert len(list(work.iterdir())) == 2


@pytest.fixture(scope="module")
def read_twice(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """The town with a model that has a slow tier, a very small one that learnt nothing yet."""
    missing = training_extra_missing()
    if missing:
        pytest.skip(f"needs the extra train: {', '.join(missing)} not installed")
    import torch
    from transformers import BertConfig, BertModel

    from training.encoder.exporting import exported
    from training.encoder.finetuning import ClauseEncoder
    from training.encoder.vocabulary import train_vocabulary

    torch.manual_seed(0)
    tokenizer = train_vocabulary([town.clause(ref).text for ref in town.kinds], size=400)
    shape = BertConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64
    )
    encoder = unlike(ClauseEncoder(BertModel(shape, add_pooling_layer=False)))
    slow = EncoderTier(exported(encoder), tokenizer.to_str().encode(), max_length=96)
    champion, released = load_model(town.champion), load_model().clauses
    folder = tmp_path_factory.mktemp("twice") / "champion"
    save_model(replace(champion, clauses=replace(champion.clauses, slow=slow, joint=released.joint)), folder, about={})
    return replace(town, champion=folder)


@pytest.mark.filterwarnings("default")  # torch and its exporter warn about themselves
def test_the_slow_tier_learns_where_it_is_asked_to(
    read_twice: Town, honest: list[JudgedRow], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training.encoder.further import FURTHER

    # It is very small and knows nothing: what suits one that knows a lot would hardly move it, and half-way to nothing is nothing.
    monkeypatch.setattr("training.encoder.further.HALF_WAY", 1.0)
    quickly = replace(FURTHER, epochs=20, learning_rate=3e-3, output_rate=2e-2, batch_tokens=600, threads=1)
    monkeypatch.setattr("training.encoder.further.FURTHER", quickly)
    work = tmp_path / "work"
    made(read_twice, honest, tmp_path / "learnt", slow_tier=True, work=work)
    before, after = hashes(read_twice.champion), hashes(tmp_path / "learnt")
    assert after["encoder.onnx"] != before["encoder.onnx"] and after["tokenizer.json"] == before["tokenizer.json"]
    lineage = json.loads((tmp_path / "learnt" / "manifest.json").read_text(encoding="utf-8"))["lineage"]
    assert lineage["config"]["slow_tier"] is True
    judged = read_twice.unlabelled()
    titles = read_twice.store.regulations.titles()
    clauses = [read_twice.clause(ref) for ref in judged]
    texts = [ClauseText(text=one.text, heading=one.heading, title=titles[one.ref.partition("/")[0]]) for one in clauses]
    notices = np.array([read_twice.kinds[ref] == "meldingsplicht" for ref in judged])
    apart = []
    for folder in (read_twice.champion, tmp_path / "learnt"):
        slow = load_model(folder).clauses.slow
        assert slow is not None
        values = slow.values(texts)[0][:, COLUMN["meldingsplicht"]]
        apart.append(values[notices].mean() - values[~notices].mean())
    assert apart[1] > apart[0] + 0.5, "only people said what a notification is"
    assert {"latency (seconds)", "frozen macro_f1_barriers"} <= {
        guard.name for guard in gate(read_twice, tmp_path / "learnt", honest).guards
    }

    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("it was learnt and kept")

    monkeypatch.setattr("training.encoder.further.learn_on", never)
    made(read_twice, honest, tmp_path / "again", slow_tier=True, work=work)
    assert hashes(tmp_path / "again") == after


@pytest.mark.filterwarnings("default")  # torch and its exporter warn about themselves
def test_a_model_learns_on_from_the_labels_that_came_after_it(
    read_twice: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both tiers learn all but the rule qualifications; it is measured where neither it nor the model before it learnt."""
    from training.encoder.further import FURTHER

    quickly = replace(FURTHER, epochs=2, learning_rate=3e-3, output_rate=2e-2, batch_tokens=600, threads=1)
    monkeypatch.setattr("training.encoder.further.FURTHER", quickly)
    store, before = read_twice.store, load_model(read_twice.champion)
    more = [
        ClauseLabel(
            ref=ref, version="", sha256=text_hash(read_twice.clause(ref).text), addressee="private", barriers=(read_twice.kinds[ref],),
            relief=(), strength=2, evidence=(), sample="spread",
        )
        for ref in read_twice.unlabelled()[::2] if read_twice.kinds[ref]
    ]  # fmt: skip
    data = clause_examples(store, join(store, [*read_twice.labels, *more]))
    titles = store.regulations.titles()
    clauses = [read_twice.clause(ref) for ref in read_twice.kinds]
    texts = [
        ClauseText(text=one.text, heading=one.heading, title=titles[one.ref.partition("/")[0]], ref=one.ref) for one in clauses
    ]
    asked: list[str] = []

    def others() -> Iterator[ClauseText]:
        for text in texts:
            asked.append(text.ref)
            yield text

    said: list[str] = []
    config = ClauseRunConfig(further=str(read_twice.champion), work=str(tmp_path / "work"))
    run = run_clauses(data, config=config, unlabelled=others(), say=said.append)
    assert asked == [text.ref for text in texts]
    unfrozen = len(learnable(data.groups))
    assert unfrozen < len(data) and f"slow tier: goes on with {unfrozen} clauses" in said
    assert len(run.unseen.fast) == unfrozen, "nor does what values are calibrated on hold a frozen regulation"
    assert run.unlabelled and run.unlabelled < len(asked)
    free = [ref for ref in asked if ref not in {text.ref for text in data.texts} and not frozen(ref.partition("/")[0])]
    assert f"slow tier: what it was and what it is say of {len(free)} clauses" in said
    assert run.measured.refs and all(frozen(group) for group in run.measured.groups)
    version, earlier = run.before or ("", run.measured)
    assert version == "2.0.0" and earlier.refs == run.measured.refs
    assert precision(run.measured) > precision(earlier) + 0.2
    was, now = before.clauses, run.model
    assert now.slow is not None and was.slow is not None and now.slow.files["encoder.onnx"] != was.slow.files["encoder.onnx"]
    assert (now.thresholds == was.thresholds).all() and now.joint is not None and was.joint is not None
    assert (now.joint.slow == was.joint.slow).all() and now.plain == was.plain
    official = [COLUMN[name] for name in QUALIFICATIONS]
    one, other = (tier.values(texts[:40])[:, official] for tier in (was.fast, now.fast))
    assert (one == other).all()

    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("it was learnt and kept")

    monkeypatch.setattr("training.encoder.further.learn_on", never)
    again = run_clauses(data, config=config, unlabelled=texts)
    assert (again.measured.probabilities == run.measured.probabilities).all()
    fast_alone = tmp_path / "fast-alone"
    save_model(replace(before, clauses=replace(was, slow=None, joint=None)), fast_alone, about={})
    with pytest.raises(UsageError, match="has no slow tier"):
        run_clauses(data, config=replace(config, further=str(fast_alone)))
    with pytest.raises(StoreProblem, match="no labelled clause of a frozen regulation"):
        run_clauses(data[learnable(data.groups)], config=config)


def test_a_slow_tier_that_cannot_learn_is_said_before_anything_is_fitted(
    town: Town, read_twice: Town, honest: list[JudgedRow], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="has no slow tier that could learn"):
        made(town, honest, tmp_path / "none", slow_tier=True)
    monkeypatch.setattr("training.extras.training_extra_missing", lambda: ["torch"])
    with pytest.raises(UsageError, match="make train-environment"):
        made(read_twice, honest, tmp_path / "none", slow_tier=True)
    assert not (tmp_path / "none").exists()


def test_finished_parts_are_kept_by_all_that_they_depend_on(town: Town) -> None:
    data = clause_examples(town.store, join(town.store, town.labels))
    targets = data.targets.copy()
    targets[0, 0] = 1 - targets[0, 0]
    texts = [replace(data.texts[0], text=data.texts[0].text + "!"), *data.texts[1:]]
    others = [
        data[np.arange(1, len(data))], replace(data, targets=targets), replace(data, texts=texts),
        replace(data, evidence=[[(0, 3)], *data.evidence[1:]]),
    ]  # fmt: skip
    known = {one.fingerprint("code", "0") for one in [data, *others]} | {data.fingerprint("code", "1"), data.fingerprint()}
    assert len(known) == 7
    assert data[np.arange(len(data))].fingerprint("code", "0") in known


def test_nothing_of_a_frozen_regulation_is_learnt(
    town: Town, challenger: Path, honest: list[JudgedRow], tmp_path: Path
) -> None:
    """Judgements of frozen regulations, also a lawyer's, change no example and no bit of what is fitted."""
    held = [ref for ref in town.kinds if frozen(ref.partition("/")[0])]
    lies = [town.judged("jurist", ref, "" if town.kinds[ref] else "verbod", beslecht=True) for ref in held]
    data = clause_examples(town.store, join(town.store, town.labels))
    examples = taught(data, town.store, gold_of(lies, guide_of(town.labels)).clauses)
    assert [text.ref for text in examples.texts] == [text.ref for text in data.texts]
    assert (examples.targets == data.targets).all()
    unlabelled = replace(town, labels=tuple(label for label in town.labels if label.ref not in held))
    less = clause_examples(unlabelled.store, join(unlabelled.store, unlabelled.labels))
    examples = taught(less, town.store, gold_of([*lies, *honest], guide_of(unlabelled.labels)).clauses)
    assert len(examples) == len(less) + len(honest) and not [group for group in examples.groups if frozen(group)]
    # and what is said of them in labels sets nothing either: no weight, no calibration, no threshold
    turned = tuple(
        label if label.ref not in held else replace(label, barriers=() if label.barriers else ("verbod",))
        for label in town.labels
    )
    made(replace(town, labels=turned), [*honest, *lies], tmp_path / "lied-to")
    assert hashes(tmp_path / "lied-to") == hashes(challenger)


def test_what_is_said_of_a_frozen_regulation_is_measured_by_the_gate(
    town: Town, challenger: Path, honest: list[JudgedRow]
) -> None:
    held = [ref for ref in town.kinds if frozen(ref.partition("/")[0])]
    verdict = gate(town, challenger, [*honest, *town.honest(held, ("an", "bo"))])
    judged = {guard.name for guard in verdict.guards if guard.name.startswith("judged ")}
    assert "judged macro_f1_barriers" in judged and "judged macro_f1_kinds" not in judged
    assert lasting(verdict) == []


def test_a_decision_takes_the_place_of_a_label_and_a_majority_does_not(town: Town) -> None:
    label = next(one for one in town.labels if one.barriers == ("verbod",) and not frozen(one.ref.partition("/")[0]))
    data = clause_examples(town.store, join(town.store, town.labels))
    place = [text.ref for text in data.texts].index(label.ref)

    def learnt(*rows: JudgedRow) -> set[str]:
        examples = taught(data, town.store, gold_of(rows, guide_of(town.labels)).clauses)
        assert len(examples) == len(data) and (np.delete(examples.targets, place, 0) == np.delete(data.targets, place, 0)).all()
        assert examples.targets[place, COLUMN["private"]] == 1, "whom it binds people do not say: the label does"
        return {kind for kind in BARRIERS if examples.targets[place, COLUMN[kind]] == 1}

    assert learnt(town.judged("an", label.ref, "financieel"), town.judged("bo", label.ref, "financieel")) == {"verbod"}
    assert learnt(town.judged("an", label.ref, "financieel", beslecht=True)) == {"financieel"}
    # a decision over words that the clause no longer has says nothing of those it has now
    assert learnt(town.judged("an", label.ref, "financieel", beslecht=True, sha256="0" * 64)) == {"verbod"}


def test_what_people_say_stands_beside_the_qualification_of_an_authority(tmp_path: Path) -> None:
    """A clause of which only its authority spoke is learnt from people as any other."""
    add_paths([CHECKOUT / "corpus/sample/regelingen"], store=tmp_path / "S", workers=1)
    store = Store(tmp_path / "S")
    data = clause_examples(store, join(store, []))
    columns = [COLUMN[name] for name in QUALIFICATIONS]
    place = next(row for row, group in enumerate(data.groups) if not frozen(group))
    assert len(data) and data.targets[place, COLUMN["verbod"]] == MISSING and (data.targets[place, columns] >= 0).all()
    told = JudgedRow(
        initiatief="i1", verwijzing=data.texts[place].ref, versie="", sha256=text_hash(data.texts[place].text), oordeel="aangepast",
        soorten=("verbod",), zwaarte=1, bewijs=(), beoordelaar="an", beslecht=False,
    )  # fmt: skip
    examples = taught(data, store, gold_of([told], {}).clauses)
    assert len(examples) == len(data) and examples.targets[place, COLUMN["verbod"]] == 1
    assert (examples.targets[place, columns] == data.targets[place, columns]).all()


def test_words_that_the_store_does_not_hold_are_left_out(town: Town) -> None:
    ref = town.unlabelled()[0]
    rows = [town.judged("an", ref, "verbod"), town.judged("an", ref, "financieel", sha256="1" * 64)]
    examples = gold_examples(town.store, gold_of(rows, {}).clauses)
    assert [text.ref for text in examples.texts] == [ref] and examples.targets[0, COLUMN["verbod"]] == 1


SCRIPT = """
import json, sys, time
from pathlib import Path
from corpus.labels import ClauseLabel
from corpus.store import Store
from training.reviews.retraining import RetrainingConfig, retrain
from training.reviews.rows import rows_of

folder, store, champion, output, waits = Path(sys.argv[1]), *sys.argv[2:]
told = json.loads((folder / "labels.json").read_text())
labels = [ClauseLabel(**{**row, **{name: tuple(row[name]) for name in ("barriers", "relief", "evidence")}}) for row in told]
rows = rows_of((folder / "rows.jsonl").read_text().splitlines())

def say(line):
    print(line, flush=True)
    if waits == "yes" and "fold 1 of" in line:
        time.sleep(300)  # in the midst of it

config = RetrainingConfig(version="3.0.0")
retrain(Store(Path(store)), Path(champion), rows, Path(output), config=config, labels=labels, work=folder / "work", say=say)
"""


def test_a_run_that_is_killed_goes_on_where_it_was(
    town: Town, challenger: Path, honest: list[JudgedRow], tmp_path: Path
) -> None:
    (tmp_path / "labels.json").write_text(json.dumps([vars_of(label) for label in town.labels]), encoding="utf-8")
    (tmp_path / "rows.jsonl").write_text("".join(lines_of(honest)), encoding="utf-8")
    output = tmp_path / "output"

    def started(waits: str) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-c", SCRIPT, *map(str, (tmp_path, town.store.folder, town.champion, output, waits))]
        return subprocess.Popen(words, cwd=CHECKOUT, env={**os.environ, "PYTHONPATH": str(CHECKOUT)}, stdout=subprocess.PIPE)

    cut_off = started("yes")
    end = time.monotonic() + 200
    while not (parts := list((tmp_path / "work").glob("*/fast-*.safetensors"))):
        assert cut_off.poll() is None and time.monotonic() < end
        time.sleep(0.05)
    cut_off.send_signal(signal.SIGKILL)
    assert cut_off.wait(30) == -signal.SIGKILL
    cut_off.communicate()
    (part,) = parts
    moment = part.stat().st_mtime_ns
    assert not output.exists()
    again = started("no")
    again.communicate(timeout=300)
    assert again.returncode == 0
    assert part.stat().st_mtime_ns == moment, "what was finished is not made anew"
    assert len(list(part.parent.glob("fast-*.safetensors"))) > 1, "what was not, is made in the same folder"
    assert hashes(output) == hashes(challenger)


def vars_of(label: ClauseLabel) -> dict[str, Any]:
    return {name: getattr(label, name) for name in label.__dataclass_fields__}


@pytest.fixture(scope="module")
def poisoned(town: Town, honest: list[JudgedRow]) -> list[JudgedRow]:
    """Three who take care over half of it, and one who turns two in five answers round over everything else."""
    half = len(honest) // 2
    return [*honest[:half], *town.flipped(town.unlabelled()[half:], "eef", share=0.4)]


def test_the_gate_shuts_for_what_one_person_spoilt_and_names_that_person(
    town: Town, challenger: Path, honest: list[JudgedRow], poisoned: list[JudgedRow], tmp_path: Path
) -> None:
    # Beside a champion that knows the kinds: only such a one can be surprised.
    serving = replace(town, champion=challenger)
    made(serving, poisoned, tmp_path / "poisoned", version="4.0.0")
    verdict = gate(serving, tmp_path / "poisoned", poisoned)
    assert not verdict.passed and [one.number for one in verdict.suspects] == ["eef"]
    assert any(why.startswith("reviewer eef: ") for why in lasting(verdict))
    assert load_verdict(tmp_path / "poisoned") == verdict
    # without that person it is as if nothing had been said
    made(serving, poisoned, tmp_path / "without", version="4.0.0", without=("eef",))
    made(serving, [row for row in poisoned if row.beoordelaar != "eef"], tmp_path / "never", version="4.0.0")
    assert hashes(tmp_path / "without") == hashes(tmp_path / "never") != hashes(tmp_path / "poisoned")
    lineage = json.loads((tmp_path / "without" / "manifest.json").read_text(encoding="utf-8"))["lineage"]
    assert lineage["config"]["without"] == ["eef"] and lineage["judgements"] == len(honest) // 2
    assert gate(serving, tmp_path / "without", poisoned, without=("eef",)).suspects == ()


def test_too_few_labels_make_no_model_and_open_no_gate(town: Town, challenger: Path, tmp_path: Path) -> None:
    few = replace(town, labels=town.labels[: MIN_LABELS - 1])
    with pytest.raises(StoreProblem, match=f"only {MIN_LABELS - 1} labelled clauses"):
        made(few, [], tmp_path / "few")
    assert not (tmp_path / "few").exists()
    learnt = replace(town, labels=tuple(one for one in town.labels if not frozen(one.ref.partition("/")[0])))
    with pytest.raises(StoreProblem, match="only 0 labelled clauses of frozen regulations"):
        gate(learnt, challenger, [])


def test_the_command_says_in_one_sentence_that_the_store_has_no_labels(
    town: Town, honest: list[JudgedRow], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    snapshot = tmp_path / "rows.jsonl"
    snapshot.write_text("".join(lines_of(honest)), encoding="utf-8")
    assert rows_of(snapshot.read_text(encoding="utf-8").splitlines()) == honest
    words = ["retrain", "--store", str(town.store.folder), "--snapshot", str(snapshot), "--output", str(tmp_path / "made")]
    assert main(words, {}) == 1
    told = capsys.readouterr()
    assert told.out == "" and told.err.count("\n") == 1 and "only 0 labelled clauses are in this store" in told.err
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        # no file at all
        (None, "cannot be read"),
        # a line that is no judgement: its number is told
        ('{"initiatief": "1"}\n', "1"),
        ("\n\nonzin\n", "3"),
    ],
)
def test_the_command_refuses_a_snapshot_that_is_none(
    content: str | None, words: str, town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    snapshot = tmp_path / "rows.jsonl"
    if content is not None:
        snapshot.write_text(content, encoding="utf-8")
    told = ["retrain", "--store", str(town.store.folder), "--snapshot", str(snapshot), "--output", str(tmp_path / "made")]
    assert main(told, {}) in (1, 2)
    error = capsys.readouterr().err
    assert "rows.jsonl" in error and words in error and error.count("\n") == 1 and "Traceback" not in error
