"""Each client, led to the mock by the environment, under URLs that it has hard-coded."""

import asyncio
import json
import os
import shutil
import sys
import urllib.request
from typing import Any

import aiohttp
import botocore.session
import httpx
import pytest
import requests
from aiohttp import web
from aiohttp.test_utils import TestServer
from botocore.config import Config

from aiointercept import CallbackResult, aiointercept

PLAIN = "http://api.test/users?a=1"
SECURE = "https://api.test/users?a=1"
URLS = pytest.mark.parametrize(
    "url", [PLAIN, SECURE, "https://api.test:8443/", "http://192.0.2.1/"]
)

# What a program may look like that knows nothing of the test.
PROGRAM = """
import json, sys, urllib.request
for url in sys.argv[1:]:
    with urllib.request.urlopen(url) as response:
        print(json.dumps([response.status, response.headers["X-Test"], response.read().decode()]))
"""


def expect(m: aiointercept, *urls: str) -> None:
    """Register an answer for each URL."""
    for url in urls:
        m.get(url, body=f"from {url}", headers={"X-Test": "yes"})


def assert_asked(m: aiointercept, *urls: str) -> None:
    """Check that just these were asked for, once each."""
    assert [str(call.request.url) for call in m.calls] == list(urls)
    assert all(call.response is not None and call.response.status == 200 for call in m.calls)


@URLS
async def test_requests_on_the_thread_of_the_loop(url: str):
    """It blocks the loop and gets its answer all the same."""
    async with aiointercept() as m:
        expect(m, url)
        with m.proxied():
            response = requests.get(url)
        assert response.text == f"from {url}"
        assert_asked(m, url)


@URLS
def test_requests_without_a_loop(url: str):
    """Likewise."""
    with aiointercept() as m:
        expect(m, url)
        with m.proxied():
            assert requests.get(url).text == f"from {url}"
        assert_asked(m, url)


@URLS
async def test_httpx(url: str):
    """Both of its clients."""
    async with aiointercept() as m:
        expect(m, url, url)
        with m.proxied():
            async with httpx.AsyncClient() as client:
                assert (await client.get(url)).text == f"from {url}"
            with httpx.Client() as client:
                assert client.get(url).text == f"from {url}"
        assert_asked(m, url, url)


@URLS
async def test_urllib(url: str):
    """The one in the standard library; ``urlopen`` itself remembers the first environment."""
    async with aiointercept() as m:
        expect(m, url)
        with m.proxied(), urllib.request.build_opener().open(url) as response:
            assert response.read().decode() == f"from {url}"
        assert_asked(m, url)


@URLS
async def test_aiohttp(url: str):
    """With ``trust_env``, or ``proxy=``, where nothing is intercepted."""
    async with aiointercept() as m:
        expect(m, url, url)
        with m.proxied():
            async with (
                aiohttp.ClientSession(trust_env=True) as session,
                session.get(url, ssl=m.ssl_context()) as response,
            ):
                assert await response.text() == f"from {url}"
        async with (
            aiohttp.ClientSession() as session,
            session.get(url, ssl=m.ssl_context(), proxy=m.proxy_url) as response,
        ):
            assert await response.text() == f"from {url}"
        assert_asked(m, url, url)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("options", [[], ["--http1.0"], ["--http2"], ["--proxytunnel"]])
@URLS
async def test_curl(url: str, options: list[str]):
    """A program of another language, and its ways to speak with a proxy."""
    async with aiointercept() as m:
        expect(m, url)
        process = await asyncio.create_subprocess_exec(
            "curl",
            "-sS",
            *options,
            url,
            env={**os.environ, **m.proxy_environment()},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, errors = await process.communicate()
        assert (output.decode(), errors.decode()) == (f"from {url}", "")
        assert_asked(m, url)


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
async def test_node_trusts_the_file():
    """It has no proxy of its own accord, so it is told, and goes through a tunnel by hand."""
    script = """
    const http = require("http"), https = require("https");
    const proxy = new URL(process.env.HTTPS_PROXY);
    const tunnel = http.request({host: proxy.hostname, port: proxy.port, method: "CONNECT",
                                 path: "api.test:443"});
    tunnel.on("connect", (_, socket) => {
        https.get({host: "api.test", path: "/users?a=1", socket, agent: false}, response => {
            response.on("data", data => process.stdout.write(data));
        });
    });
    tunnel.end();
    """
    async with aiointercept() as m:
        expect(m, SECURE)
        process = await asyncio.create_subprocess_exec(
            "node",
            "-e",
            script,
            env={**os.environ, **m.proxy_environment()},
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await process.communicate()
        assert output.decode() == f"from {SECURE}"


async def test_a_python_program():
    """One environment, and both schemes."""
    async with aiointercept() as m:
        expect(m, PLAIN, SECURE)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            PROGRAM,
            PLAIN,
            SECURE,
            env={**os.environ, **m.proxy_environment()},
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await process.communicate()
        answers = [json.loads(line) for line in output.splitlines()]
        assert answers == [[200, "yes", f"from {PLAIN}"], [200, "yes", f"from {SECURE}"]]
        assert_asked(m, PLAIN, SECURE)


async def test_botocore():
    """The client of Amazon's services, with its own checks of certificates and answers."""
    async with aiointercept() as m:
        listing = (
            '<?xml version="1.0" encoding="UTF-8"?><ListAllMyBucketsResult><Buckets>'
            "<Bucket><Name>mine</Name></Bucket></Buckets></ListAllMyBucketsResult>"
        )
        m.get("https://s3.amazonaws.com/", body=listing, content_type="application/xml")
        with m.proxied():
            client = botocore.session.Session().create_client(
                "s3",
                region_name="us-east-1",
                aws_access_key_id="key",
                aws_secret_access_key="secret",
                config=Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}),
            )
            answer = await asyncio.to_thread(client.list_buckets)
        assert [bucket["Name"] for bucket in answer["Buckets"]] == ["mine"]
        assert m.last_request is not None
        assert m.last_request.headers["Authorization"].startswith("AWS4-HMAC-SHA256")


