"""What a model directory says of its model: the one place from which all papers take their figures."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.packaging import open_package
from models.quality import Quality, load_quality


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Something measured; without an interval where none was kept."""

    name: str  # as in the manifest
    value: float
    low: float | None = None
    high: float | None = None
    readers: float | None = None  # the same of two careful readers


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A model as its papers tell it."""

    version: str
    sha256: str  # of the manifest, which holds the hash of every file of the model
    size: int  # bytes of all files
    parts: frozenset[str]  # names of the files
    config: Mapping[str, Any]
    data: Mapping[str, Any]
    measured: Mapping[str, Any]
    lineage: Mapping[str, Any]  # of a model that was taught again by judgements; else empty
    quality: Quality | None

    @property
    def slow(self) -> bool:
        """Whether the clause model has a slow tier."""
        return "encoder.onnx" in self.parts

    @property
    def champion(self) -> str:
        """Of a model that was taught again: the version that it was made from."""
        return str(self.lineage.get("champion", ""))

    @property
    def further(self) -> str:
        """Of a model that learnt on from labels: the version that it was made from."""
        return str(self.config.get("clauses", {}).get("further") or "")

    @property
    def unlabelled(self) -> int:
        """Of a model that learnt on: clauses without a label that its slow tier read."""
        return int(self.config.get("clauses", {}).get("unlabelled") or 0) if self.further else 0

    def reading(self) -> tuple[Figure, ...]:
        """How well it reads clauses of regulations that it had not seen."""
        if self.quality is None:
            return _plain(self.measured.get("clauses", {}))
        readers = self.quality.readers
        return tuple(
            Figure(name=one.name, value=one.value, low=one.low, high=one.high, readers=readers.get(one.name))
            for one in self.quality.measures
        )

    def frozen(self) -> tuple[Figure, ...]:
        """The same on the frozen regulations (see ``training.splits``); empty for a model from before these were kept apart."""
        return _plain(self.measured.get("frozen", {}))

    def ranking(self) -> dict[str, tuple[Figure, ...]]:
        """How well it finds clauses for an initiative, by setting."""
        return {setting: _bounded(told) for setting, told in self.measured.get("ranking", {}).items()}

    def ablation(self) -> dict[str, tuple[Figure, ...]]:
        """nDCG@20 of the ranking with signals alone, and without them, by group."""
        return {group: _bounded(told) for group, told in self.measured.get("ablation", {}).items()}

    def found(self, setting: str, name: str) -> Figure | None:
        """One figure of the ranking; None where it was not measured."""
        return next((one for one in self.ranking().get(setting, ()) if one.name == name), None)

    def read(self, name: str) -> Figure | None:
        """One figure of the reading; None where it was not measured."""
        return next((one for one in self.reading() if one.name == name), None)


def facts_of(folder: Path) -> Facts:
    """Read a model directory.

    Raises:
        InvalidModel: it is no model, or a file of it was changed.
    """
    package = open_package(folder)
    manifest = package.manifest
    return Facts(
        version=package.version,
        sha256=hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest(),
        size=sum(map(len, package.files.values())),
        parts=frozenset(package.files),
        config=manifest.get("config", {}),
        data=manifest.get("data", {}),
        measured=manifest.get("measured", {}),
        lineage=manifest.get("lineage", {}),
        quality=load_quality(folder),
    )


def _plain(told: Mapping[str, float]) -> tuple[Figure, ...]:
    return tuple(Figure(name=name, value=value) for name, value in told.items())


def _bounded(told: Mapping[str, list[float]]) -> tuple[Figure, ...]:
    # A figure over everything at once is kept with itself as its bounds: it has no interval.
    return tuple(
        Figure(name=name, value=value) if low == value == high else Figure(name=name, value=value, low=low, high=high)
        for name, (value, low, high) in told.items()
    )
