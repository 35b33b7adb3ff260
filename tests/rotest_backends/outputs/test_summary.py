"""What is said at the end, and by whom."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from rotest_backends.outputs.failures import rerun, shorten
from rotest_backends.outputs.summary import STREAM_OUTPUTS
from rotest_core.events import ArtifactWritten, Cause, Event, HandlerFailed, Outcome, RunInterrupted
from rotest_core.plugin.registry import Catalogues, Registry
from rotest_core.testing import SAMPLE_RUNS, EventScript, FakeHandlerContext
from tests.rotest_backends.outputs.shown import built_in, shown

TRACEBACK = """\
Traceback (most recent call last):
  File "/project/tests/test_calc.py", line 31, in test_division
    self.assertEqual(calc.divide(7, 2), 3)
AssertionError: 3.5 != 3
"""


def summary_of(events: list[Event], *, values: dict[str, object] | None = None, verbosity: int = -1) -> str:
    return shown("dots", events, values=values, verbosity=verbosity)


def test_a_failure_is_told_with_place_traceback_resources_logs_and_how_to_rerun_it() -> None:
    script = EventScript()
    with (
        script.group("module", "tests/test_calc.py"),
        script.group("class", "CalcTest"),
        script.test("test_division", description="Divide odd numbers.") as test,
    ):
        test.lease("calc", "Calculator", "calc1", dirty=True)
        test.log("asked for 7/2")
        test.log("overflow", level=30, logger="calc.link")
        test.inform("firmware 1.2")
        test.expect(
            "self.expectEqual(calc.add(2, 2), 4)",
            passed=False,
            text="5 != 4",
            values=("5", "4"),
            file="/project/tests/test_calc.py",
            line=30,
        )
        test.expect("self.expectTrue(calc.ready)", passed=True)
        test.report(Outcome.FAILURE, TRACEBACK, file="/project/tests/test_calc.py", line=31)
    assert summary_of(script.finish()) == (
        "\n"
        "━━ 1 did not go well ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━\n"
        "\n"
        "✗ failed  CalcTest.test_division 945 ms\n"
        "  Divide odd numbers.\n"
        "  at           tests/test_calc.py:31\n"
        "  │ Traceback (most recent call last):\n"
        '  │   File "/project/tests/test_calc.py", line 31, in test_division\n'
        "  ▸     self.assertEqual(calc.divide(7, 2), 3)\n"
        "  │ AssertionError: 3.5 != 3\n"
        "  expectations 1 of 2 failed\n"
        "    ✗ tests/test_calc.py:30  self.expectEqual(calc.add(2, 2), 4)\n"
        "        5 != 4\n"
        "        values: 5, 4\n"
        "  information  firmware 1.2\n"
        "  resource     calc = Calculator calc1 (left in doubt by its last holder)\n"
        "  log          2 lines\n"
        "    INFO     calculator asked for 7/2\n"
        "    WARNING  calc.link overflow\n"
        "  rerun        rotest tests/test_calc.py::CalcTest::test_division\n"
        "\n"
        "FAILED  1 failed in 992 ms\n"
    )


def test_expectations_that_the_failure_tells_of_are_not_told_twice_and_their_lines_are_marked() -> None:
    script = EventScript()
    with script.test("test_it") as test:
        test.expect("self.expectEqual(1, 2)", passed=False, text="1 != 2", file="/project/test_it.py", line=3)
        test.expect("self.expectEqual(3, 4)", passed=False, text="3 != 4", file="/project/test_it.py", line=4)
        test.report(
            Outcome.FAILURE,
            "ExpectationFailure: 2 expectations failed; 1 != 2\n"
            '  File "/project/test_it.py", line 3, in test_it\n'
            "    self.expectEqual(1, 2)\n"
            "  1 != 2\n"
            '  File "/project/test_it.py", line 4, in test_it\n'
            "    self.expectEqual(3, 4)\n"
            "  3 != 4\n",
            file="/project/test_it.py",
            line=3,
        )
    lines = summary_of(script.finish()).splitlines()
    assert lines[5:14] == [
        "  │ ExpectationFailure: 2 expectations failed; 1 != 2",
        '  │   File "/project/test_it.py", line 3, in test_it',
        "  ▸     self.expectEqual(1, 2)",
        "  │   1 != 2",
        '  │   File "/project/test_it.py", line 4, in test_it',
        "  ▸     self.expectEqual(3, 4)",
        "  │   3 != 4",
        "  expectations 2 of 2 failed",
        "  rerun        rotest test_it",
    ]


def test_measurements_that_are_out_of_limits_are_told_with_their_place() -> None:
    script = EventScript()
    with script.test("test_it") as test:
        test.measure("supply", 3.3, "V")
        test.measure("noise", 0.0098, "V", high=0.01, verdict="marginal")
        test.measure("offset", 2.0, "V", high=1.0, verdict="fail", file="/project/test_it.py", line=7)
        test.report(Outcome.FAILURE, "offset is out of limits")
    assert summary_of(script.finish()).splitlines()[5:8] == [
        "  measurements 1 of 3 out of limits",
        "    ! noise = 0.0098 V (at most 0.01 V), near its limit",
        "    ✗ offset = 2 V (at most 1 V), out of limits  test_it.py:7",
    ]


def test_a_failure_is_told_with_the_attempts_before_it_and_what_is_known_of_it() -> None:
    script = EventScript()
    with script.test("test_it") as test:
        test.report(Outcome.ERROR, "OSError: gone", cause=Cause.INFRASTRUCTURE)
    with script.test("test_it", attempt=2) as test:
        test.report(Outcome.FAILURE, "AssertionError: no")
        test.classify("3f9a", "known", name="cold")
    assert summary_of(script.finish()).splitlines()[5:7] == [
        "  signature    known failure: cold",
        "  before       attempt 1: error (infrastructure) after 0.016 s: OSError: gone",
    ]


def test_new_and_known_failures_are_counted_by_tests() -> None:
    script = EventScript()
    for states in (("new", "known"), ("known", "known"), ()):
        with script.test("test_it") as test:
            for state in states:
                test.report(Outcome.FAILURE, "AssertionError: no", subtest="x")
                test.classify("3f9a", state)
            test.report(Outcome.FAILURE, "AssertionError: no")
    assert "FAILED  3 failed, 1 new, 1 known in" in summary_of(script.finish())


def test_blocks_of_a_flow_are_told_below_it() -> None:
    text = summary_of(SAMPLE_RUNS["sample"]())
    flow = text[text.index("✗ failed  CalculatorFlow") :]
    assert "  ✓ ConnectBlock 8 ms\n  ✗ InnerFlow 62 ms\n      │ CheckBlock failed\n      ✗ CheckBlock" in flow
    assert "rotest tests/test_flows.py::CalculatorFlow\n" in flow


def test_a_broken_resource_is_named_with_what_broke_it() -> None:
    script = EventScript()
    with script.test("test_it") as test:
        test.lease("board", "Board", "board1")
        test.step("board1.power", "validate", 0.5, "Traceback ...\nOSError: no answer")
        test.report(Outcome.ERROR, "ResourceError: board1", cause=Cause.INFRASTRUCTURE)
    text = summary_of(script.finish(status=3))
    assert "  resource     board = Board board1, validate failed: OSError: no answer\n" in text
    assert "INFRASTRUCTURE TROUBLE  1 error in" in text


def test_a_run_without_failures_is_one_line() -> None:
    script = EventScript()
    for name in ("test_a", "test_b"):
        with script.test(name):
            pass
    assert summary_of(script.finish()) == "PASSED  2 passed in 39 ms\n"


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (0, "PASSED"),
        (1, "FAILED"),
        (3, "INFRASTRUCTURE TROUBLE"),
        (5, "NOTHING RAN"),
        (77, "EXIT STATUS 77"),
        (130, "INTERRUPTED"),
    ],
)
def test_the_verdict_says_what_the_exit_status_means(status: int, verdict: str) -> None:
    assert summary_of(EventScript().finish(status=status)) == f"{verdict}  no test in 8 ms\n"


def test_a_run_cut_short_tells_what_it_was_at() -> None:
    text = summary_of(SAMPLE_RUNS["cut"]())
    assert (
        "… unfinished  CalculatorFlow\n  It began, and nothing tells how it ended: the run was cut short.\n"
        in text
    )
    assert text.splitlines()[-1].startswith("CUT SHORT  2 passed")
    assert text.splitlines()[-1].endswith("1 unfinished")


def test_an_interrupted_run_says_why() -> None:
    script = EventScript()
    script.add(RunInterrupted(script.tick(), "Ctrl-C"))
    assert summary_of(script.finish(status=130)) == "interrupted: Ctrl-C\nINTERRUPTED  no test in 16 ms\n"


def test_files_and_switched_off_handlers_are_named() -> None:
    script = EventScript()
    script.add(HandlerFailed(script.tick(), "html", "Traceback ...\nOSError: no space left"))
    events = script.finish(status=0)
    events.append(ArtifactWritten(script.tick(), "xml", f"{Path.cwd()}/results.xml"))
    events.append(ArtifactWritten(script.tick(), "excel", "/elsewhere/results.xlsx"))
    assert summary_of(events).splitlines()[:3] == [
        "output html was switched off: OSError: no space left",
        "xml: results.xml",
        "excel: /elsewhere/results.xlsx",
    ]


def test_verbose_counts_skips_by_reason() -> None:
    script = EventScript()
    for reason in ("no printer", "too slow", "no printer"):
        with script.test("test_it") as test:
            test.report(Outcome.SKIPPED, reason)
    text = summary_of(script.finish(), verbosity=1)
    assert "○ 2 skipped: no printer\n○ 1 skipped: too slow\n" in text


def test_twice_quiet_prints_totals_alone() -> None:
    assert summary_of(SAMPLE_RUNS["parallel"](), verbosity=-2).splitlines() == [
        "FAILED  3 passed, 3 failed in 109 ms"
    ]


def test_the_slowest_tests_are_listed_when_asked_for() -> None:
    script = EventScript()
    for number in range(300):
        with script.test(f"test_{number}"):
            script.tick(number / 64)
    lines = summary_of(script.finish(), values={"slowest": 2}).splitlines()
    assert lines[:2] == ["    4.68 s  test_299", "    4.66 s  test_298"]


def test_log_lines_are_as_many_as_asked_for() -> None:
    script = EventScript()
    with script.test("test_it") as test:
        for number in range(5):
            test.log(f"line {number}")
        test.report(Outcome.ERROR, "ValueError")
    text = summary_of(script.finish(), values={"log_lines": 2})
    assert "last 2 of 5 lines\n    INFO     calculator line 3\n    INFO     calculator line 4\n" in text
    assert "line 4" not in summary_of(script.finish(), values={"log_lines": 0})


def test_a_long_text_loses_its_middle() -> None:
    lines = [f"line {number}" for number in range(1000)]
    short = shorten(lines, 100)
    assert short[:25] == lines[:25]
    assert short[25] == "... 900 lines left out, see events.jsonl ..."
    assert short[26:] == lines[-75:]


def test_a_long_line_loses_its_end() -> None:
    assert shorten(["x" * 10_000]) == ["x" * 1997 + "..."]


def test_ten_thousand_failed_expectations_do_not_flood_the_terminal() -> None:
    script = EventScript()
    with script.test("test_it") as test:
        for number in range(10_000):
            test.expect(f"self.expectEqual({number}, -1)", passed=False, text="no", line=number)
        test.report(Outcome.FAILURE, "10000 expectations failed")
    text = summary_of(script.finish())
    assert "10000 of 10000 failed" in text
    assert "... and 9950 more, see events.jsonl" in text
    assert len(text.splitlines()) < 200


def test_what_reruns_a_test_can_be_pasted_into_a_shell() -> None:
    test_id = "tests/a b.py::Case::test_it's"
    shell = subprocess.run(
        [
            "sh",
            "-c",
            rerun(test_id).replace("rotest", f"{sys.executable} -c 'import sys; print(sys.argv[1])'", 1),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert shell.stdout == test_id + "\n"


def run_together(names: tuple[str, ...], events: list[Event], directory: Path) -> str:
    stream = io.StringIO()
    handlers = [
        built_in(name)(FakeHandlerContext(directory, name=name, stream=stream, chosen=names))
        for name in names
    ]
    for event in events:
        for handler in handlers:
            handler.handle(event)
    for handler in handlers:
        handler.close()
    return stream.getvalue()


def test_of_several_handlers_the_last_one_of_the_terminal_prints_the_summary(tmp_path: Path) -> None:
    text = run_together(("tree", "dots", "xml"), SAMPLE_RUNS["sample"](), tmp_path)
    assert text.count("did not go well") == 1
    assert text.count("FAILED") == 1


def test_when_the_last_one_is_switched_off_the_one_before_prints_the_summary(tmp_path: Path) -> None:
    script = EventScript()
    script.add(HandlerFailed(script.tick(), "tree", "ValueError: no"))
    context = FakeHandlerContext(tmp_path, name="dots", chosen=("dots", "tree", "xml"))
    handler = built_in("dots")(context)
    for event in script.finish(status=0):
        handler.handle(event)
    handler.close()
    assert context.text == "output tree was switched off: ValueError: no\nPASSED  no test in 16 ms\n"


def test_the_handlers_of_the_terminal_are_all_but_those_that_write_files() -> None:
    catalogues = Catalogues()
    from rotest_backends.outputs.factories import register_outputs

    register_outputs(Registry(catalogues, "rotest-core"))
    names = {entry.name for entry in catalogues.outputs}
    assert names >= STREAM_OUTPUTS
    assert names - STREAM_OUTPUTS <= {"artifact", "db", "html", "signature", "xml"}


def test_what_reruns_a_test_leads_to_the_project_from_elsewhere(tmp_path: Path) -> None:
    assert rerun("test_a.py::A::test", str(tmp_path)) == f"cd {tmp_path} && rotest test_a.py::A::test"
    assert rerun("test_a.py::A::test", str(Path.cwd())) == "rotest test_a.py::A::test"
    assert rerun("test_a.py::A::test", str(tmp_path / "another-host")) == "rotest test_a.py::A::test"


def test_tests_that_passed_at_a_retry_are_named_and_counted() -> None:
    script = EventScript()
    for attempt, outcome in ((1, Outcome.FAILURE), (2, Outcome.SUCCESS)):
        with script.group("class", "CalcTest"), script.test("test_flaky", attempt=attempt) as test:
            if not outcome.good:
                test.report(outcome, TRACEBACK)
    told = summary_of(script.finish())
    assert "did not go well" not in told
    [line] = [line for line in told.splitlines() if line.startswith("flaky")]
    assert line.endswith("test_flaky passed at attempt 2")
    assert "PASSED  1 passed, 1 flaky in" in told


def test_of_many_flaky_tests_the_first_are_named() -> None:
    script = EventScript()
    for number in range(23):
        for attempt in (1, 2):
            with script.test(f"test_{number}", attempt=attempt) as test:
                if attempt == 1:
                    test.report(Outcome.FAILURE, TRACEBACK)
    told = summary_of(script.finish())
    assert (told.count(" passed at attempt 2"), "... and 3 more" in told) == (20, True)
