"""Models as people see them, and putting another one to work."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import lxml.html
import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from models.loading import load_model, released_folder
from service.api.application import create_app
from service.clock import now
from service.database.tables import AuditEntry, FlagRow, Initiative
from service.engine import Engine
from service.settings import Settings, settings_of
from service.work import audit
from service.work.beyond_chance import FEWEST, LEAST, stability_index
from service.work.model_choice import TRAINED, choice_file, choices, known_models, serving_folder
from tests.web.conftest import UNLIMITED, Service
from tests.web.test_pages_law import links_of, seen, words_of
from training.reviews.verdicts import Verdict, save_verdict

OTHER = "0.0.0-20261120101500"


def test_everybody_sees_how_good_the_model_is(service: Service) -> None:
    tree = seen(service, "/modellen")
    version = service.engine.loaded.model_version
    assert f"Het model in gebruik: {version}" in words_of(tree)
    manifest = json.loads((released_folder() / "manifest.json").read_text(encoding="utf-8"))
    f1 = f"{manifest['measured']['clauses']['macro_f1_barriers']:.3f}".replace(".", ",")
    row = next(row for row in tree.xpath("//section[@aria-labelledby='kwaliteit']//tr") if "(macro-F1)" in row.text_content())
    value, interval, readers = (cell.text_content() for cell in row.xpath("td"))
    assert value == f1
    low, _, high = interval.partition(" tot ")
    assert low < value < high < readers
    assert len(tree.xpath("//section[@aria-labelledby='ijking']//circle")) == 10
    assert len(tree.xpath("//section[@aria-labelledby='leren']//circle")) == 4
    against = json.loads((released_folder() / "evaluation/quality.json").read_text(encoding="utf-8"))["against"]
    assert f"Vergeleken met versie {against['version']}" in words_of(tree, "//section[@aria-labelledby='veranderd']")
    assert "nog niet gemeten" in words_of(tree, "//section[@aria-labelledby='praktijk']")
    assert "zien medewerkers" in words_of(tree, "//section[@aria-labelledby='praktijk']")
    one = seen(service, f"/modellen/{version}?taal=en")
    assert one.xpath("string(//h1)") == f"Model {version}"
    assert seen(service, "/modellen/9.9.9", status=404).xpath("string(//h1)") == "Niet gevonden"


def test_small_deviations_are_not_rounded_away(service: Service) -> None:
    measured = json.loads((released_folder() / "manifest.json").read_text(encoding="utf-8"))["measured"]["clauses"]["ece_kinds"]
    assert 0 < measured < 0.01
    assert f"{measured:.3f}".replace(".", ",") in words_of(
        seen(service, "/modellen"), "//section[@aria-labelledby='kwaliteit']"
    )


def test_staff_see_the_model_in_practice(service: Service) -> None:
    first, second = ([service.submit()[0] for _ in range(FEWEST)] for _ in range(2))
    section = "//section[@aria-labelledby='praktijk']"
    assert "te weinig signalen om nu" in words_of(seen(service, "/modellen", who="beoordelaar"), section)
    with service.database.writing() as session:
        session.execute(update(Initiative).where(Initiative.id.in_(first)).values(created=now() - timedelta(days=200)))
        flags = session.execute(select(FlagRow.id).where(FlagRow.initiative_id.in_(second))).scalars().all()
    assert len(flags) >= LEAST
    assert "verdeeld zoals eerder" in words_of(seen(service, "/modellen", who="beoordelaar"), section)
    assert "te weinig signalen beoordeeld" in words_of(seen(service, "/modellen", who="beoordelaar"), section)
    with service.database.writing() as session:
        session.execute(update(FlagRow).where(FlagRow.id.in_(flags[: LEAST // 3])).values(verdict="afgewezen"))
        session.execute(update(FlagRow).where(FlagRow.id.in_(flags[LEAST // 3 : LEAST])).values(verdict="bevestigd"))
    told = words_of(seen(service, "/modellen", who="beoordelaar"), section)
    assert f"Mensen wezen 33% van {LEAST} beoordeelde signalen af" in told
    # another organisation sees nothing of it
    assert "0 signalen van de laatste 90 dagen, 0 van daarvoor; 0 zijn beoordeeld" in words_of(
        seen(service, "/modellen", who="beoordelaar-elders"), section
    )


def test_a_choice_that_cannot_be_written_down_changes_nothing(choosing: Choosing, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("INSERT", None, Exception("full"))

    monkeypatch.setattr(audit, "record", fail)
    assert choosing.post(OTHER, "Dit wordt niet vastgelegd.") == 503
    assert choices(choosing.settings) == []
    assert not choosing.engine.changed()


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        # alike
        ([0.5, 0.5], [0.5, 0.5], 0.0, 0.0),
        # by hand: (0.6 - 0.5) ln(0.6 / 0.5) + (0.4 - 0.5) ln(0.4 / 0.5)
        ([0.6, 0.4], [0.5, 0.5], 0.0405, 0.0406),
        # turned round: large, and not infinite
        ([1.0, 0.0], [0.0, 1.0], 0.25, 20.0),
    ],
)
def test_stability_index(one: list[float], other: list[float], low: float, high: float) -> None:
    assert low <= stability_index(one, other) <= high


@dataclass
class Choosing:
    """A service that has a second model, at a browser."""

    service: Service
    settings: Settings
    engine: Engine
    client: TestClient

    def post(self, version: str, reason: str, *, who: str = "beheerder") -> int:
        address = f"/modellen/{version}/inzetten"
        reply = self.client.post(address, data={"reden": reason}, headers=self.service.as_(who), follow_redirects=False)
        return int(reply.status_code)


@pytest.fixture
def choosing(service: Service, store: Path, tmp_path: Path) -> Iterator[Choosing]:
    shutil.copytree(store, tmp_path / "store")
    folder = tmp_path / "data" / TRAINED / OTHER
    shutil.copytree(released_folder(), folder, ignore=shutil.ignore_patterns("evaluation"))
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["version"] = OTHER
    manifest["measured"]["clauses"]["macro_f1_barriers"] -= 0.1
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    save_verdict(Verdict(champion=load_model().version, guards=(), suspects=()), folder)
    told = {**service.settings.model_dump(), "store": tmp_path / "store", "data": tmp_path / "data", **UNLIMITED}
    settings = settings_of(**told)
    engine = Engine(settings)
    engine.load()
    app = create_app(settings, engine=engine, run_jobs=False)
    with TestClient(app, base_url="http://localhost:8000", raise_server_exceptions=False) as client:
        yield Choosing(service=service, settings=settings, engine=engine, client=client)


def test_an_administrator_puts_a_model_to_work_and_goes_back(choosing: Choosing) -> None:
    shipped = choosing.engine.loaded.model_version
    made = choosing.engine.loaded.made
    page = choosing.client.get(f"/modellen/{OTHER}/inzetten", headers=choosing.service.as_("beheerder"))
    tree = lxml.html.fromstring(page.text)
    assert "slechter dan het model van nu" in words_of(tree)
    assert choosing.post(OTHER, "") == 400
    assert choosing.post(OTHER, "x" * 501) == 400
    assert choices(choosing.settings) == []
    assert choosing.post(OTHER, "Proef met nieuwe beoordelingen.") == 303
    assert choosing.engine.changed()
    choosing.engine.load()
    assert choosing.engine.loaded.model_version == OTHER
    assert choosing.post(OTHER, "Nog eens.") == 409
    assert choosing.post(shipped, "Het nieuwe model mist vergunningen.") == 303
    choosing.engine.load()
    assert choosing.engine.loaded.model_version == shipped
    # going back counts as newer than what it undoes: initiatives are read again
    assert choosing.engine.loaded.made[0] > made[0]
    assert [one.version for one in choices(choosing.settings)] == [OTHER, shipped]
    with choosing.service.database.reading() as session:
        entries = session.execute(select(AuditEntry).where(AuditEntry.action == "model.gekozen").order_by(AuditEntry.sequence))
        told = [(entry.subject, entry.details["reden"]) for entry in entries.scalars()][-2:]
    assert told == [
        (f"model:{OTHER}", "Proef met nieuwe beoordelingen."),
        (f"model:{shipped}", "Het nieuwe model mist vergunningen."),
    ]
    shown = lxml.html.fromstring(choosing.client.get("/modellen", headers=choosing.service.as_("beheerder")).text)
    assert "Proef met nieuwe beoordelingen." in words_of(shown)
    assert links_of(shown)[f"Terug naar {OTHER}"] == f"/modellen/{OTHER}/inzetten"
    everybody = lxml.html.fromstring(choosing.client.get("/modellen").text)
    assert "Proef met nieuwe beoordelingen." not in words_of(everybody)


@pytest.mark.parametrize("who", ["indiener", "beoordelaar", "jurist", "beheerder-elders"])
def test_nobody_else_chooses(choosing: Choosing, who: str) -> None:
    assert choosing.post(OTHER, "Omdat het kan.", who=who) == 403
    assert choosing.client.get(f"/modellen/{OTHER}/inzetten", headers=choosing.service.as_(who)).status_code == 403
    assert choices(choosing.settings) == []


def test_a_damaged_model_is_not_offered_and_one_that_went_does_not_serve(choosing: Choosing) -> None:
    assert choosing.post(OTHER, "Proef.") == 303
    folder = choosing.settings.data / TRAINED / OTHER
    assert serving_folder(choosing.settings) == folder
    (folder / "words.safetensors").write_bytes(b"damaged")
    assert [one.version for one in known_models(choosing.settings, serving="")] == [
        choosing.service.engine.loaded.model_version
    ]
    choosing.engine.load()
    assert choosing.engine.problem == ""  # the old one goes on
    shutil.rmtree(folder)
    assert serving_folder(choosing.settings) == released_folder()
    choice_file(choosing.settings).write_text("{", encoding="utf-8")
    assert choices(choosing.settings) == []
