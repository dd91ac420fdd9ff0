"""The parts of a model: activities, evidence, variants, room, packaging, and the released model as it ships."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from safetensors.numpy import load_file, save, save_file

from corpus.activities import activities
from corpus.errors import InvalidModel
from corpus.store import Store
from corpus.taxonomy import taxonomy
from models import activity_classifier, vectorising
from models.activities import ActivityModel
from models.clauses import ClauseModel, not_settled
from models.columns import ADDRESSEES, BARRIERS, COLUMN, COLUMNS, KINDS, QUALIFICATIONS
from models.evidence import EvidenceFinder
from models.explaining import place_of, reason
from models.flagging import Flagger
from models.index import load_index
from models.indexing import build_index
from models.initiatives import InitiativeText
from models.joint import Curve
from models.loading import Model, load_model, released_folder, save_model
from models.packaging import open_package, package_key
from models.ranking import CONTENT_SIGNALS
from models.regulated import LEAST, RegulatedClassifier
from models.terms import Vocabulary
from models.variants import grouped
from models.vectorising import ClauseText, unfitted
from models.words import WORD, stem
from service.command_line import main
from training.regulated_fitting import Sections, fit_regulated, measure_regulated

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model()


def test_the_taxonomy_is_complete() -> None:
    known = taxonomy()
    assert (len(known.barriers), len(known.reliefs), len(known.qualifications)) == (13, 5, 8)
    for kind in (*known.barriers, *known.reliefs):
        assert kind.definition_nl.endswith(".") and kind.definition_en.endswith(".") and kind.example_nl.endswith(".")
        assert kind.name_nl and kind.name_en and kind.reason_nl and kind.reason_en
    codes = {kind.code for kind in (*known.barriers, *known.reliefs)}
    assert all(set(value.kinds) <= codes for value in known.qualifications)
    assert len(set(COLUMNS)) == len(COLUMNS)


def test_the_activities_are_complete() -> None:
    known = activities()
    assert len(set(known.codes)) == len(known.all) >= 75
    for activity in known.all:
        assert len(activity.lay) >= 4 and len(activity.legal) >= 4, activity.code
        assert len(set(activity.lay)) == len(activity.lay) and len(set(activity.legal)) == len(activity.legal)


DETECTED = [
    ("We zetten een biertap neer en schenken wijn.", "alcohol-schenken"),
    ("De straat gaat dicht, er komen dranghekken.", "straat-afsluiten"),
    ("Met vuurkorven en een kampvuur.", "vuur-stoken"),
    ("400 zonnepanelen op een dak", "zonnepanelen"),
    ("Een busje met een chauffeur rijdt ouderen naar het dorp.", "personenvervoer"),
    ("We gaan langs de deuren met een collecte.", "geld-inzamelen"),
    ("Voor onze kano's zoeken we een plek.", "varen"),
]


@pytest.mark.parametrize(("text", "code"), DETECTED)
def test_activities_with_the_words_that_prove_them(text: str, code: str) -> None:
    found = {one.code: one for one in ActivityModel().detect(text)}
    assert code in found
    for mention in found[code].evidence:
        assert text[mention.start : mention.end] == mention.text


def test_a_word_that_only_begins_alike_proves_nothing() -> None:
    """ "Straat" has the stem of "straatfeest"."""
    assert "evenement" not in {one.code for one in ActivityModel().detect("In onze straat wonen veel mensen.")}


def test_a_clause_regulates_activities_also_through_its_heading() -> None:
    known = ActivityModel()
    matrix = known.phrase_matrix(
        [
            ClauseText(text="Het verstrekken van alcoholhoudende drank."),
            ClauseText(text="Dit mag.", heading="Vuurwerk"),
            ClauseText(text="Dit mag."),
        ]
    ).toarray()
    assert matrix[0, known.codes.index("alcohol-schenken")] > 0.3
    assert matrix[1, known.codes.index("vuurwerk")] > 0.3
    assert matrix[2].sum() == 0
    assert matrix.max() <= 1


def test_a_clause_regulates_what_sections_like_it_regulate(model: Model) -> None:
    """By words that no phrase of the list holds."""
    clauses = [
        ClauseText(text="De bestuurder van een taxi heeft een pas.", heading="Pas", title="Besluit vervoer"),
        ClauseText(text="Het bestuur bestaat uit vijf leden.", heading="Samenstelling", title="Instellingsbesluit adviesraad"),
    ]
    features, place = model.describe(clauses), model.activities.codes.index("personenvervoer")
    assert model.activities.phrase_matrix(clauses)[0, place] == 0
    assert features.activities[0, place] > 0.5
    assert features.activities[1].max() < 0.3
    assert features.activities.max() <= 1 and features.activities.data.min() >= LEAST


def test_what_was_learnt_of_sections_survives_half_precision() -> None:
    made = np.random.default_rng(0)
    learnt = RegulatedClassifier(
        stems=made.normal(size=(7, 3)).astype(np.float32), phrases=np.eye(3, dtype=np.float32), bias=np.zeros(3, np.float32)
    )
    again = RegulatedClassifier.from_arrays(learnt.to_arrays())
    words, phrases = sp.csr_matrix(made.random((5, 7))), sp.csr_matrix(made.random((5, 3)))
    assert np.allclose(again.matrix(words, phrases).toarray(), learnt.matrix(words, phrases).toarray(), atol=0.01)


def test_ridge_over_sections_finds_what_goes_together_and_is_measured_on_others() -> None:
    """Stem 0 goes with activity 0, stem 1 with activity 1; stem 2 with nothing."""
    rows = np.tile(np.eye(3), (20, 1))
    sections = Sections(
        regulations=[f"R{row % 10}" for row in range(60)],
        stems=sp.csr_matrix(rows),
        phrases=sp.csr_matrix((60, 2)),
        targets=rows[:, :2].astype(np.float32),
    )
    learnt = fit_regulated(sections).matrix(sp.csr_matrix(np.eye(3)), sp.csr_matrix((3, 2))).toarray()
    assert learnt[0, 0] > 0.9 and learnt[1, 1] > 0.9 and learnt[[0, 1, 2, 2], [1, 0, 0, 1]].max() < 0.1
    measured = measure_regulated(sections)
    assert measured["both"]["label_ranking_average_precision"] == 1.0
    assert measured["phrases"]["average_precision"] < 0.5
    assert sections.without({"R0", "R1"}).targets.shape == (48, 2)


JUDGED = [
    ("Het is verboden zonder vergunning van de burgemeester een feest te houden.", "vergunningplicht"),
    ("De organisator meldt het feest ten minste tien dagen vooraf bij het college.", "meldingsplicht"),
    ("Overtreding van dit artikel wordt gestraft met een geldboete van de tweede categorie.", "handhaving"),
    ("Het college kan van het eerste lid ontheffing verlenen.", "ontheffing"),
    ("Het eerste lid is niet van toepassing op een markt met minder dan tien kramen.", "vrijstelling"),
]


@pytest.mark.parametrize(("text", "kind"), JUDGED)
def test_plain_clauses_are_understood(model: Model, text: str, kind: str) -> None:
    (row,) = model.clauses.probabilities([ClauseText(text=text)])
    assert kind in model.clauses.judge(row).decided


@pytest.mark.parametrize(
    ("chances", "least", "read"),
    [
        ({}, 0.0, True),  # nothing is settled where nothing may be
        ({}, 0.01, False),
        ({"verbod": 0.4}, 0.35, True),
        ({"verbod": 0.3}, 0.35, False),
        (dict.fromkeys(KINDS[:4], 0.12), 0.35, True),  # 1 - 0.88 to the fourth is 0.40
        (dict.fromkeys(KINDS[:3], 0.12), 0.35, False),
        ({"any": 0.3, "plaats": 0.1}, 0.35, True),
        ({**dict.fromkeys(ADDRESSEES, 0.9), **dict.fromkeys(QUALIFICATIONS, 0.9)}, 0.35, False),  # these every clause has
    ],
)
def test_what_is_likely_to_hold_something_is_read_again(chances: dict[str, float], least: float, read: bool) -> None:
    values = np.full((2, len(COLUMNS)), -25.0, dtype=np.float32)
    for name, chance in chances.items():
        values[1, COLUMN[name]] = np.log(chance / (1 - chance))
    assert not_settled(values, least).tolist() == [least == 0, read]


def test_people_are_told_how_often_it_is_right_and_kinds_are_decided_as_before(model: Model, tmp_path: Path) -> None:
    plain = replace(model.clauses, curve=None)
    half = replace(plain, curve=Curve(slopes=np.array([2.0, 0.5, 0.25, 0.75], dtype=np.float32), level=-0.5))
    read = plain.probabilities([ClauseText(text=text) for text, _ in JUDGED])
    for one, other in zip(plain.judge_all(read), half.judge_all(read), strict=True):
        assert (one.decided, one.doubtful, one.level) == (other.decided, other.doubtful, other.level)
        assert (one.addressee, one.qualifications, one.any_strength) == (
            other.addressee,
            other.qualifications,
            other.any_strength,
        )
        for kind, chance in {**one.barriers, **one.relief}.items():
            told, odds = {**other.barriers, **other.relief}[kind], float(np.log(max(chance, 1e-4) / (1 - min(chance, 0.9999))))
            by_hand = np.interp(odds, [-12.0, -3.0, -1.0, 1.0, 12.0], [-19.75, -1.75, -0.75, -0.25, 8.0])
            assert chance < 0.001 or told == pytest.approx(1 / (1 + np.exp(-by_hand)), abs=0.01)
    assert plain.told(read) is read
    save_model(replace(model, clauses=half), tmp_path / "M", about={})
    again = load_model(tmp_path / "M").clauses
    assert np.array_equal(again.told(read), half.told(read)) and not np.array_equal(half.told(read), read)
    arrays = load_file(tmp_path / "M/clauses.safetensors")
    rewrite(tmp_path / "M", clauses_safetensors=save(arrays | {"curve.knots": arrays["curve.knots"] + 1}))
    with pytest.raises(InvalidModel, match="bends elsewhere"):
        load_model(tmp_path / "M")


def test_probabilities_hold_together(model: Model) -> None:
    rows = model.clauses.probabilities([ClauseText(text=text) for text, _ in JUDGED] + [ClauseText(text="")])
    assert rows.shape == (6, len(COLUMNS))
    assert ((rows >= 0) & (rows <= 1)).all()
    assert np.allclose(rows[:, [COLUMN[name] for name in ADDRESSEES]].sum(axis=1), 1, atol=1e-5)
    strengths = rows[:, [COLUMN[name] for name in ("any", "substantial", "stopping")]]
    assert (np.diff(strengths, axis=1) <= 1e-6).all()
    assert model.clauses.probabilities([]).shape == (0, len(COLUMNS))


def test_evidence_is_a_phrase_of_the_clause(model: Model) -> None:
    finder = EvidenceFinder(model.clauses)
    text = "De aanvrager bewoont een huis. Het is verboden zonder vergunning van het college een boom te vellen."
    for marks in (None, *model.clauses.read([ClauseText(text=text)]).marks):
        found = finder.find(ClauseText(text=text), ["vergunningplicht"], marks)
        assert 1 <= len(found) <= 2
        for one in found:
            assert text[one.start : one.end] == one.text
            assert 2 <= len(one.text.split()) <= 8
        assert "vergunning" in found[0].text and found[0].kind == "vergunningplicht"
    assert finder.find(ClauseText(text=""), ["vergunningplicht"]) == []
    assert finder.find(ClauseText(text="Vergunning"), ["vergunningplicht"]) == []
    assert finder.find(ClauseText(text=text), []) == []


def test_clauses_under_one_heading_are_read_as_each_by_itself(model: Model) -> None:
    texts = ("Het is verboden vuur te stoken.", "Het college kan ontheffing verlenen.", "Het is verboden vuur te stoken.")
    clauses = [
        ClauseText(text=text, heading=heading, title="Verordening") for text in texts for heading in ("Vuur", "", "Vuur")
    ]
    features = model.clauses.fast.vectoriser
    each = sp.vstack([features.transform([clause]) for clause in clauses])
    assert (features.transform(clauses) != each).nnz == 0


def test_evidence_of_a_long_text_is_a_phrase_of_what_was_read(model: Model) -> None:
    text = (
        "Het is verboden zonder vergunning van het college een evenement te houden. " + "De avond valt over de velden. " * 400
    )
    clause = ClauseText(text=text, heading="Evenementen", title="Verordening")
    judgement = model.clauses.read([clause])
    marks = judgement.marks[0]
    assert marks is not None and marks.ends[-1] < len(text) / 4
    found = EvidenceFinder(model.clauses).find(clause, ["vergunningplicht"], marks)
    short = ClauseText(text=text[: int(marks.ends[-1]) + 500], heading="Evenementen", title="Verordening")
    assert found and found == EvidenceFinder(model.clauses).find(short, ["vergunningplicht"], marks)


def test_the_runs_that_evidence_weighs_are_those_of_the_vocabulary(model: Model) -> None:
    """Looked up word after word, or joined and looked up whole."""
    finder, blocks = EvidenceFinder(model.clauses), model.clauses.fast.vectoriser.blocks_
    offset = len(blocks["words"].vocabulary_)
    for text, _ in JUDGED:
        words = np.array([match.span() for match in WORD.finditer(text)], dtype=np.int64)
        said = [text[start:end].lower() for start, end in words]
        for first, last in ((0, len(words) - 1), (3, 5)):
            begin, nearby = max(0, first - 2), said[max(0, first - 2) : last + 3]
            plain = []
            for name, longest, start, forms in (("words", 3, 0, nearby), ("stems", 2, offset, [stem(word) for word in nearby])):
                known, idf = blocks[name].vocabulary_, blocks[name].idf_
                for length in range(1, longest + 1):
                    for place in range(len(forms) - length + 1):
                        run = " ".join(forms[place : place + length])
                        if run in known:
                            plain.append((start + known[run], begin + place, length, float(idf[known[run]]) / length))
            found = finder._runs(text, words, first, last)
            assert plain == list(
                zip(found.rows.tolist(), found.starts.tolist(), found.lengths.tolist(), found.shares.tolist(), strict=True)
            )
            assert plain, "something is weighed"


def test_variants_are_of_other_regulations() -> None:
    text = "Het is verboden zonder vergunning een steiger te plaatsen in een oppervlaktewaterlichaam"
    texts = [text, text + ".", text, "Iets heel anders over kippen en geiten"]
    assert grouped([1, 2, 3, 4], texts, ["a", "b", "a", "c"]) == [[1, 2], [3], [4]]


@pytest.mark.parametrize(
    ("ref", "place"),
    [
        ("BWBR1/artikel-5/lid-2", "artikel 5, tweede lid, Wet X"),
        ("BWBR1/bijlage-II/artikel-2/onderdeel-18", "bijlage II, artikel 2, onderdeel 18, Wet X"),
        ("BWBR1/artikel-5/lid-1a~2", "artikel 5, 1ae lid, Wet X"),
    ],
)
def test_where_a_clause_stands(ref: str, place: str) -> None:
    assert place_of(ref, "Wet X") == place


def test_a_reason_claims_no_more_than_was_found() -> None:
    plain = reason(kinds=(), evidence=(), activity=None, place="artikel 1, Wet X")
    assert plain == "Deze bepaling kan voor u gelden (artikel 1, Wet X)."


@pytest.fixture(scope="module")
def flagger(tmp_path_factory: pytest.TempPathFactory, model: Model) -> Flagger:
    folder = tmp_path_factory.mktemp("store") / "S"
    assert main(["corpus", "add", str(CHECKOUT / "corpus/sample/regelingen"), "--store", str(folder)], {}) == 0
    store = Store(folder)
    return Flagger(store, model, build_index(store, model_folder=released_folder()))


def test_room_stands_beside_the_barrier(flagger: Flagger) -> None:
    """The permit for events has its exceptions in the second lid, and in the rules for small events."""
    row = flagger.space.refs.index("CVDR900001/artikel-2:4/lid-1")
    found = [room.ref for room in flagger._room.beside(row)]
    assert "CVDR900001/artikel-2:4/lid-2" in found
    assert "CVDR900001/artikel-2:3/lid-5" in found


def test_near_identical_clauses_can_be_flags_of_their_own(flagger: Flagger) -> None:
    initiative = InitiativeText(
        id="x", titel="Straatfeest", omschrijving="met muziek, een biertap en een tent", gemeente="Waterveen"
    )
    one, apart = flagger.flag(initiative, top=50), flagger.flag(initiative, top=50, ungrouped=True)
    assert len(one["flags"]) <= 50 and len(apart["flags"]) <= 50
    assert all(not flag["variants"] for flag in apart["flags"])
    assert [flag["p"] for flag in one["flags"]][0] == apart["flags"][0]["p"]


ODD = [
    "xxxxxxxxxxxx",
    "I would like to sell beer in the street, please",
    "ik ben zo boos!!! alles kan mij gestolen worden",
    "woord " * 20_000,
]


@pytest.mark.parametrize("text", ODD, ids=["nonsense", "English", "emotional", "20,000 words"])
def test_odd_initiatives_get_an_honest_answer(flagger: Flagger, text: str) -> None:
    answer = flagger.flag(InitiativeText(id="x", titel="Plan", omschrijving=text, gemeente="Waterveen"), top=10)
    assert answer["coverage"]["searched"]
    assert all(0 <= flag["p"] <= 1 for flag in answer["flags"])


def test_an_empty_store_answers_that_nothing_was_searched(tmp_path: Path, model: Model) -> None:
    (tmp_path / "a.jsonl").write_text(
        json.dumps({"ref": "X/1", "title": "Y", "level": "provincie", "heading": "", "text": "Het mag."}) + "\n"
    )
    assert main(["corpus", "add", str(tmp_path / "a.jsonl"), "--store", str(tmp_path / "S")], {}) == 0
    store = Store(tmp_path / "S")
    flagger = Flagger(store, model, build_index(store, model_folder=released_folder()))
    answer = flagger.flag(InitiativeText(id="x", titel="Straatfeest", omschrijving="met een biertap"))
    assert "geen gemeentelijke regelingen geladen" in answer["coverage"]["missing"]


STREET = "Op 28 juni zetten wij de straat af voor 150 gasten, met een biertap en een bandje tot 23 uur."


def test_what_stands_beside_a_flag_is_found_in_the_story_and_the_clause(flagger: Flagger) -> None:
    initiative = InitiativeText(id="x", titel="Straatfeest", omschrijving=STREET, gemeente="Waterveen", datum="2026-06-28")
    answer = flagger.flag(initiative, top=30)
    assert any(flag["changes"] for flag in answer["flags"]) and any(flag["limits"] for flag in answer["flags"])
    told = {one["code"] for one in answer["activities"]}
    for flag in answer["flags"]:
        assert all(initiative.text[one["start"] : one["end"]] == one["text"] for one in flag["story"])
        assert {change["without"] for change in flag["changes"]} <= told
        clause = flagger._store.clause(flag["ref"])
        for limit in flag["limits"]:
            assert limit["clause"] in clause.text and limit["story"] in initiative.text
        assert flag["reason_en"].isascii() or "«" in flag["reason_en"]


def test_the_index_is_made_once_and_per_part(tmp_path: Path, model: Model) -> None:
    row = {"ref": "X/1", "title": "Y", "level": "rijk", "heading": "", "text": "Het is verboden."}

    def add_and_index(number: int) -> tuple[list[int], int]:
        (tmp_path / "a.jsonl").write_text(json.dumps(row | {"ref": f"X{number}/1"}) + "\n")
        assert main(["corpus", "add", str(tmp_path / "a.jsonl"), "--store", str(tmp_path / "S")], {}) == 0
        told: list[int] = []
        store = Store(tmp_path / "S")
        folder = build_index(store, model_folder=released_folder(), on_chunk=lambda _, count: told.append(count))
        return told, len(list(folder.iterdir()))

    assert [add_and_index(0), add_and_index(1)] == [([1], 1), ([1], 2)]


def test_an_index_belongs_to_one_model_and_not_to_its_version(tmp_path: Path, model: Model) -> None:
    weights = model.clauses.fast.weights.copy()
    weights[0, 0] += 1.0
    other = replace(model, clauses=replace(model.clauses, fast=replace(model.clauses.fast, weights=weights)))
    for name, made in (("one", model), ("measured", model), ("other", other)):
        save_model(made, tmp_path / name, about={"measured": name})
    one, measured, changed = (package_key(tmp_path / name) for name in ("one", "measured", "other"))
    assert one == measured != changed, "what was measured changes no model"
    assert one.startswith(f"{model.version}-") and changed.startswith(f"{model.version}-")
    with pytest.raises(InvalidModel, match="no model here"):
        package_key(tmp_path / "none")


def test_a_part_of_the_index_that_is_half_removed_is_made_again(tmp_path: Path) -> None:
    row = {"ref": "X/1", "title": "Y", "level": "rijk", "heading": "", "text": "Het is verboden."}
    (tmp_path / "a.jsonl").write_text(json.dumps(row) + "\n")
    assert main(["corpus", "add", str(tmp_path / "a.jsonl"), "--store", str(tmp_path / "S")], {}) == 0
    store = Store(tmp_path / "S")
    folder = build_index(store, model_folder=released_folder())
    (part,) = folder.iterdir()
    part.rename(part.with_name(f"{part.name}.gone.tmp"))
    again = build_index(store, model_folder=released_folder())
    assert load_index(store, again).at([0]).reach.shape == (1,)
    assert [path.name for path in again.iterdir()] == [part.name], "what was left of it is gone"


def test_a_model_made_before_reach_still_ranks(tmp_path: Path, model: Model) -> None:
    save_model(model, tmp_path / "M", about={})
    (tmp_path / "M/reach.safetensors").unlink()
    arrays = load_file(tmp_path / "M/ranking.safetensors")
    content = len(CONTENT_SIGNALS)
    arrays |= {name: np.ascontiguousarray(arrays[name][:content]) for name in ("new.mean", "new.scale", "new.weights")}
    save_file(arrays, tmp_path / "M/ranking.safetensors")
    manifest = json.loads((tmp_path / "M/manifest.json").read_text())
    del manifest["files"]["reach.safetensors"]
    manifest["files"]["ranking.safetensors"] = hashlib.sha256((tmp_path / "M/ranking.safetensors").read_bytes()).hexdigest()
    (tmp_path / "M/manifest.json").write_text(json.dumps(manifest))
    old = load_model(tmp_path / "M")
    texts = [ClauseText(text=text, heading="Feest", title="APV") for text, _ in JUDGED]
    assert not old.describe(texts).reach.any() and model.describe(texts).reach.any()
    assert len(old.ranker.new.mean) == len(model.ranker.new.mean)
    arrays["new.mean"] = arrays["new.mean"][:3]
    save_file(arrays, tmp_path / "M/ranking.safetensors")
    manifest["files"]["ranking.safetensors"] = hashlib.sha256((tmp_path / "M/ranking.safetensors").read_bytes()).hexdigest()
    (tmp_path / "M/manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(InvalidModel, match="weighs 3 signals"):
        load_model(tmp_path / "M")


def test_the_released_model_is_small_and_runs_no_code() -> None:
    files = [path for path in released_folder().iterdir() if path.is_file()]
    assert {path.suffix for path in files} == {".json", ".safetensors", ".onnx"}
    assert sum(path.stat().st_size for path in files) < 60_000_000


def test_saved_and_loaded_it_says_the_same(tmp_path: Path, model: Model) -> None:
    save_model(model, tmp_path / "M", about={})
    again = load_model(tmp_path / "M")
    texts = [ClauseText(text=text, heading="Feest", title="APV") for text, _ in JUDGED]
    assert np.array_equal(again.clauses.probabilities(texts), model.clauses.probabilities(texts))
    assert again.grades == model.grades
    assert isinstance(again.clauses, ClauseModel)


def rewrite(folder: Path, **changed: bytes | None) -> None:
    """Change files of a model, named without their kind, and their hashes; None takes one away."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for name, content in changed.items():
        (file,) = (file for file in manifest["files"] if file.replace(".", "_") == name)
        if content is None:
            (folder / file).unlink()
            del manifest["files"][file]
        else:
            (folder / file).write_bytes(content)
            manifest["files"][file] = hashlib.sha256(content).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_a_model_that_wrote_its_vocabularies_in_full_says_the_same(tmp_path: Path, model: Model) -> None:
    """The layout before 0.8.1: what was trained with it goes on."""
    save_model(model, tmp_path / "M", about={})
    words, arrays = json.loads((tmp_path / "M/vocabulary.json").read_text()), load_file(tmp_path / "M/vocabulary.safetensors")
    full = {name: Vocabulary(own, arrays[f"{name}.flat"], arrays[f"{name}.lengths"]).terms() for name, own in words.items()}
    assert sum(map(len, full.values())) > 2 * sum(map(len, words.values())), "most words stand in several terms"
    rewrite(tmp_path / "M", vocabulary_json=json.dumps(full).encode(), vocabulary_safetensors=None)
    manifest = json.loads((tmp_path / "M/manifest.json").read_text())
    (tmp_path / "M/manifest.json").write_text(json.dumps(manifest | {"format": 1}))
    old = load_model(tmp_path / "M")
    texts = [ClauseText(text=text, heading="Feest", title="APV") for text, _ in JUDGED]
    assert np.array_equal(old.clauses.probabilities(texts), model.clauses.probabilities(texts))
    one, other = old.describe(texts), model.describe(texts)
    assert (one.words != other.words).nnz == 0 and np.array_equal(one.activities.toarray(), other.activities.toarray())
    assert old.activities.detect(STREET) == model.activities.detect(STREET)


