"""The sample: what no model flagged, put before reviewers; what comes of it; and models that come and go by command."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import JSON, Boolean, DateTime, Integer, MetaData, Numeric, Table, func, select, text, update
from sqlalchemy.exc import DBAPIError

from models.loading import load_model, released_folder
from service.clock import now
from service.command_line import main
from service.database.migrating import _config, migrate, newest, revision
from service.database.opening import Database
from service.database.tables import AuditEntry, ClauseText, FlagRow, Initiative, Judgement, Suggestion
from service.identity.actor import Actor
from service.identity.actor import Standing as ActorStanding
from service.jobs.waiting import add_job
from service.work import sampling
from service.work.flags import told_text
from service.work.model_choice import TRAINED
from service.work.queue import SHOWN
from service.work.recall import LEAST, recall_of
from service.work.sampling import NEAR_BY, fill_sample
from service.work.snapshots import judged_rows
from tests.web.conftest import Service
from tests.web.test_judgements import judge
from tests.web.test_pages_law import seen as public
from tests.web.test_pages_queue import options_of, total_of
from tests.web.test_pages_review import seen, words_of
from training.reviews.rows import Way
from training.reviews.verdicts import Guard, Verdict, save_verdict

NEAR = 300
"""So that the small store of the tests holds clauses that are far as well."""


@pytest.fixture
def initiative(service: Service, monkeypatch: pytest.MonkeyPatch) -> str:
    """The one initiative that is open."""
    monkeypatch.setattr(sampling, "NEAR", NEAR)
    with service.database.writing() as session:
        session.execute(update(Initiative).values(status="ingetrokken"))
    return service.submit()[0]


def fill(service: Service, wanted: int, *, share: float = 0.5, seed: int = 0) -> dict[str, int]:
    return fill_sample(service.database, service.engine.loaded, wanted=wanted, random_share=share, seed=seed)


def drawn(service: Service, initiative: str) -> list[FlagRow]:
    query = select(FlagRow).where(FlagRow.initiative_id == initiative, FlagRow.sample != "").order_by(FlagRow.sequence)
    with service.database.reading() as session:
        return list(session.execute(query).scalars())


def one_drawn(service: Service, initiative: str, *, share: float = 1.0) -> dict[str, Any]:
    """A clause of the sample as the interface tells it."""
    fill(service, 1, share=share)
    (flag,) = listed(service, initiative, "steekproef=true")
    return flag


def listed(service: Service, initiative: str, query: str) -> list[dict[str, Any]]:
    address = f"/v1/initiatieven/{initiative}/signalen?limiet=200&{query}"
    reply = service.client.get(address, headers=service.as_("beoordelaar"))
    assert reply.status_code == 200, reply.text
    return list(reply.json()["resultaten"])


def row_of(service: Service, identifier: str) -> FlagRow:
    with service.database.reading() as session:
        return session.execute(select(FlagRow).where(FlagRow.id == identifier)).scalar_one()


def read_again(service: Service, initiative: str) -> None:
    with service.database.writing() as session:
        add_job(session, "signaleren", {"initiatief": initiative}, subject=initiative)
    service.work()


def test_a_sample_is_drawn_up_to_its_number_and_no_further(service: Service, initiative: str) -> None:
    assert fill(service, 20) == {"toeval": 10, "actief": 10}
    rows = drawn(service, initiative)
    assert [row.sample for row in rows].count("toeval") == 10 and [row.sample for row in rows].count("actief") == 10
    assert len({row.ref for row in rows}) == 20
    assert fill(service, 20) == {} and fill(service, 5, seed=9) == {}
    assert len(drawn(service, initiative)) == 20
    for row in rows[:3]:
        judge(service, {"id": row.id}, oordeel="afgewezen", betreft="bepaling")
    assert sum(fill(service, 20, seed=1).values()) == 3, "as many as were judged"
    assert len(drawn(service, initiative)) == 23 and fill(service, 20, seed=2) == {}


@pytest.mark.parametrize(("wanted", "share"), [(7, 0.5), (1, 0.5), (9, 0.0), (9, 1.0)])
def test_a_store_without_anything_far_gives_as_many(
    service: Service, initiative: str, monkeypatch: pytest.MonkeyPatch, wanted: int, share: float
) -> None:
    """As the defaults have it: there are fewer clauses than candidates that count as near."""
    monkeypatch.setattr(sampling, "NEAR", 1_000)
    assert sum(fill(service, wanted, share=share).values()) == wanted
    assert fill(service, wanted, share=share) == {}
    assert len(drawn(service, initiative)) == wanted


def test_what_waits_for_an_initiative_that_was_withdrawn_is_not_waited_for(service: Service, initiative: str) -> None:
    fill(service, 6)
    with service.database.writing() as session:
        session.execute(update(Initiative).values(status="ingetrokken"))
    assert fill(service, 6) == {}, "there is nothing to draw from"
    other, _ = service.submit()
    assert sum(fill(service, 6).values()) == 6
    assert len(drawn(service, other)) == 6


def test_nothing_is_drawn_that_is_a_flag_already(service: Service, initiative: str) -> None:
    flagged = {flag["verwijzing"] for flag in listed(service, initiative, "")}
    assert flagged
    before = len(flagged)
    fill(service, 400)
    rows = drawn(service, initiative)
    assert len(rows) > 200 and not {row.ref for row in rows} & flagged
    with service.database.reading() as session:
        refs = session.execute(select(FlagRow.ref).where(FlagRow.initiative_id == initiative)).scalars().all()
    assert len(refs) == len(set(refs)) == before + len(rows)


def test_a_drawn_clause_is_no_flag_and_nobody_suggests_anything(service: Service, initiative: str) -> None:
    fill(service, 12)
    rows = drawn(service, initiative)
    assert not any(row.current or row.by_person or row.verdict or row.kinds or row.strength for row in rows)
    with service.database.reading() as session:
        ids = [row.id for row in rows]
        assert session.execute(select(func.count()).select_from(Suggestion).where(Suggestion.flag_id.in_(ids))).scalar() == 0
        kept = session.execute(select(ClauseText.text).where(ClauseText.sha256 == rows[0].clause_sha256)).scalar_one()
    assert kept == service.engine.loaded.store.clause(rows[0].ref).text


def test_the_chance_of_being_drawn_is_what_was_drawn_of_what_could_be(service: Service, initiative: str) -> None:
    loaded = service.engine.loaded
    with service.database.reading() as session:
        told = told_text(session.execute(select(Initiative).where(Initiative.id == initiative)).scalar_one())
        flagged = set(session.execute(select(FlagRow.ref).where(FlagRow.initiative_id == initiative)).scalars())
    found = loaded.flagger.searched(told, near=NEAR)
    near, far = ({loaded.flagger.space.refs[row] for row in rows} - flagged for rows in (found.near, found.far))
    assert near and far and not near & far
    fill(service, 31, share=20 / 31)
    by_chance = [row for row in drawn(service, initiative) if row.sample == Way.RANDOM.value]
    for pool in (near, far):
        own = [row for row in by_chance if row.ref in pool]
        assert len(own) == 10 and {row.inclusion for row in own} == {10 / len(pool)}
        assert {(row.pool, row.framed) for row in own} == {(len(pool), 1)}
    assert all((row.stratum == NEAR_BY) == (row.ref in near) for row in by_chance), "by which recall tells them apart"
    assert {row.inclusion for row in drawn(service, initiative) if row.sample == Way.ACTIVE.value} == {None}


def test_the_same_seed_draws_the_same(service: Service, initiative: str) -> None:
    fill(service, 10, share=1.0, seed=4)
    one = {row.ref for row in drawn(service, initiative)}
    with service.database.writing() as session:
        session.execute(update(Initiative).values(status="ingetrokken"))
    other, _ = service.submit()
    fill(service, 10, share=1.0, seed=4)
    assert {row.ref for row in drawn(service, other)} == one
    with service.database.writing() as session:
        session.execute(update(Initiative).values(status="ingetrokken"))
    third, _ = service.submit()
    fill(service, 10, share=1.0, seed=5)
    assert {row.ref for row in drawn(service, third)} != one


def shown(service: Service, address: str) -> set[str]:
    """Ids of the flags on every page of a queue."""
    found: set[str] = set()
    mark = "&" if "?" in address else "?"
    total = total_of(seen(service, address))
    for number in range(1, 2 + total // SHOWN):
        tree = seen(service, f"{address}{mark}pagina={number}")
        links = tree.xpath("//li//a[contains(@class, 'rr-card__title')]/@href")
        found |= {str(link).partition("?")[0].removeprefix("/werk/") for link in links}
    assert len(found) == total, "as many as are counted"
    return found


def test_the_open_queue_does_not_show_the_sample_and_a_filter_does(service: Service, initiative: str) -> None:
    flagged = shown(service, "/werk")
    fill(service, 8)
    ids = {row.id for row in drawn(service, initiative)}
    assert shown(service, "/werk") == flagged == shown(service, "/werk?oordeel=alle") and not ids & flagged
    assert shown(service, "/werk?herkomst=steekproef") == ids
    tree = seen(service, "/werk?herkomst=steekproef")
    assert "Steekproef" in words_of(tree, "//p[contains(@class, 'rr-line__facts')]")
    assert "%" not in words_of(tree, "//p[contains(@class, 'rr-line__facts')]"), "nobody is told what a model makes of it"
    assert options_of(seen(service, "/werk"), "herkomst") == {"signaal": len(flagged), "steekproef": 8}
    # once judged it is found among what was judged, whatever brought it there
    (one, *_) = ids
    judge(service, {"id": one}, oordeel="afgewezen", betreft="bepaling")
    assert one in shown(service, "/werk?oordeel=afgewezen") and one in shown(service, "/werk?oordeel=alle&herkomst=steekproef")
    assert shown(service, "/werk?herkomst=steekproef") == ids - {one}


def test_the_list_of_an_initiative_tells_them_apart(service: Service, initiative: str) -> None:
    fill(service, 8)
    sample, flags = listed(service, initiative, "steekproef=true"), listed(service, initiative, "steekproef=false")
    assert {one["id"] for one in sample} == {row.id for row in drawn(service, initiative)}
    assert {one["steekproef"] for one in sample} == {"toeval", "actief"} and {one["steekproef"] for one in flags} == {""}
    assert not any(one["actueel"] or one["voorstel"] for one in sample) and all(one["voorstel"] for one in flags)


@pytest.mark.parametrize("who", ["indiener", "beoordelaar", "jurist", "beheerder-elders"])
def test_only_who_manages_the_service_begins_a_sample(service: Service, initiative: str, who: str) -> None:
    told = {"soort": "steekproef", "aantal": 4}
    assert service.client.post("/v1/taken", json=told, headers=service.as_(who)).status_code == 403
    service.work()
    assert drawn(service, initiative) == []


def test_a_sample_as_a_job(service: Service, initiative: str) -> None:
    told = {"soort": "steekproef", "aantal": 6, "toeval": 1.0, "zaad": 3}
    reply = service.client.post("/v1/taken", json=told, headers=service.as_("beheerder"))
    assert reply.status_code == 201, reply.text
    service.work()
    job = service.client.get(f"/v1/taken/{reply.json()['id']}", headers=service.as_("beheerder")).json()
    assert job["status"] == "klaar"
    assert job["uitkomst"] == {"getrokken": {"toeval": 6, "actief": 0}, "model": service.engine.loaded.model_version}
    assert len(drawn(service, initiative)) == 6
    with service.database.reading() as session:
        last = (
            session.execute(
                select(AuditEntry).where(AuditEntry.action == "steekproef.getrokken").order_by(AuditEntry.sequence.desc())
            )
            .scalars()
            .first()
        )
    assert last is not None and last.details["toeval"] == 6
    for wrong in ({"aantal": 0}, {"toeval": 1.5}, {"zaad": -1}):
        assert service.client.post("/v1/taken", json={**told, **wrong}, headers=service.as_("beheerder")).status_code == 400


def test_what_people_find_to_be_missed_is_a_flag_and_stays_one(service: Service, initiative: str) -> None:
    flag = one_drawn(service, initiative)
    assert judge(service, flag, oordeel="aangepast", soorten=["financieel"], zwaarte=1).status_code == 201
    assert row_of(service, flag["id"]).current
    read_again(service, initiative)
    row = row_of(service, flag["id"])
    assert row.current and (row.verdict, row.judged_kinds, row.sample) == ("aangepast", " financieel ", "toeval")
    assert flag["id"] in {one["id"] for one in listed(service, initiative, "actueel=true")}
    # whoever confirms it, confirms what that person said
    made = judge(service, flag, who="jurist", oordeel="bevestigd")
    assert made.status_code == 201 and (made.json()["soorten"], made.json()["zwaarte"]) == (["financieel"], 1)


@pytest.mark.parametrize("about", ["bepaling", "initiatief"])
def test_what_people_find_to_be_no_barrier_is_no_flag(service: Service, initiative: str, about: str) -> None:
    flag = one_drawn(service, initiative)
    made = judge(service, flag, oordeel="afgewezen", betreft=about)
    assert made.status_code == 201 and made.json()["betreft"] == about
    read_again(service, initiative)
    row = row_of(service, flag["id"])
    assert not row.current and row.verdict == "afgewezen"


def test_who_thinks_again_takes_the_flag_away(service: Service, initiative: str) -> None:
    flag = one_drawn(service, initiative)
    judge(service, flag, oordeel="aangepast", soorten=["verbod"], zwaarte=2)
    judge(service, flag, oordeel="afgewezen", betreft="bepaling")
    assert not row_of(service, flag["id"]).current


def test_a_drawn_clause_may_be_added_as_missed(service: Service, initiative: str) -> None:
    flag = one_drawn(service, initiative)
    told = {"verwijzing": flag["verwijzing"], "soorten": ["financieel"], "zwaarte": 1}
    address = f"/v1/initiatieven/{initiative}/signalen"
    made = service.client.post(address, json=told, headers=service.as_("beoordelaar"))
    assert made.status_code == 201 and made.json()["id"] == flag["id"] and made.json()["actueel"]
    assert service.client.post(address, json=told, headers=service.as_("beoordelaar")).status_code == 409


@pytest.mark.parametrize(
    ("told", "place"),
    [
        # nothing was suggested that could be confirmed
        ({"oordeel": "bevestigd"}, "soorten"),
        # who confirms speaks of no rejection
        ({"oordeel": "bevestigd", "soorten": ["verbod"], "betreft": "bepaling"}, "betreft"),
        ({"oordeel": "aangepast", "soorten": ["verbod"], "betreft": "bepaling"}, "betreft"),
        ({"oordeel": "afgewezen", "betreft": "alles"}, "betreft"),
    ],
)
def test_judgements_that_make_no_sense(service: Service, initiative: str, told: dict[str, Any], place: str) -> None:
    flag = one_drawn(service, initiative)
    reply = judge(service, flag, **told)
    assert reply.status_code == 400 and place in {problem["plek"] for problem in reply.json()["fouten"]}
    assert row_of(service, flag["id"]).judgements == 0


def test_the_page_of_a_drawn_clause_leads_nobody(service: Service, initiative: str) -> None:
    flag = one_drawn(service, initiative)
    tree = seen(service, f"/werk/{flag['id']}")
    words = words_of(tree)
    assert "Uit de steekproef" in words and "Geen model gaf dit signaal" in words
    assert "Kans" not in words and "%" not in words
    assert tree.xpath("//button[@value='afgewezen']") and tree.xpath("//button[@value='aangepast']")
    assert not tree.xpath("//button[@value='bevestigd']")
    # of a flag that a model gave both are there
    (given, *_) = listed(service, initiative, "steekproef=false")
    other = seen(service, f"/werk/{given['id']}")
    assert "%" in words_of(other) and other.xpath("//button[@value='bevestigd']")


def test_a_snapshot_tells_how_a_clause_came_before_whom_and_of_what_a_rejection_speaks(
    service: Service, initiative: str
) -> None:
    fill(service, 20)
    rows = drawn(service, initiative)
    random, active = (next(row for row in rows if row.sample == way.value) for way in (Way.RANDOM, Way.ACTIVE))
    (given, *_) = listed(service, initiative, "steekproef=false")
    judge(service, {"id": random.id}, oordeel="afgewezen", betreft="bepaling")
    judge(service, {"id": active.id}, oordeel="aangepast", soorten=["verbod"], zwaarte=2)
    judge(service, given, oordeel="afgewezen")
    today = now().date().isoformat()
    with service.database.reading() as session:
        told = {row.verwijzing: row for row in judged_rows(session) if row.initiatief == initiative}
    by_chance, chosen, flagged = (told[ref] for ref in (random.ref, active.ref, given["verwijzing"]))
    assert (by_chance.steekproef, by_chance.trekkans, by_chance.betreft) == ("toeval", random.inclusion, "bepaling")
    assert 0 < (by_chance.trekkans or 0) < 1 and by_chance.voorstel is None
    assert (chosen.steekproef, chosen.trekkans, chosen.betreft, chosen.soorten) == ("actief", None, "initiatief", ("verbod",))
    assert (flagged.steekproef, flagged.trekkans, flagged.betreft) == ("", None, "initiatief")
    assert {row.dag for row in told.values()} == {today}
    # and so it stands in the file
    reply = service.client.post("/v1/taken", json={"soort": "momentopname"}, headers=service.as_("beheerder"))
    service.work()
    job = service.client.get(f"/v1/taken/{reply.json()['id']}", headers=service.as_("beheerder")).json()["uitkomst"]
    file = service.settings.data / "momentopnamen" / f"{job['sha256']}.jsonl"
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    (line,) = [one for one in lines if one["initiatief"] == initiative and one["verwijzing"] == random.ref]
    assert (line["steekproef"], line["trekkans"], line["betreft"], line["dag"]) == (
        "toeval",
        random.inclusion,
        "bepaling",
        today,
    )


def test_what_a_model_makes_of_a_sample_is_told_after_the_judgement(service: Service, initiative: str) -> None:
    """As pages have it: nobody is to lean on it. Neither the order nor a filter gives it away."""
    fill(service, 6, share=1.0)
    near = [row for row in drawn(service, initiative) if row.p > 0]
    for flag in listed(service, initiative, "steekproef=true"):
        alone = service.client.get(f"/v1/signalen/{flag['id']}", headers=service.as_("jurist")).json()
        assert flag["kans"] is None and alone["kans"] is None
    assert near and listed(service, initiative, "steekproef=true&kansVanaf=0.0000001") == []
    told = [flag["kans"] for flag in listed(service, initiative, "sorteer=kans")]
    assert told[-6:] == [None] * 6 and None not in told[:-6] and told[:-6] == sorted(told[:-6], reverse=True)
    assert judge(service, {"id": near[0].id}, oordeel="afgewezen", betreft="bepaling").status_code == 201
    known = {flag["id"]: flag["kans"] for flag in listed(service, initiative, "steekproef=true")}
    assert known.pop(near[0].id) == near[0].p and set(known.values()) == {None}


def test_recall_is_told_once_enough_is_judged(service: Service, initiative: str) -> None:
    section = "//section[@aria-labelledby='praktijk']"
    fill(service, LEAST + 4, share=1.0)
    rows = drawn(service, initiative)

    def told() -> str:
        return words_of(public(service, "/modellen", who="beoordelaar"), section)

    # near and far in turns, so that both are judged
    rows = [row for pair in zip(rows[: len(rows) // 2], rows[len(rows) // 2 :], strict=True) for row in pair]
    for row in rows[: LEAST - 1]:
        assert judge(service, {"id": row.id}, oordeel="afgewezen", betreft="bepaling").status_code == 201
    few = told()
    assert f"Er zijn {LEAST - 1} bepalingen uit de steekproef beoordeeld en 5 wachten. Dat is nog te weinig" in few
    assert "naar schatting" not in few
    assert judge(service, {"id": rows[LEAST - 1].id}, oordeel="aangepast", soorten=["verbod"], zwaarte=1).status_code == 201
    enough = told()
    assert f"{LEAST} bepalingen die het model niet noemde, zijn beoordeeld. In 1 daarvan zagen mensen een belemmering" in enough
    assert "Er wachten nog 4." in enough
    with service.database.reading() as session:
        organisation = session.execute(select(Initiative.organisation_id).where(Initiative.id == initiative)).scalar()
        who = Actor(standing=ActorStanding.REVIEWER, user_id=service.users["beoordelaar"], organisation_id=organisation)
        recall = recall_of(session, who)
    assert recall.near is not None and recall.whole is not None and (recall.judged, recall.waiting, recall.missed) == (20, 4, 1)
    for (value, low, high), sentence in ((recall.near, "Van wat in de weg staat"), (recall.whole, "Over alle doorzochte")):
        assert 0 < low < value < high < 1
        assert sentence in enough and f"{round(100 * value)}% ({round(100 * low)}% tot {round(100 * high)}%)" in enough
    assert recall.whole[0] < recall.near[0], "what lies far is missed as well"
    # who may not see the initiative is told nothing, and neither is the public
    assert "naar schatting" not in words_of(public(service, "/modellen", who="beoordelaar-elders"), section)
    assert "naar schatting" not in words_of(public(service, "/modellen"), section)


@pytest.fixture
def empty(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[Database]:
    """Another empty database of the same kind."""
    url = (
        f"sqlite:///{tmp_path}/old.db"
        if database_url.startswith("sqlite")
        else request.getfixturevalue("postgresql").new_database()
    )
    database = Database(url)
    yield database
    database.close()


def written(connection: Any, name: str, /, **values: Any) -> None:
    """Insert a row as the tables are at that revision; columns that must have something and are not named get an empty value."""
    table = Table(name, MetaData(), autoload_with=connection)
    for column in table.columns:
        if column.nullable or column.server_default is not None or column.name in values or column.name == "sequence":
            continue
        kind = column.type
        values[column.name] = (
            False if isinstance(kind, Boolean) else now() if isinstance(kind, DateTime) else [] if isinstance(kind, JSON)
            else 0 if isinstance(kind, Integer | Numeric) else ""
        )  # fmt: skip
    connection.execute(table.insert().values(**values))


def test_a_database_of_before_keeps_its_rows(empty: Database) -> None:
    config = _config()
    with empty.engine.connect() as connection:
        config.attributes["connection"] = connection.execution_options(writing=True) if empty.is_sqlite else connection
        command.upgrade(config, "0001")
        connection.commit()
    assert revision(empty) == "0001" and newest() >= "0002"
    with empty.engine.connect() as connection:
        if empty.is_sqlite:
            connection = connection.execution_options(writing=True)
        assert "sample" not in Table("flags", MetaData(), autoload_with=connection).columns
        written(connection, "users", id="u1", role="beoordelaar", name="An", active=True)
        written(
            connection, "initiatives", id="i1", title_pseudonymised="Feest", municipality="Waterveen", status="gesignaleerd"
        )
        written(connection, "clause_texts", sha256="a" * 64, text="Het is verboden.")
        written(
            connection,
            "flags",
            id="f1",
            initiative_id="i1",
            ref="R/1",
            clause_sha256="a" * 64,
            p=0.7,
            current=True,
            verdict="afgewezen",
        )
        written(connection, "judgements", id="j1", flag_id="f1", user_id="u1", verdict="afgewezen")
        connection.commit()
    assert migrate(empty) == newest() == revision(empty)
    with empty.reading() as session:
        flag, judgement = session.execute(select(FlagRow)).scalar_one(), session.execute(select(Judgement)).scalar_one()
        assert (flag.id, flag.p, flag.current, flag.sample, flag.inclusion) == ("f1", 0.7, True, "", None)
        assert (judgement.id, judgement.verdict, judgement.about) == ("j1", "afgewezen", "initiatief")
        (row,) = judged_rows(session)
        assert (row.steekproef, row.trekkans, row.betreft, row.speaks_of_clause) == ("", None, "initiatief", False)
    # what was never to be changed is not to be changed now either
    with pytest.raises(DBAPIError, match="never changed"), empty.writing() as session:
        session.execute(text("UPDATE judgements SET verdict = 'bevestigd'"))
    assert migrate(empty) == newest(), "doing it again changes nothing"


BETTER, WORSE, UNKNOWN = "0.0.0-20260101000000", "0.0.0-20260102000000", "0.0.0-20260103000000"


@pytest.fixture
def commands(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Options of the commands for a service with three models that were trained here; one of them passed the gate."""
    url = f"sqlite:///{tmp_path}/service.db"
    monkeypatch.setenv("REGELRUIMTE_DATA", str(tmp_path / "data"))
    for version in (BETTER, WORSE, UNKNOWN):
        folder = tmp_path / "data" / TRAINED / version
        shutil.copytree(released_folder(), folder, ignore=shutil.ignore_patterns("evaluation"))
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        (folder / "manifest.json").write_text(json.dumps({**manifest, "version": version}), encoding="utf-8")
        if version != UNKNOWN:
            guard = Guard(name="frozen ece_kinds", champion=0.01, challenger=0.02, low=0.0, high=0.0, passed=version == BETTER)
            save_verdict(Verdict(champion=load_model().version, guards=(guard,), suspects=()), folder)
    database = Database(url)
    migrate(database)
    database.close()
    return ["--database-url", url, "--store", str(store)]


