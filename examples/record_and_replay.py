"""Record from a server, look at the cassette, and replay it without the server.

Run it with ``python examples/record_and_replay.py``. It needs no network: the "real" server is
one on loopback.
"""

import asyncio
import json
import tempfile
from pathlib import Path

import aiohttp
from aiohttp import web

from aiointercept import aiointercept


async def user(request: web.Request) -> web.Response:
    """Answer as a real API would."""
    number = request.match_info["number"]
    return web.json_response({"id": int(number), "name": "Ada", "token": "very secret"})


async def ask(url: str) -> dict[str, object]:
    """Be the code under test, which knows nothing of cassettes."""
    async with aiohttp.ClientSession() as session:
        headers = {"Authorization": "Bearer very secret"}
        async with session.get(f"{url}/users/1?api_key=very-secret", headers=headers) as response:
            found: dict[str, object] = await response.json()
            return found


async def main() -> None:
    """Record, look, replay."""
    app = web.Application()
    app.router.add_get("/users/{number}", user)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"

    with tempfile.TemporaryDirectory() as folder:
        cassette = Path(folder) / "users.har"

        async with aiointercept(cassette=cassette, record="once"):
            recorded = await ask(url)
        await runner.cleanup()  # the server is gone
        print("recorded:", recorded)

        (entry,) = json.loads(cassette.read_text("utf-8"))["log"]["entries"]
        print("in the file:", entry["request"]["url"])
        print("in the file:", entry["response"]["content"]["text"])

        async with aiointercept(cassette=cassette, strict=True) as m:
            replayed = await ask(url)
        print("replayed:", replayed)
        assert replayed == {**recorded, "token": "REDACTED"}
        assert m.call_count == 1


if __name__ == "__main__":
    asyncio.run(main())
