import gc
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from aiointercept.api.callback import CallbackResult, computing, parameters_of
from aiointercept.core.http.messages import Request, Response
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.replies import Stream

DEFAULT = Response(418)
ASKED = Request(
    "POST",
    "https://H.test:443?b=1&a=3&b=2#part",
    {"Content-Type": "application/json", "X-A": "1"},
    body=b'{"k": 1}',
)


def drive(awaitable: Any):
    """Return the result of a coroutine that never waits."""
    with pytest.raises(StopIteration) as stopped:
        next(awaitable.__await__())
    return stopped.value.value


def compute(callback: Any, request: Request = ASKED):
    """Return what ``callback`` makes of a request."""
    return computing(callback, DEFAULT, "test.py:1")(request, lambda: "the request")


def test_what_a_callback_gets():
    """The normalised URL, and the parts of the request by name."""
    given = {}

    def callback(url: Any, **kwargs: Any):
        given.update(kwargs, url=url)
        return CallbackResult()

    compute(callback)
    assert str(given.pop("url")) == "https://h.test/?a=3&b=1&b=2"
    assert given.pop("headers")["x-a"] == "1"
    assert given == {"query": {"b": ["1", "2"], "a": ["3"]}, "json": {"k": 1}, "data": b'{"k": 1}'}


def test_no_body_is_none():
    """Neither data nor JSON."""

    def callback(url: Any, *, headers: Any, query: Any, json: Any, data: Any):
        assert (json, data) == (None, None)
        return CallbackResult()

    assert compute(callback, Request("GET", "https://h.test")).status == 200


class WithCall:
    """A callable object that wants the request."""

    def __call__(self, url: Any, *, request: Any, **kwargs: Any):
        """Answer."""
        return CallbackResult(body=request)


def wants(url: Any, request: Any, **kwargs: Any):
    """Ask for the request by its name."""
    return CallbackResult(body=request)


@pytest.mark.parametrize(
    "callback",
    [wants, WithCall(), partial(wants), lambda url, request=None, **kwargs: wants(url, request)],
)
def test_the_request_comes_to_those_who_ask_for_it(callback: Any):
    """A parameter of that name asks for it."""
    assert compute(callback).body == b"the request"


def test_the_request_is_not_among_the_keywords_of_those_who_do_not():
    """`**kwargs` alone does not ask, and nothing is made for it."""

    def callback(url: Any, **kwargs: Any):
        assert "request" not in kwargs
        return CallbackResult()

    def shown():
        raise AssertionError

    assert computing(callback, DEFAULT, "test.py:1")(ASKED, shown).status == 200


def test_a_callable_that_does_not_tell_its_parameters_takes_none_by_name():
    """Some functions written in C do not: they get what all get."""
    assert not parameters_of(max)
    assert list(parameters_of(wants)) == ["url", "request", "kwargs"]


def test_an_async_callback_is_to_be_awaited():
    """Also one that hides behind a plain function."""

    async def callback(url: Any, **kwargs: Any):
        return CallbackResult(status=202)

    assert drive(compute(callback)).status == 202
    assert drive(compute(lambda url, **kwargs: callback(url))).status == 202


def test_what_nobody_awaits_can_be_closed():
    """So that Python does not warn of the user's coroutine."""

    async def callback(url: Any, **kwargs: Any):
        raise AssertionError

    compute(callback).close()

    class Other:
        """An awaitable of another kind."""

        def __await__(self):
            raise AssertionError

    compute(lambda url, **kwargs: Other()).close()
    gc.collect()


async def chunks():
    """Yield a body."""
    yield b"one"