@pytest.mark.parametrize("part", ["words.flat", "clause.stems.lengths"])
def test_a_vocabulary_of_words_that_are_not_there_is_refused(tmp_path: Path, model: Model, part: str) -> None:
    save_model(model, tmp_path / "M", about={})
    arrays = load_file(tmp_path / "M/vocabulary.safetensors")
    arrays[part] = arrays[part] + np.array(60_000, dtype=np.uint16)
    save_file(arrays, tmp_path / "M/vocabulary.safetensors")
    rewrite(tmp_path / "M", vocabulary_safetensors=(tmp_path / "M/vocabulary.safetensors").read_bytes())
    with pytest.raises(InvalidModel, match="a part of the model is missing or wrong"):
        load_model(tmp_path / "M")


def test_a_model_that_was_tampered_with_is_refused(tmp_path: Path) -> None:
    for path in (path for path in released_folder().iterdir() if path.is_file()):
        folder = tmp_path / path.name
        shutil.copytree(released_folder(), folder)
        content = bytearray((folder / path.name).read_bytes())
        content[len(content) // 2] ^= 1
        (folder / path.name).write_bytes(content)
        if path.name != "manifest.json":
            with pytest.raises(InvalidModel, match="differs from its hash"):
                load_model(folder)
            (folder / path.name).unlink()
            with pytest.raises(InvalidModel, match="cannot be read"):
                load_model(folder)


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"format": 99}'])
def test_a_manifest_that_is_none(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(InvalidModel):
        open_package(tmp_path)


def test_a_manifest_that_points_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"format": 1, "version": "x", "files": {"../secret": ""}}))
    with pytest.raises(InvalidModel, match="outside the model"):
        open_package(tmp_path)


