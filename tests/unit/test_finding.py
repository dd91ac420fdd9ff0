"""Candidates, limits, procedures and what would change a flag: small cases that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from corpus.activities import activities, told_activities
from corpus.places import province_of, provinces
from corpus.skos import BASE, skos_graph
from models import finding
from models.activities import ActivityModel, DetectedActivity, Mention
from models.changing import changes, told_without
from models.columns import COLUMN, COLUMNS
from models.finding import Finder, ImpactLists
from models.impact import impact_order
from models.index import ClauseFeatures
from models.procedure import procedure_of
from models.quantities import compared, limits, quantities
from training.activity_fitting import fit_activity_classifier


def features(words: list[list[float]], promise: list[float]) -> ClauseFeatures:
    probabilities = np.zeros((len(words), len(COLUMNS)), dtype=np.float32)
    probabilities[:, COLUMN["any"]] = promise
    matrix = sp.csr_matrix(np.array(words, dtype=np.float32))
    return ClauseFeatures(
        probabilities=probabilities, words=matrix, activities=matrix, reach=np.zeros(len(words), dtype=np.float32)
    )  # fmt: skip


def test_lists_keep_the_rows_of_largest_value_times_worth() -> None:
    matrix = sp.csr_matrix(np.array([[0.5, 0.0], [1.0, 0.2], [0.9, 0.0], [0.0, 0.4]], dtype=np.float32))
    order = impact_order(matrix, np.array([1.0, 0.1, 1.0, 1.0], dtype=np.float32))
    lists = ImpactLists([(order, None)], listed=2)
    told = [(rows.tolist(), impacts.round(6).tolist()) for rows, impacts in (lists.best(0), lists.best(1))]
    assert told == [([0, 2], [0.5, np.float32(0.9)]), ([1, 3], [np.float32(0.02), np.float32(0.4)])]


def test_of_a_large_store_about_so_many_are_found_and_they_are_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "SAMPLED", 500)
    monkeypatch.setattr(finding, "BY_WORDS", 400)
    chance = np.random.default_rng(0)
    value = chance.random(5_000).astype(np.float32)
    finder = Finder(features(value[:, None].tolist(), [1.0] * 5_000), np.zeros(5_000, bool))
    found = finder.candidates(np.ones((1, 1)), np.zeros(1))
    kept = value >= np.sort(value)[-finding.LISTED]
    assert 300 <= found.sum() <= 500
    assert value[found].min() > value[kept & ~found].max()


def test_what_no_word_of_the_initiative_touches_is_no_candidate() -> None:
    finder = Finder(features([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]], [0.9, 0.9, 0.9, 0.9]), np.array([0, 0, 0, 1], bool))
    found = finder.candidates(np.array([[1.0, 0.0, 0.0]]), np.array([0.0, 0.5, 0.0]))
    assert found.tolist() == [True, True, False, False]  # by its word, by its activity; not the repealed one


def test_an_initiative_without_any_known_word_has_no_candidates() -> None:
    finder = Finder(features([[1, 0], [0, 1]], [0.9, 0.9]), np.zeros(2, bool))
    assert finder.candidates(np.zeros((3, 2)), np.zeros(2)).tolist() == [False, False]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We verwachten 1.500 bezoekers", [("personen", 1_500)]),
        ("twintig vrijwilligers en 150 kramen", [("personen", 20)]),
        ("een tent van 30 m² en 2,5 meter hoog", [("oppervlakte (m²)", 30), ("lengte (m)", 2.5)]),
        ("het kost € 2.600 of 25 euro", [("bedrag (euro)", 2_600), ("bedrag (euro)", 25)]),
        ("drie dagen lang, elke twee weken", [("duur (dagen)", 3), ("duur (dagen)", 14)]),
        ("artikel 5, tweede lid", []),
        ("op de A12 bij 3 bomen", []),
    ],
)
def test_quantities(text: str, expected: list[tuple[str, float]]) -> None:
    assert [(one.dimension, one.value) for one in quantities(text)] == expected
    assert all(text[one.start : one.end] == one.text for one in quantities(text))


@pytest.mark.parametrize(
    ("clause", "bound", "within"),
    [
        ("Een evenement van ten hoogste 50 personen.", "at_most", False),
        ("Bij meer dan 100 bezoekers is een plan nodig.", "more_than", True),
        ("Een ruimte voor niet meer dan 150 personen.", "at_most", True),
        ("Aanwezig zijn ten minste 200 deelnemers.", "at_least", False),
        ("Bij minder dan 150 aanwezigen geldt dit niet.", "less_than", False),
    ],
)
def test_limits_are_compared_with_the_largest_stated_number(clause: str, bound: str, within: bool) -> None:
    (one,) = compared(quantities("We zijn met 12 mensen en verwachten 150 gasten."), clause)
    assert (one.limit.bound, one.within, one.stated.text) == (bound, within, "150 gasten")
    assert clause[clause.index(one.limit.text) :].startswith(one.limit.text)


def test_a_number_without_words_of_a_bound_is_no_limit() -> None:
    assert limits("Er zijn 50 personen. Ten hoogste wordt dit herzien; 3 dagen.") == ()


def test_procedure_says_only_what_the_clause_says() -> None:
    told = procedure_of(
        "De burgemeester kan op aanvraag ontheffing verlenen. Hij beslist binnen acht weken na ontvangst van de aanvraag."
    )
    assert (told.decides, told.procedure) == ("De burgemeester", "op aanvraag")
    assert told.term.startswith("binnen acht weken na ontvangst")
    assert procedure_of("Dit artikel is niet van toepassing op tuinen.").to_json() == {
        "decides": "",
        "procedure": "",
        "term": "",
    }


def test_a_flag_that_halves_without_an_activity_is_told_to_hang_on_it() -> None:
    beer = DetectedActivity(code="alcohol-schenken", name="Alcohol schenken", name_en="Serving alcohol", p=0.7, evidence=())
    fire = DetectedActivity(code="vuur-stoken", name="Vuur stoken", name_en="Making fire", p=0.7, evidence=())
    told = changes([beer, fire], np.array([0.6, 0.4]), [np.array([0.1, 0.39]), np.array([0.29, 0.4])])
    assert [[change.activity.code for change in own] for own in told] == [["alcohol-schenken", "vuur-stoken"], []]


def test_a_story_without_an_activity_keeps_every_other_word_in_place() -> None:
    text = "Wij tappen bier en zingen."
    mention = Mention(start=11, end=15, text="bier")
    activity = DetectedActivity(code="x", name="X", name_en="X", p=0.5, evidence=(mention,))
    assert told_without(text, activity) == "Wij tappen      en zingen."


def test_every_activity_can_be_told_and_exported() -> None:
    known = activities()
    assert len(set(known.codes)) == len(known.codes)
    graph = skos_graph(known)
    for activity in known.all:
        assert activity.lay and activity.legal, activity.code
        assert (BASE[activity.code], None, None) in graph
    assert {code for one in told_activities() for code in one.activities} <= set(known.codes)


def test_the_classifier_finds_an_activity_that_no_phrase_names_and_shows_why() -> None:
    known = activities()
    model = ActivityModel(known, fit_activity_classifier(told_activities(), known))
    for one in told_activities()[:40]:
        found = model.detect(one.text)
        assert set(one.activities) & {activity.code for activity in found} or not one.activities, one.text
        for activity in found:
            assert all(one.text[mention.start : mention.end] == mention.text for mention in activity.evidence)


def test_every_municipality_lies_in_one_province() -> None:
    names = [name for own in provinces().values() for name in own]
    assert len(provinces()) == 12 and len(names) == len(set(names))
    assert province_of(" haaksbergen ") == "Overijssel"
    assert province_of("Bergen") == "" and province_of("Waterveen") == ""
