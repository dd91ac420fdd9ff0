"""What holds for every text that is cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from corpus.passages import MARKDOWN, WHITESPACE, cut, normalised

TEXTS = st.text(alphabet=st.sampled_from("ab1 .*\n\t\xa0[]()<>/supé²"), max_size=60)


@st.composite
def sources_with_slices(draw: st.DrawFn) -> tuple[str, list[tuple[int, int]]]:
    source = draw(TEXTS)
    marks = sorted(draw(st.lists(st.integers(0, len(source)), max_size=6)))
    return source, list(zip(marks[::2], marks[1::2], strict=False))


@given(sources_with_slices(), st.sampled_from([WHITESPACE, MARKDOWN]))
def test_every_character_maps_back(case: tuple[str, list[tuple[int, int]]], drop: object) -> None:
    source, slices = case
    text, spans = cut(source, slices, drop=drop)  # type: ignore[arg-type]
    covered = set()
    for span in spans:
        assert text[span.text_start :][: span.length] == source[span.source_start :][: span.length]
        covered.update(range(span.text_start, span.text_start + span.length))
    assert {text[i] for i in range(len(text)) if i not in covered} <= {" "}
    starts = [span.source_start for span in spans]
    assert starts == sorted(starts)
    assert text == text.strip()


@given(sources_with_slices())
def test_nothing_but_whitespace_is_lost(case: tuple[str, list[tuple[int, int]]]) -> None:
    source, slices = case
    text, _ = cut(source, slices)
    assert "".join(text.split()) == "".join("".join(source[start:end] for start, end in slices).split())


@given(st.text(max_size=80))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)
