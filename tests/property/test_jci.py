"""Juriconnect identifiers survive being written and read, whatever the numbers of the parts are."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.references.jci import VERSIONS, Jci, format_jci, jci_of, parse_jci, ref_of

DATES = st.just("") | st.dates(min_value=date(1814, 1, 1), max_value=date(2199, 12, 31)).map(date.isoformat)
REGULATIONS = st.from_regex(r"BWB[RVW][0-9]{7}", fullmatch=True)
PART_NAMES = st.sampled_from(
    ["hoofdstuk", "titeldeel", "afdeling", "paragraaf", "sub-paragraaf", "artikel", "lid", "o", "bijlage", "aanwijzing"]
)
# Any text but lone surrogates: reserved characters, spaces, signs and letters outside ASCII included.
VALUES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
JCIS = st.builds(
    Jci,
    version=st.sampled_from(VERSIONS),
    kind=st.sampled_from(["c", "v"]),
    id=REGULATIONS,
    parts=st.lists(st.tuples(PART_NAMES, VALUES), max_size=6).map(tuple),
    z=DATES,
    g=DATES,
    s=DATES,
    e=DATES,
)
NUMBERS = st.from_regex(r"[0-9]{1,3}(:[0-9]{1,3}|\.[0-9]{1,2})?[a-z]?", fullmatch=True)
REFS = st.builds(
    lambda regulation, annex, article, lid, item: "/".join([regulation, *annex, article, *lid, *item]),
    REGULATIONS,
    st.lists(st.from_regex(r"bijlage-[IVX]{1,3}", fullmatch=True), max_size=1),
    NUMBERS.map(lambda number: f"artikel-{number}"),
    st.lists(st.from_regex(r"lid-[0-9]{1,2}[a-z]?", fullmatch=True), max_size=1),
    st.lists(st.from_regex(r"onderdeel-[a-z0-9]{1,2}", fullmatch=True), max_size=1),
)


@given(JCIS)
def test_reading_undoes_writing(jci: Jci) -> None:
    assert parse_jci(format_jci(jci)) == jci


@given(JCIS)
def test_written_form_needs_no_further_escaping(jci: Jci) -> None:
    written = format_jci(jci)
    assert written.isascii()
    assert not any(character.isspace() or character in "\"'<>#?/" for character in written)


@given(JCIS, st.sampled_from(["https://wetten.overheid.nl/", "http://wetten.overheid.nl/id/", "BWB://"]))
def test_reading_from_an_address(jci: Jci, address: str) -> None:
    assert parse_jci(f"{address}{format_jci(jci)}") == jci
    assert parse_jci(f"{address}{format_jci(jci)}#top") == jci


@given(JCIS)
def test_reading_what_html_escaped(jci: Jci) -> None:
    assert parse_jci(format_jci(jci).replace("&", "&amp;")) == jci


@given(st.text(max_size=80) | st.from_regex(r"(jci)?1\.[0-9]+:[a-z]:BWBR[0-9]{4,8}.{0,40}"))
def test_nonsense_gives_a_clear_error_or_a_valid_identifier(text: str) -> None:
    try:
        jci = parse_jci(text)
    except ValueError as error:
        # One clear sentence, not the message of some codec.
        assert "codec" not in str(error)
        assert len(str(error)) > 20
    else:
        assert parse_jci(format_jci(jci)) == jci


@given(REFS, DATES)
def test_refs_survive_as_identifiers(ref: str, day: str) -> None:
    jci = jci_of(ref, date=day)
    assert (jci.z, jci.g) == (day, day)
    assert ref_of(jci) == ref
    assert ref_of(parse_jci(format_jci(jci))) == ref


def test_parts_and_dates_are_told_apart() -> None:
    jci = parse_jci("jci1.3:c:BWBR0005537&hoofdstuk=4&artikel=4:25&lid=1&z=2020-01-01&g=2019-07-01")
    assert jci == Jci(
        id="BWBR0005537",
        parts=(("hoofdstuk", "4"), ("artikel", "4:25"), ("lid", "1")),
        z="2020-01-01",
        g="2019-07-01",
    )
    assert ref_of(jci) == "BWBR0005537/artikel-4:25/lid-1"


def test_dates_may_stand_before_the_parts() -> None:
    assert parse_jci("jci1.31:c:BWBR0012345&g=2005-01-01&artikel=3.1").parts == (("artikel", "3.1"),)


def test_items_may_lie_within_items() -> None:
    jci = parse_jci("jci1.3:c:BWBR0002365&bijlage=1&o=A&o=10")
    assert ref_of(jci) == "BWBR0002365/bijlage-1/onderdeel-A/onderdeel-10"


def test_version_1_0_goes_without_its_prefix() -> None:
    assert parse_jci("1.0:v:BWBR0011823&artikel=8") == Jci(version="1.0", kind="v", id="BWBR0011823", parts=(("artikel", "8"),))


def test_an_address_may_be_encoded_as_a_whole() -> None:
    address = "https://example.org/go?to=jci1.3%3Ac%3ABWBR0005537%26artikel%3D4%3A25"
    assert ref_of(parse_jci(address)) == "BWBR0005537/artikel-4:25"


def test_spaces_in_numbers_are_underscores() -> None:
    assert ref_of(parse_jci("jci1.3:c:BWBR0004627&artikel=K_8&lid=2")) == "BWBR0004627/artikel-K-8/lid-2"
    assert format_jci(jci_of("BWBR0004627/artikel-Ya-48", date="")) == "jci1.3:c:BWBR0004627&artikel=Ya_48"
    assert format_jci(jci_of("BWBR0004627/bijlage-31b-2", date="")) == "jci1.3:c:BWBR0004627&bijlage=31b-2"


def test_only_divisions_keep_the_innermost() -> None:
    assert ref_of(parse_jci("jci1.3:c:BWBR0005537&hoofdstuk=3&afdeling=3.5")) == "BWBR0005537/afdeling-3.5"
    assert ref_of(parse_jci("jci1.3:c:BWBR0005288&boek=5&titeldeel=4")) == "BWBR0005288/titel-4"
    assert ref_of(parse_jci("jci1.3:c:BWBR0005537")) == "BWBR0005537"


def test_what_the_standard_has_no_name_for_points_at_what_contains_it() -> None:
    assert format_jci(jci_of("BWBR0024096/afdeling-25.1/tekst-2", date="")) == "jci1.3:c:BWBR0024096&afdeling=25.1"
    assert format_jci(jci_of("BWBR0024096/artikel-3~2/lid-1", date="")) == "jci1.3:c:BWBR0024096&artikel=3&lid=1"
    assert format_jci(jci_of("BWBR0024096/titel-4.2", date="")) == "jci1.3:c:BWBR0024096&titeldeel=4.2"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no JCI in ''"),
        ("artikel 5 van de Warmtewet", "no JCI in"),
        ("jci9.9:c:BWBR0005537", "not a JCI version: '9.9'"),
        ("jci1.3:q:BWBR0005537", "not a kind of JCI: 'q'"),
        ("jci1.3:c:CVDR123", "not a BWB identifier: 'CVDR123'"),
        ("jci1.3:c:BWBR0005537artikel", "not a BWB identifier"),
        ("jci1.3:c:BWBR0005537;artikel=3", "expected & after"),
        ("jci1.3:c:BWBR0005537&artikel", "expected name=number, found 'artikel'"),
        ("jci1.3:c:BWBR0005537&artikel=", "the part 'artikel' has no number"),
        ("jci1.3:c:BWBR0005537&Artikel=3", "not the name of a part of a regulation: 'Artikel'"),
        ("jci1.3:c:BWBR0005537&artikel=art. 30", "must be percent-encoded"),
        ("jci1.3:c:BWBR0005537&artikel=%FF", "not percent-encoded UTF-8"),
        ("jci1.3:c:BWBR0005537&z=1-1-2020", "the date z='1-1-2020' is not written as 2020-01-31"),
        ("jci1.3:c:BWBR0005537&z=20200101", "is not written as 2020-01-31"),
        ("jci1.3:c:BWBR0005537&z=2020-02-30", "is not written as 2020-01-31"),
        ("jci1.3:c:BWBR0005537&z=2020-01-01&z=2020-01-01", "the date 'z' occurs twice"),
        ("jci1.3:c:BWBR0005537&g=", "the date 'g' is empty"),
        ("see jci1.3:c:BWBR0005537", "is neither a JCI nor an address that contains one"),
    ],
)
def test_mistakes_are_named(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        parse_jci(text)


@pytest.mark.parametrize("ref", ["CVDR680781/artikel-1", "BWBR0005537/kolom-3", "artikel-3"])
def test_refs_without_counterpart_are_refused(ref: str) -> None:
    with pytest.raises(ValueError, match="not a BWB identifier|JCI has no name for"):
        jci_of(ref, date="")
