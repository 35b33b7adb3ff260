"""Events become what a results store keeps."""

from __future__ import annotations

from rotest_core.events import (
    Cause,
    Event,
    FailureClassified,
    GroupStarted,
    LogWritten,
    MeasurementTaken,
    Outcome,
    OutcomeReported,
    ResourceLeased,
    ResourceReleased,
    ResourceStep,
    ResourceWaiting,
    RunFinished,
    RunStarted,
    TestFinished,
    TestStarted,
)
from rotest_core.plugin import ResourceUse, RunState, StoredMeasurement, StoredTest
from rotest_core.results import ResultsBuilder

BEGIN = RunStarted(100.0, "run", "nightly", "/dir", "/root", ("rotest",), (("host", "lab"),), 2)


def built(*events: Event) -> ResultsBuilder:
    builder = ResultsBuilder(owner="me")
    for event in (BEGIN, *events):
        builder.take(event)
    return builder


def attempts_of(builder: ResultsBuilder) -> list[StoredTest]:
    batch = builder.batch(now=200.0)
    assert batch is not None
    return [test for test, _ in batch.tests]


def attempt(number: int, outcome: Outcome, attempt: int = 1) -> tuple[Event, Event]:
    return (
        TestStarted(101.0, number, None, f"test_{number}", f"t.py::test_{number}", attempt=attempt),
        TestFinished(102.0, number, outcome, 1.0),
    )


def test_nothing_is_known_before_the_run_began() -> None:
    assert ResultsBuilder().batch(now=1.0) is None


def test_a_batch_holds_what_came_since_the_last() -> None:
    builder = built(*attempt(0, Outcome.SUCCESS))
    first = builder.batch(now=110.0)
    builder.take(TestStarted(111.0, 1, None, "test_1", "t.py::test_1"))
    second = builder.batch(now=120.0)
    third = builder.batch(now=150.0)

    assert first is not None
    assert second is not None
    assert third is not None
    assert [test.number for test, _ in first.tests] == [0]
    assert [(test.number, test.outcome) for test, _ in second.tests] == [(1, None)]
    assert (list(third.tests), third.events, third.run.seen, third.run.duration) == ([], b"", 150.0, 50.0)
    assert (first.part, second.part) == (0, 1)
    assert first.events.count(b"\n") == 3
    assert first.run.owner == "me"


def test_the_last_attempt_counts_and_a_late_success_is_flaky() -> None:
    builder = built(*attempt(0, Outcome.FAILURE), *attempt(1, Outcome.ERROR), *attempt(0, Outcome.SUCCESS, 2))
    batch = builder.batch(now=200.0)

    assert batch is not None
    assert (dict(batch.run.counts), batch.run.flaky) == ({"error": 1, "success": 1}, 1)


def test_the_end_of_the_run_knows_best() -> None:
    builder = built(RunFinished(105.0, (("success", 7),), 3, 5.0, 2))
    batch = builder.batch(now=200.0)

    assert batch is not None
    run = batch.run
    assert (run.state, run.status, run.duration, run.seen, run.owner) == (
        RunState.FINISHED,
        3,
        5.0,
        105.0,
        "",
    )
    assert (dict(run.counts), run.flaky) == ({"success": 7}, 2)


def test_a_run_without_its_end_is_interrupted() -> None:
    builder = built()
    builder.cut_short(130.0)
    batch = builder.batch(now=200.0)

    assert batch is not None
    assert (batch.run.state, batch.run.duration, batch.run.owner) == (RunState.INTERRUPTED, 30.0, "")


