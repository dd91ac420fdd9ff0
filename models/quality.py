"""How good a model was found to be: what people are shown of it, kept beside the model as MODEL/evaluation/quality.json.

It is no part of the model: a model directory without it is whole, and then nothing is known of its quality but the figures in
its manifest. ``training.quality`` measures it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from corpus.errors import InvalidModel

FILE = "evaluation/quality.json"


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A figure with its 95 % interval."""

    name: str  # as in ``training.clause_measures.headline``
    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """Clauses of which the model claimed about the same: calibrated when as many were so."""

    claimed: float  # mean probability, 0..1
    seen: float  # share that was so, 0..1
    number: int


@dataclass(frozen=True, kw_only=True)
class KindQuality:
    """How well one kind is found."""

    kind: str
    positives: int  # tested clauses that have it
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """A point of the learning curve: the fast tier alone, on the same tested clauses."""

    labels: int
    f1: float  # macro-F1 over the barrier kinds


@dataclass(frozen=True, kw_only=True)
class Against:
    """What changed since another model, on the clauses that both were tested on."""

    version: str  # of the other model
    clauses: int  # tested by both
    gains: dict[str, int]  # kind → decisions that became right
    losses: dict[str, int]  # kind → decisions that became wrong


@dataclass(frozen=True, kw_only=True)
class Quality:
    """Everything that was measured of a clause model on regulations that it had not seen."""

    clauses: int
    regulations: int
    measures: tuple[Measure, ...]
    kinds: tuple[KindQuality, ...]
    calibration: tuple[Claimed, ...]  # over all kinds together
    readers: dict[str, float]  # the same figures of two careful readers; empty where that was not measured
    learning: tuple[Learnt, ...]
    against: Against | None


def save_quality(quality: Quality, model: Path) -> None:
    """Write it beside a model."""
    path = model / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(quality), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load_quality(model: Path) -> Quality | None:
    """Read what save_quality wrote beside a model; None where it did not.

    Raises:
        InvalidModel: the file cannot be understood.
    """
    path = model / FILE
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return Quality(
            clauses=raw["clauses"],
            regulations=raw["regulations"],
            measures=tuple(Measure(**one) for one in raw["measures"]),
            kinds=tuple(KindQuality(**one) for one in raw["kinds"]),
            calibration=tuple(Claimed(**one) for one in raw["calibration"]),
            readers=raw["readers"],
            learning=tuple(Learnt(**one) for one in raw["learning"]),
            against=Against(**raw["against"]) if raw["against"] else None,
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidModel(f"{path}: cannot be read ({error})") from None