def test_a_result_is_cleaned_as_a_registration_is():
    """With the same options and the same defaults."""
    result = CallbackResult(
        status=201, body=b"x", headers=[("A", "1"), ("A", "2")], reason="Own", content_type="x/y"
    )
    made = compute(lambda url, **kwargs: result)
    assert isinstance(made, Response)
    assert (made.status, made.reason, made.body) == (201, "Own", b"x")
    assert list(made.headers.items()) == [("Content-Type", "x/y"), ("A", "1"), ("A", "2")]
    default = compute(lambda url, **kwargs: CallbackResult())
    assert (default.status, default.body) == (200, b"")
    assert default.headers["Content-Type"] == "application/json"
    assert isinstance(compute(lambda url, **kwargs: CallbackResult(body=chunks)), Stream)
    assert compute(lambda url, **kwargs: CallbackResult(payload=[1])).body == b"[1]"


def test_attributes_hold_what_was_given():
    """A result can be looked at, by every name of its signature, also by position."""
    result = CallbackResult("PUT", 201, "b", "x/y", [1], {"A": "1"}, dict, "Own")
    assert (result.method, result.status, result.body, result.content_type) == (
        "PUT",
        201,
        "b",
        "x/y",
    )
    assert (result.payload, result.headers, result.response_class, result.reason) == (
        [1],
        {"A": "1"},
        dict,
        "Own",
    )


def named(url: Any, **kwargs: Any):
    """Return what is no result."""
    return "text"


async def named_async(url: Any, **kwargs: Any):
    """Return what is no result, later."""
    return {"status": 200}


def test_what_is_no_result_is_refused():
    """The message names the callback and what it returned."""
    with pytest.raises(
        TypeError,
        match="named of the route registered at test.py:1 must return .* returned 'text'",
    ):
        compute(named)
    with pytest.raises(
        TypeError,
        match="named_async of the route .* must return .* returned {'status': 200}",
    ):
        drive(compute(named_async))
    with pytest.raises(TypeError, match="WithNothing object.* must return a CallbackResult"):
        compute(WithNothing())


def test_none_stands_for_the_response_of_the_registration():
    """So does a fault that has a body to cut."""
    assert compute(lambda url, **kwargs: None) is DEFAULT
    reply = compute(lambda url, **kwargs: Fault.TRUNCATED_BODY)
    assert (reply.fault, reply.content) == (Fault.TRUNCATED_BODY, DEFAULT)


def test_a_fault_before_there_is_a_connection_is_refused():
    """There is one by the time a callback runs."""
    with pytest.raises(ValueError, match="test.py:1 returned Fault.DNS_FAILURE"):
        compute(lambda url, **kwargs: Fault.DNS_FAILURE)


def test_json_is_another_name_for_payload():
    """It can be read back by both."""
    result = CallbackResult(json={"a": 1})
    assert (result.payload, result.json) == ({"a": 1}, {"a": 1})
    with pytest.raises(ValueError, match="two names for one argument"):
        CallbackResult(json={"a": 1}, payload={"a": 2})


class WithNothing:
    """A callable object without a name of its own."""

    def __call__(self, url: Any, **kwargs: Any):
        """Answer."""
        return 3


@pytest.mark.parametrize("status", [204, 304])
def test_no_content_type_where_there_is_no_body(status: int):
    """Unless it is given."""
    assert "Content-Type" not in compute(lambda url, **kw: CallbackResult(status=status)).headers
    given = CallbackResult(status=status, content_type="application/json")
    assert compute(lambda url, **kw: given).headers["Content-Type"] == "application/json"


def test_content_type_of_a_file(tmp_path: Path):
    """It is that of its name, unless another is given."""
    file = tmp_path / "page.html"
    file.touch()
    answer = compute(lambda url, **kw: CallbackResult(body=file))
    assert answer.headers["Content-Type"] == "text/html"
    given = CallbackResult(body=file, content_type="application/json")
    assert compute(lambda url, **kw: given).headers["Content-Type"] == "application/json"


def test_the_default_content_type_can_be_read():
    """As any text."""
    assert CallbackResult().content_type == "application/json"
    assert "content_type='application/json'" in repr(CallbackResult())
