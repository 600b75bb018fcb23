import asyncio
import gc
import re
import weakref
from typing import Any

import pytest
from yarl import URL

from aiointercept.aioresponses.answers import AnswerOptions, ClientAnswer
from aiointercept.aioresponses.routes import (
    ClientRequest,
    DropInRoute,
    ExactUrl,
    SortedUrlPattern,
    Uses,
    callback_reply,
    clean_drop_in_repeat,
    clean_exception,
    reply,
    url_matcher,
)
from aiointercept.api.callback import CallbackResult
from aiointercept.core.http.messages import Request, Response


def asked(url: str, **kwargs: Any) -> ClientRequest:
    """Return what a client asks for ``url``."""
    return ClientRequest.of("GET", URL(url), kwargs)


@pytest.mark.parametrize(
    ("registered", "url", "same"),
    [
        ("http://e.test/a?b=1&a=2", "http://e.test/a?a=2&b=1", True),
        ("http://e.test/a", "http://e.test/a#f", False),
        ("http://e.test:80/a", "http://e.test/a", False),
        ("http://u@e.test/a", "http://e.test/a", False),
        ("/no/host", "/no/host", True),
        ("unix://x/y", "unix://x/y", True),
        ("unix://x/y", "http://x/y", False),
        (re.compile(r"/no"), "/no/host?b=1", True),
        (re.compile(r".*a=2&b=1$"), "http://e.test/a?b=1&a=2", True),
        (re.compile(r"e\.test"), "http://e.test/", False),
    ],
)
def test_which_urls_are_meant(registered: Any, url: str, same: bool) -> None:  # noqa: FBT001
    """URLs are compared with their queries sorted, whatever kind of URL they are."""
    assert bool(url_matcher(registered).match(asked(url))) is same


@pytest.mark.parametrize("url", [3, None, re.compile(b"bytes")])
def test_what_is_not_a_url(url: Any) -> None:
    """It is refused at once."""
    with pytest.raises(TypeError, match="url must be a str"):
        url_matcher(url)


def test_difference_is_named_in_messages() -> None:
    """A plain request is compared part by part, a client's own just compared."""
    matcher = ExactUrl("http://e.test/a?page=1")
    [mismatch] = matcher.match(Request("GET", "http://e.test/a?page=2")).mismatches
    assert (mismatch.part, mismatch.expected, mismatch.actual) == ("query['page']", "1", "2")
    [mismatch] = matcher.match(asked("http://e.test/a?page=2")).mismatches
    assert mismatch.part == "url"
    [mismatch] = ExactUrl("/path").match(Request("GET", "http://e.test/path")).mismatches
    assert mismatch.part == "url"
    [mismatch] = ExactUrl("http://e.test/a#f").match(Request("GET", "http://e.test/a")).mismatches
    assert mismatch.part == "url"


def test_matchers_show_what_was_registered() -> None:
    """In messages, and decide without a body."""
    exact, pattern = ExactUrl("http://e.test/?b=1&a=2"), SortedUrlPattern(re.compile("x"))
    assert (str(exact), str(pattern)) == ("http://e.test/?a=2&b=1", "re.compile('x')")
    assert exact.verdict_by_head(asked("http://e.test/?a=2&b=1"))
    assert not pattern.verdict_by_head(asked("http://e.test/"))


@pytest.mark.parametrize(
    ("repeat", "limit"), [(False, 1), (True, None), (1, 1), (3, 3), (0, None), (-1, None)]
)
def test_how_often_a_route_answers(repeat: Any, limit: int | None) -> None:
    """Numbers below 1 are for ever, as in aioresponses."""
    assert clean_drop_in_repeat(repeat) == limit


def test_what_is_raised() -> None:
    """An exception or its class; ``timeout`` comes before it."""
    error = ValueError("x")
    assert clean_exception(error, timeout=False) is error
    assert clean_exception(KeyError, timeout=False) is KeyError
    assert clean_exception(None, timeout=False) is None
    assert isinstance(clean_exception(error, timeout=True), asyncio.TimeoutError)
    for wrong in ("text", 0, int):
        with pytest.raises(TypeError, match="exception must be an exception"):
            clean_exception(wrong, timeout=False)


class Payload(dict[str, int]):
    """One whose end can be seen."""


def test_last_answer_is_not_kept() -> None:
    """A mock that lives long does not keep what it will never answer again."""
    payload = Payload(a=1)
    alive = weakref.ref(payload)
    answering: Any = reply(AnswerOptions(payload=payload), None, 2)
    del payload
    assert answering.compute(asked("/"), None).body == b'{"a": 1}'
    gc.collect()
    assert alive() is not None
    answering.compute(asked("/"), None)
    gc.collect()
    assert alive() is None


def test_exception_is_raised_as_it_is() -> None:
    """Again and again, without the tracebacks of the times before."""
    error = ValueError("x")
    answering: Any = reply(AnswerOptions(), error, None)
    lengths = []
    for _ in range(3):
        with pytest.raises(ValueError, match="x") as raised:
            answering.compute(asked("/"), None)
        assert raised.value is error
        lengths.append(len(raised.traceback))
    assert len(set(lengths)) == 1


async def test_callback_gets_what_the_client_passed() -> None:
    """The URL, the keyword arguments, and whether redirects are followed."""
    seen: list[Any] = []

    def callback(url: URL, **kwargs: Any) -> CallbackResult:
        seen.append((url, kwargs))
        return CallbackResult(body="x")

    answering: Any = callback_reply(callback, AnswerOptions(), None, Uses(None))
    answer = await answering.compute(asked("http://e.test/?b=1&a=2", json={"a": 1}), None)
    assert isinstance(answer, ClientAnswer)
    assert answer.body == b"x"
    assert seen == [(URL("http://e.test/?b=1&a=2"), {"allow_redirects": True, "json": {"a": 1}})]


async def test_callback_that_raises_is_not_used_up() -> None:
    """Each answer counts, also one followed by what is registered to be raised."""
    left: list[Exception] = [KeyError("first")]
    retired: list[bool] = []

    def callback(url: URL, **_: Any) -> None:
        if left:
            raise left.pop()

    uses = Uses(2, lambda: retired.append(True))
    answering: Any = callback_reply(callback, AnswerOptions(body="default"), None, uses)
    with pytest.raises(KeyError):
        await answering.compute(asked("/"), None)
    for expected in ([], [True]):
        assert (await answering.compute(asked("/"), None)).body == b"default"
        assert retired == expected
    failing: Any = callback_reply(
        callback, AnswerOptions(), ValueError("x"), Uses(1, retired.clear)
    )
    with pytest.raises(ValueError, match="x"):
        await failing.compute(asked("/"), None)
    assert retired == []


def test_how_a_route_is_shown() -> None:
    """As it was registered."""
    made = DropInRoute("GET", None, url_matcher("https://a.test/x?b=1&a=1"), Response())
    assert str(made) == "GET https://a.test/x?a=1&b=1"
