"""What tests need of npm, installed from a lock file of ours."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

INSTALLED = Path(__file__).resolve().parent.parent / "var" / "npm"

_NO_NETWORK = re.compile(r"\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT)\b")


def npm_folder(packages: Path, *options: str) -> Path:
    """The folder ``node_modules`` with what the lock file in ``packages`` names; made once per lock file and options.

    The test that asks is skipped where there is no npm, or no registry the first time.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("needs node and npm")
    lock = packages / "package-lock.json"
    installed = INSTALLED / hashlib.sha256(lock.read_bytes() + " ".join(options).encode()).hexdigest()[:16]
    if installed.is_dir():
        return installed / "node_modules"
    INSTALLED.mkdir(parents=True, exist_ok=True)
    # Installed under another name first, so that a run that is broken off never leaves half of it behind.
    making = Path(tempfile.mkdtemp(dir=INSTALLED, suffix=".tmp"))
    for name in ("package.json", lock.name):
        shutil.copy(packages / name, making)
    # No install scripts: nothing here needs one, and some would report the installation to their makers.
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", *options]
    done = subprocess.run(command, cwd=making, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        shutil.rmtree(making)
        if _NO_NETWORK.search(done.stderr):
            pytest.skip("needs the package registry once, to install what its lock file names")
        pytest.fail(f"npm ci failed:\n{done.stderr}")
    try:
        making.rename(installed)
    except OSError:  # another run was first
        shutil.rmtree(making)
    return installed / "node_modules"
