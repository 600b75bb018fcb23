"""The pure core: it decides what a request gets and never performs it.

Nothing here knows aiohttp, sockets, event loops or clocks; adapters bring those in through
:mod:`aiointercept.core.ports`.
"""
