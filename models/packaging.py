"""Saving and loading a model directory: numbers in safetensors, the rest in JSON, every file under a SHA-256.

    DIR/
      manifest.json        version, kind of each part, hashes, how it was trained and what was measured
      *.safetensors        arrays
      *.json               vocabularies and data
      encoder.onnx         the slow tier of the clause model, where it has one (ONNX: a graph of arithmetic)

Nothing in a model directory can run code, and a file that differs from its hash is refused.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays

from corpus.errors import InvalidModel

FORMAT = 2
"""Number of this layout of model directories."""

_READ = (1, FORMAT)
"""Layouts that are read. In the first, vocabularies are lists of terms (models.loading)."""


@dataclass(frozen=True, kw_only=True)
class Package:
    """The content of a model directory, read and checked."""

    folder: Path
    version: str
    manifest: dict[str, Any]
    files: dict[str, bytes]

    def data(self, name: str) -> Any:
        """The content of a JSON file; raises InvalidModel when it is not there."""
        return json.loads(self.content(f"{name}.json"))

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        """The arrays in a safetensors file by name; raises InvalidModel."""
        try:
            return load_arrays(self.content(f"{name}.safetensors"))
        except SafetensorError as error:
            raise InvalidModel(f"{self.folder / name}.safetensors: cannot be read ({error})") from None

    def content(self, name: str) -> bytes:
        """The bytes of a file; raises InvalidModel when it is not there."""
        if name not in self.files:
            raise InvalidModel(f"{self.folder}: the model lacks {name}")
        return self.files[name]


def save_package(
    folder: Path,
    *,
    version: str,
    data: dict[str, Any],
    arrays: dict[str, dict[str, np.ndarray]],
    about: dict[str, Any],
    files: dict[str, bytes] | None = None,
) -> None:
    """Write a model directory.

    Args:
        folder: made when it does not exist; files of an older model in it are overwritten, the manifest last.
        version: for instance "0.1.0".
        data: JSON files by name.
        arrays: safetensors files by name.
        about: what else the manifest says: training, measurements.
        files: other files by name, as they are.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = dict(files or {})
    files |= {f"{name}.json": _json(content) for name, content in data.items()}
    files |= {
        f"{name}.safetensors": save_arrays({key: np.ascontiguousarray(value) for key, value in content.items()})
        for name, content in arrays.items()
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    manifest = {"format": FORMAT, "version": version, "files": hashes, **about}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def open_package(folder: Path) -> Package:
    """Read and check a model directory.

    Raises:
        InvalidModel: no manifest, another format, a file that is missing or differs from its hash.
    """
    manifest, files = _manifest(folder), {}
    for name, digest in manifest["files"].items():
        if "/" in name or name.startswith("."):
            raise InvalidModel(f"{folder}: the manifest names a file outside the model: {name!r}")
        try:
            content = (folder / name).read_bytes()
        except OSError as error:
            raise InvalidModel(f"{folder / name}: cannot be read ({error.strerror})") from None
        if hashlib.sha256(content).hexdigest() != digest:
            raise InvalidModel(f"{folder / name}: differs from its hash, so the model is refused")
        files[name] = content
    return Package(folder=folder, version=str(manifest["version"]), manifest=manifest, files=files)


def package_key(folder: Path) -> str:
    """A name for what is made with a model: its version, and the first digits of a hash over the hashes of its files.

    Another model of the same version has another name; the same model that was only measured anew keeps its own. No file but
    the manifest is read.

    Raises:
        InvalidModel: no manifest, or another format.
    """
    manifest = _manifest(folder)
    return f"{manifest['version']}-{hashlib.sha256(_json(sorted(manifest['files'].items()))).hexdigest()[:12]}"


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InvalidModel(f"{folder}: no model here (manifest.json is missing)") from None
    except (OSError, ValueError) as error:
        raise InvalidModel(f"{folder / 'manifest.json'}: cannot be read ({error})") from None
    if not isinstance(manifest, dict) or manifest.get("format") not in _READ:
        raise InvalidModel(f"{folder}: the model has another format than this version reads ({_READ[0]} to {_READ[-1]})")
    return manifest


def _json(content: Any) -> bytes:
    return (json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
