"""The tables. What a model suggested and what a person judged are different tables; both only grow.

Every row has a ``sequence`` that the database counts: order and pages follow it, never the clock. What the outside world calls
a thing is its ``id``, a random UUID.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint, false
from sqlalchemy import DateTime as PlainDateTime
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator


class DateTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite forgets time zones; this remembers that all of ours are UTC."""

    impl = PlainDateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database; a moment without time zone is a bug."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def new_id() -> str:
    """A random UUID."""
    return str(uuid.uuid4())


class Base(DeclarativeBase):
    """Parent of all tables."""


_Sequence = BigInteger().with_variant(Integer(), "sqlite")


class Role(StrEnum):
    """What a person with an account may be."""

    SUBMITTER = "indiener"
    REVIEWER = "beoordelaar"
    LAWYER = "jurist"
    ADMINISTRATOR = "beheerder"


class Organisation(Base):
    """A competent authority (bevoegd gezag); it sees the initiatives of its own municipalities."""

    __tablename__ = "organisations"
    sequence: Mapped[int] = mapped_column(_Sequence, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(36), unique=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    municipalities: Mapped[list[str]] = mapped_column(JSON, default=list)  # as place_key writes them
    created: Mapped[datetime] = mapped_column(DateTime)


class User(Base):
    """A person with an account. Erasing a person empties name, e-mail and log-in; the row stays, for judgements refer to it."""

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("oidc_issuer", "oidc_subject"),)
    sequence: Mapped[int] = mapped_column(_Sequence, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(36), unique=True, default=new_id)
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254), unique=True)  # lower case
    password_hash: Mapped[str | None] = mapped_column(String(200))
    reset_hash: Mapped[str | None] = mapped_column(String(64), unique=True)  # of the link for a new password
    reset_until: Mapped[datetime | None] = mapped_column(DateTime)
    oidc_issuer: Mapped[str | None] = mapped_column(String(300))
    oidc_subject: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    erased: Mapped[bool] = mapped_column(default=False)
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(DateTime)
    version: Mapped[int] = mapped_column(default=1)
    created: Mapped[datetime] = mapped_column(DateTime)


