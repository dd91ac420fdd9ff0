"""The slow tier of a model goes on to learn from labels and judgements that came after it, on two cores.

It goes over all of them a few times, the old ones among them; then every weight is drawn half-way back to what it was (weights
averaged: Wortsman et al. 2022, *Robust fine-tuning of zero-shot models*). What it knew from teachers, who judged many more
clauses than people did, is not lost to the labels, and what is new in these stays.

Where there are clauses that nobody labelled, it learns once more, from half-way: what it was and what the labels made of it say
together of those that it doubted, and the labels again (Furlanello et al. 2018, *Born-again neural networks*).

    WORK/labels.safetensors            what the labels made of it
    WORK/again-<others>.safetensors    what it has learnt from both of its selves of those clauses
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerFast

from models.columns import COLUMN, KINDS
from models.encoder import EncoderTier
from models.vectorising import ClauseText
from training.clause_examples import ClauseExamples
from training.encoder.batching import Pieces, device
from training.encoder.distilling import joined
from training.encoder.exporting import exported
from training.encoder.finetuning import (
    ClauseEncoder,
    FinetuningConfig,
    Lessons,
    Tokenised,
    answers,
    learn_on,
    lessons,
    tokenise,
)
from training.encoder.reopening import reopened

Say = Callable[[str], None]

FURTHER = FinetuningConfig(epochs=3, learning_rate=2e-4, output_rate=4e-4, batch_tokens=4_096, dropout=0.05)
"""How it learns the labels."""

AGAIN = FinetuningConfig(epochs=3, learning_rate=2.5e-4, output_rate=5e-4, batch_tokens=8_192, dropout=0.05)
"""How it learns from both of its selves."""

HALF_WAY = 0.5
"""How far it goes from what it was to what the labels alone make of it.

A model that had learnt 29,000 labels went on with 48,000. On 3,626 labelled clauses of frozen regulations its macro-F1 over the
barrier kinds was 0.648 before, 0.656 at 0.3, 0.659 at 0.5, and 0.660 at the end; on the 1,895 of them that are like the labels
that it knew, it found the addressee in 0.866, 0.866, 0.864 and 0.860.
"""

AT_LAST = 0.7
"""How far it goes from what it was to what it has learnt from both of its selves.

Of the same clauses, with a fast tier that learnt the 48,000 as well: macro-F1 over the barrier kinds 0.664 half-way without
this, 0.670 at 0.7 and at 1; micro-F1 over all kinds 0.675, 0.682 and 0.680.
"""

READ = 110_000
"""Clauses without a label that it may read to find those that it doubts."""

DOUBTED = 0.05
"""From which chance of any kind on a clause is doubted; half of all clauses are not, and little is to be learnt from those."""


def gone_on(
    tier: EncoderTier,
    data: ClauseExamples,
    unlabelled: Iterable[ClauseText] = (),
    *,
    config: FinetuningConfig = FURTHER,
    again: FinetuningConfig = AGAIN,
    work: Path | None = None,
    say: Say = lambda line: None,
) -> EncoderTier:
    """A slow tier that has learnt these examples as well.

    Args:
        tier: what it was; it stays as it is.
        data: all examples, those that it learnt from before among them.
        unlabelled: other clauses, none of a regulation that it is measured on; without any it learns from labels alone.
        config: of the fit to labels; its seed is that of the other fit too.
        again: of the fit to what both of its selves say.
        work: folder of this very run, where fits are kept, so that a run that is cut off goes on; None for nowhere.
        say: told in one line how it goes.

    Raises:
        UsageError: its encoder is not shaped like one that is trained here.
    """
    files = tier.files
    tokenizer = Tokenizer.from_str(files["tokenizer.json"].decode("utf-8"))
    pads = [name for name in ("[PAD]", "<pad>") if tokenizer.token_to_id(name) is not None]
    wrapped = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token=pads[0] if pads else None)
    read = tokenise(wrapped, data.texts, max_length=tier.max_length)
    taught = lessons(read, data.targets, data.evidence, smoothing=config.smoothing)
    before = reopened(files["encoder.onnx"])

    def kept(name: str, begun: ClauseEncoder, make: Callable[[ClauseEncoder], ClauseEncoder]) -> ClauseEncoder:
        path = work / f"{name}.safetensors" if work is not None else None
        if path is not None and path.exists():
            begun.load_state_dict(load_file(path))
            return begun.eval()
        made = make(begun)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            save_file({key: value.cpu().contiguous() for key, value in made.state_dict().items()}, path.with_suffix(".new"))
            path.with_suffix(".new").replace(path)
        return made

    say(f"slow tier: goes on with {len(data)} clauses")
    after = kept("labels", _another(before, config.dropout), lambda begun: learn_on(begun, taught, config=config, say=say))
    result = part_way(before, after, HALF_WAY)
    others = list(unlabelled)
    if others:

        def learnt(begun: ClauseEncoder) -> ClauseEncoder:
            say(f"slow tier: what it was and what it is say of {len(others)} clauses")
            unread = tokenise(wrapped, others, max_length=tier.max_length)
            doubted = _doubted(before, unread, again)
            both = _both_say(before, after, read, taught, unread.of(doubted), again)
            say(f"slow tier: learns it again, of {len(doubted)} that it doubted")
            return learn_on(begun, both, config=replace(again, seed=config.seed), say=say)

        digest = hashlib.sha256("".join(f"{one.ref}\n{one.text}\n" for one in others).encode()).hexdigest()[:16]
        result = part_way(before, kept(f"again-{digest}", _another(result, again.dropout), learnt), AT_LAST)
    return EncoderTier(exported(result), files["tokenizer.json"], max_length=tier.max_length, threads=2)


def _another(model: ClauseEncoder, dropout: float) -> ClauseEncoder:
    result = deepcopy(model)
    result.dropout.p = dropout
    return result


def _doubted(model: ClauseEncoder, clauses: Tokenised, config: FinetuningConfig) -> list[int]:
    kinds = [COLUMN[name] for name in KINDS]
    said, _ = answers(model.to(device()).eval(), Pieces.of(clauses.ids, pad=clauses.pad), tokens=config.batch_tokens)
    return [int(row) for row in torch.nonzero(torch.sigmoid(said[:, kinds]).max(dim=1).values > DOUBTED).flatten()]


def _both_say(
    before: ClauseEncoder, after: ClauseEncoder, read: Tokenised, taught: Lessons, others: Tokenised, config: FinetuningConfig
) -> Lessons:
    """What two encoders say together of labelled clauses, beside the labels, and of others."""
    spans = [*read.spans, *others.spans]
    pieces = Pieces.of([*read.ids, *others.ids], pad=read.pad)
    (values, marks), (other_values, other_marks) = (
        answers(one.to(device()).eval(), pieces, tokens=config.batch_tokens) for one in (before, after)
    )
    values, marks = (values + other_values) / 2, (marks + other_marks) / 2
    readable = torch.tensor([end > start for row in spans for start, end in row], device=device())
    both = joined(taught, pieces, values, marks, readable)
    values[: len(read.ids)] = float("nan")  # there the label has its say
    return replace(both, values=values)


@torch.no_grad()
def part_way(before: ClauseEncoder, after: ClauseEncoder, share: float) -> ClauseEncoder:
    """The encoder between two of one shape, so far from the first; neither changes."""
    result, was = deepcopy(after), before.state_dict()
    for name, value in result.state_dict().items():
        if value.dtype.is_floating_point:
            value.lerp_(was[name].to(value.device), 1 - share)
    return result.eval()
