"""Checks of single arguments; the message names the argument."""

from typing import Any

from aiointercept.core.routing.faults import Fault
from aiointercept.core.type_guards import is_exception_class

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True


def clean_method(method: Any) -> str:
    """Return ``method`` in upper case.

    Raises:
        TypeError: if it is not a ``str``.
        ValueError: if it is not the name of a method.
    """
    if not isinstance(method, str):
        msg = f"method must be a str such as 'GET', or '*' for any, not {method!r}"
        raise TypeError(msg)
    if not method.isascii() or method.split() != [method]:
        msg = f"method must be a name such as 'GET', or '*' for any, not {method!r}"
        raise ValueError(msg)
    return method.upper()


def clean_repeat(repeat: Any) -> int | None:
    """Return how many requests a route takes; ``None`` for any number.

    Raises:
        TypeError: if ``repeat`` is neither a number nor a ``bool``.
        ValueError: if it is negative.
    """
    if repeat is True:
        return None
    if not isinstance(repeat, int):
        msg = f"repeat must be True (unlimited), False (once) or a number of times, not {repeat!r}"
        raise TypeError(msg)
    if repeat < 0:
        msg = f"repeat must not be negative: {repeat}; True means unlimited"
        raise ValueError(msg)
    return max(int(repeat), 1)


def clean_seconds(name: str, value: Any) -> float:
    """Return ``value``, a number of seconds, unchanged, because messages show it as it was given.

    Args:
        name: of the argument, for messages.
        value: 0 or more.

    Raises:
        TypeError: if it is not a number.
        ValueError: if it is negative, infinite or NaN.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        msg = f"{name} must be a number of seconds, not {value!r}"
        raise TypeError(msg)
    if not 0 <= value < float("inf"):
        msg = f"{name} must be a number of seconds from 0 on, not {value}"
        raise ValueError(msg)
    return value


def clean_rate(rate: Any) -> float | None:
    """Return how many bytes of a body are sent a second; ``None`` for no limit.

    Raises:
        TypeError: if it is not a number.
        ValueError: if it is not above 0, or infinite.
    """
    if rate is None:
        return None
    if isinstance(rate, bool) or not isinstance(rate, (int, float)):
        msg = f"rate must be a number of bytes a second, not {rate!r}"
        raise TypeError(msg)
    if not 0 < rate < float("inf"):
        msg = f"rate must be a number of bytes a second above 0, not {rate}"
        raise ValueError(msg)
    return float(rate)


def clean_name(name: Any) -> str | None:
    """Return the name of a route for messages.

    Raises:
        TypeError: if it is not a ``str``.
    """
    if name is not None and not isinstance(name, str):
        msg = f"name must be a str, not {name!r}"
        raise TypeError(msg)
    return name


def clean_fault(fault: Any) -> Fault:
    """Return ``fault``.

    Raises:
        TypeError: if it is not one.
    """
    if not isinstance(fault, Fault):
        names = ", ".join(f"Fault.{member.name}" for member in Fault)
        msg = f"fault must be one of {names}, not {fault!r}"
        raise TypeError(msg)
    return fault


def clean_raises(raises: Any) -> BaseException | type[BaseException]:
    """Return the exception that a client's call is to raise.

    Raises:
        TypeError: if it is not one, or one that cannot be raised by a client's call.
    """
    if isinstance(raises, BaseException):
        _refuse_unraisable(type(raises))
        return raises
    if not is_exception_class(raises):
        msg = f"raises must be an exception, class or instance, not {raises!r}"
        raise TypeError(msg)
    _refuse_unraisable(raises)
    try:
        raises()
    except Exception as error:  # noqa: BLE001  whatever it is, the client has to get it
        msg = f"raises: {raises.__name__} needs arguments ({error}); give an instance"
        raise TypeError(msg) from None
    return raises


def _refuse_unraisable(kind: type[BaseException]) -> None:
    if issubclass(kind, (StopIteration, GeneratorExit)):
        msg = f"raises: {kind.__name__} cannot leave a coroutine, so no client call can raise it"
        raise TypeError(msg)
