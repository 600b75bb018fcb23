"""Random lives of nested mocks do what a naive model says; a model that is wrong is noticed.

The model is a list of mocks, each a list of routes, searched from the front for each request.
"""

import asyncio
import re
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver
from aiohttp.test_utils import TestServer
from attrs import define, field
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from aiointercept import aiointercept, matchers

HOSTS = ("a.test", "b.test")
PATHS = ("/", "/one", "/one/two")
METHODS = ("GET", "POST")
QUERIES = ("", "?x=1", "?x=1&x=2")
# Tiers in the order in which they are asked.
EXACT, PATTERN, MATCHER = range(3)
FOR_EVER = 10**6
MOST_MOCKS = 3


@define(eq=False)
class ModelRoute:
    """A route, as the model knows it."""

    tier: int
    host: str
    path: str
    query: str
    method: str
    wanted_header: str | None
    limit: int
    name: str
    handle: Any
    used: int = 0
    removed: bool = False

    def fits(self, request: "ModelRequest") -> bool:
        """Whether it takes the request, if it is not used up."""
        same = {
            EXACT: (request.path == self.path and request.query == self.query),
            PATTERN: request.path.startswith(self.path),
            MATCHER: request.path == self.path,
        }[self.tier]
        method = self.tier == MATCHER or self.method == request.method
        header = self.wanted_header in (None, request.header)
        return same and method and request.host == self.host and header

    @property
    def queue(self) -> tuple[Any, ...]:
        """Routes with the same one are asked finite ones first."""
        return (self.tier, self.host, self.path, self.query, self.method)


@define
class ModelRequest:
    """A request, as the model knows it."""

    method: str
    host: str
    path: str
    query: str
    header: str


@define(eq=False)
class ModelMock:
    """A mock, as the model knows it."""

    real: Any
    passed: str | None = None
    unmatched_pass: bool = False
    routes: list[ModelRoute] = field(factory=list)
    log: list[str | None] = field(factory=list)

    def choose(self, request: ModelRequest) -> ModelRoute | None:
        """Return the first route that takes the request."""
        fitting = [one for one in self.routes if one.fits(request) and one.used < one.limit]
        for tier in (EXACT, PATTERN, MATCHER):
            for one in fitting:
                if one.tier == tier:
                    same = [two for two in fitting if two.queue == one.queue]
                    finite = [two for two in same if two.limit != FOR_EVER]
                    return (finite or same)[0]
        return None

    def used_up(self, request: ModelRequest) -> bool:
        """Whether the request was for a URL whose routes are used up."""
        return any(
            one.tier == EXACT and one.fits(request) and one.used == one.limit for one in self.routes
        )


class Model:
    """What the naive model says of a request."""

    def __init__(self) -> None:
        self.mocks: list[ModelMock] = []

    def ask(self, request: ModelRequest) -> str:
        """Return the name of the route that answers; or ``real``, or ``none``."""
        inwards_out = list(reversed(self.mocks))
        for mock in inwards_out:
            if mock.passed == request.host:
                return "real"
            chosen = mock.choose(request)
            if chosen is not None:
                chosen.used += 1
                mock.log.append(chosen.name)
                return chosen.name
        for mock in inwards_out:
            if mock.used_up(request):
                mock.log.append(None)
                return "none"
            if mock.unmatched_pass:
                mock.log.append(None)
                return "real"
        if inwards_out:
            inwards_out[0].log.append(None)
            return "none"
        return "real"


class OutwardsModel(Model):
    """Wrong: the outermost mock is asked first."""

    def ask(self, request: ModelRequest) -> str:
        """Ask the other way round."""
        self.mocks.reverse()
        try:
            return super().ask(request)
        finally:
            self.mocks.reverse()


class EndlessModel(Model):
    """Wrong: no route is ever used up."""

    def ask(self, request: ModelRequest) -> str:
        """Forget that routes are used up."""
        found = super().ask(request)
        for mock in self.mocks:
            for one in mock.routes:
                one.used = 0
        return found


class UnloggedModel(Model):
    """Wrong: what nothing matches is not logged."""

    def ask(self, request: ModelRequest) -> str:
        """Take unmatched ones out again."""
        found = super().ask(request)
        if found == "none":
            for mock in self.mocks:
                mock.log = [name for name in mock.log if name is not None]
        return found


