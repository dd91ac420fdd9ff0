"""The command line as people use it: one sentence on standard error, exit codes 0, 1 and 2, no traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from service.command_line import build_parser, main

CHECKOUT = Path(__file__).resolve().parents[2]
SAMPLE = CHECKOUT / "corpus/sample"
CLAUSE = {
    "ref": "X1/artikel-1",
    "title": "Proefregeling",
    "level": "gemeente",
    "heading": "Feest",
    "text": "Het is verboden zonder vergunning van de burgemeester een evenement te houden.",
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample municipality in a store."""
    folder = tmp_path_factory.mktemp("store") / "S"
    assert main(["corpus", "add", str(SAMPLE / "regelingen"), "--store", str(folder)], {}) == 0
    return folder


def commands() -> list[list[str]]:
    found: list[list[str]] = []

    def walk(parser: object, words: list[str]) -> None:
        children = [a for a in parser._actions if hasattr(a, "choices") and isinstance(a.choices, dict)]  # type: ignore[attr-defined]
        if not children:
            found.append(words)
        for action in children:
            for name, child in action.choices.items():
                walk(child, [*words, name])

    walk(build_parser(), [])
    return found


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_helps_with_an_example(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "--help"], {}) == 0
    out = capsys.readouterr().out
    assert f"example:\n  regelruimte {' '.join(words)}" in out


@pytest.mark.parametrize("words", [[], ["nonsense"], ["corpus"], ["corpus", "add"], ["flag", "x.json"], ["corpus", "list"]])
def test_a_wrong_command_is_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words, {}) == 2
    assert "usage:" in capsys.readouterr().err


def test_list_show_search_verify(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["corpus", "list", "--store", str(store), "--json"], {}) == 0
    listed = {row["id"]: row for row in json.loads(capsys.readouterr().out)}
    assert {"id", "title", "level", "clauses"} <= set(listed["CVDR900001"])
    assert sum(row["clauses"] for row in listed.values()) >= 250
    assert main(["corpus", "show", "CVDR900001/artikel-1:2", "--store", str(store)], {}) == 0
    assert "CVDR900001/artikel-1:2/lid-1" in capsys.readouterr().out
    assert main(["corpus", "search", "evenement vergunning", "--store", str(store), "--top", "3"], {}) == 0
    assert capsys.readouterr().out.count("CVDR900001/") == 3
    assert main(["corpus", "verify", "--store", str(store)], {}) == 0
    assert capsys.readouterr().out.startswith("whole:")


