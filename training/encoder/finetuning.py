"""The encoder learns what clauses are: kinds, strength, addressee, rule qualification, and which words carry them.

Every output has a query of its own that looks for its words in the clause (label-wise attention, Mullenbach et al. 2018), so a
kind that hangs on three words of a long list is not washed out by the rest.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional
from transformers import AutoConfig, AutoModel, AutoTokenizer

from corpus.errors import UsageError
from models.columns import ADDRESSEES, COLUMN, COLUMNS, QUALIFICATIONS
from models.encoding import framed
from models.vectorising import ClauseText
from training.clause_examples import MISSING
from training.encoder.batching import Pieces, attention_way, batches, device, half_precision

Say = Callable[[str], None]

VALUES_WEIGHT, MOST = 0.1, 8.0
"""What the distance in log-odds weighs beside the rest, and from where on log-odds are alike: certain is certain."""

ADDRESSEE_COLUMNS = [COLUMN[name] for name in ADDRESSEES]
_QUALIFICATIONS = [COLUMN[name] for name in QUALIFICATIONS]
_YES_NO = [index for index in range(len(COLUMNS)) if index not in {*ADDRESSEE_COLUMNS, *_QUALIFICATIONS}]


@dataclass(frozen=True, kw_only=True)
class FinetuningConfig:
    """How the encoder is fitted to the labels; kept with the result."""

    epochs: int = 4
    layers: int | None = None  # the first so many of the encoder; None for all
    learning_rate: float = 3e-4  # of the encoder; the outputs learn at ``output_rate``
    output_rate: float = 2e-3
    max_length: int = 256  # word pieces
    batch_tokens: int = 2_048
    evidence_weight: float = 0.3
    dropout: float = 0.1
    smoothing: float = 0.02  # of labels, see ``lessons``
    seed: int = 0
    threads: int = 2


class ClauseEncoder(nn.Module):
    """An encoder with one output per column and one evidence score per word piece."""

    def __init__(self, encoder: nn.Module, *, dropout: float = 0.0) -> None:
        super().__init__()
        size = encoder.config.hidden_size  # type: ignore[union-attr]
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        self.key = nn.Linear(size, size)
        self.query = nn.Parameter(torch.randn(size, len(COLUMNS)) * 0.02)
        self.output = nn.Parameter(torch.randn(len(COLUMNS), size) * 0.02)
        self.common = nn.Linear(size, len(COLUMNS))
        self.step = getattr(encoder, "step", 1)  # word pieces of a place
        self.evidence = nn.Linear(size, self.step)

    def forward(self, ids: torch.Tensor, attention: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits and evidence logits.

        *Shape:* (texts, pieces) twice to (texts, columns) and (texts, pieces).
        """
        hidden = self.dropout(self.encoder(input_ids=ids, attention_mask=attention).last_hidden_state)
        real = attention[:, :: self.step].unsqueeze(-1)
        scores = torch.tanh(self.key(hidden)) @ self.query
        weight = torch.softmax(scores.masked_fill(real == 0, -1e4).float(), dim=1).to(hidden.dtype)
        own = torch.einsum("tpc,tph->tch", weight, hidden)
        mean = (hidden * real.to(hidden.dtype)).sum(1) / real.to(hidden.dtype).sum(1)
        logits = (own * self.output).sum(-1) + self.common(mean)
        return logits, self.evidence(hidden).flatten(1)[:, : ids.shape[1]]


@dataclass(frozen=True)
class Tokenised:
    """Clauses as word pieces.

    Attributes:
        ids: word pieces of every clause.
        spans: start and end in the clause text of every piece; (0, 0) where it is not of the text.
        pad: the piece that fills up.
    """

    ids: list[list[int]]
    spans: list[list[tuple[int, int]]]
    pad: int

    def of(self, rows: Sequence[int]) -> Tokenised:
        """Some of the clauses."""
        return Tokenised(ids=[self.ids[row] for row in rows], spans=[self.spans[row] for row in rows], pad=self.pad)


def tokenise(tokenizer: AutoTokenizer, clauses: Sequence[ClauseText], *, max_length: int) -> Tokenised:
    """Word pieces of clauses, title and heading before the text; long texts are cut at the end."""
    pairs = [framed(title=clause.title, heading=clause.heading, text=clause.text) for clause in clauses]
    encoded = tokenizer(  # type: ignore[operator]
        [first for first, _ in pairs],
        [second for _, second in pairs],
        truncation="only_second",
        max_length=max_length,
        return_offsets_mapping=True,
    )
    spans = []
    for row, offsets in enumerate(encoded["offset_mapping"]):
        of_text = encoded.sequence_ids(row)
        spans.append([tuple(span) if part == 1 else (0, 0) for span, part in zip(offsets, of_text, strict=True)])
    return Tokenised(ids=encoded["input_ids"], spans=spans, pad=tokenizer.pad_token_id or 0)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Lessons:
    """What an encoder is to say of clauses; the rows of all belong together.

    Attributes:
        pieces: what it reads.
        goals: probabilities, *shape* (clauses, columns); MISSING where nothing is known.
        marks: of every piece in ``pieces.flat`` the probability that it is evidence; MISSING where nothing is asked.
        values: the very log-odds that an encoder says, *shape* (clauses, columns), NaN where it said none; None: of no clause.
    """

    pieces: Pieces
    goals: torch.Tensor
    marks: torch.Tensor
    values: torch.Tensor | None = None


