"""Work on a Dask cluster of real processes says what the serial run says, byte for byte, also when a worker is killed."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from corpus.errors import UsageError, WorkLost
from corpus.schema import RegulationEntry
from corpus.spreading import spread
from corpus.store import Store
from service.command_line import main
from tests.clusters import CHECKOUT, Cluster, cluster, command, finished, kill_oneself, plain_clauses, unfinished_lines, until

pytest.importorskip("distributed", reason="the extra cluster is not installed")
pytestmark = pytest.mark.timeout(900)

MARKDOWN = "## Regeling proef {number}\n\n### Artikel  1  \n\n1.  Het mag.  \n2.  Het eerste lid geldt niet in juni.\n"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("cluster")) as started:
        yield started


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, an archive of 450 regulations, and lines of clauses: several chunks."""
    folder = tmp_path_factory.mktemp("sources")
    shutil.copytree(CHECKOUT / "corpus/sample/regelingen", folder / "regelingen")
    for number in range(450):
        place = folder / "bron/wet" / f"wet{number}" / f"BWBR00{number:05}"
        place.mkdir(parents=True)
        (place / "README.md").write_text(MARKDOWN.format(number=number), encoding="utf-8")
    with tarfile.open(folder / "bron.tar.xz", "w:xz") as archive:
        archive.add(folder / "bron", arcname=".")
    shutil.rmtree(folder / "bron")
    plain_clauses(folder / "clauses.jsonl", 25_000)
    (folder / "kapot.xml").write_text("<toestand><a></toestand>", encoding="utf-8")
    return folder


def run(*words: object) -> None:
    assert main([str(word) for word in words], {}) == 0


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def listed(store: Path) -> list[RegulationEntry]:
    from dataclasses import replace

    return [replace(entry, added="") for entry in Store(store).versions]  # but for the time of adding


def test_everything_is_as_the_serial_run_makes_it(running: Cluster, sources: Path, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder, who in ((here, ["--workers", "1"]), (there, ["--cluster", running.address])):
        folder.mkdir()
        run("corpus", "add", sources, "--store", folder / "S", "--report", folder / "report.jsonl", *who)
        run("corpus", "index", "--store", folder / "S", *who)
        for name, form in (("out.jsonl", "jsonl"), ("out.jsonl.gz", "jsonl"), ("parquet", "parquet")):
            run("export", "clauses", "--store", folder / "S", "--format", form, "--output", folder / name, *who)
    assert listed(here / "S") == listed(there / "S") and len(listed(here / "S")) > 450
    for part in ("S/parts", "S/index", "parquet"):
        assert content(here / part) == content(there / part), part
    assert len(content(here / "parquet")) == 2 and len(content(here / "S/index")) > 5
    for name in ("report.jsonl", "out.jsonl", "out.jsonl.gz"):
        assert (here / name).read_bytes() == (there / name).read_bytes(), name
    # What is exported goes into classify, and into a store.
    few = tmp_path / "few.jsonl"
    lines = (here / "out.jsonl").read_bytes().splitlines(keepends=True)
    few.write_bytes(b"".join([*lines[:2_000], *(line for line in lines if b"CVDR900001/artikel-2" in line)]))
    run("classify", few, "--output", here / "judged.jsonl", "--workers", "1")
    run("classify", few, "--output", there / "judged.jsonl", "--cluster", running.address)
    assert (here / "judged.jsonl").read_bytes() == (there / "judged.jsonl").read_bytes()
    run("corpus", "add", here / "out.jsonl.gz", "--store", tmp_path / "again", "--workers", "1")
    assert set(Store(tmp_path / "again").regulations) == {entry.id for entry in listed(here / "S")}


def test_a_worker_that_is_killed_half_way_loses_and_doubles_nothing(tmp_path: Path) -> None:
    file, output = plain_clauses(tmp_path / "in.jsonl", 8_000), tmp_path / "out.jsonl"
    with cluster(tmp_path) as dying:
        client = command("classify", file, "--output", output, "--cluster", dying.address)
        until(lambda: unfinished_lines(output) >= 2_000)
        dying.kill_worker(0)
        finished(client)
    run("classify", file, "--output", tmp_path / "serial.jsonl", "--workers", "1")
    assert output.read_bytes() == (tmp_path / "serial.jsonl").read_bytes()


def test_a_client_that_is_killed_goes_on_on_the_cluster(running: Cluster, tmp_path: Path) -> None:
    file, output = plain_clauses(tmp_path / "in.jsonl", 8_000), tmp_path / "out.jsonl"
    client = command("classify", file, "--output", output, "--cluster", running.address)
    until(lambda: unfinished_lines(output) >= 2_000)
    client.kill()
    client.communicate()
    assert "of them before" in finished(command("classify", file, "--output", output, "--cluster", running.address))
    run("classify", file, "--output", tmp_path / "serial.jsonl", "--workers", "1")
    assert output.read_bytes() == (tmp_path / "serial.jsonl").read_bytes()


def test_a_chunk_that_kills_its_workers_ends_the_work(tmp_path: Path) -> None:
    """Its nanny starts a worker again."""
    with cluster(tmp_path, workers=1, nanny=True) as dying, pytest.raises(WorkLost, match="killed 4 workers"):
        list(spread(kill_oneself, [0, signal.SIGKILL, 0], start=os.getpid, cluster=dying.address))


def test_a_worker_with_another_model_is_refused(running: Cluster, tmp_path: Path) -> None:
    from corpus.errors import InvalidModel
    from models.classifying import classify_file
    from models.loading import load_named_model, named_model, released_folder

    named = named_model(released_folder())
    assert named["folder"] == ""  # wherever it stands on the worker
    with pytest.raises(InvalidModel, match=f"on {socket.gethostname()}: is another model"):
        list(
            spread(
                os.kill, [0], start=load_named_model, arguments=named | {"key": "0.0.0-000000000000"}, cluster=running.address
            )
        )
    shutil.copytree(released_folder(), tmp_path / "M")
    lines: list[str] = []
    file = plain_clauses(tmp_path / "in.jsonl", 2)
    assert classify_file(file, write=lines.append, model_folder=tmp_path / "M", cluster=running.address) == 2 == len(lines)


def test_a_file_too_large_to_travel_is_named(running: Cluster, tmp_path: Path) -> None:
    with (tmp_path / "a.jsonl").open("wb") as stream:
        stream.truncate(513 * 2**20)
    from corpus.adding import add_paths

    with pytest.raises(UsageError, match="a.jsonl: more than 512 MB do not travel"):
        add_paths([tmp_path / "a.jsonl"], store=tmp_path / "S", cluster=running.address)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("tcp://127.0.0.1:9", "the scheduler of the cluster cannot be reached"),
        ("http://127.0.0.1:9", "the address of a cluster is like tcp://host:8786"),
        ("tls://127.0.0.1:9", "Dask knows no certificates"),
    ],
)
def test_a_cluster_that_is_not_there(tmp_path: Path, address: str, message: str) -> None:
    file = plain_clauses(tmp_path / "in.jsonl", 2)
    client = command("classify", file, "--output", tmp_path / "out.jsonl", "--cluster", address)
    out, err = client.communicate(timeout=120)
    assert (client.returncode, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"regelruimte: {address}: ") and message in err
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_only_who_holds_a_certificate_gets_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate(tmp_path)
    tls = "DASK_DISTRIBUTED__COMM__TLS__"
    with monkeypatch.context() as settings:
        settings.setenv(f"{tls}CA_FILE", str(tmp_path / "cert.pem"))
        for role in ("SCHEDULER", "WORKER", "CLIENT"):
            settings.setenv(f"{tls}{role}__CERT", str(tmp_path / "cert.pem"))
            settings.setenv(f"{tls}{role}__KEY", str(tmp_path / "key.pem"))
        closed = Cluster(tmp_path, protocol="tls")
        try:
            assert closed.address.startswith("tls://")
            closed.add_worker()
            file = plain_clauses(tmp_path / "in.jsonl", 3)
            finished(command("corpus", "add", file, "--store", tmp_path / "S", "--cluster", closed.address))
            for name in os.environ:
                if name.startswith(tls):
                    settings.delenv(name)
            stranger = command(
                "corpus", "add", file, "--store", tmp_path / "T", "--cluster", closed.address.replace("tls", "tcp")
            )
            _, err = stranger.communicate(timeout=120)
        finally:
            closed.close()
    assert len(Store(tmp_path / "S").regulations) == 1
    assert stranger.returncode == 2 and "cannot be reached" in err and err.count("\n") == 1
    assert not (tmp_path / "T/store.json").exists()


