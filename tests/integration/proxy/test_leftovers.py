"""What is left after a block with a proxy: nothing, whatever was going on."""

import asyncio
import contextlib
import gc
import os
import socket
import threading
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
import requests

from aiointercept import CallbackResult, aiointercept

URL = "https://api.test/"


def descriptors() -> int:
    """Count what this process has open; 0 where the system does not tell."""
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0


async def hang(*_: Any, **__: Any) -> CallbackResult:
    """Never come back."""
    await asyncio.Event().wait()
    return CallbackResult()


def register(m: aiointercept) -> None:
    """Register what the connections ask for."""
    m.get(f"{URL}hang", callback=hang)
    m.get(URL, body=b"found", repeat=True)


def open_connections(m: aiointercept) -> list[socket.socket]:
    """Open one in every state: silent, in CONNECT, in a tunnel, in a handshake, in a call."""
    proxy = ("127.0.0.1", int(m.proxy_url.rpartition(":")[2]))
    opened = [socket.create_connection(proxy) for _ in range(5)]
    tunnel = b"CONNECT api.test:443 HTTP/1.1\r\n\r\n"
    opened[1].sendall(tunnel[:4])
    opened[2].sendall(tunnel)
    opened[3].sendall(tunnel + b"\x16\x03\x01")
    opened[4].sendall(tunnel)
    assert opened[4].recv(1000).startswith(b"HTTP/1.1 200")
    opened[4] = m.ssl_context().wrap_socket(opened[4], server_hostname="api.test")
    opened[4].sendall(b"GET /hang HTTP/1.1\r\nHost: api.test\r\n\r\n")
    opened.append(socket.create_connection(("127.0.0.1", m.server_port)))
    pause = threading.Event()
    while not [call for call in m.calls if call.request.path == "/hang"]:
        pause.wait(0.001)
    return opened


def close(connections: list[socket.socket]) -> None:
    """Close the other ends."""
    for one in connections:
        one.close()


def without_a_loop() -> Path:
    """Live a block; return where its files were."""
    with aiointercept(tls=True) as m:
        register(m)
        with m.proxied():
            assert requests.get(URL).content == b"found"
        opened = open_connections(m)
        folder = Path(m.ca_file).parent
    close(opened)
    return folder


def with_a_loop() -> Path:
    """Live a block; return where its files were."""

    async def live() -> Path:
        async with aiointercept(tls=True, mock_external_urls=True) as m:
            register(m)
            context = m.ssl_context()
            async with (
                httpx.AsyncClient(proxy=m.proxy_url, verify=context) as http,
                aiohttp.ClientSession() as session,
            ):
                assert (await http.get(URL)).content == b"found"
                async with session.get(URL) as response:
                    assert await response.read() == b"found"
                opened = await asyncio.to_thread(open_connections, m)
                folder = Path(m.ca_file).parent
        close(opened)
        return folder

    return asyncio.run(live())


@pytest.mark.parametrize("live", [without_a_loop, with_a_loop])
def test_nothing_is_left(live: Any):
    """No descriptor, thread, variable or file; nothing is said about it either."""
    live()  # what is made once for the process is there from now on
    gc.collect()
    threads, environment, before = set(threading.enumerate()), dict(os.environ), descriptors()
    for _ in range(5):
        assert not live().exists()
    gc.collect()
    for _ in range(200):  # the helper's thread may have to turn once more
        if descriptors() <= before:
            break
        threading.Event().wait(0.01)
    assert descriptors() <= before
    assert set(threading.enumerate()) <= threads
    assert dict(os.environ) == environment


async def test_no_task_is_left():
    """On the loop of the block."""
    tasks = asyncio.all_tasks()
    async with aiointercept(tls=True, mock_external_urls=True) as m:
        register(m)
        opened = await asyncio.to_thread(open_connections, m)
    for _ in range(3):
        await asyncio.sleep(0)
    assert asyncio.all_tasks() == tasks
    close(opened)


async def test_tunnels_end_with_the_block(remote: Any):
    """Those to real servers, too."""
    async with aiointercept() as m:
        port = int(m.proxy_url.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"CONNECT 127.0.0.1:{remote.port} HTTP/1.1\r\n\r\n".encode())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    with contextlib.suppress(ConnectionResetError):
        assert await reader.read() == b""
    writer.close()
