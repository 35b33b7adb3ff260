"""One character for each test."""

from __future__ import annotations

import os
import subprocess
import sys

from rotest_core.events import Outcome
from rotest_core.testing import SAMPLE_RUNS, EventScript
from tests.rotest_backends.outputs.shown import shown


def first_line(text: str) -> str:
    return text.partition("\n")[0]


def test_each_outcome_has_the_letter_that_unittest_prints() -> None:
    script = EventScript()
    for outcome in Outcome:
        with script.test(outcome.value) as test:
            if outcome is not Outcome.SUCCESS:
                test.report(outcome, "text")
    assert first_line(shown("dots", script.finish())) == ".sxuFE"


def test_blocks_have_no_dot_of_their_own() -> None:
    script = EventScript()
    with script.flow("Flow"):
        with script.test("First", kind="block"):
            pass
        with script.test("Second", kind="block"):
            pass
    assert first_line(shown("dots", script.finish())) == "."


def test_a_fixture_shows_only_when_it_fails() -> None:
    script = EventScript()
    with script.test("setUpClass", kind="fixture"):
        pass
    with script.test("setUpModule", kind="fixture") as fixture:
        fixture.report(Outcome.ERROR, "ValueError: no")
    assert first_line(shown("dots", script.finish())) == "E"


def test_lines_are_80_dots_wide() -> None:
    script = EventScript()
    for number in range(165):
        with script.test(f"test_{number}"):
            pass
    lines = shown("dots", script.finish()).splitlines()
    assert lines[:3] == ["." * 80, "." * 80, "." * 5]


def test_quiet_prints_no_dots_but_the_summary() -> None:
    text = shown("dots", SAMPLE_RUNS["sample"](), verbosity=-1)
    assert "6 did not go well" in first_line(text.lstrip("\n"))


def test_dots_are_coloured_where_they_are_no_dots() -> None:
    script = EventScript()
    with script.test("test_good"):
        pass
    with script.test("test_bad") as test:
        test.report(Outcome.FAILURE, "AssertionError")
    assert first_line(shown("dots", script.finish(), color=True)) == ".\x1b[38;5;166mF\x1b[0m"


def test_without_options_nothing_heavy_is_imported() -> None:
    program = """
import sys
from rotest_core.testing.event_samples import SAMPLE_RUNS
from rotest_core.testing.handler_context import FakeHandlerContext
from rotest_backends.outputs.factories import _dots
from pathlib import Path
heavy = {"attrs", "attr", "cattrs", "rich", "junit_xml", "asyncio", "dataclasses", "inspect", "datetime", "shlex"}
before = set(sys.modules)
handler = _dots(FakeHandlerContext(Path(), name="dots"))
for event in SAMPLE_RUNS["empty"]():
    handler.handle(event)
handler.close()
print(sorted(heavy & (set(sys.modules) - before)))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert done.stdout == "[]\n"
