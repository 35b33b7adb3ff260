"""Several runs shown as one: shards, retries, other hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rotest_core.events import (
    Cause,
    Event,
    GroupStarted,
    LogWritten,
    Outcome,
    ResourceLeased,
    RunFinished,
    RunStarted,
    TestFinished,
    TestStarted,
)
from rotest_core.execution.merging import merge
from rotest_core.plugin import ReportBuilder
from rotest_core.testing import SAMPLE_RUNS, EventScript
from tests.rotest_backends.outputs.shown import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rotest_core.execution.rendering import LogProblem
    from rotest_core.plugin import TestReport


def log(events: Iterable[Event], *, host: str = "laptop", later: float = 0.0, run: str = "r") -> list[Event]:
    """Return the events of a run as those of another host, or as if it had been started later."""
    moved = [event._replace(time=event.time + later) for event in events]
    return [
        event._replace(run=run, environment=(("host", host), ("python", "3.11")))
        if isinstance(event, RunStarted)
        else event
        for event in moved
    ]


def merged(*logs: list[Event], apart: bool = False) -> list[Event]:
    def reader(events: list[Event]) -> Callable[..., list[Event]]:
        def read(*, on_problem: Callable[[LogProblem], None] | None = None) -> list[Event]:
            del on_problem
            return events

        return read

    return list(merge([reader(events) for events in logs], apart=apart))


def run_of(*tests: tuple[str, Outcome], cause: Cause | None = None, status: int | None = None) -> list[Event]:
    script = EventScript(name="nightly")
    with script.group("module", "tests/test_a.py"), script.group("class", "A"):
        for name, outcome in tests:
            with script.test(name) as test:
                if outcome is not Outcome.SUCCESS:
                    test.report(outcome, f"{outcome} of {name}", cause=cause)
    return script.finish(status=status)


def reports_of(events: Iterable[Event]) -> list[TestReport]:
    builder = ReportBuilder()
    return [report for event in events if (report := builder.take(event)) is not None]


def ends(events: list[Event]) -> RunFinished:
    assert isinstance(events[-1], RunFinished)
    return events[-1]


GOOD, BAD = Outcome.SUCCESS, Outcome.FAILURE


def test_shards_become_one_run_with_each_group_once() -> None:
    first, second = run_of(("test_a", GOOD)), run_of(("test_b", BAD), ("test_c", GOOD))
    events = merged(log(first, run="r1"), log(second, run="r2", host="lab2"))
    groups = [(event.name, event.parent) for event in events if isinstance(event, GroupStarted)]
    assert groups == [("tests/test_a.py", None), ("A", 0)]
    assert [event.test for event in events if isinstance(event, TestStarted)] == [0, 1, 2]
    started = events[0]
    assert isinstance(started, RunStarted)
    assert (started.run, started.name, started.total) == ("r1+r2", "nightly", 3)
    assert started.environment == (("host", "laptop, lab2"), ("python", "3.11"))
    end = ends(events)
    assert (end.counts, end.status, end.flaky) == ((("success", 2), ("failure", 1)), 1, 0)


def test_a_test_that_a_later_log_has_too_was_tried_again() -> None:
    first = run_of(("test_a", BAD), ("test_b", GOOD), ("test_c", BAD))
    again = run_of(("test_c", BAD), ("test_a", GOOD))
    events = merged(log(again, later=1000), log(first))
    attempts = [(one.name, one.started.attempt, one.outcome) for one in reports_of(events)]
    assert attempts == [
        ("test_a", 1, BAD),
        ("test_b", 1, GOOD),
        ("test_c", 1, BAD),
        ("test_c", 2, BAD),
        ("test_a", 2, GOOD),
    ]
    assert [len(one.earlier) for one in reports_of(events)] == [0, 0, 0, 1, 1]
    assert (ends(events).counts, ends(events).flaky) == ((("success", 2), ("failure", 1)), 1)


def test_attempts_within_a_log_go_on_in_the_next() -> None:
    script = EventScript()
    for attempt in (1, 2):
        with script.test("test_a", attempt=attempt) as test:
            test.report(BAD, "no")
    first = script.finish()
    events = merged(log(first), log(first, later=1000))
    assert [one.started.attempt for one in reports_of(events)] == [1, 2, 3, 4]
    assert {one.started.test for one in reports_of(events)} == {0}


def test_apart_each_log_is_a_group_of_its_own() -> None:
    first, second = run_of(("test_a", GOOD)), run_of(("test_a", BAD))
    events = merged(log(first, run="r1"), log(second, run="r2", host="lab2"), apart=True)
    assert [(one.where, one.started.attempt, one.outcome) for one in reports_of(events)] == [
        ("nightly on laptop r1.tests/test_a.py.A", 1, GOOD),
        ("nightly on lab2 r2.tests/test_a.py.A", 1, BAD),
    ]
    assert (ends(events).counts, ends(events).flaky) == ((("success", 1), ("failure", 1)), 0)


def test_tests_and_groups_of_one_name_in_one_log_stay_apart() -> None:
    script = EventScript()
    for _ in range(2):
        with script.group("class", "A"), script.test("test_a"):
            pass
        with script.test("test_a"):
            pass
    events = merged(log(script.finish()), log(script.finish(), later=1000))
    assert [(one.started.test, one.started.attempt) for one in reports_of(events)] == [
        (number, attempt) for attempt in (1, 2) for number in range(4)
    ]


def test_what_happens_in_a_test_stays_with_it() -> None:
    script = EventScript()
    with script.test("test_a") as test:
        test.lease("lamp", "Lamp", "lamp1")
        test.log("hello")
    script.add(LogWritten(script.tick(), None, 20, "x", "outside"))
    events = merged(log(run_of(("test_b", GOOD))), log(script.finish(), later=1000))
    (leased,) = [event for event in events if isinstance(event, ResourceLeased)]
    assert leased.test == 1
    assert [event.test for event in events if isinstance(event, LogWritten)] == [1, None]


def test_workers_of_several_hosts_are_told_apart() -> None:
    script = EventScript()
    with script.test("test_a", worker="worker-1"), script.test("test_b"):
        pass
    first = script.finish()
    events = merged(log(first), log(first, host="lab2"))
    workers = [event.worker for event in events if isinstance(event, TestStarted)]
    assert workers == ["laptop:worker-1", "laptop", "lab2:worker-1", "lab2"]


@pytest.mark.parametrize("cut", ["first", "second"])
def test_where_a_log_was_cut_the_run_was_cut_short(cut: str) -> None:
    first, second = run_of(("test_a", GOOD)), run_of(("test_b", GOOD))
    events = merged(
        log(first[:-1] if cut == "first" else first), log(second[:-1] if cut == "second" else second)
    )
    assert not any(isinstance(event, RunFinished) for event in events)
    assert "CUT SHORT  2 passed" in shown("tree", events)


def test_a_test_that_a_crash_cut_short_may_be_tried_again() -> None:
    first = run_of(("test_a", GOOD))
    crashed = [event for event in first if not isinstance(event, TestFinished | RunFinished)]
    builder = ReportBuilder()
    for event in merged(log(crashed), log(first, later=1000)):
        builder.take(event)
    assert list(builder.unfinished()) == []


def test_a_log_that_lost_its_first_lines_is_merged_too() -> None:
    first = run_of(("test_a", GOOD), ("test_b", BAD))
    lost: list[Event] = [event for event in first if isinstance(event, TestFinished | RunFinished)]
    assert ends(merged(lost, log(first))).status == 1
    assert merged([], []) == []


@pytest.mark.parametrize(
    ("statuses", "status"),
    [((0, 0), 0), ((0, 1), 0), ((0, 5), 0), ((0, 3), 3), ((0, 130), 130), ((2, 0), 2)],
)
def test_the_status_follows_from_the_tests_and_from_what_they_do_not_explain(
    statuses: tuple[int, int], status: int
) -> None:
    first = run_of(("test_a", GOOD), status=statuses[0])
    second = EventScript().finish(status=statuses[1])
    assert ends(merged(log(first), log(second))).status == status


def test_a_run_in_which_nothing_but_the_infrastructure_failed_is_told_from_others() -> None:
    first = run_of(("test_a", Outcome.ERROR), cause=Cause.INFRASTRUCTURE)
    assert ends(merged(log(first), log(run_of(("test_b", GOOD))))).status == 3
    assert ends(merged(log(first), log(run_of(("test_b", BAD))))).status == 1
    assert ends(merged(log(first), log(run_of(("test_a", GOOD)), later=1000))).status == 0


def test_the_duration_is_that_during_which_some_run_went_on() -> None:
    first = run_of(("test_a", GOOD))
    took = ends(first).duration
    assert ends(merged(log(first), log(first))).duration == pytest.approx(took)
    assert ends(merged(log(first), log(first, later=1000))).duration == pytest.approx(2 * took)
    assert ends(merged(log(first), log(first, later=took / 2))).duration == pytest.approx(1.5 * took)


def test_flows_are_counted_and_their_parts_are_not() -> None:
    script = EventScript()
    with script.flow("Flow"):
        with script.test("First", kind="block"):
            pass
        with script.flow("Inner"), script.test("Second", kind="block") as block:
            block.report(BAD, "no")
    events = merged(log(script.finish()), log(script.finish(), later=1000))
    assert ends(events).counts == (("success", 1),)
    assert isinstance(events[0], RunStarted)
    assert events[0].total == 1
    flows = [one for one in reports_of(events) if one.name == "Flow"]
    assert [[block.name for block in flow.blocks] for flow in flows] == [["First", "Inner"]] * 2


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("name", sorted(SAMPLE_RUNS))
@pytest.mark.parametrize("output", ["html", "tree", "xml"])
def test_every_output_bears_every_pair_of_runs(output: str, name: str, apart: bool) -> None:
    shown(output, merged(SAMPLE_RUNS[name](), SAMPLE_RUNS["sample"](), apart=apart))
