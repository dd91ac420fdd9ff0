"""Processes that listen on one port, each by a socket of its own, so that the kernel shares connections out among them.

Of one socket that all wait on, the process that wakes first takes every connection that is there: the others go idle.
"""

from __future__ import annotations

import socket
from typing import Any


class SharedPort(socket.socket):
    """A socket bound to a port that other processes of the same user may bind too (SO_REUSEPORT, Linux 3.9).

    Handed to another process it does not go along: that process gets one of its own. When it ends, so does its socket, and no
    connection waits for a process that is gone.
    """

    def __init__(self, host: str, port: int) -> None:
        """Bind.

        Args:
            host: an address, or a name of one; an IPv6 address holds a colon.
            port: 0 for any that is free.

        Raises:
            OSError: the port is taken, or the address is not of this machine.
        """
        super().__init__(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        try:
            self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            self.bind((host, port))
        except OSError:
            self.close()
            raise

    @classmethod
    def alone(cls, host: str, port: int) -> SharedPort:
        """Bind a port on which nobody listens yet: another service of the same user would share it silently.

        Raises:
            OSError: as above; also when it is shared by others already.
        """
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
        return cls(host, port)

    def __reduce__(self) -> tuple[Any, ...]:
        """As another process makes its own."""
        return SharedPort, self.getsockname()[:2]
