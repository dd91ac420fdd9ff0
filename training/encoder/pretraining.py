"""Teaching an English sentence encoder Dutch, and then the law.

Two steps. First a distillation over translated sentences (Reimers and Gurevych 2020): the pupil's vector of the Dutch sentence
is drawn to the teacher's vector of the English one. Then masked words of clauses (Devlin et al. 2019), with every eighth batch
a distillation still, so that the law does not wipe out everyday Dutch.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from corpus.errors import UsageError
from training.encoder.alignment import starting_embeddings, translation_table
from training.encoder.batching import Pieces, Rows, attention_way, batches, device, half_precision
from training.encoder.vocabulary import MASK, PAD, SEPARATOR, START, train_vocabulary

Say = Callable[[str], None]

HEAD = "masking.safetensors"
"""Weights that guess masked words, beside the encoder."""


@dataclass(frozen=True, kw_only=True)
class PretrainingConfig:
    """Everything that making an encoder depends on besides its texts; kept with the result."""

    vocabulary: int = 20_000
    layers: tuple[int, ...] = (0, 1, 3, 5)  # layers of the teacher that the pupil starts from
    pairs: int = 150_000  # translated sentences to distil over
    distillation_seconds: float = 720.0
    masking_seconds: float = 2_100.0
    max_length: int = 224  # word pieces
    batch_tokens: int = 6_144
    masked: float = 0.2  # share of word pieces
    learning_rate: float = 5e-4
    seed: int = 0
    threads: int = 2


class MaskedWords(nn.Module):
    """Guesses a masked piece from its vector: a layer of its own, then the embeddings read backwards."""

    def __init__(self, embeddings: nn.Embedding) -> None:
        super().__init__()
        size = embeddings.embedding_dim
        self.dense, self.norm = nn.Linear(size, size), nn.LayerNorm(size)
        self.bias = nn.Parameter(torch.zeros(embeddings.num_embeddings))
        self.embeddings = embeddings

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        """Scores over the vocabulary. *Shape:* (pieces, hidden) to (pieces, vocabulary)."""
        hidden = self.norm(functional.gelu(self.dense(vectors)))
        return functional.linear(hidden, self.embeddings.weight, self.bias)


def pretrain(
    folder: Path,
    *,
    teacher: Path,
    legal: Sequence[tuple[str, str]],
    everyday: Sequence[str],
    pairs: Sequence[tuple[str, str]],
    config: PretrainingConfig,
    say: Say = lambda line: None,
) -> None:
    """Make an encoder and write it as a Hugging Face model directory.

    Args:
        folder: the directory; also receives ``pretraining.json`` with configuration and losses. A run that was cut off
            goes on after its distillation, one that was finished with more masking.
        teacher: a sentence-transformers directory with a BERT in it and mean pooling.
        legal: clauses as ``models.encoding.framed`` lays them out.
        everyday: everyday Dutch sentences.
        pairs: (Dutch, English).
        config: of the run; time budgets make it end in time on any machine.
        say: told in one line what is being done.

    Raises:
        UsageError: a run that is to go on has another number of layers.
    """
    torch.manual_seed(config.seed)
    torch.set_num_threads(config.threads)
    rng = np.random.default_rng(config.seed)
    english = SentenceTransformer(str(teacher), device=str(device()))
    losses: dict[str, list[float]] = {"distillation": [], "masking": []}
    distilled = folder / "config.json"
    if distilled.exists():
        say(f"going on from the distilled encoder in {folder}")
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        pupil = BertModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation=attention_way())
        if pupil.config.num_hidden_layers != len(config.layers):
            raise UsageError(f"{folder}: has {pupil.config.num_hidden_layers} layers and goes on with these")
        pairs = pairs[: config.pairs // 5]  # what is left to do of them needs no more
    else:
        say(f"vocabulary of {config.vocabulary} word pieces")
        sample = [" ".join(legal[i]) for i in rng.permutation(len(legal))[:60_000]]
        tokenizer = train_vocabulary([*sample, *everyday, *(dutch for dutch, _ in pairs)], size=config.vocabulary)
        say("aligning Dutch with English word pieces")
        pupil = _pupil(tokenizer, english, pairs, config)
    tokenizer.no_truncation()
    head = MaskedWords(pupil.to(device()).embeddings.word_embeddings).to(device())
    if (folder / HEAD).exists():
        head.load_state_dict(load_file(folder / HEAD), strict=False)  # the embeddings are the pupil's
    say(f"teacher's vectors of {len(pairs)} English sentences")
    targets = _teach(english, [sentence for _, sentence in pairs])
    del english
    dutch = Pieces.of([row.ids for row in tokenizer.encode_batch([text for text, _ in pairs])], pad=PAD)
    distilling = _rounds(dutch, config.batch_tokens, rng)
    if not distilled.exists():
        _run(
            pupil, head, say,
            name="distillation", seconds=config.distillation_seconds, top=config.learning_rate, losses=losses,
            step=lambda: ("distillation", _distil(pupil, next(distilling), dutch, targets)),
        )  # fmt: skip
        _save(folder, pupil, head, tokenizer, config, losses)
    clauses = _clauses(tokenizer, legal, everyday, config.max_length)
    masking = _rounds(clauses, config.batch_tokens, rng)
    turn = iter(range(10**9))

    def mixed() -> tuple[str, torch.Tensor]:
        if next(turn) % 8 == 7:
            return "distillation", _distil(pupil, next(distilling), dutch, targets)
        return "masking", _mask(pupil, head, next(masking), clauses, config.masked)

    _run(
        pupil, head, say,
        name="masking", seconds=config.masking_seconds, top=config.learning_rate, losses=losses, step=mixed,
    )  # fmt: skip
    _save(folder, pupil, head, tokenizer, config, losses)


def pooled(vectors: torch.Tensor, attention: torch.Tensor) -> torch.Tensor:
    """Mean of the word pieces' vectors. *Shape:* (texts, pieces, hidden), (texts, pieces) to (texts, hidden)."""
    weight = attention.unsqueeze(-1).to(vectors.dtype)
    return (vectors * weight).sum(1) / weight.sum(1).clamp(min=1)


