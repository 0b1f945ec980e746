"""``python -m workforce_sim`` is ``workforce-sim``."""

import sys

from workforce_sim.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
