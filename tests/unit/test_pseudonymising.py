"""The pseudonymiser as tables of input and output, and the properties that hold for every text. All people and numbers are made up."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.privacy.numbers import SIDECODES, is_valid_iban, passes_eleven_test
from service.privacy.pseudonymising import KINDS, pseudonymised, pseudonymised_parts

REPLACED = [
    # names
    ("Ik ben Anneke Hoekstra.", "Ik ben [naam 1]."),  # an opening, first name and surname
    ("Mijn naam is Xerwin Plok.", "Mijn naam is [naam 1]."),  # after an opening the name need not be known
    ("Ik heet Joost en woon hier.", "Ik heet [naam 1] en woon hier."),  # a first name alone after an opening
    ("ik ben jan de wit en woon hier", "ik ben [naam 1] en woon hier"),  # small letters
    ("ik heet fatma en woon hier", "ik heet [naam 1] en woon hier"),  # small letters, first name alone
    ("Namens Willem van den Berg vraag ik dit.", "Namens [naam 1] vraag ik dit."),  # two particles
    ("Dit vraagt mevrouw de Vries.", "Dit vraagt mevrouw [naam 1]."),  # a particle in small letters after a title
    ("Dhr. Jansen doet mee.", "Dhr. [naam 1] doet mee."),  # an abbreviated title
    ("mw. A.M. Kuipers-Blom schrijft", "mw. [naam 1] schrijft"),  # initials and a double surname
    ("De heer P.J. de Wit zit voor.", "De heer [naam 1] zit voor."),  # initials and a particle
    ("fam. Van der Laan", "fam. [naam 1]"),  # a surname that ends as a road does
    ("Meneer Dijkstra en mevrouw Hoogstraat", "Meneer [naam 1] en mevrouw [naam 2]"),  # one more, after a courteous title
    ("dr. Soerin Narain komt", "[naam 1] komt"),  # an academic title goes with the name
    ("wethouder De Jong komt", "wethouder [naam 1] komt"),  # a role before a surname
    ("Dominee Van Wijk helpt.", "Dominee [naam 1] helpt."),  # a title with a capital at the start of the sentence
    ("Voorzitter: Sjoukje Bouma.", "Voorzitter: [naam 1]."),  # a role and a colon
    ("mijn buurman Rachid El Amrani", "mijn buurman [naam 1]"),  # Moroccan, a capitalised particle
    ("Mijn vrouw Li Wei kookt.", "Mijn vrouw [naam 1] kookt."),  # names of no list after a relation
    ("Ook Gülay Demir kookt.", "Ook [naam 1] kookt."),  # Turkish; the word that starts the sentence is none of the name
    ("Hier kookt Wiesława Kowalska.", "Hier kookt [naam 1]."),  # Polish
    ("Hier woont Sherida Wijngaarde.", "Hier woont [naam 1]."),  # Surinamese
    ("Hier woont Sytse de Haan.", "Hier woont [naam 1]."),  # Frisian
    ("Hier woont Jan-Willem Bakker.", "Hier woont [naam 1]."),  # a double first name
    ("Hier woont Truus van 't Hof.", "Hier woont [naam 1]."),  # 't in a surname
    ("Hier woont Truus van ’t Hof.", "Hier woont [naam 1]."),  # the typographic apostrophe
    ("Hier woont Roos Bakker.", "Hier woont [naam 1]."),  # a first name that is also a word, before a surname
    ("samen met Mehmet, Sanne en Kevin Prins", "samen met [naam 1], [naam 2] en [naam 3]"),  # first names in a list
    ("Tjitske en Durk willen zwemmen.", "[naam 1] en [naam 2] willen zwemmen."),  # two known first names joined
    ("Zeynep is er altijd.", "[naam 1] is er altijd."),  # a known first name before a verb
    ("Ik ben Anneke Hoekstra. Bel Anneke.", "Ik ben [naam 1]. Bel [naam 1]."),  # the same person, the same number
    ("Mevrouw Bouma belt. Vraag Sjoukje Bouma.", "Mevrouw [naam 1] belt. Vraag [naam 1]."),  # surname first, then all of it
    ("Jan Bouma en Piet Bouma", "[naam 1] en [naam 2]"),  # two people with one surname
    ("Met vriendelijke groet,\nXerwin Plok", "Met vriendelijke groet,\n[naam 1]"),  # a signature
    ("Groetjes Lotte", "Groetjes [naam 1]"),  # a signature on the line
    ("Doe mee!\nKees", "Doe mee!\n[naam 1]"),  # a line that is a first name
    ("t.n.v. J. Verhage", "t.n.v. [naam 1]"),  # the holder of an account
    ("Dit is van Anna's buurman.", "Dit is van [naam 1]'s buurman."),  # the possessive stays
    ("Ik ben Zoë Visser.", "Ik ben [naam 1]."),  # an accent
    ("Bij ons woont Mevrouw\u00a0Bouma.", "Bij ons woont Mevrouw\u00a0[naam 1]."),  # a non-breaking space
    ("De bewoners: Lies, Hans en Jan v.d. Berg.", "De bewoners: [naam 1], [naam 2] en [naam 3]."),  # an abbreviated particle
    ("Jelle Hylkema, Xerwin Plok en Kees Smit", "[naam 1], [naam 2] en [naam 3]"),  # an unknown full name between two names
    # addresses
    ("Wij wonen op Meidoornstraat 14.", "Wij wonen op [adres 1]."),  # road and number
    ("Lage Dijk 7a te Wommels", "[adres 1] te Wommels"),  # two words and a letter; the town stays
    ("Wilhelminastraat 45-2", "[adres 1]"),  # an addition after a dash
    ("Wilhelminastraat 45–2", "[adres 1]"),  # a typographic dash
    ("Prins Hendrikkade 88 hs", "[adres 1]"),  # an addition in letters
    ("Esweg 2 bis te Holten", "[adres 1] te Holten"),  # bis
    ("Jan van Galenstraat 212 III", "[adres 1]"),  # a Roman floor
    ("Johan de Wittlaan 61, 1234 AB Elsloo", "[adres 1] Elsloo"),  # road named after a person, with its postcode
    ("dorpsstraat 12, Zundert", "[adres 1], Zundert"),  # small letters before a comma
    ("Buorren 22 te Reduzum", "[adres 1] te Reduzum"),  # Frisian
    ("Woonadres: Heide 4, Sevenum", "Woonadres: [adres 1], Sevenum"),  # no ending, but a word before it
    ("Heide 4, 1234 AB Sevenum", "[adres 1] Sevenum"),  # no ending, but a postcode after it
    ("postcode 2526 HJ", "postcode [adres 1]"),  # a postcode alone
    ("in 3144BV wonen wij", "in [adres 1] wonen wij"),  # without a space
    ("postcode 2526 hj", "postcode [adres 1]"),  # small letters after the word
    ("Schrijf naar Postbus 12.", "Schrijf naar [adres 1]."),  # a post box
    ("postbus 12, 3500 AA Utrecht", "[adres 1] Utrecht"),  # with its postcode
    (
        "Esweg 2 en Esweg 4, nogmaals Esweg 2.",
        "[adres 1] en [adres 2], nogmaals [adres 1].",
    ),  # the same address, the same number
    ("Het pand staat op Brink 7, naast ons.", "Het pand staat op [adres 1], naast ons."),  # a road that is only an ending
    # telephone
    ("bel 06-23456781", "bel [telefoon 1]"),  # mobile with a dash
    ("bel 0612345678", "bel [telefoon 1]"),  # in one piece
    ("bel 06 – 55 66 77 88", "bel [telefoon 1]"),  # typographic dash and spaces
    ("bel 06.98.76.54.32", "bel [telefoon 1]"),  # dots
    ("bel (058) 212 34 56", "bel [telefoon 1]"),  # fixed, parentheses
    ("bel 0566-601234", "bel [telefoon 1]"),  # four-digit area
    ("bel +31 6 12 34 56 78", "bel [telefoon 1]"),  # from abroad
    ("bel +31 (0)6 12345678", "bel [telefoon 1]"),  # with the zero between parentheses
    ("bel 0031 6 87654321", "bel [telefoon 1]"),  # 0031
    ("bel +32 470 12 34 56", "bel [telefoon 1]"),  # Belgian
    ("tel. 21 23 45", "tel. [telefoon 1]"),  # local, after the word
    ("bel 06\u00a012\u00a034\u00a056\u00a078", "bel [telefoon 1]"),  # non-breaking spaces
    # e-mail
    ("mail a.hoekstra+tuin@post.example", "mail [email 1]"),  # plus and dots
    ("MAIL@EIKENRODE.EXAMPLE", "[email 1]"),  # capitals
    ("mail anna (at) post.example", "mail [email 1]"),  # written out
    ("Mail anna@post.example.", "Mail [email 1]."),  # the full stop stays
    # BSN
    ("Mijn nummer is 111222333.", "Mijn nummer is [bsn 1]."),  # passes the test
    ("Mijn nummer is 1112.22.333.", "Mijn nummer is [bsn 1]."),  # dots
    ("Mijn nummer is 111 222 333.", "Mijn nummer is [bsn 1]."),  # spaces
    ("Mijn nummer is 111-222-333.", "Mijn nummer is [bsn 1]."),  # dashes
    ("bsn: 123456789", "bsn: [bsn 1]"),  # fails the test, but the word stands before it
    ("burgerservicenummer is 123456789", "burgerservicenummer is [bsn 1]"),  # the whole word
    ("sofinummer 12345678", "sofinummer [bsn 1]"),  # the old word, eight digits
    # IBAN
    ("NL91ABNA0417164300", "[iban 1]"),  # in one piece
    ("op NL91 ABNA 0417 1643 00 graag", "op [iban 1] graag"),  # in fours
    ("op nl91 abna 0417 1643 00 t.n.v. ons", "op [iban 1] t.n.v. ons"),  # small letters
    ("BE68 5390 0754 7034", "[iban 1]"),  # Belgian
    ("rekening NL92ABNA0417164300", "rekening [iban 1]"),  # mistyped, but the word stands before it
    # plates
    ("de auto GT-432-N", "de auto [kenteken 1]"),  # sidecode 9
    ("kenteken gt-432-n", "kenteken [kenteken 1]"),  # small letters after the word
    ("een auto, GT432N, reed", "een auto, [kenteken 1], reed"),  # no dashes near the word
    ("kenteken: GT 432 N", "kenteken: [kenteken 1]"),  # spaces after the word
    ("GT‑432‑N", "[kenteken 1]"),  # non-breaking dashes
    # dates of birth
    ("geboren 12-03-1958", "geboren [geboortedatum 1]"),  # digits
    ("geb. 3 mei 1941", "geb. [geboortedatum 1]"),  # month in letters
    ("geboren te Venlo op 7 september 1983", "geboren te Venlo op [geboortedatum 1]"),  # a town between
    ("geboortedatum: 1960-02-01", "geboortedatum: [geboortedatum 1]"),  # ISO 8601
    ("(7 september 1983 geboren te Venlo)", "([geboortedatum 1] geboren te Venlo)"),  # before the word
    # stand-ins that are there already
    ("[naam 3] en mevrouw Bouma", "[naam 3] en mevrouw [naam 4]"),  # new numbers go on after the highest
]

KEPT = [
    "Stichting De Linde vraagt subsidie.",  # a body after its word
    "Buurtvereniging Jan van Galen wil een ijsbaan.",  # a body named after a person
    "De vereniging Anna Bijl bestaat lang.",  # the same with a small letter
    "Basisschool Willem Alexander doet mee.",  # a school
    "Wij vergaderen in buurthuis De Klink.",  # a building
    "Coöperatie Kees en Co bouwt een molen.",  # a cooperative
    "Namens Stichting De Linde vragen wij dit.",  # a body after an opening
    "Namens Buurtvereniging Oost vragen wij dit.",  # one more
    "De Kerkstraat moet groener.",  # a road without a number says what it is about
    "Wij sluiten de Johan de Wittlaan af.",  # a road named after a person
    "Op het Anne Frankplein komt een bank.",  # a square named after a person
    "De G.H. Breitnerstraat wordt groen.",  # a road with initials
    "Bankje op de Burgemeester Hogguerstraat.",  # a road with a title
    "Groen langs de Prins Hendrikkade.",  # a quay
    "In de Sint Janskerk is plek.",  # a church
    "Viering 25 jarig bestaan",  # a word that ends as a road does
    "Een bank in de Czaar Peterbuurt.",  # a neighbourhood
    "Een straatfeest in Kerkstraat 14 juni.",  # a date after a road
    "Kerkstraat 40 bewoners doen mee.",  # a count after a road
    "Het fietspad 3 meter breder.",  # a road that is a thing
    "Feest Kerkstraat 2025",  # a year after a road
    "Volgens artikel 2:25 van de APV mag het niet.",  # an article of a by-law
    "Zie BWBR0005537 en CVDR123456.",  # identifiers of regulations
    "Artikel 3.3.3 van de Wlz, lid 2.",  # an article of a law
    "Artikel 10.32a, eerste lid, Wet milieubeheer",  # the same with a letter
    "ECLI:NL:RVS:2020:1234",  # a judgement
    "De begroting is 125.000 euro.",  # an amount
    "De begroting is € 111.222.333,00.",  # an amount whose digits pass the 11-proef
    "KvK-nummer 12345678",  # the number of a company
    "KvK 11122233",  # one more
    "In 2023 en 2024 waren er 12.345,67 deelnemers.",  # years and a number
    "Van 2019-2020 tot 2024-2025.",  # spans of years
    "Op 12-03-2025 om 10:00 is het feest.",  # a date that is no date of birth
    "Op zaterdag 14 juni 2025 sluiten wij de straat.",  # a date in words
    "Bel 0800-1234 of 14 058 of 112.",  # numbers of bodies
    "Perceel Sevenum K 1234 en kavel 12",  # a parcel
    "Wij willen dit in Mei of Juni doen, op Maandag.",  # months and days with a capital
    "Wij wonen in Den Haag en Amsterdam.",  # places
    "Ik ben Nederlander.",  # a people after an opening
    "Ik ben voorzitter van de buurt.",  # a role after an opening
    "Beste lezer, geachte gemeente,",  # nobody by name
    "Iris en klaver bloeien in de tuin.",  # flowers
    "Wij zijn samen sterk.",  # an opening before small letters
    "Auto's: 12 van de 10 kw.",  # numbers near the word auto
    "NL92ABNA0417164300X",  # longer than an IBAN
    "Mijn nummer is 123456789.",  # nine digits that fail the 11-proef
    "De A12 en de N356 zijn druk.",  # numbers of roads
    "Het is 30 bij 4 meter, 1000 m2.",  # measures
    "Van 10.00 tot 16.00 uur.",  # hours
    "De burgemeester en wethouders beslissen.",  # a body in small letters
    "Het College van Burgemeester en Wethouders beslist.",  # the same in capitals
    "De Omgevingswet en de Wet Markt en Overheid.",  # laws
    "[naam 1] woont op [adres 1].",  # stand-ins
    "",  # nothing
]


@pytest.mark.parametrize(("text", "expected"), REPLACED)
def test_replaced(text: str, expected: str) -> None:
    assert pseudonymised(text).text == expected


@pytest.mark.parametrize("text", KEPT)
def test_kept(text: str) -> None:
    assert pseudonymised(text).text == text


@pytest.mark.parametrize("text", [text for text, _ in REPLACED])
def test_composed_and_decomposed_letters_give_the_same(text: str) -> None:
    composed, decomposed = (pseudonymised(unicodedata.normalize(form, text)).text for form in ("NFC", "NFD"))
    assert composed == unicodedata.normalize("NFC", decomposed)


def test_a_soft_hyphen_hides_nothing() -> None:
    assert pseudonymised("bel 06-2345\u00ad6781").text == "bel [telefoon 1]"


def test_replacements_say_what_stood_where() -> None:
    result = pseudonymised("Ik ben Zoë Visser, bel 06-23456781.")
    assert [(r.kind, r.text, r.stand_in) for r in result.replacements] == [
        ("NAAM", "Zoë Visser", "[naam 1]"),
        ("TELEFOON", "06-23456781", "[telefoon 1]"),
    ]


PIECES = st.sampled_from(
    [text for text, _ in REPLACED]
    + KEPT
    + [
        "Jan",
        "Kees",
        "de",
        "van der",
        "heer",
        "mevrouw",
        "Bouma",
        "en",
        ",",
        ".",
        "(",
        ")",
        "straat",
        "Kerkstraat",
        "12",
        "1234 AB",
    ]
    + ["bsn", "06", "+31", "auto", "GT", "432", "N", "geboren", "mei", "groet", "[naam", "[naam 1]"]
    + ["\n", "\u00a0", "e\u0301", "[naam 2]", "[telefoon 9]", "\ue000", "\u0301", "–"]
)
TEXTS = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=12).map(" ".join), st.lists(PIECES, max_size=12).map("".join))


@given(TEXTS)
@example("\u0301Jan Jansen\u0301")
def test_offsets_give_the_text_back(text: str) -> None:
    result = pseudonymised(text)
    rebuilt, position = "", 0
    for replacement in result.replacements:
        assert position <= replacement.start < replacement.end
        assert text[replacement.start : replacement.end] == replacement.text
        assert replacement.kind in KINDS
        rebuilt += text[position : replacement.start] + replacement.stand_in
        position = replacement.end
    assert rebuilt + text[position:] == result.text


@given(TEXTS)
def test_a_second_time_changes_nothing(text: str) -> None:
    once = pseudonymised(text).text
    again = pseudonymised(once)
    assert again.text == once
    assert again.replacements == ()


SENTENCES = st.sampled_from(
    ["Het nummer is {}.", "{} hoort bij mij", "Zie ({}), dank u.", "Wij gebruiken {} voor de tuin\nen meer."]
)


@st.composite
def bsns(draw: st.DrawFn) -> str:
    """A number that passes the 11-proef: eight digits are free, the ninth follows from them where it can."""
    eight = draw(st.from_regex(r"[0-9]{8}", fullmatch=True))
    ninth = sum(weight * int(digit) for weight, digit in zip(range(9, 1, -1), eight, strict=True)) % 11
    if ninth == 10 or eight == "00000000":
        return "111222333"
    return f"{eight}{ninth}"


@given(SENTENCES, bsns(), st.sampled_from(["", " ", ".", "-"]))
def test_a_valid_bsn_is_always_found(sentence: str, bsn: str, sign: str) -> None:
    assert passes_eleven_test(bsn)
    written = sign.join((bsn[:3], bsn[3:6], bsn[6:]))
    assert pseudonymised(sentence.format(written)).text == sentence.format("[bsn 1]")


@given(
    SENTENCES,
    st.from_regex(r"[A-Z]{4}", fullmatch=True),
    st.from_regex(r"[0-9]{10}", fullmatch=True),
    st.booleans(),
    st.booleans(),
)
def test_a_valid_iban_is_always_found(sentence: str, bank: str, account: str, spaces: bool, small: bool) -> None:
    number = int("".join(str(int(character, 36)) for character in f"{bank}{account}NL00"))
    iban = f"NL{98 - number % 97:02d}{bank}{account}"
    assert is_valid_iban(iban)
    written = " ".join(iban[i : i + 4] for i in range(0, 18, 4)) if spaces else iban
    assert pseudonymised(sentence.format(written.lower() if small else written)).text == sentence.format("[iban 1]")


@given(SENTENCES, st.sampled_from(SIDECODES), st.data())
def test_a_plate_of_every_sidecode_is_always_found(sentence: str, code: str, data: st.DataObject) -> None:
    letters, digits = st.sampled_from("BDFGHJKLNPRSTVXZ"), st.sampled_from("0123456789")
    plate = "".join(data.draw(letters if sign == "X" else digits) if sign != "-" else "-" for sign in code)
    assert pseudonymised(sentence.format(plate)).text == sentence.format("[kenteken 1]")
    assert pseudonymised(f"kenteken {plate.replace('-', '')}, rood").text == "kenteken [kenteken 1], rood"


@settings(deadline=None)
@given(st.integers(min_value=100_000_000, max_value=999_999_999))
def test_the_eleven_test_sees_every_single_mistake(number: int) -> None:
    digits = str(number)
    if passes_eleven_test(digits):
        others = [digits[:i] + str((int(digits[i]) + 1) % 10) + digits[i + 1 :] for i in range(9)]
        assert not any(map(passes_eleven_test, others))


@pytest.mark.parametrize(
    "unit",
    [
        "woord ",
        "A",
        "Ab ",
        "1",
        "1 ",
        "0",
        "Jan en ",
        "a@",
        "a.",
        "J.",
        "NL91",
        "Aa van ",
        "(0)",
        "12-",
        "Kerkstraat 1 ",
        "e\u0301",
    ],
)
def test_hostile_lengths_come_to_an_end(unit: str) -> None:
    """A hundred thousand characters of one kind: a rule that grows with the square of them would not end in the test's time."""
    text = (unit * 100_000)[:100_000]
    once = pseudonymised(text).text
    assert pseudonymised(once).text == once


@pytest.mark.parametrize(
    ("title", "story", "expected"),
    [
        # named in full in the story, and by that known in the title
        (
            "Tuin van Wietske Dijkstra",
            "Ik ben Wietske Dijkstra en wil een tuin.",
            ("Tuin van [naam 1]", "Ik ben [naam 1] en wil een tuin."),
        ),
        # by part of the name, later
        (
            "Een tuin",
            "Ik ben Wietske Dijkstra. Bel Wietske of Dijkstra.",
            ("Een tuin", "Ik ben [naam 1]. Bel [naam 1] of [naam 1]."),
        ),
        # nobody is named in full: a garden may be called so
        ("Tuin van Wietske", "Wij willen een tuin.", ("Tuin van Wietske", "Wij willen een tuin.")),
        # nothing to replace, and empty parts
        ("", "", ("", "")),
    ],
)
def test_title_and_story_are_read_together(title: str, story: str, expected: tuple[str, str]) -> None:
    assert pseudonymised_parts(title, story) == expected
