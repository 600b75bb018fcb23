"""``mount`` as a verb: its prefix, its name, its place in what is told."""

import pytest
from aiohttp import web

from aiointercept import aiointercept
from aiointercept.testing import InMemoryTransport


def test_handle_and_name():
    """A path alone is relative to the mock's own URL; the name is in messages."""
    with aiointercept(transport=InMemoryTransport()) as m:
        handle = m.mount("/v2/", web.Application(), name="shop")
        assert "* http://aiointercept.test/v2/... (shop)" in repr(handle)
        with pytest.raises(ValueError, match="mounted at http://aiointercept.test/v2 already"):
            m.mount("http://aiointercept.test/v2", web.Application())


def test_base_url():
    """A path is appended to the base URL, where there is one."""
    with aiointercept(True, base_url="https://h.test/api") as m:
        assert "https://h.test/api/v2/..." in repr(m.mount("/v2", web.Application()))


def test_passed_through():
    """What is passed through never reaches an application."""
    with aiointercept(True, passthrough=["h.test"]) as m:
        with pytest.raises(ValueError, match=r"passthrough='h\.test' leaves"):
            m.mount("https://h.test/v2", web.Application())


async def test_in_memory():
    """A transport without connections says that an application needs one."""
    transport = InMemoryTransport()
    async with aiointercept(transport=transport) as m:
        m.mount("/", web.Application())
        with pytest.raises(ConnectionError, match="AppReply needs a real connection"):
            await transport.send("GET", "/")
