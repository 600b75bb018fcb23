"""Lets the modules of this room import each other, as the script that records does."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
