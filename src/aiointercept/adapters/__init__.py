"""The adapters: they carry out the core's decisions, with aiohttp, sockets, threads and clocks."""