def history(commands: list[str], capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    capsys.readouterr()
    assert main(["models", "history", "--json", *commands], {}) == 0
    return [(one["version"], one["reason"]) for one in json.loads(capsys.readouterr().out)]


def test_models_are_put_to_work_and_back_by_command(commands: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    shipped = load_model().version
    assert main(["models", "history", *commands], {}) == 0
    assert "nobody chose a model" in capsys.readouterr().out
    assert main(["models", "rollback", *commands], {}) == 1
    assert capsys.readouterr().err.count("\n") == 1, "there is nothing to go back to"
    assert main(["models", "promote", BETTER, "--reason", "beter op zorgplicht", *commands], {}) == 0
    assert f"{BETTER} is put to work" in capsys.readouterr().out
    assert main(["models", "promote", BETTER, "--reason", "nog eens", *commands], {}) == 1
    assert "dient al" in capsys.readouterr().err
    assert history(commands, capsys) == [(BETTER, "beter op zorgplicht")]
    assert main(["models", "rollback", "--reason", "te veel afgewezen", *commands], {}) == 0
    assert f"{shipped} is back at work" in capsys.readouterr().out
    assert main(["models", "rollback", *commands], {}) == 0
    assert f"{BETTER} is back at work" in capsys.readouterr().out
    assert history(commands, capsys) == [
        (BETTER, "beter op zorgplicht"),
        (shipped, "te veel afgewezen"),
        (BETTER, "teruggezet"),
    ]
    assert main(["models", "history", *commands], {}) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3 and shipped in lines[1] and lines[1].endswith("te veel afgewezen")
    database = Database(commands[1])
    with database.reading() as session:
        told = session.execute(
            select(AuditEntry.subject).where(AuditEntry.action == "model.gekozen").order_by(AuditEntry.sequence)
        )
        assert list(told.scalars()) == [f"model:{BETTER}", f"model:{shipped}", f"model:{BETTER}"]
    database.close()


@pytest.mark.parametrize(
    ("version", "why"),
    [
        # it is worse on a measure
        (WORSE, "kwam niet door de poort"),
        # it never stood before the gate
        (UNKNOWN, "niet langs de poort geweest"),
        # there is no such model
        ("9.9.9", "bestaat niet"),
    ],
)
def test_a_model_that_did_not_pass_is_not_put_to_work(
    commands: list[str], version: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "promote", version, "--reason", "toch", *commands], {}) == 1
    told = capsys.readouterr()
    assert why in told.err and told.err.count("\n") == 1 and told.out == ""
    assert history(commands, capsys) == []


def test_a_model_that_passed_beside_another_champion_has_to_pass_again(
    commands: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_verdict(Verdict(champion="0.0.1", guards=(), suspects=()), tmp_path / "data" / TRAINED / BETTER)
    assert main(["models", "promote", BETTER, "--reason", "toch", *commands], {}) == 1
    assert "ander model gaan dienen" in capsys.readouterr().err
    assert history(commands, capsys) == []