def _pupil(
    tokenizer: Tokenizer, english: SentenceTransformer, pairs: Sequence[tuple[str, str]], config: PretrainingConfig
) -> BertModel:
    source = english[0].auto_model
    pieces = english.tokenizer([sentence for _, sentence in pairs], add_special_tokens=False)["input_ids"]
    dutch = [row.ids for row in tokenizer.encode_batch([text for text, _ in pairs], add_special_tokens=False)]
    vectors = source.embeddings.word_embeddings.weight.detach().cpu().numpy()
    table = translation_table(dutch, pieces, dutch_size=config.vocabulary, english_size=len(vectors))
    start = torch.from_numpy(starting_embeddings(table, vectors, dutch_size=config.vocabulary, seed=config.seed))
    special = english.tokenizer
    for ours, theirs in ((START, special.cls_token_id), (SEPARATOR, special.sep_token_id), (MASK, special.mask_token_id)):
        start[ours] = torch.from_numpy(vectors[theirs])
    shape = BertConfig(**{
        **source.config.to_dict(),
        "vocab_size": config.vocabulary,
        "num_hidden_layers": len(config.layers),
        "pad_token_id": PAD,
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
    })  # fmt: skip
    shape._attn_implementation = attention_way()
    pupil = BertModel(shape, add_pooling_layer=False)
    own = {name: value for name, value in source.state_dict().items() if "word_embeddings" not in name}
    kept = {f"encoder.layer.{old}.": f"encoder.layer.{new}." for new, old in enumerate(config.layers)}
    state = {}
    for name, value in own.items():
        prefix = next((old for old in kept if name.startswith(old)), None)
        if prefix is not None:
            state[name.replace(prefix, kept[prefix], 1)] = value
        elif not name.startswith(("encoder.", "pooler.")):
            state[name] = value
    state["embeddings.word_embeddings.weight"] = start
    missing, unexpected = pupil.load_state_dict(state, strict=False)
    if [name for name in missing if "position_ids" not in name] or unexpected:
        raise ValueError(f"the teacher is no BERT of the expected shape: {missing} {unexpected}")
    return pupil


def _teach(english: SentenceTransformer, sentences: Sequence[str]) -> torch.Tensor:
    english.max_seq_length = 64
    with half_precision():
        vectors = english.encode(list(sentences), batch_size=256, convert_to_tensor=True, show_progress_bar=False)
    return functional.normalize(vectors.float(), dim=1)


