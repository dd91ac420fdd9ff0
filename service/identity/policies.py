"""Who may do what: one table for kinds of people, one function for whose things they are.

Handlers contain no check of their own: a route names its permission, and asks ``may_see`` for one thing or ``visible`` for
many.
The table is turned into documentation and into a test of every role on every route.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, select, true

from service.database.tables import Initiative, InitiativeStatus, Job
from service.identity.actor import Actor, Scope, Standing

_ALL = frozenset(Standing)
_REVIEWERS = frozenset({Standing.REVIEWER, Standing.LAWYER})
_ADMINISTRATORS = frozenset({Standing.ADMINISTRATOR, Standing.SERVICE_ADMINISTRATOR})
_STAFF = _REVIEWERS | _ADMINISTRATORS
_ACCOUNTS = _STAFF | {Standing.SUBMITTER}
_SERVICE = frozenset({Standing.SERVICE_ADMINISTRATOR})
"""For what is of all organisations together."""

PERMISSIONS: dict[str, tuple[frozenset[Standing], Scope]] = {
    "openbaar": (_ALL, Scope.READ),  # regulations, clauses, activities, models: public by nature
    "toetsen": (_ALL, Scope.SUBMIT),
    "initiatieven:indienen": (_ALL, Scope.SUBMIT),
    "initiatieven:lijst": (_ACCOUNTS, Scope.READ),
    "initiatieven:lezen": (_ACCOUNTS | {Standing.LINK}, Scope.READ),
    "initiatieven:intrekken": (_ACCOUNTS | {Standing.LINK}, Scope.SUBMIT),
    "signalen:lezen": (_ACCOUNTS | {Standing.LINK}, Scope.READ),
    "signalen:toevoegen": (_REVIEWERS, Scope.REVIEW),
    "beoordelingen:lezen": (_STAFF, Scope.READ),
    "beoordelingen:schrijven": (_REVIEWERS, Scope.REVIEW),
    "beoordelingen:beslechten": (frozenset({Standing.LAWYER}), Scope.REVIEW),
    "momentopnamen:lezen": (_STAFF, Scope.READ),
    "momentopnamen:inhoud": (_SERVICE, Scope.ADMINISTER),  # stories of all organisations, though of nobody
    "statistieken:lezen": (_STAFF, Scope.READ),
    "taken:lezen": (_STAFF, Scope.READ),
    "taken:starten": (_SERVICE, Scope.ADMINISTER),  # import, snapshot, retraining: all of it is about everybody
    "modellen:kiezen": (_SERVICE, Scope.ADMINISTER),  # one model serves all organisations
    "gebruikers:beheren": (_ADMINISTRATORS, Scope.ADMINISTER),
    "audit:lezen": (_SERVICE, Scope.ADMINISTER),
    "eigen:lezen": (_ACCOUNTS, Scope.READ),
    "eigen:beheren": (_ACCOUNTS, Scope.ADMINISTER),
}
"""Permission → who has it, and the scope that a token needs for it."""


def allowed(actor: Actor, permission: str) -> bool:
    """Whether someone of this kind may do this at all."""
    standings, scope = PERMISSIONS[permission]
    return actor.standing in standings and scope in actor.scopes


def may_see(actor: Actor, initiative: Initiative) -> bool:
    """Whether an initiative, with its flags and judgements, is there for this person; once erased it is for nobody."""
    if initiative.status == InitiativeStatus.ERASED.value:
        return False
    match actor.standing:
        case Standing.LINK:
            return actor.initiative_id == initiative.id
        case Standing.SUBMITTER:
            return initiative.submitter_id is not None and actor.user_id == initiative.submitter_id
        case Standing.REVIEWER | Standing.LAWYER | Standing.ADMINISTRATOR:
            return initiative.organisation_id is not None and actor.organisation_id == initiative.organisation_id
        case Standing.SERVICE_ADMINISTRATOR:
            return True
    return False


def may_withdraw(actor: Actor, initiative: Initiative) -> bool:
    """Whether someone may withdraw an initiative: who submitted it, or an administrator. Reviewers take nothing away."""
    if not may_see(actor, initiative):
        return False
    return actor.standing in _ADMINISTRATORS | {Standing.LINK} or (
        actor.user_id is not None and actor.user_id == initiative.submitter_id
    )


def visible(actor: Actor) -> ColumnElement[bool]:
    """``may_see`` as a condition on the table of initiatives."""
    return and_(Initiative.status != InitiativeStatus.ERASED.value, _own(actor))


def visible_jobs(actor: Actor) -> ColumnElement[bool]:
    """Which jobs are there for this person: those about initiatives that they may see; all for who manages the service."""
    if actor.standing is Standing.SERVICE_ADMINISTRATOR:
        return true()
    return Job.subject.in_(select(Initiative.id).where(visible(actor)))


def _own(actor: Actor) -> ColumnElement[bool]:
    match actor.standing:
        case Standing.LINK:
            return Initiative.id == actor.initiative_id
        case Standing.SUBMITTER:
            return Initiative.submitter_id == actor.user_id
        case Standing.REVIEWER | Standing.LAWYER | Standing.ADMINISTRATOR:
            return Initiative.organisation_id == actor.organisation_id if actor.organisation_id is not None else false()
        case Standing.SERVICE_ADMINISTRATOR:
            return true()
    return false()
