"""What hostile peers send: the next good request is answered, and the log holds requests alone.

What counts as a request is what a bare ``aiohttp.web.Server`` takes for one.
"""

import asyncio
import contextlib
import gzip
import json
import logging
import random
import socket
import tempfile
import zlib
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from aiointercept import CallbackResult, aiointercept, matchers

# aiohttp warns of some of these forms when they are read, and reports what it refuses.
pytestmark = [
    pytest.mark.filterwarnings("ignore::aiohttp.multipart.BadContentDispositionHeader"),
    pytest.mark.filterwarnings("ignore::aiohttp.multipart.BadContentDispositionParam"),
]
logging.getLogger("aiohttp.server").addFilter(lambda _: False)

GOOD = b"GET /good HTTP/1.1\r\nHost: h\r\n\r\n"
SECONDS = 20.0
TURNS = 300  # of the loop, on which all servers run

# The known shapes of request smuggling and their like.
SHAPES = {
    "both lengths": b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + GOOD,
    "two lengths": b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
    "list of lengths": b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4, 4\r\n\r\nabcd",
    "negative length": b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n" + GOOD,
    "signed length": b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +4\r\n\r\nabcd",
    "huge length": b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "blank in a length": b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1 4\r\n\r\nabcd",
    "blank before a colon": b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length : 4\r\n\r\nabcd",
    "chunked twice": b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "chunked and identity": b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n"
    b"Transfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "disguised chunked": b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
    "chunked in HTTP/1.0": b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "bad chunk size": b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n",
    "signed chunk size": b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n",
    "chunk size in hex notation": b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"0x3\r\nabc\r\n0\r\n\r\n",
    "endless chunk size": b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    + b"1" * 5000,
    "chunk longer than told": b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3\r\nabcdef\r\n0\r\n\r\n",
    "chunk extension": b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    b'3;x="\ny"\r\nabc\r\n0\r\n\r\n' + GOOD,
    "trailer": b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"0\r\nContent-Length: 5\r\n\r\n" + GOOD,
    "bare line feeds": b"GET / HTTP/1.1\nHost: h\n\n",
    "bare carriage return": b"GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n",
    "folded header": b"GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n",
    "header without a name": b"GET / HTTP/1.1\r\nHost: h\r\n: y\r\n\r\n",
    "header without a colon": b"GET / HTTP/1.1\r\nHost: h\r\nnonsense\r\n\r\n",
    "NUL in a header": b"GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n",
    "bytes in a header": b"GET / HTTP/1.1\r\nHost: h\r\nX: \xff\xfe\x80\r\n\r\n",
    "bytes in a header's name": b"GET / HTTP/1.1\r\nHost: h\r\nX\xff: a\r\n\r\n",
    "bytes in a cookie": b"GET / HTTP/1.1\r\nHost: h\r\nCookie: a=\xff; b=\xe9\r\n\r\n",
    "bytes in a type": b"POST / HTTP/1.1\r\nHost: h\r\nContent-Type: \xff/\xfe; charset=\xfd\r\n"
    b"Content-Length: 2\r\n\r\n{}",
    "bytes in the target": b"GET /\xff\xfe?\x80=\xff HTTP/1.1\r\nHost: h\r\n\r\n",
    "escapes in the target": b"GET /\x1b[31m%00%ff%0a?a=%ff&b=%E2%80%AE HTTP/1.1\r\nHost: h\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "odd host": b"GET / HTTP/1.1\r\nHost: a b@c:99999999\r\n\r\n",
    "absolute target": b"GET http://other.test:80/x HTTP/1.1\r\nHost: h\r\n\r\n",
    "absolute target with user info": b"GET http://u:p@other.test/x HTTP/1.1\r\nHost: h\r\n\r\n",
    "absolute target of another kind": b"GET ftp://other.test/x HTTP/1.1\r\nHost: h\r\n\r\n",
    "absolute target without a host": b"GET http:///x HTTP/1.1\r\nHost: h\r\n\r\n",
    "absolute target with a bad port": b"GET http://h:x/ HTTP/1.1\r\nHost: h\r\n\r\n",
    "absolute target with a bad address": b"GET http://[::1/ HTTP/1.1\r\nHost: h\r\n\r\n",
    "authority as target": b"CONNECT h.test:443 HTTP/1.1\r\nHost: h\r\n\r\n",
    "asterisk as target": b"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
    "no slash in the target": b"GET nonsense HTTP/1.1\r\nHost: h\r\n\r\n",
    "two slashes in the target": b"GET //evil.test/x HTTP/1.1\r\nHost: h\r\n\r\n",
    "backslash in the target": b"GET /\\evil.test/x HTTP/1.1\r\nHost: h\r\n\r\n",
    "empty target": b"GET  HTTP/1.1\r\nHost: h\r\n\r\n",
    "odd method": b"G\xffT / HTTP/1.1\r\nHost: h\r\n\r\n",
    "long method": b"G" * 5000 + b" / HTTP/1.1\r\nHost: h\r\n\r\n",
    "odd version": b"GET / HTTP/9.9\r\nHost: h\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(200)),
    "long header": b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\nHost: h\r\n" + b"X: y\r\n" * 2000 + b"\r\n",
    "expectation": b"POST / HTTP/1.1\r\nHost: h\r\nExpect: \xff\r\nContent-Length: 2\r\n\r\n{}",
    "upgrade to nothing": b"GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: \xff\r\n\r\n",
    "half a handshake": b"GET /ws HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: \xff\r\n\r\n",
    "pipelined": GOOD * 20,
    "nothing": b"",
    "noise": bytes(random.Random(1).randrange(256) for _ in range(5000)),
}


