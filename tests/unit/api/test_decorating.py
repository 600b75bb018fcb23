import inspect
from typing import Any
from unittest import mock

import pytest

from aiointercept.api.decorating import decorate


class Block:
    """Something to enter, sync or async; counts what happens."""

    def __init__(self) -> None:
        self.entered = 0
        self.left: list[object] = []

    def __enter__(self):
        self.entered += 1
        return self

    def __exit__(self, kind: object, error: object, traceback: object):
        self.left.append(kind)

    async def __aenter__(self):
        return self.__enter__()

    async def __aexit__(self, kind: object, error: object, traceback: object):
        self.__exit__(kind, error, traceback)


@pytest.fixture
def block() -> Block:
    """Return something to enter."""
    return Block()


def drive(coroutine: Any):
    """Return the result of a coroutine that never waits."""
    with pytest.raises(StopIteration) as stopped:
        coroutine.send(None)
    return stopped.value.value


def test_the_last_positional_parameter_gets_it(block: Block):
    """Keyword-only ones, and those behind a star, are not meant."""

    @lambda function: decorate(function, None, lambda: block)
    def function(a: Any, b: Any, *rest: Any, c: Any = 3, **more: Any):
        return a, b, c, rest, more

    assert function(1, c=4, d=5) == (1, block, 4, (), {"d": 5})
    assert list(inspect.signature(function).parameters) == ["a", "rest", "c", "more"]
    assert block.left == [None]


@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_a_named_parameter_gets_it(block: Block, name: Any):
    """Wherever it stands."""

    def function(a: Any = 1, b: Any = 2, *, c: Any = 3):
        return {"a": a, "b": b, "c": c}

    decorated = decorate(function, name, lambda: block)
    assert decorated() == {"a": 1, "b": 2, "c": 3, name: block}
    assert name not in inspect.signature(decorated).parameters


def test_a_coroutine_function_stays_one(block: Block):
    """The block is entered when it runs, not when it is called."""

    async def function(m: Any):
        assert block.entered == 1
        return m

    decorated = decorate(function, None, lambda: block)
    assert inspect.iscoroutinefunction(decorated)
    coroutine = decorated()
    assert block.entered == 0
    assert drive(coroutine) is block
    assert block.left == [None]


def test_an_exception_passes_through_the_block(block: Block):
    """The block is told of it."""

    def function(m: Any):
        raise LookupError

    with pytest.raises(LookupError):
        decorate(function, None, lambda: block)()
    assert block.left == [LookupError]


def test_each_call_asks_for_what_to_enter():
    """Calls that overlap can so have one each."""
    blocks = []

    def enterable():
        blocks.append(Block())
        return blocks[-1]

    @lambda function: decorate(function, None, enterable)
    def function(depth: Any, m: Any):
        return [m] if depth == 0 else [m, *function(depth - 1)]

    assert function(2) == blocks
    assert len(blocks) == 3


def test_the_rest_of_the_function_stays_as_it_was(block: Block):
    """Name, docstring, module, attributes and what it wraps."""

    def function(m: Any):
        """Say something."""

    function.mark = "kept"
    decorated = decorate(function, None, lambda: block)
    assert decorated.__name__ == "function"
    assert decorated.__doc__ == "Say something."
    assert decorated.__module__ == __name__
    assert decorated.mark == "kept"
    assert decorated.__wrapped__ is function


def test_patches_come_before_it(block: Block):
    """`mock.patch` gives by position what the decorator leaves."""

    @mock.patch("os.getcwd")
    @lambda function: decorate(function, None, lambda: block)
    @mock.patch("os.getpid")
    def function(getpid: Any, getcwd: Any, m: Any):
        return getpid, getcwd, m

    getpid, getcwd, m = function()
    assert m is block
    assert isinstance(getpid, mock.Mock)
    assert isinstance(getcwd, mock.Mock)


def make_class():
    """Return a class with something of everything."""

    class Base:
        def test_inherited(self, m: Any):
            return m

    class Tests(Base):
        test_data = "no function"

        def setup_method(self):
            return "left alone"

        def test_method(self, m: Any):
            return m

        async def test_async(self, m: Any):
            return m

        @staticmethod
        def test_static(m: Any):
            return m

        @classmethod
        def test_class(cls, m: Any):
            return cls, m

        class test_inner:  # noqa: N801  it begins like a test
            """A class inside."""

        def helper(self, m: Any):
            return m

    return Base, Tests


def test_the_tests_of_a_class_are_decorated(block: Block):
    """Methods of every kind whose name begins with `test`; the class is the very same."""
    base, tests = make_class()
    assert decorate(tests, None, lambda: block) is tests
    instance = tests()
    assert instance.test_method() is block
    assert drive(instance.test_async()) is block
    assert instance.test_static() is block
    assert instance.test_class() == (tests, block)
    assert instance.test_inherited() is block
    assert instance.setup_method() == "left alone"
    assert instance.helper("own") == "own"
    assert instance.test_data == "no function"
    assert isinstance(tests.test_inner, type)
    assert base().test_inherited("own") == "own"


