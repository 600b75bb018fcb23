import inspect

import aiohttp
import pytest

from aiointercept import aiointercept
from aiointercept.api.client_options import ConnectorOptions, SessionOptions


@pytest.mark.parametrize(
    ("kind", "options", "ours"),
    [
        (aiohttp.TCPConnector, ConnectorOptions, set()),
        (aiohttp.ClientSession, SessionOptions, {"connector"}),
    ],
)
def test_all_keywords_of_aiohttp_are_known(kind: type, options: type, ours: set[str]) -> None:
    """Those of the version that is installed."""
    assert set(inspect.signature(kind).parameters) - ours <= set(options.__annotations__)


async def test_a_misspelt_keyword_is_explained() -> None:
    """As those of registrations are."""
    async with aiointercept() as m:
        with pytest.raises(TypeError, match="'header': did you mean 'headers'"):
            m.session(header={})
        with pytest.raises(TypeError, match="'limits': did you mean 'limit'"):
            m.connector(limits=3)
