"""Work on a Dask cluster: chunks travel to its workers with the task, so that they need share no disk.

Dask sends Python objects as pickles, which can run code: everyone who can reach the scheduler can run code on the cluster, and
with who uses it. A cluster therefore stands in a private network, or asks for certificates (``tls://``; Dask reads where they
are from its own settings). docs/scaling.md tells it in full.
"""

from __future__ import annotations

import logging
import pickle
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import Any

from corpus.code_hash import code_hash
from corpus.errors import UsageError, WorkLost
from corpus.spreading import Chunk, Result, Task, Tools, perform

PATIENCE = 60.0
"""Seconds that a cluster may be without any worker."""

_LOOK = 5.0
"""Seconds after which a cluster that gives no result is looked at."""

_CONNECT = 10.0
"""Seconds in which a scheduler must answer."""


def on_cluster(task: Task[Tools, Chunk, Result], chunks: Iterable[Chunk], address: str) -> Iterator[Result]:
    """Do the same work to every chunk; see corpus.spreading.spread.

    Args:
        task: checked on every worker to be of the same code as here.
        chunks: asked for as they are needed.
        address: of the scheduler.

    Raises:
        UsageError: Dask is not installed, the scheduler cannot be reached, or a worker has other code.
        WorkLost: a chunk killed as many workers as the scheduler allows, or scheduler or workers went away.
    """
    packed = pickle.dumps(replace(task, code=code_hash(*task.packages)))  # so that the scheduler needs nothing of the models
    rest = iter(chunks)
    waiting: deque[Any] = deque()
    with _connected(address) as client, _explained(address):
        while True:
            room = 2 * max(_threads(client), 1) - len(waiting)  # workers may come and go meanwhile
            waiting.extend(
                client.submit(perform, packed, pickle.dumps(chunk), pure=False) for chunk in islice(rest, max(room, 0))
            )
            if not waiting:
                return
            yield _result(client, waiting[0], address)
            waiting.popleft()


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    if not address.startswith(("tcp://", "tls://")):
        raise UsageError(f"{address}: the address of a cluster is like tcp://host:8786 or tls://host:8786")
    try:
        import dask
        import distributed
    except ImportError:
        raise UsageError('--cluster needs Dask, the extra "cluster" of this project: pip install dask distributed') from None
    if address.startswith("tls://") and distributed.Security().get_connection_args("client")["ssl_context"] is None:
        raise UsageError(f"{address}: Dask knows no certificates; set distributed.comm.tls as docs/scaling.md tells")
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what goes wrong is said once, by us
    # The chunks are the work: they are meant to travel.
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1TB"}):
        try:
            client = distributed.Client(address, timeout=_CONNECT, set_as_default=False)
        except (OSError, ValueError, RuntimeError) as error:
            reason = str(error).partition("\n")[0]
            raise UsageError(f"{address}: the scheduler of the cluster cannot be reached ({reason})") from None
        with client:
            yield client


@contextmanager
def _explained(address: str) -> Iterator[None]:
    from distributed import KilledWorker
    from distributed.comm import CommClosedError

    try:
        yield
    except KilledWorker as error:
        raise WorkLost(
            f"a piece of work killed {error.allowed_failures + 1} workers of the cluster {address}, the last of them"
            f" {error.last_worker.address}; is there memory enough on each?"
        ) from None
    except (CancelledError, CommClosedError, ConnectionError):
        raise WorkLost(f"the connection with the cluster {address} was lost") from None


def _threads(client: Any) -> int:
    return sum(client.nthreads().values())


def _result(client: Any, future: Any, address: str) -> Any:
    """The result of a future, unless no worker is there to work it out and none has come or gone for a while."""
    alive, last = time.monotonic(), None
    while not future.done():
        try:
            return future.result(timeout=_LOOK)
        except TimeoutError:
            now, event = time.monotonic(), client.get_events("all")[-1:]
            if _threads(client) or event != last:
                alive, last = now, event
            elif now - alive >= PATIENCE:
                raise WorkLost(f"{address}: the cluster has no workers") from None
    return future.result()
