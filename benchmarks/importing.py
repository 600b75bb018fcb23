"""The scenario of importing: how long an interpreter of its own takes, timed inside it."""

import asyncio
import atexit
import os
import sys
import tempfile
from typing import Final

_PROGRAM: Final = """
import time
start = time.process_time()
{statement}
print(time.process_time() - start)
"""


# It goes with the program.
_compiled: Final = tempfile.TemporaryDirectory()
atexit.register(_compiled.cleanup)

PLUGIN: Final = "import pytest; start = time.process_time(); import aiointercept.pytest_plugin"
AIOHTTP: Final = "import aiohttp"
PACKAGE: Final = "import aiointercept"
MOCK: Final = "from aiointercept import aiointercept"
AIOHTTP_SERVER: Final = "import aiohttp.web"


def _environment() -> dict[str, str]:
    """Return variables with which modules are compiled once only, as those that are installed."""
    variables = {**os.environ, "PYTHONPYCACHEPREFIX": _compiled.name}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    return variables


async def seconds(statement: str) -> float:
    """Return how long an import statement takes in a new interpreter."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _PROGRAM.format(statement=statement),
        stdout=asyncio.subprocess.PIPE,
        env=_environment(),
    )
    output, _ = await process.communicate()
    if process.returncode:
        msg = f"{statement!r} failed"
        raise RuntimeError(msg)
    return float(output)