def errors(capsys: pytest.CaptureFixture[str]) -> str:
    """What stood on standard error: exactly one sentence."""
    err = capsys.readouterr().err
    assert err.startswith("regelruimte: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err


BAD_INITIATIVES = [
    ("", "the file is empty"),
    ("{", "no valid JSON"),
    ("[[[[", "no valid JSON"),
    ("3", "an initiative is an object"),
    ("{}", "has no text to read"),
    ('{"titel": "", "omschrijving": "  "}', "has no text to read"),
    ('{"titel": "!!!", "omschrijving": "12345678901234"}', "has no text to read"),
    ('{"titel": 3, "omschrijving": "x"}', '"titel" is not a text'),
    ('{"titel": "Straatfeest", "omschrijving": "x", "datum": "morgen"}', '"datum" is not a day'),
    (json.dumps({"titel": "x", "omschrijving": "woord " * 175_000}), "at most 250,000 are read"),
]


@pytest.mark.parametrize(("content", "message"), BAD_INITIATIVES)
def test_bad_initiatives(store: Path, tmp_path: Path, content: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "i.json"
    file.write_text(content, encoding="utf-8")
    assert main(["flag", str(file), "--store", str(store)], {}) == 1
    err = errors(capsys)
    assert "i.json" in err
    assert message in err


def test_a_broken_line_of_initiatives_is_named(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "i.jsonl").write_text('{"titel": "Straatfeest met muziek", "omschrijving": ""}\n{nee\n', encoding="utf-8")
    assert main(["flag", str(tmp_path / "i.jsonl"), "--store", str(store)], {}) == 1
    assert "i.jsonl, line 2: no valid JSON" in errors(capsys)


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["corpus", "show", "X9/artikel-1", "--store", "{store}"], 1, "X9: not in the store"),
        (["corpus", "show", "CVDR900001/artikel-999", "--store", "{store}"], 1, "CVDR900001/artikel-999: not in"),
        (["corpus", "search", "!!!", "--store", "{store}"], 2, "holds no word"),
        (["corpus", "add", "{tmp}/nothing", "--store", "{tmp}/S"], 2, "no such file"),
        (["corpus", "list", "--store", "{tmp}/S"], 1, "no store here"),
        (["flag", "{tmp}/nothing.json", "--store", "{store}"], 1, "no such file"),
        (["classify", "{tmp}/nothing.jsonl", "--output", "{tmp}/out.jsonl"], 2, "no such file"),
        (["models", "show", "{tmp}"], 1, "no model here"),
        (["corpus", "pull", "onzin", "--store", "{tmp}/S"], 2, "not an id like"),
        (
            ["train", "--further", "m", "--encoder", "e", "--store", "{store}", "--output", "{tmp}/m"],
            2,
            "--further or --encoder",
        ),
        (
            ["train", "--further", "m", "--teachers", "2", "--store", "{store}", "--output", "{tmp}/m"],
            2,
            "--further or --teachers",
        ),
        (
            ["evaluate", "clauses", "--further", "m", "--encoder-folds", "2", "--store", "{store}"],
            2,
            "--further or --encoder-folds",
        ),
        (["evaluate", "clauses", "--further", "m", "--report", "{tmp}/r", "--store", "{store}"], 2, "measured on frozen"),
        (["train", "--further", "m", "--epochs", "2", "--store", "{store}", "--output", "{tmp}/m"], 2, "--further or --epochs"),
    ],
)
def test_mistakes(
    store: Path, tmp_path: Path, words: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([word.format(store=store, tmp=tmp_path) for word in words], {}) == code
    assert message in errors(capsys)


def test_flag_as_in_the_contract(store: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    assert (
        main(["flag", str(SAMPLE / "initiatives.jsonl"), "--store", str(store), "--top", "30", "--output", str(out)], {}) == 0
    )
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    initiatives = [json.loads(line) for line in (SAMPLE / "initiatives.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows] == [one["id"] for one in initiatives]
    from corpus.store import Store

    opened = Store(store)
    for row, one in zip(rows, initiatives, strict=True):
        assert set(row) == {"id", "activities", "flags", "room", "coverage", "model"}
        text = f"{one['titel']}. {one['omschrijving']}"
        for activity in row["activities"]:
            assert activity["evidence"]
            assert all(text[e["start"] : e["end"]] == e["text"] for e in activity["evidence"])
        assert row["flags"]
        for flag in row["flags"]:
            assert set(flag) == {
                "ref", "p", "strength", "kinds", "evidence", "reason", "room", "variants",  # the contract; the rest may grow
                "reason_en", "activity", "story", "room_details", "limits", "changes", "signals",
            }  # fmt: skip
            assert flag["activity"] in {"", *(activity["code"] for activity in row["activities"])}
            assert [one["ref"] for one in flag["room_details"]] == flag["room"]
            assert all(0 <= change["p"] < flag["p"] for change in flag["changes"])
            assert 0 <= flag["p"] <= 1
            assert flag["strength"] in (1, 2, 3)
            clause = opened.clause(flag["ref"])
            assert all(clause.text[e["start"] : e["end"]] == e["text"] for e in flag["evidence"])
            for ref in flag["room"]:
                assert opened.clause(ref).text
        assert [set(room) for room in row["room"]] == [{"ref", "p", "kind"}] * len(row["room"])
        assert row["coverage"]["searched"]


def test_flag_says_what_it_does_not_have(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "i.json").write_text(
        json.dumps({"titel": "Straatfeest", "omschrijving": "met een biertap", "gemeente": "Elders"})
    )
    assert main(["flag", str(tmp_path / "i.json"), "--store", str(store)], {}) == 0
    answer = json.loads(capsys.readouterr().out)
    assert "geen regelingen van de gemeente Elders geladen" in answer["coverage"]["missing"]
    assert not [flag for flag in answer["flags"] if flag["ref"].startswith("CVDR")]


def test_classify_as_in_the_contract(tmp_path: Path) -> None:
    rows = [CLAUSE | {"ref": f"X1/artikel-{number}"} for number in range(5)]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert main(["classify", str(tmp_path / "in.jsonl"), "--output", str(tmp_path / "out.jsonl")], {}) == 0
    answers = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [answer["ref"] for answer in answers] == [row["ref"] for row in rows]
    answer = answers[0]
    assert set(answer) == {
        "ref",
        "addressee",
        "barriers",
        "relief",
        "decided",
        "twijfel",
        "regelkwalificatie",
        "strength",
        "evidence",
    }
    assert (len(answer["barriers"]), len(answer["relief"]), len(answer["regelkwalificatie"])) == (13, 5, 8)
    assert sum(answer["addressee"].values()) == pytest.approx(1, abs=0.001)
    assert "vergunningplicht" in answer["decided"]
    assert answer["strength"]["level"] >= 2
    for one in answer["evidence"]:
        assert CLAUSE["text"][one["start"] : one["end"]] == one["text"]


def test_classify_with_a_broken_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in.jsonl").write_text(json.dumps(CLAUSE) + "\n{nee\n")
    assert main(["classify", str(tmp_path / "in.jsonl"), "--output", str(tmp_path / "out.jsonl")], {}) == 1
    assert "in.jsonl, line 2: no valid JSON" in errors(capsys)
    assert not (tmp_path / "out.jsonl").exists()


def test_ctrl_c_in_the_middle_of_add(tmp_path: Path) -> None:
    """A real process, a real signal: the store is as it was."""
    first = tmp_path / "a.jsonl"
    first.write_text(json.dumps(CLAUSE) + "\n")
    command = [sys.executable, "-m", "service.command_line", "corpus", "add"]
    subprocess.run([*command, str(first), "--store", str(tmp_path / "S")], check=True, cwd=CHECKOUT, capture_output=True)
    before = (tmp_path / "S/store.json").read_bytes()
    with (tmp_path / "b.jsonl").open("w") as stream:
        for number in range(150_000):
            stream.write(json.dumps(CLAUSE | {"ref": f"Y{number // 100}/artikel-{number}"}) + "\n")
    running = subprocess.Popen(
        [*command, str(tmp_path / "b.jsonl"), "--store", str(tmp_path / "S")],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # which a job in the background ignores
    )
    while not list((tmp_path / "S/parts").glob("*.tmp")):
        assert running.poll() is None
        time.sleep(0.01)
    os.killpg(running.pid, signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (1, "regelruimte: stopped\n")
    assert (tmp_path / "S/store.json").read_bytes() == before
    assert not list((tmp_path / "S").rglob("*.tmp"))


def test_a_reader_that_goes_away(store: Path) -> None:
    done = subprocess.run(
        f"{sys.executable} -m service.command_line corpus show CVDR900001 --store {store} | head -1",
        shell=True,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert "Waterveen" in done.stdout
