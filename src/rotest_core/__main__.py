"""Start the command line: ``python -m rotest_core``, and the console script ``rotest``."""

from __future__ import annotations

import gc
import sys

# Nothing of what a start makes is garbage, and looking for some takes a twentieth of the start. The command that is
# chosen lets the collector go on.
gc.disable()

from rotest_core.cli.app import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
