"""How often someone may ask. Counted per process: with more processes the limits are as many times as wide."""

from __future__ import annotations

import ipaddress
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from service.errors import TooManyRequests
from service.settings import Settings


class Limits:
    """Counts requests per network and minute."""

    def __init__(self, settings: Settings) -> None:
        self._counter = FixedWindowRateLimiter(MemoryStorage())
        allowed = {
            "requests": settings.requests_per_minute,
            "checks": settings.checks_per_minute,
            "submissions": settings.submissions_per_minute,
            "logins": settings.logins_per_minute,
        }
        self._allowed = {name: RateLimitItemPerMinute(number) for name, number in allowed.items() if number}

    def check(self, what: str, address: str) -> None:
        """Count one request.

        Raises:
            TooManyRequests: there were too many this minute.
        """
        limit, network = self._allowed.get(what), network_of(address)
        if limit is None or self._counter.hit(limit, what, network):
            return
        reset = self._counter.get_window_stats(limit, what, network).reset_time
        wait = max(1, round(reset - time.time()))
        raise TooManyRequests(f"U vraagt te vaak; probeer het over {wait} seconden weer.", retry_after=wait)


def network_of(address: str) -> str:
    """Whom an address belongs to: one of IPv4 itself, of IPv6 its /64, of which one subscriber has all (RFC 6177)."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))
