"""A small API client, and how it meets a server that answers, one that refuses and one that fails.

The client is written as if there was no mock: its URL is that of the real service. Run it with
``python examples/quickstart.py``; everything it prints really went over a connection.
"""

import asyncio
from typing import Any

import aiohttp

from aiointercept import Fault, aiointercept

API = "https://api.example.com/v1"


class Users:
    """A client for a service that keeps users.

    Args:
        session: over which it talks.
    """

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def find(self, number: int) -> dict[str, Any] | None:
        """Return a user; ``None`` if there is no such user."""
        async with self._session.get(f"{API}/users/{number}") as response:
            if response.status == 404:
                return None
            response.raise_for_status()
            found: dict[str, Any] = await response.json()
            return found

    async def create(self, name: str) -> int:
        """Add a user and return its number; try again if the connection breaks."""
        for attempt in (1, 2, 3):
            try:
                async with self._session.post(f"{API}/users", json={"name": name}) as response:
                    response.raise_for_status()
                    created: dict[str, int] = await response.json()
                    return created["id"]
            except aiohttp.ClientConnectionError as error:
                print(f"  attempt {attempt} failed: {type(error).__name__}")
        message = "the service cannot be reached"
        raise RuntimeError(message)


async def main() -> None:
    """Let the client meet the mock, and look at what the mock has seen."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        users = Users(session)

        m.get(f"{API}/users/1", payload={"id": 1, "name": "Ada"})
        m.get(f"{API}/users/2", status=404)
        print("Looking for users:")
        print(f"  1 is {await users.find(1)}")
        print(f"  2 is {await users.find(2)}")

        m.post(f"{API}/users", fault=Fault.CONNECTION_RESET)
        created = m.post(f"{API}/users", status=201, payload={"id": 3})
        print("Creating a user, over a connection that breaks once:")
        print(f"  its number is {await users.create('Grace')}")
        created.assert_called_with(json={"name": "Grace"})

        print("Asking for something that nobody registered:")
        try:
            await session.get(f"{API}/user/1")
        except aiohttp.ClientConnectionError as error:
            print(*(f"  {line}" for line in str(error).splitlines()), sep="\n")

        print("What the mock has seen:")
        for call in m.calls:
            outcome = call.response.status if call.response else call.fault or "no answer"
            print(f"  {call.request.method} {call.request.url} -> {outcome}")


if __name__ == "__main__":
    asyncio.run(main())
