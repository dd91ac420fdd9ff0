"""Whose judgements stand out, and whether a challenger may serve."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from corpus.errors import InvalidModel
from models.columns import ADDRESSEES, BARRIERS, COLUMN, COLUMNS, KINDS
from models.packaging import save_package
from training.clause_measures import Unseen
from training.reviews.gate import LEAST, MARGINS, compared
from training.reviews.gold import gold_of
from training.reviews.reviewers import Reviewer, reviewers_of
from training.reviews.rows import JudgedRow
from training.reviews.verdicts import FILE, Guard, Verdict, load_verdict, save_verdict

Chances = npt.NDArray[np.float32]


def row(who: str, number: int, kinds: Sequence[str], **changes: Any) -> JudgedRow:
    plain = {
        "initiatief": "i1", "verwijzing": f"R{number % 40}/artikel-{number}", "versie": "2024-01-01", "sha256": f"{number:064x}",
        "oordeel": "aangepast" if kinds else "afgewezen", "soorten": tuple(kinds), "zwaarte": 2 if kinds else 0, "bewijs": (),
        "beoordelaar": who, "beslecht": False, "betreft": "initiatief" if kinds else "bepaling",
    }  # fmt: skip
    return JudgedRow(**{**plain, **changes})


class World:
    """Clauses of which a model says honest chances, mostly sure ones, and people who judge them with more or less care."""

    def __init__(self, seed: int, clauses: int = 400) -> None:
        self.rng = np.random.default_rng(seed)
        self.chances = self.rng.beta(0.03, 0.35, size=(clauses, len(BARRIERS))).astype(np.float32)
        self.truth = self.rng.random(self.chances.shape) < self.chances  # so the chances are calibrated

    def said(self, sha256: str) -> Chances | None:
        return self.chances[int(sha256, 16)]

    def judged(self, who: str, clauses: Sequence[int], *, wrong: float) -> list[JudgedRow]:
        """What somebody says of some clauses; so often the opposite of what they are."""
        rows = []
        for number in clauses:
            told = self.truth[number].copy()
            if self.rng.random() < wrong:
                # a barrier that is waved away, or one that is made up
                told = np.zeros_like(told) if told.any() else self.rng.permutation(np.arange(len(BARRIERS)) == 0)
            rows.append(row(who, number, [name for name, yes in zip(BARRIERS, told, strict=True) if yes]))
        return rows

    def reviewers(self, rows: Sequence[JudgedRow], said: Callable[[str], Chances | None] | None = None) -> dict[str, Reviewer]:
        gold = {one.sha256: one for one in gold_of(rows, {}).clauses}
        return {one.number: one for one in reviewers_of(rows, said or self.said, gold)}


CAREFUL = ("an", "bo", "cas", "dee")


def careful(world: World) -> list[JudgedRow]:
    """Four people who err once in twenty times, each over a hundred clauses of their own."""
    return [
        one for place, who in enumerate(CAREFUL) for one in world.judged(who, range(place * 100, place * 100 + 100), wrong=0.05)
    ]


def named(reviewers: dict[str, Reviewer]) -> set[str]:
    return {number for number, one in reviewers.items() if one.suspect}


@pytest.mark.parametrize("seed", range(8))
def test_who_turns_answers_round_is_named_and_nobody_else(seed: int) -> None:
    world = World(seed)
    rows = careful(world) + world.judged("eef", range(400), wrong=0.3)
    found = world.reviewers(rows)
    assert named(found) == {"eef"}
    assert next(iter(found)) == "eef", "the most distant comes first"
    assert found["eef"].surprise > found["eef"].others and found["an"].distance < 0


@pytest.mark.parametrize("seed", range(8))
def test_where_everybody_takes_care_nobody_is_named(seed: int) -> None:
    world = World(seed)
    assert named(world.reviewers(careful(world) + world.judged("eef", range(400), wrong=0.05))) == set()


@pytest.mark.parametrize("seed", range(4))
def test_who_is_given_what_is_hard_is_not_named_for_that(seed: int) -> None:
    """Answers of which the model itself is not sure surprise it no more than it expects, however far they lie from it."""
    world = World(seed)
    world.chances[:100] = world.rng.uniform(0.3, 0.7, size=world.chances[:100].shape)
    world.truth[:100] = world.rng.random(world.truth[:100].shape) < world.chances[:100]
    found = world.reviewers(careful(world))  # the first of them has these
    assert named(found) == set() and abs(found["an"].distance) < 4


def test_a_handful_of_judgements_names_nobody() -> None:
    """Someone who is always wrong: over 29 clauses nothing is said, over 30 it is."""
    world = World(0)
    rows, others = world.judged("eef", range(30), wrong=1.0), careful(world)
    assert named(world.reviewers([*others, *rows[:29]])) == set()
    assert named(world.reviewers([*others, *rows])) == {"eef"}


def test_the_same_answer_for_many_initiatives_is_one_opinion() -> None:
    world = World(0)
    ten = world.judged("eef", range(10), wrong=1.0)
    again = [replace(one, initiatief=f"i{number}") for number in range(5) for one in ten]
    found = world.reviewers([*careful(world), *again])
    assert found["eef"].judged == 10 and named(found) == set()


def test_what_the_model_says_nothing_of_does_not_count() -> None:
    world = World(0)
    rows = careful(world) + world.judged("eef", range(400), wrong=0.3)
    found = world.reviewers(rows, lambda sha256: None)
    assert named(found) == set() and {one.judged for one in found.values()} == {0}


def test_decisions_and_words_about_an_initiative_do_not_count_either() -> None:
    world = World(0)
    about = [row("eef", number, (), betreft="initiatief") for number in range(100)]
    decided = [row("jo", number, ("verbod",), beslecht=True) for number in range(100)]
    assert set(world.reviewers([*careful(world), *about, *decided])) == set(CAREFUL)


def test_contradictions_are_counted_beside_lawyers_or_else_colleagues() -> None:
    world = World(0)
    yes, no = ("verbod",), ()
    rows = [
        row("an", 1, yes), row("bo", 1, yes), row("eef", 1, no),  # two against one
        row("an", 2, yes), row("bo", 2, no), row("eef", 2, yes),  # to eef colleagues are divided: not checked
        row("an", 3, no), row("eef", 3, yes),  # one colleague is a majority of colleagues
        row("eef", 4, yes),  # nobody else
        row("an", 5, yes), row("bo", 5, yes), row("eef", 5, no), row("jo", 5, no, beslecht=True),  # a lawyer agrees with eef
        row("eef", 6, no), row("eef", 6, yes), row("an", 6, yes),  # eef thought again
    ]  # fmt: skip
    found = world.reviewers(rows)
    assert (found["eef"].checked, found["eef"].contradicted) == (4, 2)  # 1, 3, 5 and 6; of which 1 and 3
    assert (found["an"].checked, found["an"].contradicted) == (
        3,
        2,
    )  # of 1 and 2 bo and eef differ; 3, 5 and 6; of which 3 and 5


def unseen(seed: int = 0, *, clauses: int = 600, regulations: int = 30, positives: float = 0.2) -> Unseen:
    """What a model says that is right about nine times in ten."""
    rng = np.random.default_rng(seed)
    targets = np.zeros((clauses, len(COLUMNS)), dtype=np.int8)
    kinds = [COLUMN[name] for name in KINDS]
    targets[:, kinds] = rng.random((clauses, len(kinds))) < positives
    targets[np.arange(clauses), [COLUMN[ADDRESSEES[place]] for place in rng.integers(0, 3, clauses)]] = 1
    turned = rng.random(targets.shape) < 0.1
    right = (targets == 1) ^ turned
    # Bayes: of what is said to be true so much is, and of what is said not to be.
    yes, no = (
        share / (share + other)
        for share, other in ((positives * 0.9, (1 - positives) * 0.1), (positives * 0.1, (1 - positives) * 0.9))
    )
    chances = np.where(right, yes, no).astype(np.float32)
    return Unseen(
        refs=[f"R{place % regulations}/{place}" for place in range(clauses)],
        groups=[f"R{place % regulations}" for place in range(clauses)],
        targets=targets,
        probabilities=chances,
        decided=right,
        level=np.zeros(clauses, dtype=np.int64),
        evidence=[None] * clauses,
        found=[None] * clauses,
    )


def levels(one: Unseen) -> list[str]:
    return ["gemeente" if place % 3 else "rijk" for place in range(len(one.refs))]


def worse(one: Unseen, columns: Sequence[int], rows: npt.NDArray[np.int64]) -> Unseen:
    """The same, with the truth in these places decided the wrong way."""
    decided = one.decided.copy()
    decided[np.ix_(rows, columns)] = one.targets[np.ix_(rows, columns)] != 1
    return replace(one, decided=decided)


def by_name(guards: Sequence[Guard]) -> dict[str, Guard]:
    return {guard.name: guard for guard in guards}


def test_a_challenger_that_is_the_same_passes_every_guard() -> None:
    one = unseen()
    guards = compared(one, one, levels(one), name="frozen")
    assert all(guard.passed and guard.champion == guard.challenger and guard.low == guard.high == 0 for guard in guards)
    assert {guard.name for guard in guards} == {
        *(f"frozen {name}" for name in MARGINS), *(f"frozen kind {kind}" for kind in KINDS),
        "frozen level gemeente", "frozen level rijk",
    }  # fmt: skip


def test_a_kind_that_is_lost_shuts_its_own_guard_and_the_whole() -> None:
    one = unseen()
    verbod = [COLUMN["verbod"]]
    guards = by_name(compared(one, worse(one, verbod, np.arange(300)), levels(one), name="frozen"))
    failed = {name for name, guard in guards.items() if not guard.passed}
    assert "frozen kind verbod" in failed and {name for name in failed if " kind " in name} == {"frozen kind verbod"}
    assert {"frozen macro_f1_barriers", "frozen macro_f1_kinds"} <= failed
    assert "frozen ece_kinds" not in failed and "frozen accuracy_addressee" not in failed
    guard = guards["frozen kind verbod"]
    assert guard.challenger < guard.champion and guard.low <= guard.challenger - guard.champion <= guard.high < 0
    # the other way round it is a gain
    assert all(one.passed for one in compared(worse(one, verbod, np.arange(300)), one, levels(one), name="frozen"))


def test_a_level_of_government_that_is_lost_shuts_its_own_guard() -> None:
    one = unseen()
    national = np.array([place for place, level in enumerate(levels(one)) if level == "rijk"])
    after = worse(one, [COLUMN[name] for name in KINDS], national[: len(national) // 4])
    guards = by_name(compared(one, after, levels(one), name="frozen"))
    assert not guards["frozen level rijk"].passed and guards["frozen level gemeente"].passed


def test_of_calibration_less_is_better() -> None:
    one = unseen()
    # it decides the same, and is far surer of it than it may be
    boastful = replace(one, probabilities=np.where(one.decided, 0.99, 0.01).astype(np.float32))
    shut = by_name(compared(one, boastful, levels(one), name="frozen"))
    assert {name for name, guard in shut.items() if not guard.passed} == {"frozen ece_kinds"}
    assert shut["frozen ece_kinds"].challenger > shut["frozen ece_kinds"].champion
    assert all(guard.passed for guard in compared(boastful, one, levels(one), name="frozen"))


@pytest.mark.parametrize(("more", "passed"), [(0.0005, True), (0.01, False)])
def test_of_calibration_a_thousandth_is_no_difference(more: float, passed: bool) -> None:
    """Surer of all that it does not decide by the same little bit, which no chance explains."""
    one = unseen()
    before = replace(one, probabilities=np.where(one.decided, 0.9, 0.22).astype(np.float32))
    after = replace(one, probabilities=before.probabilities + np.where(one.decided, 0, more).astype(np.float32))
    guard = by_name(compared(before, after, levels(one), name="frozen"))["frozen ece_kinds"]
    assert guard.low > 0 and 0 < guard.challenger - guard.champion <= more + 1e-6, "worse, and surely so"
    assert guard.passed is passed


def test_a_small_loss_that_chance_explains_passes_and_one_beyond_the_margin_does_not() -> None:
    """The same loss in sum: once in one regulation, with as many gains elsewhere but one, and once in all of them."""
    one = unseen()
    verbod = COLUMN["verbod"]
    right = np.flatnonzero((one.targets[:, verbod] == 1) & one.decided[:, verbod])
    missed = np.flatnonzero((one.targets[:, verbod] == 1) & ~one.decided[:, verbod])
    decided = one.decided.copy()
    decided[right[: len(missed) + 1], verbod] = False
    decided[missed, verbod] = True
    mixed = by_name(compared(one, replace(one, decided=decided), levels(one), name="frozen"))["frozen kind verbod"]
    assert mixed.challenger < mixed.champion and mixed.low < 0 < mixed.high and mixed.passed
    # a loss as small that no draw of regulations makes a gain is harm, however small
    plain = by_name(compared(one, worse(one, [verbod], right[:8]), levels(one), name="frozen"))["frozen kind verbod"]
    assert plain.champion - plain.challenger < 0.05 and plain.high < 0 and not plain.passed


def test_a_large_loss_fails_though_chance_might_explain_it() -> None:
    """All in one of two regulations: the other one alone would show none."""
    one = unseen(regulations=2)
    rows = np.array([place for place, group in enumerate(one.groups) if group == "R0"])
    guard = by_name(compared(one, worse(one, [COLUMN["verbod"]], rows), levels(one), name="frozen"))["frozen macro_f1_barriers"]
    assert guard.high >= 0 and guard.challenger < guard.champion - 0.01 and not guard.passed


def test_what_is_rare_is_not_guarded_by_itself() -> None:
    one = unseen()
    targets = one.targets.copy()
    column = COLUMN["verbod"]
    places = np.flatnonzero(targets[:, column] == 1)
    targets[places[LEAST - 1 :], column] = 0
    few = replace(one, targets=targets)
    held = ["waterschap" if place < LEAST - 1 else "gemeente" for place in range(len(one.refs))]
    names = by_name(compared(few, few, held, name="frozen"))
    assert "frozen kind verbod" not in names and "frozen level waterschap" not in names
    assert "frozen kind financieel" in names and "frozen level gemeente" in names
    targets = targets.copy()
    targets[places[LEAST - 1], column] = 1
    assert "frozen kind verbod" in by_name(compared(replace(one, targets=targets), one, held, name="frozen"))
    # one level alone is the whole
    assert not [name for name in by_name(compared(one, one, ["rijk"] * 600, name="frozen")) if "level" in name]


def test_judgements_guard_only_what_people_judge() -> None:
    one = unseen()
    names = set(by_name(compared(one, one, levels(one), name="judged", only_barriers=True)))
    assert names == {
        "judged macro_f1_barriers", "judged ece_kinds", *(f"judged kind {kind}" for kind in BARRIERS),
        "judged level gemeente", "judged level rijk",
    }  # fmt: skip


def test_what_nobody_knows_of_a_clause_counts_for_neither() -> None:
    one = unseen()
    targets = one.targets.copy()
    targets[:300, COLUMN["verbod"]] = -1
    open_question = replace(one, targets=targets)
    after = worse(one, [COLUMN["verbod"]], np.arange(300))
    assert all(guard.passed for guard in compared(open_question, replace(after, targets=targets), levels(one), name="frozen"))


def guard(**changes: Any) -> Guard:
    plain = {"name": "frozen kind verbod", "champion": 0.8, "challenger": 0.7, "low": -0.2, "high": -0.05, "passed": False}
    return Guard(**{**plain, **changes})


def suspect(**changes: Any) -> Reviewer:
    plain = {
        "number": "17", "judged": 90, "surprise": 0.4, "others": 0.1, "distance": 6.25, "checked": 12, "contradicted": 7,
        "usual": 0.05, "excess": 3.0,
    }  # fmt: skip
    return Reviewer(**{**plain, **changes})


def test_a_verdict_says_in_words_why_not() -> None:
    passed = Verdict(champion="1.0.0", guards=(guard(passed=True),), suspects=())
    assert passed.passed and passed.failures == []
    shut = Verdict(champion="1.0.0", guards=(guard(), guard(name="size (MB)", passed=True)), suspects=())
    assert not shut.passed and shut.failures == ["frozen kind verbod: 0.8000 became 0.7000"]
    person = Verdict(champion="1.0.0", guards=(guard(passed=True),), suspects=(suspect(),))
    (words,) = person.failures
    assert not person.passed
    assert words.startswith("reviewer 17: 6.2 standard errors") and "over 90 clauses" in words and "7 of 12" in words


@pytest.mark.parametrize(
    ("changes", "is_suspect"),
    [
        # far, beyond chance, and often enough
        ({}, True),
        # too few
        ({"judged": 29}, False),
        # chance explains it
        ({"distance": 3.9}, False),
        # of what others spoke of as well far too much is told otherwise, whatever the model makes of it
        ({"distance": 0.5, "checked": 300, "contradicted": 85, "excess": 11.0}, True),
        ({"distance": 0.5, "checked": 29, "contradicted": 20, "excess": 11.0}, False),
        ({"distance": 0.5, "checked": 3000, "contradicted": 420, "excess": 9.0}, False),
        # beyond chance but harmless
        ({"surprise": 0.14}, False),
        # nearer to the model than others
        ({"surprise": 0.0, "distance": -9.0}, False),
    ],
)
def test_who_is_suspect(changes: dict[str, Any], is_suspect: bool) -> None:
    assert suspect(**changes).suspect is is_suspect


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A directory that is a package, with nothing in it."""
    save_package(tmp_path / "model", version="2.0.0", data={"x": 1}, arrays={}, files={}, about={})
    return tmp_path / "model"


def test_a_verdict_comes_back_as_it_was_kept(model: Path) -> None:
    assert load_verdict(model) is None
    verdict = Verdict(champion="1.0.0", guards=(guard(), guard(name="latency", passed=True)), suspects=(suspect(),))
    save_verdict(verdict, model)
    assert load_verdict(model) == verdict
    save_verdict(replace(verdict, suspects=()), model)
    assert load_verdict(model) == replace(verdict, suspects=())
    assert [path.name for path in (model / FILE).parent.iterdir()] == [Path(FILE).name]


@pytest.mark.parametrize(
    "damaged", ["", "{", "[]", "3", '{"champion": "1"}', '{"champion": "1", "guards": [{}], "suspects": []}', "\xff"]
)
def test_a_damaged_verdict_is_an_invalid_model(model: Path, damaged: str) -> None:
    (model / FILE).parent.mkdir()
    (model / FILE).write_bytes(damaged.encode("latin-1"))
    with pytest.raises(InvalidModel, match="cannot be read"):
        load_verdict(model)
