"""Runs the campaign: ``python -m tests.campaign``, or the long form with ``--long``.

Further arguments go to pytest, as in ``python -m tests.campaign --long -k cancellation``.
"""

import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
# Our own plugin keeps the mocks of a test until it has been reported on, thousands of them here.
PLUGINS = ("-p", "no:aiointercept")


def main(arguments: list[str]) -> int:
    """Run the short form, or the long one where ``--long`` is among the arguments."""
    if "--long" in arguments:
        arguments.remove("--long")
        os.environ["AIOINTERCEPT_CAMPAIGN"] = "long"
    os.chdir(HERE.parent.parent)
    return int(pytest.main([str(HERE), "-q", "-p", "no:cacheprovider", *PLUGINS, *arguments]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
