"""What reviewers decide. A judgement is added, never changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from corpus.errors import UnknownRef
from corpus.store import Store
from service.clock import now
from service.database.tables import CLOSED, ClauseText, FlagRow, Initiative, Judgement, JudgementNote, Suggestion, Verdict
from service.errors import Conflict, FieldProblem, InvalidInput, NotFound, Outdated
from service.identity.actor import Actor
from service.identity.policies import may_see
from service.work import audit
from service.work.flags import anchor_at, keep_text, kinds_told, new_flag
from service.work.standing import Standing, rejects, standing
from training.reviews.rows import About


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What someone decides about a flag."""

    verdict: Verdict
    about: About = About.INITIATIVE  # of a rejection: whether the clause is a barrier to nobody, or not to this initiative
    kinds: tuple[str, ...] = ()
    strength: int | None = None  # None: as suggested
    evidence: tuple[dict[str, Any], ...] = ()  # {"start", "end"}, offsets in the clause as suggested
    note: str = ""
    suggestion_id: str | None = None  # what the person saw; None for the latest
    takes_back: str | None = None  # the judgement that is taken back; None for the last one


def visible_flag(session: Session, actor: Actor, identifier: str, *, changing: bool = False) -> tuple[FlagRow, Initiative]:
    """A flag that this person may see, with its initiative; raises NotFound.

    With ``changing`` both are held until the transaction ends: judgements on one flag are counted one by one, and the
    initiative is not erased meanwhile. The initiative comes first, as everywhere: so nobody waits for each other.
    """
    if changing:
        held = select(Initiative).join(FlagRow, FlagRow.initiative_id == Initiative.id).where(FlagRow.id == identifier)
        held = held.with_for_update(read=True, of=Initiative).execution_options(populate_existing=True)
        session.execute(held).one_or_none()
    query = select(FlagRow, Initiative).join(Initiative, Initiative.id == FlagRow.initiative_id).where(FlagRow.id == identifier)
    if changing:  # as it is now, also where this transaction has read it before
        query = query.with_for_update(of=FlagRow).execution_options(populate_existing=True)
    row = session.execute(query).one_or_none()
    if row is None or not may_see(actor, row[1]):
        raise NotFound("Dit signaal bestaat niet, of u mag het niet zien.")
    return row[0], row[1]


def flag_tag(flag: FlagRow, latest: Suggestion | None) -> str:
    """ETag of a flag: another after every judgement and every suggestion, so that nobody judges what nobody saw."""
    return f"{flag.judgements}-{latest.sequence if latest else 0}"