class LoginSession(Base):
    """Someone who is logged in with a browser. The cookie holds a secret; here stands its hash."""

    __tablename__ = "sessions"
    sequence: Mapped[int] = mapped_column(_Sequence, primary_key=True, autoincrement=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    csrf: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    created: Mapped[datetime] = mapped_column(DateTime)
    expires: Mapped[datetime] = mapped_column(DateTime)


class ApiToken(Base):
    """A token for a program: hashed, scoped, expiring."""

    __tablename__ = "api_tokens"
    sequence: Mapped[int] = mapped_column(_Sequence, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(36), unique=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    created: Mapped[datetime] = mapped_column(DateTime)
    expires: Mapped[datetime] = mapped_column(DateTime)
    revoked: Mapped[datetime | None] = mapped_column(DateTime)


class InitiativeStatus(StrEnum):
    """Where an initiative stands."""

    SUBMITTED = "ingediend"
    FLAGGED = "gesignaleerd"
    WITHDRAWN = "ingetrokken"
    ERASED = "gewist"  # no words are left; the row stays, for flags and judgements refer to it


CLOSED = (InitiativeStatus.WITHDRAWN.value, InitiativeStatus.ERASED.value)
"""Of which nothing is flagged or judged any more."""


class Initiative(Base):
    """An initiative. The original text goes when its time has come; the pseudonymised text stays."""

    __tablename__ = "initiatives"
    sequence: Mapped[int] = mapped_column(_Sequence, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(36), unique=True, default=new_id)
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    submitter_id: Mapped[str | None] = mapped_column(ForeignKey("users.id"), index=True)
    secret_hash: Mapped[str | None] = mapped_column(String(64), unique=True)  # of the secret link
    title: Mapped[str | None] = mapped_column(Text)  # None once the original has gone
    story: Mapped[str | None] = mapped_column(Text)
    title_pseudonymised: Mapped[str] = mapped_column(Text)
    story_pseudonymised: Mapped[str] = mapped_column(Text)
    municipality: Mapped[str] = mapped_column(String(100))
    day: Mapped[str] = mapped_column(String(10))  # ISO date, or ""
    status: Mapped[str] = mapped_column(String(20), index=True)
    keep_until: Mapped[datetime] = mapped_column(DateTime, index=True)  # the original text
    activities: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)  # as last read by a model
    room: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    coverage: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    model_version: Mapped[str] = mapped_column(String(50), default="")
    corpus: Mapped[str] = mapped_column(String(64), default="")  # fingerprint of the store that was searched
    model_made: Mapped[int] = mapped_column(BigInteger, default=0)  # when that model and that store were written,
    corpus_made: Mapped[int] = mapped_column(BigInteger, default=0)  # nanoseconds of the epoch: which of two is the newer
    version: Mapped[int] = mapped_column(default=1)
    created: Mapped[datetime] = mapped_column(DateTime)
    changed: Mapped[datetime] = mapped_column(DateTime)


class Anchor(StrEnum):
    """How a flag stands to the newest version of its regulation."""

    UNCHANGED = "ongewijzigd"
    MOVED = "verplaatst"  # same words, other number
    AMENDED = "gewijzigd"  # the quoted words are still there, or nearly
    ORPHANED = "verweesd"  # no clause holds them any more


class FlagRow(Base):
    """One clause for one initiative. What models said of it stands in suggestions, what people decided in judgements."""

    __tablename__ = "flags"
    __table_args__ = (
        UniqueConstraint("initiative_id", "ref"),
        Index("ix_flags_order", "initiative_id", "p", "sequence"),
        Index("ix_flags_open", "initiative_id", "verdict", "current"),
        Index("ix_flags_ref", "ref"),
        Index("ix_flags_opinions", "opinions", "sequence"),
        Index("ix_flags_sample", "sample", "sequence"),
    )
    sequence: Mapped[int] = mapped_column(_Sequence, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(36), unique=True, default=new_id)
    initiative_id: Mapped[str] = mapped_column(ForeignKey("initiatives.id"), index=True)
    ref: Mapped[str] = mapped_column(String(300))  # as first flagged
    regulation_id: Mapped[str] = mapped_column(String(100), index=True)
    version_date: Mapped[str] = mapped_column(String(10))  # of the regulation, as first flagged
    clause_sha256: Mapped[str] = mapped_column(ForeignKey("clause_texts.sha256"))  # as first flagged
    quote: Mapped[str] = mapped_column(Text)  # the words that are looked for when the regulation changes
    anchor: Mapped[str] = mapped_column(String(20), default=Anchor.UNCHANGED.value)
    anchor_ref: Mapped[str] = mapped_column(String(300))  # where it stands now
    anchor_version: Mapped[str] = mapped_column(String(10))
    by_person: Mapped[bool] = mapped_column(default=False)  # a clause that a person added, for the model missed it
    # Of the latest suggestion, for the queue to choose and to order by; of what a person added, as that person told it.
    p: Mapped[float] = mapped_column(default=0.0)
    p_before: Mapped[float | None] = mapped_column()  # as the model before said; None when there was none
    activity: Mapped[str] = mapped_column(String(100), default="")
    kinds: Mapped[str] = mapped_column(String(400), default="")  # with a space around each: " financieel zorgplicht "
    strength: Mapped[int] = mapped_column(default=0)
    current: Mapped[bool] = mapped_column(default=True)  # whether the latest reading still flags it
    judgements: Mapped[int] = mapped_column(default=0)  # how many; also the ETag
    # Of the judgements that stand (service.work.standing), for what counts over many flags. Words have a space around each.
    verdict: Mapped[str] = mapped_column(String(20), default="")  # of the one that counts; "" for none
    judged_kinds: Mapped[str] = mapped_column(String(400), default="")  # of the one that counts
    shown_kinds: Mapped[str] = mapped_column(String(400), default="")  # that the model had suggested to who judged so
    opinions: Mapped[int] = mapped_column(default=0)  # of how many people
    apart: Mapped[str] = mapped_column(String(40), default="")  # questions on which they differ
    kinds_apart: Mapped[str] = mapped_column(String(400), default="")  # on which they differ
    settled: Mapped[bool] = mapped_column(default=False)  # a lawyer had the last word
    # Of a clause that no model flagged and that came before reviewers all the same (training.reviews.rows.Way); "" for others.
    sample: Mapped[str] = mapped_column(String(10), default="", server_default="")
    inclusion: Mapped[float | None] = mapped_column()  # with which a random sample held it, 0..1; None when it was not drawn
    stratum: Mapped[str] = mapped_column(
        String(10), default="", server_default=""
    )  # where it was drawn (service.work.sampling)
    pool: Mapped[int] = mapped_column(
        default=0, server_default="0"
    )  # clauses of that stratum, over all initiatives of the draw
    framed: Mapped[int] = mapped_column(default=0, server_default="0")  # how many initiatives the draw was of
    doubted: Mapped[bool] = mapped_column(default=False, server_default=false())  # a model contradicts what people decided
    created: Mapped[datetime] = mapped_column(DateTime)


class ClauseText(Base):
    """What a clause said when it was flagged, kept by hash: a flag can be explained when the store has moved on."""

    __tablename__ = "clause_texts"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    heading: Mapped[str] = mapped_column(Text)


class Suggestion(Base):
    """What one model said of one flag, over one corpus. Never changed."""

    __tablename__ = "suggestions"
    sequence: Mapped[int] = mapped_column(_Sequence, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(36), unique=True, default=new_id)
    flag_id: Mapped[str] = mapped_column(ForeignKey("flags.id"), index=True)
    model_version: Mapped[str] = mapped_column(String(50))
    corpus: Mapped[str] = mapped_column(String(64))
    clause_sha256: Mapped[str] = mapped_column(ForeignKey("clause_texts.sha256"))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)  # the flag as ``regelruimte flag`` words it
    created: Mapped[datetime] = mapped_column(DateTime)


