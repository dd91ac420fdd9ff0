"""The sample municipality as people meet it: a served Waterveen with initiatives, people and what they decided."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select, update

from corpus.adding import add_paths
from models.loading import released_folder
from service.api.access import COOKIE
from service.database.opening import Database
from service.database.tables import Initiative, InitiativeStatus, Role, User
from service.identity.accounts import add_token, add_user, open_session
from service.identity.actor import Scope
from service.identity.organisations import organisation_named
from service.identity.passwords import new_hash, new_link
from service.settings import settings_of
from service.work.model_choice import TRAINED
from tests.web.conftest import PASSWORD, SAMPLE, Launcher, free_port
from training.reviews.verdicts import Verdict, save_verdict

TOWN = "Waterveen"
INITIATIVES = [json.loads(line) for line in (SAMPLE / "initiatives.jsonl").read_text(encoding="utf-8").splitlines()]

PEOPLE: dict[str, tuple[str, Role]] = {
    "indiener": ("Fatma Aydin", Role.SUBMITTER),
    "beoordelaar": ("An de Vries", Role.REVIEWER),
    "collega": ("Bram Smit", Role.REVIEWER),
    "jurist": ("Jetta Meijer", Role.LAWYER),
    "beheerder": ("Omar Haddad", Role.ADMINISTRATOR),
    "dienstbeheerder": ("Nora Prins", Role.ADMINISTRATOR),  # of the whole service
}
OTHER_MODEL = "0.0.0-20261120101500"
JUDGED = slice(2, 8)
"""Initiatives that were judged already; those before are open work."""


@dataclass(kw_only=True)
class Site:
    """A running service, and the way into it."""

    url: str
    database_url: str
    cookies: dict[str, str] = field(default_factory=dict)  # secret of a session, by who
    tokens: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)  # what stands between braces in an address

    def at(self, address: str) -> str:
        """The whole address of a page."""
        return self.url + address.format(**self.places)

    def ask(self, method: str, path: str, who: str, body: Any = None, **headers: str) -> Any:
        """Ask the interface as someone; what it answers."""
        told = {"Authorization": f"Bearer {self.tokens[who]}", **headers}
        reply = httpx.request(method, self.url + path, json=body, headers=told, timeout=60)
        reply.raise_for_status()
        return reply.json() if reply.content else None


@contextmanager
def sample_site(folder: Path) -> Iterator[Site]:
    """Serve Waterveen from a folder until the block ends."""
    add_paths([SAMPLE / "regelingen", _earlier(folder)], store=folder / "store", workers=1)
    _other_model(folder / "data" / TRAINED / OTHER_MODEL)
    launcher = Launcher(folder=folder, store=folder / "store")
    database_url, port = f"sqlite:///{folder / 'service.db'}", free_port()
    try:
        process = launcher.serve(database_url, port=port, REGELRUIMTE_PUBLIC_URL=f"http://127.0.0.1:{port}")
        process.ready(seconds=300)
        site = Site(url=process.url, database_url=database_url)
        database = Database(database_url)
        _people(site, database)
        _initiatives(site, database)
        _judgements(site)
        _states(site, database)
        database.close()
        yield site
    finally:
        launcher.end()


def _earlier(folder: Path) -> Path:
    """The bylaw of the town as it might have been a year before: versions are there to compare."""
    text = (SAMPLE / "regelingen" / "apv-waterveen.xml").read_text(encoding="utf-8")
    for now, before in (("2024-02-01", "2023-02-01"), ("honderd", "vijftig"), ("de burgemeester", "het college")):
        text = text.replace(now, before)
    path = folder / "apv-waterveen-eerder.xml"
    path.write_text(text, encoding="utf-8")
    return path


def _other_model(folder: Path) -> None:
    """A model that was trained here, a little worse than the one that serves: there is something to choose."""
    shutil.copytree(released_folder(), folder, ignore=shutil.ignore_patterns("evaluation"))
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    shipped, manifest["version"] = manifest["version"], OTHER_MODEL
    manifest["measured"]["clauses"]["macro_f1_barriers"] -= 0.1
    path.write_text(json.dumps(manifest), encoding="utf-8")
    save_verdict(Verdict(champion=shipped, guards=(), suspects=()), folder)


def _people(site: Site, database: Database) -> None:
    settings = settings_of(database_url=site.database_url)
    password = new_hash(PASSWORD)
    with database.writing() as session:
        town = organisation_named(session, TOWN)
        for who, (name, role) in PEOPLE.items():
            user = add_user(
                session,
                name=name,
                role=role,
                email=f"{who}@waterveen.example",
                password_hash=password,
                organisation=None if who == "dienstbeheerder" else town,
                by="systeem",
            )
            site.cookies[who], _ = open_session(session, user, settings)
            site.tokens[who], _ = add_token(session, user, name="proef", scopes=list(Scope), days=1, by="systeem")


def _initiatives(site: Site, database: Database) -> None:
    """Submit all; the first two by someone with an account, the rest with a secret link."""
    for number, story in enumerate(INITIATIVES):
        told = {name: story[name] for name in ("titel", "omschrijving")} | {"gemeente": TOWN}
        who = {"Authorization": f"Bearer {site.tokens['indiener']}"} if number == 1 else {}
        reply = httpx.post(f"{site.url}/v1/initiatieven", json=told, headers=who, timeout=60)
        reply.raise_for_status()
        site.places[f"initiatief_{number}"] = reply.json()["initiatief"]["id"]
        site.places[f"geheim_{number}"] = reply.json()["geheimeLink"]
    end = time.monotonic() + 120
    while time.monotonic() < end:
        rows = site.ask("GET", "/v1/initiatieven?status=gesignaleerd&limiet=200", "dienstbeheerder")["resultaten"]
        if len(rows) == len(INITIATIVES):
            return
        time.sleep(0.2)
    raise AssertionError("not all initiatives were read")


def _judgements(site: Site) -> None:
    """Two reviewers judge the same flags and do not always agree; a lawyer decided one of those."""
    for number in range(len(INITIATIVES))[JUDGED]:
        flags = site.ask("GET", f"/v1/initiatieven/{site.places[f'initiatief_{number}']}/signalen?limiet=6", "beoordelaar")
        for place, flag in enumerate(flags["resultaten"]):
            for who in ("beoordelaar", "collega"):
                differs = who == "collega" and place % 3 == 2
                told: dict[str, Any] = {"oordeel": "afgewezen" if (place == 4) != differs else "bevestigd"}
                if differs:
                    told["toelichting"] = "Dit geldt hier niet: het gaat om een klein evenement."
                elif place == 1 and who == "collega":
                    told = {"oordeel": "aangepast", "soorten": ["meldingsplicht"], "zwaarte": 1}
                site.ask("POST", f"/v1/signalen/{flag['id']}/beoordelingen", who, told)
            if place == 2:
                site.places.setdefault("verschil", flag["id"])
    open_flags = site.ask("GET", f"/v1/initiatieven/{site.places['initiatief_0']}/signalen?limiet=50", "beoordelaar")
    site.places["ander_model"] = OTHER_MODEL
    site.places["model"] = site.ask("GET", "/v1/modellen", "beoordelaar")["resultaten"][0]["versie"]
    site.places["signaal"] = open_flags["resultaten"][0]["id"]
    site.places["te_beoordelen"] = open_flags["resultaten"][1]["id"]
    site.places["beoordeeld"] = flags["resultaten"][0]["id"]
    site.places["verwijzing"] = open_flags["resultaten"][0]["verwijzing"]
    asked = httpx.get(f"{site.url}/praktijk/ruimte", cookies={COOKIE: site.cookies["beoordelaar"]}, timeout=60).text
    site.places["gebruikt"] = re.findall(r"/praktijk/ruimte/([0-9a-f-]{36})", asked)[0]
    site.places["regeling"] = site.places["verwijzing"].partition("/")[0]


def _states(site: Site, database: Database) -> None:
    """What an initiative can come to: waiting, withdrawn, erased; and a link for a new password."""
    waiting, withdrawn, erased = (site.places[f"initiatief_{number}"] for number in (8, 9, 10))
    site.ask("PATCH", f"/v1/initiatieven/{withdrawn}", "dienstbeheerder", {"status": "ingetrokken"}, **{"If-Match": "*"})
    site.ask("DELETE", f"/v1/initiatieven/{erased}", "dienstbeheerder", **{"If-Match": "*"})
    with database.writing() as session:
        # Reading takes a moment only, so nobody can be sure to see it: put back to where it was before.
        put_back = update(Initiative).where(Initiative.id == waiting).values(status=InitiativeStatus.SUBMITTED.value)
        session.execute(put_back)
        user = session.execute(select(User).where(User.email == "collega@waterveen.example")).scalar_one()
        site.places["wachtwoordlink"], _ = new_link(session, user, by="systeem")
    for place, number in (("wachtend", 8), ("ingetrokken", 9), ("gewist", 10), ("klaar", 0), ("bekeken", 3)):
        site.places[place] = site.places[f"geheim_{number}"]
