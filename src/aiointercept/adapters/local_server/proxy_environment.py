"""The environment variables that make programs use a forward proxy, and how to set them."""

import os
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Final

from aiointercept.adapters.local_server.system_roots import AUTHORITY_VARIABLES

_PROXIES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_NO_PROXY: Final = "NO_PROXY"

_in_use: Final = threading.Lock()


def proxy_variables(proxy_url: str, bundle_file: str | None) -> dict[str, str]:
    """Return the variables that make a program use a proxy.

    Args:
        proxy_url: the URL of the proxy.
        bundle_file: a PEM file with all authorities that the program trusts; ``None`` to leave
            its authorities unchanged.
    """
    variables = {spelling: proxy_url for name in _PROXIES for spelling in (name, name.lower())}
    variables |= {_NO_PROXY: "", _NO_PROXY.lower(): ""}
    if bundle_file is not None:
        variables |= dict.fromkeys(AUTHORITY_VARIABLES, bundle_file)
    return variables


@contextmanager
def changed_environment(variables: Mapping[str, str]) -> Generator[None, None, None]:
    """Set variables of this process, and restore them at the end.

    Raises:
        RuntimeError: if another call is active, because the two would restore each other's values.
    """
    if not _in_use.acquire(blocking=False):
        msg = (
            "m.proxied() is already active, and the whole process shares one environment: "
            "leave that block first, or pass m.proxy_environment() to the program alone, as in "
            "subprocess.run(..., env={**os.environ, **m.proxy_environment()})"
        )
        raise RuntimeError(msg)
    before = {name: os.environ.get(name) for name in variables}
    try:
        os.environ.update(variables)
        yield
    finally:
        try:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
        finally:
            _in_use.release()
