"""Which initiatives ought to be read again."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, select

from service.database.tables import Initiative, Job, JobStatus
from service.engine import Loaded


def read_with_older(loaded: Loaded) -> ColumnElement[bool]:
    """Initiatives that were read with an older model, or with the same model over an older corpus.

    Older, not other: two workers of which one has not been replaced yet would undo each other's work for ever.
    """
    model_made, corpus_made = loaded.made
    other_model = Initiative.model_version != loaded.model_version
    return or_(
        and_(other_model, Initiative.model_made < model_made),
        and_(~other_model, Initiative.corpus != loaded.corpus, Initiative.corpus_made < corpus_made),
    )


def read_with_other(loaded: Loaded) -> ColumnElement[bool]:
    """Initiatives that were read with another model or corpus, newer ones as well."""
    return (Initiative.corpus != loaded.corpus) | (Initiative.model_version != loaded.model_version)


def not_waiting() -> ColumnElement[bool]:
    """Initiatives that no job is going to read already."""
    waiting = select(Job.id).where(Job.kind == "signaleren", Job.status == JobStatus.WAITING.value)
    return ~waiting.where(Job.subject == Initiative.id).exists()
