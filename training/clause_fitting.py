"""Fitting the clause model: both tiers, what they say together, calibrated and cut off on regulations they did not see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from safetensors.numpy import load_file, save_file
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from models.clauses import ClauseModel, by_curve, consistent, in_doubt, not_settled
from models.columns import COLUMN, COLUMNS, KINDS, QUALIFICATIONS, STRENGTHS
from models.encoder import EncoderTier, WordMarks
from models.evidence import EvidenceFinder
from models.joint import BOUND, Curve, Joint, bent, sigmoid
from models.linear import LinearTier
from models.vectorising import ClauseVectoriser
from training.clause_examples import MISSING, ClauseExamples, Spans, Targets
from training.clause_measures import Unseen, token_f1
from training.splits import grouped_folds, learnable

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
Say = Callable[[str], None]
Calibration = tuple[Floats, Floats]
"""Slope and offset of every column, see ``platt``."""

REGULARISATION = 2.0
"""C of the fast tier's logistic regressions: best of 0.3, 0.7, 2 and 3 in grouped cross-validation."""

JOINT_REGULARISATION = 1.0
"""C of the regressions that weigh the tiers."""

FOLDS = 4
"""Of the cross-validation that makes the values on unseen regulations."""

LEAST_SLOPE = 0.05
"""Of a curve: what is likelier is always told as likelier."""

NEVER = -6.0
"""Log-odds of what no example holds."""


@dataclass(frozen=True)
class UnseenValues:
    """What the tiers said of clauses whose regulation, and whose copies elsewhere, they had not seen.

    Attributes:
        fast: *shape* (clauses, columns).
        slow: *shape* (clauses, columns); NaN in rows that no fold of the slow tier has tested.
        marks: of the slow tier; None in those rows.
    """

    fast: Floats
    slow: Floats | None = None
    marks: list[WordMarks | None] | None = None

    def only(self, rows: Rows) -> UnseenValues:
        """A part of the clauses."""
        return UnseenValues(
            fast=self.fast[rows],
            slow=self.slow[rows] if self.slow is not None else None,
            marks=[self.marks[row] for row in rows] if self.marks is not None else None,
        )

    @property
    def read_twice(self) -> Rows:
        """Rows that the slow tier has tested."""
        return np.flatnonzero(~np.isnan(self.slow[:, 0])) if self.slow is not None else np.zeros(0, np.int64)


def folds_of(data: ClauseExamples, *, seed: int = 0, folds: int = FOLDS) -> list[tuple[Rows, Rows]]:
    """(training rows, test rows): regulations on one side, and no copy of a test clause among the training clauses."""
    result = []
    for train, test in grouped_folds(data.groups, folds=min(folds, len(set(data.groups))), seed=seed):
        tested = set(data.families[test].tolist())
        result.append((np.array([row for row in train if data.families[row] not in tested], dtype=np.int64), test))
    return result


def fit_linear(data: ClauseExamples) -> LinearTier:
    """The fast tier, with its values as they come: slope 1 and offset 0."""
    vectoriser = ClauseVectoriser().fit(data.texts)
    weights, bias = _fit_columns(vectoriser.transform(data.texts), data.targets)
    return LinearTier(
        vectoriser=vectoriser, weights=weights, bias=bias,
        slope=np.ones(len(COLUMNS), np.float32), offset=np.zeros(len(COLUMNS), np.float32),
    )  # fmt: skip


def refit_linear(before: LinearTier, data: ClauseExamples, columns: Sequence[str], *, more: int = 0) -> LinearTier:
    """A fast tier with some columns fitted anew; of all others it says what the one before says, to the bit.

    The words that examples bring are added behind those that it knows (``ClauseVectoriser.extended``).

    Args:
        before: the tier whose other columns are kept, with their calibration.
        data: the examples.
        columns: that are fitted; their values are as they come: slope 1 and offset 0.
        more: in how many more clauses than words of a new tier a word must stand to be added.
    """
    vectoriser = before.vectoriser.extended(data.texts, more=more)
    places = np.array([COLUMN[name] for name in columns])
    features = vectoriser.transform(data.texts)
    weights = np.zeros((features.shape[1], len(COLUMNS)), dtype=np.float32)
    weights[vectoriser.places_of(before.vectoriser)] = before.weights
    bias, slope, offset = before.bias.copy(), before.slope.copy(), before.offset.copy()
    seen = np.flatnonzero(features.getnnz(axis=0))  # of the others every weight would come out as zero, in more time
    weights[:, places] = 0.0
    weights[np.ix_(seen, places)], bias[places] = _fit_columns(features[:, seen], data.targets[:, places])
    slope[places], offset[places] = 1.0, 0.0
    return LinearTier(vectoriser=vectoriser, weights=weights, bias=bias, slope=slope, offset=offset)