def _typed(content_type: bytes, body: bytes, extra: bytes = b"") -> bytes:
    return b"POST / HTTP/1.1\r\nHost: h\r\nContent-Type: %b\r\n%bContent-Length: %d\r\n\r\n%b" % (
        content_type,
        extra,
        len(body),
        body,
    )


_NESTED = b"[" * 100_000 + b"]" * 100_000
_OBJECTS = b'{"a":' * 50_000 + b"1" + b"}" * 50_000
_MULTIPART = b"multipart/form-data; boundary=x"
_CHARSETS = (
    *(b"undefined", b"idna", b"punycode", b"unicode_escape", b"raw_unicode_escape", b"utf-7"),
    *(b"hex", b"base64", b"zlib", b"rot13", b"bz2", b"mbcs", b"oem", b"utf-16", b"utf-8-sig"),
    *(b"no-such", b"\xff", b"a\0b", b"'", b'""', b" ", b"x" * 5000, b"utf_8\xe2\x80\xae"),
)
BODIES = {
    "deep arrays": _typed(b"application/json", _NESTED),
    "deep objects": _typed(b"application/json", _OBJECTS),
    "deep arrays as a query": _typed(b"application/json", b'{"query":' + _NESTED + b"}"),
    "a long number": _typed(b"application/json", b"1" * 100_000),
    "half a surrogate": _typed(b"application/json", b'{"a":"\\ud800","\\udfff":1}'),
    "not a number": _typed(b"application/json", b'{"a":NaN,"b":-Infinity,"c":1e999}'),
    "bytes as JSON": _typed(b"application/json", b"\xff\xfe\x00{"),
    "one name often": _typed(b"application/json", b"{" + b'"a":1,' * 1000 + b'"a":2}'),
    "percent signs": _typed(b"application/x-www-form-urlencoded", b"%=%zz&%ff=%fe&&&=;a"),
    "bytes as a form": _typed(b"application/x-www-form-urlencoded", b"\xff=\xfe&a=\x00"),
    "many fields": _typed(b"application/x-www-form-urlencoded", b"a=1&" * 20_000),
    "no boundary": _typed(b"multipart/form-data", b"--x\r\n\r\n--x--\r\n"),
    "empty boundary": _typed(b'multipart/form-data; boundary=""', b"--\r\n\r\n----\r\n"),
    "bytes as a boundary": _typed(b"multipart/form-data; boundary=\xff", b"--\xff\r\n\r\n--\xff--"),
    "half a part": _typed(_MULTIPART, b"--x\r\nContent-Disposition: form-data; name="),
    "nameless part": _typed(_MULTIPART, b"--x\r\n\r\nabc\r\n--x--\r\n"),
    "odd part": _typed(
        _MULTIPART,
        b"--x\r\nContent-Disposition: form-data; name=\"\xff\"; filename*=undefined''%ff\r\n"
        b"Content-Type: text/plain; charset=undefined\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        b"!\r\n--x--\r\n",
    ),
    "part in an odd encoding": _typed(
        _MULTIPART,
        b'--x\r\nContent-Disposition: form-data; name=a; filename="a"\r\n'
        b"Content-Encoding: gzip\r\n\r\nno gzip\r\n--x--\r\n",
    ),
    "nested multipart": _typed(
        _MULTIPART,
        b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\n--y--\r\n--x--\r\n",
    ),
    "no gzip": _typed(b"application/json", b"no gzip", b"Content-Encoding: gzip\r\n"),
    "half a gzip": _typed(
        b"application/json", gzip.compress(b"{}" * 100)[:-9], b"Content-Encoding: gzip\r\n"
    ),
    "two gzips": _typed(
        b"application/json",
        gzip.compress(b"{") + gzip.compress(b"}"),
        b"Content-Encoding: gzip\r\n",
    ),
    "bytes as an encoding": _typed(b"text/plain", b"abc", b"Content-Encoding: \xff\r\n"),
    "many encodings": _typed(
        b"text/plain", b"abc", b"Content-Encoding: " + b"gzip, " * 99 + b"gzip\r\n"
    ),
    **{
        f"charset {charset[:20]!r} of {kind}": _typed(
            kind + b"; charset=" + charset, b"a=\xff\xfe%ff"
        )
        for charset in _CHARSETS
        for kind in (b"text/plain", b"application/json", b"application/x-www-form-urlencoded")
    },
}


