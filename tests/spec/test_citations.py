"""What counts as a citation, and what it says: one row for every way of citing that the reader knows.

The sentences are made up, in the manner of the law. An expectation is what a jurist would read: the words of the
numbering, what they point at, and the regulation ("" is the own one).
"""

from __future__ import annotations

import pytest

from corpus.references.grammar import Citation, find_citations

Expected = tuple[str, str, str]

TABLE: list[tuple[str, list[Expected]]] = [
    # --- articles
    # one article
    ("Artikel 5 is niet van toepassing.", [("Artikel 5", "artikel 5", "")]),
    # a letter behind the number
    ("De aanvraag, bedoeld in artikel 12a, vervalt.", [("artikel 12a", "artikel 12a", "")]),
    # numbered by chapter, with a colon
    ("Zij meldt dit op grond van artikel 4:25.", [("artikel 4:25", "artikel 4:25", "")]),
    # numbered by chapter, with a point; the point behind it ends the sentence
    ("Dit volgt uit artikel 22.1.", [("artikel 22.1", "artikel 22.1", "")]),
    # three levels, with letters in between
    ("De regels van artikel 2a.3.1b gelden.", [("artikel 2a.3.1b", "artikel 2a.3.1b", "")]),
    # Roman number, as amending acts have
    ("Artikel XII vervalt.", [("Artikel XII", "artikel XII", "")]),
    # Roman number with a letter
    ("Artikel IIA treedt in werking.", [("Artikel IIA", "artikel IIA", "")]),
    # a letter and a number, as old electoral law has
    ("De lijst, bedoeld in artikel H 3, ligt ter inzage.", [("artikel H 3", "artikel H 3", "")]),
    # the letter may look like a Roman number
    ("De lijsten, bedoeld in artikel I 10.", [("artikel I 10", "artikel I 10", "")]),
    # more of them in the singular
    ("Volgens artikel D 7, G 1 of K 8.", [("artikel D 7, G 1 of K 8", "artikel D 7+G 1+K 8", "")]),
    # Latin suffix, as directives have
    ("Met artikel 107quater wordt rekening gehouden.", [("artikel 107quater", "artikel 107quater", "")]),
    # two articles
    ("De artikelen 3 en 5 gelden.", [("artikelen 3 en 5", "artikel 3+5", "")]),
    # a list of articles is one citation
    ("De artikelen 3, 4a en 5 gelden.", [("artikelen 3, 4a en 5", "artikel 3+4a+5", "")]),
    # a range
    ("De artikelen 4 tot en met 6 gelden.", [("artikelen 4 tot en met 6", "artikel 4..6", "")]),
    # a range, abbreviated
    ("De artikelen 4 t/m 6a gelden.", [("artikelen 4 t/m 6a", "artikel 4..6a", "")]),
    # a range with a hyphen
    ("Zie de artikelen 4-6.", [("artikelen 4-6", "artikel 4..6", "")]),
    # the word article is repeated behind "tot en met"
    ("Artikel 4 tot en met artikel 6 gelden.", [("Artikel 4 tot en met artikel 6", "artikel 4..6", "")]),
    # single articles and a range
    (
        "De artikelen 2, 4 tot en met 6 en 9 gelden.",
        [("artikelen 2", "artikel 2", ""), ("4 tot en met 6", "artikel 4..6", ""), ("9", "artikel 9", "")],
    ),
    # leden belong to the article before them only
    (
        "In afwijking van de artikelen 4, 5, eerste lid, en 6 tot en met 8 is geen ontheffing nodig.",
        [
            ("artikelen 4", "artikel 4", ""),
            ("5, eerste lid", "artikel 5 / lid 1", ""),
            ("6 tot en met 8", "artikel 6..8", ""),
        ],
    ),
    # the lid behind a range is that of its last article
    (
        "De artikelen 4 tot en met 6, eerste lid, gelden.",
        [("artikelen 4 tot en met 6", "artikel 4..6", ""), ("eerste lid", "artikel 6 / lid 1", "")],
    ),
    # the singular with two numbers, before a verb
    ("Artikel 3 en 4 gelden.", [("Artikel 3 en 4", "artikel 3+4", "")]),
    # the singular with two numbers that can be nothing else
    ("Wie volgens artikel 3:1 of 3:1a verlof heeft.", [("artikel 3:1 of 3:1a", "artikel 3:1+3:1a", "")]),
    # the singular with a number that may count something else
    ("Zoals artikel 3 en 4 buren samen.", [("artikel 3", "artikel 3", "")]),
    # the singular with two numbers and a regulation behind them
    ("Artikel 3 en 4 van de Warmtewet gelden.", [("Artikel 3 en 4", "artikel 3+4", "Warmtewet gelden")]),
    # a number that counts something else is no second article
    ("De melding van artikel 3, 10 dagen voor de start.", [("artikel 3", "artikel 3", "")]),
    # a Latin suffix that stands apart
    ("De artikelen 161, 161 sexies en 162.", [("artikelen 161, 161 sexies en 162", "artikel 161+161sexies+162", "")]),
    # and those that follow
    ("Artikel 37 en volgende van de wet.", [("Artikel 37 en volgende", "artikel 37", "de wet")]),
    # a number that lost its word in a long sentence
    (
        "Artikel 7.4 of, indien het een tuin betreft, 7.5, tweede lid, geldt.",
        [("Artikel 7.4", "artikel 7.4", ""), ("7.5, tweede lid", "artikel 7.5 / lid 2", "")],
    ),
    # --- leden
    # an ordinal in words
    ("Het verbod van artikel 3, tweede lid, geldt.", [("artikel 3, tweede lid", "artikel 3 / lid 2", "")]),
    # without the comma
    ("Artikel 3 tweede lid geldt.", [("Artikel 3 tweede lid", "artikel 3 / lid 2", "")]),
    # lid with a number
    ("Art. 3 lid 2 geldt.", [("Art. 3 lid 2", "artikel 3 / lid 2", "")]),
    # lid with a number and a letter
    ("Artikel 3, lid 2a, geldt.", [("Artikel 3, lid 2a", "artikel 3 / lid 2a", "")]),
    # ordinal in digits
    ("Het 3e lid geldt.", [("3e lid", "lid 3", "")]),
    # two leden
    ("Artikel 3, eerste en derde lid, geldt.", [("Artikel 3, eerste en derde lid", "artikel 3 / lid 1+3", "")]),
    # a range of leden
    (
        "Artikel 3, eerste tot en met derde lid, geldt.",
        [("Artikel 3, eerste tot en met derde lid", "artikel 3 / lid 1..3", "")],
    ),
    # single leden and a range
    (
        "Het eerste en derde tot en met vijfde lid gelden.",
        [("eerste", "lid 1", ""), ("derde tot en met vijfde lid", "lid 3..5", "")],
    ),
    # leden with numbers
    ("De leden 2 en 3 gelden.", [("leden 2 en 3", "lid 2+3", "")]),
    # behind "artikelen" the number after "en" is an article
    ("De artikelen 81 lid 2 en 82.", [("artikelen 81 lid 2", "artikel 81 / lid 2", ""), ("82", "artikel 82", "")]),
    # behind "artikel" it is a lid
    ("Artikel 3, lid 1 en 2.", [("Artikel 3, lid 1 en 2", "artikel 3 / lid 1+2", "")]),
    # unless it has a lid of its own
    (
        "Artikel 3, lid 1 en 4, lid 2.",
        [("Artikel 3, lid 1", "artikel 3 / lid 1", ""), ("4, lid 2", "artikel 4 / lid 2", "")],
    ),
    # a range of leden with numbers
    ("Artikel 3, leden 2 tot en met 4.", [("Artikel 3, leden 2 tot en met 4", "artikel 3 / lid 2..4", "")]),
    # the article of the ordinals is repeated
    ("Het derde en het vierde lid gelden.", [("derde en het vierde lid", "lid 3+4", "")]),
    # high ordinals
    ("Het twaalfde en twintigste lid gelden.", [("twaalfde en twintigste lid", "lid 12+20", "")]),
    # spelling with a diaeresis
    ("Het tweeëntwintigste lid geldt.", [("tweeëntwintigste lid", "lid 22", "")]),
    # old spelling with hyphens
    ("Het drie-en-dertigste lid geldt.", [("drie-en-dertigste lid", "lid 33", "")]),
    # the highest that is known
    ("Het vijftigste lid geldt.", [("vijftigste lid", "lid 50", "")]),
    # the last one
    ("Artikel 8, laatste lid, geldt.", [("Artikel 8, laatste lid", "artikel 8 / lid laatste", "")]),
    # only a lid: that of the own article
    ("In afwijking van het eerste lid is het verbod niet van toepassing.", [("eerste lid", "lid 1", "")]),
    # at the start of a sentence
    ("Eerste lid: dit spreekt voor zich.", [("Eerste lid", "lid 1", "")]),
    # a lid before its article
    ("Het tweede lid van artikel 7 geldt.", [("tweede lid van artikel 7", "artikel 7 / lid 2", "")]),
    # a lid before two articles
    ("Het eerste lid van de artikelen 3 en 4.", [("eerste lid van de artikelen 3 en 4", "artikel 3+4 / lid 1", "")]),
    # two leden, each with its word
    (
        "Het bepaalde in het tweede lid en het derde lid geldt.",
        [("tweede lid", "lid 2", ""), ("derde lid", "lid 3", "")],
    ),
    # an article with two groups of leden
    (
        "Artikel 3, eerste lid, onder a, en vierde lid, geldt.",
        [
            ("Artikel 3, eerste lid, onder a", "artikel 3 / lid 1 / onderdeel a", ""),
            ("vierde lid", "artikel 3 / lid 4", ""),
        ],
    ),
    # what is taken out of an article belongs to it
    (
        "Artikel 9, met uitzondering van het eerste lid, onder c, van de wet geldt.",
        [("Artikel 9", "artikel 9", "de wet"), ("eerste lid, onder c", "artikel 9 / lid 1 / onderdeel c", "de wet")],
    ),
    # --- onderdelen
    # an item of a lid
    (
        "Artikel 3, tweede lid, onder b, van de Warmtewet.",
        [("Artikel 3, tweede lid, onder b", "artikel 3 / lid 2 / onderdeel b", "Warmtewet")],
    ),
    # the opening words and two items
    (
        "Als bedoeld in artikel 2.1, eerste lid, aanhef en onder a of c, van de wet.",
        [("artikel 2.1, eerste lid, aanhef en onder a of c", "artikel 2.1 / lid 1 / onderdeel a+c", "de wet")],
    ),
    # an item of an article without leden
    ("Artikel 1, onderdeel k, geldt.", [("Artikel 1, onderdeel k", "artikel 1 / onderdeel k", "")]),
    # more items
    (
        "Artikel 1, onderdelen a, b en d, geldt.",
        [("Artikel 1, onderdelen a, b en d", "artikel 1 / onderdeel a+b+d", "")],
    ),
    # a range of items
    ("Artikel 1, onder a tot en met d.", [("Artikel 1, onder a tot en met d", "artikel 1 / onderdeel a..d", "")]),
    # an item with a degree sign
    ("Artikel 1, onder 2°, geldt.", [("Artikel 1, onder 2°", "artikel 1 / onderdeel 2°", "")]),
    # an item of an item
    ("Artikel 1, onder b, onder 2°, geldt.", [("Artikel 1, onder b, onder 2°", "artikel 1 / onderdeel b/2°", "")]),
    # items of an item, and another item
    (
        "Het tweede lid, onder a, onder 1° en 2°, en b.",
        [("tweede lid, onder a, onder 1° en 2°, en b", "lid 2 / onderdeel a/1°+a/2°+b", "")],
    ),
    # sub, as lawyers write
    ("Artikel 3 lid 2 sub b.", [("Artikel 3 lid 2 sub b", "artikel 3 / lid 2 / onderdeel b", "")]),
    # items with two letters
    ("Artikel 1, onder aa, geldt.", [("Artikel 1, onder aa", "artikel 1 / onderdeel aa", "")]),
    # items of an amending act
    ("Artikel II, onderdeel C, vervalt.", [("Artikel II, onderdeel C", "artikel II / onderdeel C", "")]),
    # only an item: of the clause itself
    ("In afwijking van onderdeel b is dit niet verboden.", [("onderdeel b", "onderdeel b", "")]),
    # an item before its lid and article
    (
        "Onderdeel b van het tweede lid van artikel 5 geldt.",
        [("Onderdeel b van het tweede lid van artikel 5", "artikel 5 / lid 2 / onderdeel b", "")],
    ),
    # items with a degree sign end where plain numbers begin
    (
        "De artikelen 2, onderdelen 1° en 2°, 5 en 6.",
        [("artikelen 2, onderdelen 1° en 2°", "artikel 2 / onderdeel 1°+2°", ""), ("5 en 6", "artikel 5+6", "")],
    ),
    # what stands behind "onder" is a word
    ("Artikel 3 onder de voorwaarde dat.", [("Artikel 3", "artikel 3", "")]),
    # the next item of the sentence is not part of the citation
    (
        "als bedoeld in het eerste lid, onder a, en b. de wandelaar",
        [("eerste lid, onder a", "lid 1 / onderdeel a", "")],
    ),
    # a sentence of a lid is smaller than we point at
    (
        "Artikel 3, eerste lid, tweede volzin, van de wet.",
        [("Artikel 3, eerste lid, tweede volzin", "artikel 3 / lid 1", "de wet")],
    ),
    # --- relative words
    # the own article
    ("Voor de toepassing van dit artikel geldt:", [("dit artikel", "dit artikel", "")]),
    # the lid before
    ("Het vorige lid is niet van toepassing.", [("vorige lid", "vorig lid", "")]),
    # the lid before, with another word
    ("In het voorgaande lid wordt verstaan:", [("voorgaande lid", "vorig lid", "")]),
    # all leden before
    ("De voorgaande leden zijn niet van toepassing.", [("voorgaande leden", "vorige leden", "")]),
    # the article before
    ("De vergunning, bedoeld in het vorige artikel.", [("vorige artikel", "vorig artikel", "")]),
    # the article behind
    ("Tenzij het volgende artikel anders bepaalt.", [("volgende artikel", "volgend artikel", "")]),
    # an item of the lid before
    ("Het vorige lid, onder a, geldt.", [("vorige lid, onder a", "vorig lid / onderdeel a", "")]),
    # a lid of the own article, said in full
    ("Het eerste lid van dit artikel geldt.", [("eerste lid van dit artikel", "dit artikel / lid 1", "")]),
    # a lid of the article cited before
    (
        "Artikel 5 van de Warmtewet geldt. Het derde lid van dat artikel niet.",
        [
            ("Artikel 5", "artikel 5", "Warmtewet geldt"),
            ("derde lid van dat artikel", "artikel 5 / lid 3", "Warmtewet geldt"),
        ],
    ),
    # --- regulations
    # the own regulation, said in full
    ("Artikel 5 van deze verordening geldt.", [("Artikel 5", "artikel 5", "")]),
    # the own decree
    ("De artikelen 2 en 3 van dit besluit.", [("artikelen 2 en 3", "artikel 2+3", "")]),
    # the parent act
    ("Artikel 5 van de wet geldt.", [("Artikel 5", "artikel 5", "de wet")]),
    # the parent act with a capital
    ("Artikel 5 van de Wet, geldt.", [("Artikel 5", "artikel 5", "de Wet")]),
    # the parent decree
    ("Artikel 5, derde lid, van het besluit geldt.", [("Artikel 5, derde lid", "artikel 5 / lid 3", "het besluit")]),
    # a title that begins with the same word
    ("Artikel 5 van de Wet buurtwarmte.", [("Artikel 5", "artikel 5", "Wet buurtwarmte")]),
    # a title that begins with the same word, in lower case
    ("Artikel 2 van de regeling Buurtfeesten 2001.", [("Artikel 2", "artikel 2", "regeling Buurtfeesten 2001")]),
    # an act that is named by its date
    ("Artikel 5 van de wet van 5 juni 1975.", [("Artikel 5", "artikel 5", "wet van 5 juni 1975")]),
    # the name ends the sentence: the window does too
    (
        "Artikel 5 van het Besluit moestuinen. De raad beslist.",
        [("Artikel 5", "artikel 5", "Besluit moestuinen")],
    ),
    # der, as old acts write
    ("Artikel 5 der Gemeentewet.", [("Artikel 5", "artikel 5", "Gemeentewet")]),
    # an abbreviation behind van de
    ("Artikel 2.1 van de Wabo.", [("Artikel 2.1", "artikel 2.1", "Wabo")]),
    # an abbreviation directly behind
    ("Zie artikel 4:25 Awb.", [("artikel 4:25", "artikel 4:25", "Awb")]),
    # an abbreviation behind items
    ("Zie art. 3 lid 2 sub b Wft.", [("art. 3 lid 2 sub b", "artikel 3 / lid 2 / onderdeel b", "Wft")]),
    # a short abbreviation is no item
    ("Zie artikel 29, onder b, Vw.", [("artikel 29, onder b", "artikel 29 / onderdeel b", "Vw")]),
    # an abbreviation with a year
    ("Zie artikel 10 WVW 1994.", [("artikel 10", "artikel 10", "WVW 1994")]),
    # the civil code, by book
    ("Zie artikel 6:162 BW.", [("artikel 6:162", "artikel 6:162", "BW")]),
    # a title directly behind
    ("Zie artikel 3 Opiumwet.", [("artikel 3", "artikel 3", "Opiumwet")]),
    # a book of the civil code
    (
        "Artikel 5 van Boek 7 van het Burgerlijk Wetboek.",
        [("Artikel 5", "artikel 5", "Boek 7 van het Burgerlijk Wetboek")],
    ),
    # the same, between commas
    (
        "Artikel 89, boek 3, van het Burgerlijk Wetboek.",
        [("Artikel 89", "artikel 89", "boek 3, van het Burgerlijk Wetboek")],
    ),
    # a name between quotation marks
    ("Artikel 2 van de “Buurtwet”.", [("Artikel 2", "artikel 2", "“Buurtwet”")]),
    # a list by regulation
    (
        "Overtreding van het Besluit moestuinen: de artikelen 3 en 5, eerste lid.",
        [
            ("artikelen 3", "artikel 3", "Besluit moestuinen"),
            ("5, eerste lid", "artikel 5 / lid 1", "Besluit moestuinen"),
        ],
    ),
    # the same at the start of a clause
    ("Wet moestuinen: de artikelen 4 en 6.", [("artikelen 4 en 6", "artikel 4+6", "Wet moestuinen")]),
    # what is taken out of another regulation belongs to it
    (
        "Hoofdstuk 6 van de Warmtewet, met uitzondering van de artikelen 6.2 en 6.3, geldt.",
        [
            ("Hoofdstuk 6", "hoofdstuk 6", "Warmtewet, met uitzondering van de artikelen 6.2 en 6.3, geldt"),
            (
                "artikelen 6.2 en 6.3",
                "artikel 6.2+6.3",
                "Warmtewet, met uitzondering van de artikelen 6.2 en 6.3, geldt",
            ),
        ],
    ),
    # a colon behind the word
    ("Verboden volgens de artikelen: 4.1 en 4.2.", [("artikelen: 4.1 en 4.2", "artikel 4.1+4.2", "")]),
    # a regulation that is told, not named
    (
        "Artikel 5 van het te Veldwijk gesloten verdrag.",
        [("Artikel 5", "artikel 5", "te Veldwijk gesloten verdrag")],
    ),
    # European law without article word
    ("Artikel 9 van verordening (EU) nr. 12/2014.", [("Artikel 9", "artikel 9", "verordening (EU) nr. 12/2014")]),
    # one regulation for two articles
    (
        "Artikel 10 juncto artikel 11 van de Gaswet.",
        [("Artikel 10", "artikel 10", "Gaswet"), ("artikel 11", "artikel 11", "Gaswet")],
    ),
    # the same, abbreviated
    (
        "Art. 3, eerste lid, jo. art. 5 Awb.",
        [("Art. 3, eerste lid", "artikel 3 / lid 1", "Awb"), ("art. 5", "artikel 5", "Awb")],
    ),
    # one regulation for articles that are joined by "of"
    (
        "Artikel 3, eerste lid, of artikel 4 van de wet.",
        [("Artikel 3, eerste lid", "artikel 3 / lid 1", "de wet"), ("artikel 4", "artikel 4", "de wet")],
    ),
    # one regulation for articles and a division
    (
        "De artikelen 10 en 11 en hoofdstuk 3 van de Gaswet.",
        [("artikelen 10 en 11", "artikel 10+11", "Gaswet"), ("hoofdstuk 3", "hoofdstuk 3", "Gaswet")],
    ),
    # two numbers with a regulation each
    (
        "De artikelen 3 van de Warmtewet en 7, tweede lid, van de Gaswet.",
        [
            ("artikelen 3", "artikel 3", "Warmtewet en 7, tweede lid, van de Gaswet"),
            ("7, tweede lid", "artikel 7 / lid 2", "Gaswet"),
        ],
    ),
    # the regulation named before
    (
        "Artikel 3 van de Gaswet en hoofdstuk 2 van die wet.",
        [
            ("Artikel 3", "artikel 3", "Gaswet en hoofdstuk 2 van die wet"),
            ("hoofdstuk 2", "hoofdstuk 2", "Gaswet en hoofdstuk 2 van die wet"),
        ],
    ),
    # the regulation named before, without an article
    (
        "Wie onder de Gaswet valt, meldt dit volgens artikel 8 van die wet.",
        [("artikel 8", "artikel 8", "Gaswet valt, meldt dit volgens artikel 8 van die wet")],
    ),
    # "van" that belongs to the verb
    (
        "Artikel 5 is van toepassing op artikel 6 van overeenkomstige aard.",
        [
            ("Artikel 5", "artikel 5", ""),
            ("artikel 6", "artikel 6", ""),
        ],
    ),
    # a minister is no regulation
    ("Een besluit op grond van artikel 5 van Onze Minister.", [("artikel 5", "artikel 5", "")]),
    # what the exemption is of is no regulation
    ("Ontheffing op grond van artikel 5 van de verplichting tot melden.", [("artikel 5", "artikel 5", "")]),
    # --- annexes and divisions
    # an annex
    ("De stoffen, genoemd in bijlage II, zijn verboden.", [("bijlage II", "bijlage II", "")]),
    # an annex of another regulation
    (
        "Bijlage II, onderdeel C, bij het Warmtebesluit.",
        [("Bijlage II, onderdeel C", "bijlage II / onderdeel C", "Warmtebesluit")],
    ),
    # an article of an annex
    ("Artikel 3 van bijlage II geldt.", [("Artikel 3 van bijlage II", "bijlage II / artikel 3", "")]),
    # the same, the other way round
    (
        "Bijlage II, artikel 3, eerste lid, geldt.",
        [("Bijlage II, artikel 3, eerste lid", "bijlage II / artikel 3 / lid 1", "")],
    ),
    # an annex without a number
    ("De tabel in de bijlage bij deze verordening.", [("bijlage", "bijlage", "")]),
    # the same, without saying whose
    ("De in de bijlage genoemde stoffen.", [("bijlage", "bijlage", "")]),
    # a number with a hyphen
    ("De gemeenten, genoemd in bijlage 29dd-2.", [("bijlage 29dd-2", "bijlage 29dd-2", "")]),
    # two annexes
    ("De bijlagen 1 en 2 gelden.", [("bijlagen 1", "bijlage 1", ""), ("2", "bijlage 2", "")]),
    # a chapter
    ("Hoofdstuk 4 is niet van toepassing.", [("Hoofdstuk 4", "hoofdstuk 4", "")]),
    # a title of another regulation
    ("Titel 4.3 van de Algemene wet warmte.", [("Titel 4.3", "titel 4.3", "Algemene wet warmte")]),
    # a division within a division, outermost first
    ("Hoofdstuk 4, paragraaf 2, van de wet.", [("Hoofdstuk 4, paragraaf 2", "hoofdstuk 4, paragraaf 2", "de wet")]),
    # a division within a division, innermost first
    ("Paragraaf 2 van hoofdstuk 4.", [("Paragraaf 2 van hoofdstuk 4", "hoofdstuk 4, paragraaf 2", "")]),
    # the sign
    ("Zie § 2.1.", [("§ 2.1", "paragraaf 2.1", "")]),
    # two divisions
    ("De afdelingen 3.4 en 3.5.", [("afdelingen 3.4", "afdeling 3.4", ""), ("3.5", "afdeling 3.5", "")]),
    # --- no citations
    # a person
    ("Het lid van de raad legt de eed af.", []),
    # a person, counted
    ("Het eerste lid van de commissie treedt af.", []),
    # a person, without number
    ("De leden 's avonds en de plaatsvervangende leden vergaderen.", []),
    # a lid of something that is no article
    ("Als bedoeld in voorschrift 12, lid 4.", []),
    # a thing
    ("Dit artikelnummer staat op het etiket.", []),
    # a part of speech that looks like one
    ("Artikelen die na de vervaldatum worden verkocht.", []),
    # a heading word without a number
    ("Een hoofdstuk over de titel van het boek.", []),
    # nothing at all
    ("Het is verboden op het plein te voetballen.", []),
]


