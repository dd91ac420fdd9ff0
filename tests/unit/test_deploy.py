"""What deploy/ and docs/operating.md promise: no root, no secret, no moving tag, every setting documented, every command real."""

from __future__ import annotations

import configparser
import json
import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
DEPLOY = CHECKOUT / "deploy"
OPERATING = CHECKOUT / "docs/operating.md"
EXAMPLE = DEPLOY / "regelruimte.env.example"
VERSION = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
OBJECTS = [
    one
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    for one in yaml.safe_load_all(path.read_text(encoding="utf-8"))
]
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
OURS = ["migrate", "web-1", "web-2", "worker", "retention", "backup"]


def instructions(text: str) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile in order, lines joined."""
    joined = re.sub(r"\\\n", " ", "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#")))
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line.strip())]


DOCKERFILE = instructions((DEPLOY / "Dockerfile").read_text(encoding="utf-8"))
FINAL_STAGE = DOCKERFILE[max(number for number, (word, _) in enumerate(DOCKERFILE) if word == "FROM") :]


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [one for one in OBJECTS if one["kind"] == kind]


def pods() -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and pod specification of everything that runs."""
    for one in OBJECTS:
        if one["kind"] in ("Deployment", "Job"):
            yield one["metadata"]["name"], one["spec"]["template"]["spec"]
        elif one["kind"] == "CronJob":
            yield one["metadata"]["name"], one["spec"]["jobTemplate"]["spec"]["template"]["spec"]


PODS = dict(pods())


def unit(path: Path) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(path.read_text(encoding="utf-8"))
    return parser


