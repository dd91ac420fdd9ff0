"""A Dask cluster in processes of its own, and commands beside it, for tests."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
ENVIRON = {"PYTHONPATH": str(CHECKOUT)}
PATIENCE = 240.0


class Cluster:
    """A scheduler and its workers, each a process.

    Args:
        folder: for what they keep and say.
        host: address of the scheduler.
        inside: the words before its command, such as ``ip netns exec NAME``.
        protocol: "tcp" or "tls".
    """

    def __init__(self, folder: Path, *, host: str = "127.0.0.1", inside: Sequence[str] = (), protocol: str = "tcp") -> None:
        self._folder, self._started = folder, list[subprocess.Popen[bytes]]()
        self._file = folder / "scheduler.json"
        self.workers: list[subprocess.Popen[bytes]] = []
        words = ["--host", host, "--port", "0", "--protocol", protocol, "--scheduler-file", str(self._file)]
        self._start("scheduler", *words, inside=inside)
        until(self._is_told)
        self.address: str = json.loads(self._file.read_text())["address"]

    def _is_told(self) -> bool:
        """Whether the scheduler has written all of its file, which is there before anything stands in it."""
        try:
            return "address" in json.loads(self._file.read_text())
        except (FileNotFoundError, ValueError):
            return False

    def add_worker(self, *, host: str = "127.0.0.1", nanny: bool = False, inside: Sequence[str] = ()) -> None:
        """Start a worker with one thread; with a nanny it is started again when it dies."""
        words = [
            "--nthreads",
            "1",
            "--host",
            host,
            "--local-directory",
            str(self._folder),
            "--nanny" if nanny else "--no-nanny",
        ]
        self.workers.append(self._start("worker", self.address, *words, inside=inside))

    def kill_worker(self, number: int) -> None:
        """As the kernel does when memory runs out."""
        assert self.workers[number].poll() is None
        self.workers[number].send_signal(signal.SIGKILL)
        self.workers[number].wait()

    def close(self) -> None:
        """Stop what still runs."""
        for process in reversed(self._started):
            process.terminate()
        for process in self._started:
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:  # a worker whose scheduler went first
                process.kill()
                process.wait()

    def _start(self, what: str, *words: str, inside: Sequence[str]) -> subprocess.Popen[bytes]:
        command = [*inside, sys.executable, "-m", f"distributed.cli.dask_{what}", *words, "--no-dashboard"]
        with (self._folder / f"{what}-{len(self._started)}.log").open("wb") as log:
            self._started.append(subprocess.Popen(command, env=os.environ | ENVIRON, stdout=log, stderr=log, cwd=self._folder))
        return self._started[-1]


@contextmanager
def cluster(folder: Path, *, workers: int = 2, nanny: bool = False) -> Iterator[Cluster]:
    """A cluster on this machine."""
    running = Cluster(folder)
    try:
        for _ in range(workers):
            running.add_worker(nanny=nanny)
        yield running
    finally:
        running.close()


def command(*words: object, inside: Sequence[str] = ()) -> subprocess.Popen[str]:
    """Start ``regelruimte`` in a process of its own."""
    return subprocess.Popen(
        [*inside, sys.executable, "-m", "service.command_line", *map(str, words)],
        env=os.environ | ENVIRON,
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(running: subprocess.Popen[str]) -> str:
    """What a command that does well wrote."""
    out, err = running.communicate(timeout=PATIENCE)
    assert (running.returncode, err) == (0, "")
    return out


def until(holds: Callable[[], object]) -> None:
    """Wait for something that must come."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.01)


def plain_clauses(path: Path, count: int) -> Path:
    """A file of clauses that take little time each."""
    with path.open("w", encoding="utf-8") as stream:
        for n in range(count):
            text = f"Deze regeling treedt in werking op de {n}e dag na bekendmaking."
            row = {"ref": f"X{n // 50}/artikel-{n}", "title": "Proef", "level": "gemeente", "heading": "Slot", "text": text}
            stream.write(json.dumps(row) + "\n")
    return path


def unfinished_lines(output: Path) -> int:
    """Lines that stand beside the output of ``classify`` as long as it is not complete."""
    return sum(path.read_bytes().count(b"\n") for path in output.parent.glob(f".{output.name}.*.tmp"))


def large_but_killed_once(marker: Path, size: int) -> bytes:
    """A large result; who is asked first is killed while it hands that over."""
    try:
        marker.touch(exist_ok=False)
    except FileExistsError:
        return bytes(size)
    threading.Timer(0.3, os.kill, [os.getpid(), signal.SIGKILL]).start()
    return bytes(size)


def length_but_killed_once(marker: Path, chunk: bytes) -> int:
    """The first of all processes is killed while the others have work, and nobody takes what is on its way to them."""
    try:
        marker.touch(exist_ok=False)
    except FileExistsError:
        time.sleep(1.5)
        return len(chunk)
    time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGKILL)
    return -1


def marker(*, path: str) -> Path:
    """What ``large_but_killed_once`` knows of each other's lives by."""
    return Path(path)


def kill_oneself(_: object, number: int) -> None:
    """Send a signal to the own process; not at once, for a nanny gives up on a worker that dies while it is still starting it."""
    time.sleep(1.5)
    os.kill(os.getpid(), number)
