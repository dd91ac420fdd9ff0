"""Pulling from a local server that answers as the official repositories do: with real envelopes, and on bad days."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from corpus.errors import RepositoryProblem, UsageError
from corpus.repositories import Addresses, ClientSettings, PoliteClient, pull
from corpus.store import Store
from service.command_line import main

BODY = b"".join(b"regel %d van een bestand\n" % number for number in range(4000))
FAST = ClientSettings(delay=0.0, first_wait=0.01, longest_wait=0.05, attempts=4, timeout=2.0, max_bytes=10**7)

Answer = Callable[["Server", BaseHTTPRequestHandler], None]


class Server:
    """A web server whose answers are set per path; it counts what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                outer.asked.append((self.path, {key.lower(): value for key, value in self.headers.items()}))
                answer = outer.answers.get(path, status(404))
                answer(outer, self)

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.base = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def times(self, path: str) -> int:
        return sum(asked.partition("?")[0] == path for asked, _ in self.asked)


def send(handler: BaseHTTPRequestHandler, code: int, body: bytes = b"", **headers: str) -> None:
    handler.send_response(code)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    if "Content_Length" not in headers:
        handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def status(code: int, **headers: str) -> Answer:
    return lambda server, handler: send(handler, code, b"", **headers)


def file(body: bytes) -> Answer:
    return lambda server, handler: send(handler, 200, body)


def first(*answers: Answer) -> Answer:
    """These answers in turn; the last one for ever."""
    left = list(answers)
    return lambda server, handler: (left.pop(0) if len(left) > 1 else left[0])(server, handler)


def broken_off(body: bytes, at: int, **headers: str) -> Answer:
    def answer(server: Server, handler: BaseHTTPRequestHandler) -> None:
        send(handler, 200, body[:at], Content_Length=str(len(body)), **headers)
        handler.close_connection = True
        handler.connection.close()

    return answer


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.stop()


@pytest.fixture
def client(tmp_path: Path) -> Iterator[PoliteClient]:
    with PoliteClient(tmp_path / "cache", settings=FAST) as open_client:
        yield open_client


def kept(tmp_path: Path) -> list[Path]:
    """Files under a final name."""
    return [path for path in (tmp_path / "cache").iterdir() if path.suffix not in (".part", ".json")]


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again(server: Server, client: PoliteClient, code: int) -> None:
    server.answers["/a.xml"] = first(status(code, Retry_After="0"), status(code), file(BODY))
    fetched = client.fetch(f"{server.base}/a.xml")
    assert fetched.path.read_bytes() == BODY
    assert fetched.sha256 == hashlib.sha256(BODY).hexdigest()
    assert server.times("/a.xml") == 3


@pytest.mark.parametrize("code", [404, 410, 403])
def test_a_no_is_believed(server: Server, client: PoliteClient, tmp_path: Path, code: int) -> None:
    server.answers["/a.xml"] = status(code)
    with pytest.raises(RepositoryProblem, match=rf"/a.xml: .*{code}"):
        client.fetch(f"{server.base}/a.xml")
    assert server.times("/a.xml") == 1
    assert kept(tmp_path) == []


def test_patience_ends(server: Server, client: PoliteClient, tmp_path: Path) -> None:
    server.answers["/a.xml"] = status(503)
    with pytest.raises(RepositoryProblem, match="503, also after 4 attempts"):
        client.fetch(f"{server.base}/a.xml")
    assert kept(tmp_path) == []


def test_a_download_that_breaks_off_is_resumed(server: Server, client: PoliteClient) -> None:
    def rest(server: Server, handler: BaseHTTPRequestHandler) -> None:
        begin = int(handler.headers["Range"].removeprefix("bytes=").rstrip("-"))
        assert handler.headers["If-Range"] == '"v1"'
        send(handler, 206, BODY[begin:], Content_Range=f"bytes {begin}-{len(BODY) - 1}/{len(BODY)}", ETag='"v1"')

    server.answers["/a.xml"] = first(broken_off(BODY, 5000, ETag='"v1"'), rest)
    assert client.fetch(f"{server.base}/a.xml").path.read_bytes() == BODY
    assert "range" in server.asked[1][1]


