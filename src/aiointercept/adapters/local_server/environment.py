"""The environment variables that lead programs to a forward proxy, and setting them for a while."""

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
    """Return the variables that lead a program to a proxy.

    Args:
        proxy_url: of the proxy.
        bundle_file: a PEM file with all authorities that the program is to trust; ``None`` to leave
            those alone.
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
        RuntimeError: if that is being done already: the two would restore each other's.
    """
    if not _in_use.acquire(blocking=False):
        msg = (
            "m.proxied() is active already, and the environment is one for the whole process: "
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
