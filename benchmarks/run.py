"""Measure whole runs of trivial tests beside unittest, and what a leased resource adds to a test."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.measuring import Command, Measurement, side_by_side, table
from benchmarks.projects import trivial_project

LEASED_TESTS = 1000

_LEASED = """\
import attrs
from rotest_core import BaseResource, ResourceData, TestCase

@attrs.frozen(kw_only=True)
class LampData(ResourceData):
    pass

class Lamp(BaseResource[LampData]):
    def validate(self) -> bool:
        return True

class LampTest(TestCase):
    lamp = Lamp.request()
{tests}
"""

_CONFIGURATION = """\
[inventory]
file = "inventory.toml"
[store]
backend = "memory"
[locks]
backend = "memory"
[run]
smart_client = {smart_client}
"""


def leased_project(directory: Path, tests: int, *, smart_client: bool = True) -> Path:
    """Write a project whose tests each lease a resource that does nothing, from a store in memory.

    Args:
        directory: where to write; must not exist.
        tests: how many tests.
        smart_client: whether the resource stays set up from test to test.

    Returns:
        The directory.
    """
    directory.mkdir(parents=True)
    body = "\n".join(f"    def test_{number}(self) -> None: pass" for number in range(tests))
    (directory / "test_lamp.py").write_text(_LEASED.format(tests=body), encoding="utf-8")
    (directory / "inventory.toml").write_text('[[Lamp]]\nname = "lamp1"\n', encoding="utf-8")
    configuration = _CONFIGURATION.format(smart_client=str(smart_client).lower())
    (directory / "rotest.toml").write_text(configuration, encoding="utf-8")
    return directory


def main(rounds: int = 11) -> None:
    """Measure and print tables.

    Args:
        rounds: how often each is run.
    """
    unittest = (sys.executable, "-m", "unittest", "-q")
    rotest = (sys.executable, "-m", "rotest_core")
    with tempfile.TemporaryDirectory() as name:
        many = trivial_project(Path(name) / "many")
        one = trivial_project(Path(name) / "one", modules=1, tests=1)
        print("10,000 trivial tests in 100 modules:\n")
        dots = {
            "unittest": Command((sys.executable, "-m", "unittest"), many),
            "rotest -o dots": Command((*rotest, "-o", "dots"), many),
            "rotest -o xml,tree": Command((*rotest, "-o", "xml,tree"), many),
        }
        print(table(side_by_side(dots, rounds=rounds), "unittest"))
        print("\nOne trivial test:\n")
        single = {"unittest": Command(unittest, one), "rotest": Command(rotest, one)}
        print(table(side_by_side(single, rounds=3 * rounds), "unittest"))
        print("\nStart-up:\n")
        start = {
            "python -c pass": Command((sys.executable, "-c", "pass"), one),
            "rotest --version": Command((*rotest, "--version"), one),
            "rotest --help": Command((*rotest, "--help"), one),
        }
        print(table(side_by_side(start, rounds=3 * rounds), "python -c pass"))
        _print_leased(Path(name), rounds)


def _print_leased(directory: Path, rounds: int) -> None:
    """Print what each further test costs: plain, with a resource of its own, with one that stays set up."""
    rotest = (sys.executable, "-m", "rotest_core")
    commands = {
        "plain, 1": Command(rotest, trivial_project(directory / "plain1", modules=1, tests=1)),
        "plain, many": Command(rotest, trivial_project(directory / "plain", modules=1, tests=LEASED_TESTS)),
    }
    for kind, smart_client in (("leased", False), ("kept", True)):
        for words, tests in (("1", 1), ("many", LEASED_TESTS)):
            project = leased_project(directory / f"{kind}{tests}", tests, smart_client=smart_client)
            commands[f"{kind}, {words}"] = Command(rotest, project)
    measured = side_by_side(commands, rounds=rounds)

    def each(kind: str) -> float:
        many, one = measured[f"{kind}, many"], measured[f"{kind}, 1"]
        return (many.cpu - one.cpu) / (LEASED_TESTS - 1)

    print("\nEach further test (CPU); leased: each test for itself; kept: by the smart client:\n")
    costs = {kind: 1000 * each(kind) for kind in ("plain", "leased", "kept")}
    rows = {kind: Measurement(cost, cost) for kind, cost in costs.items()}
    print(table(rows, "plain").replace(" ms |", " us |"))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
