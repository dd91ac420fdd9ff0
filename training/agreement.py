"""How far careful readers agree: blind second readings against the labels, and blind second grades against the grades."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import cohen_kappa_score, f1_score

from corpus.labels import clause_labels, graded_pairs, reach_labels, second_grades, second_reach, second_readings
from models.columns import ADDRESSEES, BARRIERS, COLUMN, KINDS, QUALIFICATIONS
from training.clause_examples import target_row
from training.clause_measures import quadratic_kappa


def readers_agreement() -> dict[str, float]:
    """Two readings of the same clauses, the first taken as truth; named as in ``clause_measures.headline``.

    It bounds how consistent the labels are; that both readers are right it does not prove.
    """
    first = {(label.ref, label.sha256): label for label in clause_labels()}
    pairs = [(first[label.ref, label.sha256], label) for label in second_readings() if (label.ref, label.sha256) in first]
    one = np.array([target_row(label, label.qualification) for label, _ in pairs])
    other = np.array([target_row(label, label.qualification) for _, label in pairs])
    kinds = [COLUMN[name] for name in KINDS]
    scores = [float(f1_score(one[:, column] == 1, other[:, column] == 1, zero_division=0)) for column in kinds]
    qualifications = [COLUMN[name] for name in QUALIFICATIONS]
    both = (one[:, qualifications[0]] >= 0) & (other[:, qualifications[0]] >= 0)
    addressees = [COLUMN[name] for name in ADDRESSEES]
    return {
        "clauses": float(len(pairs)),
        "macro_f1_barriers": float(np.mean(scores[: len(BARRIERS)])),
        "macro_f1_kinds": float(np.mean(scores)),
        "micro_f1_kinds": float(f1_score(one[:, kinds] == 1, other[:, kinds] == 1, average="micro")),
        "accuracy_addressee": float((one[:, addressees].argmax(axis=1) == other[:, addressees].argmax(axis=1)).mean()),
        "kappa_strength": quadratic_kappa(*np.array([(a.strength, b.strength) for a, b in pairs]).T),
        "accuracy_qualification": float(
            (one[both][:, qualifications].argmax(axis=1) == other[both][:, qualifications].argmax(axis=1)).mean()
        ),
    }


def graders_agreement() -> dict[str, float]:
    """Two grades of the same pairs of initiative and clause.

    Returns:
        How many pairs; the share of equal grades; of grades at most one apart, room counting as 0; quadratic kappa of those;
        and Cohen's kappa of whether a clause obstructs at all (grade 1 or more), and whether it gives room.
    """
    second = second_grades()
    both = [(pair.grade, second[pair.initiative, pair.ref]) for pair in graded_pairs() if (pair.initiative, pair.ref) in second]
    one, other = np.array([[0 if grade == "R" else int(grade) for grade in pair] for pair in both]).T
    room = np.array([[grade == "R" for grade in pair] for pair in both]).T
    return {
        "pairs": float(len(both)),
        "accuracy": float(np.mean([first == again for first, again in both])),
        "within_one": float((abs(one - other) <= 1).mean()),
        "kappa_grade": quadratic_kappa(one, other),
        "kappa_obstructs": float(cohen_kappa_score(one >= 1, other >= 1)),
        "kappa_room": float(cohen_kappa_score(*room)),
    }


def reach_agreement() -> dict[str, float]:
    """Two readers on how many initiatives meet the same clauses.

    Returns:
        How many clauses; the share of equal answers; of answers at most one apart; quadratic kappa; and Cohen's kappa of
        whether anybody meets the clause at all. Clauses that the first reader let somebody meet were drawn more often.
    """
    first = {label.ref: label.reach for label in reach_labels()}
    one, other = np.array([(first[label.ref], label.reach) for label in second_reach()]).T
    return {
        "clauses": float(len(one)),
        "accuracy": float((one == other).mean()),
        "within_one": float((abs(one - other) <= 1).mean()),
        "kappa_reach": float(cohen_kappa_score(one, other, weights="quadratic")),
        "kappa_met": float(cohen_kappa_score(one >= 1, other >= 1)),
    }
