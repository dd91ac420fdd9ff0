"""A whole model: everything that turns clauses and an initiative into flags, from one directory."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from corpus.activities import Activities, activity_of
from corpus.errors import InvalidModel
from models.activities import ActivityModel, Told
from models.activity_classifier import ActivityClassifier
from models.clauses import ClauseModel
from models.columns import COLUMNS
from models.encoder import EncoderTier
from models.index import ClauseFeatures
from models.joint import KNOTS, Curve, Joint
from models.linear import LinearTier
from models.packaging import Package, open_package, package_key, save_package
from models.ranking import CONTENT_SIGNALS, MEMORY_SIGNALS, REACH_SIGNALS, TARGETS, Grade, LinearRanker, Query, Ranker
from models.reach import ReachModel
from models.regulated import RegulatedClassifier
from models.terms import Vectoriser, Vocabulary
from models.vectorising import ClauseText, ClauseVectoriser, restored, unfitted
from models.words import stems


@dataclass(frozen=True)
class Model:
    """A trained model with all its parts."""

    version: str
    clauses: ClauseModel
    words: Vectoriser  # stems of clauses, for likeness between texts
    own_words: Vectoriser  # stems of initiatives
    activities: ActivityModel
    reach: ReachModel
    ranker: Ranker
    graded_texts: tuple[str, ...]  # the graded initiatives of the memory
    grades: tuple[Grade, ...]
    profiles: sp.csr_matrix  # words of the clauses that mattered to each graded initiative, (initiatives, vocabulary)

    def describe(self, clauses: Sequence[ClauseText]) -> ClauseFeatures:
        """What the ranker needs to know of clauses, whatever the initiative."""
        words = self.words.transform(word_documents(clauses))
        probabilities = self.clauses.at_first_sight(clauses)
        activities = self.activities.clause_matrix(clauses, words)
        return ClauseFeatures(
            probabilities=probabilities,
            words=words,
            activities=activities,
            reach=self.reach.expected(words, probabilities, activities),
        )

    def query(self, text: str, told: Told | None = None) -> Query:
        """An initiative's text as the ranker sees it; ``told`` when its activities were read already."""
        return query_of(text, self.words, self.own_words, self.activities, told)


def query_of(
    text: str,
    words: Vectoriser,
    own_words: Vectoriser,
    activities: ActivityModel,
    told: Told | None = None,
) -> Query:
    """An initiative's text as a ranker with these vocabularies sees it."""
    return Query(
        words=words.transform([text]),
        own_words=own_words.transform([text]),
        activities=activities.vector(told or activities.told(text)),
    )


def word_documents(clauses: Sequence[ClauseText]) -> list[str]:
    """What the likeness of clauses is measured on: text, heading and title together."""
    return [f"{clause.text} {clause.heading} {clause.title}" for clause in clauses]


def stem_vectoriser(**settings: Any) -> Any:
    """A TF-IDF vectoriser over stems (scikit-learn) that has still to learn its vocabulary."""
    return unfitted({**_STEMS, **settings})


def released_folder() -> Path:
    """The model directory that ships with this version."""
    return Path(str(files("models").joinpath("released")))


def load_model(folder: Path | None = None) -> Model:
    """Read a model directory; None for the one that ships.

    Raises:
        InvalidModel: see models.packaging.open_package; also when a part has the wrong shape.
    """
    package = open_package(folder or released_folder())
    try:
        return _build(package)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise InvalidModel(f"{package.folder}: a part of the model is missing or wrong ({error})") from None


def named_model(folder: Path) -> dict[str, str]:
    """A model directory as ``load_named_model`` takes it, perhaps on another machine.

    Raises:
        InvalidModel: there is no model.
    """
    ships = folder.resolve() == released_folder().resolve()
    return {"folder": "" if ships else str(folder.resolve()), "key": package_key(folder)}


def load_named_model(*, folder: str, key: str) -> Model:
    """Read the very model that somebody means.

    Args:
        folder: where it stands; "" for the model that ships, wherever that is here.
        key: see models.packaging.package_key.

    Raises:
        InvalidModel: here is another model, or see load_model.
    """
    place = Path(folder) if folder else released_folder()
    if package_key(place) != key:
        raise InvalidModel(f"{place} on {socket.gethostname()}: is another model than the one that is asked for")
    return load_model(place)


