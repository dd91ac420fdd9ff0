"""Measuring in fresh processes, each on the cores that it is given: one peer's memory and threads do not touch another's."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

PATIENCE = 7_200
"""Seconds after which a process that does not answer counts as broken."""

LAST_WORDS = 10
"""Seconds that processes get to say what went wrong, once one of them failed."""


def cores() -> list[int]:
    """The cores that this process may use; numbers without meaning where the system does not tell."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))


def in_child(work: Callable[..., Any], *arguments: Any, on: Sequence[int] | None = None) -> Any:
    """What a function gives in a process of its own.

    Args:
        work: of a module; it and its arguments go to the process.
        arguments: of it.
        on: the cores; None for all that this process may use.

    Raises:
        ChildProcessError: it failed; what it printed stands on stderr.
    """
    return in_children(work, [arguments], on=[list(on) if on is not None else cores()])[0]


def in_children(work: Callable[..., Any], arguments: Sequence[tuple[Any, ...]], *, on: Sequence[Sequence[int]]) -> list[Any]:
    """As ``in_child``, of several processes at once."""
    context = get_context("spawn")
    started = []
    for own, where in zip(arguments, on, strict=True):
        here, there = context.Pipe(duplex=False)
        child = context.Process(target=_work, args=(there, work, own))
        with _on(where):  # a child has the cores of its parent from its first moment, so its libraries make no more threads
            child.start()
        there.close()
        started.append((child, here))
    answers: list[Any] = []
    for _, here in started:
        try:
            answers.append(here.recv() if here.poll(PATIENCE) else None)
        except EOFError:  # it ended without an answer
            answers.append(None)
    for child, _ in started:
        child.join(LAST_WORDS if None in answers else None)
        if child.is_alive():
            child.terminate()
    if None in answers:
        raise ChildProcessError("a process that measures failed; what it said stands above")
    return [answer for (answer,) in answers]


def barrier(parties: int) -> Any:
    """For children that are timed together."""
    return get_context("spawn").Barrier(parties, timeout=PATIENCE)


def _work(there: Connection, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    there.send((work(*arguments),))


@contextmanager
def _on(where: Sequence[int]) -> Iterator[None]:
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, where)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
