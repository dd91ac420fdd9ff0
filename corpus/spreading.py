"""Spreading work over a corpus: chunk by chunk, here, in processes of this machine, or on a Dask cluster.

Whatever does the work, results come in the order of the chunks, each once, and are those of the serial run. As much is under
way at a time as keeps all workers busy, and no more: a corpus need not fit in memory.

A chunk whose worker dies is done again, until it has cost MAX_DEATHS workers. An exception in the work itself is no death: it
ends the work and is raised here.

Chunks and results lie in files when processes of this machine hand them over. Through the pipes that all of them share a large
one goes in pieces, and who is killed between two of them leaves the other end waiting for ever: for the rest, or for room. What
is left of them when all are killed a later run removes.
"""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import pickle
import shutil
import signal
import socket
import stat
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import Any, Generic, TypeVar

from corpus.code_hash import code_hash
from corpus.errors import UsageError, WorkLost

SCRATCH = "regelruimte-chunks-"
"""How folders begin in which processes hand chunks over, where temporary files go."""

HOLD = "held"
"""File of such a folder that its run keeps locked."""

ABANDONED_S = 3_600.0
"""Seconds without a new file after which such a folder that no process holds goes."""

MAX_DEATHS = 3
"""Workers that one chunk may cost; of a Dask cluster its own setting ``distributed.scheduler.allowed-failures`` counts."""

Tools = TypeVar("Tools")
Chunk = TypeVar("Chunk")
Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class Task(Generic[Tools, Chunk, Result]):
    """What a worker does with a chunk. It travels, so both functions stand at the top of a module."""

    start: Callable[..., Tools]  # opens what the work needs, once in a worker
    arguments: tuple[tuple[str, Any], ...]  # of start, by name; hashable
    run: Callable[[Tools, Chunk], Result]
    code: str = ""  # version of the code that the worker must have; "" for any

    @property
    def packages(self) -> tuple[str, ...]:
        """The packages whose code the result depends on."""
        return ("corpus",) if self.run.__module__.startswith("corpus.") else ("corpus", "models")

    def __call__(self, packed: bytes) -> Result:
        """Do one chunk in a worker.

        Args:
            packed: the chunk as ``pickle`` writes it: Dask would look for its own objects inside anything else.

        Raises:
            UsageError: this worker has other code than who sent the chunk.
        """
        with _one_at_a_time:
            if self.code and self.code != code_hash(*self.packages):
                raise UsageError(f"the worker on {socket.gethostname()} runs other code; install the same version there")
            result = self.run(_opened(self.start, self.arguments), pickle.loads(packed))
            return list(result) if isinstance(result, Iterator) else result  # type: ignore[return-value]


def perform(task: bytes, packed: bytes) -> Any:
    """Do one chunk for a task that travelled as ``pickle`` writes it."""
    return pickle.loads(task)(packed)


_one_at_a_time = threading.Lock()  # workers of Dask may have threads; models are not made for that


@lru_cache(maxsize=1)
def _opened(start: Callable[..., Any], arguments: tuple[tuple[str, Any], ...]) -> Any:
    return start(**dict(arguments))


def spread(
    run: Callable[[Tools, Chunk], Result],
    chunks: Iterable[Chunk],
    *,
    start: Callable[..., Tools],
    arguments: Mapping[str, Any] | None = None,
    workers: int = 1,
    cluster: str | None = None,
) -> Iterator[Result]:
    """Do the same work to every chunk.

    Args:
        run: what is done to a chunk; gets what ``start`` gave. An iterator that it gives is drained before it travels.
        chunks: asked for as they are needed; what is in them can be pickled.
        start: called once in every worker with ``arguments``, whose values are hashable.
        workers: number of processes. With one, or with one chunk, the work is done in this process.
        cluster: address of a Dask scheduler ("tcp://host:8786" or "tls://host:8786") whose workers do it instead.

    Yields:
        What ``run`` gave for each chunk, in their order.

    Raises:
        UsageError: Dask is not installed, the scheduler cannot be reached, or its workers have other code.
        WorkLost: a chunk cost MAX_DEATHS workers, or the cluster went away.
    """
    task = Task(start=start, arguments=tuple((arguments or {}).items()), run=run)
    if cluster is not None:
        from corpus.clustering import on_cluster

        yield from on_cluster(task, chunks, cluster)
        return
    rest = iter(chunks)
    ahead = list(islice(rest, 2))
    if workers > 1 and len(ahead) > 1:
        yield from _in_processes(task, chain(ahead, rest), workers)
    elif ahead:
        tools = start(**dict(task.arguments))
        for chunk in chain(ahead, rest):
            yield run(tools, chunk)


