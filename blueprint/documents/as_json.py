"""Prints the architecture of a stack as JSON, as the program registers it now.

``python -m blueprint.documents.as_json local``: for a process that must not load Pulumi.
"""

import sys

import msgspec

from blueprint.documents.architecture import diagram
from blueprint.recorder import run


def main() -> None:
    """Print the diagram of the stack that the first argument names."""
    sys.stdout.buffer.write(msgspec.json.encode(diagram(run(sys.argv[1]).recorder)))


if __name__ == "__main__":
    main()