def test_a_file_that_changed_meanwhile_is_fetched_anew(server: Server, client: PoliteClient) -> None:
    new = BODY[::-1]
    server.answers["/a.xml"] = first(broken_off(BODY, 5000, ETag='"v1"'), file(new))
    assert client.fetch(f"{server.base}/a.xml").path.read_bytes() == new


def test_nothing_half_gets_a_final_name(server: Server, client: PoliteClient, tmp_path: Path) -> None:
    server.answers["/a.xml"] = broken_off(BODY, 5000)
    with pytest.raises(RepositoryProblem):
        client.fetch(f"{server.base}/a.xml")
    assert kept(tmp_path) == []


def test_a_second_time_only_asks_whether_it_changed(server: Server, client: PoliteClient) -> None:
    def answer(server: Server, handler: BaseHTTPRequestHandler) -> None:
        if handler.headers.get("If-None-Match") == '"v1"':
            send(handler, 304)
        else:
            send(handler, 200, BODY, ETag='"v1"')

    server.answers["/a.xml"] = answer
    assert not client.fetch(f"{server.base}/a.xml").from_cache
    again = client.fetch(f"{server.base}/a.xml")
    assert again.from_cache
    assert again.path.read_bytes() == BODY


def test_a_slow_server(server: Server, client: PoliteClient) -> None:
    def drip(server: Server, handler: BaseHTTPRequestHandler) -> None:
        send(handler, 200, b"", Content_Length=str(len(BODY)))
        for start in range(0, len(BODY), 20_000):
            handler.wfile.write(BODY[start : start + 20_000])
            handler.wfile.flush()
            threading.Event().wait(0.02)

    server.answers["/a.xml"] = drip
    assert client.fetch(f"{server.base}/a.xml").path.read_bytes() == BODY


def test_the_hash_that_the_repository_states(server: Server, client: PoliteClient, tmp_path: Path) -> None:
    server.answers["/a.xml"] = first(file(b"verminkt"), file(BODY))
    assert client.fetch(f"{server.base}/a.xml", sha512=hashlib.sha512(BODY).hexdigest()).path.read_bytes() == BODY
    server.answers["/b.xml"] = file(b"verminkt")
    with pytest.raises(RepositoryProblem, match="differs from the hash"):
        client.fetch(f"{server.base}/b.xml", sha512=hashlib.sha512(BODY).hexdigest())
    assert len(kept(tmp_path)) == 1


def test_redirects(server: Server, client: PoliteClient) -> None:
    server.answers["/a.xml"] = status(302, Location="/b.xml")
    server.answers["/b.xml"] = file(BODY)
    assert client.fetch(f"{server.base}/a.xml").path.read_bytes() == BODY
    server.answers["/c.xml"] = status(302, Location="https://elders.example/x")
    with pytest.raises(RepositoryProblem, match="another host"):
        client.fetch(f"{server.base}/c.xml")
    server.answers["/d.xml"] = status(302, Location="/d.xml")
    with pytest.raises(RepositoryProblem, match="without end"):
        client.fetch(f"{server.base}/d.xml")


def test_plain_http_stays_on_this_machine(client: PoliteClient) -> None:
    with pytest.raises(RepositoryProblem, match="not https"):
        client.fetch("http://repository.example/a.xml")


def test_a_file_without_end(server: Server, tmp_path: Path) -> None:
    server.answers["/a.xml"] = file(BODY)
    with (
        PoliteClient(tmp_path / "cache", settings=ClientSettings(delay=0.0, max_bytes=1000)) as small,
        pytest.raises(RepositoryProblem, match="larger than 1,000 bytes"),
    ):
        small.fetch(f"{server.base}/a.xml")
    assert kept(tmp_path) == []