def save_model(model: Model, folder: Path, *, about: dict[str, Any]) -> None:
    """Write a model directory; ``about`` says how it was trained and what was measured."""
    fast, slow = model.clauses.fast, model.clauses.slow
    (words, idf), measured = fast.vectoriser.to_arrays(), fast.vectoriser.measured
    told_words, told_arrays = model.activities.classifier.to_arrays() if model.activities.classifier else ({}, {})
    vocabularies = {
        **{f"clause.{name}": Vocabulary.of(block) for name, block in words.items()},
        "words": Vocabulary.of(model.words.get_feature_names_out().tolist()),
        "own_words": Vocabulary.of(model.own_words.get_feature_names_out().tolist()),
        **{f"activity.{name}": Vocabulary.of(block) for name, block in told_words.items()},
    }
    data = {
        "vocabulary": {name: list(block.words) for name, block in vocabularies.items()},
        "activities": {
            "version": model.activities.known.version,
            "all": [asdict(activity) for activity in model.activities.known.all],
        },
        "memory": {
            "initiatives": list(model.graded_texts),
            "grades": [[g.initiative, g.ref, g.value, int(g.room)] for g in model.grades],
        },
        "columns": {"clause": list(COLUMNS), "targets": list(TARGETS)},
        "cascade": {
            "plain": model.clauses.plain,
            "evidence_least": model.clauses.evidence_least,
            "max_length": slow.max_length if slow is not None else None,
        },
    }
    arrays = {
        "vocabulary": {f"{name}.{part}": getattr(block, part) for name, block in vocabularies.items() for part in _TERMS},
        "clauses": {
            "weights": fast.weights.astype(np.float16),
            **{name: getattr(fast, name) for name in ("bias", "slope", "offset")},
            **{f"idf.{name}": values for name, values in idf.items()},
            **{f"measured.{name}": np.array([number]) for name, number in measured.items() if number < len(words[name])},
            "thresholds": model.clauses.thresholds,
            **({f"joint.{name}": getattr(model.clauses.joint, name) for name in _JOINT} if model.clauses.joint else {}),
            **(_curve_arrays(model.clauses.curve) if model.clauses.curve else {}),
        },
        **({"activities": told_arrays} if told_arrays else {}),
        **({"regulated": model.activities.regulated.to_arrays()} if model.activities.regulated else {}),
        "reach": model.reach.to_arrays(),
        "words": {"words": model.words.idf_.astype(np.float32), "own_words": model.own_words.idf_.astype(np.float32)},
        "profiles": {
            "data": model.profiles.data.astype(np.float32),
            "indices": model.profiles.indices.astype(np.int32),
            "indptr": model.profiles.indptr.astype(np.int32),
        },
        "ranking": {
            f"{which}.{name}": getattr(getattr(model.ranker, which), name)
            for which in ("known", "new")
            for name in ("mean", "scale", "weights", "bias")
        }
        | {"rarity": model.ranker.rarity},
    }
    files = slow.files if slow is not None else {}
    save_package(folder, version=model.version, data=data, arrays=arrays, files=files, about=about)


def _build(package: Package) -> Model:
    vocabulary, columns = _vocabularies(package), package.data("columns")
    if tuple(columns["clause"]) != COLUMNS or tuple(columns["targets"]) != TARGETS:
        raise InvalidModel(f"{package.folder}: the model was trained for another taxonomy")
    arrays, words, ranking = package.arrays("clauses"), package.arrays("words"), package.arrays("ranking")
    blocks = {name.removeprefix("clause."): block for name, block in vocabulary.items() if name.startswith("clause.")}
    listed, memory, profiles = package.data("activities"), package.data("memory"), package.arrays("profiles")
    return Model(
        version=package.version,
        clauses=_clause_model(package, arrays, blocks),
        words=restored(_STEMS, vocabulary["words"], words["words"]),
        own_words=restored(_STEMS, vocabulary["own_words"], words["own_words"]),
        activities=ActivityModel(
            Activities(
                version=listed["version"],
                all=tuple(activity_of(row) for row in listed["all"]),
            ),
            _activity_classifier(package, vocabulary),
            RegulatedClassifier.from_arrays(package.arrays("regulated")) if "regulated.safetensors" in package.files else None,
        ),
        reach=ReachModel.from_arrays(package.arrays("reach"))
        if "reach.safetensors" in package.files
        else ReachModel.none(stems=len(vocabulary["words"]), activities=len(listed["all"])),
        ranker=Ranker(known=_linear(ranking, "known"), new=_linear(ranking, "new"), rarity=ranking["rarity"]),
        graded_texts=tuple(memory["initiatives"]),
        grades=tuple(Grade(initiative=g[0], ref=g[1], value=g[2], room=bool(g[3])) for g in memory["grades"]),
        profiles=sp.csr_matrix(
            (profiles["data"], profiles["indices"], profiles["indptr"]),
            shape=(len(memory["initiatives"]), len(vocabulary["words"])),
        ),
    )


