"""What becomes of requests without an answer, and of errors in the user's own code."""

import asyncio
import logging
import traceback
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import requests

from aiointercept import CallbackResult, aiointercept


async def fetch(url: str, method: str = "POST") -> tuple[int, str]:
    """Ask with a session of its own."""
    async with aiohttp.ClientSession() as session, session.request(method, url) as response:
        return response.status, await response.text()


def notes_of(error: BaseException) -> str:
    """Return everything that a traceback shows of ``error``."""
    return "".join(traceback.format_exception(type(error), error, error.__traceback__))


async def test_an_exception_registered_is_a_connection_error():
    """`exception=True` gives the client what a broken connection gives."""
    async with aiointercept() as m:
        handle = m.post("/", exception=True)
        with pytest.raises(aiohttp.ClientConnectionError):
            await fetch(m.server_url)
        handle.assert_called_once()
        assert m.calls[0].response is None
        assert m.calls[0].matched
        with pytest.raises(requests.ConnectionError):
            m.post("/", exception=True)
            requests.post(m.server_url)


@pytest.mark.parametrize("exception", [LookupError("mine"), LookupError])
async def test_an_exception_that_is_not_true_warns(
    exception: Any, caplog: pytest.LogCaptureFixture
):
    """The client does not get the given exception; a warning points to what would do that."""
    async with aiointercept() as m:
        m.post("/", exception=exception)
        (record,) = caplog.records
        assert (record.name, record.levelno) == ("aiointercept", logging.WARNING)
        assert "raises=" in record.getMessage()
        assert "test_errors.py" in record.getMessage()
        with pytest.raises(aiohttp.ClientConnectionError):
            await fetch(m.server_url)


@pytest.mark.parametrize("exception", [False, None, 0])
async def test_an_exception_that_is_false_is_none(exception: Any, caplog: pytest.LogCaptureFixture):
    """The usual answer is given."""
    async with aiointercept() as m:
        m.post("/", exception=exception, body="fine")
        assert await fetch(m.server_url) == (200, "fine")
    assert not caplog.records


async def test_an_unmatched_request_is_explained_on_the_logger(caplog: pytest.LogCaptureFixture):
    """In server mode the client learns nothing; the logger tells which routes come near."""
    async with aiointercept() as m:
        m.post("/users?page=1", name="second page")
        m.get("/other")
        with pytest.raises(aiohttp.ClientConnectionError):
            await fetch(m.server_url + "/users?page=2")
        (record,) = caplog.records
        text = record.getMessage()
        assert (record.name, record.levelno) == ("aiointercept", logging.WARNING)
        assert text.startswith(f"No route matches POST {m.server_url}/users?page=2. The nearest")
        assert "query['page']: expected '1', got '2'" in text.splitlines()[1]
        assert "(second page)" in text.splitlines()[1]
        assert "test_errors.py:" in text
        assert not m.calls[0].matched
        assert m.calls[0].route is None
        assert m.calls[0].response is None


async def test_an_unmatched_request_without_any_route(caplog: pytest.LogCaptureFixture):
    """The message says that there is none."""
    async with aiointercept() as m:
        with pytest.raises(aiohttp.ClientConnectionError):
            await fetch(m.server_url + "/users")
    assert caplog.messages == [
        f"No route matches POST {m.calls[0].received.url}: no route is registered"
    ]


async def test_a_used_up_route_is_named(caplog: pytest.LogCaptureFixture):
    """The message says after how many requests, where it was registered, and what would help."""
    async with aiointercept() as m:
        m.post("/", repeat=2)
        for _ in range(2):
            await fetch(m.server_url)
        with pytest.raises(aiohttp.ClientConnectionError):
            await fetch(m.server_url)
    (text,) = caplog.messages
    assert "the routes for it were already used" in text
    assert "was already used 2 times" in text
    assert "test_errors.py:" in text
    assert "repeat=True" in text


async def test_an_unmatched_request_leaves_the_server_running():
    """The next request is answered, over another connection of the same session."""
    async with aiointercept() as m, aiohttp.ClientSession() as session:
        m.post("/", body="fine", repeat=True)
        for path, answered in (("/", True), ("/x", False), ("/", True)):
            try:
                async with session.post(m.server_url + path) as response:
                    assert await response.text() == "fine"
                    assert answered
            except aiohttp.ClientConnectionError:
                assert not answered
        assert m.call_count == 3


class BareError(BaseException):
    """As pytest's own outcomes are: no `Exception`."""


def failing(error: Any):
    """Return a sync callback that raises."""

    def callback(url: Any, **kwargs: Any):
        raise error

    return callback


def failing_later(error: Any):
    """Return an async callback that raises."""

    async def callback(url: Any, **kwargs: Any):
        await asyncio.sleep(0)
        raise error

    return callback


