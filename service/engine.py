"""The model and the store that a process flags with, opened once, and opened again when either changes."""

from __future__ import annotations

import gc
import hashlib
import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import UserError
from corpus.store import Store
from models.flagging import Flagger
from models.indexing import build_index
from models.initiatives import InitiativeText
from models.loading import Model, load_model
from models.packaging import open_package
from service.errors import Unavailable
from service.settings import Settings
from service.work.model_choice import choice_file, serving_folder

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, eq=False)
class Loaded:
    """One store under one model."""

    store: Store
    model: Model
    folder: Path  # of that model
    flagger: Flagger
    model_version: str
    corpus: str  # fingerprint of the store: what was searched
    key: tuple[Any, ...]  # what the files looked like when they were opened

    @property
    def made(self) -> tuple[int, int]:
        """When model and store came to serve (nanoseconds of the epoch): tells which of two is the newer.

        A model that was chosen is as new as the choice: going back to an older one is newer than what it undoes.
        """
        store, model, choice = self.key
        return (max(model[0] if model else 0, choice[0] if choice else 0), store[0] if store else 0)


class Engine:
    """Flags initiatives for the service.

    Requests go on with what is loaded while a change is being opened; then the new takes the place of the old at once.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._store_folder = settings.store
        self._loaded: Loaded | None = None
        self._problem = "het model en de regelingen worden nog geladen"
        self._loading = threading.Lock()

    @property
    def problem(self) -> str:
        """Why there is nothing to flag with; "" when there is."""
        return "" if self._loaded is not None else self._problem

    def load(self, *, on_chunk: Callable[[str, int], None] | None = None) -> Loaded | None:
        """Open what is there now, unless it is open already. A model or store that cannot be opened leaves the old in place."""
        with self._loading:
            try:
                key = self._key()
                if self._loaded is None or self._loaded.key != key:
                    self._loaded = self._open(key, on_chunk)
                    gc.unfreeze()  # what served until now may go
                    _log.info("loaded", extra={"model": self._loaded.model_version, "corpus": self._loaded.corpus})
            except (UserError, OSError) as error:  # OSError: the store lies on a read-only disk, and has no index yet
                self._problem = "het model of de verzameling regelingen kan niet worden geopend"
                _log.error("cannot load", extra={"reason": str(error)})
        return self._loaded

    def describe(self, *, on_chunk: Callable[[str, int], None] | None = None) -> str:
        """Describe the clauses of the store where that was not done yet, for the processes that are to open it.

        This process opens neither store nor model, so it stays small.

        Returns:
            Why it cannot be done; "" when it is.
        """
        try:
            folder = serving_folder(self._settings)
            open_package(folder)  # a damaged model is told of here, also where nothing is left to describe
            store = Store(self._store_folder)
            build_index(store, model_folder=folder, workers=cores(), on_chunk=on_chunk)
        except (UserError, OSError) as error:
            return str(error)
        return ""

    def changed(self) -> bool:
        """Whether the files differ from what is open."""
        loaded = self._loaded
        return loaded is None or loaded.key != self._key()

    @property
    def loaded(self) -> Loaded:
        """What is open; raises Unavailable."""
        if self._loaded is None:
            raise Unavailable(f"De dienst kan nu niet signaleren: {self._problem}.", retry_after=10)
        return self._loaded

    def flag(self, initiative: InitiativeText, *, top: int, brief: bool = False) -> tuple[Loaded, dict[str, Any]]:
        """Flags of one initiative; see models.flagging.Flagger.flag.

        Raises:
            Unavailable: nothing is loaded.
        """
        loaded = self.loaded
        return loaded, loaded.flagger.flag(initiative, top=top, brief=brief)

    def _open(self, key: tuple[Any, ...], on_chunk: Callable[[str, int], None] | None) -> Loaded:
        folder = serving_folder(self._settings)
        before = self._loaded
        store = Store(self._store_folder, before=before.store if before else None)
        # Mostly regulations change and the model does not.
        same = before is not None and before.folder == folder and before.key[1:] == key[1:]
        model = before.model if before is not None and same else load_model(folder)
        index = build_index(store, model_folder=folder, workers=cores(), on_chunk=on_chunk, describe=model.describe)
        return Loaded(
            store=store,
            model=model,
            folder=folder,
            flagger=Flagger(store, model, index),
            model_version=model.version,
            corpus=fingerprint(store),
            key=key,
        )

    def _key(self) -> tuple[Any, ...]:
        model = serving_folder(self._settings) / "manifest.json"
        return (_state(self._store_folder / "store.json"), _state(model), _state(choice_file(self._settings)))


def fingerprint(store: Store) -> str:
    """SHA-256 (hex) over the hashes of the files of a store: two stores with one fingerprint hold the same."""
    parts = [part.sha256 for part in store.contents.parts]
    listing = store.contents.regulations.sha256 if store.contents.regulations else ""
    return hashlib.sha256("\n".join([*parts, listing]).encode()).hexdigest()


def cores() -> int:
    """Cores that this process may use: in a container fewer than the machine has."""
    return len(os.sched_getaffinity(0))


def _state(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
