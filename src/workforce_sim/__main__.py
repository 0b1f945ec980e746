"""``workforce-sim``, and ``python -m workforce_sim``: the command line, which an interrupt ends in one line."""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Run the command line and return its exit code."""
    try:
        from workforce_sim.cli.main import main as command_line  # noqa: PLC0415 - an interrupt may come meanwhile
    except KeyboardInterrupt:
        os.write(2, b"interrupted\n")
        os._exit(130)
    return command_line()


if __name__ == "__main__":
    sys.exit(main())
