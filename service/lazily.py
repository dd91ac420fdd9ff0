"""Modules that libraries import for themselves and that a service never calls, left until somebody does."""

from __future__ import annotations

import importlib
import sys
from importlib.util import LazyLoader, find_spec, module_from_spec

NOT_CALLED = ("numpy.f2py", "numpy.testing")
"""SciPy takes all that numpy has: its reader of Fortran too, with fifty patterns to compile, and what tests it."""


def put_off(*names: str) -> None:
    """Let modules load when something of theirs is first used; one that is loaded already, or is not there, stays as it is."""
    for name in names:
        parent, _, own = name.rpartition(".")
        if name in sys.modules or (parent and find_spec(parent) is None):
            continue
        if (spec := find_spec(name)) is None or spec.loader is None:
            continue
        spec.loader = LazyLoader(spec.loader)
        sys.modules[name] = module = module_from_spec(spec)
        spec.loader.exec_module(module)
        if parent:
            setattr(importlib.import_module(parent), own, module)