def lessons(
    tokenised: Tokenised,
    targets: npt.NDArray[np.int8],
    evidence: Sequence[Sequence[tuple[int, int]] | None],
    *,
    smoothing: float,
) -> Lessons:
    """The lessons of labels: 1 and 0 are drawn a little together, for two careful readers agree at 0.93, not at 1."""
    goals = targets.astype(np.float32)
    goals[:, _YES_NO] = np.where(targets[:, _YES_NO] == MISSING, MISSING, targets[:, _YES_NO] * (1 - 2 * smoothing) + smoothing)
    for columns in (ADDRESSEE_COLUMNS, _QUALIFICATIONS):
        known = targets[:, columns] * (1 - smoothing) + smoothing / len(columns)
        goals[:, columns] = np.where(targets[:, columns] == MISSING, MISSING, known)
    marks = [_marks(spans, of) for spans, of in zip(tokenised.spans, evidence, strict=True)]
    return Lessons(
        pieces=Pieces.of(tokenised.ids, pad=tokenised.pad),
        goals=torch.from_numpy(goals).to(device()),
        marks=torch.from_numpy(np.concatenate(marks)).to(device()),
    )


def fit_encoder(
    folder: Path,
    clauses: Sequence[ClauseText],
    targets: npt.NDArray[np.int8],
    evidence: Sequence[Sequence[tuple[int, int]] | None],
    *,
    config: FinetuningConfig,
    say: Say = lambda line: None,
) -> ClauseEncoder:
    """Fit an encoder to labels.

    Args:
        folder: any Hugging Face model directory with a fast tokenizer: ours, RobBERT, multilingual-e5.
        clauses: what is read.
        targets: *shape* (clauses, columns); 1, 0 or MISSING.
        evidence: spans in the text of each clause; None where none was asked for.
        config: of the run.
        say: told in one line how it goes.
    """
    tokenised = tokenise(AutoTokenizer.from_pretrained(folder), clauses, max_length=config.max_length)
    return learn(folder, lessons(tokenised, targets, evidence, smoothing=config.smoothing), config=config, say=say)


def learn(folder: Path, taught: Lessons, *, config: FinetuningConfig, say: Say = lambda line: None) -> ClauseEncoder:
    """Fit an encoder to lessons, which may be another encoder's answers.

    Args:
        folder: the Hugging Face model directory that it starts from.
        taught: what it is to say.
        config: of the run.
        say: told in one line how it goes.
    """
    torch.manual_seed(config.seed)
    return learn_on(empty_encoder(folder, layers=config.layers, dropout=config.dropout), taught, config=config, say=say)


