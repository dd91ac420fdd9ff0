"""A progress bar on a terminal, silence elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(label: str, *, unit: str, total: int | None = None) -> Iterator[Callable[[str, int], None]]:
    """Show how far something is.

    Yields:
        A function to call after every unit, with its name and a running count (clauses) that is shown behind the bar.
    """
    if not sys.stderr.isatty():
        yield lambda name, count: None
        return
    from tqdm import tqdm

    with tqdm(desc=label, unit=f" {unit}", total=total, mininterval=0.2, dynamic_ncols=True) as bar:

        def advance(name: str, count: int) -> None:
            bar.set_postfix_str(f"{count:,} clauses", refresh=False)
            bar.update()

        yield advance
