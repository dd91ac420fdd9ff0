"""Processes that share a port, each by a socket of its own."""

from __future__ import annotations

import pickle
import socket

import pytest

from service.operation.listening import SharedPort


def test_connections_reach_both_sockets_of_one_port() -> None:
    with SharedPort("127.0.0.1", 0) as one:
        port = one.getsockname()[1]
        with pickle.loads(pickle.dumps(one)) as other:
            assert other.fileno() != one.fileno() and other.getsockname() == one.getsockname()
            for listener in (one, other):
                listener.listen()
                listener.settimeout(0)
            callers = [socket.create_connection(("127.0.0.1", port)) for _ in range(64)]
            taken = [sum(1 for _ in iter(lambda a=listener: accepted(a), None)) for listener in (one, other)]
            for caller in callers:
                caller.close()
    assert sum(taken) == 64 and min(taken) > 0


def accepted(listener: socket.socket) -> bool | None:
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return None
    return True


def test_a_port_that_is_held_and_not_listened_to_takes_no_connection() -> None:
    """As the process that starts the others holds it."""
    with SharedPort("127.0.0.1", 0) as held, pytest.raises(ConnectionRefusedError):
        socket.create_connection(held.getsockname())


def test_a_port_of_somebody_else_is_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            SharedPort("127.0.0.1", taken.getsockname()[1])


def test_a_service_does_not_share_the_port_of_another_service() -> None:
    with SharedPort.alone("127.0.0.1", 0) as one:
        one.listen()
        with pytest.raises(OSError, match="in use"):
            SharedPort.alone("127.0.0.1", one.getsockname()[1])


def test_an_address_of_ipv6_has_its_own_family() -> None:
    try:
        with SharedPort("::1", 0) as made:
            assert made.family == socket.AF_INET6
    except OSError as error:
        pytest.skip(f"this machine has no IPv6: {error}")
