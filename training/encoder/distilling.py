"""Encoders teach one what clauses are (knowledge distillation, Hinton, Vinyals and Dean 2015).

Some encoders, alike but for their seed, learn from labels. What they say together is better than what any of them says; a
faster one, the one that serves, then learns it from them: of many more clauses than anybody labelled, and of the labelled ones
beside the label.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from transformers import AutoTokenizer

from models.columns import COLUMNS, QUALIFICATIONS
from models.vectorising import ClauseText
from training.clause_examples import MISSING
from training.encoder.batching import Pieces, device
from training.encoder.finetuning import (
    ADDRESSEE_COLUMNS,
    ClauseEncoder,
    FinetuningConfig,
    Lessons,
    Tokenised,
    answers,
    learn,
    learn_on,
    lessons,
    tokenise,
)

Say = Callable[[str], None]

OWN = 0.5
"""Weight of a label beside what the teachers say of the same clause."""


def fit_taught(
    folder: Path,
    clauses: Sequence[ClauseText],
    targets: npt.NDArray[np.int8],
    evidence: Sequence[Sequence[tuple[int, int]] | None],
    unlabelled: Sequence[ClauseText],
    *,
    pupil: ClauseEncoder,
    teachers: int,
    config: FinetuningConfig,
    teacher_config: FinetuningConfig,
    say: Say = lambda line: None,
) -> ClauseEncoder:
    """Fit some encoders to labels, and one to what they say.

    Args:
        folder: Hugging Face model directory that the teachers start from.
        clauses: with labels.
        targets: *shape* (clauses, columns); 1, 0 or MISSING.
        evidence: spans in the text of each labelled clause; None where none was asked for.
        unlabelled: clauses that only the teachers judge; none of a regulation that the result is tested on.
        pupil: the one that learns from the others, reading the same word pieces; it changes.
        teachers: how many.
        config: how it learns; an epoch goes over labelled and unlabelled clauses.
        teacher_config: how the teachers learn.
        say: told in one line how it goes.
    """
    tokenizer = AutoTokenizer.from_pretrained(folder)
    labelled = tokenise(tokenizer, clauses, max_length=config.max_length)
    others = tokenise(tokenizer, unlabelled, max_length=config.max_length) if unlabelled else Tokenised([], [], labelled.pad)
    own = lessons(labelled, targets, evidence, smoothing=config.smoothing)
    pieces = Pieces.of([*labelled.ids, *others.ids], pad=labelled.pad)
    values = torch.zeros((len(pieces), len(COLUMNS)), device=device())
    marks = torch.zeros(len(pieces.flat), device=device())
    for number in range(teachers):
        say(f"teacher {number + 1} of {teachers}: {len(clauses)} clauses, then what it says of {len(unlabelled)} more")
        teacher = learn(folder, own, config=replace(teacher_config, seed=teacher_config.seed + number), say=say)
        said, marked = answers(teacher, pieces, tokens=8 * teacher_config.batch_tokens)
        values += said / teachers
        marks += marked / teachers
    readable = torch.tensor([end > start for row in [*labelled.spans, *others.spans] for start, end in row], device=device())
    say("learning what they say")
    taught = joined(own, pieces, values, marks, readable)
    values[: len(clauses)] = float("nan")  # there the label has its say
    return learn_on(pupil, replace(taught, values=values), config=config, say=say)


def joined(own: Lessons, pieces: Pieces, values: torch.Tensor, marks: torch.Tensor, readable: torch.Tensor) -> Lessons:
    """What the teachers say of all clauses, mixed with the labels of the first ones.

    Args:
        own: lessons of the labels; their clauses are the first ones of ``pieces``.
        pieces: all clauses.
        values, marks: what the teachers say, log-odds; *shape* (clauses, columns), and of every piece in ``pieces.flat``.
        readable: which of these pieces are of a clause's text.
    """
    goals = torch.sigmoid(values)
    goals[:, ADDRESSEE_COLUMNS] = torch.softmax(values[:, ADDRESSEE_COLUMNS], dim=1)
    goals[:, len(COLUMNS) - len(QUALIFICATIONS) :] = MISSING  # what authorities call a rule is learnt from them alone
    first, count = goals[: len(own.pieces)], len(own.pieces.flat)
    mixed = torch.where(first == MISSING, own.goals, OWN * own.goals + (1 - OWN) * first)
    goals[: len(own.pieces)] = torch.where(own.goals == MISSING, first, mixed)
    said = torch.where(readable, torch.sigmoid(marks), float(MISSING))
    mixed = OWN * own.marks + (1 - OWN) * said[:count]
    said[:count] = torch.where(own.marks == MISSING, said[:count], mixed)
    return Lessons(pieces=pieces, goals=goals, marks=said)