def learn_on(model: ClauseEncoder, taught: Lessons, *, config: FinetuningConfig, say: Say = lambda line: None) -> ClauseEncoder:
    """As ``learn``, from an encoder as it is; it changes."""
    torch.manual_seed(config.seed)
    torch.set_num_threads(config.threads)
    rng = np.random.default_rng(config.seed)
    model = model.to(device())
    encoder = [p for name, p in model.named_parameters() if name.startswith("encoder.") and "embeddings." not in name]
    for name, parameter in model.named_parameters():
        if name.endswith(("word_embeddings.weight", "position_embeddings.weight", "second_embeddings.weight")):
            parameter.requires_grad = False  # few labels, many words: those that no label holds must not drift off
    outputs = [p for name, p in model.named_parameters() if not name.startswith("encoder.")]
    groups = [{"params": encoder, "lr": config.learning_rate}, {"params": outputs, "lr": config.output_rate}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    pieces = taught.pieces
    plan = [batch for _ in range(config.epochs) for batch in batches(pieces.lengths, config.batch_tokens, rng)]
    rates = [config.learning_rate, config.output_rate]
    began, recent = time.monotonic(), []
    model.train()
    for step, batch in enumerate(plan):
        rate = min(1.0, (step + 1) / max(1, len(plan) // 20)) * (1 - step / len(plan))
        for group, top in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = top * rate
        ids, attention = pieces.padded(batch)
        places, real = pieces.places(batch)
        with half_precision():
            logits, scores = model(ids, attention)
        loss = _loss(logits.float(), taught.goals[torch.from_numpy(batch).to(device())])
        marks = torch.where(real, taught.marks[places], float(MISSING))
        loss = loss + config.evidence_weight * _evidence_loss(scores.float(), marks)
        if taught.values is not None:
            loss = loss + VALUES_WEIGHT * _values_loss(logits.float(), taught.values[torch.from_numpy(batch).to(device())])
        loss.backward()
        nn.utils.clip_grad_norm_([*encoder, *outputs], 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        recent.append(loss.detach())
        if step % max(1, len(plan) // 10) == 0:
            mean = torch.stack(recent[-100:]).mean().item()
            say(f"step {step} of {len(plan)}, {time.monotonic() - began:.0f} s, loss {mean:.3f}")
    return model.eval()


@torch.no_grad()
def predict(
    model: ClauseEncoder, folder: Path, clauses: Sequence[ClauseText], *, config: FinetuningConfig
) -> tuple[npt.NDArray[np.float32], list[npt.NDArray[np.float32]], list[list[tuple[int, int]]]]:
    """Decision values of clauses.

    Returns:
        (values, evidence, spans): *shape* (clauses, columns); per clause the evidence logit of every piece, and its span.
    """
    tokenised = tokenise(AutoTokenizer.from_pretrained(folder), clauses, max_length=config.max_length)
    pieces = Pieces.of(tokenised.ids, pad=tokenised.pad)
    values, marks = answers(model.to(device()), pieces, tokens=config.batch_tokens * 2)
    evidence = np.split(marks.cpu().numpy(), np.cumsum(pieces.lengths)[:-1])[: len(pieces)]
    return values.cpu().numpy(), evidence, tokenised.spans


@torch.no_grad()
def answers(model: ClauseEncoder, pieces: Pieces, *, tokens: int) -> tuple[torch.Tensor, torch.Tensor]:
    """What an encoder says of texts: logits, *shape* (texts, columns), and the evidence logit of every piece in ``flat``."""
    values = torch.zeros((len(pieces), len(COLUMNS)), device=device())
    marks = torch.zeros(len(pieces.flat), device=device())
    for batch in batches(pieces.lengths, tokens, np.random.default_rng(0)):
        ids, attention = pieces.padded(batch)
        places, real = pieces.places(batch)
        with half_precision():
            logits, scores = model(ids, attention)
        values[torch.from_numpy(batch).to(device())] = logits.float()
        marks[places[real]] = scores[real].float()
    return values, marks


def empty_encoder(folder: Path, *, layers: int | None = None, dropout: float = 0.0) -> ClauseEncoder:
    """The encoder in a Hugging Face directory, or its first layers, with outputs that know nothing yet."""
    return ClauseEncoder(_plain_encoder(folder, layers), dropout=dropout)


def encoder_key(folder: Path) -> str:
    """Hash of a Hugging Face model directory, by which fits that start from it are kept.

    Raises:
        UsageError: it is none.
    """
    if not (folder / "config.json").is_file():
        raise UsageError(f"{folder}: no Hugging Face model directory")
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.iterdir() if path.suffix in {".safetensors", ".bin", ".json", ".txt", ".model"}):
        digest.update(f"{path.name}\n{path.stat().st_size}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def _plain_encoder(folder: Path, layers: int | None) -> nn.Module:
    has = AutoConfig.from_pretrained(folder).num_hidden_layers
    if layers is not None and not 1 <= layers <= has:
        raise UsageError(f"{folder}: has {has} layers, so {layers} of them cannot be kept")
    fewer = {} if layers is None else {"num_hidden_layers": layers}
    encoder = AutoModel.from_pretrained(folder, attn_implementation=attention_way(), **fewer)
    if hasattr(encoder, "pooler"):
        encoder.pooler = None
    return encoder


def _marks(spans: Sequence[tuple[int, int]], evidence: Sequence[tuple[int, int]] | None) -> npt.NDArray[np.float32]:
    """1 for pieces inside evidence, 0 for others of the text, MISSING where nothing is asked."""
    marks = np.full(len(spans), MISSING, dtype=np.float32)
    if evidence is not None:
        for place, (start, end) in enumerate(spans):
            if end > start:
                marks[place] = any(start < stop and end > begin for begin, stop in evidence)
    return marks


def _loss(logits: torch.Tensor, goals: torch.Tensor) -> torch.Tensor:
    yes_no, truth = logits[:, _YES_NO], goals[:, _YES_NO]
    mask = (truth != MISSING).float()
    each = functional.binary_cross_entropy_with_logits(yes_no, truth.clamp(min=0), reduction="none")
    total = (each * mask).sum() / len(logits)
    for columns in (ADDRESSEE_COLUMNS, _QUALIFICATIONS):
        known = (goals[:, columns[0]] != MISSING).float()
        each = functional.cross_entropy(logits[:, columns], goals[:, columns].clamp(min=0), reduction="none")
        total = total + (each * known).sum() / len(logits)
    return total


def _values_loss(logits: torch.Tensor, said: torch.Tensor) -> torch.Tensor:
    """Squared distance in log-odds, of all columns but the qualifications."""
    columns = [*_YES_NO, *ADDRESSEE_COLUMNS]
    known = (~torch.isnan(said[:, :1])).float()
    apart = logits[:, columns].clamp(-MOST, MOST) - torch.nan_to_num(said[:, columns]).clamp(-MOST, MOST)
    return (apart.square() * known).mean(dim=1).sum() / len(logits)


def _evidence_loss(scores: torch.Tensor, marks: torch.Tensor) -> torch.Tensor:
    asked = (marks != MISSING).float()
    each = functional.binary_cross_entropy_with_logits(scores, marks.clamp(min=0), reduction="none")
    return (each * asked).sum() / asked.sum().clamp(min=1) * 10
