"""Where sentences of law begin and end."""

from __future__ import annotations

import pytest

from models.dutch import pipeline, sentences

SENTENCES = [
    # two plain sentences
    ("De houder meldt dit. Het college beslist.", ["De houder meldt dit.", "Het college beslist."]),
    # abbreviations of drafting do not end a sentence
    ("Art. 3 jo. art. 4 is van toepassing.", ["Art. 3 jo. art. 4 is van toepassing."]),
    ("De A.M.v.B. stelt eisen. Wij niet.", ["De A.M.v.B. stelt eisen.", "Wij niet."]),
    ("Dit staat in Stb. 2011, 35 en Stcrt. 2015, nr. 12.", ["Dit staat in Stb. 2011, 35 en Stcrt. 2015, nr. 12."]),
    ("Een B.V. of N.V. dient dit c.q. dat in.", ["Een B.V. of N.V. dient dit c.q. dat in."]),
    ("Dit geldt o.a. Amsterdam.", ["Dit geldt o.a. Amsterdam."]),
    # a list stays with the sentence that leads it in, whatever numbers its items
    ("Verboden zijn: a. vuur; b. rook.", ["Verboden zijn: a. vuur; b. rook."]),
    ("Nodig zijn: 1°. een plan; 2°. geld.", ["Nodig zijn: 1°. een plan; 2°. geld."]),
    ("Nodig zijn: 1. een plan; 2. geld.", ["Nodig zijn: 1. een plan; 2. geld."]),
    # ... and the sentence after the list is one of its own
    (
        "Verboden zijn: a. vuur; b. rook. Het college wijst plaatsen aan.",
        ["Verboden zijn: a. vuur; b. rook.", "Het college wijst plaatsen aan."],
    ),
    # numbers
    ("Artikel 3.2 geldt. Artikel 4.1 niet.", ["Artikel 3.2 geldt.", "Artikel 4.1 niet."]),
    ("De afstand is 2.5 meter.", ["De afstand is 2.5 meter."]),
    # a semicolon is no end
    ("Dit mag; Dat niet.", ["Dit mag; Dat niet."]),
    ("", []),
]


@pytest.mark.parametrize(("text", "expected"), SENTENCES)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


def test_the_pipeline_takes_turns_of_phrase_as_a_component() -> None:
    pipeline.cache_clear()
    nlp = pipeline()
    nlp.add_pipe("legal_phrases")
    doc = nlp("Het is verboden zonder vergunning te bouwen.")
    assert {span.label_ for span in doc.spans["legal_phrases"]} >= {"verbod", "verbod-zonder", "vergunning"}
    pipeline.cache_clear()