class Verdict(StrEnum):
    """What a reviewer decided."""

    CONFIRMED = "bevestigd"
    REJECTED = "afgewezen"
    CORRECTED = "aangepast"  # a barrier, but of other kinds, strength or words
    ADDED = "toegevoegd"  # the model missed it
    TAKEN_BACK = "teruggenomen"  # the same person's last judgement of this flag no longer stands


class Judgement(Base):
    """What one person decided about one flag. Never changed; a new judgement comes beside the old."""

    __tablename__ = "judgements"
    sequence: Mapped[int] = mapped_column(_Sequence, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(36), unique=True, default=new_id)
    flag_id: Mapped[str] = mapped_column(ForeignKey("flags.id"), index=True)
    suggestion_id: Mapped[str | None] = mapped_column(String(36))  # what the person saw
    takes_back: Mapped[str | None] = mapped_column(ForeignKey("judgements.id"), unique=True)  # the judgement that it undoes
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    adjudication: Mapped[bool] = mapped_column(default=False)  # a lawyer's, over those of others
    verdict: Mapped[str] = mapped_column(String(20))
    about: Mapped[str] = mapped_column(String(12), default="initiatief", server_default="initiatief")  # of a rejection
    kinds: Mapped[list[str]] = mapped_column(JSON)
    strength: Mapped[int] = mapped_column()
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    note_sha256: Mapped[str] = mapped_column(String(64), default="")  # of the note; "" for none
    created: Mapped[datetime] = mapped_column(DateTime)
    noted: Mapped[JudgementNote | None] = relationship(lazy="joined")

    @property
    def note(self) -> str:
        """What the person wrote beside it; "" for nothing, or when it was erased."""
        return self.noted.text if self.noted is not None else ""


class JudgementNote(Base):
    """What someone wrote beside a judgement, pseudonymised. It may quote a person, so unlike the judgement it can be erased."""

    __tablename__ = "judgement_notes"
    sequence: Mapped[int] = mapped_column(_Sequence, primary_key=True, autoincrement=True)
    judgement_id: Mapped[str] = mapped_column(ForeignKey("judgements.id"), unique=True)
    text: Mapped[str] = mapped_column(Text)


class Claim(Base):
    """What someone looks at now, for colleagues to choose something else. It locks nothing, and passes by itself."""

    __tablename__ = "claims"
    sequence: Mapped[int] = mapped_column(_Sequence, primary_key=True, autoincrement=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), unique=True)  # one thing at a time
    initiative_id: Mapped[str] = mapped_column(ForeignKey("initiatives.id"), index=True)
    until: Mapped[datetime] = mapped_column(DateTime)


