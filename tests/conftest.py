"""Fixtures that every kind of test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# Tests run beside each other, one on every core: where each also spreads its products over all cores, they wait for one another.
# Before numpy and torch are imported; processes that tests start take it over.
os.environ.setdefault("OMP_NUM_THREADS", "1")

CHECKOUT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real regulations and labels beside the checkout; tests that need it are skipped elsewhere."""
    folder = CHECKOUT.parent / "shared"
    if not (folder / "sources").is_dir():
        pytest.skip("needs the real regulations in ../shared, which are not part of the project")
    return folder