def nothing():
    """Take nothing."""


def only_keywords(*, m: Any):
    """Take a keyword."""


def generator(m: Any):
    """Yield."""
    yield m


async def async_generator(m: Any):
    """Yield, async."""
    yield m


class OnlySelf:
    """A test without a parameter for the mock."""

    def test(self):
        """Nothing."""


class PlainParameter:
    """A test whose parameter has another name."""

    def test(self, a: Any):
        """Nothing."""


@pytest.mark.parametrize(
    ("target", "param", "message"),
    [
        (nothing, None, "nothing needs a parameter that gets the mock, as in 'def nothing.m.:'"),
        (only_keywords, None, "only_keywords needs a parameter that gets the mock"),
        (OnlySelf, None, "OnlySelf.test needs a parameter that gets the mock"),
        (generator, None, "generator is a generator, .*use 'with aiointercept.*inside it"),
        (async_generator, None, "async_generator is a generator"),
        (3, None, "3 is not a callable object"),
    ],
)
def test_what_cannot_be_decorated(target: Any, param: Any, message: Any):
    """The message says what is missing, when the function is defined."""
    with pytest.raises(TypeError, match=message):
        decorate(target, param, Block)


def test_a_parameter_that_is_not_there_is_an_error_of_the_call():
    """Importing a module of tests must not fail for one of them."""
    with pytest.raises(TypeError, match="only_keywords has no parameter 'x' that could get"):
        decorate(only_keywords, "x", Block)()
    with pytest.raises(TypeError, match=r"PlainParameter.test has no parameter 'm'"):
        decorate(PlainParameter, "m", Block)().test(1)


def test_the_annotation_decides():
    """Wherever the parameter stands; it may be text."""

    class aiointercept:  # noqa: N801  named as ours is
        """Something of that name."""

    def typed(m: aiointercept, fixture: Any):
        return m, fixture

    def spelt(m: "package.aiointercept", fixture: Any):  # noqa: F821  only its text is read
        return m, fixture

    for target in (typed, spelt):
        entered, fixture = decorate(target, None, Block)(fixture=3)
        assert fixture == 3
        assert entered is not None


def test_a_param_that_is_passed_by_name(block: Block):
    """Python itself says that there is no such parameter, unless the function takes any."""

    def plain(a: Any = None):
        return a

    async def plain_async(a: Any = None):
        return a

    def takes_all(**kwargs: Any):
        return kwargs

    class Tests:
        def test(self, a: Any):
            return a

    def decorated(target: Any) -> Any:
        return decorate(target, "m", lambda: block, appended=True)

    for call in (
        decorated(plain),
        lambda: drive(decorated(plain_async)()),
        lambda: decorated(Tests)().test(1),
    ):
        with pytest.raises(TypeError, match=r"got an unexpected keyword argument 'm'"):
            call()
    assert decorated(takes_all)(a=1) == {"a": 1, "m": block}


async def coroutine(a: Any, m: Any):
    """Return the arguments."""
    return a, m


def test_behind_the_arguments_that_are_given_by_position(block: Block):
    """As aioresponses passes it: patches below come after it, and defaults stay."""

    def decorated(target: Any) -> Any:
        return decorate(target, None, lambda: block, appended=True)

    class Tests:
        @decorated
        @mock.patch("os.getpid")
        @mock.patch("os.getcwd")
        def test(self, m: Any, getcwd: Any, getpid: Any):
            return m, getcwd, getpid

    tests: Any = Tests()
    m, getcwd, getpid = tests.test()
    assert m is block
    assert isinstance(getcwd, mock.Mock)
    assert isinstance(getpid, mock.Mock)
    assert decorated(lambda a, m, b=3: (a, m, b))(1) == (1, block, 3)
    assert decorated(lambda a, *rest: (a, rest))(1, 2) == (1, (2, block))
    assert drive(decorated(coroutine)(1)) == (1, block)


def test_fixtures_are_passed_by_name(block: Block):
    """Aioresponses could not be called so: then it is the last parameter."""

    def function(fixture: Any, m: Any):
        return fixture, m

    decorated: Any = decorate(function, None, lambda: block, appended=True)
    assert decorated(fixture=1) == (1, block)
    assert list(inspect.signature(decorated).parameters) == ["fixture"]

    class Tests:
        def test(self, fixture: Any, m: Any):
            return fixture, m

    tests: Any = decorate(Tests, None, lambda: block, appended=True)()
    assert tests.test(fixture=1) == (1, block)
