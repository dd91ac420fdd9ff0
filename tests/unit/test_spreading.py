"""Work in processes of this machine: in order, bounded, the same as by one, and none lost when a process or all are killed."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from fractions import Fraction
from operator import add
from pathlib import Path

import psutil
import pytest

from corpus.errors import WorkLost
from corpus.spreading import ABANDONED_S, HOLD, MAX_DEATHS, SCRATCH, spread
from service.command_line import main
from tests.clusters import (
    command,
    finished,
    large_but_killed_once,
    marker,
    plain_clauses,
    unfinished_lines,
    until,
)

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def clauses(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plain_clauses(tmp_path_factory.mktemp("clauses") / "in.jsonl", 8_000)


@pytest.fixture(scope="module")
def judged(clauses: Path) -> bytes:
    """What one process says of the clauses."""
    output = clauses.with_name("serial.jsonl")
    assert main(["classify", str(clauses), "--output", str(output), "--workers", "1"], {}) == 0
    return output.read_bytes()


@pytest.mark.parametrize("workers", [1, 3])
def test_results_come_in_order_and_few_chunks_are_under_way(workers: int) -> None:
    taken = []

    def chunks() -> Iterator[int]:
        for number in range(40):
            taken.append(number)
            yield number

    results = spread(add, chunks(), start=Fraction, arguments={"numerator": 1, "denominator": 2}, workers=workers)
    assert next(results) == Fraction(1, 2)
    assert len(taken) <= 2 * workers + 2
    assert list(results) == [number + Fraction(1, 2) for number in range(1, 40)]


@pytest.mark.parametrize("workers", [1, 2])
def test_no_chunk_is_no_work(workers: int) -> None:
    assert list(spread(add, [], start=os.abort, workers=workers)) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_an_exception_in_the_work_is_raised_here(workers: int) -> None:
    with pytest.raises(TypeError):
        list(spread(add, ["a", "b", "c"], start=Fraction, workers=workers))


def test_a_chunk_that_kills_its_process_ends_the_work() -> None:
    """The work is kill(2) on the own process: signal 0 does nothing."""
    with pytest.raises(WorkLost, match=f"lost {MAX_DEATHS} times"):
        list(spread(os.kill, [0, 0, 0, signal.SIGKILL, 0, 0], start=os.getpid, workers=2))


def test_who_is_killed_while_handing_over_holds_nobody_up(tmp_path: Path) -> None:
    size = 200_000_000
    results = spread(large_but_killed_once, [size] * 4, start=marker, arguments={"path": str(tmp_path / "dead")}, workers=2)
    assert [len(result) for result in results] == [size] * 4 and (tmp_path / "dead").exists()


def test_who_is_killed_while_something_large_is_handed_to_it_holds_nobody_up(tmp_path: Path) -> None:
    """In a process of its own: it was at its end that it waited, for the thread that could not get rid of the chunk."""
    code = f"""
from corpus.spreading import spread
from tests.clusters import length_but_killed_once, marker
if __name__ == "__main__":
    chunks, named = [b"x" * 20_000_000] * 6, {{"path": {str(tmp_path / "dead")!r}}}
    print(*spread(length_but_killed_once, chunks, start=marker, arguments=named, workers=2))
