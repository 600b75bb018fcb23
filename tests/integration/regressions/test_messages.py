"""Whatever is told of requests and routes is printable, and shows no secret.

One test for each way to be told: errors, the log, warnings, ``repr``, assertions, reports, files.
"""

import asyncio
import json
import logging
import re
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from multidict import CIMultiDict
from yarl import URL

from aiointercept import Redaction, aiointercept, matchers
from aiointercept.aioresponses import aioresponses

SECRET = "s3cr3tv4lu3"
# C0, C1, direction of text, separators of lines and paragraphs, and what has no width.
CONTROLS = "\x00\x07\x1b[31m\r\n\x7f\x85\x9b\u061c\u200b\u200e\u2028\u2029\u202e\u2066\ufeff"
QUOTED = "%00%07%1B%5B31m%0D%0A%7F%C2%85%C2%9B%E2%80%A8%E2%80%AE%E2%81%A6"
URL_TEXT = f"http://h.test/p{QUOTED}?token={SECRET}&x=a{QUOTED}"
WITH_USER = URL_TEXT.replace("://", f"://user:{SECRET}@")
HEADERS = {
    "Authorization": f"Bearer {SECRET}",
    "X-Api-Key": SECRET,
    "Cookie": f"anything={SECRET}; sid={SECRET}",
    "X-Odd": "a\x85\x9b\u202e\u2028",
}
BODIES: dict[str, dict[str, Any]] = {
    "JSON": {"json": {"password": SECRET, "in": [{"apiKey": SECRET}], "text": CONTROLS}},
    "long JSON": {"json": {"token": SECRET * 50, "tokens": [SECRET] * 50, "text": CONTROLS}},
    "form": {"data": {"secret": SECRET, "text": CONTROLS}},
    "last of a form": {"data": f"text=1&client_secret={SECRET}"},
    "multipart": {"data": "multipart"},
    "GraphQL": {"json": {"query": "mutation M", "variables": {"token": SECRET, "t": CONTROLS}}},
    "JSON in JSON": {"json": {"inner": json.dumps({"password": SECRET})}},
    "text": {"data": f"line one{CONTROLS}\nforged line"},
}

Ask = Callable[[str], Any]


def assert_harmless(text: str, *, lines: bool = True) -> None:
    """A terminal may show it, line by line, and so may a public log."""
    for line in text.split("\n") if lines else [text]:
        assert line.isprintable(), line
        assert not line.startswith("forged"), text
    assert SECRET not in text, text


def arguments(body: str) -> dict[str, Any]:
    """Return the arguments of a client's call with such a body."""
    if body != "multipart":
        return BODIES[body]
    form = aiohttp.FormData(default_to_multipart=True)
    form.add_field("password", SECRET)
    form.add_field("text", CONTROLS)
    return {"data": form}


async def fail(session: aiohttp.ClientSession, url: Any, body: str) -> str:
    """Ask for what nothing matches; return what the error says."""
    with pytest.raises(aiohttp.ClientConnectionError) as caught:
        headers = HEADERS if URL(url).user is None else {}  # it has credentials already
        await session.post(url, headers=headers, **arguments(body))
    return str(caught.value)


def register(m: aiointercept, base: str) -> list[Any]:
    """Register routes that tell of secrets and control characters themselves."""
    wanted = [
        matchers.headers({"Authorization": f"Bearer {SECRET}", "X-Api-Key": f"{SECRET}2"}),
        matchers.cookies({"anything": f"{SECRET}2"}),
        matchers.json_body({"password": f"{SECRET}2", "text": CONTROLS}),
        matchers.form({"secret": f"{SECRET}2", "text": CONTROLS}),
        matchers.multipart({"password": f"{SECRET}2"}),
        matchers.graphql("M", variables={"token": f"{SECRET}2"}),
        matchers.query({"token": f"{SECRET}2"}),
        matchers.body(f"secret={SECRET}2"),
        matchers.predicate(lambda _: False, f"odd{CONTROLS}"),
    ]
    routes = [m.post(re.compile(".*"), match=one, name=f"n{CONTROLS}") for one in wanted]
    routes.append(m.post(f"{base}/other?token={SECRET}&x={QUOTED}", match=wanted[2]))
    return routes


@pytest.fixture(params=["intercepted", "server"])
async def m(request: pytest.FixtureRequest) -> AsyncIterator[aiointercept]:
    """Give a mock in either mode."""
    async with aiointercept(mock_external_urls=request.param == "intercepted") as mock:
        yield mock


@pytest.fixture
async def session(m: aiointercept) -> AsyncIterator[aiohttp.ClientSession]:
    """Give a session that leads to it, and sends the cookies that it is given."""
    async with m.session(cookie_jar=aiohttp.DummyCookieJar()) as one:
        yield one


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """Return what is logged."""
    caplog.set_level(logging.DEBUG, "aiointercept")
    messages: list[str] = []
    yield messages
    messages += [record.getMessage() for record in caplog.records]
    for message in messages:
        assert_harmless(message)