TOESTAND = """<toestand bwb-id="BWBR0099999"><wetgeving><citeertitel>Proefwet</citeertitel><wet-besluit><wettekst>
<artikel><kop><label>Artikel</label><nr>1</nr></kop><al>Het mag.</al></artikel></wettekst></wet-besluit></wetgeving></toestand>"""
WTI = """<wetstechnische-informatie bwb-id="BWBR0099999"><algemene-informatie><afkortingen><afkorting>Pw</afkorting></afkortingen>
<citeertitels><citeertitel>Proefwet</citeertitel></citeertitels><soort-regeling>wet</soort-regeling></algemene-informatie>
</wetstechnische-informatie>"""
CVDR = """<cvdr xmlns="http://standaarden.overheid.nl/cvdr/terms/" xmlns:dcterms="http://purl.org/dc/terms/"><meta><owmskern>
<dcterms:identifier>CVDR123_2</dcterms:identifier><dcterms:title>Verordening</dcterms:title>
<dcterms:creator scheme="overheid:Gemeente">Proefdam</dcterms:creator></owmskern></meta><body><regeling><regeling-tekst>
<artikel><kop><label>Artikel</label><nr>1</nr></kop><al>Dansen mag.</al></artikel></regeling-tekst></regeling></body></cvdr>"""


def manifest(*versions: tuple[str, str]) -> bytes:
    sha512 = hashlib.sha512(TOESTAND.encode()).hexdigest()
    parts = [
        f'<expression label="{start}_0"><metadata><datum_inwerkingtreding>{start}</datum_inwerkingtreding>'
        f"<einddatum>{end}</einddatum></metadata>"
        f'<manifestation label="xml"><metadata><size>1</size><hashcode>{sha512}</hashcode></metadata>'
        f'<item label="BWBR0099999_{start}_0.xml" _deleted="false"/></manifestation></expression>'
        for start, end in versions
    ]
    return f'<work label="BWBR0099999">{"".join(parts)}</work>'.encode()


def sru(base: str, *, total: int = 1) -> bytes:
    record = (
        "<record><recordData><gzd><originalData><meta><owmskern><identifier>CVDR123_2</identifier><title>Verordening</title>"
        "<creator>Proefdam</creator></owmskern><cvdripm><inwerkingtredingDatum>2020-01-01</inwerkingtredingDatum></cvdripm>"
        f"</meta></originalData><enrichedData><publicatieurl_xml>{base}/cvdr/CVDR123_2.xml</publicatieurl_xml></enrichedData>"
        "</gzd></recordData></record>"
    )
    return (
        '<searchRetrieveResponse xmlns="http://www.loc.gov/zing/srw/">'
        f"<numberOfRecords>{total}</numberOfRecords><records>{record}</records></searchRetrieveResponse>"
    ).encode()


def test_the_version_in_force_is_taken(server: Server, client: PoliteClient, tmp_path: Path) -> None:
    server.answers["/bwb/BWBR0099999/manifest.xml"] = file(manifest(("2020-01-01", "2021-12-31"), ("2022-01-01", "9999-12-31")))
    for start in ("2020-01-01", "2022-01-01"):
        server.answers[f"/bwb/BWBR0099999/{start}_0/xml/BWBR0099999_{start}_0.xml"] = file(TOESTAND.encode())
    server.answers["/bwb/BWBR0099999/BWBR0099999.WTI"] = file(WTI.encode())
    where = Addresses.below(server.base)
    for on, name in (
        (date(2021, 6, 1), "BWBR0099999_2020-01-01_0.xml"),
        (date(2024, 6, 1), "BWBR0099999_2022-01-01_0.xml"),
    ):
        text, wti = pull(["BWBR0099999"], into=tmp_path / "files", on=on, client=client, addresses=where)
        assert (text.path.name, wti.path.name) == (name, "BWBR0099999.WTI")
        assert text.path.read_text() == TOESTAND
    with pytest.raises(RepositoryProblem, match="no version that holds on 2019-01-01"):
        pull(["BWBR0099999"], into=tmp_path / "files", on=date(2019, 1, 1), client=client, addresses=where)


