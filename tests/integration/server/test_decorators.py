import asyncio
import inspect
import unittest
from typing import Any
from unittest import mock

import aiohttp
import ddt
import pytest

from aiointercept import aiointercept


async def fetch(url: str) -> tuple[int, str]:
    """Ask with a session of its own."""
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.status, await response.text()


def call(url: str) -> tuple[int, str]:
    """Ask from code without a loop."""
    return asyncio.run(fetch(url))


@pytest.fixture
def word() -> str:
    """Return something to answer with, as a fixture of the user's own."""
    return "from the fixture"


@aiointercept()
async def test_an_async_function_gets_a_started_mock(m: aiointercept):
    """Without other parameters the mock is the only argument."""
    m.get("/", body="here")
    assert await fetch(m.server_url) == (200, "here")


@aiointercept()
def test_a_function_gets_a_started_mock(m: aiointercept):
    """A test without a loop is served as well."""
    m.get("/", body="here")
    assert call(m.server_url) == (200, "here")


@aiointercept()
async def test_fixtures_come_by_name_and_the_mock_is_last(word: Any, m: aiointercept):
    """Pytest gives the fixtures, the decorator the last parameter."""
    m.get("/", body=word)
    assert await fetch(m.server_url) == (200, "from the fixture")


@aiointercept(param="server")
async def test_param_names_the_parameter(server: Any, word: Any):
    """With `param` the mock may stand anywhere."""
    server.get("/", body=word)
    assert await fetch(server.server_url) == (200, "from the fixture")


@aiointercept(param="server")
def test_param_may_name_a_keyword_only_parameter(word: Any, *, server: Any):
    """A parameter behind the star is fine if it is named."""
    server.get("/", body=word)
    assert call(server.server_url) == (200, "from the fixture")


@pytest.mark.parametrize("number", [1, 2])
@aiointercept()
async def test_parametrize_above(number: Any, m: aiointercept):
    """The values of a decorator above come by keyword."""
    m.get("/", json=number)
    assert await fetch(m.server_url) == (200, str(number))


@aiointercept(param="m")
@pytest.mark.parametrize("number", [1, 2])
async def test_parametrize_below(m: aiointercept, number: Any, word: Any):
    """Marks of a decorator below are kept."""
    m.get("/", json=[number, word])
    assert await fetch(m.server_url) == (200, f'[{number}, "{word}"]')


@mock.patch("os.getcwd")
@aiointercept()
async def test_mock_patch_above(getcwd: Any, m: aiointercept):
    """What `mock.patch` gives comes first, by position."""
    assert isinstance(getcwd, mock.Mock)
    m.get("/", body="here")
    assert await fetch(m.server_url) == (200, "here")


@aiointercept()
@mock.patch("os.getcwd")
async def test_mock_patch_below(getcwd: Any, m: aiointercept):
    """The other order of decorators makes no difference."""
    assert isinstance(getcwd, mock.Mock)
    m.get("/", body="here")
    assert await fetch(m.server_url) == (200, "here")


@mock.patch("os.getcwd")
@aiointercept()
@mock.patch("os.getpid")
def test_mock_patch_above_and_below(getpid: Any, getcwd: Any, m: aiointercept):
    """As among patches themselves, the innermost comes first."""
    assert getpid is not getcwd
    m.get("/", body="here")
    assert call(m.server_url) == (200, "here")


@mock.patch("os.getcwd")
@pytest.mark.parametrize("number", [1, 2])
@aiointercept(param="m")
def test_mock_patch_parametrize_fixture_and_param(
    getcwd: Any, m: aiointercept, number: Any, word: Any
):
    """All of them work together."""
    assert isinstance(getcwd, mock.Mock)
    m.get("/", json=[number, word])
    assert call(m.server_url) == (200, f'[{number}, "{word}"]')


@aiointercept()
@aiointercept(param="first")
async def test_two_mocks(first: Any, second: Any):
    """Decorators can be stacked; each gives one parameter."""
    first.get("/", body="first")
    second.get("/", body="second")
    assert await fetch(first.server_url) == (200, "first")
    assert await fetch(second.server_url) == (200, "second")


