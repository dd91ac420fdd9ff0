"""Every notebook runs on what ships, and what it finds is what the files themselves say."""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from corpus.adding import add_paths
from models.columns import COLUMN, KINDS

CHECKOUT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((CHECKOUT / "notebooks").glob("*.ipynb"))
SAMPLE, LABELS, RELEASED = CHECKOUT / "corpus/sample", CHECKOUT / "corpus/labels", CHECKOUT / "models/released"
MISSING = [name for name in ("ipykernel", "matplotlib", "nbclient", "nbformat") if find_spec(name) is None]

needs_notebooks = pytest.mark.skipif(bool(MISSING), reason=f"needs the extra notebooks: {', '.join(MISSING)} not installed")


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def executed(number: str, folder: Path, **settings: str) -> dict[str, Any]:
    """Run a notebook in a folder; returns what its last cell tells."""
    import nbformat
    from nbclient import NotebookClient

    (path,) = (CHECKOUT / "notebooks").glob(f"{number}-*.ipynb")
    notebook = nbformat.read(path, as_version=4)
    environ = {name: value for name, value in os.environ.items() if name != "REGELRUIMTE_NOTEBOOK_STORE"}
    environ |= {"PYTHONPATH": str(CHECKOUT), "IPYTHONDIR": str(folder / "ipython"), **settings}
    client = NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}})
    client.execute(env=environ)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.output_type == "error"]
    assert not [output.text for output in outputs if output.output_type == "stream" and output.name == "stderr"]
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 1, "a notebook shows something"
    told: dict[str, Any] = json.loads(notebook.cells[-1].outputs[-1].text)
    return told


def test_notebooks_are_numbered_and_say_what_they_answer_and_need() -> None:
    assert [path.name[:3] for path in NOTEBOOKS] == [f"{number:02}-" for number in range(1, len(NOTEBOOKS) + 1)]
    for number, path in enumerate(NOTEBOOKS, start=1):
        first = json.loads(path.read_text(encoding="utf-8"))["cells"][0]
        text = "".join(first["source"])
        assert first["cell_type"] == "markdown" and text.startswith(f"# {number}. ")
        assert "**Question.**" in text and "**Needs.**" in text


def test_notebooks_are_kept_without_output() -> None:
    for path in NOTEBOOKS:
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            assert not cell.get("outputs") and cell.get("execution_count") is None, f"{path.name}: clear its outputs"


@needs_notebooks
@pytest.mark.slow
def test_the_tour_counts_what_the_store_and_the_labels_hold(tmp_path: Path) -> None:
    """Of a store that the user names: the sample and a regulation more, of a clause that is labelled in it."""
    label = rows(LABELS / "clauses.jsonl")[0]
    regulation = label["ref"].partition("/")[0]
    more = {"ref": label["ref"], "title": "Eigen regeling", "level": "gemeente", "heading": "Artikel 1", "text": "Een tekst."}
    (tmp_path / "more.jsonl").write_text(json.dumps(more) + "\n", encoding="utf-8")
    add_paths([SAMPLE / "regelingen", tmp_path / "more.jsonl"], store=tmp_path / "S")
    told = executed("01", tmp_path, REGELRUIMTE_NOTEBOOK_STORE=str(tmp_path / "S"))
    labels = [row for path in sorted(LABELS.glob("clauses*.jsonl")) for row in rows(path)]
    assert told["regulations"] == 6 and told["clauses"] == len(rows(SAMPLE / "clauses.jsonl")) + 1
    assert told["labels"] == len(labels)
    assert told["labels_with_regulation"] == sum(row["ref"].partition("/")[0] == regulation for row in labels) > 0
    spread = [row for row in labels if row["sample"] == "spread"]
    for kind, number in told["kinds_shown"].items():
        assert number == sum(kind in row["barriers"] or kind in row["relief"] for row in spread), kind


@needs_notebooks
@pytest.mark.slow
def test_training_learns_something_and_tests_on_what_it_did_not_see(tmp_path: Path) -> None:
    told = executed("02", tmp_path)
    labels = rows(SAMPLE / "clauses.jsonl")
    assert told["joined"] == len(labels) and told["regulations"] == 5 and told["tested"] == told["examples"]
    assert told["shared_regulations"] == told["shared_copies"] == 0
    assert told["positives"] == {kind: sum(kind in row["barriers"] + row["relief"] for row in labels) for kind in KINDS}
    assert told["headline"]["auc_any_strength"] > 0.6
    for name, (value, low, high) in told["intervals"].items():
        assert value == pytest.approx(told["headline"][name]) and low <= high, name
    forbids, explains = told["any_strength_of_sentences"]
    assert forbids > 0.5 > explains


