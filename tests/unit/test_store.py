"""The store: all of a change or nothing of it, versions, integrity."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.errors import DamagedStore, OutdatedStore, StoreProblem, UnknownRef
from corpus.passages import cut
from corpus.records import Clause, Link, Regulation
from corpus.schema import clause_batch, entry_of
from corpus.store import Store
from corpus.store_writer import MAX_PARTS, StoreWriter

CHECKOUT = Path(__file__).resolve().parents[2]


def regulation(
    regulation_id: str = "R1", *, texts: tuple[str, ...] = ("Het mag.", "Het mag niet."), date: str = "2024-01-01"
) -> Regulation:
    clauses = []
    for number, text in enumerate(texts, start=1):
        clean, spans = cut(text, [(0, len(text))])
        clauses.append(
            Clause(
                ref=f"{regulation_id}/artikel-1/lid-{number}",
                text=clean,
                heading="Kop",
                headings=("Hoofdstuk 1 Kop",),
                spans=spans,
                links=(Link(start=0, end=3, target="R9"),),
                qualifications=("Gebod",),
                activities=("Bouwen",),
            )
        )
    return Regulation(
        id=regulation_id, title=f"Regeling {regulation_id}", level="gemeente", clauses=tuple(clauses), version_date=date
    )


def write(folder: Path, *regulations: Regulation) -> None:
    with StoreWriter(folder) as writer:
        for one in regulations:
            writer.add([entry_of(one)], clause_batch(one.clauses))


def files(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file() and p.name != "lock"
    }


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    one = regulation()
    write(tmp_path, one)
    store = Store(tmp_path)
    assert tuple(store.clauses("R1")) == one.clauses
    assert store.clause("R1/artikel-1/lid-2").text == "Het mag niet."
    assert store.regulations["R1"].title == "Regeling R1"
    assert store.dataset()[1]["text"] == "Het mag niet."
    assert store.verify() == []


def test_the_same_version_is_replaced(tmp_path: Path) -> None:
    write(tmp_path, regulation(), regulation("R2"))
    write(tmp_path, regulation(texts=("Nu anders.",)))
    store = Store(tmp_path)
    assert [clause.text for clause in store.clauses("R1")] == ["Nu anders."]
    assert [clause.text for clause in store.clauses("R2")] == ["Het mag.", "Het mag niet."]
    assert store.table().num_rows == 3
    assert len(store.versions) == 2


def test_another_date_stands_beside_it_and_the_newest_counts(tmp_path: Path) -> None:
    write(tmp_path, regulation(date="2025-01-01", texts=("Nieuw.",)))
    write(tmp_path, regulation(date="2024-01-01", texts=("Oud.",)))
    store = Store(tmp_path)
    assert [clause.text for clause in store.clauses("R1")] == ["Nieuw."]
    assert [clause.text for clause in store.clauses("R1", version_date="2024-01-01")] == ["Oud."]
    assert store.table()["text"].to_pylist() == ["Nieuw."]


def test_the_last_of_equal_versions_in_one_change_counts(tmp_path: Path) -> None:
    write(tmp_path, regulation(texts=("Eerst.",)), regulation(texts=("Daarna.",)))
    assert [clause.text for clause in Store(tmp_path).clauses("R1")] == ["Daarna."]


def test_an_exception_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    write(tmp_path, regulation())
    before = files(tmp_path)
    with pytest.raises(KeyboardInterrupt), StoreWriter(tmp_path) as writer:
        writer.add([entry_of(regulation("R2"))], clause_batch(regulation("R2").clauses))
        raise KeyboardInterrupt
    assert files(tmp_path) == before


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = [{checkout!r}, {here!r}]
from test_store import regulation, clause_batch, entry_of, StoreWriter
with StoreWriter(Path({folder!r})) as writer:
    for number in range(50):
        one = regulation(f"K{{number}}")
        writer.add([entry_of(one)], clause_batch(one.clauses))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_kill_9_leaves_the_store_as_it_was_and_the_next_change_cleans_up(tmp_path: Path) -> None:
    write(tmp_path, regulation())
    before = files(tmp_path)
    script = KILLED.format(checkout=str(CHECKOUT), here=str(Path(__file__).parent), folder=str(tmp_path))
    killed = subprocess.run([sys.executable, "-c", script], check=False)
    assert killed.returncode == -9
    left = files(tmp_path)
    assert {name: left[name] for name in before} == before
    assert len(left) > len(before)
    assert Store(tmp_path).verify() == []
    write(tmp_path, regulation("R2"))
    assert not list(tmp_path.rglob("*.tmp"))
    assert set(Store(tmp_path).regulations) == {"R1", "R2"}


def test_a_full_disk_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    """The kernel refuses writes past a limit, as a full disk does (EFBIG instead of ENOSPC)."""
    write(tmp_path, regulation())
    before = files(tmp_path)
    long = regulation("R2", texts=tuple(f"Lid {number} zegt iets. " * 40 for number in range(2000)))
    pid = os.fork()
    if pid == 0:  # pragma: no cover - the child
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        try:
            write(tmp_path, long)
        except StoreProblem as error:
            os._exit(0 if "the store is as it was" in str(error) else 3)
        except BaseException:
            os._exit(4)
        os._exit(5)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert files(tmp_path) == before
    assert Store(tmp_path).verify() == []


def test_two_writers_at_once(tmp_path: Path) -> None:
    with StoreWriter(tmp_path), pytest.raises(StoreProblem, match="another program"), StoreWriter(tmp_path):
        pass


def test_many_small_changes_are_put_together(tmp_path: Path) -> None:
    for number in range(MAX_PARTS + 2):
        write(tmp_path, regulation(f"R{number}"))
    store = Store(tmp_path)
    assert len(store.contents.parts) <= 3
    assert len(store.regulations) == MAX_PARTS + 2
    assert [c.text for c in store.clauses("R7")] == ["Het mag.", "Het mag niet."]
    assert store.verify() == []


def test_replaced_rows_do_not_pile_up(tmp_path: Path) -> None:
    for number in range(6):
        write(tmp_path, regulation(texts=(f"Versie {number}.",) * 1))
    assert sum(part.rows for part in Store(tmp_path).contents.parts) <= 2


def test_verify_finds_a_changed_byte(tmp_path: Path) -> None:
    write(tmp_path, regulation())
    part = next(tmp_path.glob("parts/*.arrow"))
    content = bytearray(part.read_bytes())
    position = content.find(b"Het mag niet")
    content[position] ^= 1
    part.write_bytes(content)
    (problem,) = Store(tmp_path).verify()
    assert part.name in problem


def test_a_missing_part(tmp_path: Path) -> None:
    write(tmp_path, regulation())
    next(tmp_path.glob("parts/*.arrow")).unlink()
    with pytest.raises(DamagedStore, match="missing"):
        Store(tmp_path)


def test_another_layout(tmp_path: Path) -> None:
    write(tmp_path, regulation())
    contents = json.loads((tmp_path / "store.json").read_text())
    (tmp_path / "store.json").write_text(json.dumps(contents | {"layout": 0}))
    with pytest.raises(OutdatedStore, match="layout 0"):
        Store(tmp_path)
    with pytest.raises(OutdatedStore), StoreWriter(tmp_path):
        pass


def test_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreProblem, match="no store here"):
        Store(tmp_path / "nothing")


@pytest.mark.parametrize("ref", ["R1/artikel-9", "R9/artikel-1", "nonsense"])
def test_unknown_refs(tmp_path: Path, ref: str) -> None:
    write(tmp_path, regulation())
    with pytest.raises(UnknownRef, match=ref.split("/")[0]):
        Store(tmp_path).clause(ref)


def test_citations_are_kept(tmp_path: Path) -> None:
    write(tmp_path, regulation(texts=("Het mag.", "Het eerste lid geldt niet, zie artikel 5 van de Proefwet.")))
    (_, own) = Store(tmp_path).citations("R1")
    assert ("", "artikel-1/lid-1") in own
    assert any(name.startswith("Proefwet") and path == "artikel-5" for name, path in own)


def test_a_batch_that_does_not_add_up(tmp_path: Path) -> None:
    one = regulation()
    with pytest.raises(ValueError, match="another number"), StoreWriter(tmp_path) as writer:
        writer.add([replace(entry_of(one), clauses=7)], clause_batch(one.clauses))