def unseen_fast(
    data: ClauseExamples,
    *,
    fit: Callable[[ClauseExamples], LinearTier] = fit_linear,
    seed: int = 0,
    work: Path | None = None,
    say: Say = lambda line: None,
) -> tuple[UnseenValues, Calibration]:
    """Values of the fast tier on unseen regulations, and the calibration that follows from them.

    Args:
        data: the examples.
        fit: makes the tier of a fold.
        seed: of the folds.
        work: folder of this very run, where finished folds are kept, so that a run that is cut off goes on; None for nowhere.
        say: told in one line what is being done.
    """
    splits = folds_of(data, seed=seed)
    raw = np.zeros((len(data), len(COLUMNS)), dtype=np.float32)
    for number, (train, test) in enumerate(splits):
        path = work / f"fast-{number}.safetensors" if work is not None else None
        if path is not None and path.exists():
            raw[test] = load_file(path)["values"]
        else:
            raw[test] = fit(data[train]).values([data.texts[row] for row in test])
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                save_file({"values": raw[test]}, path.with_suffix(".new"))
                path.with_suffix(".new").replace(path)
        say(f"fast tier: fold {number + 1} of {len(splits)}")
    kept = learnable(data.groups)  # on frozen regulations models are measured; they set no number of a model
    slope, offset = platt(raw[kept], data.targets[kept])
    return UnseenValues(fast=(raw * slope + offset).astype(np.float32)), (slope, offset)


def calibrated_linear(data: ClauseExamples, calibration: Calibration) -> LinearTier:
    """The fast tier that ships: fitted on everything, calibrated by what it said unseen."""
    fitted = fit_linear(data)
    return LinearTier(fitted.vectoriser, fitted.weights, fitted.bias, *calibration)


def fit_clause_model(
    data: ClauseExamples,
    *,
    fast: LinearTier,
    unseen: UnseenValues,
    slow: EncoderTier | None = None,
    plain: float = 0.0,
) -> ClauseModel:
    """The model that ships: the weighing of the tiers, thresholds and bounds are of what they said unseen."""
    joint = None
    rows = np.arange(len(data))
    if slow is not None and unseen.slow is not None:
        rows = unseen.read_twice
        joint = fit_joint(unseen.fast[rows], unseen.slow[rows], data.targets[rows])
    whole = cascade(unseen, joint, plain)[rows]
    thresholds = best_thresholds(whole, data.targets[rows])
    curve = fit_curve(whole, data.targets[rows])
    least = best_evidence_bound(data, unseen, fast) if joint is not None else 0.0
    return ClauseModel(fast=fast, thresholds=thresholds, slow=slow, joint=joint, curve=curve, plain=plain, evidence_least=least)


def cascade(unseen: UnseenValues, joint: Joint | None, plain: float) -> Floats:
    """Probabilities as ``ClauseModel.read`` would give them for these values. *Shape:* (clauses, columns)."""
    values = unseen.fast.copy()
    if joint is not None and unseen.slow is not None:
        rows = unseen.read_twice
        rows = rows[not_settled(values[rows], plain)]
        values[rows] = joint.values(unseen.fast[rows], unseen.slow[rows])
    return consistent(sigmoid(values))


