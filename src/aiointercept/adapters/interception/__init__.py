"""Routing clients to a mock: the only folder that knows the internals of aiohttp's connector."""