@aiointercept()
class TestClass:
    """Every test method gets the mock."""

    number = 7

    async def test_async_method(self, m: aiointercept):
        """The last parameter behind `self` is the mock."""
        m.get("/", json=self.number)
        assert await fetch(m.server_url) == (200, "7")

    def test_method_with_fixture(self, word: Any, m: aiointercept):
        """Fixtures work in methods too."""
        m.get("/", body=word)
        assert call(m.server_url) == (200, word)

    @pytest.mark.parametrize("number", [1, 2])
    async def test_parametrized_method(self, number: Any, m: aiointercept):
        """So does `parametrize`."""
        m.get("/", json=number)
        assert await fetch(m.server_url) == (200, str(number))

    @staticmethod
    def test_static_method(m: aiointercept):
        """Static methods have no `self`."""
        m.get("/", body="static")
        assert call(m.server_url) == (200, "static")

    @classmethod
    async def test_class_method(cls, m: aiointercept):
        """Class methods get their class."""
        m.get("/", json=cls.number)
        assert await fetch(m.server_url) == (200, "7")

    def helper(self):
        """Whatever is no test is left as it was."""
        return "helped"

    def test_helpers_are_left_alone(self, m: aiointercept):
        """Only names that begin with `test` are decorated."""
        assert self.helper() == "helped"


class TestMethods:
    """Single methods can be decorated as well as whole classes."""

    @aiointercept()
    async def test_async(self, m: aiointercept):
        """The mock comes behind `self`."""
        m.get("/", body="here")
        assert await fetch(m.server_url) == (200, "here")

    @aiointercept(param="m")
    @mock.patch("os.getcwd")
    def test_patched(self, getcwd: Any, m: aiointercept, word: Any):
        """Patches and fixtures come as everywhere."""
        assert isinstance(getcwd, mock.Mock)
        m.get("/", body=word)
        assert call(m.server_url) == (200, word)


class WithTestCase(unittest.TestCase):
    """`unittest` runs decorated methods."""

    @aiointercept()
    def test_decorated(self, m: aiointercept):
        """The mock is the argument behind `self`."""
        m.get("/", body="here")
        self.assertEqual(call(m.server_url), (200, "here"))  # noqa: PT009  it is unittest's own

    @aiointercept()
    @mock.patch("os.getcwd")
    def test_patched(self, getcwd: Any, m: aiointercept):
        """Patches come before the mock."""
        assert isinstance(getcwd, mock.Mock)
        m.get("/", body="here")
        assert call(m.server_url) == (200, "here")


@aiointercept()
class WithIsolatedAsyncioTestCase(unittest.IsolatedAsyncioTestCase):
    """A whole async test case is decorated; its set-up has a mock of its own."""

    async def asyncSetUp(self):
        """Start a mock that lasts as long as the test."""
        self.mine = aiointercept()
        await self.mine.start()

    async def asyncTearDown(self):
        """Stop it."""
        await self.mine.stop()

    async def test_decorated(self, m: aiointercept):
        """Both mocks answer."""
        m.get("/", body="decorated")
        self.mine.get("/", body="mine")
        assert await fetch(m.server_url) == (200, "decorated")
        assert await fetch(self.mine.server_url) == (200, "mine")


@ddt.ddt
class WithDdt(unittest.TestCase):
    """`ddt` gives its values by position."""

    @ddt.data(1, 2)
    @aiointercept()
    def test_data_above(self, value: Any, m: aiointercept):
        """The values come before the mock."""
        m.get("/", json=value)
        assert call(m.server_url) == (200, str(value))

    @aiointercept()
    @ddt.data((1, "one"), (2, "two"))
    @ddt.unpack
    def test_data_below(self, number: Any, name: Any, m: aiointercept):
        """The other order of decorators makes no difference."""
        m.get("/", json=[number, name])
        assert call(m.server_url) == (200, f'[{number}, "{name}"]')


@ddt.ddt
@aiointercept(param="m")
class WithDdtOnAClass(unittest.TestCase):
    """A decorated class can be filled with data."""

    @ddt.data(1, 2)
    def test_data(self, value: Any, m: aiointercept):
        """The values come before the mock."""
        m.get("/", json=value)
        assert call(m.server_url) == (200, str(value))


async def test_a_decorated_function_can_be_called_twice():
    """Each call has a block of its own: no routes, an empty log, perhaps another port."""
    seen = []

    @aiointercept()
    async def ask(m: aiointercept):
        assert m.call_count == 0
        m.get("/", body="here")
        seen.append(await fetch(m.server_url))

    await ask()
    await ask()
    assert seen == [(200, "here")] * 2