def measure_unseen(
    data: ClauseExamples, unseen: UnseenValues, *, plain: float, finder: EvidenceFinder | None = None, seed: int = 1
) -> Unseen:
    """What the whole model says of unseen clauses; weights, thresholds and curve from other regulations than the judged.

    With a slow tier only the clauses that it tested are in the result: the others would be judged by half a model.
    """
    rows = unseen.read_twice if unseen.slow is not None else np.arange(len(data))
    probabilities = np.zeros((len(rows), len(COLUMNS)), dtype=np.float32)
    decided, doubtful = (np.zeros((len(rows), len(COLUMNS)), dtype=bool) for _ in range(2))
    groups = [data.groups[row] for row in rows]
    for train, test in grouped_folds(groups, folds=min(5, len(set(groups))), seed=seed):
        fitted, judged = rows[train], rows[test]
        joint = None
        if unseen.slow is not None:
            joint = fit_joint(unseen.fast[fitted], unseen.slow[fitted], data.targets[fitted])
        whole = cascade(unseen, joint, plain)
        thresholds = best_thresholds(whole[fitted], data.targets[fitted])
        # A curve that always rises leaves kinds in their order.
        probabilities[test] = by_curve(whole[judged], fit_curve(whole[fitted], data.targets[fitted]))
        decided[test] = whole[judged] >= thresholds
        doubtful[test] = in_doubt(whole[judged], thresholds)
    steps = [COLUMN[name] for name in STRENGTHS]
    found: list[Spans | None] = [None] * len(rows)
    if finder is not None:
        for place, row in enumerate(rows):
            if data.evidence[row]:
                marks = unseen.marks[row] if unseen.marks is not None else None
                kinds = argued_kinds(probabilities[place], decided[place], doubtful[place])
                found[place] = [(one.start, one.end) for one in finder.find(data.texts[row], kinds, marks)]
    return Unseen(
        refs=[data.texts[row].ref for row in rows],
        groups=groups,
        targets=data.targets[rows],
        probabilities=probabilities,
        decided=decided,
        level=decided[:, steps].sum(axis=1),
        evidence=[data.evidence[row] for row in rows],
        found=found,
    )


def argued_kinds(probabilities: Floats, decided: npt.NDArray[np.bool_], doubtful: npt.NDArray[np.bool_]) -> list[str]:
    """The kinds of a clause that evidence is looked for (see ``models.clauses.Judgement.argued``). *Shape:* (columns,) each."""
    kinds = [name for name in KINDS if decided[COLUMN[name]]] or [name for name in KINDS if doubtful[COLUMN[name]]]
    return sorted(kinds, key=lambda name: -probabilities[COLUMN[name]])


def platt(values: Floats, targets: Targets) -> tuple[Floats, Floats]:
    """Platt scaling (Platt 1999) of every column: slope and offset, *shape* (columns,) each."""
    slope, offset = np.ones(len(COLUMNS), dtype=np.float32), np.zeros(len(COLUMNS), dtype=np.float32)
    for column in range(len(COLUMNS)):
        known = targets[:, column] != MISSING
        truth, value = targets[known, column], values[known, column]
        if len(set(truth)) < 2:
            slope[column], offset[column] = 0.0, NEVER  # never seen: never claimed
            continue
        fitted = LogisticRegression(C=1e3).fit(value[:, None], truth)
        slope[column], offset[column] = fitted.coef_[0, 0], fitted.intercept_[0]
    return slope, offset


def fit_joint(fast: Floats, slow: Floats, targets: Targets) -> Joint:
    """A weight for each tier and an offset for every column, by logistic regression.

    Rule qualifications are left to the fast tier: what authorities call a rule hangs on its heading, word by word, and with few
    authorities to learn from the slow tier does worse on the next one (macro-F1 0.69 against 0.83 on unseen Limburg).
    """
    columns = len(COLUMNS)
    weights, bias = np.zeros((2, columns), dtype=np.float32), np.zeros(columns, dtype=np.float32)
    weights[0] = 1.0
    for column in range(COLUMN[QUALIFICATIONS[0]]):
        known = targets[:, column] != MISSING
        truth = targets[known, column]
        if len(set(truth)) == 2:
            both = np.clip(np.column_stack([fast[known, column], slow[known, column]]), -BOUND, BOUND)
            fitted = LogisticRegression(C=JOINT_REGULARISATION).fit(both, truth)
            weights[:, column], bias[column] = fitted.coef_[0], fitted.intercept_[0]
    return Joint(fast=weights[0], slow=weights[1], bias=bias)


def best_thresholds(probabilities: Floats, targets: Targets) -> Floats:
    """The probability of best F1 for every column; 0.5 where nothing is known. *Shape:* (columns,)."""
    thresholds = np.full(len(COLUMNS), 0.5, dtype=np.float32)
    for column in range(len(COLUMNS)):
        known = targets[:, column] != MISSING
        truth, value = targets[known, column] == 1, probabilities[known, column]
        if truth.any():
            order = np.argsort(-value, kind="stable")
            hits = np.cumsum(truth[order])
            best = int(np.argmax(2 * hits / (np.arange(1, len(truth) + 1) + truth.sum())))
            following = value[order[best + 1]] if best + 1 < len(order) else value[order[best]] / 2
            thresholds[column] = (value[order[best]] + following) / 2
    return thresholds


