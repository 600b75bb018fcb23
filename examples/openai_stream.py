"""A client for a chat service that streams its answers as server-sent events, as OpenAI's API does.

It shows a stream with pauses, one that breaks in the middle, and a client that has heard enough.
Run it with ``python examples/openai_stream.py``.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import aiohttp

from aiointercept import Fault, aiointercept
from aiointercept.matchers import json_body

URL = "https://api.openai.com/v1/chat/completions"


class InterruptedAnswerError(Exception):
    """The stream broke off before the service said that it was done."""


async def ask(session: aiohttp.ClientSession, question: str) -> AsyncIterator[str]:
    """Yield the words of the answer as they come in."""
    request = {"model": "gpt", "stream": True, "messages": [{"role": "user", "content": question}]}
    async with session.post(URL, json=request) as response:
        response.raise_for_status()
        try:
            async for line in response.content:
                name, _, data = line.decode().rstrip("\n").partition(": ")
                if name != "data":
                    continue  # a comment that keeps the connection alive, or the end of an event
                if data == "[DONE]":
                    return
                yield json.loads(data)["choices"][0]["delta"].get("content", "")
        except aiohttp.ClientPayloadError as error:
            raise InterruptedAnswerError from error


def chunk(text: str) -> dict[str, Any]:
    """Return an event's data as the service sends it."""
    return {"object": "chat.completion.chunk", "choices": [{"delta": {"content": text}}]}


async def slow_answer() -> AsyncIterator[Any]:
    """Yield the events of an answer for which the service has to think."""
    yield chunk("The answer")
    yield ": thinking"
    await asyncio.sleep(0.01)
    yield chunk(" is 42.")
    yield "[DONE]"


async def endless_answer() -> AsyncIterator[Any]:
    """Yield an answer that does not end by itself."""
    try:
        number = 0
        while True:
            number += 1
            yield chunk(f"{number}, ")
            await asyncio.sleep(0)
    finally:
        print("  (the service has noticed that nobody listens any more)")


async def main() -> None:
    """Ask questions and print what is heard."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        streaming = json_body({"stream": True}, partial=True)

        m.sse(URL, slow_answer, method="POST", match=streaming)
        print("An answer with a pause:")
        print("  " + "".join([part async for part in ask(session, "What is the answer?")]))

        m.sse(
            URL,
            [chunk("It was a dark and"), chunk(" stormy")],
            method="POST",
            match=streaming,
            fault=Fault.TRUNCATED_BODY,
        )
        print("An answer that breaks off:")
        heard: list[str] = []
        try:
            async for part in ask(session, "Tell me a story."):
                heard.append(part)  # noqa: PERF401  what came before the break counts
        except InterruptedAnswerError as error:
            print(f"  {''.join(heard)!r}, then {type(error.__cause__).__name__}")

        m.sse(URL, endless_answer, method="POST", match=streaming)
        print("An answer of which three words are enough:")
        async with aclosing(ask(session, "Count!")) as answer:
            for _ in range(3):
                print(f"  {await anext(answer)}")

        m.assert_all_called()


if __name__ == "__main__":
    asyncio.run(main())
