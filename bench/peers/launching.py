"""Starts a command and says what it took: python -m bench.peers.launching COMMAND... prints seconds and the largest process.

A process of its own, for the system counts what a process held before it became another program: what a large one starts would
seem to be as large. So nothing is imported here that is not small.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time


def main() -> int:
    """Run; the last line of stdout is "seconds kilobytes", of the command's process or the largest one below it."""
    began = time.perf_counter()
    code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
    seconds = time.perf_counter() - began
    print(seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    return code


if __name__ == "__main__":
    sys.exit(main())