def meaning(citation: Citation) -> str:
    """The parts of a citation from large to small, as the table writes them."""

    def numbers(kind: str, values: tuple[str, ...], through: bool) -> str:
        return f"{kind} {('..' if through else '+').join(values)}" if values else ""

    parts = (
        citation.annex,
        citation.division,
        citation.relative,
        numbers("artikel", citation.articles, citation.through),
        numbers("lid", citation.leden, citation.leden_through),
        numbers("onderdeel", citation.onderdelen, citation.onderdelen_through),
    )
    return " / ".join(part for part in parts if part)


@pytest.mark.parametrize(("text", "expected"), TABLE, ids=[text[:60] for text, _ in TABLE])
def test_sentence(text: str, expected: list[Expected]) -> None:
    found = [(text[citation.start : citation.end], meaning(citation), citation.regulation) for citation in find_citations(text)]
    assert found == expected


@pytest.mark.parametrize(("text", "expected"), TABLE, ids=[text[:60] for text, _ in TABLE])
def test_regulation_stands_where_it_says(text: str, expected: list[Expected]) -> None:
    for citation in find_citations(text):
        if citation.regulation:
            at = citation.regulation_start
            assert text[at : at + len(citation.regulation)] == citation.regulation
        else:
            assert citation.regulation_start == -1


def test_table_is_as_large_as_the_documentation_says() -> None:
    assert len(TABLE) >= 80
    assert len({text for text, _ in TABLE}) == len(TABLE)