def test_the_command_adds_what_it_fetched(server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server.answers["/bwb/BWBR0099999/manifest.xml"] = file(manifest(("2020-01-01", "9999-12-31")))
    server.answers["/bwb/BWBR0099999/2020-01-01_0/xml/BWBR0099999_2020-01-01_0.xml"] = file(TOESTAND.encode())
    server.answers["/bwb/BWBR0099999/BWBR0099999.WTI"] = file(WTI.encode())
    server.answers["/sru/Search"] = file(sru(server.base))
    server.answers["/cvdr/CVDR123_2.xml"] = file(CVDR.encode())
    words = [
        "corpus",
        "pull",
        "BWBR0099999",
        "gemeente:Proefdam",
        "--store",
        str(tmp_path / "S"),
        "--mirror",
        server.base,
    ]
    assert main(words, {}) == 0
    store = Store(tmp_path / "S")
    assert store.clause("BWBR0099999/artikel-1").text == "Het mag."
    assert store.regulations["BWBR0099999"].aliases == ("Pw",)
    assert store.regulations["CVDR123"].authority == "Proefdam"
    assert main(words, {}) == 0
    assert "1 versions replaced" not in capsys.readouterr().err


def test_a_search_service_that_complains(server: Server, client: PoliteClient, tmp_path: Path) -> None:
    where = Addresses.below(server.base)
    server.answers["/sru/Search"] = file(
        b"<r><diagnostics><diagnostic><message>query te lang</message></diagnostic></diagnostics></r>"
    )
    with pytest.raises(RepositoryProblem, match="query te lang"):
        pull(["CVDR123"], into=tmp_path, on=date(2024, 1, 1), client=client, addresses=where)
    server.answers["/sru/Search"] = file(b"<html>storing")
    with pytest.raises(RepositoryProblem, match="answered no SRU"):
        pull(["CVDR124"], into=tmp_path, on=date(2024, 1, 1), client=client, addresses=where)


def test_a_search_service_that_points_elsewhere(server: Server, client: PoliteClient, tmp_path: Path) -> None:
    server.answers["/sru/Search"] = file(sru("https://elders.example"))
    with pytest.raises(RepositoryProblem, match="elders.example, which is no official"):
        pull(["CVDR123"], into=tmp_path, on=date(2024, 1, 1), client=client, addresses=Addresses.below(server.base))


@pytest.mark.parametrize("one", ["", "iets", "gemeente:", "gm", "http://x"])
def test_ids_of_no_kind(client: PoliteClient, tmp_path: Path, one: str) -> None:
    with pytest.raises(UsageError, match="not an id like"):
        pull([one], into=tmp_path, on=date(2024, 1, 1), client=client)


def test_real_files_in_their_real_envelopes(shared: Path, server: Server, client: PoliteClient, tmp_path: Path) -> None:
    """The real manifest with the real toestand whose hash it states, the real WTI, and the real STOP package."""
    sources = shared / "sources"
    real = {
        "/bwb/BWBR0045754/manifest.xml": sources / "bwb-xml/manifest.xml",
        "/bwb/BWBR0045754/2022-05-01_0/xml/BWBR0045754_2022-05-01_0.xml": sources / "bwb-xml/wetsuite_toestand.xml",
        "/bwb/BWBR0045754/BWBR0045754.WTI": sources / "bwb-xml/wetsuite.WTI",
        "/regelingen/gm0233.zip": sources / "stop/ermelo-gm0233.zip",
    }
    for path, source in real.items():
        server.answers[path] = file(source.read_bytes())
    where = Addresses.below(server.base)
    found = pull(["BWBR0045754", "gm0233"], into=tmp_path, on=date(2022, 6, 1), client=client, addresses=where)
    assert [one.path.name for one in found] == ["BWBR0045754_2022-05-01_0.xml", "BWBR0045754.WTI", "gm0233.zip"]
    assert found[0].path.read_bytes() == (sources / "bwb-xml/wetsuite_toestand.xml").read_bytes()
