"""Applications behind TLS, behind the proxy, and beside cassettes."""

import asyncio

import aiohttp
import requests

from aiointercept import aiointercept

BASE = "https://graph.example.com/v2"


async def test_over_tls(service):
    """Where TLS is spoken the application sees the same."""
    async with aiointercept(mock_external_urls=True, tls=True) as m:
        m.mount(BASE, service.app)
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{BASE}/about/x") as response:
                assert (await response.json())["url"] == f"{BASE}/about/x"


async def test_through_the_proxy(service):
    """Any client reaches an application under its URL, with TLS and without."""
    async with aiointercept(tls=True) as m:
        m.mount(BASE, service.app)
        m.mount("http://plain.example.com:8080/v2", service.app)

        def ask(url):
            proxies = {"http": m.proxy_url, "https": m.proxy_url}
            with requests.Session() as session:
                session.trust_env = False
                return session.get(url, proxies=proxies, verify=str(m.ca_file)).json()["url"]

        for url in (f"{BASE}/about/x?a=1", "http://plain.example.com:8080/v2/about/y"):
            assert await asyncio.to_thread(ask, url) == url
        assert [call.response.status for call in m.calls] == [200, 200]


async def test_websocket_through_the_proxy(async_service):
    """An upgrade passes both."""
    async with aiointercept(tls=True) as m:
        m.mount(BASE, async_service.app)
        async with aiohttp.ClientSession() as session:
            async with session.ws_connect(
                f"{BASE}/chat", protocols=["chat"], proxy=m.proxy_url, ssl=m.ssl_context()
            ) as socket:
                await socket.send_str("a")
                assert await socket.receive_str() == "A"


async def test_beside_a_cassette(service, tmp_path):
    """What an application answers is not recorded."""
    file = tmp_path / "calls.har"
    async with aiointercept(cassette=file, record="once") as m:
        m.mount(BASE, service.app)
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{BASE}/about/x") as response:
                assert response.status == 200
    assert not file.exists() or b"graph.example.com" not in file.read_bytes()
