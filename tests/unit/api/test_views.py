from typing import Any

import pytest
from yarl import URL

from aiointercept.api.views import Calls, Requests

KEY = ("GET", URL("http://api.test/items?a=1&b=2"))


def absolute(url: Any) -> Any:
    """Return ``url`` below the mock's own."""
    return URL("http://api.test").join(URL(url))


@pytest.mark.parametrize(
    "key",
    [
        KEY,
        ("get", "http://API.test:80/items?b=2&a=1"),
        ("GET", "/items?a=1&b=2"),
    ],
)
def test_a_request_is_found_by_any_spelling(key: Any):
    """Of its method and URL, in each way to look it up."""
    request: Any = object()
    requests = Requests([(KEY, request), (KEY, request)], list, absolute)
    assert requests[key] == [request, request]
    assert key in requests
    assert requests.get(key) == [request, request]


@pytest.mark.parametrize("key", ["GET", 1, ("GET", "/other"), (1, 2), ("GET",)])
def test_what_is_not_there(key: Any):
    """No key is an error of another kind."""
    requests = Requests([(KEY, object())], list, absolute)  # type: ignore[list-item]  # any object does
    assert key not in requests
    assert requests.get(key, "default") == "default"
    with pytest.raises(KeyError):
        requests[key]


def test_clearing_clears_the_log():
    """The list or mapping itself is empty then, too."""
    cleared: list[str] = []
    calls = Calls([object()], lambda: cleared.append("calls"))  # type: ignore[list-item]  # any object does
    calls.clear()
    requests = Requests([(KEY, object())], lambda: cleared.append("requests"), absolute)  # type: ignore[list-item]  # as above
    requests.clear()
    assert (calls, requests, cleared) == ([], {}, ["calls", "requests"])
