"""One regulation, written out as markdown, CVDR XML, STOP and plain lines: every reader finds the same clauses."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import partial
from xml.sax.saxutils import escape

from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.readers import reader
from corpus.readers.outline import cut_outline
from corpus.records import Clause, SourceFile, SourceUnit

WORDS = st.sampled_from(
    [
        "bewoners",
        "vergunning",
        "feest",
        "dijk",
        "melden",
        "ten",
        "hoogste",
        "meter",
        "erf",
        "college",
        "straat",
        "kramen",
        "&",
        "€",
        "één",
    ]
)
SENTENCES = st.lists(WORDS, min_size=2, max_size=8).map(lambda words: " ".join(words).capitalize() + ".")


@dataclass(frozen=True)
class Article:
    number: str
    leden: tuple[str, ...]  # one: an article without leden


@st.composite
def regulations(draw: st.DrawFn) -> list[tuple[str, list[Article]]]:
    """Chapters with articles; numbers rise through the whole regulation."""
    chapters, count = [], 0
    for chapter in range(1, draw(st.integers(1, 3)) + 1):
        articles = []
        for _ in range(draw(st.integers(1, 3))):
            count += 1
            leden = tuple(draw(st.lists(SENTENCES, min_size=1, max_size=4)))
            articles.append(Article(f"{count}", leden))
        chapters.append((str(chapter), articles))
    return chapters


def expected(chapters: list[tuple[str, list[Article]]]) -> dict[str, str]:
    found = {}
    for _, articles in chapters:
        for article in articles:
            if len(article.leden) == 1:
                found[f"artikel-{article.number}"] = article.leden[0]
            else:
                found |= {f"artikel-{article.number}/lid-{n}": text for n, text in enumerate(article.leden, start=1)}
    return found


def read(format_name: str, name: str, text: str) -> tuple[str, tuple[Clause, ...]]:
    data = text.encode()
    (found,) = reader(format_name)(SourceUnit(main=SourceFile(name=name, size=len(data), open=partial(io.BytesIO, data))))
    return found.reading_text, found.clauses


def markdown(chapters: list[tuple[str, list[Article]]]) -> str:
    out = "## Proefwet\n\n"
    for number, articles in chapters:
        out += f"### Hoofdstuk  {number}  \n\n####Kop \n\n"
        for article in articles:
            out += f"### Artikel  {article.number}  \n\n"
            lines = article.leden if len(article.leden) == 1 else [f"{n}.  {t}" for n, t in enumerate(article.leden, start=1)]
            out += "".join(f"{line} \n" for line in lines) + "\n"
    return out


def xml(chapters: list[tuple[str, list[Article]]], *, names: dict[str, str], head: str, tail: str) -> str:
    n = names
    out = head
    for number, articles in chapters:
        out += f"<{n['chapter']}><{n['kop']}><{n['label']}>Hoofdstuk</{n['label']}><{n['nr']}>{number}</{n['nr']}></{n['kop']}>"
        for article in articles:
            out += f"<{n['article']}><{n['kop']}><{n['label']}>Artikel</{n['label']}><{n['nr']}>{article.number}</{n['nr']}></{n['kop']}>"
            for count, text in enumerate(article.leden, start=1):
                body = f"<{n['al']}>{escape(text)}</{n['al']}>"
                lid = f"<{n['lid']}><{n['lidnr']}>{count}.</{n['lidnr']}>{body}</{n['lid']}>"
                out += body if len(article.leden) == 1 else lid
            out += f"</{n['article']}>"
        out += f"</{n['chapter']}>"
    return out + tail


CVDR = {
    "chapter": "hoofdstuk",
    "kop": "kop",
    "label": "label",
    "nr": "nr",
    "article": "artikel",
    "al": "al",
    "lid": "lid",
    "lidnr": "lidnr",
}
STOP = {
    "chapter": "Hoofdstuk",
    "kop": "Kop",
    "label": "Label",
    "nr": "Nummer",
    "article": "Artikel",
    "al": "Al",
    "lid": "Lid",
    "lidnr": "LidNummer",
}


def lines(chapters: list[tuple[str, list[Article]]]) -> str:
    out = ""
    for number, articles in chapters:
        out += f"Hoofdstuk {number} Kop\n"
        for article in articles:
            out += f"Artikel {article.number}\n"
            out += "".join(
                f"{text}\n" if len(article.leden) == 1 else f"{count}. {text}\n"
                for count, text in enumerate(article.leden, start=1)
            )
    return out


@settings(deadline=None, max_examples=60)
@given(regulations())
def test_every_reader_finds_the_same_clauses(chapters: list[tuple[str, list[Article]]]) -> None:
    wanted = expected(chapters)
    renderings = [
        read("bwb-markdown", "wet/x/BWBR0000001/README.md", markdown(chapters)),
        read(
            "bwb-xml",
            "x.xml",
            xml(
                chapters,
                names=CVDR,
                head='<toestand bwb-id="BWBR0000001"><wetgeving><wettekst>',
                tail="</wettekst></wetgeving></toestand>",
            ),
        ),
        read(
            "cvdr-xml",
            "x.xml",
            xml(chapters, names=CVDR, head="<cvdr><identifier>CVDR1_1</identifier><regeling>", tail="</regeling></cvdr>"),
        ),
        read(
            "stop",
            "x.xml",
            xml(
                chapters,
                names=STOP,
                head='<RegelingCompact wordt="/akn/nl/act/gm0001/2024/omgevingsplan/nld@2024-01-01;1"><Lichaam>',
                tail="</Lichaam></RegelingCompact>",
            ),
        ),
        (lines(chapters), tuple(cut_outline(lines(chapters), "x"))),
    ]
    for reading_text, clauses in renderings:
        assert {clause.ref.partition("/")[2]: clause.text for clause in clauses} == wanted
        assert len({clause.ref for clause in clauses}) == len(clauses)
        for clause in clauses:
            for span in clause.spans:
                assert clause.text[span.text_start :][: span.length] == reading_text[span.source_start :][: span.length]
            characters = iter(reading_text)
            assert all(character in characters for character in clause.text if not character.isspace())


@settings(deadline=None, max_examples=100)
@given(st.text(alphabet=st.sampled_from("#1a. \n:|*[]()AIB<>&;§é"), max_size=200))
def test_any_markdown_can_be_read(text: str) -> None:
    reading_text, clauses = read("bwb-markdown", "wet/x/BWBR0000001/README.md", "## Wet\n### Artikel 1\n" + text)
    assert len({clause.ref for clause in clauses}) == len(clauses)
    for clause in clauses:
        for span in clause.spans:
            assert clause.text[span.text_start :][: span.length] == reading_text[span.source_start :][: span.length]
