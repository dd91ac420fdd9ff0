"""How pages do by Lighthouse: as on a slow telephone, on the sample municipality, three times each; the middle one counts."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from service.api.access import COOKIE
from tests.browser.site import Site, sample_site
from tests.npm import npm_folder

PACKAGES = Path(__file__).resolve().parent.parent / "tests" / "browser"
CATEGORIES = ("performance", "accessibility", "best-practices")
LEAST = 95
TIMES = 3
MEASURES = {
    "first-contentful-paint": "FCP",
    "largest-contentful-paint": "LCP",
    "total-blocking-time": "TBT",
    "cumulative-layout-shift": "CLS",
}


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page that is measured."""

    name: str
    address: str
    who: str = ""


PAGES = (
    Page(name="start", address="/"),
    Page(name="result", address="/mijn/{klaar}"),
    Page(name="queue", address="/werk", who="beoordelaar"),
    Page(name="review", address="/werk/{signaal}", who="beoordelaar"),
)


def run(output: Path | None) -> int:
    """Measure, and print a table; 1 when a page scores less than ``LEAST``, or it cannot be measured here."""
    chromium = shutil.which("chromium")
    try:
        lighthouse = npm_folder(PACKAGES) / ".bin" / "lighthouse"
    except pytest.skip.Exception as missing:
        print(f"cannot measure: {missing.msg}")
        return 1
    if chromium is None:
        print("cannot measure: needs Chromium, apt-get install chromium")
        return 1
    with tempfile.TemporaryDirectory(prefix="regelruimte-bench-") as place, sample_site(Path(place)) as site:
        command = [str(lighthouse), "--quiet", "--output=json", "--chrome-flags=--headless=new --no-sandbox --disable-gpu"]
        command.append(f"--only-categories={','.join(CATEGORIES)}")
        measured = {page.name: _middle(command, chromium, site, page) for page in PAGES}
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
        (output / "pages.json").write_text(json.dumps(measured, indent=1), encoding="utf-8")
    heads = [*CATEGORIES, *MEASURES.values(), "KB"]
    print("| page | " + " | ".join(heads) + " |\n|---|" + "---|" * len(heads))
    for name, values in measured.items():
        print(f"| {name} | " + " | ".join(str(values[head]) for head in heads) + " |")
        for audit in values["below"]:
            print(f"    {name}: {audit}")
    return int(any(values[category] < LEAST for values in measured.values() for category in CATEGORIES))


def _middle(command: list[str], chromium: str, site: Site, page: Page) -> dict[str, Any]:
    """The run with the middle score for speed: one run differs from the next."""
    runs = [_once(command, chromium, site, page) for _ in range(TIMES)]
    middle = statistics.median_low(values["performance"] for values in runs)
    return next(values for values in runs if values["performance"] == middle)


def _once(command: list[str], chromium: str, site: Site, page: Page) -> dict[str, Any]:
    headers = {"Cookie": f"{COOKIE}={site.cookies[page.who]}"} if page.who else {}
    words = [*command, f"--extra-headers={json.dumps(headers)}", site.at(page.address)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=180, env={**os.environ, "CHROME_PATH": chromium})
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-2000:])
    report = json.loads(done.stdout)
    audits, categories = report["audits"], report["categories"]
    told = {name: round(100 * categories[name]["score"]) for name in CATEGORIES}
    told |= {short: audits[name]["displayValue"] for name, short in MEASURES.items()}
    told["KB"] = round(audits["total-byte-weight"]["numericValue"] / 1000)
    weighed = {part["id"] for category in categories.values() for part in category["auditRefs"] if part["weight"]}
    told["below"] = [
        f"{name} {audits[name]['score']}: {audits[name]['title']}"
        for name in sorted(weighed)
        if (audits[name]["score"] or 0) < 0.9
        and audits[name]["scoreDisplayMode"] not in ("notApplicable", "manual", "informative")
    ]
    return told
