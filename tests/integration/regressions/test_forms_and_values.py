"""Forms of entry and values of arguments that were refused, mistaken, or noticed too late."""

import re
import threading
import warnings
from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from unittest.mock import ANY

import aiohttp
import pytest
import requests

from aiointercept import CallbackResult, Fault, aiointercept, matchers
from aiointercept.errors import AiointerceptWarning

URL = "https://api.test/x"


async def chunks() -> AsyncIterator[bytes]:
    """Give a body of one chunk."""
    yield b"chunk"


async def get(url: str = URL) -> bytes:
    """Return what a client gets."""
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return await response.read()


def test_a_decorated_function_in_several_threads():
    """Each call has a mock of its own, however they overlap."""
    wrong: list[BaseException] = []

    @aiointercept()
    def ask(number, m):
        m.get("/", body=str(number))
        assert requests.get(m.server_url, timeout=5).text == str(number)
        m.assert_called_once()

    def ask_often(number):
        try:
            for _ in range(5):
                ask(number)
        except BaseException as error:  # noqa: BLE001 - shown below
            wrong.append(error)

    threads = [threading.Thread(target=ask_often, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


async def test_one_instance_is_for_one_block_at_a_time():
    """Entering it again inside its block is an error, and afterwards it can be entered."""
    mock = aiointercept()
    async with mock:
        with pytest.raises(RuntimeError, match="already started"):
            await mock.start()
    async with mock:
        pass


def test_the_mock_goes_to_its_place_among_positional_arguments():
    """With ``param``, what stands behind the mock can come by position."""

    @aiointercept(param="m")
    def between(first, m, last):
        return first, type(m), last

    assert between(1, 2) == (1, aiointercept, 2)
    assert between(1, last=2) == (1, aiointercept, 2)


def test_positional_only_parameters():
    """The last positional parameter may be one that has no name for callers."""

    @aiointercept()
    def function(value, m, /):
        return value, type(m)

    assert function(1) == (1, aiointercept)


def test_a_decorated_method_of_a_decorated_class():
    """The decorator on the method stands."""

    @aiointercept()
    class TestBoth:
        @aiointercept(param="mock")
        def test_own(self, mock):
            return type(mock)

        def test_other(self, m):
            return type(m)

    assert TestBoth().test_own() is TestBoth().test_other() is aiointercept


def test_forgotten_parentheses():
    """The decorator says what is missing."""
    with pytest.raises(TypeError, match="@aiointercept\\(\\) instead of @aiointercept"):

        @aiointercept
        def function(m): ...


async def test_any_stands_for_every_argument_of_an_assertion():
    """``mock.ANY`` is allowed for URL, method, query and headers."""
    async with aiointercept(mock_external_urls=True) as m:
        m.get(URL + "?a=1")
        await get(URL + "?a=1")
        m.assert_any_call(ANY)
        m.assert_any_call(ANY, "GET", params={"a": 1})
        m.assert_any_call(URL, ANY, params=ANY)
        m.assert_called_with(URL, params=ANY, headers=ANY)
        m.assert_has_calls([ANY])
        m.assert_has_calls([("GET", ANY)], any_order=True)
        m.calls[0].route.assert_called_with(params=ANY, headers=ANY)
        with pytest.raises(AssertionError, match="was not called"):
            m.assert_any_call(ANY, "POST")


async def test_fewer_calls_than_expected_in_any_order():
    """The message counts them."""
    async with aiointercept(mock_external_urls=True) as m:
        m.get(URL)
        await get()
        with pytest.raises(AssertionError, match="called 1 time, too few for the 2 calls"):
            m.assert_has_calls([("GET", URL), ("GET", URL)], any_order=True)


@pytest.mark.parametrize("form", ["two routes", "one result", "one function"])
async def test_an_exhausted_iterator_is_not_an_empty_body(form):
    """The second request gets a 500, and the block ends with what to do instead."""
    iterator = chunks()
    result = CallbackResult(body=iterator)
    with pytest.raises(ValueError, match="yields its chunks only once"):
        async with aiointercept(mock_external_urls=True) as m:
            if form == "two routes":
                m.get(URL, body=iterator)
                m.get(URL, body=iterator)
            elif form == "one result":
                m.get(URL, callback=lambda _url, **_: result, repeat=True)
            else:
                m.get(URL, body=lambda: iterator, repeat=True)
            assert await get() == b"chunk"
            assert b"ValueError" in await get()


@pytest.mark.parametrize(
    "options",
    [
        {"body": lambda _argument: chunks()},
        {"callback": lambda **_named: CallbackResult()},
        {"callback": CallbackResult},
        {"callback": lambda _url: CallbackResult()},
    ],
)
async def test_functions_that_take_other_arguments(options):
    """They are refused at registration, naming the argument."""
    async with aiointercept(mock_external_urls=True) as m:
        with pytest.raises(TypeError, match=next(iter(options))):
            m.get(URL, **options)


async def test_a_cookie_with_a_line_break_in_an_attribute():
    """It is refused at registration."""
    jar: SimpleCookie = SimpleCookie()
    jar["a"] = "1"
    jar["a"]["path"] = "/\r\nX: y"
    async with aiointercept() as m:
        with pytest.raises(ValueError, match="cookies"):
            m.get("/", cookies=jar)


@pytest.mark.parametrize("pattern", [r"wss://h\.test/", r"wss?://h\.test/", r"https://h\.test/"])
async def test_patterns_for_websockets(pattern):
    """A pattern may spell a WebSocket's URL with either scheme."""

    async def echo(ws, _request):
        await ws.send_str("hello")

    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.ws(re.compile(pattern), echo)
        async with session.ws_connect("wss://h.test/chat") as ws:
            assert await ws.receive_str() == "hello"
        assert list(m.requests) == [("GET", m.calls[0].request.canonical_url)]
        assert m.calls[0].request.canonical_url.scheme == "https"


@pytest.mark.parametrize("options", [{"fault": Fault.DNS_FAILURE}, {"raises": OSError}])
async def test_what_needs_interception_is_refused_for_the_mocks_own_url(options):
    """However the URL of the mock is named."""
    async with aiointercept() as m:
        with pytest.raises(ValueError, match="needs an intercepted client"):
            m.route(matchers.url_template(m.server_url + "/{id}"), **options)
        with pytest.raises(ValueError, match="needs an intercepted client"):
            m.get(re.compile(re.escape(m.server_url) + "/x"), **options)


async def test_a_form_that_was_never_sent_is_in_the_log():
    """A call that failed before there was a connection has the body it was about to send."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.post(URL, fault=Fault.DNS_FAILURE)
        form = aiohttp.FormData()
        form.add_field("a", "1")
        form.add_field("file", b"content", filename="name")
        with pytest.raises(aiohttp.ClientConnectorDNSError):
            await session.post(URL, data=form)
        sent = await m.last_request.post()
        assert sent["a"] == "1"
        assert sent["file"].file.read() == b"content"


@pytest.mark.parametrize("given", [True, False])
async def test_a_route_for_another_server_in_server_mode(given):
    """If nothing could reach it, a warning says what is missing, with the line of the route."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        async with aiointercept() as m:
            m.get(URL)
            m.get("/own")
            if given:
                await m.connector().close()
    assert len(caught) == (0 if given else 1)
    for warning in caught:
        assert warning.category is AiointerceptWarning
        assert warning.filename == __file__
        assert URL in str(warning.message)
        assert "mock_external_urls=True" in str(warning.message)
