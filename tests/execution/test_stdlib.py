"""The standard library's own tests give the same counts as under ``python -m unittest``."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.commands import clean_environment, rotest

NAMES = {
    "failure": "failures",
    "error": "errors",
    "skipped": "skipped",
    "expected_failure": "expected failures",
    "unexpected_success": "unexpected successes",
}
MODULES = (
    "test.test_json",
    "test.test_textwrap",
    "test.test_unittest",
    "test.test_asyncio.test_runners",
    "test.test_contextlib_async",
)

pytestmark = pytest.mark.skipif(find_spec("test.test_json") is None, reason="Python came without its tests")


def by_unittest(module: str, directory: Path) -> Counter[str]:
    command = [sys.executable, "-m", "unittest", module]
    done = subprocess.run(
        command,
        cwd=directory,
        env=clean_environment(),
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    ran = re.search(r"^Ran (\d+) test", done.stderr, re.MULTILINE)
    assert ran is not None
    counts = Counter({"run": int(ran[1])})
    for name, number in re.findall(r"([a-z ]+)=(\d+)", done.stderr.rstrip().splitlines()[-1]):
        counts[name.strip()] = int(number)
    return counts


def by_rotest(module: str, directory: Path) -> Counter[str]:
    rotest(module, cwd=directory)
    counts: Counter[str] = Counter()
    for line in (directory / ".rotest/runs/latest/events.jsonl").read_text().splitlines():
        event = json.loads(line)
        if event["event"] == "TestStarted" and event.get("kind", "case") == "case":
            counts["run"] += 1
        if event["event"] == "OutcomeReported":
            counts[NAMES[event["outcome"]]] += 1
    return counts


@pytest.mark.parametrize("module", MODULES)
def test_counts_are_those_of_unittest(module: str, tmp_path: Path) -> None:
    directory = tmp_path / "work"
    directory.mkdir()
    assert by_rotest(module, directory) == by_unittest(module, directory)
