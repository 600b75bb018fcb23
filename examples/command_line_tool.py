"""Test a command-line tool: a program of its own, with URLs that it has hard-coded.

Run it with ``python examples/command_line_tool.py``. It needs the extra: ``aiointercept[tls]``.
"""

import os
import subprocess
import sys

from aiointercept import aiointercept

# The tool under test. It could be written in any language.
TOOL = """
import json, sys, urllib.request

with urllib.request.urlopen("https://weather.test/v1/today?city=" + sys.argv[1]) as response:
    today = json.load(response)
print(f"{sys.argv[1]}: {today['temperature']} degrees")
"""


def weather(m: aiointercept, city: str) -> subprocess.CompletedProcess[str]:
    """Run the tool, led to the mock by its environment."""
    return subprocess.run(  # noqa: S603  the program is Python
        [sys.executable, "-c", TOOL, city],
        env={**os.environ, **m.proxy_environment()},
        capture_output=True,
        text=True,
        check=False,
    )


def test_weather() -> None:
    """It asks for the right city and prints what it was told."""
    with aiointercept(strict=True) as m:
        m.get("https://weather.test/v1/today?city=Oslo", json={"temperature": -4})
        done = weather(m, "Oslo")
        assert done.stdout == "Oslo: -4 degrees\n"
        m.assert_called_once_with("https://weather.test/v1/today", params={"city": "Oslo"})


def test_service_that_is_down() -> None:
    """It fails when the service does."""
    with aiointercept() as m:
        m.get("https://weather.test/v1/today?city=Oslo", status=503)
        done = weather(m, "Oslo")
        assert done.returncode != 0
        assert "HTTP Error 503" in done.stderr


if __name__ == "__main__":
    test_weather()
    test_service_that_is_down()
    print("the tool was tested without the network")
