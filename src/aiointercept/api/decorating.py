"""The mock as a decorator: which parameter gets it, and the signature that test runners see."""

import functools
import inspect
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Any, Protocol, TypeAlias, TypeVar

from aiointercept.api.argument_errors import POSITIONAL

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
Args: TypeAlias = tuple[Any, ...]
Kwargs: TypeAlias = dict[str, Any]
Place: TypeAlias = Callable[[Args, Kwargs, object], tuple[Args, Kwargs]]


class Enterable(AbstractContextManager[Any], AbstractAsyncContextManager[Any], Protocol):
    """What can be entered with ``with`` and ``async with``."""


def decorate(
    target: Decorated,
    param: str | None,
    enterable: Callable[[], Enterable],
    *,
    appended: bool = False,
) -> Decorated:
    """Return ``target``, run inside a block, with the entered object as an argument.

    Args:
        target: a function, a coroutine function, or a class whose ``test*`` methods are meant.
        param: the name of the parameter; ``None`` for the one that is annotated ``aiointercept``,
            else the last positional one.
        enterable: returns what to enter, for each call.
        appended: whether the mock is passed as aioresponses passes it: behind the arguments that
            are given by position, or as ``param``, even if no parameter has that name.

    Raises:
        TypeError: if ``target`` cannot be decorated, or has no parameter for the mock. A ``param``
            that does not exist is an error of the call.
    """
    if isinstance(target, type):
        _decorate_tests(target, param, enterable, appended=appended)
        return target  # pyright: ignore[reportReturnType]  # a class is what was given
    if inspect.isgeneratorfunction(target) or inspect.isasyncgenfunction(target):
        msg = (
            f"{target.__qualname__} is a generator, which a decorator would leave before its body "
            "runs: use 'with aiointercept(...) as m:' inside it"
        )
        raise TypeError(msg)
    signature = inspect.signature(target)
    if param is not None and param not in signature.parameters:
        # An error of the call: importing a module of tests must not fail for one of them.
        if not appended:
            return _failing(target, param)
        return _taking_all(target, _naming(param), enterable)
    if appended and param is None and _takes_any_number(signature):
        return _taking_all(target, _append, enterable)
    parameter = _parameter(target, signature, param)
    place = _placing(signature, parameter)
    if appended and param is None:
        place = _appending(signature, place)
    decorated: Any = _wrapped(target, place, enterable)
    left = [one for one in signature.parameters.values() if one is not parameter]
    decorated.__signature__ = signature.replace(parameters=left)
    decorated.gets_aiointercept = True
    return decorated  # type: ignore[no-any-return]  # a function with the arguments left to give


def _decorate_tests(
    cls: type, param: str | None, enterable: Callable[[], Enterable], *, appended: bool
) -> None:
    for name in dir(cls):
        found = inspect.getattr_static(cls, name)
        if not name.startswith("test") or _is_decorated(found):
            continue
        if isinstance(found, (staticmethod, classmethod)):
            bound: Any = found  # pyright: ignore[reportUnknownVariableType]
            inner = decorate(bound.__func__, param, enterable, appended=appended)
            setattr(cls, name, type(bound)(inner))
        elif inspect.isfunction(found):
            setattr(cls, name, decorate(found, param, enterable, appended=appended))


def _is_decorated(found: Any) -> bool:
    """Return whether a method has a decorator of its own, which takes precedence."""
    return hasattr(getattr(found, "__func__", found), "gets_aiointercept")


def _parameter(
    target: Callable[..., Any], signature: inspect.Signature, param: str | None
) -> inspect.Parameter:
    name = getattr(target, "__qualname__", repr(target))
    if param is not None:
        return signature.parameters[param]
    for one in signature.parameters.values():
        if _is_annotated(one):
            return one
    positional = [one for one in signature.parameters.values() if one.kind in POSITIONAL]
    if not positional or (len(positional) == 1 and positional[0].name == "self"):
        msg = f"{name} needs a parameter that gets the mock, as in 'def {target.__name__}(m):'"
        raise TypeError(msg)
    return positional[-1]


