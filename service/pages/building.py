"""Installs what the pages are dressed with: ``python -m service.pages.building``, or ``make pages``.

npm fetches the pinned packages of npm/package-lock.json; the few files that pages use are copied to ``installed``. Nothing of
them is kept in the repository.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from service.pages.assets import HERE, INSTALLED, OWN
from service.pages.trimming import components, tokens, worn

_PACKAGES = HERE / "npm"
_FONT = "@fontsource/fira-sans/files/fira-sans-latin-{weight}-normal.woff2"
_WEIGHTS = (400, 700)
_FILES = {
    "@nl-design-system-unstable/voorbeeld-design-tokens/dist/theme.css": "theme.css",
    "@utrecht/component-library-css/dist/index.css": "components.css",
    "htmx.org/dist/htmx.min.js": "htmx.js",
    **{_FONT.format(weight=weight): f"fira-sans-{weight}.woff2" for weight in _WEIGHTS},
}
_FAMILY = """html[class] {
  --basis-text-font-family-default: 'Fira Sans', sans-serif;
  --basis-heading-font-family: 'Fira Sans', sans-serif;
}
"""
"""Themes name fonts that are not free to ship, or heavy; this one is free (OFL) and light."""

_SOURCE_MAP = re.compile(rb"/\*# sourceMappingURL=.*?\*/")


def build(target: Path = INSTALLED) -> bool:
    """Install; False, with a sentence on stderr, where npm is missing."""
    npm = shutil.which("npm")
    if npm is None:
        print("npm is missing: pages use a plain stylesheet instead of the NL Design System", file=sys.stderr)
        return False
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(_PACKAGES / name, folder)
        subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True, stdout=sys.stderr)
        target.mkdir(exist_ok=True)
        for source, name in _FILES.items():
            (target / name).write_bytes(_SOURCE_MAP.sub(b"", (folder / "node_modules" / source).read_bytes()))
    faces = [_face(weight, (target / f"fira-sans-{weight}.woff2").read_bytes()) for weight in _WEIGHTS]
    (target / "font.css").write_text("".join(faces) + _FAMILY, encoding="utf-8")
    _trim(target)
    return True


def _trim(target: Path) -> None:
    """Leave out what no page wears: of half a million characters nine tenths."""
    dressed = [path.read_text(encoding="utf-8") for path in sorted((HERE / "templates").rglob("*.html"))]
    component_sheet, theme_sheet = target / "components.css", target / "theme.css"
    kept = components(component_sheet.read_text(encoding="utf-8"), worn(dressed))
    component_sheet.write_text(kept, encoding="utf-8")
    sheets = (kept, *(path.read_text(encoding="utf-8") for path in (OWN / "regelruimte.css", target / "font.css")))
    theme_sheet.write_text(tokens(theme_sheet.read_text(encoding="utf-8"), *sheets), encoding="utf-8")


def _face(weight: int, font: bytes) -> str:
    # The hash, so that the stylesheet, and with it the address of the font, changes with the font.
    digest = hashlib.sha256(font).hexdigest()[:16]
    # optional: where the font is late, the first page keeps that of the system, so that nothing moves while somebody reads.
    return (
        "@font-face { font-family: 'Fira Sans'; font-style: normal; font-display: optional; "
        f"font-weight: {weight}; src: url('fira-sans-{weight}.woff2?{digest}') format('woff2'); }}\n"
    )


if __name__ == "__main__":
    build()
