"""Run benchmarks: ``python -m benchmarks`` all of them, ``python -m benchmarks run leases`` those."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from rotest_core.errors import did_you_mean


def benchmarks() -> dict[str, str]:
    """Return the names of all benchmarks, each with the first line of what it says of itself."""
    found: dict[str, str] = {}
    for path in sorted(Path(__file__).parent.glob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "\ndef main(" in text and path.stem != "__main__":
            found[path.stem] = text.splitlines()[0].strip('"')
    return found


def main(names: Sequence[str]) -> None:
    """Run some benchmarks, or all."""
    known = benchmarks()
    for name in names:
        if name not in known:
            sys.exit(f"no benchmark {name!r}{did_you_mean(name, known)}; there are: {', '.join(known)}")
    for name in names or known:
        print(f"\n## {name}: {known[name]}\n", flush=True)
        import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
