"""The adapters: they act on what the core decided, with aiohttp, sockets, threads and clocks."""
