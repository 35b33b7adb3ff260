"""Events of one test, gathered."""

from __future__ import annotations

from collections.abc import Iterable

from rotest_core.events import (
    Cause,
    Event,
    Outcome,
    ResourceLeased,
    ResourceStep,
    TestFinished,
    TestStarted,
)
from rotest_core.plugin.report import KEPT, LINE_KEPT, TEXT_KEPT, TestReport
from rotest_core.plugin.reports import ReportBuilder
from rotest_core.testing import SAMPLE_RUNS, EventScript


def reports_of(script: EventScript, *, log_lines: int = 20) -> dict[str, TestReport]:
    builder = ReportBuilder(log_lines=log_lines)
    finished = [report for event in script.finish() if (report := builder.take(event)) is not None]
    return {report.name: report for report in finished}


def test_a_report_has_what_was_told_about_the_test() -> None:
    script = EventScript()
    with (
        script.group("module", "tests/test_calc.py"),
        script.group("class", "CalcTest"),
        script.test("test_it") as test,
    ):
        test.lease("calc", "Calculator", "calc1")
        test.log("hello")
        test.inform("firmware 1.2")
        test.expect("self.expectTrue(x)", passed=True)
        test.expect("self.assertTrue(x)", passed=True, text="it is")
        test.expect("self.expectTrue(y)", passed=False, text="it is not")
        test.report(Outcome.ERROR, "OSError: gone", cause=Cause.INFRASTRUCTURE)
    report = reports_of(script)["test_it"]
    assert [group.name for group in report.groups] == ["tests/test_calc.py", "CalcTest"]
    assert report.where == "tests/test_calc.py.CalcTest"
    assert [resource.name for resource in report.resources] == ["calc1"]
    assert [step.step for step in report.steps] == ["connect", "initialize", "finalize"]
    assert [record.text for record in report.logs] == ["hello"]
    assert report.information == ["firmware 1.2"]
    assert (report.passed_expectations, report.failed_expectations) == (2, 1)
    assert [expectation.text for expectation in report.expectations] == ["it is", "it is not"]
    assert [outcome.text for outcome in report.outcomes] == ["OSError: gone"]
    assert (report.outcome, report.cause, report.good) == (Outcome.ERROR, Cause.INFRASTRUCTURE, False)
    assert report.duration > 0


def test_only_the_last_log_records_are_kept_and_all_are_counted() -> None:
    script = EventScript()
    with script.test("test_it") as test:
        for number in range(100):
            test.log(str(number))
    report = reports_of(script, log_lines=2)["test_it"]
    assert [record.text for record in report.logs] == ["98", "99"]
    assert report.log_count == 100


def test_what_repeats_without_end_is_kept_in_part_and_counted() -> None:
    script = EventScript()
    with script.test("test_it") as test:
        for _ in range(KEPT + 10):
            test.expect("self.expectTrue(x)", passed=False)
            test.inform("again")
            test.step("board", "validate", 0.5)
    report = reports_of(script)["test_it"]
    assert report.failed_expectations == KEPT + 10
    assert len(report.expectations) == len(report.information) == len(report.steps) == KEPT


def test_failures_are_kept_also_after_much_that_held() -> None:
    script = EventScript()
    with script.test("test_it") as test:
        for _ in range(KEPT + 10):
            test.expect("self.assertTrue(x)", passed=True, text="it is")
            test.measure("supply", 3.3, "V")
        test.expect("self.expectTrue(x)", passed=False, text="it is not")
        test.measure("noise", 9.9, "V", verdict="fail")
        for _ in range(KEPT + 10):
            test.report(Outcome.FAILURE, "AssertionError")
        test.report(Outcome.ERROR, "OSError: gone")
    report = reports_of(script)["test_it"]
    assert (report.passed_expectations, report.failed_expectations) == (KEPT + 10, 1)
    assert (report.passed_measurements, report.failed_measurements) == (KEPT + 10, 1)
    assert report.expectations[-1].text == "it is not"
    assert report.measurements[-1].name == "noise"
    assert len(report.expectations) == len(report.measurements) == len(report.outcomes) == KEPT + 1
    assert report.worst is not None
    assert report.worst.text == "OSError: gone"