@needs_notebooks
@pytest.mark.slow
def test_the_errors_are_those_of_the_released_model(tmp_path: Path) -> None:
    told = executed("03", tmp_path)
    quality = json.loads((RELEASED / "evaluation/quality.json").read_text(encoding="utf-8"))
    assert (told["clauses"], told["regulations"]) == (quality["clauses"], quality["regulations"])
    for measure in quality["measures"]:
        assert told["headline"][measure["name"]] == pytest.approx(measure["value"]), measure["name"]
    assert told["f1"] == pytest.approx({row["kind"]: row["f1"] for row in quality["kinds"]})
    assert np.allclose(
        told["points"], [[point[name] for name in ("claimed", "seen", "number")] for point in quality["calibration"]]
    )
    arrays = load_file(RELEASED / "evaluation/unseen.safetensors")
    refs = json.loads((RELEASED / "evaluation/unseen.json").read_text(encoding="utf-8"))["refs"]
    columns = [COLUMN[name] for name in KINDS]
    targets, decided = arrays["targets"][:, columns], arrays["decided"][:, columns] == 1
    known = targets[:, 0] >= 0
    wrong = (targets == 1) != decided
    assert told["mistakes"] == wrong[known].sum()
    assert 25 < told["found_in_a_quarter"] <= 100, "where the model doubts there are more mistakes than elsewhere"
    assert len(told["surest"]) == 12
    for ref, kind, has, chance in told["surest"]:
        own = [row for row, name in enumerate(refs) if name == ref and known[row] and wrong[row, KINDS.index(kind)]]
        assert own and (chance < 0.5) == has, ref


@needs_notebooks
@pytest.mark.slow
def test_judgements_tell_about_what_was_put_into_them(tmp_path: Path) -> None:
    told = executed("04", tmp_path)
    assert told["unchanged"] and told["rows"] == 2 * (told["flags"] + told["drawn"]) + told["settled"]
    barriers = sum(row["grade"] in (1, 2, 3) for row in rows(SAMPLE / "pairs.jsonl"))
    assert told["caught"] > 0 and 0 < told["really_missed"] < barriers
    found, low, high = told["missed"]
    assert low <= found <= high and 0.5 * told["really_missed"] < found < 1.75 * told["really_missed"]
    assert 0.4 < told["kappas"]["flags"] < 1, "reviewers who slip now and then agree far better than by chance"
    assert told["gold"] == told["clauses_spoken_of"] and told["gold_wrong"] == 0, (
        "a lawyer decided, rightly, where two differed"
    )
    assert all(after != before for before, after in told["guards"].values()), "the drawn clauses teach something"
    assert told["precision_at_5"] > 0.1 and sum(number for _, _, number in told["calibration"]) == told["flags"]


@needs_notebooks
@pytest.mark.slow
def test_what_blocks_is_what_graders_said(tmp_path: Path) -> None:
    told = executed("05", tmp_path)
    judged = {line.split("\t")[0] for line in (LABELS / "judged.txt").read_text(encoding="utf-8").splitlines()}
    pairs = [row for row in rows(LABELS / "pairs.jsonl") if row["ref"].partition("/")[0] in judged]
    blocking = [row for row in pairs if row["grade"] in (2, 3)]
    assert (told["pairs"], told["blocking"]) == (len(pairs), len(blocking))
    met: dict[str, set[str]] = defaultdict(set)
    kinds: dict[str, set[str]] = defaultdict(set)
    for row in blocking:
        met[row["ref"]].add(row["initiative"])
        kinds[row["kind"]].add(row["initiative"])
    sizes = sorted((len(ids) for ids in met.values()), reverse=True)
    assert [number for _, number in told["top"]] == sizes[: len(told["top"])]
    assert all(len(met[ref]) == number for ref, number in told["top"])
    assert sum(sizes[: told["half"]]) * 2 >= sum(sizes) > sum(sizes[: told["half"] - 1]) * 2
    assert told["initiatives_by_kind"] == {kind: len(ids) for kind, ids in kinds.items()}
    assert told["stopped"] == len({row["initiative"] for row in blocking if row["grade"] == 3})
    most = max(Counter(row["initiative"] for row in blocking).values())
    for number, mean, low, high in told["activities"].values():
        assert number >= 10 and low <= mean <= high <= most