def expected_thresholds(probabilities: Floats, targets: Targets) -> Floats:
    """The probability of best expected F1 for every column, which is half of that F1 (Lipton, Elkan and Naryanaswamy 2014).

    It asks the probabilities alone how many of them are true, so it holds where they are calibrated, and few labels do not
    throw it about: with 1,000 labels macro-F1 over all kinds was 0.627, with ``best_thresholds`` 0.614; with 4,000 labels 0.627
    and 0.624.

    *Shape:* (columns,); 0.5 where nothing is known.
    """
    thresholds = np.full(len(COLUMNS), 0.5, dtype=np.float32)
    for column in range(len(COLUMNS)):
        chances = np.sort(probabilities[targets[:, column] != MISSING, column].astype(np.float64))[::-1]
        if chances.sum() > 0:
            expected = 2 * np.cumsum(chances) / (np.arange(1, len(chances) + 1) + chances.sum())
            thresholds[column] = expected.max() / 2
    return thresholds


def fit_curve(probabilities: Floats, targets: Targets) -> Curve:
    """The curve by which chances of kinds are told: least logarithmic loss over all kinds together.

    Args:
        probabilities: of clauses that the model has not seen; *shape* (clauses, columns).
        targets: the truth, *shape* as above.
    """
    kinds = [COLUMN[name] for name in KINDS]
    known = targets[:, kinds] != MISSING
    truth, along = (targets[:, kinds][known] == 1).astype(np.float64), bent(probabilities[:, kinds][known])

    def loss(told: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        values, away = along @ told[1:] + told[0], told - as_it_is
        wrong = expit(values) - truth
        gradient = np.concatenate([[wrong.sum()], wrong @ along]) + away
        return float(np.logaddexp(0, values).sum() - truth @ values + away @ away / 2), gradient

    as_it_is = np.array([0.0, *np.ones(along.shape[-1])])
    bounds = [(None, None), *[(LEAST_SLOPE, None)] * along.shape[-1]]
    level, *slopes = minimize(loss, as_it_is, jac=True, method="L-BFGS-B", bounds=bounds).x
    return Curve(slopes=np.array(slopes, dtype=np.float32), level=float(level))


def best_evidence_bound(data: ClauseExamples, unseen: UnseenValues, fast: LinearTier, *, sample: int = 1_500) -> float:
    """Log-odds from which a word piece is evidence: best token-F1 on unseen clauses."""
    if unseen.marks is None:
        return 0.0
    rows = [row for row in unseen.read_twice if data.evidence[row]][:sample]
    scores = {}
    for bound in (-2.5, -2.0, -1.5, -1.0, -0.5, 0.0):
        finder = EvidenceFinder(ClauseModel(fast, np.full(len(COLUMNS), 0.5, np.float32), evidence_least=bound))
        found = [
            [(one.start, one.end) for one in finder.find(data.texts[row], _labelled_kinds(data, row), unseen.marks[row])]
            for row in rows
        ]
        scores[bound] = token_f1([data.evidence[row] for row in rows], found)
    return max(scores, key=lambda bound: scores[bound]) if rows else 0.0


def _labelled_kinds(data: ClauseExamples, row: int) -> list[str]:
    return [name for name in KINDS if data.targets[row, COLUMN[name]] == 1]


def _fit_columns(features: sp.csr_matrix, targets: Targets) -> tuple[Floats, Floats]:
    def fit(column: int) -> tuple[Floats, float]:
        known = np.flatnonzero(targets[:, column] != MISSING)
        truth = targets[known, column]
        if len(set(truth)) < 2:
            return np.zeros(features.shape[1], dtype=np.float32), NEVER
        model = LogisticRegression(C=REGULARISATION, solver="liblinear", class_weight="balanced", random_state=0)
        model.fit(features[known], truth)
        return model.coef_[0].astype(np.float32), float(model.intercept_[0])

    with ThreadPoolExecutor(2) as pool:  # liblinear works without the interpreter lock
        fitted = list(pool.map(fit, range(targets.shape[1])))
    return np.column_stack([weights for weights, _ in fitted]), np.array([bias for _, bias in fitted], dtype=np.float32)