def test_every_barrier_has_a_column() -> None:
    assert all(kind in COLUMN for kind in BARRIERS)


@pytest.mark.parametrize("name", ["words", "stems", "headings", "opening", "letters"])
def test_known_terms_give_what_scikit_learn_gives(name: str) -> None:
    model = load_model()
    assert model.activities.classifier is not None
    settings = {**vectorising._SETTINGS, "letters": activity_classifier._SETTINGS["letters"]}[name]
    fixed = {**model.clauses.fast.vectoriser.blocks_, "letters": model.activities.classifier.blocks["letters"]}[name]
    plain = unfitted({**settings, "min_df": 1, "vocabulary": fixed.vocabulary_})
    plain.idf_ = fixed.idf_
    texts = ["Het is verboden zonder vergunning een evenement te houden: evenement, evenement.", "", "Waterveen 12 xyzzy"]
    own, reference = fixed.transform(texts), plain.transform(texts)
    assert own.has_sorted_indices and own.dtype == np.float32
    wanted = reference.toarray().astype(np.float64)
    length = np.linalg.norm(wanted[:, : getattr(fixed, "measured_", None)], axis=1, keepdims=True)
    np.testing.assert_allclose(own.toarray(), wanted / np.where(length > 0, length, 1), rtol=1e-6)
    assert reference.nnz
