import asyncio
import gc
import gzip
import hashlib
import http.client
import io
import urllib.request
import zlib
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import requests
from aiohttp.http_exceptions import HttpProcessingError

from aiointercept import CallbackResult, aiointercept

KIB = 1024
MIB = 1024 * KIB


async def raw(m: aiointercept, data: bytes) -> bytes:
    """Send bytes as they are, and return all that comes until the server closes."""
    reader, writer = await asyncio.open_connection(m.server_host, m.server_port)
    writer.write(data)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_a_request_line_of_64_kib():
    """A long URL arrives, is matched, and logged."""
    query = "q=" + "x" * 64 * KIB
    async with aiointercept() as m:
        m.get(f"/?{query}", body="found")
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{m.server_url}/?{query}") as response,
        ):
            assert await response.text() == "found"
        assert len(m.last_request.query["q"]) == 64 * KIB
        m.assert_called_once_with(f"/?{query}")


async def test_headers_of_64_kib_in_both_directions():
    """A large header is neither refused nor cut."""
    value = "x" * 64 * KIB
    async with aiointercept() as m:
        m.get("/", headers={"X-Large": value})
        async with (
            aiohttp.ClientSession(max_field_size=1 << 20, max_line_size=1 << 20) as session,
            session.get(m.server_url, headers={"X-Large": value}) as response,
        ):
            assert response.headers["X-Large"] == value
        assert m.last_request.headers["X-Large"] == value


async def test_many_headers():
    """Hundreds of headers arrive."""
    headers = {f"X-{number}": str(number) for number in range(500)}
    async with aiointercept() as m:
        m.get("/")
        async with aiohttp.ClientSession() as session:
            async with session.get(m.server_url, headers=headers) as response:
                assert response.status == 200
        m.assert_called_once_with("/", headers=headers)


async def test_a_body_of_64_mib_in_both_directions():
    """A large body arrives whole, and is there in the log."""
    body = b"0123456789abcdef" * (64 * MIB // 16)
    async with aiointercept() as m:
        m.post("/", body=body)
        async with aiohttp.ClientSession() as session:
            async with session.post(m.server_url, data=io.BytesIO(body)) as response:
                assert (
                    hashlib.sha256(await response.read()).digest() == hashlib.sha256(body).digest()
                )
        assert m.last_request.captured_body == body
        assert m.calls[0].response.body == body


async def test_a_long_body_can_be_streamed():
    """A body of any length needs no memory for the whole."""

    async def chunks():
        for _ in range(256):
            yield b"x" * 64 * KIB

    async with aiointercept() as m:
        m.get("/", body=chunks)
        async with aiohttp.ClientSession() as session, session.get(m.server_url) as response:
            total = 0
            async for chunk in response.content.iter_chunked(1 * MIB):
                total += len(chunk)
        assert total == 16 * MIB


async def test_expect_100_continue_with_aiohttp():
    """The client waits for the permission to send its body, and gets it."""
    async with aiointercept() as m:
        m.post("/", body="thanks", repeat=True)
        async with aiohttp.ClientSession() as session:
            for _ in range(2):
                async with session.post(m.server_url, data=b"body", expect100=True) as response:
                    assert (response.status, await response.text()) == (200, "thanks")
        assert [call.request.captured_body for call in m.calls] == [b"body"] * 2
        assert m.last_request.headers["Expect"] == "100-continue"


async def test_expect_100_continue_on_the_wire():
    """The interim response comes first, then the response itself."""
    async with aiointercept() as m:
        m.post("/", status=201, body="thanks")
        reader, writer = await asyncio.open_connection(m.server_host, m.server_port)
        head = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
        writer.write(head)
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"body")
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 201 Created\r\n")
        assert await reader.readexactly(6) == b"thanks"
        writer.close()
        await writer.wait_closed()


async def chunked():
    """Yield a body whose length nobody knows."""
    for part in (b"first ", b"", b"second ", b"x" * 100_000):
        yield part


async def test_a_chunked_upload():
    """The parts are put together."""
    async with aiointercept() as m:
        m.post("/")
        async with aiohttp.ClientSession() as session:
            async with session.post(m.server_url, data=chunked()) as response:
                assert response.status == 200
        assert m.last_request.captured_body == b"first second " + b"x" * 100_000
        assert m.last_request.headers["Transfer-Encoding"] == "chunked"