def judge(
    session: Session, actor: Actor, flag_id: str, decision: Decision, *, expected: str | None = None, adjudication: bool = False
) -> Judgement:
    """Add a judgement to a flag.

    Args:
        session: a writing session.
        actor: the reviewer.
        expected: ETag of what the reviewer saw (If-Match); None for any.
        adjudication: a lawyer's decision over those of others.

    Raises:
        NotFound: no such flag for this person.
        Conflict: the initiative was withdrawn, or what is to be taken back is not this person's last judgement that stands.
        Outdated: someone judged it in the meantime, or a model said something new.
        InvalidInput: the decision contradicts itself, or points outside the clause.
    """
    from service.privacy.pseudonymising import pseudonymised  # patterns that no start waits for

    flag, initiative = visible_flag(session, actor, flag_id, changing=True)
    if initiative.status in CLOSED:
        raise Conflict("Het initiatief is ingetrokken; er is niets meer te beoordelen.")
    latest = _suggestion(session, flag, None)
    if expected is not None and expected != flag_tag(flag, latest):
        raise Outdated("Dit signaal is intussen beoordeeld of opnieuw gelezen; haal het opnieuw op.")
    suggestion = latest if decision.suggestion_id is None else _suggestion(session, flag, decision.suggestion_id)
    text = session.get_one(ClauseText, suggestion.clause_sha256 if suggestion else flag.clause_sha256).text
    _check(decision, len(text))
    before = _judgements(session, flag)
    undone = _own_last(before, actor, decision.takes_back) if decision.verdict is Verdict.TAKEN_BACK else None
    suggested = suggestion.content if suggestion else _told_by_people(before)
    if decision.verdict is Verdict.CONFIRMED and not (decision.kinds or suggested["kinds"]) and suggestion is None:
        problem = FieldProblem(place="soorten", message="Noem minstens een soort belemmering.", kind="ontbreekt")
        raise InvalidInput("Er is niets voorgesteld dat u kunt bevestigen.", problem)
    empty = decision.verdict in (Verdict.REJECTED, Verdict.TAKEN_BACK)
    corrected = decision.verdict in (Verdict.CORRECTED, Verdict.ADDED)
    note = pseudonymised(decision.note).text
    judgement = Judgement(
        flag_id=flag.id,
        suggestion_id=suggestion.id if suggestion else None,
        takes_back=undone.id if undone else None,
        user_id=actor.user_id,
        adjudication=undone.adjudication if undone else adjudication,
        verdict=decision.verdict.value,
        about=decision.about.value,
        kinds=[] if empty else list(dict.fromkeys(decision.kinds or suggested["kinds"])),
        strength=0 if empty else decision.strength if decision.strength is not None else suggested["strength"],
        evidence=[] if empty else [dict(span) for span in decision.evidence] if corrected else suggested["evidence"],
        note_sha256=hashlib.sha256(note.encode()).hexdigest() if note else "",
        noted=JudgementNote(text=note) if note else None,
        created=now(),
    )
    session.add(judgement)
    session.flush()
    stands = standing([*before, judgement])
    flag.judgements += 1
    flag.doubted = False  # a person has looked at it again
    _count(session, flag, stands)
    if suggestion is None:  # a clause that nobody holds to be missed is no flag
        held = stands.final is not None and (flag.by_person or not rejects(stands.final))
        flag.current = held
    session.flush()
    details: dict[str, Any] = {"oordeel": judgement.verdict, "soorten": judgement.kinds, "signaal": flag.id}
    details["beslecht"] = judgement.adjudication
    audit.record(session, actor, "signaal.beoordeeld", f"beoordeling:{judgement.id}", details)
    return judgement


def add_missed(session: Session, actor: Actor, initiative: Initiative, store: Store, ref: str, decision: Decision) -> FlagRow:
    """A clause that the model missed, flagged by a person, with the judgement that goes with it.

    Raises:
        NotFound: the clause is not in the store.
        Conflict: it is flagged already, or the initiative was withdrawn.
    """
    if initiative.status in CLOSED:
        raise Conflict("Het initiatief is ingetrokken; er is niets meer te beoordelen.")
    try:
        clause = store.clause(ref)
    except UnknownRef:
        raise NotFound("Deze bepaling staat niet in de verzameling.") from None
    known = session.execute(
        select(FlagRow).where(FlagRow.initiative_id == initiative.id, (FlagRow.ref == ref) | (FlagRow.anchor_ref == ref))
    ).scalar()
    if known is not None and (known.current or not (known.by_person or known.sample)):
        raise Conflict("Deze bepaling is al een signaal van dit initiatief.")
    _check(decision, len(clause.text))
    sha256 = keep_text(session, clause)
    # One that was added, and taken back, is there still; whoever adds it again points into the words of today.
    row = known or new_flag(session, initiative, store, clause, sha256, by_person=True)
    if row.clause_sha256 != sha256:
        anchor_at(row, store, clause, sha256)
    row.p, row.kinds, row.strength = 1.0, kinds_told(decision.kinds), decision.strength or 0
    judge(session, actor, row.id, decision)
    return row


def standing_only() -> ColumnElement[bool]:
    """Judgements that were not taken back, and that take nothing back: a condition on the table of judgements."""
    undoing = aliased(Judgement)
    undone = select(undoing.sequence).where(undoing.takes_back == Judgement.id).exists()
    return (Judgement.verdict != Verdict.TAKEN_BACK.value) & ~undone


