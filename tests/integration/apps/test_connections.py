"""What connections do beneath requests: files, early answers, closed ones, other transports."""

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from aiointercept import aiointercept
from aiointercept.testing import SocketlessTransport

DESCRIPTORS = Path("/proc/self/fd")


def application(**handlers):
    """Return an application with these handlers, each under its name."""
    app = web.Application(client_max_size=1 << 10)
    for name, handler in handlers.items():
        app.router.add_route("*", f"/{name}", handler)
    return app


async def test_file_of_an_aiohttp_application(tmp_path):
    """Files are sent in chunks, as ``sendfile`` needs a socket."""
    file = tmp_path / "data.bin"
    file.write_bytes(os.urandom(1 << 20))

    async def send(request):
        return web.FileResponse(file)

    async with aiointercept(mock_external_urls=True) as m:
        m.mount("https://h.test", application(file=send))
        async with aiohttp.ClientSession() as session:
            async with session.get("https://h.test/file") as response:
                assert await response.read() == file.read_bytes()
            async with session.get("https://h.test/file", headers={"Range": "bytes=5-9"}) as part:
                assert (part.status, await part.read()) == (206, file.read_bytes()[5:10])


async def test_answer_before_the_body_is_read():
    """An application need not read what is sent; the next request is answered all the same."""

    async def refuse(request):
        return web.Response(status=413)

    async def body():
        for _ in range(100):
            yield bytes(1 << 16)

    async with aiointercept(mock_external_urls=True) as m:
        handle = m.mount("https://h.test", application(x=refuse))
        async with aiohttp.ClientSession() as session:
            for _ in range(3):
                try:
                    async with session.post("https://h.test/x", data=body()) as response:
                        assert response.status == 413
                except aiohttp.ClientConnectionError:  # as real servers do that do not linger
                    continue
        assert [call.response.status for call in handle.calls] == [413] * 3


async def test_connection_that_the_application_closes():
    """The client sees what it would of a server that crashes."""

    async def crash(request):
        request.transport.abort()
        return web.Response()

    async with aiointercept(mock_external_urls=True) as m:
        handle = m.mount("https://h.test", application(x=crash))
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.ServerDisconnectedError):
                await session.post("https://h.test/x")
        (call,) = handle.calls
        assert call.response is None


async def test_connection_close():
    """An application that closes its connections gets a new one for each request."""
    seen = set()

    async def once(request):
        seen.add(request.protocol)
        response = web.Response(text="ok")
        response.force_close()
        return response

    async with aiointercept(mock_external_urls=True) as m:
        m.mount("https://h.test", application(x=once))
        async with aiohttp.ClientSession() as session:
            for _ in range(3):
                async with session.get("https://h.test/x") as response:
                    assert await response.text() == "ok"
    assert len(seen) == 3


async def test_one_connection_for_several_requests():
    """The application's connection lasts as long as that of the client."""
    seen = set()

    async def note(request):
        seen.add(request.protocol)
        return web.Response(text="ok")

    async with aiointercept(mock_external_urls=True) as m:
        m.mount("https://h.test", application(x=note))
        async with aiohttp.ClientSession() as session:
            for _ in range(5):
                async with session.get("https://h.test/x") as response:
                    await response.read()
        assert len(seen) == 1
        (protocol,) = seen
        while protocol.transport is not None:
            await asyncio.sleep(0)


async def test_http_1_0_client():
    """An old client gets its answer, and the end of the connection."""

    async def tell(request):
        return web.Response(text=f"{request.version.major}.{request.version.minor}")

    async with aiointercept() as m:
        m.mount("/", application(x=tell))

        def ask():
            with socket.create_connection((m.server_host, m.server_port)) as sock:
                sock.sendall(b"GET /x HTTP/1.0\r\n\r\n")
                return b"".join(iter(lambda: sock.recv(1 << 16), b""))

        answer = await asyncio.to_thread(ask)
    assert answer.startswith(b"HTTP/1.0 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\n1.0")


async def test_without_sockets(service):
    """Connections in memory lead to applications too."""
    async with aiointercept(mock_external_urls=True, transport=SocketlessTransport()) as m:
        m.mount("https://h.test/v2", service.app)
        async with aiohttp.ClientSession() as session:
            async with session.post("https://h.test/v2/echo", data=bytes(1 << 20)) as response:
                assert await response.read() == bytes(1 << 20)


async def test_retried_by_the_client_is_one_call():
    """Aiohttp repeats a GET whose connection breaks: that is one call, sent twice."""
    times = []

    async def flaky(request):
        times.append(1)
        if len(times) == 1:
            request.transport.abort()
        return web.Response(text="ok")

    async with aiointercept(mock_external_urls=True) as m:
        handle = m.mount("https://h.test", application(x=flaky))
        async with aiohttp.ClientSession() as session:
            async with session.get("https://h.test/x") as response:
                assert await response.text() == "ok"
        (call,) = handle.calls
        assert call.attempts == 2
        assert call.response.status == 200


@pytest.mark.skipif(not DESCRIPTORS.exists(), reason="the system does not tell")
def test_no_descriptor_is_left(service):
    """Nothing stays open, however many blocks there were."""

    async def block():
        async with aiointercept(mock_external_urls=True) as m:
            m.mount("https://h.test", application(x=_ok))
            async with aiohttp.ClientSession() as session:
                for _ in range(3):
                    async with session.get("https://h.test/x") as response:
                        await response.read()

    async def blocks():
        await block()
        before = len(list(DESCRIPTORS.iterdir()))
        for _ in range(30):
            await block()
        assert len(list(DESCRIPTORS.iterdir())) <= before

    asyncio.run(blocks())


async def _ok(request):
    return web.Response(text="ok")


def test_development_mode():
    """The tests of life cycles and errors pass under ``-X dev -W error``, too."""
    here = Path(__file__).parent
    names = [str(here / "test_life_cycle.py"), str(here / "test_errors.py")]
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-m", "pytest", *options, *names],
        cwd=here.parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