def certificate(folder: Path) -> None:
    """A key and a certificate that is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "cluster")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


NEAR, FAR = "10.213.86.1", "10.213.86.2"


@pytest.fixture
def two_machines() -> Iterator[tuple[list[str], list[str]]]:
    """Two network namespaces with an address each and a cable between them: what runs in one reaches the other only by it."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("network namespaces need root and the command ip (iproute2)")
    names = [f"rr{os.getpid()}-{number}" for number in range(2)]
    inside = [["ip", "netns", "exec", name] for name in names]

    def ip(*words: str) -> None:
        done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"this machine makes no network namespaces ({done.stderr.strip()})")

    try:
        for name in names:
            ip("netns", "add", name)
        ip("link", "add", "cable", "netns", names[0], "type", "veth", "peer", "name", "cable", "netns", names[1])
        for name, address in zip(names, (NEAR, FAR), strict=True):
            ip("-netns", name, "address", "add", f"{address}/24", "dev", "cable")
            ip("-netns", name, "link", "set", "cable", "up")
            ip("-netns", name, "link", "set", "lo", "up")
        yield inside[0], inside[1]
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)


def test_two_machines_with_addresses_of_their_own(two_machines: tuple[list[str], list[str]], tmp_path: Path) -> None:
    """Scheduler and a worker on one, client and a worker on the other; the worker on the first is killed half-way."""
    near, far = two_machines
    file, output = plain_clauses(tmp_path / "in.jsonl", 8_000), tmp_path / "out.jsonl"
    spanning = Cluster(tmp_path, host=NEAR, inside=near)
    try:
        assert spanning.address.startswith(f"tcp://{NEAR}:")
        spanning.add_worker(host=NEAR, inside=near)
        spanning.add_worker(host=FAR, inside=far)
        client = command("classify", file, "--output", output, "--cluster", spanning.address, inside=far)
        until(lambda: unfinished_lines(output) >= 2_000)
        spanning.kill_worker(0)
        finished(client)
        for folder, words in ((tmp_path / "here", ["--workers", 1]), (tmp_path / "there", ["--cluster", spanning.address])):
            finished(command("corpus", "add", file, "--store", folder, *words, inside=far))
    finally:
        spanning.close()
    run("classify", file, "--output", tmp_path / "serial.jsonl", "--workers", "1")
    assert output.read_bytes() == (tmp_path / "serial.jsonl").read_bytes()
    assert content(tmp_path / "here/parts") == content(tmp_path / "there/parts")