def _judgements(session: Session, flag: FlagRow) -> list[Judgement]:
    query = select(Judgement).where(Judgement.flag_id == flag.id).order_by(Judgement.sequence)
    return list(session.execute(query).scalars())


def _count(session: Session, flag: FlagRow, stands: Standing) -> None:
    """Write on the flag what stands, so that what counts over many flags need not read all judgements."""
    counts = stands.final
    shown = session.execute(select(Suggestion).where(Suggestion.id == counts.suggestion_id)).scalar() if counts else None
    flag.verdict = counts.verdict if counts else ""
    flag.judged_kinds = kinds_told(counts.kinds) if counts else ""
    flag.shown_kinds = kinds_told(shown.content["kinds"]) if shown else ""
    flag.opinions, flag.settled = len(stands.opinions), stands.settled
    flag.apart, flag.kinds_apart = kinds_told(stands.apart), kinds_told(sorted(stands.kinds_apart))


def _own_last(judgements: list[Judgement], actor: Actor, named: str | None) -> Judgement:
    undone = {one.takes_back for one in judgements}
    own = [one for one in judgements if one.user_id == actor.user_id and one.id not in undone]
    last = next((one for one in reversed(own) if one.verdict != Verdict.TAKEN_BACK.value), None)
    if last is None or named not in (None, last.id):
        raise Conflict("U hebt over dit signaal geen oordeel dat u kunt terugnemen.")
    return last


def _told_by_people(judgements: list[Judgement]) -> dict[str, Any]:
    """What a clause that no model flagged was added with: who confirms it, confirms that."""
    undone = {one.takes_back for one in judgements}
    told = (Verdict.ADDED.value, Verdict.CORRECTED.value)
    said = [one for one in judgements if one.verdict in told and one.id not in undone]
    if not said:
        return {"kinds": [], "strength": 0, "evidence": []}
    return {"kinds": said[-1].kinds, "strength": said[-1].strength, "evidence": said[-1].evidence}


def _suggestion(session: Session, flag: FlagRow, identifier: str | None) -> Suggestion | None:
    query = select(Suggestion).where(Suggestion.flag_id == flag.id)
    if identifier is None:
        return session.execute(query.order_by(Suggestion.sequence.desc()).limit(1)).scalar_one_or_none()
    found = session.execute(query.where(Suggestion.id == identifier)).scalar_one_or_none()
    if found is None:
        problem = FieldProblem(place="voorstel", message="Dit voorstel hoort niet bij het signaal.", kind="onbekend")
        raise InvalidInput("Het voorstel is niet gevonden.", problem)
    return found


def _check(decision: Decision, length: int) -> None:
    problems = []
    if decision.verdict in (Verdict.REJECTED, Verdict.TAKEN_BACK) and (decision.kinds or decision.strength):
        problems.append(("soorten", "Wie afwijst of terugneemt, noemt geen soorten en geen zwaarte.", "tegenstrijdig"))
    if decision.about is About.CLAUSE and decision.verdict is not Verdict.REJECTED:
        problems.append(
            ("betreft", "Alleen wie afwijst, zegt of de bepaling voor niemand een belemmering is.", "tegenstrijdig")
        )
    if decision.verdict in (Verdict.CORRECTED, Verdict.ADDED) and not decision.kinds:
        problems.append(("soorten", "Noem minstens een soort belemmering.", "ontbreekt"))
    for number, span in enumerate(decision.evidence):
        if not 0 <= span["start"] < span["end"] <= length:
            problems.append((f"bewijs.{number}", "Deze woorden liggen buiten de bepaling.", "buiten-bereik"))
    if problems:
        raise InvalidInput("De beoordeling klopt niet.", *(FieldProblem(place=p, message=m, kind=k) for p, m, k in problems))
