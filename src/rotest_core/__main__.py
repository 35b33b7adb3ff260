"""Start the command line: ``python -m rotest_core``, and the console script ``rotest``."""

from __future__ import annotations

import sys

from rotest_core.cli.app import main

if __name__ == "__main__":
    sys.exit(main())
