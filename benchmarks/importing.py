"""The scenario of importing: how long an interpreter of its own takes, timed inside it."""

import asyncio
import sys
from typing import Final

_PROGRAM: Final = """
import time
start = time.process_time()
import {module}
print(time.process_time() - start)
"""


async def seconds(module: str) -> float:
    """Return how long ``import`` of ``module`` takes in a new interpreter."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _PROGRAM.format(module=module),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    if process.returncode:
        msg = f"import {module} failed"
        raise RuntimeError(msg)
    return float(output)
