"""The files that pages ask for: our own, and those of the NL Design System where they were installed.

All are read once and live under an address that holds their hash, so a browser keeps them for ever. Where ``make pages`` did
not run, a plain stylesheet of our own takes the place of the design system.
"""

from __future__ import annotations

import gzip
import hashlib
import logging
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
OWN, INSTALLED = HERE / "static", HERE / "installed"

STYLES = ("font.css", "theme.css", "components.css")
"""Of the design system, in this order; see service.pages.building."""

_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
}
_PACKED = {".css", ".js", ".svg"}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Asset:
    """A file as it is sent."""

    name: str
    content: bytes
    packed: bytes | None  # gzip; None where that gains nothing
    media_type: str
    digest: str

    @property
    def address(self) -> str:
        """Where a page asks for it."""
        return f"/bestanden/{self.digest}/{self.name}"


@cache
def assets() -> dict[str, Asset]:
    """All files by name."""
    if not is_dressed():
        _log.warning("the design system is not installed (make pages): pages use a plain stylesheet")
    return {path.name: _read(path) for folder in (OWN, INSTALLED) if folder.is_dir() for path in sorted(folder.iterdir())}


def is_dressed() -> bool:
    """Whether the design system is installed."""
    return all((INSTALLED / name).is_file() for name in STYLES)


def styles() -> list[str]:
    """Addresses of the stylesheets of a page, in order."""
    first = STYLES if is_dressed() else ("plain.css",)
    return [assets()[name].address for name in (*first, "regelruimte.css")]


def scripts() -> list[str]:
    """Addresses of the scripts of a page, in order; pages also work without any."""
    return [assets()[name].address for name in ("htmx.js", "regelruimte.js") if name in assets()]


def takes_gzip(accepted: str) -> bool:
    """Whether who sends this header ``Accept-Encoding`` takes gzip; a weight of nought refuses it."""
    for one in accepted.casefold().split(","):
        name, _, weight = one.replace(" ", "").partition(";q=")
        if name == "gzip":
            return not weight or weight.strip("0.") != ""
    return False


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    return Asset(
        name=path.name,
        content=content,
        packed=gzip.compress(content, 9, mtime=0) if path.suffix in _PACKED else None,
        media_type=_MEDIA_TYPES.get(path.suffix, "application/octet-stream"),
        digest=hashlib.sha256(content).hexdigest()[:16],
    )