def raw_deflate(data: bytes) -> bytes:
    """Compress as some clients do that take "deflate" by its word: without the zlib frame."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [
        ("gzip", gzip.compress),
        ("GZIP", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", raw_deflate),
    ],
)
async def test_a_compressed_upload_is_seen_decoded(encoding: Any, compress: Any):
    """Log, callbacks, matchers and assertions get the body itself; the header stays."""
    given = []

    def callback(url: Any, *, data: Any, json: Any, **kwargs: Any):
        given.append((data, json))
        return CallbackResult()

    async with aiointercept() as m:
        m.post("/", callback=callback)
        async with aiohttp.ClientSession() as session:
            headers = {"Content-Encoding": encoding, "Content-Type": "application/json"}
            packed = compress(b'{"a": 1}')
            async with session.post(m.server_url, data=packed, headers=headers) as response:
                assert response.status == 200
        assert given == [(b'{"a": 1}', {"a": 1})]
        assert m.last_request.captured_body == b'{"a": 1}'
        assert await m.last_request.json() == {"a": 1}
        assert m.last_request.headers["Content-Encoding"] == encoding
        m.assert_called_with("/", "POST", json={"a": 1})


@pytest.mark.parametrize("compress", ["gzip", "deflate"])
async def test_aiohttp_compresses_itself(compress: Any):
    """`compress=` of aiohttp, which also sends chunks, is undone."""
    async with aiointercept() as m:
        m.post("/")
        async with aiohttp.ClientSession() as session:
            data = b"x" * 100_000
            async with session.post(m.server_url, data=data, compress=compress) as response:
                assert response.status == 200
        assert m.last_request.captured_body == data


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "x-unknown", "gzip, br"])
async def test_what_cannot_be_decoded_is_kept_as_it_came(encoding: Any):
    """A body that is not what its header says is no reason to fail."""
    async with aiointercept() as m:
        m.post("/")
        async with aiohttp.ClientSession() as session:
            headers = {"Content-Encoding": encoding}
            async with session.post(m.server_url, data=b"plain", headers=headers) as response:
                assert response.status == 200
        assert m.last_request.captured_body == b"plain"


async def test_a_compressed_response_is_sent_as_given():
    """Who registers a compressed body with its header has a server that compresses."""
    async with aiointercept() as m:
        headers = {"Content-Encoding": "gzip", "Content-Type": "text/plain"}
        m.get("/", body=gzip.compress(b"unpacked"), headers=headers)
        async with aiohttp.ClientSession() as session, session.get(m.server_url) as response:
            assert await response.text() == "unpacked"
            assert response.headers["Content-Encoding"] == "gzip"


async def test_head_has_headers_and_no_body():
    """The length tells what GET would bring; the connection is used on."""
    async with aiointercept() as m:
        m.head("/", body="12345", headers={"X-A": "1"}, repeat=True)
        m.get("/", body="after", repeat=True)
        async with aiohttp.ClientSession() as session:
            for _ in range(2):
                async with session.head(m.server_url) as response:
                    assert response.headers["Content-Length"] == "5"
                    assert response.headers["X-A"] == "1"
                    assert await response.read() == b""
                async with session.get(m.server_url) as response:
                    assert await response.read() == b"after"


async def test_head_of_a_stream_has_no_body_either(tmp_path: Path):
    """A streamed body is not sent for HEAD, and the connection is used on."""
    file = tmp_path / "body"
    file.write_bytes(b"12345")
    async with aiointercept() as m:
        m.head("/stream", body=chunked)
        m.head("/file", body=file)
        m.get("/", body="after", repeat=True)
        async with aiohttp.ClientSession() as session:
            for path, length in (("/stream", None), ("/file", "5")):
                async with session.head(m.server_url + path) as response:
                    assert response.headers.get("Content-Length") == length
                    assert await response.read() == b""
                async with session.get(m.server_url) as response:
                    assert await response.read() == b"after"


@pytest.mark.parametrize("status", [204, 304])
async def test_responses_without_a_body(status: Any):
    """204 and 304 end with their headers, and the connection is used on."""
    async with aiointercept() as m:
        m.get("/", status=status, headers={"ETag": '"1"'})
        m.get("/", body="after")
        async with aiohttp.ClientSession() as session:
            async with session.get(m.server_url) as response:
                assert response.status == status
                assert response.headers["ETag"] == '"1"'
                assert await response.read() == b""
            async with session.get(m.server_url) as response:
                assert await response.read() == b"after"


async def test_a_connection_is_kept_alive():
    """One client connection carries many requests."""
    peers = set()

    def callback(url: Any, *, request: Any, **kwargs: Any):
        peers.add(request.transport.get_extra_info("peername"))
        return CallbackResult(body="seen")

    async with aiointercept() as m:
        m.post("/", callback=callback, repeat=True)
        async with aiohttp.ClientSession() as session:
            for number in range(20):
                async with session.post(m.server_url, data=b"x" * number) as response:
                    assert await response.read() == b"seen"
        assert len(peers) == 1
        assert m.call_count == 20


async def test_the_wish_to_close_is_respected():
    """`Connection: close` and HTTP/1.0 end the connection after the response."""
    async with aiointercept() as m:
        m.get("/", body="seen", repeat=True)
        closed = await raw(m, b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        assert closed.endswith(b"\r\n\r\nseen")
        old = await raw(m, b"GET / HTTP/1.0\r\n\r\n")
        assert old.startswith(b"HTTP/1.0 200 OK\r\n")
        assert old.endswith(b"\r\n\r\nseen")


async def test_a_stream_for_an_old_client_has_no_chunks():
    """HTTP/1.0 knows no chunks: the end of the connection ends the body."""

    async def body():
        yield b"one "
        yield b"two"

    async with aiointercept() as m:
        m.get("/", body=body, headers={"Transfer-Encoding": "chunked"}, repeat=True)
        m.get("/bytes", body="plain", headers={"Transfer-Encoding": "chunked"})
        assert (await raw(m, b"GET / HTTP/1.0\r\n\r\n")).endswith(b"\r\n\r\none two")
        assert (await raw(m, b"GET /bytes HTTP/1.0\r\n\r\n")).endswith(b"\r\n\r\nplain")


async def test_pipelined_requests_are_answered_in_order():
    """Requests that come before the answer to the first are answered one after the other."""
    async with aiointercept() as m:

        async def slow(url: Any, **kwargs: Any):
            await asyncio.sleep(0.01)
            return CallbackResult(body="0")

        m.get("/0", callback=slow)
        for number in range(1, 5):
            m.post(f"/{number}", body=str(number))
        requests_sent = [b"GET /0 HTTP/1.1\r\nHost: h\r\n\r\n"]
        for number in range(1, 5):
            close = "Connection: close\r\n" if number == 4 else ""
            head = f"POST /{number} HTTP/1.1\r\nHost: h\r\n{close}Content-Length: 3\r\n\r\n"
            requests_sent.append(head.encode() + b"abc")
        answer = await raw(m, b"".join(requests_sent))
        assert answer.count(b"HTTP/1.1 200 OK") == 5
        bodies = [part.partition(b"\r\n\r\n")[2] for part in answer.split(b"HTTP/1.1 200 OK")[1:]]
        assert bodies == [b"0", b"1", b"2", b"3", b"4"]
        assert [call.request.path for call in m.calls] == ["/0", "/1", "/2", "/3", "/4"]


async def test_a_blocking_client_uploads_and_downloads_a_lot():
    """The helper has the same limits."""
    body = b"0123456789abcdef" * (4 * MIB // 16)
    async with aiointercept() as m:
        m.post("/", body=body, repeat=True)
        assert requests.post(m.server_url, data=body).content == body
        request = urllib.request.Request(m.server_url, iter([body, body]), method="POST")
        with urllib.request.urlopen(request) as response:
            assert response.read() == body
        assert m.last_request.captured_body == body * 2


MALFORMED = {
    "garbage": b"\x00\xff\xfe garbage \r\n\r\n",
    "TLS hello": bytes.fromhex("16030100c8010000c40303") + b"\x00" * 190,
    "no version": b"GET /\r\n\r\n",
    "bad header": b"GET / HTTP/1.1\r\nno colon here\r\n\r\n",
    "bad length": b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: many\r\n\r\n",
    "negative length": b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "bad chunk": b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "bad target": b"GET http://[::1 HTTP/1.1\r\nHost: h\r\n\r\n",
    "bad port": b"GET http://h:99999999/ HTTP/1.1\r\nHost: h\r\n\r\n",
    "asterisk": b"OPTIONS * HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
    "connect": b"CONNECT h.test:443 HTTP/1.1\r\nHost: h.test:443\r\n\r\n",
    "no scheme": b"GET foo:bar HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
    "upgrade": b"GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "bad encoding": b"GET /%zz%ff?%=%&a=%ff HTTP/1.1\r\nHost: \xff\r\nX: \xff\xfe\r\n\r\n",
    "nothing": b"",
    "line breaks": b"\r\n\r\n\r\n",
    "half a head": b"GET / HTTP/1.1\r\nHost:",
    "half a body": b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf",
    "half a chunk": b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    "half a permission": b"POST / HTTP/1.1\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n",
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
async def test_malformed_traffic_does_not_take_the_server_down(
    data: Any, caplog: pytest.LogCaptureFixture
):
    """Whatever comes over one connection, others are answered; the block ends as always."""
    async with aiointercept() as m:
        m.get("/", body="fine", repeat=True)
        reader, writer = await asyncio.open_connection(m.server_host, m.server_port)
        writer.write(data)
        if writer.can_write_eof():
            writer.write_eof()
        await reader.read()
        writer.close()
        await writer.wait_closed()
        async with aiohttp.ClientSession() as session, session.get(m.server_url) as response:
            assert await response.text() == "fine"
    # aiohttp's server notes what it could not read (3.13.0 as a ValueError if it is the URL);
    # nothing else may have gone wrong.
    gc.collect()
    errors = [record.exc_info[1] for record in caplog.records if record.exc_info]
    assert all(isinstance(error, HttpProcessingError | ValueError) for error in errors), errors


async def test_a_client_that_resets_its_connection_does_not_take_the_server_down():
    """A connection that breaks while it is answered is nobody's error."""

    async def endless():
        while True:
            yield b"x" * 64 * KIB
            await asyncio.sleep(0)

    async with aiointercept() as m:
        m.get("/endless", body=endless)
        m.get("/", body="fine")
        reader, writer = await asyncio.open_connection(m.server_host, m.server_port)
        writer.write(b"GET /endless HTTP/1.1\r\nHost: h\r\n\r\n")
        await reader.readexactly(100_000)
        writer.transport.abort()
        async with aiohttp.ClientSession() as session, session.get(m.server_url) as response:
            assert await response.text() == "fine"


