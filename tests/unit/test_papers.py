"""The papers of a model: nothing left out, nothing made up, nobody in them."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import InvalidOrganisation, UnreadableSource
from corpus.labels import clause_labels, reserved_regulations
from corpus.taxonomy import taxonomy
from models.columns import KINDS
from models.loading import released_folder
from models.packaging import save_package
from models.quality import Against, Quality, load_quality, save_quality
from service.command_line import main
from training.papers.data_card import data_card, level_of, load_snapshot
from training.papers.facts import Facts, facts_of
from training.papers.markdown import between, figure, number
from training.papers.model_card import model_card
from training.papers.organisation import Organisation, load_organisation
from training.papers.register import Entry, entry_csv, entry_json, flat, register_entry
from training.papers.standard import Field, Link, standard
from training.reviews.rows import JudgedRow, lines_of

CHECKOUT = Path(__file__).resolve().parents[2]
EXAMPLE = CHECKOUT / "deploy/organisatie.example.toml"

# "Altijd tonen: verplicht" in the manual of publication standard 1.0.
MANDATORY = {
    "name", "description_short", "organization", "status", "contact_email", "publication_category", "lang", "standard_version",
}  # fmt: skip

# A model of which nothing is known but its version.
PLAIN = {"version": "9.9.9", "data": {}, "arrays": {}, "about": {"measured": {}}}


@pytest.fixture(scope="module")
def facts() -> Facts:
    return facts_of(released_folder())


@pytest.fixture(scope="module")
def quality() -> Quality:
    quality = load_quality(released_folder())
    assert quality is not None
    return quality


@pytest.fixture(scope="module")
def organisation() -> Organisation:
    return load_organisation(EXAMPLE)


@pytest.fixture(scope="module")
def entry(facts: Facts, organisation: Organisation) -> Entry:
    return register_entry(facts, organisation)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    """A model of which nothing was measured."""
    folder = tmp_path_factory.mktemp("models") / "bare"
    save_package(folder, **PLAIN)  # type: ignore[arg-type]
    return facts_of(folder)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def row(oordeel: str, beoordelaar: str, *, soorten: tuple[str, ...] = (), **more: Any) -> JudgedRow:
        told = {
            "initiatief": "11111111-aaaa",
            "verwijzing": "BWBR0000001/artikel-1",
            "versie": "2026-01-01",
            "sha256": "0" * 64,
        }
        return JudgedRow(
            **told, oordeel=oordeel, soorten=soorten, zwaarte=int(bool(soorten)), bewijs=(), beoordelaar=beoordelaar, **{"beslecht": False, **more}
        )  # fmt: skip

    rows = [
        row("bevestigd", "reviewer-jan", soorten=("verbod",)),
        row("bevestigd", "reviewer-piet", soorten=("verbod", "plaats"), beslecht=True),
        row("afgewezen", "reviewer-jan", betreft="bepaling", dag="2026-11-01"),
        row("afgewezen", "reviewer-jan", steekproef="toeval", trekkans=0.25),
    ]
    path = tmp_path_factory.mktemp("snapshots") / "momentopname.jsonl"
    path.write_text("".join(lines_of(rows)), encoding="utf-8")
    return path


def rows_of(text: str, heading: str) -> list[list[str]]:
    """The rows of the first table under a heading, without its head."""
    part = re.split(rf"^#+ {re.escape(heading)}$", text, flags=re.MULTILINE)[1]
    block = re.search(r"(?:^\|.*\n?)+", part, flags=re.MULTILINE)
    assert block is not None
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in block.group().splitlines()[2:]]


# The standard


def test_what_is_mandatory_is_what_the_standard_says() -> None:
    assert {field.name for field in standard() if field.required} == MANDATORY


def test_every_field_is_told_by_somebody() -> None:
    for field in standard():
        assert bool(field.asked) != bool(field.text or field.links), field.name
    assert {field.name for field in standard() if field.asked} == set(Organisation.__dataclass_fields__)


def test_the_entry_holds_every_field_in_the_order_of_the_standard(entry: Entry) -> None:
    assert list(entry) == [field.name for field in standard()]
    assert {name for name in MANDATORY if not entry[name]} == set()


@pytest.mark.parametrize("field", standard(), ids=[field.name for field in standard()])
def test_no_field_is_longer_or_other_than_the_standard_allows(
    field: Field, entry: Entry, bare: Facts, organisation: Organisation
) -> None:
    for value in (entry[field.name], register_entry(bare, organisation)[field.name]):
        assert list(field.faults(value)) == []
        if isinstance(value, str):
            assert len(value) <= (field.longest or 1000)
            assert "{" not in value and "  " not in value and "<" not in value


# rows: field, value, why it is refused
REFUSED: list[tuple[str, Any, str]] = [
    ("name", "x" * 101, "has 101 characters, at most 100"),
    ("status", "in gebruik", "'in gebruik' is none of"),
    ("category", ("Verkeer", "Wonen", "Werk", "Recht"), "holds 4 values, at most 3"),
    ("category", ("Bestuur",), "'Bestuur' is none of"),
    ("category", "Verkeer", "must be a list"),
    ("name", ("Naam",), "must be text"),
    ("begin_date", "2026-13", "must be a month"),
    ("begin_date", "november 2026", "must be a month"),
    ("contact_email", "niemand", "must be an e-mail address"),
    ("website", "http://waterveen.example", "begins with https://"),
    ("lawful_basis_grouping", (Link(title="Awb"),), "has no link"),
    ("lawful_basis_grouping", (Link(title="", link="https://wetten.overheid.nl"),), "has no title"),
    ("lawful_basis_grouping", (Link(title="x" * 101, link="https://wetten.overheid.nl"),), "a title has 101 characters"),
    ("lawful_basis_grouping", (Link(title="Awb", link="wetten.overheid.nl"),), "must begin with https://"),
    ("lawful_basis_grouping", ("Awb",), "must hold tables with titel and link"),
]


@pytest.mark.parametrize(("name", "value", "why"), REFUSED)
def test_a_field_refuses(name: str, value: Any, why: str) -> None:
    field = next(field for field in standard() if field.name == name)
    assert why in "; ".join(field.faults(value))


# The entry


def test_json_and_csv_hold_the_same(entry: Entry) -> None:
    told = json.loads(entry_json(entry))
    text = entry_csv(entry)
    assert text.startswith("\ufeff")
    (line,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    assert list(line) == list(entry)
    for name, cell in line.items():
        value = told.get(name, "")
        if isinstance(value, list):
            links = [one for one in value if isinstance(one, dict)]
            value = flat(tuple(Link(**one) for one in links) if links else tuple(value))
        assert cell == value, name
    assert set(told) == {name for name, value in entry.items() if value}


def test_references_are_numbered_as_the_register_does_it() -> None:
    assert flat((Link(title="Woo", link="https://a.nl"), Link(title="DPIA"))) == "1: Woo, https://a.nl. 2: DPIA"
    assert flat(("Verkeer", "Wonen")) == "Verkeer, Wonen"


def test_the_entry_tells_the_version_and_what_was_measured(entry: Entry, facts: Facts, quality: Quality) -> None:
    told = str(entry["methods_and_models"])
    barriers = next(one for one in quality.measures if one.name == "macro_f1_barriers")
    assert f"versie {facts.version}." in told
    assert f"{figure(barriers.value)} (95%-interval {between(barriers.low, barriers.high)})" in told
    assert number(facts.data["labels"]) in str(entry["source_data"])


def test_of_a_model_that_was_not_measured_nothing_is_claimed(bare: Facts, organisation: Organisation) -> None:
    entry = register_entry(bare, organisation)
    for name in ("proportionality", "risks", "methods_and_models", "source_data"):
        text = str(entry[name])
        assert "niet gemeten" in text or "niet bewaard" in text
        assert not re.search(r"\d,\d|\d%", text), name
    assert "taalmodel opnieuw" not in str(entry["methods_and_models"])


def test_the_prose_holds_no_figures() -> None:
    for field in standard():
        assert not re.search(r"\d[.,]\d{2}|\d%", field.text), field.name
    raw = tomllib.loads((CHECKOUT / "training/papers/kaarten.toml").read_text(encoding="utf-8"))
    for card in ("model_card", "data_card"):
        for name, text in raw[card].items():
            assert not re.search(r"\d,\d|\d\.\d{3}|(?<!95)%", text), name


# The organisation

Change = Callable[[str], str]


def without(key: str) -> Change:
    """The example without a key; a value goes to the next blank line."""
    return lambda text: re.sub(rf"^{key} = [^#]*?(?=\n\n|\n#|\n[a-z_]+ = |\Z)", "", text, flags=re.MULTILINE)


def with_line(line: str) -> Change:
    key = line.partition(" = ")[0]
    return lambda text: f"{line}\n{without(key)(text)}"


# rows: what is changed in the example, what the error says
MISTAKES: list[tuple[Change, str]] = [
    *((without(key), f"missing: {key}") for key in ("organisatie", "contact", "status", "publicatiecategorie")),
    (without("wettelijke_basis"), "missing: wettelijke_basis"),
    (without("verwijzingen_wettelijke_basis"), "missing: verwijzingen_wettelijke_basis"),
    (without("toelichting_impacttoetsen"), "missing: impacttoetsen or toelichting_impacttoetsen"),
    (with_line('status = "In gebruik"'), "missing: begindatum"),
    (with_line('status = "Buiten gebruik"'), "missing: begindatum, einddatum"),
    (with_line('einddatum = "2026-11"'), "einddatum must stay empty"),
    (with_line('begindatum = "1 november"'), "begindatum must be a month"),
    (with_line("begindatum = 2026"), "begindatum must be text"),
    (with_line('contact = "bij de balie"'), "contact must be an e-mail address"),
    (with_line('thema = ["Bestuur"]'), "thema 'Bestuur' is none of"),
    (with_line('afdeling = "Ruimte"'), "unknown keys: afdeling"),
    (with_line('verwijzingen_wettelijke_basis = [{ title = "Awb" }]'), "verwijzingen_wettelijke_basis must hold tables with titel and link"),
    (with_line('organisatie = "'), "cannot be read"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "says"), MISTAKES, ids=[says for _, says in MISTAKES])
def test_a_mistake_of_an_organisation_is_named(change: Change, says: str, tmp_path: Path) -> None:
    path = tmp_path / "organisatie.toml"
    path.write_text(change(EXAMPLE.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(InvalidOrganisation) as caught:
        load_organisation(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert says in str(caught.value)


def test_everything_that_is_missing_is_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "leeg.toml"
    path.write_text("", encoding="utf-8")
    with pytest.raises(InvalidOrganisation) as caught:
        load_organisation(path)
    asked = [field.asked for field in standard() if field.required and field.asked]
    assert len(asked) == 4 and all(key in str(caught.value) for key in asked)


def test_the_example_names_every_key() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert {field.asked for field in standard() if field.asked} == set(
        re.findall(r"^(?:# )?([a-z_]+) = ", text, flags=re.MULTILINE)
    )


# The model card


def test_every_measure_stands_in_the_model_card_with_its_interval(facts: Facts, quality: Quality) -> None:
    rows = rows_of(model_card(facts), "Hoe goed het leest")
    assert [row[1:3] for row in rows] == [[figure(one.value), between(one.low, one.high)] for one in quality.measures]
    assert len({row[0] for row in rows}) == len(rows)
    assert not any("`" in row[0] for row in rows), "a measure has no Dutch name"
    both = [one.name for one in quality.measures if one.name in quality.readers]
    assert [row[3] for row in rows if row[3]] == [figure(quality.readers[name]) for name in both]


def test_every_kind_stands_in_the_model_card(facts: Facts, quality: Quality) -> None:
    rows = rows_of(model_card(facts), "Per soort")
    assert [row[0] for row in rows] == [taxonomy().kind(kind).name_nl for kind in KINDS]
    assert [row[1:] for row in rows] == [
        [number(one.positives), figure(one.precision), figure(one.recall), figure(one.f1)] for one in quality.kinds
    ]
    assert len(rows_of(model_card(facts), "Kloppen de kansen?")) == len(quality.calibration)


def test_every_figure_of_the_ranking_stands_in_the_model_card(facts: Facts) -> None:
    card = model_card(facts)
    for told in (*facts.measured["ranking"].values(), *facts.measured["ablation"].values()):
        for value, low, high in told.values():
            wanted = f"| {figure(value)} | {between(low, high) if low != high else ''} |"
            assert wanted in card
    for section in (
        "Hoe goed het zoekt",
        "Wat elke groep aanwijzingen waard is",
        "Activiteiten",
        "Hoe het is gemaakt",
        "Gegevens",
    ):
        assert not any("`" in row[0] for row in rows_of(card, section)), f"{section}: something measured has no Dutch name"


def test_the_weakest_kinds_are_named_as_what_it_misses(facts: Facts, quality: Quality) -> None:
    weakest = min(quality.kinds, key=lambda one: one.recall)
    line = next(line for line in model_card(facts).splitlines() if line.startswith("- Het mist het meest van"))
    assert line.startswith(f"- Het mist het meest van: {taxonomy().kind(weakest.kind).name_nl.lower()} (")


def test_frozen_regulations_are_shown_when_they_were_measured(facts: Facts) -> None:
    unfrozen = replace(facts, measured={**facts.measured, "frozen": {}})
    assert "is bij dit model niets gemeten" in model_card(unfrozen)
    assert "van vóór deze afspraak" in data_card(unfrozen)
    frozen = replace(facts, measured={**facts.measured, "frozen": {"macro_f1_barriers": 0.6543}})
    assert rows_of(model_card(frozen), "Op bevroren regelingen") == [["Soorten belemmering vinden (macro-F1)", "0,654"]]
    assert f"Model {facts.version} leerde daar niet van." in data_card(frozen)


def test_what_changed_since_another_model_is_told_by_kind(facts: Facts, quality: Quality) -> None:
    against = Against(version="0.0.1", clauses=1234, gains={"verbod": 3}, losses={"verbod": 1, "plaats": 2})
    card = model_card(replace(facts, quality=replace(quality, against=against)))
    assert "op 1.234 bepalingen waarop beide zijn getest: 3 keuzes werden goed en 3 werden fout." in card
    assert rows_of(card, "Versies") == [["Verbod", "3", "1"], ["Plaats", "0", "2"]]


def test_a_model_without_kept_quality_shows_what_its_manifest_knows(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(released_folder(), folder, ignore=shutil.ignore_patterns("evaluation"))
    facts = facts_of(folder)
    card = model_card(facts)
    assert [row[1] for row in rows_of(card, "Hoe goed het leest")] == [
        figure(value) for value in facts.measured["clauses"].values()
    ]
    assert "is van dit model niet bewaard" in card and "Per soort is van dit model niets bewaard" in card


def test_a_model_of_which_nothing_was_measured_has_a_card(bare: Facts) -> None:
    card = model_card(bare)
    assert "niet bewaard hoe goed het leest" in card and "niet gemeten" in card and "trage lezer" not in card


def test_measures_without_a_dutch_name_are_not_left_out(facts: Facts, quality: Quality, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(released_folder(), folder)
    save_quality(replace(quality, measures=(replace(quality.measures[0], name="new_measure"),)), folder)
    assert rows_of(model_card(facts_of(folder)), "Hoe goed het leest")[0][0] == "`new_measure`"


def test_a_model_that_was_taught_again_tells_from_what(facts: Facts, organisation: Organisation) -> None:
    lineage = {
        "champion": "0.7.0",
        "snapshot": "ab" * 32,
        "judgements": 12,
        "learnt": 5,
        "config": {"without": ["reviewer-jan"]},
    }
    data = {"labels": 10, "judged_clauses": 5}
    again = replace(facts, version="0.7.1", lineage=lineage, data=data, measured={"frozen": {"macro_f1_barriers": 0.5}})
    card = model_card(again)
    assert [row[1] for row in rows_of(card, "Opnieuw geleerd van beoordelingen")] == [f"`{'ab' * 32}`", "12", "5"]
    assert "gemaakt uit model 0.7.0" in card and "reviewer" not in card
    assert "De rest is van model 0.7.0." in data_card(again)
    told = str(register_entry(again, organisation)["source_data"])
    assert "met 10 gelabelde bepalingen, en met 5 bepalingen die mensen" in told and "van model 0.7.0" in told


def test_a_model_that_learnt_on_tells_from_what_and_nothing_of_how_a_slow_tier_is_made_anew(facts: Facts) -> None:
    on = replace(facts, config={"version": "0.9.0", "seed": 0, "clauses": {"further": "0.8.1", "plain": 0.35}})
    card = model_card(on)
    assert "Dit model is gemaakt uit model 0.8.1. Beide lezers hebben verder geleerd" in card
    assert [row[1] for row in rows_of(card, "Hoe het is gemaakt")] == ["0", "0,35"]
    assert "bepalingen zonder label waarover hij twijfelde" not in card
    again = {"further": "0.8.1", "plain": 0.35, "unlabelled": 100}
    told = model_card(replace(facts, config={"version": "0.9.0", "seed": 0, "clauses": again}))
    assert "bepalingen zonder label waarover hij twijfelde" in told
    anew = replace(facts, config={"version": "0.9.0", "seed": 0, "clauses": {"further": None, "plain": 0.35}})
    assert "verder geleerd" not in model_card(anew)


# The data card


def test_the_data_card_counts_all_labels(facts: Facts) -> None:
    card = data_card(facts)
    for section in ("Hoe bepalingen zijn gekozen", "Per overheid", "Voor wie en hoe zwaar"):
        assert sum(int(row[1].replace(".", "")) for row in rows_of(card, section)) == len(clause_labels()), section
    kinds = {row[0]: int(row[1].replace(".", "")) for row in rows_of(card, "Per soort")}
    assert kinds == {
        taxonomy().kind(kind).name_nl: sum(kind in (*label.barriers, *label.relief) for label in clause_labels())
        for kind in KINDS
    }
    assert "`" not in card, "something has no Dutch name"
    assert "EUPL" in card
    assert all(regulation in card for regulation in reserved_regulations())
    assert f"{len(reserved_regulations())} regelingen, met 0 labels:" in card


# rows: id of a regulation, level of government
LEVELS = [
    ("BWBR0005537", "rijk"),
    ("gm0307", "gemeente"),
    ("pv29", "provincie"),
    ("ws0665", "waterschap"),
    ("CVDR680781", "lokaal"),
    ("gemeenteblad", "overig"),
]


@pytest.mark.parametrize(("regulation", "level"), LEVELS)
def test_the_level_of_government_follows_from_the_id(regulation: str, level: str) -> None:
    assert level_of(regulation) == level


def test_a_snapshot_is_told_in_counts(facts: Facts, snapshot: Path) -> None:
    card = data_card(facts, load_snapshot(snapshot))
    told = dict(rows_of(card, "Beoordelingen uit het gebruik"))
    assert (told["Beoordelingen"], told["Beoordelaars"], told["Waarvan een jurist over anderen besliste"]) == ("4", "2", "1")
    assert load_snapshot(snapshot).sha256 in told["SHA-256"]
    assert "| bevestigd | 2 | 50,0% |" in card
    assert "| Verbod | 2 | 50,0% |" in card
    assert "| toevallig getrokken uit wat geen model noemde | 1 | 25,0% |" in card


def test_an_empty_snapshot_is_told_as_empty(facts: Facts, tmp_path: Path) -> None:
    path = tmp_path / "leeg.jsonl"
    path.write_text("", encoding="utf-8")
    assert dict(rows_of(data_card(facts, load_snapshot(path)), "Beoordelingen uit het gebruik"))["Beoordelingen"] == "0"


@pytest.mark.parametrize("content", [b'{"initiatief": 1}\n', b"\xff\xfe"])
def test_what_is_no_snapshot_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "stuk.jsonl"
    path.write_bytes(content)
    with pytest.raises(UnreadableSource, match=r"^stuk\.jsonl"):
        load_snapshot(path)


# The command


def test_the_command_writes_all_papers(tmp_path: Path, snapshot: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["papers", "--model", str(released_folder()), "--organisation", str(EXAMPLE), "--snapshot", str(snapshot)]
    assert main([*words, "--output", str(tmp_path / "P")], {}) == 0
    written = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "P").iterdir()}
    assert set(written) == {"modelkaart.md", "datakaart.md", "algoritmeregister.json", "algoritmeregister.csv"}
    assert capsys.readouterr().err == ""
    for name, text in written.items():
        # Nobody, and no folder of the machine they were made on.
        for told in ("reviewer-", "11111111-aaaa", str(tmp_path), str(snapshot.parent), str(released_folder()), str(CHECKOUT)):
            assert told not in text, name
        assert not re.search(r"(?<![\w:/.])/[a-z]+/", text), name
        mails = set(re.findall(r"[\w.]+@[\w.]+\.[a-z]+", text))
        assert mails <= {"algoritmes@waterveen.example"}, name
    assert main([*words, "--output", str(tmp_path / "Q")], {}) == 0
    assert {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "Q").iterdir()} == written


def test_without_an_organisation_there_are_cards_and_no_entry(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["papers", "--output", str(tmp_path)], {}) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"modelkaart.md", "datakaart.md"}
    assert "needs --organisation" in capsys.readouterr().err


def test_a_mistake_leaves_nothing_behind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "organisatie.toml"
    path.write_text('organisatie = "Gemeente Waterveen"\n', encoding="utf-8")
    assert main(["papers", "--organisation", str(path), "--output", str(tmp_path / "P")], {}) == 1
    assert "missing: status, contact, publicatiecategorie, wettelijke_basis" in capsys.readouterr().err
    assert not (tmp_path / "P").exists()
