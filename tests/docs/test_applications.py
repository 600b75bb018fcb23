"""The example of the guide on applications runs; `test_pages.py` runs the guide itself."""

import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]


def test_fastapi_example() -> None:
    """It runs, and tells what its client did."""
    script = ROOT / "examples" / "fake_fastapi.py"
    command = [sys.executable, "-W", "error", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert "the fake validates: 422\ntaken: 4\n" in done.stdout
    assert done.stdout.endswith("POST /api/items/tea/take -> 409\n")
