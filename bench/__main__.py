"""Run a bench: python -m bench finding --store STORE [--output FOLDER]"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.finding import run


def main() -> int:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("what", choices=["finding"])
    parser.add_argument("--store", type=Path, required=True, help="a store with its index; the larger the better")
    parser.add_argument("--output", type=Path, help="folder for finding.json and finding.svg")
    arguments = parser.parse_args()
    return run(arguments.store, arguments.output)


if __name__ == "__main__":
    sys.exit(main())
