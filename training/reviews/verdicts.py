"""What the gate said of a model, kept beside it as MODEL/evaluation/gate.json; light, for whoever only wants to read it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from corpus.errors import InvalidModel
from models.packaging import open_package
from training.reviews.reviewers import Reviewer

FILE = "evaluation/gate.json"


@dataclass(frozen=True, kw_only=True)
class Guard:
    """One guarded measure of both."""

    name: str  # "frozen macro_f1_barriers", "frozen kind verbod", "recent ...", "latency", "size"
    champion: float
    challenger: float
    low: float  # of the difference, 95 %
    high: float
    passed: bool


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether a challenger may serve."""

    champion: str  # version of the model that it was compared with
    guards: tuple[Guard, ...]
    suspects: tuple[Reviewer, ...]  # whose judgements a person should look at first

    @property
    def passed(self) -> bool:
        """Every guard passed and nobody's judgements stand out."""
        return not self.suspects and all(guard.passed for guard in self.guards)

    @property
    def failures(self) -> list[str]:
        """In words, why not; empty when it passed."""
        told = [f"{g.name}: {g.champion:.4f} became {g.challenger:.4f}" for g in self.guards if not g.passed]
        return told + [
            f"reviewer {one.number}: {one.distance:.1f} standard errors further from the model than others, over {one.judged}"
            f" clauses; contradicted on {one.contradicted} of {one.checked} that others spoke of, of all others"
            f" {one.usual:.0%} are"
            for one in self.suspects
        ]


def load_verdict(model: Path) -> Verdict | None:
    """What the gate said of a model; None when it never stood before it.

    Raises:
        InvalidModel: the file cannot be understood.
    """
    try:
        raw = json.loads((model / FILE).read_text(encoding="utf-8"))
        return Verdict(
            champion=raw["champion"],
            guards=tuple(Guard(**one) for one in raw["guards"]),
            suspects=tuple(Reviewer(**one) for one in raw["suspects"]),
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidModel(f"{model / FILE}: cannot be read ({error})") from None


def save_verdict(verdict: Verdict, model: Path) -> None:
    """Keep it beside the challenger."""
    path = model / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    told = {
        "champion": verdict.champion,
        "challenger": open_package(model).version,
        "passed": verdict.passed,
        "guards": [asdict(one) for one in verdict.guards],
        "suspects": [asdict(one) for one in verdict.suspects],
    }
    written = path.with_suffix(".new")
    written.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    written.replace(path)
