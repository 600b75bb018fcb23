"""How clients are led to a mock: the only folder that knows aiohttp's connector."""
