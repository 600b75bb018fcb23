import pickle

import aiohttp

from aiointercept.adapters.errors import NoRouteError


def test_a_client_catches_it_as_a_lost_connection():
    """Code that handles a server that is not there handles it, and reads the explanation."""
    error = NoRouteError("No route matches GET /items")
    assert isinstance(error, aiohttp.ServerDisconnectedError)
    assert isinstance(error, aiohttp.ClientConnectionError)
    assert error.message == "No route matches GET /items"
    assert str(error) == "No route matches GET /items"


def test_its_public_home():
    """Tracebacks name the module from which users import it."""
    assert NoRouteError.__module__ == "aiointercept.errors"
    assert type(pickle.loads(pickle.dumps(NoRouteError("x")))) is NoRouteError  # noqa: S301  made here
