"""The check from outside: does the encoder find sentences alike that people find alike?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from scipy.stats import spearmanr
from sentence_transformers import SentenceTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from torch.nn import functional
from transformers import AutoModel, AutoTokenizer

from training.encoder.pretraining import pooled

Pairs = tuple[Sequence[str], Sequence[str], Sequence[float]]
Embed = Callable[[Sequence[str]], npt.NDArray[np.float32]]


def likeness_scores(folder: Path, teacher: Path, pairs: Mapping[str, Pairs]) -> dict[str, dict[str, float]]:
    """Spearman correlation with human scores, of the encoder beside TF-IDF and the teacher, all on the Dutch sentences.

    Args:
        folder: the encoder.
        teacher: the English sentence encoder that it learned from.
        pairs: by name: left, right, human score.
    """
    return {
        name: {
            "tf-idf": _correlation(_tfidf([*left, *right]), left, right, scores),
            "static": _correlation(static_embedder(folder), left, right, scores),
            "transformer": _correlation(embedder(folder), left, right, scores),
            "teacher": _correlation(SentenceTransformer(str(teacher), device="cpu").encode, left, right, scores),
        }
        for name, (left, right, scores) in pairs.items()
    }


def embedder(folder: Path) -> Embed:
    """Sentence vectors of an encoder: the mean of its word pieces' vectors. *Shape:* (texts, hidden)."""
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()

    @torch.no_grad()
    def embed(texts: Sequence[str]) -> npt.NDArray[np.float32]:
        parts = []
        for start in range(0, len(texts), 128):
            batch = tokenizer(
                list(texts[start : start + 128]), padding=True, truncation=True, max_length=128, return_tensors="pt"
            )
            hidden = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state
            parts.append(functional.normalize(pooled(hidden, batch["attention_mask"]), dim=1))
        return torch.cat(parts).numpy()

    return embed


def static_embedder(folder: Path) -> Embed:
    """Sentence vectors without reading order: each word piece's vector as the encoder gives it alone, averaged.

    The way of model2vec (Tulkens and van Dongen 2024): every piece goes through the encoder once, frequent ones count less.
    """
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    size = model.config.vocab_size
    with torch.no_grad():
        ids = torch.arange(size).unsqueeze(1)
        frame = torch.tensor([[tokenizer.cls_token_id, 0, tokenizer.sep_token_id]]).repeat(size, 1)
        frame[:, 1:2] = ids
        parts = [model(input_ids=part).last_hidden_state[:, 1] for part in frame.split(2048)]
    weight = torch.log1p(torch.arange(size) + 1.0)  # pieces are numbered by frequency
    vectors = (torch.cat(parts) * weight.unsqueeze(1)).numpy()

    def embed(texts: Sequence[str]) -> npt.NDArray[np.float32]:
        rows = tokenizer(list(texts), add_special_tokens=False)["input_ids"]
        means = np.array([vectors[row].mean(axis=0) if row else np.zeros(vectors.shape[1]) for row in rows], dtype=np.float32)
        return means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)

    return embed


def _tfidf(texts: Sequence[str]) -> Embed:
    fitted = TfidfVectorizer(sublinear_tf=True).fit(texts)
    return lambda some: fitted.transform(some).toarray().astype(np.float32)


def _correlation(embed: Embed, left: Sequence[str], right: Sequence[str], scores: Sequence[float]) -> float:
    one, other = embed(list(left)), embed(list(right))
    likeness = (one * other).sum(axis=1) / np.maximum(np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1), 1e-9)
    return float(spearmanr(likeness, scores).statistic)
