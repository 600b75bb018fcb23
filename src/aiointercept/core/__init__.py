"""The pure core: it decides what a request gets and never performs it.

Nothing here knows aiohttp, sockets, event loops or clocks; adapters bring those in through
:mod:`aiointercept.core.ports`.
"""

import ipaddress


def is_ip_address(host: str) -> bool:
    """Return whether ``host`` is an IP address, in brackets or not.

    Suites replace this name to have addresses mocked. Addresses are mocked as any other host, so
    replacing it changes nothing.

    .. versionadded:: 1.1
    """
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
