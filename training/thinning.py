"""A model that ships is made faster: its encoder is thinned, and learns from what the whole one says.

It takes no accelerator. The whole encoder judges clauses of a store that nobody labelled, and the labelled ones; the thin one
learns both. The fast tier, the weights between the tiers and the thresholds stay, for the thin one is to say the same; rule
qualifications are of the fast tier alone. What it says is then measured on the frozen regulations, which neither learnt from.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus.errors import StoreProblem, UsageError
from corpus.labels import join
from corpus.store import Store
from models.clauses import ClauseModel
from models.columns import COLUMN, COLUMNS, KINDS
from models.encoder import EncoderTier
from models.joint import sigmoid
from models.loading import load_model, save_model
from models.packaging import open_package
from models.quality import save_quality
from models.vectorising import ClauseText
from training.clause_config import ThinningConfig
from training.clause_examples import ClauseExamples, clause_examples
from training.clause_measures import headline
from training.clause_running import PER_REGULATION
from training.extras import require_training_extra
from training.quality import measure_quality
from training.reading import frozen_examples, said_of
from training.splits import frozen, learnable
from training.unseen_files import load_unseen, save_unseen

if TYPE_CHECKING:
    from training.encoder.finetuning import ClauseEncoder, Tokenised
    from training.encoder.thinning import Shape

Say = Callable[[str], None]

WEIGHED = 800
"""Clauses by which it is decided what goes."""


def thin_model(
    before: Path, store: Store, output: Path, *, config: ThinningConfig, say: Say = lambda line: None
) -> dict[str, Any]:
    """Thin a model and write its directory.

    Args:
        before: the model directory.
        store: holds the texts of the labelled clauses, and others.
        output: the model directory to write.
        config: of the run.
        say: told in one line what is being done.

    Returns:
        What the manifest says.

    Raises:
        UsageError: the model has no encoder or less than is to stay of it, or the extra ``train`` is not installed.
        StoreProblem: the store lacks labelled clauses.
        InvalidModel: there is no model, or its encoder is no BERT.
    """
    require_training_extra()
    began = time.monotonic()
    package, model = open_package(before), load_model(before)
    if model.clauses.slow is None:
        raise UsageError(f"{before}: the model has no encoder to thin")
    data = clause_examples(store, join(store))
    labelled, kept_apart = data[learnable(data.groups)], frozen_examples(data)
    if not len(labelled) or not len(kept_apart):
        raise StoreProblem(f"{store.folder}: labelled clauses are needed, of frozen regulations and of others")
    start, shape = _opened(model.clauses.slow, config)
    unlabelled = list(islice(_unlabelled(store, model.clauses, labelled, config), config.unlabelled))
    say(f"{len(labelled)} labelled clauses, {len(unlabelled)} others")
    slow = _learnt(model.clauses.slow, start, shape, labelled, unlabelled, config, say)
    thinned = replace(model, version=config.version, clauses=replace(model.clauses, slow=slow))
    say("reading the frozen regulations")
    said, whole = said_of(thinned.clauses, kept_apart), said_of(model.clauses, kept_apart)
    figures = headline(said)
    # What hangs on the fast tier alone, as ranking and rule qualifications do, is what it was.
    measured: dict[str, Any] = {**package.manifest.get("measured", {}), "clauses": figures, "frozen": figures}
    about: dict[str, Any] = {
        **{name: package.manifest[name] for name in ("config", "data") if name in package.manifest},
        "thinned": {"from": package.version, "config": asdict(config), "measured_before": headline(whole)},
        "measured": measured,
    }
    save_model(thinned, output, about=about)
    save_unseen(said, output)
    kept = load_unseen(output)  # in steps of 1/255: whoever measures it again finds the same
    save_quality(measure_quality(kept, before=(package.version, whole), seed=config.seed), output)
    say(f"done in {time.monotonic() - began:.0f} s, written to {output}")
    return about


def _opened(whole: EncoderTier, config: ThinningConfig) -> tuple[ClauseEncoder, Shape]:
    """The encoder to thin, and what is left of it: what cannot be is told before anything takes long."""
    from training.encoder.reopening import reopened
    from training.encoder.thinning import Shape

    shape = Shape(layers=config.layers, heads=(config.heads,) * len(config.layers), neurons=config.neurons)
    start = reopened(whole.files["encoder.onnx"])
    shape.check(start)
    return start, shape


def _unlabelled(store: Store, model: ClauseModel, labelled: ClauseExamples, config: ThinningConfig) -> Iterator[ClauseText]:
    """Clauses that the slow tier would be asked about, none of a frozen or reserved regulation, none that has a label."""
    from training.encoder.texts import readable_clauses

    known, kinds = {text.ref for text in labelled.texts}, [COLUMN[name] for name in KINDS]
    clauses = (
        clause
        for clause in readable_clauses(store, per_regulation=PER_REGULATION, seed=config.seed)
        if clause.ref not in known and not frozen(clause.ref.partition("/")[0])
    )
    while some := list(islice(clauses, 4_000)):
        chance = sigmoid(model.fast.values(some))[:, kinds].max(axis=1)
        yield from (clause for clause, value in zip(some, chance, strict=True) if value >= config.doubtful)


def _learnt(
    whole: EncoderTier,
    start: ClauseEncoder,
    shape: Shape,
    labelled: ClauseExamples,
    unlabelled: Sequence[ClauseText],
    config: ThinningConfig,
    say: Say,
) -> EncoderTier:
    """The thin encoder."""
    import torch
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

    from training.encoder.batching import Pieces, device
    from training.encoder.distilling import joined
    from training.encoder.exporting import exported
    from training.encoder.finetuning import FinetuningConfig, learn_on, lessons, tokenise
    from training.encoder.thinning import thin

    onnx, tokenizer, longest = whole.files["encoder.onnx"], whole.files["tokenizer.json"], whole.max_length
    settings = FinetuningConfig(
        epochs=config.epochs, learning_rate=config.learning_rate, output_rate=config.output_rate,
        batch_tokens=config.batch_tokens, max_length=longest, dropout=config.dropout, seed=config.seed,
    )  # fmt: skip
    texts = [*labelled.texts, *unlabelled]
    words = PreTrainedTokenizerFast(tokenizer_object=Tokenizer.from_str(tokenizer.decode("utf-8")), pad_token="[PAD]")
    tokenised = tokenise(words, texts, max_length=longest)
    say(f"the whole encoder reads {len(texts)} clauses")
    values, marks = _said(EncoderTier(onnx, tokenizer, max_length=longest, threads=2), texts, tokenised)
    own = lessons(_first(tokenised, len(labelled)), labelled.targets, labelled.evidence, smoothing=settings.smoothing)
    pieces = Pieces.of(tokenised.ids, pad=tokenised.pad)
    readable = torch.tensor([end > begin for row in tokenised.spans for begin, end in row], device=device())
    exact = torch.from_numpy(values).to(device())
    taught = joined(own, pieces, exact, torch.from_numpy(marks).to(device()), readable)
    exact[: len(labelled)] = float("nan")  # there the label has its say
    start.to(device())
    by_chance = np.random.default_rng(config.seed).permutation(len(texts))[:WEIGHED]
    thin(start, Pieces.of([tokenised.ids[row] for row in by_chance], pad=tokenised.pad), shape, say=say)
    start.dropout.p = config.dropout
    learnt = learn_on(start, replace(taught, values=exact), config=settings, say=say)
    return EncoderTier(exported(learnt), tokenizer, max_length=longest)


def _first(tokenised: Tokenised, count: int) -> Tokenised:
    return replace(tokenised, ids=tokenised.ids[:count], spans=tokenised.spans[:count])


def _said(judge: EncoderTier, texts: Sequence[ClauseText], tokenised: Tokenised) -> tuple[np.ndarray, np.ndarray]:
    """Log-odds of every column, *shape* (clauses, columns), and of every piece; 0 where it is not of the text."""
    values, marks = np.zeros((len(texts), len(COLUMNS)), dtype=np.float32), []
    for start in range(0, len(texts), 1_000):
        values[start : start + 1_000], said = judge.values(texts[start : start + 1_000])
        for spans, own in zip(tokenised.spans[start : start + 1_000], said, strict=True):
            row, scores = np.zeros(len(spans), dtype=np.float32), iter(own.scores)
            for place, (begin, end) in enumerate(spans):
                row[place] = next(scores) if end > begin else 0.0
            marks.append(row)
    return values, np.concatenate(marks)