def _routes(mock: aiointercept) -> None:
    """Register routes whose matchers look at everything."""
    wanted: tuple[Any, ...] = (
        matchers.json_body({"a": 1}, partial=True),
        matchers.form({"a": "1"}, exact=False),
        matchers.multipart({"a": "1"}, exact=False),
        matchers.body("text"),
        matchers.cookies({"a": "1"}),
        matchers.headers({"X": "1"}),
        matchers.query({"a": "1"}),
        matchers.url_pattern(".*/never"),
        matchers.url_template("/users/{id}"),
    )
    graphql = getattr(matchers, "graphql", None)
    if graphql is not None:
        wanted += (graphql("Wanted"), graphql(variables={"a": 1}))
    for matcher in wanted:
        mock.route(matcher & matchers.predicate(_never), body="no")
    mock.get("/good", body="good", repeat=True)
    mock.route(matchers.path("/"), callback=_look_at_everything, repeat=True)


def _never(request: Any) -> bool:
    """Read the request as a matcher of the user's would, and refuse."""
    _ = request.cookies, request.query, request.content_type, request.charset, request.spellings
    for reader in ("text", "json", "form"):
        read = getattr(request, reader, None)
        if callable(read):
            try:
                read()
            except ValueError:
                continue
    return False


def _look_at_everything(url: Any, **kwargs: Any) -> CallbackResult:
    assert set(kwargs) >= {"headers", "query", "json", "data"}
    return CallbackResult(body="seen")


async def _read_everything(mock: aiointercept) -> None:
    """Look at all that is told of what came in, as tests and reports do."""
    repr(mock)
    repr(mock.calls)
    assert len(mock.ordered_requests) == mock.call_count
    for key, requests in mock.requests.items():
        assert key in mock.requests
        for request in requests:
            _ = request.captured_body, request.canonical_url, request.kwargs, request.cookies
            _ = request.headers, request.raw_headers, request.charset, request.content_type
            _ = repr(request), str(request.url), request.match_info, request.query
            _ = request.host, request.path, request.path_qs
            await request.read()
            for reader in (request.text, request.json, request.post):
                try:
                    await reader()
                except ValueError:
                    continue  # it is not what it is read as, and the reader says so
    for call in mock.calls:
        repr(call)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("a.har", "a.yaml", "a.html"):
            mock.save(f"{folder}/{name}")
        async with aiointercept(mock_external_urls=True) as other:
            for name in ("a.har", "a.yaml"):
                if mock.calls:
                    other.replay(f"{folder}/{name}")
    try:
        mock.assert_called_with("http://never.test/", json={"a": 1}, headers={"X": "1"})
    except AssertionError as error:
        text = str(error)
    assert all(char.isprintable() or char == "\n" for char in text), repr(text)


