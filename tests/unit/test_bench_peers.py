"""The product beside others: everybody gets the same, is measured the same way, and who is not installed says so."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from bench.peers.bounds import search_bound
from bench.peers.children import in_child
from bench.peers.classifying import best_cuts, measure_classifying, quality
from bench.peers.clauses.ours import FastTier, SlowTier, Whole
from bench.peers.clauses.parts import Phrases, Static
from bench.peers.clauses.textcat import BagOfWords
from bench.peers.clauses.tfidf import TfidfPeer
from bench.peers.commands import measure_commands
from bench.peers.flops import encoder_cost, flops_of
from bench.peers.plot import quality_and_speed
from bench.peers.reading import measure_reading
from bench.peers.registry import CLAUSE_PEERS, INSTALL, SEARCH_PEERS, TARGETS, ClausePeer, Entry
from bench.peers.searching import measure_searching
from bench.peers.spread import Spread, rounded
from bench.peers.table import markdown
from bench.peers.texts import Labelled, Material, held_out, material
from corpus.adding import add_paths
from corpus.store import Store
from models.columns import BARRIERS
from models.vectorising import ClauseText

CHECKOUT = Path(__file__).resolve().parents[2]


def made(count: int) -> Labelled:
    """Clauses of which every second forbids and says so, of ten regulations."""
    targets = np.zeros((count, len(TARGETS)), dtype=np.int8)
    targets[::2, [TARGETS.index("verbod"), TARGETS.index("any")]] = 1
    texts = [
        ClauseText(
            text=f"Het is verboden om hek {row} te openen." if row % 2 == 0 else f"Dit besluit heet besluit {row}.",
            title="Hekregeling",
            ref=f"r{row % 10}/artikel-{row}",
        )
        for row in range(count)
    ]
    return Labelled(texts=texts, targets=targets, groups=[f"r{row % 10}" for row in range(count)])


def test_who_is_not_installed_says_so() -> None:
    entry = Entry(key="x", name="X", place="nowhere:X", needs=("json", "no_such_module"))
    assert entry.absent == f"no_such_module is not installed ({INSTALL})"
    assert not Entry(key="x", name="X", place="nowhere:X", needs=("json",)).absent
    table = markdown([{"peer": "X", "skipped": entry.absent}], "peer", [("F1", lambda row: row["f1"])])
    assert "no_such_module is not installed" in table.splitlines()[-1]


def test_every_peer_has_a_file_of_its_own() -> None:
    entries = [*CLAUSE_PEERS, *SEARCH_PEERS]
    assert len({entry.place for entry in entries}) == len(entries)
    for entry in entries:
        module, _, name = entry.place.partition(":")
        assert f"class {name}" in (CHECKOUT / (module.replace(".", "/") + ".py")).read_text(encoding="utf-8")


@pytest.mark.slow
def test_everybody_is_measured_the_same_way() -> None:
    given = Material(learnt=made(60), tested=made(40), rounds=[made(30).texts, made(20).texts])
    rows = {row["key"]: row for row in measure_classifying(given, seconds=5, only={"tfidf"}, say=print)}
    assert rows["bow"]["skipped"] == "not asked for"
    assert rows["tfidf"]["learnt_from"] == 60 and rows["tfidf"]["tested_on"] == 40
    assert rows["tfidf"]["clauses_per_s_one_core"].times == 2
    assert rows["tfidf"]["size_mb"] > 0 and rows["tfidf"]["memory_gb"] > 0.05
    # One kind of thirteen is there, and it is always told rightly.
    assert rows["tfidf"]["macro_f1"] == pytest.approx(1 / len(BARRIERS))
    assert rows["tfidf"]["micro_f1"] == rows["tfidf"]["auc_any_strength"] == 1.0


def test_our_parts_answer_as_the_whole_does_and_are_smaller(tmp_path: Path) -> None:
    texts = made(6).texts
    whole, fast, slow = Whole(), FastTier(), SlowTier()
    weighing = whole.size(tmp_path) - fast.size(tmp_path) - slow.size(tmp_path)
    assert 0 < weighing < 10_000 < min(fast.size(tmp_path), slow.size(tmp_path))
    ban = TARGETS.index("verbod")
    for one in (whole, fast, slow):
        scores = one.scores(texts)
        assert scores.shape == (6, len(TARGETS)) and scores.min() >= 0 and scores.max() <= 1
        assert scores[::2, ban].min() > 0.5 > scores[1::2, ban].max()


@pytest.mark.parametrize("kind", [TfidfPeer, BagOfWords, Phrases, Static])
def test_what_is_saved_answers_the_same(kind: type[ClausePeer], tmp_path: Path) -> None:
    if kind is Static:
        pytest.importorskip("torch")
        pytest.importorskip("onnx")
    data = made(40)
    learnt, again = kind(), kind()
    learnt.fit(data.texts, data.targets, seconds=5)
    learnt.save(tmp_path)
    again.load(tmp_path)
    scores = learnt.scores(data.texts)
    assert scores.shape == (40, len(TARGETS))
    np.testing.assert_allclose(again.scores(data.texts), scores, atol=1e-5)
    assert learnt.size(tmp_path) == sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file())
    column = TARGETS.index("verbod")
    assert scores[::2, column].min() > scores[1::2, column].max()


def test_best_cuts_are_the_best_that_there_are() -> None:
    rng = np.random.default_rng(0)
    scores = rng.integers(0, 5, (60, 4)).astype(np.float32)  # many alike
    targets = (rng.random((60, 4)) < 0.3).astype(np.int8)
    targets[:, 3] = 0

    def f1(cut: float, column: int) -> float:
        told, truth = scores[:, column] >= cut, targets[:, column] == 1
        return float(2 * (told & truth).sum() / (told.sum() + truth.sum()))

    cuts = best_cuts(scores, targets)
    for column in range(3):
        assert f1(cuts[column], column) == max(f1(cut, column) for cut in range(5))
    assert not (scores[:, 3] >= cuts[3]).any()


def test_quality_by_hand() -> None:
    data = made(4)
    told = np.zeros((4, len(TARGETS)), dtype=bool)
    told[[0, 1], TARGETS.index("verbod")] = True  # one of two found, one claimed wrongly: F1 1/2
    measured = quality(told.astype(np.float32), told, data)
    assert measured["macro_f1"] == pytest.approx(0.5 / len(BARRIERS))
    assert measured["micro_f1"] == pytest.approx(0.5)
    assert measured["auc_any_strength"] == 0.5


def test_thresholds_are_chosen_on_other_regulations() -> None:
    first, rest = held_out(made(60))
    assert not set(first.groups) & set(rest.groups)
    assert len(first) + len(rest) == 60


def test_material_of_a_store(tmp_path: Path) -> None:
    add_paths([CHECKOUT / "corpus/sample/regelingen"], store=tmp_path / "store", workers=1)
    store = Store(tmp_path / "store")
    given = material(store, clauses=10, rounds=2, timed=5)
    assert [len(part) for part in given.rounds] == [5, 5]
    assert len(given.learnt) == len(given.tested) == 0  # nobody labelled the sample
    rows, _ = measure_searching(store, clauses=None, only=set(), say=print)
    assert {row["skipped"] for row in rows} == {"no graded clause is in this store"}


ARTICLES = """<toestand bwb-id="BWBR0099999" inwerkingtreding="2020-01-01"><wetgeving soort="regeling"><wet-besluit><wettekst>
<artikel><kop><label>Artikel</label><nr>1</nr></kop><lid><lidnr>1</lidnr><al>Het hek is dicht.</al></lid>
<lid><lidnr>2</lidnr><al>Het hek is rood.</al></lid></artikel>
<artikel><kop><label>Artikel</label><nr>2</nr></kop><al>Deze regeling heet Hekregeling.</al></artikel>
</wettekst></wet-besluit></wetgeving></toestand>"""


def test_reading_counts_what_the_files_hold(tmp_path: Path) -> None:
    [row] = measure_reading(tmp_path)
    assert "no BWB XML" in row["skipped"]
    (tmp_path / "hek.xml").write_text(ARTICLES, encoding="utf-8")
    (tmp_path / "other.xml").write_text("<manifest/>", encoding="utf-8")
    held, ours, other = measure_reading(tmp_path, rounds=2)
    for row in (held, ours):
        assert (row["leden"], row["articles_without_leden"], row["clauses"]) == (2, 1, 3)
    assert ours["clauses_per_s"].times == 2
    assert "wetsuite" in other["peer"]


@pytest.mark.slow
def test_commands_are_timed_as_they_are_started(tmp_path: Path) -> None:
    rows = measure_commands(made(4).texts, tmp_path / "absent.tar.xz", repeats=1)
    assert rows[-1]["skipped"] == "no such file (--dump)"
    assert all(row["seconds"].times == 1 and row["memory_gb"] > 0 for row in rows[:-1])
    assert len(rows) == 7


def test_a_child_that_fails_is_no_figure(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ChildProcessError):
        in_child(rounded, "no number")
    assert "TypeError" in capfd.readouterr().err


def test_flops_of_a_tiny_network() -> None:
    onnx = pytest.importorskip("onnx", reason="counting operations needs onnx (make bench-environment)")
    helper, floats = onnx.helper, onnx.TensorProto.FLOAT
    weights = onnx.numpy_helper.from_array(np.ones((3, 4), dtype=np.float32), "w")
    graph = helper.make_graph(
        [
            helper.make_node("MatMul", ["x", "w"], ["y"]),  # (2, 5, 3) by (3, 4): 2 * 10 * 3 * 4
            helper.make_node("Einsum", ["y", "x"], ["z"], equation="bij,bik->bjk"),  # 2 * 2 * 5 * 4 * 3
            helper.make_node("Relu", ["z"], ["out"]),  # not counted
        ],
        "tiny", [helper.make_tensor_value_info("x", floats, ["b", "l", 3])],
        [helper.make_tensor_value_info("out", floats, ["b", 4, 3])], [weights],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    assert flops_of(model.SerializeToString(), {"x": np.ones((2, 5, 3), dtype=np.float32)}) == 240 + 240


def test_flops_of_the_encoder_by_its_shapes() -> None:
    pytest.importorskip("onnx", reason="counting operations needs onnx (make bench-environment)")
    width, attended, inner, layers, queries, pieces = 384, 192, 768, 3, 32, 2  # two word pieces share a place
    square, linear, _ = encoder_cost(CHECKOUT / "models/released/encoder.onnx")
    assert square == pytest.approx(layers * 2 * 2 * attended / pieces**2, rel=1e-6)  # queries by keys, and weights by values
    a_layer = 2 * (4 * width * attended + 2 * width * inner)
    # keys, evidence of every piece, queries by keys, weights by words
    heads = 2 * width**2 + 2 * width * pieces + 2 * 2 * queries * width
    assert linear == pytest.approx((layers * a_layer + heads) / pieces, rel=1e-6)


def test_bound_of_search() -> None:
    told = search_bound({"list_bytes": 10e6, "p50_ms": 10.0}, Spread(10.0, 9.0, 11.0, 3))
    assert told["least_ms"] == pytest.approx(1.0) and told["of_bound"] == pytest.approx(0.1)


def test_table_and_figures() -> None:
    spread = Spread.of([1234.0, 1300.0, 1100.0])
    assert spread.told() == "1230 (1100-1300)"
    assert [rounded(value) for value in (0.012345, 12.345, 0.0, 98765.0)] == ["0.0123", "12.3", "0", "98800"]
    rows = [{"peer": "A", "f1": (0.5, 0.4, 0.6), "speed": spread}]
    table = markdown(rows, "peer", [("F1", lambda row: row["f1"]), ("speed", lambda row: row["speed"])])
    assert table.splitlines()[-1] == "| A | 0.500 [0.400, 0.600] | 1230 (1100-1300) |"


def test_plot_places_the_better_higher_and_the_faster_further() -> None:
    drawn = quality_and_speed([("Regelruimte", 1000.0, 0.7), ("A & B", 10.0, 0.2)], across="clauses a second", up="F1")
    circles = [element for element in ElementTree.fromstring(drawn).iter() if element.tag.endswith("circle")]
    ours, other = ((float(circle.get("cx", "")), float(circle.get("cy", ""))) for circle in circles)
    assert ours[0] > other[0] and ours[1] < other[1]
