"""Write projects of many trivial tests, for benchmarks to run side by side in different frameworks."""

from __future__ import annotations

import sys
from pathlib import Path

MODULES = 100
TESTS = 10_000

_MODULE = """\
import unittest


class Test{number}(unittest.TestCase):
{tests}
"""
_TEST = """\
    def test_{number}(self) -> None:
        self.assertEqual({number} + 1, {successor})
"""


def trivial_project(directory: Path, *, modules: int = MODULES, tests: int = TESTS) -> Path:
    """Write plain unittest modules, one class in each, with an empty configuration of Rotest.

    Args:
        directory: where to write; created if missing.
        modules: how many modules.
        tests: how many tests in all, spread evenly.

    Returns:
        The directory.
    """
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "rotest.toml").write_text("")
    for module in range(modules):
        numbers = range(module * tests // modules, (module + 1) * tests // modules)
        body = "\n".join(_TEST.format(number=number, successor=number + 1) for number in numbers)
        name = f"test_module_{module:03}.py"
        (directory / name).write_text(_MODULE.format(number=f"Module{module:03}", tests=body))
    return directory


if __name__ == "__main__":
    print(trivial_project(Path(sys.argv[1])))
