"""Every rule of spectral.yaml fires where it must and nowhere else; the linter itself is installed from the lock file."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.npm import npm_folder

HERE = Path(__file__).resolve().parent
RULES = HERE / "spectral.yaml"
LOCK = HERE / "package-lock.json"
RULE_IDS = sorted(yaml.safe_load(RULES.read_text(encoding="utf-8"))["rules"])

MARK = re.compile(r"# breaks: (?P<rules>.+)$")


@dataclass(frozen=True, kw_only=True, order=True)
class Finding:
    rule: str
    line: int  # counted from 1


Lint = Callable[[Path], list[Finding]]


@pytest.fixture(scope="session")
def linter() -> Path:
    """The linter of the lock file."""
    return npm_folder(HERE) / ".bin" / "spectral"


@pytest.fixture(scope="session")
def lint(linter: Path) -> Lint:
    """A function from an OpenAPI document to all that the rules find in it."""

    def found(document: Path) -> list[Finding]:
        with tempfile.TemporaryDirectory() as folder:
            answer = Path(folder) / "findings.json"
            command = [str(linter), "lint", "--quiet", "--ruleset", str(RULES)]
            command += ["--fail-severity", "hint", "--format", "json", "--output", str(answer), str(document)]
            environment = os.environ | {"NO_UPDATE_NOTIFIER": "1"}
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
            # 0: nothing found, 1: something found, 2: the linter itself failed.
            assert done.returncode in (0, 1), done.stdout + done.stderr
            findings = json.loads(answer.read_text(encoding="utf-8"))
        return [Finding(rule=one["code"], line=one["range"]["start"]["line"] + 1) for one in findings]

    return found


@pytest.fixture(scope="module")
def found_in_bad(lint: Lint) -> list[Finding]:
    return lint(HERE / "bad.yaml")


def marked(document: Path) -> set[Finding]:
    """What the comments of a document say that must be found in it."""
    lines = document.read_text(encoding="utf-8").splitlines()
    matches = [(number, MARK.search(line)) for number, line in enumerate(lines, start=1)]
    return {Finding(rule=rule, line=number) for number, match in matches if match for rule in match["rules"].split(", ")}


@pytest.mark.timeout(360)
@pytest.mark.parametrize("rule", RULE_IDS)
def test_rule_fires(rule: str, found_in_bad: list[Finding]) -> None:
    assert rule in {finding.rule for finding in found_in_bad}


@pytest.mark.timeout(360)
def test_rules_fire_on_the_marked_lines_only(found_in_bad: list[Finding]) -> None:
    assert sorted({finding for finding in found_in_bad if finding.rule in RULE_IDS}) == sorted(marked(HERE / "bad.yaml"))


@pytest.mark.timeout(360)
def test_good_document_has_no_findings(lint: Lint) -> None:
    assert lint(HERE / "good.yaml") == []


def test_lock_file_names_no_registry_and_one_version_of_the_linter() -> None:
    packages = json.loads(LOCK.read_text(encoding="utf-8"))["packages"]
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []
    assert packages["node_modules/@stoplight/spectral-cli"]["version"] == "6.16.3"