def _send(port: int, data: bytes) -> socket.socket:
    peer = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
    peer.settimeout(SECONDS)
    with contextlib.suppress(OSError):  # the server has heard enough
        peer.sendall(data)
    return peer


def _drained(peer: socket.socket, *, leave: bool = False) -> bytes:
    found = b""
    with peer:
        try:
            if leave:
                peer.shutdown(socket.SHUT_WR)
            while chunk := peer.recv(65536):
                found += chunk
        except TimeoutError:
            raise
        except OSError:
            pass  # a reset is an answer, too
    return found


async def _answers(port: int, data: bytes) -> bytes:
    peer = await asyncio.to_thread(_send, port, data)
    # To a server, a peer that says no more has left, and what it sent last need not be served. So it
    # leaves when all was received and served; who says so itself is asked for what is to come.
    for _ in range(TURNS):
        await asyncio.sleep(0)
    leave = b"Connection: close" not in data[:200]
    return await asyncio.to_thread(lambda: _drained(peer, leave=leave))


async def _good_is_answered(mock: aiointercept) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{mock.server_url}/good") as answer:
        assert await asyncio.wait_for(answer.text(), SECONDS) == "good"


class Reference:
    """A bare server that counts what it takes for requests."""

    def __init__(self) -> None:
        self.seen = 0

    async def __aenter__(self) -> "Reference":
        server = web.Server(
            self._answer,
            auto_decompress=False,
            max_line_size=1 << 24,
            max_field_size=1 << 24,
            max_headers=1 << 16,
        )
        self.runner = web.ServerRunner(server, handle_signals=False, shutdown_timeout=0.1)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.port = self.runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.runner.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if "Expect" in request.headers:
            request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        try:
            while not request.content.at_eof():
                await request.content.readany()
        except (web.RequestPayloadError, aiohttp.ClientError, ConnectionError):
            return web.Response()
        self.seen += 1
        return web.Response(text="seen")

    async def count(self, data: bytes) -> int:
        """Return how many requests are in ``data``."""
        before = self.seen
        await _answers(self.port, data)
        return self.seen - before


async def _try(mock: aiointercept, data: bytes) -> int:
    """Send bytes to a mock; return for how many requests it took them."""
    before = _readable(mock)
    await _answers(mock.server_port, data)
    return _readable(mock) - before


def _readable(mock: aiointercept) -> int:
    """Return how many requests there were but for those that could not be read."""
    return sum(call.refusal is None for call in mock.calls)


async def test_hostile_bytes_leave_the_mock_fine(campaign: Any) -> None:
    """Each shape is taken for the requests that it holds; the log can be read; good ones go on."""
    async with aiointercept() as mock, Reference() as reference:
        _routes(mock)
        for name, data in {**SHAPES, **BODIES}.items():
            found, expected = await _try(mock, data), await reference.count(data)
            assert found == expected, name
            await _read_everything(mock)
            await _good_is_answered(mock)
            mock.clear()
            _routes(mock)
            campaign.count("kinds of hostile traffic")


@st.composite
def _mutated(draw: Any) -> bytes:
    data = bytearray(draw(st.sampled_from(sorted({**SHAPES, **BODIES}.items())))[1][:3000])
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(data)))
        piece = draw(
            st.one_of(
                st.binary(max_size=5),
                st.sampled_from(
                    [b"\r\n", b"\n", b"\0", b"0\r\n\r\n", b"Content-Length: 3\r\n", GOOD]
                ),
            )
        )
        data[at : at + draw(st.integers(0, 4))] = piece
    return bytes(data)


def test_generated_bytes_leave_the_mock_fine(campaign: Any) -> None:
    """So do mutations of the shapes, and mixtures of them."""
    loop = asyncio.new_event_loop()

    async def compare(data: bytes) -> None:
        async with aiointercept() as mock, Reference() as reference:
            _routes(mock)
            assert await _try(mock, data) == await reference.count(data)
            await _read_everything(mock)
            await _good_is_answered(mock)

    @settings(max_examples=campaign.times(150, 5000), database=None, print_blob=True)
    @given(_mutated())
    def run(data: bytes) -> None:
        campaign.count("generated hostile messages")
        loop.run_until_complete(compare(data))

    try:
        run()
    finally:
        loop.close()


