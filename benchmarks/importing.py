"""The scenario of importing: how long an interpreter of its own takes, timed inside it."""

import asyncio
import sys
from typing import Final

_PROGRAM: Final = """
import time
start = time.process_time()
{statement}
print(time.process_time() - start)
"""


AIOHTTP: Final = "import aiohttp"
PACKAGE: Final = "import aiointercept"
MOCK: Final = "from aiointercept import aiointercept"
AIOHTTP_SERVER: Final = "import aiohttp.web"


async def seconds(statement: str) -> float:
    """Return how long an import statement takes in a new interpreter."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _PROGRAM.format(statement=statement),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    if process.returncode:
        msg = f"{statement!r} failed"
        raise RuntimeError(msg)
    return float(output)