async def test_an_intercepted_client_beside_another_one():
    """The same routes and the same log, whoever asks; ``trust_env`` makes no difference."""
    async with aiointercept(mock_external_urls=True) as m:
        m.get(SECURE, json={"a": 1}, repeat=2)
        with m.proxied():
            async with (
                aiohttp.ClientSession(trust_env=True) as session,
                session.get(SECURE) as response,
            ):
                assert await response.json() == {"a": 1}
            assert requests.get(SECURE).json() == {"a": 1}
        assert_asked(m, SECURE, SECURE)


async def test_uploads_and_redirects():
    """Forms, large bodies, 100-continue, and a redirect from one origin to another."""
    body = bytes(range(256)) * 10_000

    def echo(_url: Any, *, data: Any, **_: Any) -> CallbackResult:
        return CallbackResult(body=data)

    async with aiointercept() as m:
        m.post("https://api.test/echo", callback=echo, repeat=True)
        m.get("http://api.test/old", status=302, headers={"Location": "https://new.test/"})
        m.get("https://new.test/", body="new")
        with m.proxied(), requests.Session() as session:
            assert session.post("https://api.test/echo", data=body).content == body
            answer = session.post(
                "https://api.test/echo",
                data=iter([b"one", b"two"]),
                headers={"Expect": "100-continue"},
            )
            assert answer.content == b"onetwo"
            assert session.get("http://api.test/old").text == "new"


async def test_web_sockets():
    """Plain ones in absolute form, others through a tunnel."""

    async def echo(ws: Any, request: Any) -> None:
        async for message in ws:
            await ws.send_str(f"{request.url}: {message.data}")

    async with aiointercept() as m, aiohttp.ClientSession() as session:
        for url in ("ws://api.test/chat", "wss://api.test/chat"):
            m.ws(url, echo)
            async with session.ws_connect(url, proxy=m.proxy_url, ssl=m.ssl_context()) as ws:
                await ws.send_str("hello")
                seen = url.replace("ws", "http", 1)
                assert await ws.receive_str() == f"{seen}: hello"
        assert m.call_count == 2


async def test_the_application_stays_reachable():
    """Its own server on this machine, though ``NO_PROXY`` is empty; that is not logged."""

    async def handle(request: web.Request) -> web.Response:
        return web.Response(text=f"real {request.method} {await request.text()}")

    app = web.Application()
    app.router.add_route("*", "/users", handle)
    async with TestServer(app) as real, aiointercept() as m:
        url = str(real.make_url("/users"))
        with m.proxied():
            get = await asyncio.to_thread(requests.get, url)
            post = await asyncio.to_thread(requests.post, url, data=b"data")
            assert (get.text, post.text) == ("real GET ", "real POST data")
            async with httpx.AsyncClient() as client:
                assert (await client.get(url)).text == "real GET "
        assert m.call_count == 0


async def test_the_application_over_tls_stays_reachable(secure_remote: Any):
    """Its certificate is its own, as nobody looks into the tunnel."""
    async with aiointercept() as m:
        url = f"https://localhost:{secure_remote.port}/"
        async with (
            aiohttp.ClientSession() as session,
            session.get(url, proxy=m.proxy_url, ssl=False) as response,
        ):
            assert await response.text() == "real"
        assert m.call_count == 0
        assert len(secure_remote.requests) == 1
