"""Alarms: on the models page and at /metrics, of rows that people made, on either database."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select, update

from service.api import measures
from service.clock import now
from service.database.tables import (
    Anchor,
    ClauseText,
    FlagRow,
    Initiative,
    InitiativeStatus,
    Judgement,
    Suggestion,
    User,
    Verdict,
)
from service.identity.organisations import organisation_named
from service.pages.texts import LANGUAGES, texts
from service.work import model_drift, recall, watching
from service.work.sampling import NEAR_BY
from service.work.watching import EVERYBODY, SHIFTS, Code, Severity, alarms, watch
from tests.web.conftest import CHECKOUT, Service
from tests.web.test_measures import client_at
from tests.web.test_pages_law import seen, words_of

OLD = "0.0.1-20250101120000"
SECTION = "//section[@aria-labelledby='alarmen']"
OPERATING = (CHECKOUT / "docs/operating.md").read_text(encoding="utf-8")


@dataclass
class Rows:
    """Makes initiatives with flags that a model gave and people judged."""

    service: Service
    made: int = 0

    @property
    def version(self) -> str:
        return self.service.engine.loaded.model_version

    def add(
        self,
        initiatives: int,
        *,
        flags: int = 10,
        model: str = "",
        organisation: str = "Waterveen",
        days: int = 1,
        rejected: Callable[[int], bool] | None = None,
        activities: Callable[[int], list[str]] = lambda _: ["markt"],
        p: float = 0.5,
        length: int = 800,
        sample: str = "",
    ) -> None:
        """Initiatives of so many days ago; ``rejected``: which of the flags of each are; None for not judged."""
        moment = now() - timedelta(days=days)
        version = model or self.version
        with self.service.database.writing() as session:
            if session.get(ClauseText, "0" * 64) is None:
                session.add(ClauseText(sha256="0" * 64, text="Het is verboden.", heading=""))
            owner = organisation_named(session, organisation)
            reviewer = session.execute(select(User).where(User.id == self.service.users["beoordelaar"])).scalar_one()
            for number in range(initiatives):
                initiative = Initiative(
                    organisation_id=owner.id,
                    title_pseudonymised="Markt",
                    story_pseudonymised="x" * length,
                    municipality=organisation,
                    day="",
                    status=InitiativeStatus.FLAGGED.value,
                    keep_until=now() + timedelta(days=9),
                    activities=[{"code": code, "name": code, "p": 0.9, "evidence": []} for code in activities(number)],
                    model_version=self.version,
                    created=moment,
                    changed=moment,
                )
                session.add(initiative)
                session.flush()
                for place in range(flags):
                    self.made += 1
                    judged = rejected is not None
                    verdict = (Verdict.REJECTED if rejected(place) else Verdict.CONFIRMED).value if rejected else ""
                    flag = FlagRow(
                        initiative_id=initiative.id,
                        ref=f"X/artikel-{self.made}",
                        anchor_ref=f"X/artikel-{self.made}",
                        regulation_id="X",
                        version_date="2024-01-01",
                        anchor_version="2024-01-01",
                        anchor=Anchor.UNCHANGED.value,
                        clause_sha256="0" * 64,
                        quote="Het is verboden.",
                        p=p,
                        current=not sample,
                        verdict=verdict,
                        sample=sample,
                        inclusion=0.1 if sample else None,
                        stratum=NEAR_BY if sample else "",
                        pool=10 * flags * initiatives if sample else 0,
                        framed=initiatives if sample else 0,
                        created=moment,
                    )
                    session.add(flag)
                    session.flush()
                    suggestion = None
                    if not sample:
                        suggestion = Suggestion(
                            flag_id=flag.id,
                            model_version=version,
                            corpus="0" * 64,
                            clause_sha256="0" * 64,
                            content={"p": p, "kinds": ["verbod"]},
                            created=moment,
                        )
                        session.add(suggestion)
                        session.flush()
                    if judged:
                        session.add(
                            Judgement(
                                flag_id=flag.id,
                                suggestion_id=suggestion.id if suggestion else None,
                                user_id=reviewer.id,
                                verdict=verdict,
                                kinds=[],
                                strength=0,
                                evidence=[],
                                created=moment,
                            )
                        )

    def codes(self) -> set[Code]:
        """Alarms of the whole service."""
        with self.service.database.reading() as session:
            return {one.code for one in alarms(session, None, self.version)}


@pytest.fixture
def rows(service: Service) -> Rows:
    """A service in which nothing is left of what was told: judgements are never removed, but erased initiatives do not count."""
    with service.database.writing() as session:
        session.execute(update(Initiative).values(status=InitiativeStatus.ERASED.value))
    return Rows(service)


def measured(service: Service) -> dict[tuple[str, ...], float]:
    """Measures of a process that measured nothing yet: name and values of labels → value."""
    with client_at(service, "127.0.0.1") as client:
        told = client.get("/metrics").text
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(told)
        for sample in family.samples
    }


def test_at_first_there_is_no_alarm(rows: Rows) -> None:
    assert "Er is geen alarm" in words_of(seen(rows.service, "/modellen", who="beoordelaar"), SECTION)
    found = measured(rows.service)
    assert {code for name, code, *_ in (key for key in found if key[0] == "regelruimte_model_alarm")} == set(Code)
    assert all(found["regelruimte_model_alarm", code, rows.version] == 0 for code in Code)
    assert not any(
        key[0] in ("regelruimte_model_shift", "regelruimte_inputs_shift", "regelruimte_rejection_share") for key in found
    )


def test_only_staff_see_alarms_and_only_of_the_model_that_serves(rows: Rows) -> None:
    for who in ("", "indiener"):
        assert not seen(rows.service, "/modellen", who=who).xpath(SECTION)
    assert seen(rows.service, f"/modellen/{rows.version}", who="beoordelaar").xpath(SECTION)


def test_a_model_that_got_worse_is_named(rows: Rows) -> None:
    rows.add(12, model=OLD, days=200, rejected=lambda place: place < 3)
    rows.add(12, rejected=lambda place: place < 4)
    assert Code.WORSE not in rows.codes()  # 40 % beside 30 % of 120 each may be chance
    rows.add(12, rejected=lambda _: True)
    assert Code.WORSE in rows.codes()
    told = words_of(seen(rows.service, "/modellen", who="beoordelaar"), SECTION)
    assert f"Model {rows.version} is slechter dan model {OLD}: mensen wijzen 70% van 240 signalen af tegen 30% van 120" in told
    english = words_of(seen(rows.service, "/modellen?taal=en", who="beoordelaar"), SECTION)
    assert f"Model {rows.version} is worse than model {OLD}: people reject 70% of 240 flags against 30% of 120" in english
    found = measured(rows.service)
    assert found["regelruimte_model_alarm", Code.WORSE, rows.version] == 1
    assert found["regelruimte_rejection_share", rows.version] == 0.7
    assert found["regelruimte_rejection_share", OLD] == 0.3
    # what others judged is nobody's business elsewhere
    elsewhere = words_of(seen(rows.service, "/modellen", who="beoordelaar-elders"), SECTION)
    assert "Er is geen alarm" in elsewhere
    assert OLD not in elsewhere and "240" not in elsewhere


def test_what_was_taken_back_or_judged_again_counts_as_it_stands(rows: Rows) -> None:
    rows.add(12, model=OLD, days=200, rejected=lambda place: place < 3)
    rows.add(24, rejected=lambda _: True)
    with rows.service.database.writing() as session:
        own = select(Judgement).join(Suggestion, Suggestion.id == Judgement.suggestion_id)
        judged = session.execute(own.where(Suggestion.model_version == rows.version)).scalars().all()
        for number, one in enumerate(judged):
            told = {"kinds": [], "strength": 0, "evidence": [], "user_id": one.user_id, "created": now()}
            back = number % 2 == 0
            verdict = Verdict.TAKEN_BACK if back else Verdict.CONFIRMED
            session.add(
                Judgement(
                    flag_id=one.flag_id,
                    suggestion_id=one.suggestion_id,
                    takes_back=one.id if back else None,
                    verdict=verdict.value,
                    **told,
                )
            )
    with rows.service.database.reading() as session:
        found = watch(session, None, rows.version)
    assert found.rejected == {rows.version: 0.0, OLD: 0.3}
    assert Code.WORSE not in {one.code for one in found.alarms}


def test_the_model_before_is_the_one_that_read_last(rows: Rows) -> None:
    """After going back to an older model too; one of which too little was judged is passed over."""
    rows.add(12, rejected=lambda place: place < 5, days=100)
    rows.add(12, model="0.0.2", rejected=lambda place: place < 3)
    rows.add(1, model="0.0.3", rejected=lambda place: place < 3)
    rows.add(12, rejected=lambda place: place < 5)
    with rows.service.database.reading() as session:
        assert set(watch(session, None, rows.version).rejected) == {rows.version, "0.0.2"}


def test_more_rejections_of_the_same_model(rows: Rows) -> None:
    rows.add(15, days=200, rejected=lambda place: place < 4)
    rows.add(15, rejected=lambda place: place < 4)
    assert Code.REJECTED_MORE not in rows.codes()
    rows.add(15, rejected=lambda _: True)
    assert Code.REJECTED_MORE in rows.codes()
    assert "Mensen wijzen nu meer signalen" in words_of(seen(rows.service, "/modellen", who="jurist"), SECTION)


@pytest.mark.parametrize(("p", "code"), [(0.9, Code.TOO_SURE), (0.5, None), (0.1, Code.TOO_UNSURE)])
def test_claims_against_what_people_confirm(rows: Rows, p: float, code: Code | None) -> None:
    rows.add(14, p=p, rejected=lambda place: place % 2 == 0)
    assert rows.codes() & {Code.TOO_SURE, Code.TOO_UNSURE} == ({code} if code else set())


def test_other_stories_and_other_probabilities(rows: Rows) -> None:
    def mixed(number: int) -> list[str]:
        return [["markt"], ["moestuin"], ["markt", "muziek"]][number % 3]

    rows.add(40, days=200, flags=2, activities=mixed, p=0.3)
    rows.add(40, flags=2, activities=mixed, p=0.3)
    assert rows.codes() == set()
    found = measured(rows.service)
    assert found["regelruimte_model_shift",] == 0
    assert found["regelruimte_inputs_shift", "activities"] < 0.1
    assert found["regelruimte_inputs_shift", "length"] == 0
    rows.add(120, flags=2, activities=lambda number: ["zonneveld"] if number % 2 else [], p=0.8, length=5000)
    assert rows.codes() == {Code.ACTIVITIES, Code.NO_ACTIVITY, Code.LENGTH, Code.SCORES}
    told = words_of(seen(rows.service, "/modellen", who="beheerder"), SECTION)
    assert "In 38% van 160 nieuwe initiatieven vond het model geen activiteit; eerder was dat 0% van 40" in told
    found = measured(rows.service)
    assert found["regelruimte_model_shift",] > 0.25
    assert found["regelruimte_inputs_shift", "activities"] > 0.25
    assert found["regelruimte_inputs_shift", "length"] > 0.25


def test_what_another_model_read_says_nothing_of_the_stories(rows: Rows) -> None:
    rows.add(40, days=200, flags=1)
    rows.add(40, flags=1, activities=lambda _: ["zonneveld"])
    assert Code.ACTIVITIES in rows.codes()
    with rows.service.database.writing() as session:
        before = Initiative.created < now() - timedelta(days=90)
        session.execute(update(Initiative).where(before).values(model_version=OLD))
    assert rows.codes() == set()


def test_a_model_that_misses_most(rows: Rows) -> None:
    rows.add(6, flags=4, rejected=lambda _: True)
    rows.add(6, flags=9, sample="toeval", rejected=lambda place: place < 3)
    assert Code.MISSES in rows.codes()
    assert "mist te veel" in words_of(seen(rows.service, "/modellen", who="beoordelaar"), SECTION)


def test_the_page_asks_for_recall_once(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    rows.add(6, flags=9, sample="toeval", rejected=lambda place: place < 3)
    asked, found = [], recall._found

    def counting(*words: object) -> object:
        asked.append(words)
        return found(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(recall, "_found", counting)
    seen(rows.service, "/modellen", who="beoordelaar")
    assert len(asked) == 1
    assert rows.codes() is not None and len(asked) == 2, "who asks for alarms alone has it asked as well"


def test_the_page_takes_chance_into_account_as_the_alarm_does(rows: Rows) -> None:
    """Flags of one initiative are alike, so of few initiatives chance makes a large shift."""
    for days, p, number in ((200, 0.3, 3), (200, 0.8, 3), (1, 0.3, 4), (1, 0.8, 1)):
        rows.add(number, days=days, flags=10, p=p)
    section = "//section[@aria-labelledby='praktijk']"
    assert rows.codes() == set()
    told = words_of(seen(rows.service, "/modellen", who="beoordelaar"), section)
    assert "kan dat toeval zijn" in told and "50 signalen van de laatste 90 dagen, 60 van daarvoor" in told
    for days, p in ((200, 0.8), (1, 0.3)):
        rows.add(40, days=days, flags=10, p=p)
    assert rows.codes() == {Code.SCORES}
    assert "meer dan toeval" in words_of(seen(rows.service, "/modellen", who="beoordelaar"), section)


def test_questions_are_bounded(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    rows.add(20, days=200, rejected=lambda _: False)
    rows.add(20, rejected=lambda _: True)
    monkeypatch.setattr(watching, "MOST_JUDGED", 40)
    monkeypatch.setattr(model_drift, "MOST_INITIATIVES", 3)
    with rows.service.database.reading() as session:
        found = watch(session, None, rows.version)
        assert len(watching._judged(session, EVERYBODY)) == 40
    assert found.rejected == {rows.version: 1.0}  # the newest
    assert (found.scores_shift, found.inputs_shift) == (None, {})  # of three nothing is said


def test_alarms_are_looked_for_less_often_than_rows_are_counted(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    collect = measures._Watched.collect

    def counting(one: measures._Watched) -> object:
        asked.append(time.monotonic())
        return collect(one)

    monkeypatch.setattr(measures._Watched, "collect", counting)
    monkeypatch.setattr(measures, "FRESH_SECONDS", -1.0)
    with client_at(rows.service, "127.0.0.1") as client:
        client.get("/metrics")
        once = len(asked)
        assert "regelruimte_model_alarm" in client.get("/metrics").text
        assert len(asked) == once
        monkeypatch.setattr(measures, "WATCHED_SECONDS", -1.0)
        client.get("/metrics")
    assert len(asked) == 2 * once


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_alarm_has_its_sentence(language: str) -> None:
    t = texts(language)  # type: ignore[arg-type]
    assert all(t.has(f"models-alarm-{code}") for code in Code)


def test_what_makes_a_model_worse_is_serious() -> None:
    serious = {
        code for code in Code if watching.Alarm(code=code, version="1", value=1, bound=0, count=1).severity is Severity.SERIOUS
    }
    assert serious == {Code.REJECTED_MORE, Code.WORSE, Code.TOO_SURE, Code.MISSES}
    assert not serious & SHIFTS


def test_the_guide_names_every_measure_and_every_alarm(rows: Rows) -> None:
    with client_at(rows.service, "127.0.0.1") as client:
        told = client.get("/metrics").text
    names = set(re.findall(r"^# TYPE (regelruimte_\w+)", told, flags=re.MULTILINE))
    assert {name for name in names if name not in OPERATING and not name.endswith("_created")} == set()
    assert {code for code in Code if f"`{code}`" not in OPERATING} == set()


def test_the_rules_of_the_guide_ask_for_measures_that_exist(rows: Rows) -> None:
    with client_at(rows.service, "127.0.0.1") as client:
        told = client.get("/metrics").text
    block = next(part for part in re.findall(r"```yaml\n(.*?)```", OPERATING, flags=re.DOTALL) if "alert:" in part)
    rules = [rule for group in yaml.safe_load(block)["groups"] for rule in group["rules"]]
    assert {"RegelruimteModelWorse", "RegelruimteModelAlarm"} <= {rule["alert"] for rule in rules}
    for rule in rules:
        assert rule["annotations"]["summary"] and rule["for"]
        assert all(f"# TYPE {name} gauge" in told for name in re.findall(r"regelruimte_\w+", rule["expr"])), rule["expr"]
        assert set(re.findall(r'code="([^"]+)"', rule["expr"])) <= set(Code)
