"""Which code this is: what was made by other code may differ, so it is not mixed."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path


@cache
def code_hash(*packages: str) -> str:
    """Sixteen hexadecimal digits over the Python and TOML files of packages of ours, such as "corpus", as installed here."""
    digest = hashlib.sha256()
    for package in packages:
        root = Path(str(files(package)))
        for path in sorted(root.rglob("*.py")) + sorted(root.rglob("*.toml")):
            digest.update(path.relative_to(root.parent).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
