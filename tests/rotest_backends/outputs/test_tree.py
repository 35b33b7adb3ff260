"""Groups, tests and blocks, indented."""

from __future__ import annotations

from rotest_core.events import Cause, Outcome
from rotest_core.testing import SAMPLE_RUNS, EventScript
from tests.rotest_backends.outputs.shown import shown

NO_SUMMARY = {"summary": False}


def test_tests_stand_below_their_groups_with_outcome_and_duration() -> None:
    script = EventScript()
    with (
        script.group("module", "tests/test_calc.py"),
        script.group("class", "CalcTest", tags=("SMOKE", "FAST")),
    ):
        with script.test("test_add"):
            script.tick(0.5)
        with script.test("test_sub") as test:
            test.report(Outcome.FAILURE, "Traceback ...\nAssertionError: 1 != 2")
    with script.group("module", "tests/test_other.py"), script.test("test_other") as test:
        test.report(Outcome.SKIPPED, "no printer")
    assert shown("tree", script.finish(), values=NO_SUMMARY) == (
        "tests/test_calc.py\n"
        "  CalcTest [SMOKE, FAST]\n"
        "    ✓ test_add  508 ms\n"
        "    ✗ test_sub  16 ms  failed: AssertionError: 1 != 2\n"
        "tests/test_other.py\n"
        "  ○ test_other  16 ms  skipped: no printer\n"
    )


def test_a_flow_ends_below_its_blocks() -> None:
    script = EventScript()
    with script.group("module", "tests/test_flow.py"), script.flow("Flow") as flow:
        with script.test("First", kind="block"):
            pass
        with script.flow("Inner"), script.test("Second", kind="block"):
            pass
        flow.report(Outcome.FAILURE, "no")
    assert shown("tree", script.finish(), values=NO_SUMMARY) == (
        "tests/test_flow.py\n"
        "  Flow (flow)\n"
        "    ✓ First  8 ms\n"
        "    Inner (flow)\n"
        "      ✓ Second  8 ms\n"
        "    ✓ Inner  23 ms\n"
        "  ✗ Flow  78 ms  failed: no\n"
    )


def test_a_group_without_tests_is_not_shown() -> None:
    script = EventScript()
    with script.group("module", "tests/test_empty.py"):
        pass
    assert shown("tree", script.finish(), values=NO_SUMMARY) == ""


def test_tests_of_several_workers_stand_each_below_its_own_group() -> None:
    lines = shown("tree", SAMPLE_RUNS["parallel"](), values=NO_SUMMARY).splitlines()
    assert lines[:6] == [
        "tests/test_a.py",
        "  A",
        "    ✓ test_0  16 ms",
        "tests/test_b.py",
        "  B",
        "    ✗ test_0  16 ms  failed: AssertionError: from B",
    ]


def test_waiting_is_shown_while_it_lasts() -> None:
    script = EventScript()
    with script.group("class", "Case"), script.test("test_wait") as test:
        test.wait("board1 is held by bob")
        text = shown("tree", script.cut(), values=NO_SUMMARY)
    assert text == "Case\n  ⧖ test_wait waits: board1 is held by bob\n"


def test_what_a_test_said_stands_below_it() -> None:
    script = EventScript()
    with script.test("test_it") as test:
        test.inform("firmware 1.2")
        test.expect("self.expectEqual(a, 2)", passed=False, text="1 != 2")
        test.expect("self.assertTrue(ready)", passed=True, text="it is ready")
        test.expect("self.expectTrue(ready)", passed=True)
        test.report(Outcome.FAILURE, "1 of 3 expectations failed")
    lines = shown("tree", script.finish(), values=NO_SUMMARY).splitlines()
    assert lines[1:] == ["    ✗ 1 != 2", "    ✓ it is ready", "    • firmware 1.2"]


def test_verbose_shows_what_was_used() -> None:
    script = EventScript()
    with script.test("test_it") as test:
        test.lease("calculator", "Calculator", "calc1", waited=2.0, dirty=True)
        test.step("calc1", "validate", 0.5, "ValueError: no\nanswer")
    lines = shown("tree", script.finish(), values=NO_SUMMARY, verbosity=1).splitlines()
    assert lines[1:] == [
        "    calculator = Calculator calc1, waited 2.00 s, left in doubt by its last holder",
        "    calc1 connect 250 ms",
        "    calc1 initialize 500 ms",
        "    calc1 validate 500 ms: answer",
        "    calc1 finalize 125 ms",
    ]


def test_infrastructure_is_named() -> None:
    script = EventScript()
    with script.test("test_it") as test:
        test.report(Outcome.ERROR, "ResourceError: gone", cause=Cause.INFRASTRUCTURE)
    assert "‼ test_it  16 ms  error (infrastructure): ResourceError: gone" in shown("tree", script.finish())


def test_a_later_attempt_says_so() -> None:
    script = EventScript()
    with script.test("test_it") as test:
        test.report(Outcome.ERROR, "OSError: gone")
    with script.test("test_it", attempt=2):
        pass
    text = shown("tree", script.finish())
    assert "✓ test_it  8 ms  (attempt 2)\n" in text
    assert text.endswith("PASSED  1 passed, 1 flaky in 47 ms\n")


def test_measurements_stand_below_a_test_those_that_failed_first() -> None:
    script = EventScript()
    with script.test("test_it") as test:
        for number in range(20):
            test.measure(f"channel{number}", 1.0, "V")
        test.measure("noise", 0.0098, "V", high=0.01, verdict="marginal")
        test.measure("offset", 2.0, "V", high=1.0, verdict="fail")
    lines = shown("tree", script.finish(), values=NO_SUMMARY).splitlines()
    assert lines[1:3] == ["    ✗ offset = 2 V (at most 1 V), out of limits", "    ✓ channel0 = 1 V"]
    assert lines[-1] == "    and 12 more measurements"
    assert len(lines) == 12


def test_a_failure_that_is_known_says_so() -> None:
    script = EventScript()
    with script.test("test_it") as test:
        test.report(Outcome.FAILURE, "AssertionError: no")
        test.classify("3f9a", "known", name="cold", link="https://example.org/7")
    text = shown("tree", script.finish())
    assert "✗ test_it  23 ms  failed [known: cold]: AssertionError: no\n" in text
    assert "  signature    known failure: cold, https://example.org/7\n" in text
    assert "1 failed, 1 known in" in text


def test_what_is_found_out_of_a_failure_later_is_shown_too() -> None:
    script = EventScript()
    with script.test("test_it") as test:
        test.report(Outcome.FAILURE, "AssertionError: no")
    test.classify("3f9a", "new")
    text = shown("tree", script.finish())
    assert "failed: AssertionError: no\n    new failure: signature 3f9a\n" in text
    assert "1 failed, 1 new in" in text


def test_earlier_attempts_stand_below_the_last() -> None:
    script = EventScript()
    with script.test("test_it") as test:
        test.report(Outcome.ERROR, "OSError: gone")
    with script.test("test_it", attempt=2):
        pass
    text = shown("tree", script.finish(), values=NO_SUMMARY)
    assert text.endswith("(attempt 2)\n    attempt 1: error after 0.016 s: OSError: gone\n")


def test_quiet_shows_the_summary_alone() -> None:
    assert shown("tree", SAMPLE_RUNS["empty"](), verbosity=-1) == "NOTHING RAN  no test in 8 ms\n"
