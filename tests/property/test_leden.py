"""What holds for every article that is divided."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from corpus.readers.leden import items, leden

SENTENCES = st.sampled_from(["Het mag.", "Het is verboden.", "Zie het eerste lid.", "Verboden is: a. roepen; b. zingen."])


@given(st.lists(SENTENCES, min_size=1, max_size=12))
def test_numbered_sentences_are_leden(sentences: list[str]) -> None:
    text = "\n".join(f"{number}. {sentence}" for number, sentence in enumerate(sentences, start=1))
    first, *parts = leden(text, 0, len(text))
    assert not text[first.start : first.end].strip()
    assert [part.number for part in parts] == [str(number) for number in range(1, len(sentences) + 1)]
    assert [text[part.start : part.end].strip() for part in parts] == sentences


@given(st.text(alphabet=st.sampled_from("ab12. :\n;"), max_size=80))
def test_parts_follow_each_other_and_reach_the_end(text: str) -> None:
    for divide in (leden, items):
        parts = divide(text, 0, len(text))
        assert parts[0].start == 0
        assert parts[-1].end == len(text)
        for before, after in zip(parts, parts[1:], strict=False):
            assert before.end <= after.start