@pytest.mark.usefixtures("logged")
@pytest.mark.parametrize("body", BODIES)
async def test_errors_reprs_and_the_log(
    m: aiointercept, session: aiohttp.ClientSession, body: str
) -> None:
    """The client's error, the logger's warning, and ``repr`` of calls, routes and the mock."""
    handles = register(m, "http://h.test")
    urls = URL(URL_TEXT, encoded=True), URL(WITH_USER, encoded=True)
    for url in (*urls, f"{m.server_url}/x?token={SECRET}&x={QUOTED}"):
        assert_harmless(await fail(session, url, body))
    for shown in (m, m.calls, *m.calls, *(call.request for call in m.calls), *handles):
        assert_harmless(repr(shown), lines=False)
        assert_harmless(str(shown), lines=False)
    request = m.last_request
    assert request is not None
    assert request.headers["X-Api-Key"] == SECRET


def failures(m: aiointercept, handle: Any, body: str) -> Iterator[Callable[[], Any]]:
    """Return assertions that fail."""
    headers = {"Authorization": f"Bearer {SECRET}2", "X-Api-Key": SECRET, "Cookie": f"a={SECRET}"}
    same = {k: v for k, v in arguments(body).items() if isinstance(v, (str, dict))}
    url = URL(URL_TEXT, encoded=True)
    for expected in (
        same,
        {"json": {"password": f"{SECRET}2", "in": [], "text": CONTROLS}},
        {"data": {"secret": f"{SECRET}2"}},
        {"data": f"client_secret={SECRET}2"},
        {"headers": headers},
        {"headers": list(headers.items())},
        {"headers": CIMultiDict(headers), "strict_headers": True},
        {"params": {"token": f"{SECRET}2", "y": CONTROLS}},
    ):
        yield lambda e=expected: m.assert_called_with(url, "PUT", **e)
        yield lambda e=expected: m.assert_called_with(url, "POST", **{"headers": headers, **e})
        yield lambda e=expected: m.assert_any_call("http://h.test/never", "POST", **e)
        yield lambda e=expected: m.assert_called_once_with(url, "POST", **e)
        yield lambda e=expected: handle.assert_called_with(**{"headers": headers, **e})
    yield m.assert_not_called
    yield m.assert_called_once
    yield lambda: m.assert_call_count(99)
    yield lambda: m.assert_has_calls([("POST", f"http://h.test/?token={SECRET}&{QUOTED}")])
    yield lambda: m.assert_has_calls([("POST", url), ("GET", url)])
    yield lambda: m.assert_has_calls([("POST", url), ("GET", url)], contiguous=False)
    yield m.assert_all_called
    yield m.assert_all_matched
    yield handle.assert_not_called
    yield lambda: handle.assert_call_count(99)


@pytest.mark.filterwarnings("ignore::aiointercept.errors.AiointerceptWarning")
@pytest.mark.parametrize("body", BODIES)
async def test_assertions(m: aiointercept, session: aiohttp.ClientSession, body: str) -> None:
    """Their first lines, the nearest calls, and the differences."""
    register(m, "http://h.test")
    handle = m.post(re.compile(".*/p"), repeat=True, match=matchers.headers({"X-Take": "1"}))
    for _ in range(2):
        async with session.post(
            URL(URL_TEXT, encoded=True), headers={**HEADERS, "X-Take": "1"}, **arguments(body)
        ):
            pass
    await fail(session, f"{m.server_url}/x?token={SECRET}", body)
    for number, check in enumerate(failures(m, handle, body)):
        with pytest.raises(AssertionError) as caught:
            check()
            pytest.fail(f"the check with number {number} should have failed")
        assert_harmless(str(caught.value))
    for waiting in (
        m.wait_for_calls(99, timeout=0),
        m.wait_for_calls(99, timeout=0, url=f"http://user:{SECRET}@h.test/?token={SECRET}"),
        handle.wait_for_calls(99, timeout=0),
    ):
        with pytest.raises(AssertionError) as caught:
            await waiting
        assert_harmless(str(caught.value))


