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

# Seconds after which Python shows where a test is, by whether it is the long form.
PATIENCE = {False: 300, True: 3600}


def main(arguments: list[str]) -> int:
    """Run the short form, or the long one where ``--long`` is among the arguments."""
    long = "--long" in arguments
    if long:
        arguments.remove("--long")
        os.environ["AIOINTERCEPT_CAMPAIGN"] = "long"
    os.chdir(HERE.parent.parent)
    patience = f"faulthandler_timeout={PATIENCE[long]}"
    options = ["-q", "-p", "no:cacheprovider", *PLUGINS, "-o", patience]
    return int(pytest.main([str(HERE), *options, *arguments]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