def test_parts_of_flows_know_their_flow_and_do_not_count() -> None:
    builder = built(
        GroupStarted(100.0, 1, None, "module", "t.py"),
        GroupStarted(100.0, 2, 1, "flow", "Outer"),
        TestStarted(101.0, 0, 2, "Outer", "t.py::Outer", kind="flow"),
        TestStarted(101.0, 10, 2, "Block", "t.py::Outer", kind="block"),
        TestFinished(102.0, 10, Outcome.SUCCESS, 1.0),
        GroupStarted(102.0, 3, 2, "flow", "Inner"),
        TestStarted(102.0, 11, 3, "Inner", "t.py::Outer", kind="flow"),
        TestStarted(102.0, 12, 3, "Deep", "t.py::Outer", kind="block"),
        OutcomeReported(103.0, 12, Outcome.FAILURE, "AssertionError: deep", "deep"),
        TestFinished(103.0, 12, Outcome.FAILURE, 1.0),
        OutcomeReported(103.0, 11, Outcome.FAILURE, "Outer > Inner > Deep: failure", ""),
        TestFinished(103.0, 11, Outcome.FAILURE, 1.0),
        OutcomeReported(103.0, 0, Outcome.FAILURE, "Outer > Inner > Deep: failure", ""),
        TestFinished(103.0, 0, Outcome.FAILURE, 2.0),
    )
    batch = builder.batch(now=200.0)

    assert batch is not None
    found = {test.name: test for test, _ in batch.tests}
    assert {name: test.parent for name, test in found.items()} == {
        "Outer": None,
        "Block": 0,
        "Inner": 0,
        "Deep": 11,
    }
    assert found["Deep"].groups == ("t.py", "Outer", "Inner")
    assert found["Outer"].signature == found["Inner"].signature == found["Deep"].signature != ""
    assert dict(batch.run.counts) == {"failure": 1}


def test_a_lease_is_told_with_its_wait_its_time_and_its_trouble() -> None:
    start, end = attempt(0, Outcome.ERROR)
    builder = built(
        start,
        ResourceWaiting(101.0, 0, "rack1 is leased by ann@lab"),
        ResourceLeased(102.0, 0, "rack", "Rack", "rack1", 7, 1.5),
        ResourceLeased(102.0, 0, "clock", "Clock", "clock", 0, 0.0),
        ResourceStep(103.0, 0, "rack1.power", "connect", 0.1, "no answer\nat all"),
        ResourceStep(103.0, 0, "rack1", "finalize", 0.1, "later"),
        ResourceReleased(105.0, 0, "rack", "Rack", "rack1", True),
        end,
    )
    batch = builder.batch(now=200.0)

    assert batch is not None
    ((test, details),) = batch.tests
    assert test.waited == 1.5
    assert details.resources == (
        ResourceUse(
            request="rack",
            type="Rack",
            name="rack1",
            leased=102.0,
            held=3.0,
            waited=1.5,
            dirty=True,
            reason="rack1 is leased by ann@lab",
            error="connect: no answer",
        ),
    )


def test_what_a_test_measures_and_logs_is_found_again() -> None:
    start, end = attempt(3, Outcome.SUCCESS)
    builder = built(
        start,
        MeasurementTaken(101.0, 3, "volts", 4.9, "V", 4.5, 5.5, "marginal"),
        LogWritten(101.0, 3, 20, "x", "text"),
        LogWritten(101.0, None, 20, "x", "outside"),
        end,
    )
    batch = builder.batch(now=200.0)

    assert batch is not None
    ((test, details),) = batch.tests
    assert test.log == "tests/3-test_3/test.log"
    assert details.measurements == (
        StoredMeasurement(name="volts", value=4.9, unit="V", low=4.5, high=5.5, verdict="marginal"),
    )


def test_a_failure_may_be_recognised_after_its_test_ended() -> None:
    start, end = attempt(0, Outcome.FAILURE)
    report = OutcomeReported(101.0, 0, Outcome.FAILURE, "AssertionError: no", "no", Cause.PRODUCT)
    builder = built(start, report, end)
    before = attempts_of(builder)[0].signature
    builder.take(FailureClassified(103.0, 0, "known", "known"))

    assert before.startswith("s-")
    assert [test.signature for test in attempts_of(builder)] == ["known"]


def test_long_texts_lose_their_middle() -> None:
    start, end = attempt(0, Outcome.FAILURE)
    builder = built(start, OutcomeReported(101.0, 0, Outcome.FAILURE, "a" * 50_000 + "the end", ""), end)
    batch = builder.batch(now=200.0)

    assert batch is not None
    ((_, details),) = batch.tests
    text = details.reports[0].text
    assert len(text) < 21_000
    assert text.startswith("aaa")
    assert text.endswith("the end")
    assert "30007 characters left out" in text
