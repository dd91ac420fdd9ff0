"""regelruimte user add | password | token | list | export | erase, and regelruimte audit verify | processing"""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from service.commands.parsing import add_command
from service.commands.serving import add_service_options

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from service.database.opening import Database
    from service.database.tables import User

_ROLES = ("indiener", "beoordelaar", "jurist", "beheerder")


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the groups ``user`` and ``audit``."""
    group = commands.add_parser("user", help="people with an account").add_subparsers(
        title="commands", metavar="COMMAND", required=True
    )
    add = add_command(
        group,
        "add",
        run=_add,
        summary="make an account; the password is asked for, or read from standard input",
        example="regelruimte user add an@waterveen.example --name 'An de Vries' --role beoordelaar --organisation Waterveen",
    )
    add.add_argument("email", metavar="EMAIL")
    add.add_argument("--name", required=True, metavar="NAME", help="as others see it")
    add.add_argument("--role", required=True, choices=_ROLES, help="what they may do")
    add.add_argument("--organisation", metavar="NAME", help="competent authority; without one an administrator manages all")
    add.add_argument("--municipality", action="append", metavar="NAME", help="of the organisation (default: its own name)")
    add.add_argument("--no-password", action="store_true", help="for those who log in through the organisation, or by token")
    add_service_options(add)
    password = add_command(
        group,
        "password",
        run=_password,
        summary="give someone another password, which is asked for, or read from standard input; log-ins end",
        example="regelruimte user password b.devries@waterveen.example --link",
    )
    password.add_argument("email", metavar="EMAIL")
    password.add_argument("--link", action="store_true", help="print what they choose one themselves with, once, within a day")
    add_service_options(password)
    token = add_command(
        group,
        "token",
        run=_token,
        summary="make a token for a program; it is shown once",
        example="regelruimte user token b.devries@waterveen.example --name zaaksysteem --scope lezen --days 90",
    )
    token.add_argument("email", metavar="EMAIL")
    token.add_argument("--name", required=True, metavar="NAME", help="of the program")
    token.add_argument(
        "--scope",
        action="append",
        choices=("lezen", "indienen", "beoordelen", "beheren"),
        required=True,
        help="may be repeated",
    )
    token.add_argument("--days", type=int, default=90, metavar="N", help="how long it works (default 90, at most 366)")
    add_service_options(token)
    listing = add_command(group, "list", run=_list, summary="list the accounts", example="regelruimte user list")
    add_service_options(listing)
    for name, run, summary in (
        ("export", _export, "all that is kept of a person, as JSON (GDPR article 15)"),
        ("erase", _erase, "erase a person; judgements stay, of nobody (GDPR article 17)"),
    ):
        parser = add_command(
            group, name, run=run, summary=summary, example=f"regelruimte user {name} b.devries@waterveen.example"
        )
        parser.add_argument("email", metavar="EMAIL")
        add_service_options(parser)
    trail = commands.add_parser("audit", help="who did what").add_subparsers(title="commands", metavar="COMMAND", required=True)
    verify = add_command(
        trail,
        "verify",
        run=_verify,
        summary="prove that the audit trail is whole",
        example="regelruimte audit verify",
    )
    verify.add_argument("--head", metavar="HASH", help="hash that was kept earlier: it must still be in the trail")
    add_service_options(verify)
    processing = add_command(
        trail,
        "processing",
        run=_processing,
        summary="the log of processing personal data, as JSON lines",
        example="regelruimte audit processing > verwerkingen.jsonl",
    )
    add_service_options(processing)


@contextmanager
def _reading(arguments: argparse.Namespace) -> Iterator[Session]:
    with _database(arguments) as database, database.reading() as session:
        yield session


@contextmanager
def _writing(arguments: argparse.Namespace) -> Iterator[Session]:
    with _database(arguments) as database, database.writing() as session:
        yield session


@contextmanager
def _database(arguments: argparse.Namespace) -> Iterator[Database]:
    from service.database.migrating import migrate
    from service.database.opening import Database
    from service.settings import settings_of

    settings = settings_of(database_url=arguments.database_url, store=arguments.store)
    database = Database(settings.database_url)
    if settings.is_sqlite:
        migrate(database)
    try:
        yield database
    finally:
        database.close()


def _add(arguments: argparse.Namespace) -> int:
    from service.database.tables import Role
    from service.identity.accounts import add_user
    from service.identity.organisations import organisation_named

    with _in_words():
        password_hash = None if arguments.no_password else _asked_password()
    with _in_words(), _writing(arguments) as session:
        organisation = None
        if arguments.organisation:
            organisation = organisation_named(session, arguments.organisation, municipalities=arguments.municipality)
        user = add_user(
            session,
            name=arguments.name,
            role=Role(arguments.role),
            email=arguments.email,
            password_hash=password_hash,
            organisation=organisation,
            by="systeem",
        )
        print(f"{user.id} {user.role} {user.email}")
    return 0


def _password(arguments: argparse.Namespace) -> int:
    from service.identity.passwords import new_link, set_password

    with _in_words():
        password_hash = None if arguments.link else _asked_password()
    with _in_words(), _writing(arguments) as session:
        user = _user(session, arguments.email)
        if password_hash is not None:
            set_password(session, user, password_hash, by="systeem")
        else:
            secret, until = new_link(session, user, by="systeem")
            print(secret)
            print(f"for POST /v1/wachtwoorden, until {until:%Y-%m-%d %H:%M} UTC", file=sys.stderr)
    return 0


def _asked_password() -> str:
    from service.identity.passwords import new_hash

    return new_hash(getpass.getpass("password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n"))


@contextmanager
def _in_words() -> Iterator[None]:
    """What the service refuses, as this command line words it."""
    from corpus.errors import UserError
    from service.errors import ServiceError

    try:
        yield
    except ServiceError as error:
        raise UserError(str(error)) from None


def _user(session: Session, email: str) -> User:
    from sqlalchemy import select

    from corpus.errors import UserError
    from service.database.tables import User

    found = session.execute(select(User).where(User.email == email.casefold()).with_for_update()).scalar_one_or_none()
    if found is None:
        raise UserError(f"{email}: no such user")
    return found


def _token(arguments: argparse.Namespace) -> int:
    from service.identity.accounts import add_token
    from service.identity.actor import Scope

    with _writing(arguments) as session:
        user = _user(session, arguments.email)
        scopes = [Scope(scope) for scope in arguments.scope]
        secret, _ = add_token(session, user, name=arguments.name, scopes=scopes, days=arguments.days, by="systeem")
    print(secret)
    return 0


def _list(arguments: argparse.Namespace) -> int:
    from sqlalchemy import select

    from service.database.tables import Organisation, User

    with _reading(arguments) as session:
        query = select(User, Organisation.name).outerjoin(Organisation, Organisation.id == User.organisation_id)
        for user, organisation in session.execute(query.order_by(User.sequence)):
            state = "" if user.active else "  (uit)"
            print(f"{user.id}  {user.role:<12} {user.email or '-':<40} {organisation or '-'}{state}")
    return 0


def _export(arguments: argparse.Namespace) -> int:
    from service.work.access import export_user

    with _writing(arguments) as session:
        print(json.dumps(export_user(session, _user(session, arguments.email), "systeem"), ensure_ascii=False, indent=1))
    return 0


def _erase(arguments: argparse.Namespace) -> int:
    from service.work.retention import erase_user

    with _writing(arguments) as session:
        erase_user(session, _user(session, arguments.email), "systeem")
    print("erased")
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    from sqlalchemy import select

    from service.database.tables import AuditEntry
    from service.work import audit

    with _reading(arguments) as session:
        count, problems = audit.verify(session)
        kept = arguments.head
        if kept and session.execute(select(AuditEntry.sequence).where(AuditEntry.hash == kept)).scalar() is None:
            problems.append("the hash that was kept earlier is not in the trail: entries were taken off its end")
        last = audit.head(session)
    for problem in problems:
        print(f"regelruimte: {problem}", file=sys.stderr)
    if problems:
        return 1
    print(f"whole: {count} entries, head {last}")
    return 0


def _processing(arguments: argparse.Namespace) -> int:
    from sqlalchemy import select

    from service.database.tables import ProcessingEntry

    with _reading(arguments) as session:
        for row in session.execute(select(ProcessingEntry).order_by(ProcessingEntry.sequence)).scalars().yield_per(1000):
            entry = {
                "trace_id": row.trace_id,
                "span_id": row.span_id,
                "name": row.name,
                "start_time": row.started.isoformat(),
                "end_time": row.ended.isoformat(),
                "status": row.status,
                "attributes": {
                    "dpl.core.processing_activity_id": row.processing_activity_id,
                    "dpl.core.data_subject_id": row.data_subject_id,
                    "dpl.core.data_subject_id_type": row.data_subject_id_type,
                },
            }
            print(json.dumps(entry, ensure_ascii=False))
    return 0