class RoomUse(Base):
    """Room with which an initiative went on in spite of a barrier, as a reviewer knows; the audit trail tells who did."""

    __tablename__ = "room_uses"
    __table_args__ = (UniqueConstraint("flag_id", "ref"),)
    sequence: Mapped[int] = mapped_column(_Sequence, primary_key=True, autoincrement=True)
    flag_id: Mapped[str] = mapped_column(ForeignKey("flags.id"))  # the barrier
    ref: Mapped[str] = mapped_column(String(300))  # of the clause that gave room
    kind: Mapped[str] = mapped_column(String(30))
    created: Mapped[datetime] = mapped_column(DateTime)


class JobStatus(StrEnum):
    """Where a job stands."""

    WAITING = "wachtend"
    RUNNING = "bezig"
    DONE = "klaar"
    FAILED = "mislukt"


class Job(Base):
    """A piece of long work. The queue carries its number; what it is and how it went stands here, on both databases."""

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_waiting", "status", "sequence"),)
    sequence: Mapped[int] = mapped_column(_Sequence, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(36), unique=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(30))
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON)
    subject: Mapped[str] = mapped_column(String(100), default="", index=True)  # id of what it is about
    status: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int] = mapped_column(default=0)
    progress: Mapped[float] = mapped_column(default=0.0)  # 0..1
    message: Mapped[str] = mapped_column(String(500), default="")
    result: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    user_id: Mapped[str | None] = mapped_column(String(36))
    created: Mapped[datetime] = mapped_column(DateTime)
    heartbeat: Mapped[datetime | None] = mapped_column(DateTime)  # of the worker
    finished: Mapped[datetime | None] = mapped_column(DateTime)


class SnapshotRow(Base):
    """A snapshot (momentopname): an immutable, hashed file of judged flags, without what anybody told."""

    __tablename__ = "snapshots"
    sequence: Mapped[int] = mapped_column(_Sequence, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(36), unique=True, default=new_id)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    rows: Mapped[int] = mapped_column()
    file: Mapped[str] = mapped_column(String(200))  # name, within the data folder
    created: Mapped[datetime] = mapped_column(DateTime)


class AuditEntry(Base):
    """Who did what. Each entry holds the hash of the one before: a changed or missing entry shows."""

    __tablename__ = "audit"
    sequence: Mapped[int] = mapped_column(_Sequence, primary_key=True, autoincrement=True)
    moment: Mapped[datetime] = mapped_column(DateTime)
    actor: Mapped[str] = mapped_column(String(60))  # "gebruiker:<id>", "link:<id>", "anoniem", "systeem"
    action: Mapped[str] = mapped_column(String(60), index=True)
    subject: Mapped[str] = mapped_column(String(120), index=True)  # "initiatief:<id>"
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class ProcessingEntry(Base):
    """One processing of personal data, in the manner of the standard Logboek dataverwerkingen (Logius)."""

    __tablename__ = "processing_log"
    sequence: Mapped[int] = mapped_column(_Sequence, primary_key=True, autoincrement=True)
    trace_id: Mapped[str] = mapped_column(String(32), index=True)  # W3C trace context
    span_id: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(100))
    processing_activity_id: Mapped[str] = mapped_column(String(200))  # in the register of processing activities
    data_subject_id: Mapped[str] = mapped_column(String(60), index=True)
    data_subject_id_type: Mapped[str] = mapped_column(String(30))
    status: Mapped[str] = mapped_column(String(10))
    started: Mapped[datetime] = mapped_column(DateTime)
    ended: Mapped[datetime] = mapped_column(DateTime)


class IdempotencyKey(Base):
    """A request that was carried out under a key: the same key again gives the same answer, and does nothing."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("scope", "key"),)
    sequence: Mapped[int] = mapped_column(_Sequence, primary_key=True, autoincrement=True)
    scope: Mapped[str] = mapped_column(String(120))  # who, and which route
    key: Mapped[str] = mapped_column(String(200))
    request_sha256: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[str] = mapped_column(String(36))  # what was made
    created: Mapped[datetime] = mapped_column(DateTime)
