import asyncio
import gc
import inspect
import weakref
from typing import Any, get_type_hints
from unittest.mock import patch

import aiohttp
import pytest

from aiointercept.aioresponses import aioresponses
from aiointercept.aioresponses.routes import AddOptions

API = "https://api.test/items"
VERBS = ("get", "post", "put", "patch", "delete", "head", "options")


async def fetch(url: str = API, **options: Any) -> bytes:
    """Ask with a session of its own."""
    async with aiohttp.ClientSession() as session, session.get(url, **options) as response:
        return await response.read()


def test_verbs_call_add_with_the_method_by_name() -> None:
    """So whoever patches ``add`` sees what aioresponses would show."""
    with aioresponses() as m, patch.object(aioresponses, "add", autospec=True) as add:
        for verb in VERBS:
            getattr(m, verb)(API, status=201)
    assert [(call.args, call.kwargs) for call in add.call_args_list] == [
        ((m, API), {"method": verb.upper(), "status": 201}) for verb in VERBS
    ]


def test_options_of_the_verbs_are_those_of_add() -> None:
    """What type checkers take is what ``add`` takes."""
    parameters = list(inspect.signature(aioresponses.add).parameters)
    assert sorted(get_type_hints(AddOptions)) == sorted(set(parameters) - {"self", "url", "method"})


async def test_stream_that_is_made_while_it_is_read() -> None:
    """A client sees the first chunk before the second is made."""
    more = asyncio.Event()

    async def chunks() -> Any:
        yield b"first"
        await more.wait()
        yield b"second"

    with aioresponses() as m:
        m.get(API, body=chunks, headers={"X": "y"}, status=201, repeat=2)
        async with aiohttp.ClientSession() as session:
            for _ in range(2):
                async with session.get(API) as response:
                    assert response.status == 201
                    assert dict(response.headers) == {
                        "Content-Type": "application/json",
                        "X": "y",
                    }
                    more.clear()
                    assert await response.content.readany() == b"first"
                    more.set()
                    assert await response.read() == b"second"


async def test_stream_that_fails() -> None:
    """The client's own error tells why."""

    async def chunks() -> Any:
        yield b"first"
        raise LookupError("no more")

    with aioresponses() as m:
        m.get(API, body=chunks())
        with pytest.raises(aiohttp.ClientPayloadError, match="no more"):
            await fetch()


class Payload(dict[str, int]):
    """One whose end can be seen."""


async def test_nothing_of_an_exchange_is_kept() -> None:
    """Neither by the routes that are used up nor, once cleared, by ``requests``."""
    answered, sent = Payload(a=1), Payload(b=1)
    alive = [weakref.ref(answered), weakref.ref(sent)]
    with aioresponses() as m:
        m.get(API, payload=answered)
        await fetch(json=sent)
        del answered, sent
        [[call]] = m.requests.values()
        alive.append(weakref.ref(call.kwargs["json"]))
        del call
        m.requests.clear()
        gc.collect()
        assert [one() for one in alive] == [None, None, None]


async def test_settings_can_be_read() -> None:
    """What aioresponses shows of them."""
    assert aioresponses(passthrough_unmatched=True).passthrough_unmatched
    assert not aioresponses().passthrough_unmatched


async def test_start_that_fails_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """It can be started when the obstacle is gone."""
    m = aioresponses()
    with monkeypatch.context() as broken:
        broken.delattr(aiohttp.ClientSession, "_request")
        with pytest.raises(RuntimeError, match="_request is missing"):
            m.start()
    m.start()
    m.get(API, body="x")
    assert await fetch() == b"x"
    m.stop()
