"""Where sentences of law begin and end."""

from __future__ import annotations

import subprocess
import sys

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
    ("Dit geldt volgens art. 35. Het college beslist.", ["Dit geldt volgens art. 35.", "Het college beslist."]),
    (
        "De grens ligt bij 3.4.4. Daarboven is een melding nodig.",
        ["De grens ligt bij 3.4.4.", "Daarboven is een melding nodig."],
    ),
    # initials of a name
    (
        "De voorzitter, J.F.M. Jansen, tekent. Mw. A. de Vries leest mee.",
        [
            "De voorzitter, J.F.M. Jansen, tekent.",
            "Mw. A. de Vries leest mee.",
        ],
    ),
    # names of statutes are no initials
    ("Dit volgt uit boek 2 BW. Het college beslist.", ["Dit volgt uit boek 2 BW.", "Het college beslist."]),
    # no space after the end
    ("De houder meldt dit.Het college beslist.", ["De houder meldt dit.", "Het college beslist."]),
    ("Mag dat?Alleen overdag.", ["Mag dat?", "Alleen overdag."]),
    # what closes a quotation does not open a sentence, what opens one does
    ("Dit is nodig. ‘Zonder’ mag niet.", ["Dit is nodig.", "‘Zonder’ mag niet."]),
    # space around
    ("  Dit mag.\n\n Dat niet.  ", ["Dit mag.", "Dat niet."]),
    (" \n ", []),
    # a semicolon is no end
    ("Dit mag; Dat niet.", ["Dit mag; Dat niet."]),
    ("", []),
]


@pytest.mark.parametrize(("text", "expected"), SENTENCES)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


@pytest.mark.parametrize(("text", "expected"), [one for one in SENTENCES if one[0] == one[0].strip()])
def test_spacy_has_the_same_sentences(text: str, expected: list[str]) -> None:
    assert [text[one.start_char : one.end_char].strip() for one in pipeline()(text).sents] == expected


def test_no_service_needs_spacy() -> None:
    code = (
        "import sys; import service.api.application; from models.loading import load_model;"
        "load_model().activities.detect('Een buurtfeest. Met muziek.'); print('spacy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_pipeline_takes_turns_of_phrase_as_a_component() -> None:
    pipeline.cache_clear()
    nlp = pipeline()
    nlp.add_pipe("legal_phrases")
    doc = nlp("Het is verboden zonder vergunning te bouwen.")
    assert {span.label_ for span in doc.spans["legal_phrases"]} >= {"verbod", "verbod-zonder", "vergunning"}
    pipeline.cache_clear()
