"""What is told of random requests is printable, and shows no secret, wherever that stands."""

import asyncio
import json
import logging
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp.connector import BaseConnector
from hypothesis import given, settings
from hypothesis import strategies as st
from yarl import URL

from aiointercept import aiointercept, matchers
from aiointercept.aioresponses import aioresponses
from aiointercept.errors import UnsupportedAiohttpError

SECRET = "s3cr3tv4lu3"
CONTROLS = "\x00\x07\x1b[31m\r\n\x7f\x85\x9b\u061c\u200b\u2028\u2029\u202e\u2066\ufeff"
SECRET_NAMES = st.sampled_from(
    ["token", "password", "api_key", "apiKey", "client_secret", "signature", "X-Api-Key", "sid"]
)
NAMES = st.sampled_from(["a", "text", "user", "page", "x-y", "n"])
SECRETS = st.sampled_from([SECRET, SECRET * 30, f"it's {SECRET}", f'"{SECRET}"', f"a {SECRET}, b"])
TEXTS = st.text(st.sampled_from([*"ab&=;,'\"{}[]: …", *CONTROLS]), max_size=12)


def _members(values: Any) -> Any:
    named = st.tuples(SECRET_NAMES, st.one_of(SECRETS, st.lists(SECRETS, max_size=3)))
    return st.lists(st.one_of(named, st.tuples(NAMES, values)), max_size=5).map(dict)


JSON = st.recursive(
    st.one_of(TEXTS, st.integers(), st.none(), st.booleans()),
    lambda inner: st.one_of(_members(inner), st.lists(inner, max_size=3)),
    max_leaves=8,
)
OBJECTS = _members(JSON)
FLAT = _members(TEXTS).map(
    lambda found: {k: v if isinstance(v, str) else SECRET for k, v in found.items()}
)


@st.composite
def _bodies(draw: Any) -> dict[str, Any]:
    kind = draw(st.sampled_from(["json", "form", "text", "inner", "none"]))
    if kind == "json":
        return {"json": draw(OBJECTS)}
    if kind == "form":
        return {"data": draw(FLAT)}
    if kind == "text":
        return {"data": urlencode(draw(FLAT))}
    if kind == "inner":
        return {"json": {"inner": json.dumps(draw(OBJECTS))}}
    return {}


def _assert_harmless(text: str) -> None:
    for line in text.split("\n"):
        assert line.isprintable(), line
    assert SECRET not in text, text


async def _failures(mock: aiointercept, url: URL, expected: dict[str, Any]) -> Iterator[str]:
    for check in (
        lambda: mock.assert_called_with(url, "PUT", **expected),
        lambda: mock.assert_any_call("http://h.test/never", "POST", **expected),
        lambda: mock.assert_called_with(url, "POST", headers={"Authorization": SECRET}, **expected),
        mock.assert_not_called,
        mock.assert_all_called,
        mock.assert_all_matched,
    ):
        try:
            check()
        except AssertionError as error:
            yield str(error)


async def _tell(query: dict[str, str], sent: dict[str, Any], wanted: dict[str, Any]) -> None:
    url = URL("http://h.test/p%1B%E2%80%AE").with_query(query)
    headers = {"Authorization": f"Bearer {SECRET}", "Cookie": f"any={SECRET}", "X": "a\x85\u202e"}
    told: list[str] = []
    async with aiointercept(mock_external_urls=True) as mock, aiohttp.ClientSession() as session:
        mock.post(re.compile(".*/q"), match=matchers.json_body(wanted), name=CONTROLS)
        mock.post(
            url,
            match=[matchers.headers({"Authorization": SECRET}), matchers.form({"token": SECRET})],
        )
        try:
            async with session.post(url, headers=headers, **sent):
                pass
        except aiohttp.ClientConnectionError as error:
            told.append(str(error))
        told += [text async for text in _failures(mock, url, {"json": wanted})]
        told += [repr(mock.calls), repr(mock), repr(mock.last_request)]
    with aioresponses() as drop_in:
        async with aiohttp.ClientSession() as session:
            try:
                await session.post(url, headers=headers, **sent)
            except aiohttp.ClientConnectionError as error:
                told += [str(error), *getattr(error, "__notes__", ())]
        for check in (
            lambda: drop_in.assert_called_with(url, "POST", json=wanted),
            lambda: drop_in.assert_any_call("http://h.test/never", "POST", headers=headers, **sent),
        ):
            try:
                check()
            except AssertionError as error:
                told.append(str(error))
    for text in told:
        _assert_harmless(text)


def test_whatever_is_told_is_harmless(campaign: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Errors, what is logged, ``repr``, assertions; of the native mock and of the drop-in."""
    caplog.set_level(logging.DEBUG, "aiointercept")
    loop = asyncio.new_event_loop()

    @settings(max_examples=campaign.times(100, 4000), database=None, print_blob=True)
    @given(FLAT, _bodies(), OBJECTS)
    def run(query: dict[str, str], sent: dict[str, Any], wanted: dict[str, Any]) -> None:
        campaign.count("requests with secrets and control characters")
        loop.run_until_complete(_tell(query, sent, wanted))
        for record in caplog.records:
            _assert_harmless(record.getMessage())
        caplog.clear()

    try:
        run()
    finally:
        loop.close()


async def test_each_name_of_aiohttp_is_missed(
    campaign: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An aiohttp without it is refused by its name, before anything is patched."""
    from aiointercept.adapters.interception import aiohttp_names  # noqa: PLC0415  the seam

    original = BaseConnector.connect
    for requirement in aiohttp_names.REQUIREMENTS:
        if requirement.name == "__init__" or requirement.name not in vars(requirement.owner):
            continue  # it is inherited, or an attribute of instances
        with monkeypatch.context() as patch:
            patch.delattr(requirement.owner, requirement.name)
            patch.setattr(aiohttp_names, "_checked_with", [])  # as in a process that begins
            if requirement.problem() is None:
                continue  # a base class has it, too
            with pytest.raises(UnsupportedAiohttpError, match=requirement.name):
                await aiointercept(mock_external_urls=True).start()
        assert BaseConnector.connect is original
        campaign.count("names that an aiohttp lacks")
