"""The outputs that print lines as things happen: full, pretty, loginfo, logdebug."""

from __future__ import annotations

import time

import pytest

from rotest_backends.outputs.logs import clock
from rotest_core.events import Cause, Outcome, RunInterrupted
from rotest_core.testing import SAMPLE_RUNS, EventScript
from tests.rotest_backends.outputs.shown import shown

NO_SUMMARY = {"summary": False}


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


def lines_of(name: str, script: EventScript, *, verbosity: int = 0) -> list[str]:
    return shown(name, script.finish(), values=NO_SUMMARY, verbosity=verbosity).splitlines()


def sample_script() -> EventScript:
    script = EventScript(name="nightly")
    with (
        script.group("module", "tests/test_calc.py"),
        script.group("class", "CalcTest", tags=("SMOKE",)),
        script.test("test_add", description="Add two numbers.", worker="worker-1") as test,
    ):
        test.wait("held by bob")
        test.lease("calc", "Calculator", "calc1", waited=1.5, dirty=True)
        test.step("calc1", "validate", 0.5, "Traceback\nOSError: gone")
        test.log("debugging", level=10)
        test.log("asked\nfor 1+2")
        test.log("odd", level=30)
        test.expect("self.expectEqual(a, 3)", passed=True)
        test.expect("self.expectEqual(a, 4)", passed=False, text="3 != 4")
        test.inform("firmware 1.2")
        test.report(Outcome.FAILURE, "AssertionError: 3 != 4", subtest="(a=3)")
    return script


def test_full_has_a_line_for_each_thing_that_happens() -> None:
    assert lines_of("full", sample_script()) == [
        "    0.000  run nightly of 1 tests (host laptop, user ada, python 3.11.7, rotest 0.1.0)",
        "    0.008  module tests/test_calc.py",
        "    0.016  class CalcTest [SMOKE]",
        "    0.023    ▸ test_add on worker-1  Add two numbers.",
        "    0.031      test_add: ⧖ waits: held by bob",
        "    0.039      test_add: leased Calculator calc1 as calc after 1.50 s, left in doubt by its last holder",
        "    0.289      test_add: calc1 connect 250 ms",
        "    0.789      test_add: calc1 initialize 500 ms",
        "    1.289      test_add: calc1 validate 500 ms failed: OSError: gone",
        "    1.328      test_add: ✗ self.expectEqual(a, 4)  3 != 4",
        "    1.336      test_add: • firmware 1.2",
        "    1.344      test_add: subtest (a=3) failed: AssertionError: 3 != 4",
        "    1.469      test_add: calc1 finalize 125 ms",
        "    1.477      test_add: released Calculator calc1, in doubt",
        "    1.484    ✗ test_add 1.46 s failed: AssertionError: 3 != 4",
    ]


def test_full_shows_set_up_and_expectations_that_held_when_verbose() -> None:
    script = EventScript()
    with script.test("test_it") as test:
        test.body()
        test.expect("self.expectTrue(x)", passed=True)
        test.teardown()
    assert lines_of("full", script, verbosity=1)[2:5] == [
        "    0.016      test_it: setUp done",
        "    0.023      test_it: ✓ self.expectTrue(x)",
        "    0.031      test_it: tearDown begins",
    ]


def test_full_has_a_line_for_each_measurement_and_for_what_is_known() -> None:
    script = EventScript()
    with script.test("test_it") as test:
        test.measure("supply", 3.3, "V", low=3.135, high=3.465)
        test.sample("board1.temperature", 21.5, "°C")
        test.report(Outcome.FAILURE, "AssertionError: no")
        test.classify("3f9a", "new")
    assert lines_of("full", script)[2:] == [
        "    0.016      test_it: ✓ supply = 3.3 V (3.135 to 3.465 V)",
        "    0.039      test_it: new failure: signature 3f9a",
        "    0.047    ✗ test_it 39 ms failed [new]: AssertionError: no",
    ]
    assert "    0.023      test_it: board1.temperature = 21.5 °C" in lines_of("full", script, verbosity=1)


def test_logs_have_measurements_at_the_level_of_their_verdict() -> None:
    script = EventScript()
    with script.test("test_it") as test:
        test.measure("supply", 3.3)
        test.measure("noise", 0.5, high=0.51, verdict="marginal")
        test.measure("offset", 2.0, high=1.0, verdict="fail")
        test.sample("load", 0.5)
    words = [line[13:] for line in lines_of("logdebug", script)[2:-1]]
    assert words == [
        "INFO     rotest: supply = 3.3",
        "WARNING  rotest: noise = 0.5 (at most 0.51), near its limit",
        "ERROR    rotest: offset = 2 (at most 1), out of limits",
        "DEBUG    rotest: load = 0.5",
    ]


