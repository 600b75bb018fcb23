"""``docs/messages.md``: each example there is run, and ends with the very message shown below it.

After a change of messages, ``python tests/docs/test_messages.py`` writes them anew; read the diff.
"""

import ast
import asyncio
import inspect
import logging
import os
import re
import sys
import tempfile
import traceback
from pathlib import Path
from types import CodeType
from typing import Any, Final
from unittest import mock

import aiohttp
import pytest

import aiointercept as package
from aiointercept import matchers

PAGE: Final = Path(__file__).parents[2] / "docs" / "messages.md"
EXAMPLE: Final = re.compile(
    r"^```python\n(?P<code>.*?)^```\n\n```text\n(?P<message>.*?)^```\n", re.MULTILINE | re.DOTALL
)
NAMES: Final = {
    "ANY": mock.ANY,
    "CallbackResult": package.CallbackResult,
    "Fault": package.Fault,
    "aiohttp": aiohttp,
    "aiointercept": package.aiointercept,
    "asyncio": asyncio,
    "matchers": matchers,
}


class Records(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record as a line."""
        self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")


def compiled(code: str) -> CodeType:
    """Compile an example as if it were a file of a test suite."""
    return compile(code, "test_users.py", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


async def run(code: str) -> str:
    """Run an example and return what it raises, with notes, or else what it logs.

    It runs in an empty folder, where it may write files.
    """
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            return await _run(code)
        finally:
            os.chdir(here)


async def _run(code: str) -> str:
    logger = logging.getLogger("aiointercept")
    records = Records()
    logger.addHandler(records)
    try:
        async with aiohttp.ClientSession() as session:
            result: Any = eval(compiled(code), {**NAMES, "session": session})  # noqa: S307  the examples are our own
            if inspect.isawaitable(result):
                await result
    except Exception as error:  # noqa: BLE001  whatever it is, it is the message
        return "\n".join([f"{_name(type(error))}: {error}", *getattr(error, "__notes__", ())])
    finally:
        logger.removeHandler(records)
    return "\n".join(records.lines)


def _name(kind: type[BaseException]) -> str:
    """Return what Python calls it in a traceback."""
    place = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return f"{place}{kind.__qualname__}"


def neutral(message: str) -> str:
    """Return a message without what differs from run to run: the port."""
    return re.sub(r"(?<=127\.0\.0\.1:)\d+", "PORT", message)


def examples() -> list[Any]:
    """Return the examples of the page, each with the first line of its message as its name."""
    return [
        pytest.param(found["code"], found["message"], id=found["message"].partition("\n")[0][:80])
        for found in EXAMPLE.finditer(PAGE.read_text("utf-8"))
    ]


@pytest.mark.parametrize(("code", "message"), examples())
async def test_example(code: str, message: str) -> None:
    """An example on the page ends with the message shown there."""
    assert neutral(await run(code)) == neutral(message.rstrip("\n"))


def test_every_example_has_its_message() -> None:
    """No block of code on the page is left out."""
    text = PAGE.read_text("utf-8")
    assert len(examples()) == text.count("```python\n") == text.count("```text\n")


async def test_notes_are_shown() -> None:
    """Python prints notes with the traceback; before 3.11 they come as an error in its context."""

    async def block() -> None:
        async with package.aiointercept(strict=True) as m:
            m.get("/unused")
            raise LookupError("mine")

    with pytest.raises(LookupError) as caught:
        await block()
    shown = "".join(traceback.format_exception(caught.value))
    assert "1 route was never used: GET" in shown


def rewrite() -> None:
    """Write the messages on the page anew, where they have changed."""

    def current(found: "re.Match[str]") -> str:
        message = asyncio.run(run(found["code"])) + "\n"
        if neutral(message) == neutral(found["message"]):
            return found[0]
        return f"```python\n{found['code']}```\n\n```text\n{message}```\n"

    PAGE.write_text(EXAMPLE.sub(current, PAGE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    sys.exit(rewrite())