def test_a_long_text_is_kept_without_its_middle() -> None:
    script = EventScript()
    with script.test("test_it") as test:
        test.log("a" * TEXT_KEPT + "b")
        test.log("c" * TEXT_KEPT)
        test.report(Outcome.FAILURE, "d" * (2 * TEXT_KEPT))
        test.inform("e" * (2 * LINE_KEPT))
        test.expect("self.expectTrue(x)", passed=False, text="f" * LINE_KEPT, values=("g" * (2 * LINE_KEPT),))
    report = reports_of(script)["test_it"]
    first, second = report.logs
    assert len(first.text) < TEXT_KEPT + 100
    assert "\n... 1 characters left out, see events.jsonl ...\n" in first.text
    assert first.text.endswith("ab")
    assert second.text == "c" * TEXT_KEPT
    assert len(report.outcomes[0].text) < TEXT_KEPT + 100
    assert len(report.outcomes[0].summary) < LINE_KEPT + 100
    assert len(report.information[0]) < LINE_KEPT + 100
    assert report.expectations[0].text == "f" * LINE_KEPT
    assert len(report.expectations[0].values[0]) < LINE_KEPT + 100


def test_points_of_a_series_are_summed_up() -> None:
    script = EventScript()
    with script.test("test_it") as test:
        for value in (3.0, 1.0, 2.0):
            test.sample("board1.temperature", value, "°C")
        for number in range(2 * KEPT):
            test.sample(f"series{number}", 1.0)
    series = reports_of(script)["test_it"].series
    assert len(series) == KEPT
    first = series["board1.temperature"]
    assert (first.name, first.unit, first.count) == ("board1.temperature", "°C", 3)
    assert (first.least, first.greatest, first.last) == (1.0, 3.0, 2.0)


def test_what_is_known_of_a_failure_is_kept_with_it() -> None:
    script = EventScript()
    with script.test("test_it") as test:
        test.report(Outcome.FAILURE, "AssertionError: no")
        test.classify("3f9a", "known", name="cold", link="https://example.org/7")
    (known,) = reports_of(script)["test_it"].signatures
    assert (known.signature, known.state, known.name, known.link) == (
        "3f9a",
        "known",
        "cold",
        "https://example.org/7",
    )


def test_a_later_attempt_knows_those_before_it() -> None:
    script = EventScript()
    with script.test("test_it", worker="worker-1") as test:
        test.report(Outcome.ERROR, "OSError: gone", cause=Cause.INFRASTRUCTURE)
        test.inform("only in the first")
    with script.test("test_it", attempt=2) as test:
        test.report(Outcome.FAILURE, "AssertionError: no")
    with script.test("test_it", attempt=3):
        pass
    report = reports_of(script)["test_it"]
    assert [(one.number, one.outcome, one.cause, one.summary, one.worker) for one in report.earlier] == [
        (1, Outcome.ERROR, Cause.INFRASTRUCTURE, "OSError: gone", "worker-1"),
        (2, Outcome.FAILURE, Cause.PRODUCT, "AssertionError: no", ""),
    ]
    assert report.flaky
    assert report.information == []


def test_of_a_test_that_simply_passed_no_report_is_made() -> None:
    script = EventScript()
    with script.group("class", "A"):
        with script.test("test_plain") as test:
            test.body()
            test.teardown()
        with script.test("test_telling") as test:
            test.inform("firmware 1.2")
        with script.test("test_bad") as test:
            test.report(Outcome.FAILURE, "AssertionError")
        with script.test("test_bad", attempt=2):
            pass
    builder = ReportBuilder()
    plain: list[tuple[str, Outcome | None, str]] = []
    for event in script.finish():
        started = builder.take_plain(event) if isinstance(event, TestFinished) else None
        if started is None:
            builder.take(event)
        elif isinstance(event, TestFinished):
            report = builder.made_plain(started, event)
            plain.append((report.name, report.outcome, report.where))
    assert plain == [("test_plain", Outcome.SUCCESS, "A")]


def _plain_ends(builder: ReportBuilder, events: Iterable[Event]) -> tuple[list[str], dict[str, TestReport]]:
    plain: list[str] = []
    reports: dict[str, TestReport] = {}
    for event in events:
        started = builder.take_plain(event) if isinstance(event, TestFinished) else None
        report = None if started is not None else builder.take(event)
        if started is not None:
            plain.append(started.name)
        elif report is not None:
            reports[report.name] = report
    return plain, reports


