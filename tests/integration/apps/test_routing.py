"""Which requests a mount takes, beside routes and other mounts."""

import aiohttp
import pytest
from aiohttp import web

from aiointercept import Fault, aiointercept
from aiointercept.errors import UnmetExpectationsError


def naming(name):
    """Return an application that answers everything with its name."""

    async def tell(request):
        await request.read()
        return web.Response(text=f"{name} {request.path}")

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", tell)
    return app


async def get(url, **options):
    """Return what a GET gives."""
    async with aiohttp.ClientSession() as session:
        async with session.get(url, **options) as response:
            return await response.text()


async def post(url, **options):
    """Return what a POST gives."""
    async with aiohttp.ClientSession() as session:
        async with session.post(url, **options) as response:
            return await response.text()


async def test_longest_prefix_wins_by_segments():
    """Longest prefix wins by segments."""
    async with aiointercept(mock_external_urls=True) as m:
        m.mount("https://h.test/a", naming("a"))
        m.mount("https://h.test/", naming("all"))
        m.mount("https://h.test/a/b/", naming("b"))
        m.mount("http://h.test", naming("plain"))
        assert await get("https://h.test/a") == "a /a"
        assert await get("https://h.test/a/") == "a /a/"
        assert await get("https://h.test/a/c") == "a /a/c"
        assert await get("https://h.test/ab") == "all /ab"
        assert await get("https://h.test") == "all /"
        assert await get("https://h.test/a/b") == "b /a/b"
        assert await get("https://h.test/a/b/c?x=1") == "b /a/b/c"
        assert await get("https://h.test/a/bc") == "a /a/bc"
        assert await get("http://h.test/a") == "plain /a"


async def test_routes_are_asked_first():
    """Routes are asked first."""
    async with aiointercept(mock_external_urls=True) as m:
        handle = m.mount("https://h.test", naming("app"))
        m.get("https://h.test/broken", status=503)
        m.post("https://h.test/reset", fault=Fault.CONNECTION_RESET)
        async with aiohttp.ClientSession() as session:
            async with session.get("https://h.test/broken") as response:
                assert response.status == 503
            with pytest.raises(aiohttp.ClientOSError):
                await session.post("https://h.test/reset")
        # Used up, it lets the application answer.
        assert await get("https://h.test/broken") == "app /broken"
        assert handle.call_count == 1


async def test_route_that_decides_by_the_body_is_asked_first():
    """Route that decides by the body is asked first."""
    async with aiointercept(mock_external_urls=True) as m:
        handle = m.mount("https://h.test", naming("app"))
        m.post("https://h.test/x", body="route", match=lambda request: request.body == b"mine")
        assert await post("https://h.test/x", data=b"other") == "app /x"
        assert await post("https://h.test/x", data=b"mine", expect100=True) == "route"
        assert await post("https://h.test/x", data=b"mine", expect100=True) == "app /x"
        assert [call.request.captured_body for call in handle.calls] == [b"other", b"mine"]


async def test_two_mounts_for_one_prefix():
    """Two mounts for one prefix."""
    async with aiointercept(mock_external_urls=True) as m:
        first = m.mount("https://h.test/v2", naming("first"))
        with pytest.raises(ValueError, match=r"mounted at https://h\.test/v2 already, at .*\.py:"):
            m.mount("https://H.test:443/v2/", naming("second"))
        first.remove()
        m.mount("https://h.test/v2", naming("second"))
        assert await get("https://h.test/v2/x") == "second /v2/x"


async def test_unmatched_names_the_mount():
    """Unmatched names the mount."""
    async with aiointercept(mock_external_urls=True) as m:
        m.mount("https://h.test/v2", naming("app"), name="graph")
        with pytest.raises(aiohttp.ClientConnectionError) as caught:
            await get("https://h.test/v1/x")
        assert "https://h.test/v2/... (graph)" in str(caught.value)
        assert "path" in str(caught.value)


async def test_loopback_that_a_mount_names_is_mocked():
    """Loopback that a mount names is mocked."""
    async with aiointercept(mock_external_urls=True) as m:
        m.mount("http://localhost:9/api", naming("app"))
        assert await get("http://localhost:9/api/x") == "app /api/x"


async def test_strict_lets_a_mount_stay_unused_unless_told():
    """Strict lets a mount stay unused unless told."""
    async with aiointercept(mock_external_urls=True, strict=True) as m:
        m.mount("https://h.test", naming("app"))
    with pytest.raises(UnmetExpectationsError, match=r"https://other\.test"):
        async with aiointercept(mock_external_urls=True, strict=True) as m:
            m.mount("https://other.test", naming("app"), optional=False)


async def test_the_inner_mock_comes_first():
    """The inner mock comes first."""
    async with aiointercept(mock_external_urls=True) as outer:
        outer.mount("https://h.test", naming("outer"))
        async with aiointercept(mock_external_urls=True) as inner:
            inner.mount("https://h.test/a", naming("inner"))
            assert await get("https://h.test/a") == "inner /a"
            assert await get("https://h.test/b") == "outer /b"
            assert await post("https://h.test/b", data=b"x") == "outer /b"


async def test_assertions_of_the_handle():
    """Assertions of the handle."""
    async with aiointercept(mock_external_urls=True) as m:
        handle = m.mount("https://h.test", naming("app"))
        handle.assert_not_called()
        await post("https://h.test/b", json={"a": 1})
        handle.assert_called_once()
        handle.assert_called_with(json={"a": 1})
        assert handle.last_request.url.path == "/b"