async def test_a_tls_client_is_told_that_this_is_no_tls():
    """A client that speaks TLS gets its own error, and the server goes on."""
    async with aiointercept() as m:
        m.get("/", body="fine")
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.ClientConnectorError):
                await session.get(m.server_url.replace("http://", "https://"))
            async with session.get(m.server_url) as response:
                assert await response.text() == "fine"


async def test_http_client_keeps_its_connection_through_every_kind_of_response():
    """A strict blocking client finds each response where the one before it ended."""
    async with aiointercept() as m:
        m.get("/bytes", body=b"bytes")
        m.get("/empty")
        m.get("/none", status=204)
        m.get("/same", status=304)
        m.head("/head", body="12345")
        m.get("/chunks", body=chunked)
        m.post("/upload", body="thanks")
        connection = http.client.HTTPConnection(m.server_host, m.server_port)
        for method, path, sent, expected in (
            ("GET", "/bytes", None, b"bytes"),
            ("GET", "/empty", None, b""),
            ("GET", "/none", None, b""),
            ("GET", "/same", None, b""),
            ("HEAD", "/head", None, b""),
            ("GET", "/chunks", None, b"first second " + b"x" * 100_000),
            ("POST", "/upload", b"x" * 1000, b"thanks"),
        ):
            connection.request(method, path, sent)
            sock = connection.sock
            response = connection.getresponse()
            assert response.read() == expected
            assert connection.sock is sock
        connection.close()
