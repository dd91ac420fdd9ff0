"""Visits that are odd: letters that no database keeps, sessions that ended, addresses that look like another site's; and traces."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import select

from service.api.access import COOKIE
from service.database.tables import FlagRow, Judgement, Organisation, Suggestion, Verdict
from service.identity.actor import Actor, Standing
from service.operation.tracing import details, without_secrets
from service.work.bulk import judge_many
from service.work.judgements import Decision, flag_tag, judge
from tests.web.conftest import Service

HTML = {"Accept": "text/html"}


@pytest.mark.parametrize(
    "address",
    ["/werk?gedaan=%00", "/praktijk/ruimte?gemeente=a%00b", "/mijn/%00", "/mijn/%00/intrekken", "/regelingen?zoek=%00"],
)
def test_a_letter_that_no_database_keeps_is_a_mistake_of_the_visit(service: Service, address: str) -> None:
    for who in ("beoordelaar", "indiener"):
        assert service.client.get(address, headers=service.as_(who, **HTML)).status_code == 400, who


@pytest.mark.parametrize(("address", "field"), [("/aanmelden", "email"), ("/werk/oordelen", "signaal"), ("/", "titel")])
def test_neither_is_it_taken_from_a_form(service: Service, address: str, field: str) -> None:
    reply = service.client.post(address, data={field: "a\x00 b"}, headers=service.as_("beoordelaar"))
    assert reply.status_code == 400


def test_a_session_that_ended_does_not_stand_in_the_way_of_a_resident(service: Service) -> None:
    service.client.cookies.set(COOKIE, "rs_onbekend")
    try:
        reply = service.client.post("/", data={"titel": "x", "omschrijving": "y"})
        assert reply.status_code == 401
        assert f"{COOKIE}=" in reply.headers["set-cookie"] and "Max-Age=0" in reply.headers["set-cookie"]
    finally:
        service.client.cookies.clear()


def test_the_other_language_is_never_another_site(service: Service) -> None:
    reply = service.client.get(f"{service.settings.origin}//elders.example/", headers=HTML)
    assert reply.status_code == 404
    assert 'href="//' not in reply.text and 'href="/elders.example/?taal=en"' in reply.text


class Span:
    def __init__(self) -> None:
        self.told: dict[str, Any] = {"url.full": "http://x/mijn/rl_geheim?code=c", "url.query": "code=c"}

    def set_attribute(self, name: str, value: Any) -> None:
        self.told[name] = value


@pytest.mark.parametrize("path", ["/mijn/rl_geheim", "/wachtwoord/rw_geheim", "/aanmelden/terug"])
def test_traces_hold_no_secret_of_an_address(path: str) -> None:
    scope, span = {"method": "GET", "path": path, "query_string": b"code=geheim"}, Span()
    without_secrets(span, scope)
    assert "geheim" not in f"{details(scope)} {span.told}" and "code" not in str(span.told.values())


@pytest.fixture
def who(service: Service) -> Actor:
    with service.database.reading() as session:
        organisation = session.execute(select(Organisation.id).where(Organisation.name == "Waterveen")).scalar_one()
    return Actor(standing=Standing.REVIEWER, user_id=service.users["beoordelaar"], organisation_id=organisation)


def test_a_batch_and_a_judgement_of_one_of_its_flags_do_not_wait_for_each_other(service: Service, who: Actor) -> None:
    initiative, _ = service.submit()
    with service.database.reading() as session:
        flags = (
            session.execute(select(FlagRow).where(FlagRow.initiative_id == initiative).order_by(FlagRow.sequence))
            .scalars()
            .all()
        )
        latest = {
            flag.id: session.execute(select(Suggestion).where(Suggestion.flag_id == flag.id)).scalars().first()
            for flag in flags
        }
    seen = {flag.id: flag_tag(flag, latest[flag.id]) for flag in flags[:20]}
    faults: list[BaseException] = []

    def together(*works: Any) -> None:
        def guarded(work: Any) -> None:
            try:
                work()
            except BaseException as error:
                faults.append(error)

        threads = [threading.Thread(target=guarded, args=[work]) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)

    def batch() -> None:
        with service.database.writing() as session:
            judge_many(session, who, seen, Verdict.CONFIRMED, note="")

    def one_by_one() -> None:
        for flag in reversed(list(seen)):
            with service.database.writing() as session:
                judge(session, who, flag, Decision(verdict=Verdict.REJECTED))

    together(batch, one_by_one)
    assert faults == []
    with service.database.reading() as session:
        rows = session.execute(select(FlagRow).where(FlagRow.id.in_(seen))).scalars().all()
        made = session.execute(select(Judgement.flag_id).where(Judgement.flag_id.in_(seen))).scalars().all()
    assert {row.id: row.judgements for row in rows} == {flag: made.count(flag) for flag in seen}
    assert min(made.count(flag) for flag in seen) >= 1


def test_a_flag_that_was_read_before_is_counted_as_it_is_now(service: Service, who: Actor) -> None:
    initiative, _ = service.submit()
    flag = service.flags(initiative)[0]["id"]
    if service.settings.is_sqlite:
        pytest.skip("SQLite has one writer at a time: nobody can come between")
    with service.database.writing() as first:
        assert first.execute(select(FlagRow).where(FlagRow.id == flag)).scalar_one().judgements == 0
        with service.database.writing() as second:
            judge(second, who, flag, Decision(verdict=Verdict.CONFIRMED))
        judge(first, who, flag, Decision(verdict=Verdict.REJECTED))
    with service.database.reading() as session:
        row = session.execute(select(FlagRow).where(FlagRow.id == flag)).scalar_one()
    assert (row.judgements, row.verdict) == (2, "afgewezen")
