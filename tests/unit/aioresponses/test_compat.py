import asyncio

import aiohttp
import pytest
from yarl import URL

from aiointercept.aioresponses import compat

packaging_version = pytest.importorskip("packaging.version")


def test_names_that_suites_import() -> None:
    """All of aioresponses.compat."""
    assert {"URL", "Pattern", "AIOHTTP_VERSION", "stream_reader_factory"} <= set(compat.__all__)
    assert compat.URL is URL
    url = compat.normalize_url("http://a.test/?b=1&a=2")
    assert compat.merge_params("http://a.test/?a=2", {"b": 1}) == url


def test_version_compares_as_that_of_packaging_does() -> None:
    """With text, and with versions of packaging on either side."""
    version, now = packaging_version.Version, compat.AIOHTTP_VERSION
    assert now == version(aiohttp.__version__)
    assert now == aiohttp.__version__
    assert hash(now) == hash(compat.AIOHTTP_VERSION)
    assert version("3.0") < now < version("99")
    assert version("3.0.0a1") <= now <= version("99.1b2")
    assert now > "3.0"
    assert now != "3.0"
    assert (str(now), repr(now)) == (aiohttp.__version__, f"<Version('{aiohttp.__version__}')>")
    assert now.release[0] == 3


async def test_reader_for_bodies() -> None:
    """Of the running loop, or of the one that is given."""
    for loop in (None, asyncio.get_running_loop()):
        reader = compat.stream_reader_factory(loop)
        reader.feed_data(b"x")
        reader.feed_eof()
        assert await reader.read() == b"x"