@pytest.mark.parametrize("body", BODIES)
async def test_strict_mocks_and_notes(body: str) -> None:
    """The error at the end of the block, and what is appended to it."""

    def raises(_request: Any) -> bool:
        raise ValueError(f"forged{CONTROLS}")

    with pytest.raises(Exception, match=r".") as caught:
        async with aiointercept(mock_external_urls=True, strict=True) as m:
            register(m, "http://h.test")
            if body == "text":
                m.post(
                    re.compile(".*"), match=[matchers.cookies({"a": SECRET}), raises], name=CONTROLS
                )
            async with m.session(cookie_jar=aiohttp.DummyCookieJar()) as session:
                with pytest.raises((aiohttp.ClientError, AssertionError)):
                    async with session.post(
                        URL(URL_TEXT, encoded=True),
                        headers={**HEADERS, "Cookie": f"a={SECRET}"},
                        **arguments(body),
                    ) as response:
                        assert response.status == 200
    if body != "text":  # that one is the user's own
        assert_harmless(str(caught.value))
    for note in getattr(caught.value, "__notes__", ()):
        # A secret that the test itself has in its routes is shown by such a note.
        assert_harmless(note.replace(SECRET, ""))


async def test_warnings() -> None:
    """Of a route that was never reached."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        async with aiointercept() as m:
            m.get(f"http://u:{SECRET}@h.test/?token={SECRET}&x={QUOTED}", name=CONTROLS)
    assert len(caught) == 1
    assert_harmless(str(caught[0].message))


@pytest.mark.parametrize("body", BODIES)
async def test_pages_and_files(tmp_path: Path, body: str) -> None:
    """The report of a run, the page, and files of all formats."""
    async with aiointercept(mock_external_urls=True) as m:
        register(m, "http://h.test")
        m.post(re.compile(".*"), headers={"Set-Cookie": f"a={SECRET}"}, json={"token": SECRET})
        async with m.session(cookie_jar=aiohttp.DummyCookieJar()) as session:
            for _ in range(2):
                try:
                    async with session.post(
                        URL(URL_TEXT, encoded=True), headers=HEADERS, **arguments(body)
                    ) as response:
                        await response.read()
                except aiohttp.ClientConnectionError:
                    continue
        for name in ("a.har", "a.yaml", "a.html"):
            m.save(tmp_path / name)
            assert SECRET not in (tmp_path / name).read_text(encoding="utf-8")


async def test_what_is_shown_if_it_is_asked_for() -> None:
    """``redact=False`` shows secrets, a ``Redaction`` of one's own masks more; so do handles."""
    async with aiointercept(mock_external_urls=True, redact=False) as m:
        handle = m.get(f"http://h.test/?token={SECRET}")
        assert SECRET in repr(handle)
        with pytest.raises(AssertionError, match=SECRET):
            handle.assert_called()
    async with aiointercept(mock_external_urls=True, redact=Redaction(fields="mine")) as m:
        handle = m.post("http://h.test/", match=matchers.json_body({"mine": SECRET}))
        assert_harmless(repr(handle))
        with pytest.raises(AssertionError) as caught:
            handle.assert_called()
        assert_harmless(str(caught.value))


DROP_IN: list[dict[str, Any]] = [
    {"headers": HEADERS},
    {"headers": list(HEADERS.items())},
    {"headers": CIMultiDict(HEADERS)},
    {"params": {"token": SECRET}},
    {"params": [("token", SECRET)]},
    {"params": f"token={SECRET}"},
    {"cookies": {"anything": SECRET}},
    {"data": f"client_secret={SECRET}&a=1".encode()},
    {"json": {"token": f'it\'s {SECRET} "quoted"', "text": CONTROLS}},
    *(BODIES[name] for name in BODIES if name != "multipart"),
]


@pytest.mark.usefixtures("logged")
@pytest.mark.parametrize("options", DROP_IN, ids=str)
async def test_the_drop_in(options: dict[str, Any]) -> None:
    """Its errors, their notes, and its assertions; its ``requests`` have what was passed."""
    messages: list[str] = []
    with aioresponses() as m:
        m.post("http://h.test/a", repeat=True)
        async with aiohttp.ClientSession() as session:
            sent = {name: value for name, value in options.items() if name != "params"}
            await session.post("http://h.test/a", **sent)
            with pytest.raises(aiohttp.ClientConnectionError) as refused:
                if "headers" in sent:
                    await session.post(URL(URL_TEXT, encoded=True), **sent)
                await session.post(URL(WITH_USER, encoded=True), **sent)
        messages += [str(refused.value), *getattr(refused.value, "__notes__", ())]
        for check in (
            lambda: m.assert_called_with("http://h.test/a", "POST", **{**sent, "chunked": True}),
            lambda: m.assert_called_with("http://h.test/a", "POST", json={"password": SECRET}),
            lambda: m.assert_any_call("http://h.test/never", "POST", **options),
            lambda: m.assert_called_once_with(f"http://h.test/?token={SECRET}", **options),
            m.assert_not_called,
            m.assert_called_once,
        ):
            with pytest.raises(AssertionError) as failed:
                check()
            messages.append(str(failed.value))
        (call,) = m.requests["POST", URL("http://h.test/a")]
        assert all(call.kwargs[name] == value for name, value in sent.items())
    for message in messages:
        assert_harmless(message)
    await asyncio.sleep(0)