@dataclass(kw_only=True)
class _Sent:
    """A chunk that was taken and whose result was not given yet."""

    file: str
    future: Future[str] | None = None  # None: to be handed to a pool
    deaths: int = 0


@dataclass(frozen=True, kw_only=True)
class _Laid(Generic[Tools, Chunk, Result]):
    """A task whose chunks and results are laid in files of a folder; what goes through a pipe is a name, in one piece."""

    task: Task[Tools, Chunk, Result]
    folder: str

    def __call__(self, name: str) -> str:
        """Do the chunk in a file; gives the name of the file with its result. The chunk stays: it may have to be done again."""
        return self.lay(self.task(Path(name).read_bytes()))

    def lay(self, what: Any) -> str:
        """Write something to a new file, as ``pickle`` does; gives its name."""
        with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as file:
            pickle.dump(what, file, protocol=pickle.HIGHEST_PROTOCOL)
        return file.name

    @staticmethod
    def take(name: str) -> Result:
        """The result in a file, which is removed."""
        content = Path(name).read_bytes()
        Path(name).unlink()
        result: Result = pickle.loads(content)
        return result


def _in_processes(task: Task[Tools, Chunk, Result], chunks: Iterator[Chunk], workers: int) -> Iterator[Result]:
    _sweep()
    with tempfile.TemporaryDirectory(prefix=SCRATCH, ignore_cleanup_errors=True) as folder, ExitStack() as stack:
        try:
            stack.enter_context(_held(folder))
        except OSError:  # where locks do not work nothing is swept either
            Path(folder, HOLD).unlink(missing_ok=True)
        yield from _in_pool(_Laid(task=task, folder=folder), chunks, workers)


def _sweep() -> None:
    """Remove what runs that were killed left behind: folders of this user that no process holds."""
    for left in Path(tempfile.gettempdir()).glob(f"{SCRATCH}*"):
        with suppress(OSError):  # of another user, held, or gone by now
            about = left.lstat()
            mine = stat.S_ISDIR(about.st_mode) and about.st_uid == os.getuid()
            # The workers of a run that was killed a moment ago have yet to notice that they are orphans.
            if mine and (left / HOLD).is_file() and time.time() - about.st_mtime > ABANDONED_S:
                with _held(left):
                    shutil.rmtree(left)


@contextmanager
def _held(folder: str | Path) -> Iterator[None]:
    """Hold a folder for as long as this process lives.

    Raises:
        OSError: another process holds it, or locks do not work there.
    """
    opened = os.open(Path(folder) / HOLD, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(opened)


def _in_pool(laid: _Laid[Tools, Chunk, Result], chunks: Iterator[Chunk], workers: int) -> Iterator[Result]:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([laid.task.run.__module__])
    waiting: deque[_Sent] = deque()
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start_process)
    try:
        while True:
            waiting.extend(_Sent(file=laid.lay(chunk)) for chunk in islice(chunks, 2 * workers - len(waiting)))
            if not waiting:
                return
            try:
                for sent in waiting:
                    sent.future = sent.future or pool.submit(laid, sent.file)
                assert (first := waiting[0].future) is not None
                name = first.result()
            except BrokenProcessPool:
                _take_back(waiting)
                pool.shutdown(wait=False)  # it is broken: nothing is left to wait for
                pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start_process)
            else:
                Path(waiting.popleft().file).unlink()
                yield laid.take(name)
    finally:
        pool.shutdown(wait=not waiting, cancel_futures=True)


def _take_back(waiting: Iterable[_Sent]) -> None:
    """Note which chunks a pool lost with the death of a worker; nobody knows which of them that worker had."""
    for sent in waiting:
        if sent.future is None or not isinstance(sent.future.exception(), BrokenProcessPool):
            continue
        sent.future = None
        sent.deaths += 1
        if sent.deaths >= MAX_DEATHS:
            raise WorkLost(
                f"a piece of work was lost {MAX_DEATHS} times because the process that did it was killed;"
                " is there memory enough for so many --workers?"
            )


def _start_process() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C is for who asked for the work: no tracebacks from here
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    """A process whose parent was killed would wait for work for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