def _leased_events() -> list[Event]:
    events: list[Event] = []
    for number, (name, error, outcome) in enumerate(
        [
            ("test_good", "", Outcome.SUCCESS),
            ("test_bad", "", Outcome.FAILURE),
            ("test_odd", "OSError: gone", Outcome.SUCCESS),
        ]
    ):
        events += [
            TestStarted(1.0, number, None, name, name),
            ResourceLeased(1.0, number, "lamp", "Lamp", "lamp1", 7, 0.0),
            ResourceStep(1.0, number, "lamp1", "validate", 0.1, error),
            TestFinished(2.0, number, outcome, 1.0),
        ]
    return events


def test_what_a_test_had_is_in_its_report_although_it_passed() -> None:
    plain, reports = _plain_ends(ReportBuilder(), _leased_events())
    assert plain == []
    assert [(len(report.resources), len(report.steps)) for report in reports.values()] == [(1, 1)] * 3


def test_a_terse_builder_makes_no_report_of_a_test_whose_resources_did_well() -> None:
    plain, reports = _plain_ends(ReportBuilder(terse=True), _leased_events())
    assert plain == ["test_good"]
    assert [report.name for report in reports.values()] == ["test_bad", "test_odd"]
    assert [(len(report.resources), len(report.steps)) for report in reports.values()] == [(1, 1)] * 2


def test_what_is_known_of_a_lost_attempt_is_not_laid_to_the_next() -> None:
    lease = ResourceLeased(1.0, 0, "lamp", "Lamp", "lamp1", 7, 0.0)
    builder = ReportBuilder()
    for event in (
        TestStarted(1.0, 0, None, "test_it", "it"),
        lease,
        TestStarted(2.0, 0, None, "test_it", "it"),
    ):
        builder.take(event)
    report = builder.running(0)
    assert report is not None
    assert report.resources == []


def test_blocks_and_sub_flows_belong_to_the_flow_around_them() -> None:
    script = EventScript()
    with script.group("module", "tests/test_flow.py"):
        with script.flow("Flow"):
            with script.test("First", kind="block"):
                pass
            with script.flow("Inner"), script.test("Second", kind="block"):
                pass
        with script.test("test_after"):
            pass
    reports = reports_of(script)
    assert [block.name for block in reports["Flow"].blocks] == ["First", "Inner"]
    assert [block.name for block in reports["Inner"].blocks] == ["Second"]
    assert reports["Second"].flow is reports["Inner"]
    assert reports["Inner"].flow is reports["Flow"]
    assert {name for name, report in reports.items() if report.is_block} == {"First", "Second", "Inner"}
    assert reports["Flow"].flow is None


def test_a_flow_that_shares_the_group_of_what_is_around_it_has_its_blocks_too() -> None:
    script = EventScript()
    with (
        script.group("module", "tests/test_flow.py"),
        script.test("Flow", kind="flow"),
        script.group("flow", "Flow"),
        script.test("First", kind="block"),
    ):
        pass
    reports = reports_of(script)
    assert [block.name for block in reports["Flow"].blocks] == ["First"]


def test_tests_of_several_workers_do_not_mix() -> None:
    builder = ReportBuilder()
    finished = [report for event in SAMPLE_RUNS["parallel"]() if (report := builder.take(event)) is not None]
    assert [(report.groups[-1].name, report.outcome) for report in finished[:2]] == [
        ("A", Outcome.SUCCESS),
        ("B", Outcome.FAILURE),
    ]
    assert all(
        record.text == f"from {report.groups[-1].name}" for report in finished for record in report.logs
    )


def test_what_began_and_did_not_end_is_unfinished() -> None:
    script = EventScript()
    with script.test("test_first"), script.test("test_second"):
        builder = ReportBuilder()
        for event in script.cut():
            builder.take(event)
    unfinished = builder.unfinished()
    assert [report.name for report in unfinished] == ["test_first", "test_second"]
    assert [(report.outcome, report.good, report.duration) for report in unfinished] == [
        (None, False, 0.0)
    ] * 2


def test_the_end_of_a_test_that_never_began_is_nothing() -> None:
    assert ReportBuilder().take(TestFinished(1.0, 7, Outcome.SUCCESS, 0.5)) is None


def test_a_finished_test_is_let_go() -> None:
    script = EventScript()
    with script.test("test_it"):
        pass
    builder = ReportBuilder()
    for event in script.finish():
        builder.take(event)
    assert builder.running(0) is None
    assert builder.groups_of(0) == ()
