"""The official repositories: national law (BWB), local law (CVDR), environment plans (STOP).

Checked against real files: the manifest, toestand and WTI of BWB, a record of the search service, CVDR XML, a STOP download
package. Known from documentation only, because the services cannot be reached from where this was written: the addresses and
the paging of the search service, and the address of STOP packages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

from corpus.errors import RepositoryProblem, UnreadableSource, UsageError
from corpus.readers.bwb_wti import ManifestItem, read_manifest
from corpus.repositories.client import ClientSettings, Fetched, PoliteClient
from corpus.repositories.sru import SruRecord, search

__all__ = ["Addresses", "ClientSettings", "PoliteClient", "Pulled", "pull"]

_OFFICIAL = (".overheid.nl", ".officiele-overheidspublicaties.nl")
"""Domains under which the government publishes regulations."""

LICENCE = "geen auteursrecht (artikel 11 Auteurswet)"


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Base addresses of the official services; others can be given for a mirror."""

    bwb: str = "https://repository.officiele-overheidspublicaties.nl/bwb"
    search: str = "https://zoekservice.overheid.nl/sru/Search"
    stop: str = "https://repository.officiele-overheidspublicaties.nl/regelingen"

    @classmethod
    def below(cls, base: str) -> Addresses:
        """All services below one address, as a mirror has them."""
        return cls(bwb=f"{base}/bwb", search=f"{base}/sru/Search", stop=f"{base}/regelingen")

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts of all services: redirects among them are followed."""
        return frozenset(urlsplit(getattr(self, field.name)).hostname or "" for field in fields(self))


@dataclass(frozen=True, kw_only=True)
class Pulled:
    """A file that was fetched, and what must be known of it."""

    id: str
    path: Path
    sha256: str
    address: str
    retrieved: str  # ISO time
    licence: str
    from_cache: bool


def pull(ids: Sequence[str], *, into: Path, on: date, client: PoliteClient, addresses: Addresses | None = None) -> list[Pulled]:
    """Fetch regulations.

    Args:
        ids: "BWBR0005537", "CVDR680781", "gm0233" (or a ws or pv code: its STOP package), or "gemeente:Ermelo".
        into: folder for the files, one sub-folder per regulation.
        on: the version in force on this day is taken.
        client: keeps the cache, retries and waits.
        addresses: other than the official ones.

    Returns:
        The files, in the order of ids.

    Raises:
        UsageError: an id of no known kind.
        RepositoryProblem: a repository did not give what was asked.
    """
    where = addresses or Addresses()
    return [pulled for one in ids for pulled in _pull_one(one, into, on, client, where)]


def _pull_one(one: str, into: Path, on: date, client: PoliteClient, where: Addresses) -> Iterator[Pulled]:
    kind = one[:2].lower()
    if one.upper().startswith("BWB"):
        yield from _pull_bwb(one.upper(), into, on, client, where)
    elif one.upper().startswith("CVDR"):
        records = list(_local(client, where, f'dcterms.identifier="{one.upper().partition("_")[0]}*"'))
        yield _pull_cvdr(_valid(records, on, one), into, client, where)
    elif one.lower().startswith("gemeente:") and one[9:].strip():
        found: dict[str, list[SruRecord]] = {}
        for record in _local(client, where, f'dcterms.creator="{one[9:].strip()}"'):
            found.setdefault(record.identifier.partition("_")[0], []).append(record)
        if not found:
            raise RepositoryProblem(f"{where.search}: knows no regulations of {one[9:].strip()}")
        for records in found.values():
            if any(_holds(record, on) for record in records):
                yield _pull_cvdr(_valid(records, on, one), into, client, where)
    elif kind in ("gm", "ws", "pv") and one[2:].isdigit():
        yield _kept(one.lower(), client.fetch(f"{where.stop}/{one.lower()}.zip"), into / f"{one.lower()}.zip")
    else:
        raise UsageError(f"{one}: not an id like BWBR0005537, CVDR680781, gm0233, ws0665, pv29 or gemeente:NAME")


def _pull_bwb(one: str, into: Path, on: date, client: PoliteClient, where: Addresses) -> Iterator[Pulled]:
    address = f"{where.bwb}/{quote(one)}/manifest.xml"
    manifest = client.fetch(address)
    try:
        items = read_manifest(manifest.path.read_bytes(), name=address)
    except UnreadableSource as error:
        raise RepositoryProblem(str(error)) from None
    item = _in_force(items, on)
    if item is None:
        raise RepositoryProblem(f"{address}: has no version that holds on {on.isoformat()}")
    folder = into / one
    name = item.file.rpartition("/")[2]
    yield _kept(one, client.fetch(f"{where.bwb}/{one}/{quote(item.file)}", sha512=item.sha512), folder / name)
    yield _kept(one, client.fetch(f"{where.bwb}/{one}/{one}.WTI"), folder / f"{one}.WTI")


def _in_force(items: Sequence[ManifestItem], on: date) -> ManifestItem | None:
    day = on.isoformat()
    holding = [item for item in items if item.valid_from <= day and (not item.valid_until or day <= item.valid_until)]
    return holding[0] if holding else None


def _local(client: PoliteClient, where: Addresses, query: str) -> Iterator[SruRecord]:
    yield from search(client, base=where.search, connection="cvdr", query=query)


def _holds(record: SruRecord, on: date) -> bool:
    day = on.isoformat()
    return record.valid_from <= day and (not record.valid_until or day < record.valid_until)


def _valid(records: Sequence[SruRecord], on: date, one: str) -> SruRecord:
    holding = sorted((record for record in records if _holds(record, on)), key=lambda record: record.valid_from)
    if not holding:
        raise RepositoryProblem(f"{one}: no version that holds on {on.isoformat()} was found")
    return holding[-1]


def _pull_cvdr(record: SruRecord, into: Path, client: PoliteClient, where: Addresses) -> Pulled:
    if not record.address:
        raise RepositoryProblem(f"{record.identifier}: the search service gives no address of its XML")
    host = urlsplit(record.address).hostname or ""
    if host not in where.hosts and not host.endswith(_OFFICIAL):
        raise RepositoryProblem(f"{record.identifier}: the search service points at {host}, which is no official repository")
    return _kept(record.identifier, client.fetch(record.address), into / f"{record.identifier}.xml")


def _kept(one: str, fetched: Fetched, target: Path) -> Pulled:
    """Put a fetched file where it can be added to a store, under its own name."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.tmp")
    temporary.write_bytes(fetched.path.read_bytes())
    temporary.replace(target)
    return Pulled(
        id=one,
        path=target,
        sha256=fetched.sha256,
        address=fetched.address,
        retrieved=datetime.now(UTC).isoformat(timespec="seconds"),
        licence=LICENCE,
        from_cache=fetched.from_cache,
    )