class TierlessModel(Model):
    """Wrong: patterns registered earlier come before exact URLs."""

    def ask(self, request: ModelRequest) -> str:
        """Take the first of all routes."""
        for mock in reversed(self.mocks):
            mock.routes.sort(key=lambda one: one.tier != PATTERN)
            for one in mock.routes:
                one.tier = min(one.tier, PATTERN)
        return super().ask(request)


class _Here(AbstractResolver):
    """Finds every name on this machine."""

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[Any]:
        return [
            {
                "hostname": host,
                "host": "127.0.0.1",
                "port": port,
                "family": 2,
                "proto": 0,
                "flags": 0,
            }
        ]

    async def close(self) -> None:
        """Nothing is open."""


class Lives(RuleBasedStateMachine):
    """Mocks that come and go, routes in them, and requests."""

    model_class: type[Model] = Model
    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.model = self.model_class()
        self.number = 0

    def run(self, coroutine: Any) -> Any:
        """Run a coroutine to its end."""
        return self.loop.run_until_complete(coroutine)

    @initialize()
    def begin(self) -> None:
        """Start the real server and a session, before any mock."""

        async def answer(_request: web.BaseRequest) -> web.Response:
            return web.Response(text="real")

        async def start() -> None:
            application = web.Application()
            application.router.add_route("*", "/{path:.*}", answer)
            self.server = TestServer(application)
            await self.server.start_server()
            connector = aiohttp.TCPConnector(resolver=_Here())
            self.session = aiohttp.ClientSession(connector=connector)

        self.run(start())

    def teardown(self) -> None:
        """Leave all blocks and close everything."""

        async def stop() -> None:
            for mock in reversed(self.model.mocks):
                await mock.real.stop()
            await self.session.close()
            await self.server.close()
            for _ in range(5):
                await asyncio.sleep(0)
            assert asyncio.all_tasks() == {asyncio.current_task()}

        self.run(stop())
        self.loop.close()

    def url(self, host: str, path: str, query: str) -> str:
        """Return a URL at the real server's port."""
        return f"http://{host}:{self.server.port}{path}{query}"

    @precondition(lambda self: len(self.model.mocks) < MOST_MOCKS)
    @rule(passed=st.sampled_from([None, None, *HOSTS]), unmatched=st.booleans())
    def enter(self, passed: str | None, unmatched: bool) -> None:  # noqa: FBT001  hypothesis passes it by name
        """Enter one more block."""
        mock = aiointercept(
            mock_external_urls=True,
            passthrough=[passed] if passed else None,
            passthrough_unmatched=unmatched,
        )
        self.run(mock.start())
        self.model.mocks.append(ModelMock(mock, passed, unmatched))

    @precondition(lambda self: self.model.mocks)
    @rule()
    def leave(self) -> None:
        """Leave the innermost block; its log stays."""
        mock = self.model.mocks.pop()
        self.run(mock.real.stop())
        assert [name_of(call) for call in mock.real.calls] == mock.log

    @precondition(lambda self: self.model.mocks)
    @rule(
        data=st.data(),
        tier=st.sampled_from([EXACT, EXACT, PATTERN, MATCHER]),
        host=st.sampled_from(HOSTS),
        path=st.sampled_from(PATHS),
        query=st.sampled_from(QUERIES),
        method=st.sampled_from(METHODS),
        header=st.sampled_from([None, None, "1", "2"]),
        limit=st.sampled_from([1, 1, 2, 3, FOR_EVER]),
    )
    def register(  # noqa: PLR0913, PLR0917  each is drawn by itself
        self,
        data: Any,
        tier: int,
        host: str,
        path: str,
        query: str,
        method: str,
        header: str | None,
        limit: int,
    ) -> None:
        """Register a route in any of the mocks."""
        mock = data.draw(st.sampled_from(self.model.mocks))
        if mock.passed == host and tier == EXACT:
            return  # unreachable, which the mock may refuse
        self.number += 1
        name = f"route {self.number}"
        options: dict[str, Any] = {
            "body": name,
            "repeat": True if limit == FOR_EVER else limit,
            "match": None if header is None else matchers.headers({"X": header}),
        }
        if tier != EXACT:
            query = ""
        try:
            if tier == EXACT:
                handle = mock.real.add(self.url(host, path, query), method, **options)
            elif tier == PATTERN:
                pattern = re.compile(re.escape(self.url(host, path, "")))
                handle = mock.real.add(pattern, method, **options)
            else:
                matcher = matchers.host(host) & matchers.path(path)
                handle = mock.real.route(matcher, **options)
        except ValueError:
            return  # it could never be reached
        mock.routes.append(ModelRoute(tier, host, path, query, method, header, limit, name, handle))

    @precondition(lambda self: self.model.mocks)
    @rule(data=st.data())
    def remove(self, data: Any) -> None:
        """Take a route away."""
        routes = [(mock, one) for mock in self.model.mocks for one in mock.routes]
        if routes:
            mock, one = data.draw(st.sampled_from(routes))
            one.handle.remove()
            mock.routes.remove(one)

    @precondition(lambda self: self.model.mocks)
    @rule(data=st.data(), log_only=st.booleans())
    def clear(self, data: Any, log_only: bool) -> None:  # noqa: FBT001  hypothesis passes it by name
        """Forget the log, or everything."""
        mock = data.draw(st.sampled_from(self.model.mocks))
        if log_only and not hasattr(mock.real, "clear_calls"):
            return
        mock.log.clear()
        if log_only:
            mock.real.clear_calls()
        else:
            mock.real.clear()
            mock.routes.clear()

    @rule(
        method=st.sampled_from(METHODS),
        host=st.sampled_from(HOSTS),
        path=st.sampled_from(PATHS),
        query=st.sampled_from(QUERIES),
        header=st.sampled_from(["1", "2"]),
        times=st.sampled_from([1, 1, 2, 4]),
    )
    def ask(  # noqa: PLR0913, PLR0917  each is drawn by itself
        self, method: str, host: str, path: str, query: str, header: str, times: int
    ) -> None:
        """Ask, and compare who answers."""
        for _ in range(times):
            type(self).steps += 1
            expected = self.model.ask(ModelRequest(method, host, path, query, header))
            url = self.url(host, path, query)
            assert self.run(self.fetch(method, url, header)) == expected

    async def fetch(self, method: str, url: str, header: str) -> str:
        """Return what is answered, or ``none``."""
        try:
            async with self.session.request(method, url, headers={"X": header}) as response:
                return await response.text()
        except aiohttp.ClientConnectionError as error:
            assert "No route matches" in str(error), error
            return "none"

    @invariant()
    def logs_agree(self) -> None:
        """Each log holds what the model says, in order, and each handle its count."""
        for mock in self.model.mocks:
            assert [name_of(call) for call in mock.real.calls] == mock.log
            assert mock.real.call_count == len(mock.log)
            for one in mock.routes:
                assert one.handle.call_count == mock.log.count(one.name)


