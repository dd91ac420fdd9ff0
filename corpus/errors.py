"""What can go wrong while reading and keeping regulations.

RegelruimteError
├── UserError                   a person can mend it: one clear sentence, no traceback, exit code 1 or 2
│   ├── UsageError              the command itself is wrong (exit code 2)
│   ├── UnreadableSource        a file cannot be read as regulation; names file and, where known, line
│   │   └── UnsafeSource        a file was refused because reading it would be dangerous
│   ├── UnknownRef              a verwijzing that the store does not hold
│   ├── InvalidInitiative       an initiative without usable text
│   ├── StoreProblem            the store cannot be opened, written or trusted
│   │   ├── OutdatedStore       the store was written by another layout
│   │   └── DamagedStore        a file of the store differs from its hash
│   ├── WorkLost                workers died under a piece of work, again and again, or a cluster went away
│   ├── InvalidModel            a model directory is incomplete, tampered with or of another version
│   ├── InvalidOrganisation     what an organisation tells of itself lacks something, or may not stand in a register
│   └── RepositoryProblem       an official repository did not give what was asked
└── (any other exception is a bug and keeps its traceback)
"""

from __future__ import annotations


class RegelruimteError(Exception):
    """Root of every error that this project raises on purpose."""


class UserError(RegelruimteError):
    """Something that the person at the keyboard can mend."""

    exit_code = 1


class UsageError(UserError):
    """The command line itself is wrong."""

    exit_code = 2


class UnreadableSource(UserError):
    """A file cannot be read as regulation.

    The message always starts with the name of the file, followed by the line (1-based) where one is known.
    """

    def __init__(self, name: str, reason: str, *, line: int | None = None) -> None:
        self.name = name
        self.reason = reason
        self.line = line
        place = name if line is None else f"{name}, line {line}"
        super().__init__(f"{place}: {reason}")

    def __reduce__(self) -> tuple[object, ...]:
        # Readers run in worker processes: an exception with its own signature must say how it travels.
        return (_rebuild_source_error, (type(self), self.name, self.reason, self.line))


class UnsafeSource(UnreadableSource):
    """A file was refused because reading it would be dangerous (bomb, traversal, external entity)."""


class UnknownRef(UserError):
    """A ref that the store does not hold."""


class InvalidInitiative(UserError):
    """An initiative from which nothing can be read."""


class StoreProblem(UserError):
    """The store cannot be opened or written."""


class OutdatedStore(StoreProblem):
    """The store was written with another layout than this version reads."""


class DamagedStore(StoreProblem):
    """A file of the store is missing or differs from its recorded hash."""


class WorkLost(UserError):
    """Workers died under a piece of work, again and again, or the cluster that did it went away."""


class InvalidModel(UserError):
    """A model directory is incomplete, tampered with or made for another version."""


class InvalidOrganisation(UserError):
    """What an organisation tells of its use of the algorithm lacks something, or may not stand in a register."""


class RepositoryProblem(UserError):
    """An official repository did not answer, or answered something else than was asked."""


def _rebuild_source_error(kind: type[UnreadableSource], name: str, reason: str, line: int | None) -> UnreadableSource:
    return kind(name, reason, line=line)