async def test_bombs_are_not_blown_up(campaign: Any) -> None:
    """What unpacks to gigabytes is kept as it was sent, and the loop goes on meanwhile."""
    pack = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    zeros = bytes(1 << 20)
    bomb = b"".join(pack.compress(zeros) for _ in range(campaign.times(256, 4096))) + pack.flush()
    bombs = {b"gzip": bomb, b"deflate": zlib.compress(bytes(256 << 20), 9)}
    async with aiointercept() as mock:
        _routes(mock)
        for encoding, body in bombs.items():
            extra = b"Connection: close\r\nContent-Encoding: %b\r\n" % encoding
            data = _typed(b"application/json", body, extra)
            ticks = 0

            async def tick() -> None:
                nonlocal ticks
                while True:
                    ticks += 1
                    await asyncio.sleep(0)

            ticking = asyncio.ensure_future(tick())
            assert await _try(mock, data) == 1
            ticking.cancel()
            assert ticks > 40  # one for each MiB that is unpacked
            assert mock.last_request.captured_body == body
            await _good_is_answered(mock)
            campaign.count("bombs")


async def test_floods_and_half_open_connections_leave_the_mock_fine(campaign: Any) -> None:
    """Hundreds of peers that say nothing, or not enough, or go without a word."""
    peers: list[socket.socket] = []
    beginnings = (
        b"",
        b"G",
        GOOD[:-2],
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc",
    )
    number = campaign.times(200, 400)
    async with aiointercept() as mock:
        _routes(mock)
        for index in range(number):
            peer = socket.socket()
            peer.setblocking(False)
            peer.connect_ex(("127.0.0.1", mock.server_port))
            peers.append(peer)
            await asyncio.sleep(0)
            try:
                peer.send(beginnings[index % len(beginnings)])
            except OSError:
                continue
        await _good_is_answered(mock)
        for peer in peers[::2]:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            peer.close()
        await _good_is_answered(mock)
        assert mock.call_count == 2
    for peer in peers[1::2]:
        peer.settimeout(SECONDS)
        assert _drained(peer) == b""
    campaign.count("half-open connections", number)


def _listening_ports() -> set[int]:
    """Return the ports at which this process listens; none where the system does not tell."""
    found: set[int] = set()
    try:
        lines = Path("/proc/self/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return found
    for line in lines:
        fields = line.split()
        if fields[3] == "0A":
            found.add(int(fields[1].rpartition(":")[2], 16))
    return found


@pytest.mark.parametrize("intercepts", [True, False])
async def test_strangers_at_our_ports_do_not_stop_the_loop(
    campaign: Any,
    intercepts: bool,  # noqa: FBT001  it is a parameter
) -> None:
    """Whoever fills the backlog of a socket of ours, calls are answered."""
    before = _listening_ports()
    async with aiointercept(mock_external_urls=intercepts) as mock:
        base = "http://h.test" if intercepts else mock.server_url
        mock.get(f"{base}/good", body="good", repeat=True)

        async def ask() -> str:
            async with aiohttp.ClientSession() as session, session.get(f"{base}/good") as answer:
                return await answer.text()

        assert await ask() == "good"
        if not intercepts:
            assert mock.proxy_url  # it listens, too
        strangers: list[socket.socket] = []
        for port in _listening_ports() - before:
            for _ in range(1500):  # more than any backlog holds
                stranger = socket.socket()
                stranger.setblocking(False)
                stranger.connect_ex(("127.0.0.1", port))
                strangers.append(stranger)
        try:
            for _ in range(3):
                assert await asyncio.wait_for(ask(), SECONDS) == "good"
        finally:
            for stranger in strangers:
                stranger.close()
        campaign.count("strangers at our ports", len(strangers))


def test_what_came_in_is_what_json_says() -> None:
    """The deep bodies are what makes a parser give up: else the tests above prove nothing."""
    with pytest.raises(RecursionError):
        json.loads(_NESTED)