def name_of(call: Any) -> str | None:
    """Return the name of the route that took a call: its body."""
    return call.response.body.decode() if call.route is not None else None


def _run(machine: type[Lives], examples: int, phases: Any = tuple(Phase)) -> int:
    machine.steps = 0
    profile = settings(
        max_examples=examples,
        stateful_step_count=25,
        deadline=None,
        database=None,
        phases=phases,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    run_state_machine_as_test(machine, settings=profile)
    return machine.steps


def test_mocks_do_what_the_naive_model_says(campaign: Any) -> None:
    """Registry, queues, nesting, passthrough, matchers and clearing, in any order."""
    examples = campaign.times(120, 4000)
    campaign.count("requests compared with the model", _run(Lives, examples))
    campaign.count("lives compared with the model", examples)


@pytest.mark.parametrize("model", [OutwardsModel, EndlessModel, UnloggedModel, TierlessModel])
def test_a_wrong_model_is_noticed(campaign: Any, model: type[Model]) -> None:
    """The comparison is sharp: each of the mutated models disagrees with the mocks somewhere."""
    mutated = type(f"With{model.__name__}", (Lives,), {"model_class": model})
    with pytest.raises((AssertionError, Flaky)):
        _run(mutated, campaign.times(3000, 10_000), [Phase.generate])
    campaign.count("mutated models noticed")