def environment_file(text: str) -> dict[str, str]:
    """A file of settings as systemd and Docker Compose read it: no quotes, comments on lines of their own."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"REGELRUIMTE_[A-Z_]+=[^\s\"'#][^\"'#]*|REGELRUIMTE_[A-Z_]+=", line) for line in lines), lines
    return dict(line.split("=", 1) for line in lines)


def fields() -> set[str]:
    from service.settings import Settings

    return {f"REGELRUIMTE_{name.upper()}" for name in Settings.model_fields}


def texts() -> list[Path]:
    return sorted(path for path in (*DEPLOY.rglob("*"), OPERATING) if path.is_file() and "secrets" not in path.parts)


def commands() -> Iterator[tuple[str, list[str]]]:
    """Where a command of ours is started, and its words."""
    yield "Dockerfile", json.loads(next(rest for word, rest in FINAL_STAGE if word == "CMD"))
    for name in OURS:
        yield f"compose {name}", [str(word) for word in COMPOSE["services"][name]["command"]]
    for name, pod in PODS.items():
        yield f"kubernetes {name}", [str(word) for word in pod["containers"][0]["args"]]
    for path in UNITS:
        program, *words = unit(path)["Service"]["ExecStart"].split()
        assert program.endswith("/bin/regelruimte")
        yield path.name, words


# Settings


def test_every_setting_that_is_named_exists() -> None:
    for path in texts():
        named = set(re.findall(r"REGELRUIMTE_[A-Z][A-Z_]*[A-Z]", path.read_text(encoding="utf-8")))
        assert named <= fields(), f"{path.name} names settings that do not exist: {sorted(named - fields())}"


def test_every_setting_is_documented_once_with_its_default() -> None:
    from service.settings import Settings

    rows = re.findall(r"^\| `(REGELRUIMTE_[A-Z_]+)` \| ([^|]*) \| ([^|]+) \|$", OPERATING.read_text(encoding="utf-8"), re.M)
    assert sorted(name for name, _, _ in rows) == sorted(fields())
    for name, default, what in rows:
        value = Settings.model_fields[name.removeprefix("REGELRUIMTE_").lower()].default
        if isinstance(value, bool):
            expected = {str(value).lower()}
        elif value is None or not str(value):
            expected = {"empty", "none", "the model that ships"}
        else:
            expected = {str(value)}
        assert default.strip().strip("`") in expected, f"{name}: {default!r} in the table, {value!r} in the settings"
        assert len(what.split()) > 2


def test_the_example_has_every_setting_under_one_line_of_comment() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    there = {
        match[1]: number for number, line in enumerate(lines) if (match := re.match(r"(?:# )?(REGELRUIMTE_[A-Z_]+)=", line))
    }
    assert set(there) == fields()
    for name, number in there.items():
        assert lines[number - 1].startswith("# ") and "REGELRUIMTE_" not in lines[number - 1], f"{name} has no comment"


def settings_from(values: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Any:
    from service.settings import settings_of

    for name in fields():
        monkeypatch.delenv(name, raising=False)
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return settings_of()


def kubernetes_settings() -> dict[str, str]:
    (config,), (secret,) = of_kind("ConfigMap"), of_kind("Secret")
    assert not set(config["data"]) & set(secret["stringData"])
    return {**config["data"], **secret["stringData"]}


@pytest.mark.parametrize(
    "values", [environment_file(EXAMPLE.read_text(encoding="utf-8")), kubernetes_settings()], ids=["env", "k8s"]
)
def test_production_refuses_the_examples_and_takes_them_filled_in(
    values: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from corpus.errors import UsageError

    assert {name: values[name] for name in values if name.endswith(("SECRET", "_KEY", "_TOKEN"))} == {
        "REGELRUIMTE_SECRET_KEY": "",
        "REGELRUIMTE_OIDC_CLIENT_SECRET": "",
        "REGELRUIMTE_METRICS_TOKEN": "",
    }
    assert ":PASSWORD@" in values["REGELRUIMTE_DATABASE_URL"]
    with pytest.raises(UsageError, match="REGELRUIMTE_SECRET_KEY"):
        settings_from(values, monkeypatch)
    filled = {**values, "REGELRUIMTE_SECRET_KEY": "k" * 64, "REGELRUIMTE_CONTACT_EMAIL": "beheer@waterveen.nl"}
    settings = settings_from(filled, monkeypatch)
    assert settings.environment == "production" and not settings.is_sqlite
    # The folder of fetched files stands beside the store: both must lie inside the volume that is mounted at its parent.
    assert settings.store.parent == Path("/var/lib/regelruimte/store") and settings.data == Path("/var/lib/regelruimte/data")


def test_no_secret_is_a_plain_setting() -> None:
    from pydantic import SecretStr

    from service.settings import Settings

    secret = {f"REGELRUIMTE_{name.upper()}" for name, field in Settings.model_fields.items() if field.annotation is SecretStr}
    assert not (secret | {"REGELRUIMTE_DATABASE_URL"}) & set(of_kind("ConfigMap")[0]["data"])


# Commands


@pytest.mark.parametrize(("where", "words"), list(commands()), ids=[where for where, _ in commands()])
def test_every_command_that_is_started_can_be_parsed(where: str, words: list[str]) -> None:
    from service.command_line import build_parser

    try:
        build_parser().parse_args(words)
    except SystemExit:
        pytest.fail(f"{where}: regelruimte {' '.join(words)} is not a command")


def test_every_command_in_the_documentation_exists() -> None:
    from service.command_line import build_parser

    groups = next(action.choices for action in build_parser()._actions if isinstance(action.choices, dict))
    found = set(re.findall(r"(?:`|-- |/bin/)regelruimte ([a-z]+)", OPERATING.read_text(encoding="utf-8")))
    assert {"migrate", "backup", "restore", "retention", "audit"} <= found
    assert found <= set(groups), f"no such commands: {sorted(found - set(groups))}"


# The image


def test_the_image_has_no_root_no_moving_base_and_no_build_tools() -> None:
    stages = [rest.split()[0] for word, rest in DOCKERFILE if word == "FROM"]
    assert {base for base in stages if ":" in base} == {"python:3.11-slim-bookworm"}
    assert [rest for word, rest in FINAL_STAGE if word == "USER"] == ["10001:10001"]
    runs = " ".join(rest for word, rest in FINAL_STAGE if word == "RUN")
    assert "--uid 10001" in runs and "pip uninstall" in runs
    assert not re.search(r"apt-get|gcc|build-essential|pip install|curl|wget", runs)
    # Root owns the program: the user that runs it cannot change it.
    assert [rest for word, rest in FINAL_STAGE if word in ("COPY", "ADD")] == [
        "--from=installed /opt/regelruimte /opt/regelruimte"
    ]


def test_the_image_is_made_from_hashed_wheels_and_the_project_alone() -> None:
    installs = [rest for word, rest in DOCKERFILE if word == "RUN" and "pip install" in rest]
    assert len(installs) == 2
    assert "--require-hashes --only-binary :all: -r requirements/run.txt" in installs[0]
    assert "--no-deps --no-index" in installs[1]
    assert any("pip wheel --no-deps" in rest for word, rest in DOCKERFILE if word == "RUN")


def test_the_image_starts_and_is_probed_without_a_shell() -> None:
    last = dict(FINAL_STAGE)
    assert json.loads(last["ENTRYPOINT"]) == ["regelruimte"]
    assert json.loads(last["CMD"])[0] == "serve"
    health = json.loads(last["HEALTHCHECK"].split("CMD", 1)[1])
    assert health[0] == "python" and "urllib.request" in health[2] and "/health/live" in health[2]
    compile(health[2], "HEALTHCHECK", "exec")
    assert last["STOPSIGNAL"] == "SIGTERM"
    labels = dict(
        re.findall(r'(org\.opencontainers\.image\.\w+)="([^"]*)"', next(rest for word, rest in FINAL_STAGE if word == "LABEL"))
    )
    assert labels["org.opencontainers.image.licenses"] == "EUPL-1.2"
    assert {"title", "description", "version", "revision"} <= {name.rsplit(".", 1)[1] for name in labels}


def test_libraries_report_nothing_to_their_makers() -> None:
    variables = next(rest for word, rest in FINAL_STAGE if word == "ENV" and "HOME=" in rest)
    for text in (variables, *(unit(path)["Service"]["Environment"] for path in UNITS)):
        assert {"ORT_DISABLE_TELEMETRY=1", "HF_HUB_OFFLINE=1"} <= set(text.split())


def test_the_build_gets_what_it_copies_and_nothing_else() -> None:
    patterns = [
        line
        for line in (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
        if line and line[0] != "#"
    ]
    assert patterns[0] == "*"
    let_in = {pattern[1:] for pattern in patterns if pattern.startswith("!")}
    copied = {
        source for word, rest in DOCKERFILE if word == "COPY" and not rest.startswith("--from") for source in rest.split()[:-1]
    }
    assert let_in == copied and all((CHECKOUT / source).exists() for source in copied)
    left_out = [pattern.removeprefix("**/") for pattern in patterns[1:] if pattern.startswith("**/")]
    for name in ("__pycache__", "regelruimte.env", "regelruimte.db", "x.pyc"):
        assert any(fnmatch(name, pattern) for pattern in left_out), name


def test_what_runs_needs_no_torch() -> None:
    names = re.findall(r"^([A-Za-z0-9_.-]+)==", (CHECKOUT / "requirements/run.txt").read_text(encoding="utf-8"), re.M)
    assert names and not {"torch", "transformers", "sentence-transformers", "triton"} & {name.lower() for name in names}


def test_no_tag_moves_and_ours_is_the_version_of_the_project() -> None:
    assert dict(rest.split("=", 1) for word, rest in FINAL_STAGE if word == "ARG")["VERSION"] == VERSION
    images = {name: service["image"] for name, service in COMPOSE["services"].items()}
    assert images == {"database": "postgres:15-bookworm", **dict.fromkeys(OURS, f"regelruimte:{VERSION}")}
    (kustomization,) = of_kind("Kustomization")
    assert kustomization["images"] == [{"name": "regelruimte", "newTag": VERSION}]
    assert {container["image"] for pod in PODS.values() for container in pod["containers"]} == {"regelruimte"}
    assert not any(re.search(r":latest\b", path.read_text(encoding="utf-8")) for path in texts())


# Docker Compose


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_every_container_is_hardened_and_limited(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"] and "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"] and "privileged" not in service
    assert int(service["user"].split(":")[0]) > 0
    assert any(mount.startswith("/tmp:") for mount in service["tmpfs"])
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}


def test_compose_runs_two_webs_two_workers_and_one_migration_in_order() -> None:
    services = COMPOSE["services"]
    assert set(services) == {"database", *OURS}
    assert services["worker"]["deploy"]["replicas"] == 2
    ports = [service["ports"] for service in services.values() if "ports" in service]
    assert ports == [["127.0.0.1:8000:8000"], ["127.0.0.1:8001:8000"]]  # and none of the database
    assert services["database"]["healthcheck"]["test"][1] == "pg_isready"
    assert services["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    for name in ("web-1", "web-2", "worker"):
        assert services[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    assert all(service["env_file"] == ["regelruimte.env"] for name, service in services.items() if name != "database")


def test_compose_keeps_the_password_in_a_file_and_the_database_inside() -> None:
    database = COMPOSE["services"]["database"]
    assert database["environment"]["POSTGRES_PASSWORD_FILE"] == "/run/secrets/database_password"
    assert "POSTGRES_PASSWORD" not in database["environment"]
    assert COMPOSE["secrets"] == {"database_password": {"file": "secrets/database_password"}}
    assert database["networks"] == ["inside"] and COMPOSE["networks"]["inside"]["internal"] is True
    gateway = COMPOSE["networks"]["outside"]["ipam"]["config"][0]["subnet"].replace(".0/24", ".1")
    trusted = environment_file(EXAMPLE.read_text(encoding="utf-8"))["REGELRUIMTE_TRUSTED_PROXIES"]
    assert gateway in trusted.split(",")


def test_the_web_cannot_write_store_and_data() -> None:
    for name in ("web-1", "web-2"):
        volumes = COMPOSE["services"][name]["volumes"]
        assert volumes == ["store:/var/lib/regelruimte/store:ro", "data:/var/lib/regelruimte/data:ro"]
    mounts = {mount["name"]: mount for mount in PODS["web"]["containers"][0]["volumeMounts"]}
    assert mounts["store"]["readOnly"] and mounts["data"]["readOnly"]
    web = unit(DEPLOY / "systemd/regelruimte-web.service")["Service"]
    assert web["ReadOnlyPaths"].split() == ["-/var/lib/regelruimte/store", "-/var/lib/regelruimte/data"]


# Kubernetes


def test_everything_of_kubernetes_is_there() -> None:
    assert set(PODS) == {"migrate", "web", "worker", "retention", "backup"}
    kinds = {one["kind"] for one in OBJECTS}
    assert kinds >= {"Namespace", "ConfigMap", "Secret", "Service", "Ingress", "NetworkPolicy", "PodDisruptionBudget"}
    (kustomization,) = of_kind("Kustomization")
    files = {path.name for path in (DEPLOY / "kubernetes").glob("*.yaml")}
    assert files - set(kustomization["resources"]) == {"kustomization.yaml", "secret.example.yaml"}
    # Without this label an object belongs to no step of docs/operating.md, and is never applied.
    steps = {
        one["metadata"]["labels"]["app.kubernetes.io/component"]
        for one in OBJECTS
        if one["kind"] not in ("Kustomization", "Secret")
    }
    assert steps == {"base", *PODS}


@pytest.mark.parametrize("name", PODS)
def test_every_pod_is_restricted(name: str) -> None:
    pod = PODS[name]
    assert pod["securityContext"]["runAsNonRoot"] is True and pod["securityContext"]["runAsUser"] == 10001
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"cpu", "memory"} <= set(container["resources"]["limits"]) and {"cpu", "memory"} <= set(
        container["resources"]["requests"]
    )
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}
    claims = {claim["metadata"]["name"] for claim in of_kind("PersistentVolumeClaim")}
    assert {v["persistentVolumeClaim"]["claimName"] for v in pod["volumes"] if "persistentVolumeClaim" in v} <= claims


def test_the_web_is_replaced_without_a_pause() -> None:
    web = next(one for one in of_kind("Deployment") if one["metadata"]["name"] == "web")["spec"]
    assert web["replicas"] == 2 and web["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    (container,) = web["template"]["spec"]["containers"]
    paths = {kind: container[kind]["httpGet"]["path"] for kind in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert paths == {"startupProbe": "/health/live", "livenessProbe": "/health/live", "readinessProbe": "/health/ready"}
    asleep = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    assert 0 < asleep < web["template"]["spec"]["terminationGracePeriodSeconds"]
    labels = web["template"]["metadata"]["labels"]
    assert web["selector"]["matchLabels"] == labels == of_kind("Service")[0]["spec"]["selector"]
    (budget,) = of_kind("PodDisruptionBudget")
    assert budget["spec"] == {"minAvailable": 1, "selector": {"matchLabels": labels}}


def test_nothing_reaches_the_pods_but_what_is_named() -> None:
    policies = {one["metadata"]["name"]: one["spec"] for one in of_kind("NetworkPolicy")}
    assert policies.pop("nothing") == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    entrances = [spec for spec in policies.values() if "Ingress" in spec["policyTypes"]]
    assert [spec["podSelector"]["matchLabels"]["app.kubernetes.io/component"] for spec in entrances] == ["web"]
    assert all(rule["from"] for spec in entrances for rule in spec["ingress"])
    (ingress,) = of_kind("Ingress")
    hosts = {rule["host"] for rule in ingress["spec"]["rules"]}
    assert hosts == {host for tls in ingress["spec"]["tls"] for host in tls["hosts"]}
    assert {f"https://{host}" for host in hosts} == {of_kind("ConfigMap")[0]["data"]["REGELRUIMTE_PUBLIC_URL"]}


def test_nightly_jobs_do_not_overlap_and_backup_comes_first() -> None:
    jobs = {one["metadata"]["name"]: one["spec"] for one in of_kind("CronJob")}
    assert all(spec["concurrencyPolicy"] == "Forbid" and spec["timeZone"] == "Europe/Amsterdam" for spec in jobs.values())
    hour = {name: int(spec["schedule"].split()[1]) for name, spec in jobs.items()}
    assert hour["backup"] < hour["retention"]


# systemd


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_every_unit_is_hardened(path: Path) -> None:
    service = unit(path)["Service"]
    expected = {
        "User": "regelruimte",
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "NoNewPrivileges": "yes",
        "PrivateTmp": "yes",
        "CapabilityBoundingSet": "",
        "SystemCallFilter": "@system-service",
        "Restart": "on-failure",
        "StateDirectory": "regelruimte",
        "EnvironmentFile": "/etc/regelruimte/regelruimte.env",
        "KillSignal": "SIGTERM",
    }
    assert {name: service.get(name) for name in expected} == expected
    assert int(service["TimeoutStopSec"]) >= 30


def test_there_are_two_units() -> None:
    assert [path.name for path in UNITS] == ["regelruimte-web.service", "regelruimte-worker.service"]
