"""A WordPiece vocabulary over law and everyday Dutch."""

from __future__ import annotations

from collections.abc import Iterable

from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from tokenizers.trainers import WordPieceTrainer

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
PAD, UNKNOWN, START, SEPARATOR, MASK = range(len(SPECIAL))


def train_vocabulary(texts: Iterable[str], *, size: int) -> Tokenizer:
    """Learn word pieces (Schuster and Nakajima 2012); lower case, accents kept.

    Args:
        texts: what to learn from; best a mix in which neither law nor everyday Dutch drowns the other.
        size: of the vocabulary, the five special pieces among them.
    """
    tokenizer = Tokenizer(WordPiece(unk_token=SPECIAL[UNKNOWN], max_input_chars_per_word=60))
    tokenizer.normalizer = BertNormalizer(lowercase=True, strip_accents=False, handle_chinese_chars=False)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    trainer = WordPieceTrainer(vocab_size=size, min_frequency=3, special_tokens=list(SPECIAL), show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B [SEP]",
        special_tokens=[("[CLS]", START), ("[SEP]", SEPARATOR)],
    )
    return tokenizer
