"""The mock as a decorator: who gets it, and what signature is left for test runners to see."""

import functools
import inspect
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Any, Protocol, TypeVar

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class Enterable(AbstractContextManager[Any], AbstractAsyncContextManager[Any], Protocol):
    """What can be entered with ``with`` and ``async with``."""


def decorate(target: Decorated, param: str | None, enterable: Callable[[], Enterable]) -> Decorated:
    """Return ``target`` run inside a block, with what that gives as an argument.

    Args:
        target: a function, a coroutine function, or a class whose ``test*`` methods are meant.
        param: the name of the parameter; ``None`` for the last positional one.
        enterable: returns what to enter, for each call.

    Raises:
        TypeError: if ``target`` cannot be decorated, or has no such parameter.
    """
    if isinstance(target, type):
        _decorate_tests(target, param, enterable)
        return target  # pyright: ignore[reportReturnType]  # a class is what was given
    if inspect.isgeneratorfunction(target) or inspect.isasyncgenfunction(target):
        msg = (
            f"{target.__qualname__} is a generator, which a decorator would leave before its body "
            "runs: use 'with aiointercept(...) as m:' inside it"
        )
        raise TypeError(msg)
    signature = inspect.signature(target)
    name = _parameter(target, signature, param)
    decorated: Any = _wrapped(target, name, enterable)
    left = [one for one in signature.parameters.values() if one.name != name]
    decorated.__signature__ = signature.replace(parameters=left)
    return decorated  # type: ignore[no-any-return]  # a function with the arguments left to give


def _decorate_tests(cls: type, param: str | None, enterable: Callable[[], Enterable]) -> None:
    for name in dir(cls):
        found = inspect.getattr_static(cls, name)
        if not name.startswith("test"):
            continue
        if isinstance(found, (staticmethod, classmethod)):
            bound: Any = found  # pyright: ignore[reportUnknownVariableType]
            setattr(cls, name, type(bound)(decorate(bound.__func__, param, enterable)))
        elif inspect.isfunction(found):
            setattr(cls, name, decorate(found, param, enterable))


def _parameter(target: Callable[..., Any], signature: inspect.Signature, param: str | None) -> str:
    name = getattr(target, "__qualname__", repr(target))
    if param is not None:
        if param not in signature.parameters:
            msg = f"{name} has no parameter {param!r} that could get the mock"
            raise TypeError(msg)
        return param
    positional = [
        one.name
        for one in signature.parameters.values()
        if one.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
    ]
    if not positional or positional == ["self"]:
        msg = f"{name} needs a parameter that gets the mock, as in 'def {target.__name__}(m):'"
        raise TypeError(msg)
    return positional[-1]


def _wrapped(
    target: Callable[..., Any], name: str, enterable: Callable[[], Enterable]
) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(target):

        @functools.wraps(target)
        async def run_async(*args: Any, **kwargs: Any) -> Any:
            async with enterable() as entered:
                return await target(*args, **{**kwargs, name: entered})

        return run_async

    @functools.wraps(target)
    def run(*args: Any, **kwargs: Any) -> Any:
        with enterable() as entered:
            return target(*args, **{**kwargs, name: entered})

    return run