def test_pretty_shows_measurements_that_are_out_of_limits() -> None:
    script = EventScript()
    with script.test("test_it") as test:
        test.measure("supply", 3.3)
        test.measure("offset", 2.0, high=1.0, verdict="fail")
        test.report(Outcome.FAILURE, "no")
    test.classify("3f9a", "new")
    assert lines_of("pretty", script)[1:] == [
        "               ✗ offset = 2 (at most 1), out of limits",
        "               new failure: signature 3f9a",
    ]


def test_full_shows_an_interruption() -> None:
    script = EventScript()
    script.add(RunInterrupted(script.tick(), "Ctrl-C"))
    assert lines_of("full", script)[1] == "    0.008  interrupted: Ctrl-C"


def test_pretty_has_a_short_line_for_each_test() -> None:
    script = EventScript()
    for number in range(9):
        with script.test(f"test_{number}"):
            pass
    with (
        script.group("module", "tests/test_calc.py"),
        script.group("class", "CalcTest"),
        script.test("test_bad") as test,
    ):
        test.report(Outcome.ERROR, "OSError: gone", cause=Cause.INFRASTRUCTURE)
    lines = lines_of("pretty", script)
    assert lines[0] == " 1/10 ✓     8 ms  test_0"
    assert lines[9] == "10/10 ‼    16 ms  CalcTest.test_bad  error (infrastructure): OSError: gone"


def test_pretty_shows_only_blocks_that_did_not_go_well() -> None:
    text = shown("pretty", SAMPLE_RUNS["sample"](), values=NO_SUMMARY)
    assert "ConnectBlock" not in text
    assert "    ✗    16 ms  CalculatorFlow.InnerFlow.CheckBlock  failed: AssertionError: 1 != 2\n" in text
    assert "\n9/9 ✗   1.02 s  CalculatorFlow  failed: InnerFlow failed\n" in text


def test_loginfo_shows_records_from_info_up_among_the_events() -> None:
    assert lines_of("loginfo", sample_script()) == [
        "22:13:20.000 INFO     rotest: run of 1 tests begins",
        "22:13:20.023 INFO     rotest: test_add begins, tests/test_calc.py::CalcTest::test_add",
        "22:13:20.031 INFO     rotest: waiting: held by bob",
        "22:13:20.039 INFO     rotest: leased Calculator calc1 as calc after 1.50 s",
        "22:13:21.289 ERROR    rotest: calc1 validate took 500 ms and failed: OSError: gone",
        "22:13:21.305 INFO     calculator: asked",
        "                      for 1+2",
        "22:13:21.312 WARNING  calculator: odd",
        "22:13:21.328 ERROR    rotest: self.expectEqual(a, 4) fails: 3 != 4",
        "22:13:21.336 INFO     rotest: firmware 1.2",
        "22:13:21.484 ERROR    rotest: test_add failed: AssertionError: 3 != 4 1.46 s",
    ]


def test_logdebug_adds_what_is_below_info() -> None:
    info = set(lines_of("loginfo", sample_script()))
    added = [line for line in lines_of("logdebug", sample_script()) if line not in info]
    assert added == [
        "22:13:20.008 DEBUG    rotest: module tests/test_calc.py begins",
        "22:13:20.016 DEBUG    rotest: class CalcTest begins",
        "22:13:20.289 DEBUG    rotest: calc1 connect took 250 ms",
        "22:13:20.789 DEBUG    rotest: calc1 initialize took 500 ms",
        "22:13:21.297 DEBUG    calculator: debugging",
        "22:13:21.320 DEBUG    rotest: self.expectEqual(a, 3) holds",
        "22:13:21.469 DEBUG    rotest: calc1 finalize took 125 ms",
        "22:13:21.477 DEBUG    rotest: released Calculator calc1",
    ]


def test_verbosity_moves_the_level_of_a_log() -> None:
    assert lines_of("loginfo", sample_script(), verbosity=1) == lines_of("logdebug", sample_script())
    assert all(" INFO " not in line for line in lines_of("loginfo", sample_script(), verbosity=-1))


def test_the_clock_of_a_broken_log_does_not_break_the_output() -> None:
    assert clock(1_700_000_000.9996) == "22:13:21.000"
    assert clock(float("nan")) == clock(1e300) == "--:--:--.---"


@pytest.mark.parametrize("name", ["full", "pretty"])
def test_quiet_shows_the_summary_alone(name: str) -> None:
    assert shown(name, SAMPLE_RUNS["empty"](), verbosity=-1) == "NOTHING RAN  no test in 8 ms\n"
