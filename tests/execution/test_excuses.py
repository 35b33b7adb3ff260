"""A known failure can be an expected one, until a moment."""

from __future__ import annotations

import time
from pathlib import Path

from rotest_backends.stores.sqlite_results import SqliteResults
from rotest_core.events import Outcome
from rotest_core.plugin import RunFilter, Signature
from rotest_core.results.excusing import excuses
from tests.commands import rotest

NOW = 1000.0

MODULE = """
from rotest_core import TestBlock, TestCase, TestFlow


class PowerTest(TestCase):
    def test_case(self):
        self.fail("no power on port 3")

    def test_expectation(self):
        self.expectTrue(False, "no power on port 4")


class Block(TestBlock):
    def test_block(self):
        self.fail("no power on port 5")


class PowerFlow(TestFlow):
    blocks = [Block]
"""


def test_a_failure_is_expected_until_its_moment_comes() -> None:
    known = Signature(
        id="power", pattern="no power *", name="cable", link="https://bugs/1", expected_until=NOW + 1
    )

    excuse = excuses([known], now=NOW)

    assert excuse is not None
    assert excuse("no power on port 7").endswith(": cable (https://bugs/1)")
    assert excuse("no answer") == ""
    assert excuses([known], now=NOW + 1) is None
    assert excuses([], now=NOW) is None


def test_a_failure_that_another_signature_describes_better_is_not_expected() -> None:
    known = Signature(id="power", pattern="no power *", expected_until=NOW + 1)
    better = Signature(id="fire", pattern="no power but fire")

    excuse = excuses([known, better], now=NOW)

    assert excuse is not None
    assert excuse("no power but fire") == ""


def test_a_run_passes_whose_failures_are_all_expected(tmp_path: Path) -> None:
    (tmp_path / "test_power.py").write_text(MODULE, encoding="utf-8")
    store = SqliteResults(tmp_path / ".rotest" / "rotest.db")
    store.put_signature(
        Signature(id="power", pattern="*no power on port <n>", expected_until=time.time() + 3600)
    )
    words = ("-p", "2", "--executor", "process", "-o", "db,signature")

    answer = rotest(*words, cwd=tmp_path)

    assert (answer.status, answer.err) == (0, "")
    (run,) = store.runs(RunFilter())
    outcomes = {test.name: test.outcome for test in store.tests(run.id) if test.parent is None}
    assert outcomes == {
        "test_case": Outcome.EXPECTED_FAILURE,
        "test_expectation": Outcome.EXPECTED_FAILURE,
        "PowerFlow": Outcome.SUCCESS,
    }
    (case,) = (test for test in store.tests(run.id) if test.name == "test_case")
    (report,) = store.details(run.id, case.number, 1).reports
    assert report.text.startswith("known failure, expected until ")
    store.close()
