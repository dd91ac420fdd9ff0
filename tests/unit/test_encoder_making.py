"""Making an encoder: alignment by hand, and the whole of it, small, where torch is installed."""

from __future__ import annotations

import lzma
from pathlib import Path

import numpy as np
import pytest

from corpus.adding import add_paths
from corpus.errors import UsageError
from corpus.labels import reserved_regulations
from corpus.store import Store
from training.encoder.alignment import starting_embeddings, translation_table
from training.encoder.vocabulary import MASK, SEPARATOR, START, train_vocabulary
from training.extras import training_extra_missing

SAMPLE = Path(__file__).resolve().parents[2] / "corpus/sample"

PAIRS = [
    ("het huis", "the house"), ("het boek", "the book"), ("een boek", "a book"), ("een huis", "a house"), ("het water", "the water"),
    ("een feest", "a party"), ("het feest", "the party"), ("een boom", "a tree"), ("de boom", "the tree"), ("de straat", "the street"),
]  # fmt: skip


def test_alignment_finds_who_answers_to_whom() -> None:
    dutch = sorted({word for left, _ in PAIRS for word in left.split()})
    english = sorted({word for _, right in PAIRS for word in right.split()})
    source, target, share = translation_table(
        [[dutch.index(word) for word in left.split()] for left, _ in PAIRS],
        [[english.index(word) for word in right.split()] for _, right in PAIRS],
        dutch_size=len(dutch),
        english_size=len(english),
    )
    best = {dutch[s]: english[target[source == s][share[source == s].argmax()]] for s in set(source.tolist())}
    assert (best["boek"], best["huis"], best["feest"], best["boom"], best["een"]) == ("book", "house", "party", "tree", "a")
    for word in range(len(dutch)):
        assert share[source == word].sum() == pytest.approx(1, abs=1e-5)


def test_embeddings_start_where_their_translation_is() -> None:
    english = np.eye(3, dtype=np.float32)
    table = (np.array([0, 0, 2]), np.array([0, 1, 2]), np.array([0.75, 0.25, 1.0], dtype=np.float32))
    start = starting_embeddings(table, english, dutch_size=4)
    assert np.allclose(start[0], [0.75, 0.25, 0]) and np.allclose(start[2], [0, 0, 1])
    assert start.shape == (4, 3) and start.dtype == np.float32
    assert len(translation_table([], [], dutch_size=4, english_size=3)[0]) == 0


def test_a_vocabulary_reads_two_texts_as_a_pair() -> None:
    tokenizer = train_vocabulary(["de weg is dicht", "de weg is open"] * 3, size=60)
    encoded = tokenizer.encode("De weg", "is dicht")
    assert encoded.ids[0] == START and encoded.ids.count(SEPARATOR) == 2 and MASK not in encoded.ids
    inside = [place for place, part in enumerate(encoded.sequence_ids) if part == 1]
    assert "is dicht"[encoded.offsets[inside[0]][0] : encoded.offsets[inside[-1]][1]] == "is dicht"


needs_torch = pytest.mark.skipif(
    bool(training_extra_missing()), reason=f"needs the extra train: {', '.join(training_extra_missing())} not installed"
)


@needs_torch
@pytest.mark.parametrize(("layers", "kept"), [(1, (0,)), (2, (0, 5)), (3, (0, 2, 5)), (6, (0, 1, 2, 3, 4, 5))])
def test_layers_of_the_teacher_are_spread_over_it(layers: int, kept: tuple[int, ...]) -> None:
    from training.encoder.thinning import spread_layers

    assert spread_layers(6, layers) == kept


@needs_torch
@pytest.mark.parametrize("layers", [0, 3])
def test_more_layers_than_the_teacher_has_are_refused(tmp_path: Path, layers: int) -> None:
    from training.encoder.making import make_encoder

    teacher = tmp_path / "teacher"
    teacher.mkdir()
    (teacher / "config.json").write_text('{"num_hidden_layers": 2}', encoding="utf-8")
    add_paths([SAMPLE / "regelingen"], store=tmp_path / "S")
    with pytest.raises(UsageError, match=f"has 2 layers, so {layers}"):
        make_encoder(
            Store(tmp_path / "S"), tmp_path / "E", pairs=tmp_path / "none", everyday=tmp_path, teacher=teacher, seconds=1,
            layers=layers, likeness=None,
        )  # fmt: skip


@needs_torch
@pytest.mark.filterwarnings("default")  # torch and sentence-transformers warn about themselves
def test_an_encoder_from_pairs_and_clauses(tmp_path: Path) -> None:
    from training.encoder.making import make_encoder
    from training.encoder.texts import legal_texts

    add_paths([SAMPLE / "regelingen"], store=tmp_path / "S")
    store = Store(tmp_path / "S")
    legal = legal_texts(store, per_regulation=50)
    assert 100 < len(legal) <= 250 and len(set(legal)) == len(legal)
    assert not {entry.id for entry in store.regulations.values()} & reserved_regulations()
    lines = "".join(f"{left} {n}\t{right} {n}\n" for n in range(300) for left, right in PAIRS)
    with lzma.open(tmp_path / "pairs.tsv.xz", "wt", encoding="utf-8") as stream:
        stream.write(lines)
    (tmp_path / "everyday").mkdir()
    with lzma.open(tmp_path / "everyday/lines.txt.xz", "wt", encoding="utf-8") as stream:
        stream.write("Wij houden zaterdag een feest in onze straat.\n" * 50)
    (tmp_path / "likeness").mkdir()
    head = "pair_ID\tsentence_A\tsentence_B\tentailment_label\trelatedness_score\n"
    rows = "".join(f"{n}\t{left}\t{PAIRS[(n * 3) % 10][0]}\tNEUTRAL\t{n % 5}\n" for n, (left, _) in enumerate(PAIRS))
    (tmp_path / "likeness/SICK_NL.txt").write_text(head + rows, encoding="utf-8")
    (tmp_path / "likeness/stsb_nl_test.csv").write_text("".join(f"{a},{a} nu,{n % 4}.0\n" for n, (a, _) in enumerate(PAIRS)))
    said: list[str] = []
    scores = make_encoder(
        store,
        tmp_path / "encoder",
        pairs=tmp_path / "pairs.tsv.xz",
        everyday=tmp_path / "everyday",
        teacher=None,
        seconds=6,
        likeness=tmp_path / "likeness",
        say=said.append,
    )
    assert {path.name for path in (tmp_path / "encoder").iterdir()} >= {"config.json", "model.safetensors", "tokenizer.json"}
    assert not list((tmp_path / "encoder").glob("*.p*t")), "no pickles"
    assert set(scores) == {"SICK-NL", "STS-B-nl"} and set(scores["SICK-NL"]) == {"tf-idf", "static", "transformer", "teacher"}
