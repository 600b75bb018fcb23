"""No secret is in messages, reprs, logs and reports: planted everywhere, and searched."""

import asyncio
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from planted import header_names, names, nested, secrets
from yarl import URL

from aiointercept import aiointercept, errors, matchers
from aiointercept.api.watching import watching

API = "https://api.test"


class Told(logging.Handler):
    """Collects what is told, from whoever tells it."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Note a record."""
        self.texts.append(record.getMessage())

    def raised(self, error: BaseException | None) -> None:
        """Note an exception with its notes, and those behind it."""
        while error is not None:
            self.texts += [str(error), repr(error), *getattr(error, "__notes__", [])]
            error = error.__context__

    def fails(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Call an assertion, which is to fail."""
        with pytest.raises(AssertionError) as caught:
            function(*args, **kwargs)
        self.raised(caught.value)


def requests(draw: Any) -> tuple[URL, dict[str, Any]]:
    """Return a URL and options of a client, with a secret in all that the defaults cover."""
    secret, name = draw(secrets), draw(names)
    quoted = quote(secret, safe="")
    headers = {
        draw(header_names): quoted,
        "Cookie": f"a={quoted}; b=1",
        "Referer": f"http://u:{quoted}@h.test/",
    }
    # As somebody wrote it, and as yarl does, which quotes less.
    url = URL(f"{API}/x?page=1&{name}={quoted}", encoded=True)
    if draw(st.booleans()):
        url = URL(f"{API}/x").with_query({"page": "1", name: secret})
    kind = draw(st.sampled_from(["json", "form", "multipart", "nothing"]))
    options: dict[str, Any] = {"headers": headers}
    if kind == "json":
        options["json"] = nested({name: secret, "harmless": "yes"}, draw(st.integers(0, 4)))
    elif kind == "form":
        options["data"] = {name: secret, "other": "yes"}
    elif kind == "multipart":
        form = aiohttp.FormData()
        form.add_field(name, secret)
        form.add_field("meta", json.dumps({name: secret}), content_type="application/json")
        options["data"] = form
    return url, options


def expectations(draw: Any) -> dict[str, Any]:
    """Return what an assertion expects, with a secret that no request has."""
    secret, name = f"{draw(secrets)}!", draw(names)
    kind = draw(st.sampled_from(["json", "form", "text", "query", "headers", "bytes"]))
    return {
        "json": {"json": nested({name: secret}, draw(st.integers(0, 3)))},
        "form": {"data": {name: secret}},
        "bytes": {"data": f"a=1&{name}={quote(secret, safe='')}".encode()},
        "text": {"data": json.dumps({name: secret})},
        "query": {"params": {name: secret}},
        "headers": {"headers": {draw(header_names): quote(secret, safe="")}},
    }[kind]


def conditions(draw: Any) -> matchers.Matcher:
    """Return what a route asks for, with a secret of its own; nothing has it."""
    secret, name = draw(secrets), draw(names)
    never = matchers.headers({"X-Never": "1"})
    return never & draw(
        st.sampled_from(
            [
                matchers.query({name: secret}),
                matchers.headers({draw(header_names): quote(secret, safe="")}),
                matchers.cookies({"a": quote(secret, safe="")}),
                matchers.json_body(nested({name: secret}, 2)),
                matchers.json_body({name: secret}, partial=True),
                matchers.body(json.dumps({name: secret})),
                matchers.body(f"{name}={quote(secret, safe='')}".encode()),
                matchers.graphql(variables={name: secret}),
                matchers.form({name: secret}),
                matchers.multipart({name: secret}),
                ~matchers.query({name: secret}) & ~matchers.query({"page": "1"}),
                matchers.query({name: [secret, secret]}) | matchers.form({"x": "1"}),
            ]
        )
    )


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_planted_secrets(tmp_path_factory: Any, data: st.DataObject) -> None:
    """Unmatched requests, failed assertions, waiting, ``strict``, reprs, the page and the HAR."""
    told = Told()
    logger = logging.getLogger("aiointercept")
    logger.addHandler(told)
    try:
        asyncio.run(everything(told, data.draw, tmp_path_factory.mktemp("told")))
    finally:
        logger.removeHandler(told)
    found = [text for text in told.texts if "s3cr3t" in text]
    assert not found, "\n\n".join(found)
    assert sum("REDACTED" in text for text in told.texts) > 5


async def everything(told: Told, draw: Any, folder: Path) -> None:
    """Have told all that is told about requests with secrets."""
    name = draw(names)
    quoted = quote(draw(secrets), safe="")
    runs: list[Any] = []
    with pytest.raises(errors.UnmetExpectationsError) as caught, watching(runs.append):
        async with aiointercept(mock_external_urls=True, strict=True) as m:
            handle = m.add(URL(f"{API}/y?{name}={quoted}", encoded=True), "*", repeat=3)
            m.add(f"{API}/x", "*", ignore_query=True, match=conditions(draw), name="conditional")
            m.route(conditions(draw))
            async with aiohttp.ClientSession() as session:
                for _ in range(2):
                    url, options = requests(draw)
                    with pytest.raises(aiohttp.ClientConnectionError) as unmatched:
                        await session.post(url, **options)
                    told.raised(unmatched.value)
                await session.put(URL(f"{API}/y?{name}={quoted}", encoded=True))
            assertions(told, draw, m)
            handles(told, draw, handle)
            with pytest.raises(AssertionError) as waited:
                await m.wait_for_calls(9, timeout=0, url=f"{API}/z", method="POST")
            told.raised(waited.value)
            with pytest.raises(AssertionError) as waited:
                await handle.wait_for_calls(9, timeout=0)
            told.raised(waited.value)
            told.texts += [repr(one) for one in (m, handle, *m.calls, m.calls, m.requests)]
            told.texts += [f"{call.request!r} {call.response!r} {call.route!r}" for call in m.calls]
            told.texts.append(runs[0].report())
            for suffix in ("html", "har", "yaml"):
                m.save(folder / f"a.{suffix}")
                told.texts.append((folder / f"a.{suffix}").read_text("utf-8"))
    told.raised(caught.value)


def assertions(told: Told, draw: Any, m: aiointercept) -> None:
    """Have all assertions of the mock fail."""
    told.fails(m.assert_not_called)
    told.fails(m.assert_called_once)
    told.fails(m.assert_call_count, 9)
    told.fails(m.assert_all_matched)
    told.fails(m.assert_all_called)
    for number in range(3):
        expected = expectations(draw)
        url, method = (f"{API}/x", "POST") if number else (f"{API}/y", "PUT")
        told.fails(m.assert_called_with, url, method, **expected)
        told.fails(m.assert_any_call, url, method, **expected)
    for url in (f"{API}/x?{draw(names)}={quote(draw(secrets), safe='')}", f"{API}/z"):
        place = URL(url, encoded=True)
        told.fails(m.assert_any_call, place)
        told.fails(m.assert_has_calls, [("POST", place), ("PUT", place)])
        told.fails(m.assert_has_calls, [("POST", place)], any_order=True)
        told.fails(m.assert_has_calls, [("POST", place), ("PUT", place)], contiguous=False)


def handles(told: Told, draw: Any, handle: Any) -> None:
    """Have all assertions of a handle fail."""
    told.fails(handle.assert_not_called)
    told.fails(handle.assert_call_count, 9)
    told.fails(handle.assert_called_with, **expectations(draw))