def _clauses(tokenizer: Tokenizer, legal: Sequence[tuple[str, str]], everyday: Sequence[str], longest: int) -> Pieces:
    rows = (row.ids for row in tokenizer.encode_batch([*legal, *everyday]))
    return Pieces.of([ids if len(ids) <= longest else [*ids[: longest - 1], SEPARATOR] for ids in rows], pad=PAD)


def _rounds(texts: Pieces, tokens: int, rng: np.random.Generator) -> Iterator[Rows]:
    """Batches of ``batching.batches``, anew in every round, for ever."""
    while True:
        yield from batches(texts.lengths, tokens, rng)


def _distil(pupil: BertModel, batch: Rows, dutch: Pieces, targets: torch.Tensor) -> torch.Tensor:
    ids, attention = dutch.padded(batch)
    with half_precision():
        hidden = pupil(input_ids=ids, attention_mask=attention).last_hidden_state
    vectors = functional.normalize(pooled(hidden.float(), attention), dim=1)
    goal = targets[torch.from_numpy(batch).to(targets.device)]
    # Near in itself, and nearer to its own sentence than to the others of the batch.
    contrast = functional.cross_entropy(vectors @ goal.T * 20, torch.arange(len(batch), device=goal.device))
    return (1 - (vectors * goal).sum(1)).mean() * 4 + contrast


def _mask(pupil: BertModel, head: MaskedWords, batch: Rows, texts: Pieces, share: float) -> torch.Tensor:
    ids, attention = texts.padded(batch)
    chosen = (torch.rand(ids.shape, device=ids.device) < share) & (ids > MASK)
    chance = torch.rand(ids.shape, device=ids.device)
    shown = torch.where(chosen & (chance < 0.8), MASK, ids)
    random = torch.randint(MASK + 1, head.embeddings.num_embeddings, ids.shape, device=ids.device)
    shown = torch.where(chosen & (chance >= 0.9), random, shown)
    with half_precision():
        hidden = pupil(input_ids=shown, attention_mask=attention).last_hidden_state
        scores = head(hidden[chosen])
    return functional.cross_entropy(scores.float(), ids[chosen])


def _run(
    pupil: BertModel,
    head: MaskedWords,
    say: Say,
    *,
    name: str,
    seconds: float,
    top: float,
    losses: dict[str, list[float]],
    step: Callable[[], tuple[str, torch.Tensor]],
) -> None:
    parameters = list({id(p): p for p in [*pupil.parameters(), *head.parameters()]}.values())
    optimiser = torch.optim.AdamW(parameters, lr=top, weight_decay=0.01, fused=True)
    began, steps, told = time.monotonic(), 0, 0.0
    while (gone := time.monotonic() - began) < seconds:
        done = gone / seconds
        rate = min(1.0, (steps + 1) / 60) * (0.5 + 0.5 * math.cos(math.pi * done))
        for group in optimiser.param_groups:
            group["lr"] = top * rate + 1e-6
        kind, loss = step()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        losses[kind].append(round(loss.item(), 4))
        steps += 1
        if gone - told > 60:
            told = gone
            recent = {key: round(float(np.mean(values[-50:])), 3) for key, values in losses.items() if values}
            say(f"{name}: {gone:.0f} of {seconds:.0f} s, {steps} steps, losses {recent}")


def _save(
    folder: Path,
    pupil: BertModel,
    head: MaskedWords,
    tokenizer: Tokenizer,
    config: PretrainingConfig,
    losses: dict[str, list[float]],
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    pupil.save_pretrained(folder)
    own = {name: value.cpu().contiguous() for name, value in head.state_dict().items() if "embeddings" not in name}
    save_file(own, folder / HEAD)
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]",
        model_max_length=pupil.config.max_position_embeddings,
    )  # fmt: skip
    wrapped.save_pretrained(folder)
    summary = {
        name: [round(float(np.mean(values[i : i + 50])), 4) for i in range(0, len(values), 50)]
        for name, values in losses.items()
    }
    (folder / "pretraining.json").write_text(
        json.dumps({"config": asdict(config), "losses_per_50_steps": summary}, indent=1) + "\n"
    )