def _vocabularies(package: Package) -> dict[str, Vocabulary]:
    words = package.data("vocabulary")
    if package.manifest["format"] == 1:  # every term in full
        return {name: Vocabulary.of(terms) for name, terms in words.items()}
    arrays = package.arrays("vocabulary")
    return {name: Vocabulary(own, **{part: arrays[f"{name}.{part}"] for part in _TERMS}) for name, own in words.items()}


def _clause_model(package: Package, arrays: dict[str, np.ndarray], blocks: dict[str, Vocabulary]) -> ClauseModel:
    cascade = package.data("cascade")
    slow = None
    if cascade["max_length"] is not None:
        onnx, tokenizer = package.content("encoder.onnx"), package.content("tokenizer.json")
        slow = EncoderTier(onnx, tokenizer, max_length=int(cascade["max_length"]))
    return ClauseModel(
        fast=LinearTier(
            vectoriser=ClauseVectoriser.from_arrays(
                blocks,
                {name: arrays[f"idf.{name}"] for name in blocks},
                {name: int(arrays[f"measured.{name}"][0]) for name in blocks if f"measured.{name}" in arrays},
            ),
            weights=arrays["weights"].astype(np.float32),
            **{name: arrays[name] for name in ("bias", "slope", "offset")},
        ),
        thresholds=arrays["thresholds"],
        slow=slow,
        joint=Joint(**{name: arrays[f"joint.{name}"] for name in _JOINT}) if slow is not None else None,
        curve=_curve(arrays),
        plain=float(cascade["plain"]),
        evidence_least=float(cascade["evidence_least"]),
    )


def _curve_arrays(curve: Curve) -> dict[str, np.ndarray]:
    return {"curve.knots": KNOTS, "curve.slopes": curve.slopes, "curve.level": np.array([curve.level], dtype=np.float32)}


def _curve(arrays: dict[str, np.ndarray]) -> Curve | None:
    if "curve.slopes" not in arrays:  # a model from before there were any
        return None
    if not np.array_equal(arrays["curve.knots"], KNOTS):
        raise InvalidModel("the curve of its probabilities bends elsewhere")
    return Curve(slopes=arrays["curve.slopes"], level=float(arrays["curve.level"][0]))


def _activity_classifier(package: Package, vocabulary: dict[str, Vocabulary]) -> ActivityClassifier | None:
    words = {name.removeprefix("activity."): block for name, block in vocabulary.items() if name.startswith("activity.")}
    return ActivityClassifier.from_arrays(words, package.arrays("activities")) if words else None


_STEMS: dict[str, Any] = {"tokenizer": stems, "token_pattern": None, "lowercase": False}
_JOINT = ("fast", "slow", "bias")
_TERMS = ("flat", "lengths")


def _linear(arrays: dict[str, np.ndarray], which: str) -> LinearRanker:
    mean, scale, weights = (arrays[f"{which}.{name}"] for name in ("mean", "scale", "weights"))
    signals = len(CONTENT_SIGNALS) + len(MEMORY_SIGNALS if which == "known" else REACH_SIGNALS)
    if which == "new" and len(mean) == len(CONTENT_SIGNALS):  # made before reach was weighed
        missing = len(REACH_SIGNALS)
        mean, scale = np.append(mean, np.zeros(missing)), np.append(scale, np.ones(missing))
        weights = np.vstack([weights, np.zeros((missing, weights.shape[1]))])
    if len(mean) != signals:
        raise ValueError(f"the ranker weighs {len(mean)} signals, not {signals}")
    return LinearRanker(mean=mean, scale=scale, weights=weights, bias=arrays[f"{which}.bias"])