def _failing(target: Decorated, param: str) -> Decorated:
    """Return a function that raises when it is called, because ``target`` has no such parameter."""
    name = getattr(target, "__qualname__", repr(target))
    msg = f"{name} has no parameter {param!r} that could get the mock"

    @functools.wraps(target)
    def fail(*_args: Any, **_kwargs: Any) -> Any:
        raise TypeError(msg)

    @functools.wraps(target)
    async def fail_async(*_args: Any, **_kwargs: Any) -> Any:
        raise TypeError(msg)

    failing: Any = fail_async if inspect.iscoroutinefunction(target) else fail
    failing.gets_aiointercept = True
    return failing  # type: ignore[no-any-return]  # it takes what the target takes


def _is_annotated(parameter: inspect.Parameter) -> bool:
    """Whether the annotation says that it gets the mock; it may be text."""
    annotation = parameter.annotation
    name = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", "")
    return name.rpartition(".")[2].strip("\"'") == "aiointercept"


def _takes_any_number(signature: inspect.Signature) -> bool:
    return any(one.kind is one.VAR_POSITIONAL for one in signature.parameters.values())


def _taking_all(target: Decorated, place: Place, enterable: Callable[[], Enterable]) -> Decorated:
    """Return ``target`` decorated, with the signature that it has."""
    decorated: Any = _wrapped(target, place, enterable)
    decorated.gets_aiointercept = True
    return decorated  # type: ignore[no-any-return]  # it takes what the target takes


def _append(args: Args, kwargs: Kwargs, entered: object) -> tuple[Args, Kwargs]:
    return (*args, entered), kwargs


def _appending(signature: inspect.Signature, otherwise: Place) -> Place:
    """Return a function that adds the mock behind the arguments that are given by position.

    Where a fixture is passed by name for the parameter that is next, ``otherwise`` decides.
    """
    names = [one.name for one in signature.parameters.values() if one.kind in POSITIONAL]

    def place(args: Args, kwargs: Kwargs, entered: object) -> tuple[Args, Kwargs]:
        is_taken = names[len(args) : len(args) + 1] in ([name] for name in kwargs)
        return (otherwise if is_taken else _append)(args, kwargs, entered)

    return place


def _naming(param: str) -> Place:
    """Return a function that adds the mock by name."""

    def place(args: Args, kwargs: Kwargs, entered: object) -> tuple[Args, Kwargs]:
        return args, {**kwargs, param: entered}

    return place


def _placing(signature: inspect.Signature, parameter: inspect.Parameter) -> Place:
    """Return a function that inserts the mock among the arguments of a call, for ``parameter``.

    It is passed by position if all parameters before it are, else by name: fixtures are passed by
    name, the data of ddt before it, and the mocks of ``mock.patch`` after all others.
    """
    at = list(signature.parameters).index(parameter.name)

    def place(args: Args, kwargs: Kwargs, entered: object) -> tuple[Args, Kwargs]:
        if parameter.kind in POSITIONAL and len(args) >= at:
            return (*args[:at], entered, *args[at:]), kwargs
        return args, {**kwargs, parameter.name: entered}

    return place


def _wrapped(
    target: Callable[..., Any], place: Place, enterable: Callable[[], Enterable]
) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(target):

        @functools.wraps(target)
        async def run_async(*args: Any, **kwargs: Any) -> Any:
            async with enterable() as entered:
                args, kwargs = place(args, kwargs, entered)
                return await target(*args, **kwargs)

        return run_async

    @functools.wraps(target)
    def run(*args: Any, **kwargs: Any) -> Any:
        with enterable() as entered:
            args, kwargs = place(args, kwargs, entered)
            return target(*args, **kwargs)

    return run
