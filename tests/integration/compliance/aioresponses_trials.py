"""Runs a scenario with aioresponses or with the drop-in, and tells what was observed as plain data.

Whatever the two may do differently because real HTTP is involved (spelling of the method in a
response, order of a query in its URL) is left out here or brought to one form, and is listed in
``docs/decisions``.
"""

import asyncio
import importlib
import re
import zlib
from collections.abc import Awaitable, Callable, Mapping
from http.client import responses as phrases
from typing import Any, TypeAlias

import aiohttp
from aiohttp import web
from attrs import define, field, frozen
from multidict import CIMultiDict, MultiDict
from yarl import URL

Observation: TypeAlias = Any

_LONG = 100
_ADDRESS = re.compile(r" at 0x[0-9a-f]+| id='\d+'")


@frozen
class Library:
    """What a suite imports."""

    name: str
    aioresponses: Any
    CallbackResult: Any

    @classmethod
    def load(cls, name: str) -> "Library":
        """Import ``aioresponses`` or ``aiointercept.aioresponses``."""
        module = importlib.import_module(name)
        return cls(name, module.aioresponses, module.CallbackResult)


def plain(value: Any) -> Observation:
    """Return ``value`` as JSON can hold it, and as it can be compared between processes."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (CIMultiDict, MultiDict)):
        return {"multidict": [[name, plain(part)] for name, part in value.items()]}
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in sorted(value.items(), key=repr)}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    return _named(value)


def _named(value: Any) -> str:
    if isinstance(value, bytes) and len(value) > _LONG:
        return f"{value[:8]!r}, {len(value)} bytes, {zlib.crc32(value)}"
    return repr(value) if isinstance(value, (bytes, URL)) else f"<{type(value).__name__}>"


def error(raised: BaseException) -> Observation:
    """Return an exception as plain data: its type and its text."""
    return {"raises": type(raised).__name__, "text": _ADDRESS.sub("", str(raised))}


_KINDS = (
    ("call not found", "not found"),
    ("!=", "other arguments"),
    ("to have been called once", "not once"),
    ("to not have been called", "called"),
    ("to have been called", "not called"),
)


def verdict(check: Callable[[], object]) -> Observation:
    """Return what an assertion says: ``passes``, the kind of its failure, or another exception."""
    try:
        check()
    except AssertionError as failure:
        return next((kind for words, kind in _KINDS if words in str(failure)), str(failure))
    except Exception as other:  # noqa: BLE001 - which one is what is observed
        return {"raises": type(other).__name__}
    return "passes"


async def answer(response: aiohttp.ClientResponse) -> Observation:
    """Return a response, read to its end, as plain data."""
    body = await response.read()
    return {
        "status": response.status,
        "reason": response.reason or phrases.get(response.status, ""),
        "headers": sorted([name.title(), value] for name, value in response.headers.items()),
        "body": plain(body),
        "content_type": response.content_type,
        "charset": response.charset,
        "ok": response.ok,
        "cookies": {name: morsel.value for name, morsel in response.cookies.items()},
        "class": type(response).__name__,
        "history": [[one.status, str(one.url)] for one in response.history],
        "closed": response.closed,
    }


@define
class Trial:
    """One run of a scenario: it acts through this, and this notes what comes of it."""

    library: Library
    mock: Any
    seen: list[Observation] = field(factory=list)
    session_options: dict[str, Any] = field(factory=dict)
    _session: aiohttp.ClientSession | None = None

    @property
    def result(self) -> Any:
        """The ``CallbackResult`` of the library."""
        return self.library.CallbackResult

    @property
    def session(self) -> aiohttp.ClientSession:
        """A session made at first use, inside of the mock's block."""
        if self._session is None:
            self._session = aiohttp.ClientSession(**self.session_options)
        return self._session

    async def close(self) -> None:
        """Close the session, if there is one."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def note(self, value: Any) -> None:
        """Note a value."""
        self.seen.append(plain(value))

    def register(self, method: str, url: Any, **options: Any) -> None:
        """Register, and note if that is refused."""
        try:
            self.mock.add(url, method, **options)
        except Exception as raised:  # noqa: BLE001 - which one is what is observed
            self.seen.append(error(raised))

    async def call(self, method: str, url: Any, **options: Any) -> None:
        """Let the client call, and note what it gets."""
        await self.attempt(lambda: self.session.request(method, url, **options))

    async def verb(self, verb: str, url: Any, **options: Any) -> None:
        """The same by a session's own method."""
        await self.attempt(lambda: getattr(self.session, verb)(url, **options))

    async def attempt(self, make: Callable[[], Awaitable[Any]]) -> None:
        """Await what ``make`` returns, and note what comes of it."""
        try:
            got = await make()
            self.seen.append(
                await answer(got) if isinstance(got, aiohttp.ClientResponse) else plain(got)
            )
        except BaseException as raised:  # noqa: BLE001 - which one is what is observed
            self.seen.append(error(raised))

    def check(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Note the verdict of an assertion of the mock."""
        self.seen.append(verdict(lambda: getattr(self.mock, name)(*args, **kwargs)))

    def note_requests(self) -> None:
        """Note the calls that the mock heard of."""
        self.seen.append(
            [
                [method, str(url), [[plain(call.args), plain(call.kwargs)] for call in calls]]
                for (method, url), calls in self.mock.requests.items()
            ]
        )


Scenario: TypeAlias = Callable[[Trial], Awaitable[None]]


async def _play(trial: Trial, scenario: Scenario) -> None:
    try:
        await scenario(trial)
    finally:
        await trial.close()


def with_inside(library: Library, scenario: Scenario, options: dict[str, Any]) -> Observation:
    """Enter by ``with`` in a running loop."""

    async def run() -> Observation:
        with library.aioresponses(**options) as mock:
            trial = Trial(library, mock)
            await _play(trial, scenario)
        return _seen(trial)

    return asyncio.run(run())


def with_outside(library: Library, scenario: Scenario, options: dict[str, Any]) -> Observation:
    """Enter by ``with`` where no loop runs."""
    with library.aioresponses(**options) as mock:
        trial = Trial(library, mock)
        asyncio.run(_play(trial, scenario))
    return _seen(trial)


def start_stop(library: Library, scenario: Scenario, options: dict[str, Any]) -> Observation:
    """Start and stop, as ``setUp`` and ``tearDown`` do."""
    mock = library.aioresponses(**options)
    mock.start()
    try:
        trial = Trial(library, mock)
        asyncio.run(_play(trial, scenario))
    finally:
        mock.stop()
    return _seen(trial)


def decorated_function(
    library: Library, scenario: Scenario, options: dict[str, Any]
) -> Observation:
    """Decorate a function."""

    @library.aioresponses(**options)
    def run(mock: Any) -> Observation:
        trial = Trial(library, mock)
        asyncio.run(_play(trial, scenario))
        return _seen(trial)

    observed: Observation = run()
    return observed


def decorated_coroutine(
    library: Library, scenario: Scenario, options: dict[str, Any]
) -> Observation:
    """Decorate a coroutine function, and give it another argument."""

    @library.aioresponses(**options)
    async def run(first: str, mock: Any) -> Observation:
        assert first == "first"
        trial = Trial(library, mock)
        await _play(trial, scenario)
        return _seen(trial)

    return asyncio.run(run("first"))


def decorated_method(library: Library, scenario: Scenario, options: dict[str, Any]) -> Observation:
    """Decorate a method, and name the parameter that gets the mock."""

    class Suite:
        @library.aioresponses(param="mocked", **options)
        async def run(self, *, mocked: Any) -> Observation:
            trial = Trial(library, mocked)
            await _play(trial, scenario)
            return _seen(trial)

    return asyncio.run(Suite().run())


def _seen(trial: Trial) -> Observation:
    trial.note_requests()
    return trial.seen


ENTRIES = (
    with_inside,
    with_outside,
    start_stop,
    decorated_function,
    decorated_coroutine,
    decorated_method,
)


async def real_server() -> tuple[web.AppRunner, URL]:
    """Start a real server on loopback that tells what it was asked."""

    async def tell(request: web.Request) -> web.Response:
        body = await request.text()
        return web.json_response(
            {"method": request.method, "path": request.path_qs, "body": body},
            headers={"Date": "-", "Server": "-"},
        )

    async def redirect(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "/there", "Date": "-", "Server": "-"})

    app = web.Application()
    app.router.add_get("/redirect", redirect)
    app.router.add_route("*", "/{rest:.*}", tell)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return runner, URL(f"http://127.0.0.1:{runner.addresses[0][1]}")


def without_port(observation: Observation, port: int) -> Observation:
    """Return an observation that is the same whatever the server's port was."""
    if isinstance(observation, str):
        return observation.replace(f":{port}", ":PORT")
    if isinstance(observation, list):
        return [without_port(part, port) for part in observation]
    if isinstance(observation, dict):
        return {name: without_port(part, port) for name, part in observation.items()}
    return observation