@pytest.mark.parametrize("make", [failing, failing_later])
@pytest.mark.parametrize(
    "error",
    [LookupError("mine"), AssertionError("mine"), BareError("mine"), asyncio.TimeoutError("mine")],
    ids=lambda error: type(error).__name__,
)
async def test_an_error_in_a_callback_is_raised_when_the_block_ends(make: Any, error: Any):
    """The client gets a 500; the very error leaves the block, with the traceback into it."""
    with pytest.raises(type(error)) as caught:
        async with aiointercept() as m:
            m.post("/", callback=make(error))
            status, text = await fetch(m.server_url)
            assert status == 500
            assert type(error).__name__ in text
            assert "mine" not in text
    assert caught.value is error
    assert "raise error" in notes_of(caught.value)
    assert m.calls[0].response.status == 500


@pytest.mark.parametrize("make", [failing, failing_later])
def test_an_error_in_a_callback_leaves_a_sync_block(make: Any):
    """Also where the callback ran on the helper's loop."""
    error = LookupError("mine")
    with pytest.raises(LookupError) as caught, aiointercept() as m:
        m.post("/", callback=make(error))
        assert requests.post(m.server_url).status_code == 500
    assert caught.value is error


@pytest.mark.parametrize("make", [failing, failing_later])
async def test_an_error_in_a_callback_leaves_stop_and_decorators(make: Any):
    """Whatever ends the block raises it."""
    error = LookupError("mine")
    m = aiointercept()
    await m.start()
    m.post("/", callback=make(error))
    assert (await fetch(m.server_url))[0] == 500
    with pytest.raises(LookupError):
        await m.stop()
    await m.stop()

    @aiointercept()
    async def decorated(m: aiointercept):
        m.post("/", callback=make(error))
        assert (await fetch(m.server_url))[0] == 500

    with pytest.raises(LookupError):
        await decorated()


@pytest.mark.parametrize("kind", [pytest.fail, pytest.skip, pytest.xfail])
async def test_what_pytest_raises_inside_a_callback_reaches_the_test(kind: Any):
    """`pytest.fail` and its like end the test, not the callback alone."""

    def callback(url: Any, **kwargs: Any):
        kind("from inside")

    with pytest.raises(BaseException, match="from inside") as caught:
        async with aiointercept() as m:
            m.post("/", callback=callback)
            assert (await fetch(m.server_url))[0] == 500
    assert caught.type.__name__ in ("Failed", "Skipped", "XFailed")


async def test_further_errors_are_notes_on_the_first():
    """The first error is raised, the others are told with it."""
    with pytest.raises(LookupError) as caught:
        async with aiointercept() as m:
            for error in (LookupError("first"), KeyError("second"), BareError("third")):
                m.post("/", callback=failing(error))
                assert (await fetch(m.server_url))[0] == 500
    assert str(caught.value) == "first"
    shown = notes_of(caught.value)
    assert "KeyError: 'second'" in shown
    assert "BareError: third" in shown


async def test_the_same_error_raised_again_and_again_is_told_once():
    """A callback that raises one instance for each request adds no notes to it."""
    error = LookupError("mine")
    with pytest.raises(LookupError) as caught:
        async with aiointercept() as m:
            m.post("/", callback=failing(error), repeat=3)
            for _ in range(3):
                await fetch(m.server_url)
    assert notes_of(caught.value).count("LookupError: mine") == 1


async def test_another_exception_that_leaves_the_block_is_not_masked():
    """What leaves goes on; what was held back becomes notes of it."""
    with pytest.raises(ZeroDivisionError) as caught:
        async with aiointercept() as m:
            m.post("/", callback=failing(LookupError("held")))
            await fetch(m.server_url)
            raise ZeroDivisionError("leaving")
    assert "LookupError: held" in notes_of(caught.value)


async def test_an_error_that_reaches_the_block_by_itself_is_no_note_of_its_own():
    """A test that raises the very error again gets it as it is."""
    error = LookupError("mine")
    with pytest.raises(LookupError) as caught:
        async with aiointercept() as m:
            m.post("/", callback=failing(error))
            await fetch(m.server_url)
            raise error
    assert notes_of(caught.value).count("LookupError: mine") == 1


async def test_a_new_start_forgets_what_was_held_back():
    """Errors of one block do not leave the next."""
    m = aiointercept()
    with pytest.raises(LookupError):
        async with m:
            m.post("/", callback=failing(LookupError("mine")))
            await fetch(m.server_url)
    async with m:
        m.post("/", body="fine")
        assert await fetch(m.server_url) == (200, "fine")


async def returning_text(url: Any, **kwargs: Any):
    """Return something else."""
    return "text"


