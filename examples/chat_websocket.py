"""A chat client over WebSocket, and the server it talks to, which is a function of the test.

Run it with ``python examples/chat_websocket.py``.
"""

import asyncio
from unittest.mock import ANY

import aiohttp
from aiohttp import web

from aiointercept import AiointerceptRequest, aiointercept

URL = "wss://chat.example.com/rooms/aiohttp"


async def chat(session: aiohttp.ClientSession, name: str, lines: list[str]) -> list[str]:
    """Enter the room, say something, and return what was heard until the room closed."""
    heard: list[str] = []
    async with session.ws_connect(URL, protocols=["chat.v1"]) as ws:
        await ws.send_json({"join": name})
        for line in lines:
            await ws.send_str(line)
        await ws.send_str("bye")
        async for message in ws:
            heard.append(message.data)  # noqa: PERF401  an iterator that is read while it lasts
    return heard


async def room(ws: web.WebSocketResponse, request: AiointerceptRequest) -> None:
    """Play the server: greet, and answer each line until the client says good-bye."""
    guest = (await ws.receive_json())["join"]
    await ws.send_str(f"welcome to {request.url}, {guest} ({ws.ws_protocol})")
    async for message in ws:
        if message.data == "bye":
            await ws.send_str(f"bye, {guest}")
            return
        await ws.send_str(f"{guest} said: {message.data}")


async def main() -> None:
    """Let the client talk to the room, and look at the transcript."""
    async with aiointercept(mock_external_urls=True, strict=True) as m:
        conversation = m.ws(URL, room, protocols=["chat.v1"], heartbeat=30)
        async with aiohttp.ClientSession() as session:
            print("The client heard:")
            for line in await chat(session, "Ada", ["Hello!", "Is anybody here?"]):
                print(f"  {line}")

        print("The transcript:")
        for message in conversation.messages:
            print(f"  {message.direction:8} {message.type.name} {message.data}")
        conversation.assert_received([ANY, "Hello!", "Is anybody here?", "bye"])


if __name__ == "__main__":
    asyncio.run(main())
