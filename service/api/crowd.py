"""Work that keeps a core busy while somebody waits for the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import anyio
from anyio import to_thread

from service.errors import Unavailable

WAIT_SECONDS = 5.0
"""How long somebody waits for a place before being sent away."""

Answer = TypeVar("Answer")


class Crowd:
    """Lets in as many at once as there are places; the others wait at the door, without a thread.

    More at once than there are cores makes every one of them slower, and takes the threads that short requests need.
    """

    def __init__(self, places: int) -> None:
        self._door = anyio.Semaphore(places)
        self._threads = anyio.CapacityLimiter(places)

    async def carry_out(self, work: Callable[[], Answer]) -> Answer:
        """Do the work in a thread of its own.

        Raises:
            Unavailable: all places stayed taken.
        """
        try:
            with anyio.fail_after(WAIT_SECONDS):
                await self._door.acquire()
        except TimeoutError:
            raise Unavailable("De dienst heeft het nu te druk.", retry_after=5) from None
        try:
            return await to_thread.run_sync(work, limiter=self._threads)
        finally:
            self._door.release()
