"""SRU (Search/Retrieve via URL 1.2, Library of Congress), as the official search service speaks it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from lxml import etree

from corpus.errors import RepositoryProblem, UnreadableSource
from corpus.repositories.client import PoliteClient
from corpus.safe_xml import find, parse, text_of

PAGE = 100


@dataclass(frozen=True, kw_only=True)
class SruRecord:
    """One record of a search."""

    identifier: str  # dcterms:identifier: "CVDR680781_1", "BWBR0005537"
    title: str
    creator: str
    valid_from: str  # ISO date; empty when not stated
    valid_until: str
    address: str  # of the XML; empty when not stated


def search(client: PoliteClient, *, base: str, connection: str, query: str, limit: int = 10_000) -> Iterator[SruRecord]:
    """The records that a CQL query finds, page by page.

    Raises:
        RepositoryProblem: no answer, no SRU answer, or a diagnostic of the service.
    """
    start = 1
    while start <= limit:
        parameters = {
            "x-connection": connection,
            "operation": "searchRetrieve",
            "version": "1.2",
            "query": query,
            "maximumRecords": str(min(PAGE, limit - start + 1)),
            "startRecord": str(start),
        }
        address = f"{base}?{urlencode(parameters)}"
        fetched = client.fetch(address)
        try:
            root = parse(fetched.path.read_bytes(), name=address)
        except UnreadableSource as error:
            raise RepositoryProblem(f"{address}: answered no SRU ({error.reason})") from None
        diagnostic = find(root, "diagnostic")
        if diagnostic is not None:
            raise RepositoryProblem(
                f"{address}: the service says {text_of(find(diagnostic, 'message')) or text_of(diagnostic)}"
            )
        total = text_of(find(root, "numberOfRecords"))
        if not total.isdigit():
            raise RepositoryProblem(f"{address}: answered no SRU (numberOfRecords is missing)")
        records = list(root.iter("{*}record"))
        yield from map(_record, records)
        start += len(records)
        if not records or start > int(total):
            return


def _record(record: etree._Element) -> SruRecord:
    def first(*names: str) -> str:
        return next((text for name in names if (text := text_of(find(record, name)))), "")

    return SruRecord(
        identifier=first("identifier"),
        title=first("title"),
        creator=first("creator"),
        valid_from=first("inwerkingtredingDatum", "inwerkingtredingsdatum", "geldigheidsperiode_startdatum"),
        valid_until=first("uitwerkingtredingDatum", "uitwerkingtredingsdatum", "geldigheidsperiode_einddatum"),
        address=first("publicatieurl_xml", "locatie_toestand", "url"),
    )
