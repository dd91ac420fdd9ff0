"""A training run: from a store and the labels to a model directory."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfVectorizer

from corpus.activities import activities, told_activities
from corpus.errors import StoreProblem
from corpus.labels import aliases, clause_labels, graded_pairs, initiatives, join, judged_regulations, reach_labels
from corpus.store import Store
from models.activities import ActivityModel
from models.clauses import ClauseModel
from models.index import ClauseFeatures
from models.indexing import clause_texts
from models.loading import Model, query_of, released_folder, save_model, stem_vectoriser, word_documents
from models.packaging import open_package
from models.quality import save_quality
from models.ranking import Grade, Memory, Query, Space
from models.reach import ReachModel
from models.vectorising import ClauseText
from models.words import stem
from training.ablation import ablation
from training.activity_fitting import fit_activity_classifier, measure_activities
from training.clause_config import ClauseRunConfig
from training.clause_examples import clause_examples
from training.clause_measures import headline
from training.clause_running import ClauseRun, run_clauses, unlabelled_clauses
from training.evaluating import evaluate_ranking
from training.learning_curve import learning_curve
from training.quality import measure_quality
from training.ranking_fitting import fit_ranker
from training.reach_fitting import ReachExamples, columns_of, fit_reach, graded_examples, read_examples, unseen_reach
from training.reading import frozen_examples, said_of
from training.regulated_fitting import Sections, fit_regulated, labelled_sections, measure_regulated
from training.unseen_files import load_unseen, save_unseen

Say = Callable[[str], None]

MIN_LABELS = 200
"""Fewer joined labels than this make no model."""

WORD_MIN_CLAUSES, WORD_MAX_SHARE = 3, 0.2
"""A stem counts for likeness when it stands in this many clauses and in at most this share of them."""

_STOP_WORDS = [
    "de",
    "het",
    "een",
    "en",
    "van",
    "in",
    "is",
    "op",
    "te",
    "voor",
    "met",
    "zijn",
    "die",
    "dat",
    "er",
    "aan",
    "we",
    "wij",
    "ons",
    "onze",
    "ook",
    "niet",
    "als",
    "bij",
    "om",
    "maar",
    "dan",
    "nog",
    "naar",
    "door",
    "of",
    "uit",
    "over",
    "kan",
    "kunnen",
    "willen",
    "wil",
    "wordt",
    "worden",
    "hebben",
    "heeft",
    "had",
    "was",
    "waar",
    "wat",
    "hoe",
    "wie",
    "zo",
    "al",
    "deze",
    "dit",
    "ze",
    "zij",
    "je",
    "u",
    "ik",
    "mijn",
    "meer",
    "veel",
]


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """Everything a run depends on besides its data; kept with the result."""

    version: str = "0.1.0"
    seed: int = 0
    evaluate: bool = True  # measure on unseen initiatives as well
    clauses: ClauseRunConfig = ClauseRunConfig()


@dataclass(frozen=True)
class RankingMaterial:
    """What the ranker is fitted on."""

    words: TfidfVectorizer
    own_words: TfidfVectorizer
    activities: ActivityModel
    phrases: sp.csr_matrix  # of every activity in every clause, *shape* (clauses, activities)
    sections: Sections
    read: ReachExamples
    space: Space
    queries: list[Query]

    def reach(self, grades: Sequence[Grade]) -> ReachModel:
        """What ships: fitted on all that is known."""
        known = self.read + graded_examples(grades, self.space)
        features = self.space.features
        return fit_reach(known, stems=features.words.shape[1], activities=features.activities.shape[1])

    def with_reach(self, space: Space, grades: Sequence[Grade], hidden: frozenset[str] = frozenset()) -> Space:
        """A space with the reach of its clauses, told by models that saw no example of their regulation.

        Args:
            space: this one, or what ``space_without`` gave.
            grades: which may be counted.
            hidden: regulations of which neither a grade nor a reading of reach is known.
        """
        known = (self.read + graded_examples(grades, space)).without(hidden)
        return replace(space, features=replace(space.features, reach=unseen_reach(known, space)))

    def space_without(self, regulations: frozenset[str]) -> Space:
        """The space as who never read a label of the sections of some regulations would see it."""
        features, others = self.space.features, self.sections.without(regulations)
        if not len(others):
            return replace(self.space, features=replace(features, activities=self.phrases))
        regulated = fit_regulated(others)
        return replace(self.space, features=replace(features, activities=regulated.matrix(features.words, self.phrases)))


@dataclass(frozen=True)
class Judged:
    """The clauses that graders searched, and what they said."""

    texts: list[ClauseText]
    refs: list[str]
    repealed: np.ndarray
    grades: list[Grade]
    initiative_texts: list[str]


def train(store: Store, output: Path, *, config: TrainingConfig, say: Say = lambda line: None) -> dict[str, Any]:
    """Train a model and write its directory.

    Args:
        store: holds the texts of the labelled clauses and of the judged regulations.
        output: the model directory.
        config: of the run.
        say: told in one line what is being done.

    Returns:
        What the manifest says: training data, configuration, measurements, and how many regulations of each format were there.

    Raises:
        StoreProblem: too few labels meet their clause in this store.
    """
    began = time.monotonic()
    joined = join(store)
    say(f"{len(joined.joined)} of {len(clause_labels())} labels meet their clause")
    if len(joined.joined) < MIN_LABELS:
        raise StoreProblem(
            f"{store.folder}: only {len(joined.joined)} labelled clauses are in this store; {MIN_LABELS} are needed"
        )
    data = clause_examples(store, joined)
    run = run_clauses(
        data, config=config.clauses, unlabelled=unlabelled_clauses(store, config.clauses), seed=config.seed, say=say
    )  # fmt: skip
    clause_model = run.model
    judged = judged_clauses(store)
    say(f"fitting the ranker on {len(judged.grades)} grades over {len(judged.refs)} clauses")
    material = ranking_material(store, judged, clause_model, activity_model())
    say(f"{len(material.read)} of {len(reach_labels())} readings of reach meet their clause")
    ranker = fit_ranker(material.queries, judged.grades, material.with_reach(material.space, judged.grades), seed=config.seed)
    say("reading the frozen regulations")
    measured: dict[str, Any] = {
        "clauses": headline(run.measured),
        "qualifications": run.qualifications,
        "frozen": headline(run.measured if run.before is not None else said_of(clause_model, frozen_examples(data))),
    }
    if config.evaluate:
        say("measuring on initiatives that were not seen")
        measured["ranking"] = evaluate_ranking(
            material.queries, judged.grades, material.space,
            without=material.space_without, reached=material.with_reach, seed=config.seed,
        )  # fmt: skip
        say("measuring what each signal is worth")
        measured["ablation"] = ablation(material.queries, judged.grades, material.space, seed=config.seed)
        if len(set(material.sections.regulations)) > 1:
            measured["regulated_activities"] = measure_regulated(material.sections, seed=config.seed)
        measured["activities"] = measure_activities(told_activities(), activities(), seed=config.seed)
    about = {
        "config": _config_of(config, run),
        "data": {
            "labels": len(joined.joined),
            "official_labels": int(data.official.sum()),
            "initiatives": len(material.queries),
            "grades": len(judged.grades),
            "reach": len(material.read),
            "regulations_with_labels": len(set(data.groups)),
            "activities": activities().version,
        },
        # Rankings hang on what else can be found: without the Omgevingswet new regulations are found half as well.
        "store": dict(sorted(Counter(store.regulations.column("format")).items())),
        "measured": measured,
    }
    model = Model(
        version=config.version,
        clauses=clause_model,
        words=material.words,
        own_words=material.own_words,
        activities=material.activities,
        reach=material.reach(judged.grades),
        ranker=ranker,
        graded_texts=tuple(judged.initiative_texts),
        grades=tuple(judged.grades),
        profiles=Memory(material.queries, judged.grades, material.space).profiles,
    )
    save_model(model, output, about=about)
    save_unseen(run.measured, output)
    if config.evaluate:
        say("measuring what people are shown of the model")
        before = run.before
        if before is None:
            released = released_folder()
            before = (open_package(released).version, load_unseen(released))
        curve = learning_curve(data, seed=config.seed, say=say)
        # Of what was kept, in steps of 1/255: whoever measures it again finds the same.
        kept = load_unseen(output)
        save_quality(measure_quality(kept, curve=curve, before=before, seed=config.seed), output)
    say(f"done in {time.monotonic() - began:.0f} s, written to {output}")
    return about


def _config_of(config: TrainingConfig, run: ClauseRun) -> dict[str, Any]:
    """The configuration as the manifest tells it: names and versions, not where they are on this machine."""
    told = asdict(config)
    if run.before is not None:
        version, _ = run.before
        # All else of the configuration is of a slow tier that is made anew.
        told["clauses"] = {"further": version, "plain": run.model.plain, "unlabelled": run.unlabelled}
        return told
    if config.clauses.encoder is not None:
        told["clauses"]["encoder"] = Path(config.clauses.encoder).name
    del told["clauses"]["work"]
    return told


def activity_model() -> ActivityModel:
    """The activities of this version, with a classifier fitted on the sentences that tell them."""
    return ActivityModel(activities(), fit_activity_classifier(told_activities(), activities()))


def judged_clauses(store: Store) -> Judged:
    """The clauses of the regulations that the graders searched, and the grades among them."""
    table = store.table(columns=["ref", "text", "heading", "repealed"], ids=set(judged_regulations()))
    titles = store.regulations.titles()
    refs = table["ref"].to_pylist()
    known, place = set(refs), {one.id: index for index, one in enumerate(initiatives())}
    grades = []
    for pair in graded_pairs():
        ref = aliases().get(pair.ref, pair.ref)
        ref = ref if ref in known else pair.ref
        if ref in known:
            room = pair.grade == "R"
            grades.append(
                Grade(initiative=place[pair.initiative], ref=ref, value=0.0 if room else float(pair.grade), room=room)
            )
    return Judged(
        texts=clause_texts(table, titles),
        refs=refs,
        repealed=table["repealed"].to_numpy(),
        grades=grades,
        initiative_texts=[one.text for one in initiatives()],
    )


def ranking_material(store: Store, judged: Judged, clause_model: ClauseModel, activity_model: ActivityModel) -> RankingMaterial:
    """Vocabularies fitted on the judged clauses and initiatives, and both sides seen through them."""
    words = stem_vectoriser(min_df=WORD_MIN_CLAUSES, max_df=WORD_MAX_SHARE)
    by_word = words.fit_transform(word_documents(judged.texts))
    own_words = stem_vectoriser(stop_words=[stem(word) for word in _STOP_WORDS]).fit(judged.initiative_texts)
    phrases = activity_model.phrase_matrix(judged.texts)
    sections = labelled_sections(store, activity_model.known, words)
    regulated = fit_regulated(sections) if len(sections) else None
    reading = ActivityModel(activity_model.known, activity_model.classifier, regulated)

    def described(clauses: Sequence[ClauseText], stems: sp.csr_matrix) -> ClauseFeatures:
        return ClauseFeatures(
            probabilities=clause_model.at_first_sight(clauses),
            words=stems,
            activities=reading.clause_matrix(clauses, stems),
            reach=np.zeros(len(clauses), dtype=np.float32),
        )

    features = described(judged.texts, by_word)
    space = Space(
        refs=judged.refs,
        headings=[clause.heading for clause in judged.texts],
        repealed=judged.repealed,
        lengths=np.array([len(clause.text) for clause in judged.texts], dtype=np.int32),
        features=features,
    )
    queries = [query_of(text, words, own_words, activity_model) for text in judged.initiative_texts]
    return RankingMaterial(
        words=words,
        own_words=own_words,
        activities=reading,
        phrases=phrases,
        sections=sections,
        read=read_examples(
            store,
            lambda clauses: described(clauses, words.transform(word_documents(clauses))),
            columns=columns_of(features).shape[1],
        ),
        space=space,
        queries=queries,
    )
