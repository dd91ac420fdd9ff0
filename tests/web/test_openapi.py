"""The OpenAPI document is right, and the service does what it says: linted, probed, fuzzed, and used by a generated client."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from service.database.migrating import migrate
from service.database.opening import Database
from tests.web.conftest import CHECKOUT, TOLD, Launcher, Process, free_port, people_in
from tests.web.probe import probe
from tests.web.test_rules import lint, linter  # noqa: F401  (fixtures)

HERE = Path(__file__).resolve().parent


@dataclass
class Running:
    """A running service and the tokens of its people."""

    process: Process
    tokens: dict[str, str]


@pytest.fixture(scope="module")
def running(database_url: str, store: Path, engine: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The service as users run it, on either database, carrying out its own jobs."""
    database = Database(database_url)
    migrate(database)
    tokens, _ = people_in(database)
    database.close()
    launcher = Launcher(folder=tmp_path_factory.mktemp("running"), store=store)
    port = free_port()
    process = launcher.serve(database_url, port=port, REGELRUIMTE_PUBLIC_URL=f"http://127.0.0.1:{port}").ready()
    if database_url.startswith("postgresql"):
        launcher.worker(database_url)
    flagged(process, tokens)
    yield Running(process=process, tokens=tokens)
    launcher.end()


def flagged(process: Process, tokens: dict[str, str]) -> None:
    """An initiative with flags and a snapshot, so that there is something to ask for."""
    made = httpx.post(f"{process.url}/v1/initiatieven", json=TOLD, timeout=60).json()
    link = {"Authorization": f"Bearer {made['geheimeLink']}"}
    with httpx.stream(
        "GET", f"{process.url}/v1/initiatieven/{made['initiatief']['id']}/voortgang", headers=link, timeout=120
    ) as stream:
        list(stream.iter_lines())
    administrator = {"Authorization": f"Bearer {tokens['beheerder']}"}
    httpx.post(f"{process.url}/v1/taken", json={"soort": "momentopname"}, headers=administrator, timeout=60)


@pytest.fixture(scope="module")
def document(running: Running) -> dict[str, Any]:
    """The document as a client fetches it."""
    found: dict[str, Any] = httpx.get(f"{running.process.url}/v1/openapi.json", timeout=30).json()
    return found


def test_the_design_rules(document: dict[str, Any], lint: Callable[[Path], list[Any]], tmp_path: Path) -> None:  # noqa: F811
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")
    assert lint(path) == []


def test_the_rules_that_only_a_running_service_shows(running: Running) -> None:
    assert probe(running.process.url, token=running.tokens["beheerder"]) == []


def test_every_operation_has_an_example_where_something_comes_in(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if "requestBody" in operation:
                schema = operation["requestBody"]["content"]["application/json"]["schema"]
                options = schema.get("oneOf", [schema])
                for option in options:
                    assert schemas[option["$ref"].rpartition("/")[2]].get("examples"), (method, path)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("who", ["beheerder", "jurist", None])
def test_schemathesis(running: Running, who: str | None, tmp_path: Path) -> None:
    """Every operation with values that fit the document and values that do not, and sequences along its links."""
    words = [
        str(Path(sys.executable).parent / "schemathesis"),
        "--config-file",
        str(HERE / "schemathesis.toml"),
        "run",
        f"{running.process.url}/v1/openapi.json",
        "--url",
        f"{running.process.url}/v1",
        "--max-examples",
        os.environ.get("REGELRUIMTE_TEST_EXAMPLES", "8"),
        "--seed",
        "20261126",
        "--no-color",
    ]
    if who is not None:
        words += ["--header", f"Authorization: Bearer {running.tokens[who]}"]
    done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, timeout=580, check=False)
    failures = done.stdout.partition("= FAILURES =")[2].partition("= WARNINGS =")[0]
    assert done.returncode == 0, (failures or done.stdout)[:8_000] + done.stderr[-2_000:]
    assert "passed" in done.stdout
    print(next(line for line in done.stdout.splitlines() if "generated" in line).strip())


def test_a_generated_client_works(
    running: Running, document: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "openapi.json"
    source.write_text(json.dumps(document), encoding="utf-8")
    config = tmp_path / "config.yaml"
    config.write_text(yaml.safe_dump({"project_name_override": "klant", "package_name_override": "klant"}), encoding="utf-8")
    generator = Path(sys.executable).parent / "openapi-python-client"
    done = subprocess.run(
        [generator, "generate", "--path", source, "--config", config, "--meta", "none", "--output-path", tmp_path / "klant"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=300,
        check=False,
        env={**os.environ, "PATH": f"{generator.parent}:{os.environ['PATH']}"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    # Snapshots and progress are streams, for which the generator makes no code: it says so, and about nothing else.
    warnings = [line for line in (done.stdout + done.stderr).splitlines() if line.startswith("WARNING")]
    assert all("/inhoud" in line or "/voortgang" in line for line in warnings), warnings
    monkeypatch.syspath_prepend(str(tmp_path))
    client = importlib.import_module("klant.client")
    models = importlib.import_module("klant.models")
    anonymous = client.Client(base_url=f"{running.process.url}/v1", timeout=60)
    reviewer = client.AuthenticatedClient(base_url=f"{running.process.url}/v1", token=running.tokens["beoordelaar"], timeout=60)

    with anonymous, reviewer:
        submit = importlib.import_module("klant.api.initiatieven.initiatief_indienen")
        made = submit.sync(client=anonymous, body=models.InitiatiefInvoer.from_dict(TOLD))
        assert made.initiatief.titel == TOLD["titel"]
        follow = f"{running.process.url}/v1/initiatieven/{made.initiatief.id}/voortgang"
        with httpx.stream("GET", follow, headers={"Authorization": f"Bearer {made.geheime_link}"}, timeout=120) as stream:
            list(stream.iter_lines())
        flags = importlib.import_module("klant.api.initiatieven.signalen_lijst").sync(made.initiatief.id, client=reviewer)
        assert flags.resultaten
        judge = importlib.import_module("klant.api.signalen.signaal_beoordelen")
        told = models.BeoordelingInvoer.from_dict({"oordeel": "bevestigd"})
        judged = judge.sync(flags.resultaten[0].id, client=reviewer, body=told)
        assert judged.oordeel == "bevestigd"
        checked = importlib.import_module("klant.api.toetsen.toetsen").sync(
            client=anonymous, body=models.ToetsInvoer.from_dict(TOLD)
        )
        assert checked.signalen


def test_the_documentation_names_every_route(document: dict[str, Any]) -> None:
    text = (CHECKOUT / "docs" / "api.md").read_text(encoding="utf-8")
    for path, item in document["paths"].items():
        for method in item:
            if path != "/openapi.json":
                shown = path.replace("{verwijzing}", "{verwijzing:path}")
                assert f"`{method.upper()} /v1{shown}`" in text, (method, path)
