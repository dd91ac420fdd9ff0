"""Features over a known vocabulary are those of scikit-learn, which learnt it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as within
from hypothesis import strategies as st

from models.terms import Runs, Terms, Vocabulary
from models.vectorising import restored, unfitted
from models.words import long_stems, stems

SETTINGS: list[dict[str, Any]] = [
    {"ngram_range": (1, 3), "token_pattern": r"(?u)\b\w+\b|[:;]"},
    {"ngram_range": (1, 2), "tokenizer": stems, "token_pattern": None, "lowercase": False},
    {"ngram_range": (2, 3), "tokenizer": long_stems, "token_pattern": None, "lowercase": False},
    {"analyzer": "char_wb", "ngram_range": (2, 4)},
    {},
]
TEXTS = st.lists(st.text(alphabet=st.sampled_from("aB c.:é1\n"), max_size=40), min_size=1, max_size=12)


@pytest.mark.parametrize("settings", SETTINGS)
@within(deadline=None)  # scikit-learn is imported in the first
@given(learnt=TEXTS, read=TEXTS)
def test_they_are_those_of_scikit_learn(settings: dict[str, Any], learnt: list[str], read: list[str]) -> None:
    """To the last bits: both add up squares in another order."""
    theirs = unfitted(settings).fit([*learnt, "aa bb cc aa bb cc"])
    ours = restored(settings, theirs.get_feature_names_out().tolist(), theirs.idf_.astype(np.float32))
    one, other = theirs.transform(read), ours.transform(read)
    assert (one.indptr == other.indptr).all() and (one.sorted_indices().indices == other.indices).all()
    assert np.allclose(one.sorted_indices().data, other.data, rtol=1e-5)
    assert other.dtype == np.float32 and other.has_canonical_format


def test_runs_do_not_go_from_one_text_into_the_next() -> None:
    terms = Terms(["a b", "b a"], np.ones(2, dtype=np.float32), ngram_range=(1, 2), token_pattern=r"\w")
    assert terms.counted(["a", "b a", "", "b"]).toarray().tolist() == [[0, 0], [0, 1], [0, 0], [0, 0]]


@given(terms=st.lists(st.text(alphabet="ab é", max_size=8), max_size=12))
def test_a_vocabulary_gives_back_its_terms(terms: list[str]) -> None:
    known = Vocabulary.of(terms)
    assert known.terms() == terms and len(known) == len(terms)
    assert len(set(known.words)) == len(known.words)


@pytest.mark.parametrize(
    ("words", "flat", "lengths", "why"),
    [
        ("ab", [0, 2], [2], "not there"),
        ("ab", [-1], [1], "not there"),
        ("ab", [0, 1], [1], "other lengths"),
        ("ab", [0], [1, 0], "other lengths"),
        ("aa", [0, 1], [1, 1], "stands twice"),
        ([1, 2], [0, 1], [1, 1], "is none"),
        ("ab", [0.0, 1.5], [2], "whole numbers"),
        ("ab", [[0, 1]], [2], "whole numbers"),
    ],
)
def test_a_vocabulary_that_cannot_be(words: Any, flat: list[Any], lengths: list[int], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Vocabulary(list(words), np.array(flat), np.array(lengths))


WORDS = st.lists(st.sampled_from(["aa", "bb", "cc", "dd"]), max_size=12)


@given(terms=st.lists(WORDS.filter(lambda words: 0 < len(words) < 4).map(" ".join), unique=True), words=WORDS)
def test_runs_within_a_text_are_the_terms_that_stand_there(terms: list[str], words: list[str]) -> None:
    runs = Runs.of(Vocabulary.of(terms), 3)
    ids = np.array([runs.words.get(word, -1) for word in words], dtype=np.int64)
    found = [
        (length, int(start), int(column))
        for length, starts, columns in runs.within(ids)
        for start, column in zip(starts, columns, strict=True)
    ]
    places = [(length, start) for length in (1, 2, 3) for start in range(len(words) - length + 1)]
    said = [(length, start, " ".join(words[start : start + length])) for length, start in places]
    assert found == [(length, start, terms.index(run)) for length, start, run in said if run in terms]


def test_no_texts_and_no_vocabulary() -> None:
    assert Terms([], np.zeros(0, dtype=np.float32), ngram_range=(1, 2)).counted(["a b", ""]).shape == (2, 0)
    assert Terms(["a"], np.ones(1, dtype=np.float32)).counted([]).shape == (0, 1)


def test_features_that_were_added_later_change_no_length() -> None:
    """The first keep their values to the bit; a row that has none of them is of unit length by the others."""
    idf = np.array([1.0, 2.0, 3.0], dtype=np.float32)
    narrow = Terms(["aa", "bb"], idf[:2]).transform(["aa bb cc", "cc", "dd"]).toarray()
    wide = Terms(["aa", "bb", "cc"], idf, measured=2).transform(["aa bb cc", "cc", "dd"]).toarray()
    assert (wide[:, :2] == narrow).all()
    assert wide[0, 2] == pytest.approx(3 / np.sqrt(5)) and wide[1:, 2].tolist() == [1, 0]
