"""How much memory a process holds."""

from __future__ import annotations

import ctypes
import gc
import resource
import sys
from pathlib import Path


def forget_peak() -> None:
    """Give free memory back, and count the peak from now on, where the system can (Linux, proc_pid_clear_refs(5))."""
    gc.collect()
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5")


def peak_gb() -> float:
    """The most that was resident since ``forget_peak``, or since the start where that cannot be told, in GB."""
    status = Path("/proc/self/status")
    if status.exists():
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(peak.split()[1]) * 1024 / 1e9
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