@pytest.mark.parametrize(
    ("callback", "message"),
    [
        (
            returning_text,
            "returning_text of the route .*test_errors.py:.* must return a CallbackResult.*'text'",
        ),
        (lambda url, **kwargs: CallbackResult, "lambda.*returned <class"),
        (lambda url, **kwargs: CallbackResult(status="x"), "status must be an int"),
        (lambda url, **kwargs: CallbackResult(body={}), "body must be bytes"),
        (lambda url, **kwargs: CallbackResult(payload={1, 2}), "payload cannot be serialised"),
        (lambda url, **kwargs: CallbackResult(headers={"a": None}), "headers must map"),
        (lambda: None, "unexpected keyword|positional argument"),
    ],
)
async def test_a_callback_that_returns_something_else(callback: Any, message: Any):
    """The error that leaves the block names the callback, or the argument, and what it was."""
    with pytest.raises(TypeError, match=message):
        async with aiointercept() as m:
            m.post("/", callback=callback)
            assert (await fetch(m.server_url))[0] == 500


async def failing_at_once():
    """Raise before the first part."""
    raise LookupError("mine")
    yield b""


async def failing_at_once_for_pytest():
    """Fail as a test fails."""
    pytest.fail("mine")
    yield b""


async def yielding_text():
    """Yield what is no bytes."""
    yield "text"


def failing_to_make():
    """Raise instead of returning an iterable."""
    raise LookupError("mine")


def making_something_else():
    """Return what is no async iterable."""
    return [b"a"]


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        (failing_at_once, LookupError, "mine"),
        (failing_at_once_for_pytest, pytest.fail.Exception, "mine"),
        (failing_to_make, LookupError, "mine"),
        (yielding_text, TypeError, "bytes"),
        (making_something_else, TypeError, "making_something_else.*must return an async iterable"),
    ],
)
async def test_an_error_before_a_streamed_body_begins_is_a_500(body: Any, kind: Any, message: Any):
    """Nothing was sent yet, so the client can be told."""
    with pytest.raises(kind, match=message):
        async with aiointercept() as m:
            m.post("/", body=body)
            assert (await fetch(m.server_url))[0] == 500
    assert m.calls[0].response.status == 500


async def test_an_error_inside_a_streamed_body_breaks_it_off():
    """The headers are out already: the client gets what a server gives that dies."""

    async def body():
        yield b"first"
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        async with aiointercept() as m:
            m.post("/", body=body)
            async with aiohttp.ClientSession() as session, session.post(m.server_url) as response:
                assert response.status == 200
                with pytest.raises(aiohttp.ClientPayloadError):
                    await response.read()


async def test_a_file_that_is_gone_when_it_is_asked_for_is_a_500(tmp_path: Path):
    """It was there at registration; now the error of the operating system is held."""
    file = tmp_path / "body"
    file.write_text("here")
    with pytest.raises(FileNotFoundError):
        async with aiointercept() as m:
            m.post("/", body=file)
            file.unlink()
            assert (await fetch(m.server_url))[0] == 500


async def test_a_condition_that_raises_is_held_too():
    """A matcher is the test's own code; its error names the route."""

    def broken(request: Any):
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine") as caught:
        async with aiointercept() as m:
            m.post("/", match=broken)
            assert (await fetch(m.server_url))[0] == 500
    assert "raised by the matcher" in notes_of(caught.value)
    assert "test_errors.py:" in notes_of(caught.value)


async def test_pytest_fail_inside_a_condition_is_held_too():
    """As in callbacks, what is no `Exception` counts."""

    def broken(request: Any):
        pytest.fail("from the condition")

    with pytest.raises(pytest.fail.Exception, match="from the condition"):
        async with aiointercept() as m:
            m.post("/", match=broken)
            assert (await fetch(m.server_url))[0] == 500


async def test_errors_of_the_client_are_not_held():
    """A client that gives up while its callback runs is no error of the callback."""

    async def callback(url: Any, **kwargs: Any):
        await asyncio.Event().wait()

    async with aiointercept() as m:
        m.post("/", callback=callback)
        task = asyncio.create_task(fetch(m.server_url))
        while not m.call_count:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_strict_adds_what_it_has_to_say():
    """Unmatched requests and unused routes are an `AssertionError`, or notes of another error."""
    with pytest.raises(AssertionError, match="matched no route") as caught:
        async with aiointercept(strict=True) as m:
            m.get("/never")
            m.get("/perhaps", optional=True)
            with pytest.raises(aiohttp.ClientConnectionError):
                await fetch(m.server_url + "/elsewhere")
    assert "1 route was never used" in str(caught.value)
    assert "perhaps" not in str(caught.value)
    with pytest.raises(LookupError) as caught:
        async with aiointercept(strict=True) as m:
            m.get("/never")
            m.post("/", callback=failing(LookupError("mine")))
            await fetch(m.server_url)
    assert "1 route was never used" in notes_of(caught.value)
