"""The law every test lives under: no packet leaves the loopback interface.

It holds even while the code under test is broken, and whether or not that code swallows the error.
Fixtures of one room only do not live here.
"""

import gc
import ipaddress
import socket
import sys
import traceback
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any, Final, TypeVar

import pytest
from attrs import field, frozen
from hypothesis import HealthCheck, settings

T = TypeVar("T")


def pytest_collection_finish() -> None:
    """Keep the thousands of collected tests out of every collection of garbage to come."""
    gc.collect()
    gc.freeze()


class NetworkRefusedError(OSError):
    """A test tried to reach something off loopback; a fault of the code under test.

    It is an ``OSError`` so that callers clean up as after any failed connection; that they may also
    hide it does not help them: what was tried is counted when the test ends.
    """


@frozen
class Attempt:
    """One refused try to reach the network.

    Args:
        call: what was called, by the name of its audit event.
        target: the name or address it was called with.
        stack: where the call was made.
    """

    call: str
    target: Any
    stack: str = field(repr=False)


_attempts: Final[list[Attempt]] = []


def _literal(host: object) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _is_loopback(host: object) -> bool:
    if str(host).lower() == "localhost":
        return True
    address = _literal(host)
    mapped = getattr(address, "ipv4_mapped", None)
    return address is not None and (mapped or address).is_loopback


def _needs_no_lookup(host: object) -> bool:
    return not host or _is_loopback(host) or _literal(host) is not None


def _address_stays_here(sock: socket.socket, address: Any) -> bool:
    if sock.family == getattr(socket, "AF_UNIX", None):
        return True
    if address is None:  # sent on a connected socket, whose connect was looked at
        return True
    return sock.family in {socket.AF_INET, socket.AF_INET6} and _is_loopback(address[0])


# By audit event: whether the call with these arguments is harmless.
_CHECKS: Final[dict[str, Callable[..., bool]]] = {
    "socket.connect": _address_stays_here,
    "socket.sendto": _address_stays_here,
    "socket.sendmsg": _address_stays_here,
    "socket.getaddrinfo": lambda host, *_: _needs_no_lookup(host),
    "socket.gethostbyname": _needs_no_lookup,
    "socket.gethostbyaddr": _is_loopback,
    "socket.getnameinfo": lambda address: _is_loopback(address[0]),
}


def _refuse(call: str, target: Any) -> None:
    stack = "".join(traceback.format_stack(sys._getframe(2), limit=12))  # noqa: SLF001 - no other way to skip our own frames
    _attempts.append(Attempt(call, target, stack))
    msg = f"{call} of {target!r} would leave loopback, which no test may"
    raise NetworkRefusedError(msg)


def _on_audit_event(event: str, arguments: tuple[Any, ...]) -> None:
    check = _CHECKS.get(event)
    if check is not None and not check(*arguments):
        _refuse(event, next(part for part in arguments if not isinstance(part, socket.socket)))


@contextmanager
def _names_refused() -> Iterator[None]:
    """Guard the methods that look up a name given as address before the audit event is raised.

    For one test at a time, as pytest-socket puts the originals back after each.
    """
    with ExitStack() as undo:
        for name in ("connect", "connect_ex", "sendto", "sendmsg"):
            if hasattr(socket.socket, name):  # Windows has no ``sendmsg``
                undo.enter_context(_name_refused(name, getattr(socket.socket, name)))
        yield


@contextmanager
def _name_refused(method: str, original: Callable[..., object]) -> Iterator[None]:
    @wraps(original)
    def guarded(sock: socket.socket, *args: Any) -> object:
        address = args[-1]
        if isinstance(address, tuple) and not _needs_no_lookup(address[0]):
            _refuse(f"socket.{method}", address)
        return original(sock, *args)

    setattr(socket.socket, method, guarded)
    try:
        yield
    finally:
        setattr(socket.socket, method, original)


def _guard_uvloop() -> None:
    """Guard what uvloop does in C, where no audit event is raised."""
    try:
        import uvloop  # noqa: PLC0415 - there is none on Windows and PyPy
    except ImportError:
        return

    def guard(name: str, target: Callable[..., Any], check: Callable[[Any], bool]) -> None:
        original: Callable[..., Awaitable[T]] = getattr(uvloop.Loop, name)

        async def guarded(loop: Any, *args: Any, **kwargs: Any) -> T:
            host = target(*args, **kwargs)
            if not check(host):
                _refuse(f"uvloop.{name}", host)
            return await original(loop, *args, **kwargs)

        setattr(uvloop.Loop, name, guarded)

    guard("getaddrinfo", lambda host, *_, **__: host, _needs_no_lookup)
    guard(
        "create_connection",
        lambda _factory, host=None, *_, **__: host,
        lambda host: not host or _is_loopback(host),
    )
    guard(
        "create_datagram_endpoint",
        lambda _factory, _local=None, remote_addr=None, **__: remote_addr,
        lambda address: not address or _is_loopback(address[0]),
    )


# No test asserts how long something takes, those of properties included.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

sys.addaudithook(_on_audit_event)
_guard_uvloop()


@pytest.fixture(scope="session")
def network_attempts() -> list[Attempt]:
    """Return the live list of refused attempts, oldest first.

    A test ends in an error if one is left in it; a test that means to make some takes them out.
    """
    return _attempts


@pytest.fixture(autouse=True)
def network_guard() -> Iterator[None]:
    """Fail a test that tried to leave loopback, even if nobody heard the refusal."""
    with _names_refused():
        yield
    if _attempts:
        found = "\n".join(f"{attempt}, called at\n{attempt.stack}" for attempt in _attempts)
        _attempts.clear()
        pytest.fail(f"the test tried to leave loopback:\n{found}", pytrace=False)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name compressed bytes by their length: some hold a time, so xdist's workers would differ."""
    if isinstance(val, bytes) and not val.isascii():
        return f"{argname}_of_{len(val)}_bytes"
    return None