"""
    file = tmp_path / "spreading.py"
    file.write_text(code)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, str(file)], env=environment, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.split() == ["20000000"] * 6 and (tmp_path / "dead").exists()


def aged(path: Path) -> Path:
    """As if nothing had happened there for a while."""
    long_ago = time.time() - ABANDONED_S - 60
    os.utime(path, (long_ago, long_ago), follow_symlinks=False)
    return path


def test_what_killed_runs_left_is_removed_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path_factory.mktemp("t")
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    left, held, young, other = (place / f"{name}0" for name in (SCRATCH, f"{SCRATCH}held", f"{SCRATCH}new", "regelruimte-pg-"))
    for folder in (left, held, young, other):
        folder.mkdir()
        for name in ("chunk", HOLD):
            (folder / name).write_bytes(b"x")
    elsewhere = place / "elsewhere"
    elsewhere.mkdir()
    (link := place / f"{SCRATCH}link").symlink_to(elsewhere)
    (file := place / f"{SCRATCH}file").write_bytes(b"x")
    for path in (left, held, other, link, file):
        aged(path)
    lock = os.open(held / HOLD, os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    assert list(spread(add, [1, 2], start=Fraction, arguments={"numerator": 1}, workers=2)) == [2, 3]
    assert set(place.iterdir()) == {held, young, other, elsewhere, link, file}
    os.close(lock)
    list(spread(add, [1, 2], start=Fraction, arguments={"numerator": 1}, workers=2))
    assert not held.exists() and elsewhere.exists()
    work = spread(add, range(40), start=Fraction, arguments={"numerator": 1}, workers=2)
    assert next(work) == 1
    (own,) = (aged(folder) for folder in place.glob(f"{SCRATCH}*") if (folder / HOLD).exists() and folder != young)
    assert list(spread(add, [1, 2], start=Fraction, arguments={"numerator": 1}, workers=2)) == [2, 3]
    assert own.exists() and sum(work) == sum(range(1, 41)) - 1, "a run holds what it works in"
    aged(young)
    with monkeypatch.context() as somebody:
        somebody.setattr(os, "getuid", lambda: -1)
        list(spread(add, [1, 2], start=Fraction, arguments={"numerator": 1}, workers=2))
    assert young.exists(), "it is of another user"


def test_where_locks_do_not_work_work_goes_on(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path_factory.mktemp("t")
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    monkeypatch.setattr(fcntl, "flock", lambda *_: (_ for _ in ()).throw(OSError(38, "no locks here")))
    assert list(spread(add, [1, 2], start=Fraction, arguments={"numerator": 1}, workers=2)) == [2, 3]
    assert not list(place.glob(f"{SCRATCH}*"))


def processes_of(running: subprocess.Popen[str]) -> list[psutil.Process]:
    """The processes in which a command does its work: children of its fork server, with the model in memory."""
    found = psutil.Process(running.pid).children(recursive=True)
    return [one for one in found if one.ppid() != running.pid]


def test_a_process_that_is_killed_half_way_loses_and_doubles_nothing(clauses: Path, judged: bytes, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    running = command("classify", clauses, "--output", output, "--workers", 2)
    until(lambda: unfinished_lines(output) >= 1_000)
    victim = processes_of(running)[0]
    victim.kill()
    finished(running)
    assert not victim.is_running()
    assert output.read_bytes() == judged


def test_classify_goes_on_where_it_was_killed(clauses: Path, judged: bytes, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    running = command("classify", clauses, "--output", output, "--workers", 2)
    until(lambda: unfinished_lines(output) >= 2_000)
    orphans = processes_of(running)
    running.kill()
    running.communicate()
    assert orphans and not output.exists()
    psutil.wait_procs(orphans, timeout=60)
    assert not any(one.is_running() for one in orphans)  # they do not wait for ever for work that nobody sends
    before = int(unfinished_lines(output) // 1_000 * 1_000)
    assert f"({before} of them before)" in finished(command("classify", clauses, "--output", output, "--workers", 1))
    assert output.read_bytes() == judged
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]


def test_unfinished_work_on_another_input_is_not_gone_on_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, output = plain_clauses(tmp_path / "in.jsonl", 3), tmp_path / "out.jsonl"
    (tmp_path / ".out.jsonl.0123456789abcdef.tmp").write_text('{"ref": "of another input"}\n' * 1_000)
    assert main(["classify", str(file), "--output", str(output)], {}) == 0
    assert "3 clauses judged, written" in capsys.readouterr().out
    assert output.read_text().count("\n") == 3
    assert {path.name for path in tmp_path.iterdir()} == {"in.jsonl", "out.jsonl"}


def arrays(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_index_goes_on_where_it_was_killed(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path_factory.mktemp("t")  # short: names of sockets stand below it
    monkeypatch.setenv("TMPDIR", str(scratch))
    file = plain_clauses(tmp_path / "in.jsonl", 30_000)
    for name in ("serial", "cut"):
        assert main(["corpus", "add", str(file), "--store", str(tmp_path / name), "--workers", "1"], {}) == 0
    assert main(["corpus", "index", "--store", str(tmp_path / "serial"), "--workers", "1"], {}) == 0
    index = tmp_path / "cut/index"
    running = command("corpus", "index", "--store", tmp_path / "cut", "--workers", 2)
    until(lambda: len(list(index.glob("*/*.tmp/*.npz"))) >= 2)
    running.kill()
    running.communicate()
    kept = {path: path.stat().st_mtime_ns for path in index.glob("*/*.tmp/*.npz")}
    assert 2 <= len(kept) < 7
    assert [aged(folder) for folder in scratch.glob(f"{SCRATCH}*")], "what is handed over lies there still"
    resumed = command("corpus", "index", "--store", tmp_path / "cut", "--workers", 2)
    until(lambda: len(list(index.glob("*/*.tmp/*.npz"))) > len(kept))
    assert kept == {path: path.stat().st_mtime_ns for path in kept}  # not made again
    finished(resumed)
    assert not list(scratch.glob(f"{SCRATCH}*"))
    assert arrays(index) == arrays(tmp_path / "serial/index")
