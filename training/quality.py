"""Measures what people are shown of a model (see models.quality)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from models.columns import COLUMN, KINDS
from models.quality import Against, Claimed, KindQuality, Learnt, Measure, Quality
from training.agreement import readers_agreement
from training.clause_measures import RESAMPLES, Unseen, changes, intervals, per_kind, reliability


def measure_quality(
    unseen: Unseen,
    *,
    curve: Sequence[dict[str, float]] = (),
    before: tuple[str, Unseen] | None = None,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Quality:
    """What is measured of a clause model.

    Args:
        unseen: what it said of clauses whose regulation it had not seen.
        curve: the learning curve, see ``training.learning_curve``.
        before: version of another model, and what that said of clauses that it had not seen.
        seed, resamples: of the intervals.
    """
    part = unseen.only(unseen.labelled)
    kinds = [COLUMN[name] for name in KINDS]
    points = reliability((part.targets[:, kinds] == 1).ravel(), part.probabilities[:, kinds].ravel())
    measured = intervals(unseen, seed=seed, resamples=resamples)
    names = [field for field in KindQuality.__dataclass_fields__ if field != "kind"]
    return Quality(
        clauses=len(part.refs),
        regulations=len(set(part.groups)),
        measures=tuple(Measure(name=name, value=v, low=low, high=high) for name, (v, low, high) in measured.items()),
        kinds=tuple(KindQuality(kind=row["kind"], **{name: row[name] for name in names}) for row in per_kind(unseen)),
        calibration=tuple(Claimed(claimed=claimed, seen=seen, number=number) for claimed, seen, number in points),
        readers=readers_agreement(),
        learning=tuple(Learnt(labels=int(point["labels"]), f1=point["macro_f1_barriers"]) for point in curve),
        against=_against(*before, unseen) if before is not None else None,
    )


def _against(version: str, before: Unseen, after: Unseen) -> Against:
    changed = changes(before, after)
    return Against(
        version=version,
        clauses=len(set(before.refs) & set(after.refs)),
        gains=dict(Counter(entry["kind"] for entry in changed["gains"])),
        losses=dict(Counter(entry["kind"] for entry in changed["losses"])),
    )
