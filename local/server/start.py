"""Loads the gate in the emulator's process: the server is given this file's path.

The project's folder comes last on the path of imports, so that no module of the project takes the
place of one of the emulator's. Its workers inherit nothing of it.
"""

import sys
from pathlib import Path

if sys.path[0] == str(Path(__file__).parent):
    sys.path.pop(0)  # added by the server
sys.path.append(str(Path(__file__).parents[2]))

from local.server.gate import app

__all__ = ["app"]
