"""The private and public names of aiohttp that interception relies on, and a check of them.

The modules that use a name explain its purpose.
"""

# pyright: reportPrivateUsage=false

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import aiohttp
from aiohttp import web
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import BaseConnector, Connection, TCPConnector
from aiohttp.tracing import Trace
from attrs import frozen

from aiointercept.core.errors import UnsupportedAiohttpError


@frozen
class Requirement:
    """A name that aiohttp must have.

    Args:
        owner: the class that has the name.
        name: the name of a method, a property, or an attribute that methods of the class set.
        parameters: the required parameters of a method: in this order if aiointercept overrides it,
            by name if aiointercept calls it. ``None`` for anything but a method.
        overridden: whether aiointercept overrides the method, so that it must know all parameters.
    """

    owner: Any
    name: str
    parameters: tuple[str, ...] | None = None
    overridden: bool = False

    def __str__(self) -> str:
        return f"{self.owner.__name__}.{self.name}"

    def problem(self) -> str | None:
        """Return what is wrong, as the end of a sentence; ``None`` if nothing is."""
        found = getattr(self.owner, self.name, None)
        if self.parameters is None:
            there = found is not None or _is_set_by(self.owner, self.name)
            return None if there else "is not there"
        if found is None:
            return "is not there"
        if not callable(found):
            return "is not a method"
        return self._problem_of_signature(found)

    def _problem_of_signature(self, function: Callable[..., Any]) -> str | None:
        wanted = list(self.parameters or ())
        try:
            parameters = inspect.signature(function).parameters
        except ValueError:
            return None  # some compiled functions have no signature
        found = list(parameters)
        if self.overridden and found[: len(wanted)] != wanted:
            return f"takes {found}, not {wanted}"
        missing = [name for name in wanted if name not in parameters]
        if missing and not any(one.kind is one.VAR_KEYWORD for one in parameters.values()):
            return f"takes {found}, so no {missing[0]!r}"
        new = [
            name
            for name, one in parameters.items()
            if name not in wanted
            and name != "self"
            and one.default is one.empty
            and one.kind not in {one.VAR_KEYWORD, one.VAR_POSITIONAL}
        ]
        return f"needs {new[0]!r}, which is not known" if new else None


def _is_set_by(owner: Any, name: str) -> bool:
    """Whether the methods of a class use an attribute, or the class body declares it."""
    return any(
        name in getattr(kind, "__annotations__", {})
        or name in getattr(kind, "__slots__", ())
        or any(name in names for names in _attributes_used_in(kind))
        for kind in owner.__mro__[:-1]
    )


def _attributes_used_in(kind: type) -> Iterator[tuple[str, ...]]:
    for value in list(vars(kind).values()):
        function = value.fget if isinstance(value, property) else inspect.unwrap(value)
        code = getattr(function, "__code__", None)
        if code is not None:
            yield code.co_names


REQUIREMENTS: Final = (
    # Patched, or overridden in our connectors.
    Requirement(BaseConnector, "connect", ("self", "req", "traces", "timeout"), overridden=True),
    Requirement(BaseConnector, "close", ("self",), overridden=True),
    Requirement(
        BaseConnector, "_create_connection", ("self", "req", "traces", "timeout"), overridden=True
    ),
    # Called, or read.
    Requirement(BaseConnector, "__init__", ("limit", "limit_per_host", "force_close", "loop")),
    Requirement(BaseConnector, "_close", ()),
    Requirement(BaseConnector, "closed"),
    Requirement(BaseConnector, "limit"),
    Requirement(BaseConnector, "limit_per_host"),
    Requirement(BaseConnector, "force_close"),
    Requirement(BaseConnector, "_loop"),
    Requirement(BaseConnector, "_keepalive_timeout"),
    Requirement(BaseConnector, "_waiters"),
    Requirement(TCPConnector, "use_dns_cache"),
    Requirement(TCPConnector, "_get_ssl_context", ("req",)),
    Requirement(TCPConnector, "_get_fingerprint", ("req",)),
    Requirement(Connection, "protocol"),
    Requirement(Connection, "closed"),
    Requirement(Connection, "close", ()),
    Requirement(ResponseHandler, "__init__", ("loop",)),
    Requirement(ResponseHandler, "set_exception", ("exc",)),
    Requirement(ResponseHandler, "start_timeout", ()),
    Requirement(ResponseHandler, "close", ()),
    Requirement(ResponseHandler, "upgraded"),
    Requirement(ResponseHandler, "read_timeout"),
    Requirement(ResponseHandler, "_payload"),
    Requirement(Trace, "__init__", ("session", "trace_config", "trace_config_ctx")),
    Requirement(Trace, "send_connection_create_start", ()),
    Requirement(Trace, "send_dns_cache_hit", ("host",)),
    Requirement(Trace, "send_dns_cache_miss", ("host",)),
    Requirement(Trace, "send_dns_resolvehost_start", ("host",)),
    Requirement(Trace, "send_dns_resolvehost_end", ("host",)),
    Requirement(aiohttp.ClientRequest, "_timer"),
    Requirement(aiohttp.ClientRequest, "body"),
    Requirement(aiohttp.ClientRequest, "connection_key"),
    Requirement(aiohttp.ClientRequest, "proxy"),
    Requirement(aiohttp.ClientRequest, "response_class"),
    Requirement(aiohttp.ClientRequest, "ssl"),
    Requirement(aiohttp.ClientRequest, "server_hostname"),
    Requirement(aiohttp.ClientSession, "_request"),
    Requirement(aiohttp.ClientSession, "connector"),
    Requirement(
        web.Server,
        "__init__",
        ("handler", "request_factory", "loop"),
    ),
    Requirement(
        web.Request,
        "__init__",
        (
            *("message", "payload", "protocol", "payload_writer", "task", "loop"),
            "client_max_size",
        ),
    ),
    Requirement(
        aiohttp.StreamReader,
        "__init__",
        ("protocol", "limit", "loop"),
    ),
)


_REPLACED: Final = tuple(one for one in REQUIREMENTS if one.overridden)
# The originals that met all requirements. aiohttp does not change while a process runs, but other
# code may replace the methods that we replace.
_checked_with: list[Any] = []


def check_aiohttp(requirements: Sequence[Requirement] = REQUIREMENTS) -> None:
    """Check that aiohttp is supported, so that a change there causes a clear error.

    This is called whenever interception begins. After the first success, it only checks the methods
    that we replace.

    Raises:
        UnsupportedAiohttpError: naming what is missing or has changed.
    """
    replaced = [getattr(one.owner, one.name, None) for one in _REPLACED]
    if requirements is REQUIREMENTS and replaced == _checked_with:
        return
    for one in requirements:
        problem = one.problem()
        if problem is not None:
            msg = (
                f"aiointercept cannot intercept with aiohttp {aiohttp.__version__}: {one} "
                f"{problem}. Install a newer aiointercept, or an aiohttp that it knows (3.13 or "
                "3.14); server mode and m.server_url work all the same"
            )
            raise UnsupportedAiohttpError(msg)
    _checked_with[:] = replaced