async def test_a_decorated_function_can_run_several_times_at_once():
    """Calls that overlap, or call themselves, have a mock each."""

    @aiointercept()
    async def ask(number: Any, m: aiointercept):
        m.get("/", json=number, repeat=True)
        assert await fetch(m.server_url) == (200, str(number))
        if number > 10:
            await ask(number - 10)
        assert await fetch(m.server_url) == (200, str(number))
        return number

    assert await asyncio.gather(*(ask(number) for number in (1, 12, 23))) == [1, 12, 23]


def test_what_a_decorated_function_returns_and_raises_is_its_own():
    """The decorator changes neither results nor exceptions, nor name and docstring."""

    @aiointercept()
    def give(value: Any, m: aiointercept):
        """Give."""
        if value is None:
            raise LookupError("nothing to give")
        return value

    assert give(3) == 3
    with pytest.raises(LookupError, match="nothing to give"):
        give(None)
    assert (give.__name__, give.__doc__) == ("give", "Give.")


def test_the_parameter_is_hidden_from_the_signature():
    """Whoever asks for the signature sees what is left to give."""

    @aiointercept(param="b")
    def function(a: Any, b: Any, *, c: Any = 1):
        """Never called."""

    assert list(inspect.signature(function).parameters) == ["a", "c"]


def test_the_mock_can_be_given_by_hand_as_well():
    """An argument of that name that the caller gives is replaced, not doubled."""

    @aiointercept()
    def function(m: aiointercept):
        return m

    assert isinstance(function(), aiointercept)


@pytest.mark.parametrize(
    ("define", "message"),
    [
        (lambda: aiointercept()(lambda: None), "needs a parameter that gets the mock"),
        (lambda: aiointercept()(3), "3 is not a callable object"),
    ],
)
def test_what_cannot_be_decorated_is_refused_at_once(define: Any, message: Any):
    """The error comes with the definition, not with the call."""
    with pytest.raises(TypeError, match=message):
        define()


def test_generators_are_refused():
    """A fixture made of a generator would be left before its body runs."""

    def fixture(m: aiointercept):
        yield m

    async def async_fixture(m: aiointercept):
        yield m

    for function in (fixture, async_fixture):
        with pytest.raises(TypeError, match="is a generator.*use 'with aiointercept"):
            aiointercept()(function)


PLAIN_TESTS = """
import unittest
from unittest import mock
import urllib.request

import pytest
from aiointercept import aiointercept

def check(m):
    m.get("/", body="here")
    assert urllib.request.urlopen(m.server_url).read() == b"here"

@aiointercept()
def test_alone(m):
    check(m)

@aiointercept(param="m")
def test_param(m):
    check(m)

@aiointercept()
def test_fixture(tmp_path, m):
    check(m)

@pytest.mark.parametrize("x", [1, 2])
@aiointercept()
def test_parametrize(x, m):
    check(m)

@pytest.mark.parametrize("x", [1, 2])
@aiointercept(param="m")
def test_parametrize_param(m, x):
    check(m)

@aiointercept()
@mock.patch("os.getcwd")
def test_patch(getcwd, m):
    check(m)

@mock.patch("os.getcwd")
@aiointercept()
def test_patch_above(getcwd, m):
    check(m)

@mock.patch("os.getcwd", new=None)
@aiointercept()
def test_patch_without_argument(m):
    check(m)

@aiointercept()
class TestClass:
    def test_method(self, m):
        check(m)

    @pytest.mark.parametrize("x", [1, 2])
    def test_parametrized(self, x, m):
        check(m)

class TestMethod:
    @aiointercept()
    def test_method(self, tmp_path, m):
        check(m)

class Case(unittest.TestCase):
    @aiointercept()
    def test_method(self, m):
        check(m)

class AsyncCase(unittest.IsolatedAsyncioTestCase):
    @aiointercept()
    async def test_method(self, m):
        check(m)
"""


def test_plain_pytest_does_not_take_the_parameter_for_a_fixture(pytester: pytest.Pytester):
    """Without any plugin, no form of decorated test asks pytest for a fixture named as the mock."""
    pytester.makepyfile(PLAIN_TESTS)
    result = pytester.runpytest(
        "-p", "no:asyncio", "-p", "no:aiohttp", "-p", "no:anyio", "-p", "no:aiointercept"
    )
    result.assert_outcomes(passed=16)
