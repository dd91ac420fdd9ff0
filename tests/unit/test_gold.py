"""Gold: what judgements, decisions and labels by the guide say together, as a table of cases and as rules that always hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.labels import ClauseLabel
from corpus.taxonomy import taxonomy
from models.columns import BARRIERS, COLUMN, KINDS, STRENGTHS
from training.clause_examples import MISSING
from training.reviews.gold import ClauseGold, Source, gold_of, last_of_everybody
from training.reviews.learning import gold_row
from training.reviews.rows import About, JudgedRow

TEXT = "a" * 64


def row(who: str, *kinds: str, strength: int | None = None, **changes: Any) -> JudgedRow:
    """One judgement of the clause R/artikel-1; without kinds it is a rejection, of the clause unless something else is said."""
    plain = {
        "initiatief": "i1", "verwijzing": "R/artikel-1", "versie": "2024-01-01", "sha256": TEXT,
        "oordeel": "aangepast" if kinds else "afgewezen", "soorten": kinds,
        "zwaarte": (2 if kinds else 0) if strength is None else strength, "bewijs": (), "beoordelaar": who, "beslecht": False,
        "betreft": "initiatief" if kinds else "bepaling",
    }  # fmt: skip
    return JudgedRow(**{**plain, **changes})


def guide(*barriers: str, strength: int = 1, sha256: str = TEXT) -> dict[str, ClauseLabel]:
    label = ClauseLabel(
        ref="R/artikel-1", version="2020-01-01", sha256=sha256, addressee="private", barriers=barriers, relief=(),
        strength=strength, evidence=(), sample="spread",
    )  # fmt: skip
    return {sha256: label}


V, M, F = "verbod", "meldingsplicht", "financieel"


@pytest.mark.parametrize(
    ("rows", "label", "kinds", "undecided", "strength", "source", "contradicted"),
    [
        # one person is a majority
        ([row("a", V)], {}, {V}, set(), 2, "meerderheid", None),
        # more than half name it
        ([row("a", V), row("b", V), row("c", M)], {}, {V}, set(), 2, "meerderheid", None),
        # nobody agrees on a kind: none is gold, none is in doubt
        ([row("a", V), row("b", M), row("c", F)], {}, set(), set(), 0, "meerderheid", None),
        # exactly half: nothing is learnt of that kind, and it goes back to people
        ([row("a", V), row("b")], {}, set(), {V}, 0, "meerderheid", {V}),
        # half on one kind, all on another
        ([row("a", V, M), row("b", V)], {}, {V}, {M}, 2, "meerderheid", {M}),
        # most see no barrier
        ([row("a", V), row("b"), row("c")], {}, set(), set(), 0, "meerderheid", None),
        # a lawyer decides over two who agree
        ([row("a", V), row("b", V), row("j", M, strength=3, beslecht=True)], {}, {M}, set(), 3, "beslissing", None),
        # ... over the guide
        ([row("a", V), row("j", M, strength=1, beslecht=True)], guide(V), {M}, set(), 1, "beslissing", None),
        # ... over a tie, which is then no longer for people
        ([row("a", V), row("b"), row("j", V, beslecht=True)], {}, {V}, set(), 2, "beslissing", None),
        # ... the last decision, whoever judges afterwards
        ([row("j", V, beslecht=True), row("k", M, beslecht=True), row("a", F)], {}, {M}, set(), 2, "beslissing", None),
        # ... that the clause is no barrier
        ([row("a", V), row("j", beslecht=True)], {}, set(), set(), 0, "beslissing", None),
        # a decision alone
        ([row("j", V, beslecht=True)], {}, {V}, set(), 2, "beslissing", None),
        # the guide stands before all people together, and they contradict it
        ([row("a", V), row("b", V)], guide(M, strength=1), {M}, set(), 1, "leidraad", {V, M}),
        # people say what the guide says
        ([row("a", V), row("b", V)], guide(V, strength=3), {V}, set(), 3, "leidraad", None),
        # a minority contradicts nothing
        ([row("a", V), row("b", V), row("c", V, M)], guide(V), {V}, set(), 1, "leidraad", None),
        # the guide saw no barrier
        ([row("a", V)], guide(strength=0), set(), set(), 0, "leidraad", {V}),
        # a label of other words says nothing here
        ([row("a", V)], guide(M, sha256="b" * 64), {V}, set(), 2, "meerderheid", None),
        # of a person the last judgement counts
        ([row("a", V), row("b", M), row("b", V)], {}, {V}, set(), 2, "meerderheid", None),
        # ... also over another initiative
        ([row("a", V, initiatief="i1"), row("a", M, initiatief="i2")], {}, {M}, set(), 2, "meerderheid", None),
        # ... also when the last is a rejection of the clause
        ([row("a", V), row("a")], {}, set(), set(), 0, "meerderheid", None),
        # a rejection for this initiative leaves what the same person said of the clause
        ([row("a", V), row("a", betreft="initiatief", initiatief="i2")], {}, {V}, set(), 2, "meerderheid", None),
        # ... and makes no tie
        ([row("a", V), row("b", betreft="initiatief")], {}, {V}, set(), 2, "meerderheid", None),
        # the middle of three strengths
        ([row("a", V, strength=1), row("b", V, strength=3), row("c", V, strength=3)], {}, {V}, set(), 3, "meerderheid", None),
        # of two the lower: nobody is held back by what one person finds stronger
        ([row("a", V, strength=1), row("b", V, strength=3)], {}, {V}, set(), 1, "meerderheid", None),
    ],
)  # fmt: skip
def test_gold_of_a_clause(
    rows: Sequence[JudgedRow], label: dict[str, ClauseLabel], kinds: set[str], undecided: set[str], strength: int,
    source: str, contradicted: set[str] | None,
) -> None:  # fmt: skip
    gold = gold_of(rows, label)
    (one,) = gold.clauses
    assert (set(one.kinds), set(one.undecided), one.strength, one.source.value) == (kinds, undecided, strength, source)
    assert [set(told.kinds) for told in gold.contradictions] == ([contradicted] if contradicted else [])
    assert all(told.guide == (source == "leidraad") for told in gold.contradictions)


def test_who_only_speaks_of_the_initiative_says_nothing_of_the_clause() -> None:
    rejection = row("a", betreft="initiatief")
    assert not rejection.speaks_of_clause and row("a").speaks_of_clause and row("a", V).speaks_of_clause
    gold = gold_of([rejection], {})
    assert gold.clauses == () and gold.contradictions == ()
    assert [pair.obstructs for pair in gold.pairs] == [False], "of the pair it does say something"


def test_clauses_are_told_apart_by_their_words_and_counted_in_people() -> None:
    rows = [row("a", V), row("b", M, sha256="b" * 64, versie="2025-01-01"), row("a", V, initiatief="i2"), row("b", V)]
    one, other = gold_of(rows, {}).clauses
    assert (one.sha256, one.kinds, one.people, one.version) == (TEXT, (V,), 2, "2024-01-01")
    assert (other.sha256, other.kinds, other.people, other.version) == ("b" * 64, (M,), 1, "2025-01-01")


def test_kinds_stand_in_the_order_of_the_taxonomy_whoever_named_them() -> None:
    backwards = tuple(reversed(taxonomy().barrier_codes))
    for rows in ([row("a", *backwards)], [row("j", *backwards, beslecht=True)]):
        assert gold_of(rows, {}).clauses[0].kinds == taxonomy().barrier_codes
    assert gold_of([row("a", V)], guide(*backwards)).clauses[0].kinds == taxonomy().barrier_codes


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        # the majority, and the lower middle of those who see a barrier
        ([row("a", V, strength=3), row("b", M, strength=1), row("c")], (True, 1, "meerderheid")),
        # a rejection for the initiative counts here as any other
        ([row("a", V), row("b", betreft="initiatief"), row("c")], (False, 0, "meerderheid")),
        # as many as not: nothing is known
        ([row("a", V), row("b", betreft="initiatief")], None),
        # ... unless a lawyer decides
        ([row("a", V), row("b"), row("j", V, strength=3, beslecht=True)], (True, 3, "beslissing")),
        ([row("a", V), row("b", V), row("j", beslecht=True, betreft="initiatief")], (False, 0, "beslissing")),
        # who changed their mind
        ([row("a", V), row("a")], (False, 0, "meerderheid")),
    ],
)
def test_gold_of_a_pair(rows: Sequence[JudgedRow], told: tuple[bool, int, str] | None) -> None:
    pairs = gold_of(rows, guide(V)).pairs
    assert [(pair.obstructs, pair.strength, pair.source.value) for pair in pairs] == ([told] if told else [])


def test_initiatives_are_pairs_of_their_own() -> None:
    gold = gold_of([row("a", V, initiatief="i1"), row("a", betreft="initiatief", initiatief="i2")], {})
    assert {(pair.initiative, pair.obstructs) for pair in gold.pairs} == {("i1", True), ("i2", False)}


PEOPLE = ("a", "b", "c", "d", "e")
opinions = st.dictionaries(
    st.sampled_from(PEOPLE), st.sets(st.sampled_from((V, M, F)), max_size=3).map(lambda kinds: tuple(sorted(kinds))), min_size=1
)


@given(opinions, st.data())
def test_who_judges_first_does_not_matter(told: dict[str, tuple[str, ...]], draw: st.DataObject) -> None:
    rows = [row(who, *kinds, strength=len(kinds)) for who, kinds in told.items()]
    shuffled = draw.draw(st.permutations(rows))
    assert gold_of(shuffled, {}) == gold_of(rows, {})
    assert gold_of(shuffled, guide(V)) == gold_of(rows, guide(V))


@given(opinions)
def test_gold_is_what_more_than_half_name_and_doubt_what_exactly_half_name(told: dict[str, tuple[str, ...]]) -> None:
    (gold,) = gold_of([row(who, *kinds) for who, kinds in told.items()], {}).clauses
    votes = Counter(kind for kinds in told.values() for kind in kinds)
    for kind in (V, M, F):
        assert (kind in gold.kinds) == (votes[kind] > len(told) / 2)
        assert (kind in gold.undecided) == (votes[kind] == len(told) / 2 and votes[kind] > 0)
    assert (gold.strength > 0) == bool(gold.kinds), "there is a strength where, and only where, there is a barrier"
    assert gold.people == len(told)


@given(st.lists(st.tuples(st.sampled_from(PEOPLE), st.booleans(), st.sampled_from((V, M))), max_size=12))
def test_of_everybody_only_the_last_opinion_is_left(told: list[tuple[str, bool, str]]) -> None:
    rows = [row(who, kind, beslecht=decides) for who, decides, kind in told]
    left = last_of_everybody(rows)
    assert [one.beoordelaar for one in left] == list(dict.fromkeys(who for who, decides, _ in reversed(told) if not decides))[
        ::-1
    ]
    assert all(one is [own for own in rows if own.beoordelaar == one.beoordelaar and not own.beslecht][-1] for one in left)


def gold(**changes: Any) -> ClauseGold:
    plain = {
        "ref": "R/1", "version": "2024-01-01", "sha256": TEXT, "kinds": (), "undecided": (), "strength": 0,
        "source": Source.MAJORITY, "people": 1,
    }  # fmt: skip
    return ClauseGold(**{**plain, **changes})


def test_gold_as_targets_leaves_open_what_nobody_was_asked() -> None:
    known = {COLUMN[name] for name in (*BARRIERS, *STRENGTHS)}
    row = gold_row(gold(kinds=(V, M), strength=2))
    assert set(np.flatnonzero(row != MISSING)) == known
    assert {name for name in (*KINDS, *STRENGTHS) if row[COLUMN[name]] == 1} == {V, M, "any", "substantial"}
    nothing = gold_row(gold())
    assert set(np.flatnonzero(nothing == 0)) == known
    # divided on one kind beside one that is sure: the strength is that of the sure one
    divided = gold_row(gold(kinds=(V,), undecided=(M,), strength=1))
    assert divided[COLUMN[M]] == MISSING and divided[COLUMN[V]] == 1 and divided[COLUMN["any"]] == 1
    # divided on whether it is a barrier at all
    open_question = gold_row(gold(undecided=(M,)))
    assert {name for name in STRENGTHS if open_question[COLUMN[name]] != MISSING} == set()
    assert open_question[COLUMN[M]] == MISSING and open_question[COLUMN[V]] == 0


def test_a_rejection_speaks_of_the_initiative_unless_it_says_so() -> None:
    assert row("a", V).betreft == About.INITIATIVE.value
    told = {**row("a").to_json()}
    del told["betreft"]  # as snapshots were before people could say
    assert not JudgedRow.of_json(told).speaks_of_clause
