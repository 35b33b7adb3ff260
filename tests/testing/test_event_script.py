"""Runs written by hand are such as a run writes."""

from __future__ import annotations

import json

import pytest

from rotest_core.events import (
    GroupFinished,
    GroupStarted,
    Outcome,
    ResourceReleased,
    RunFinished,
    RunStarted,
    TestFinished,
    TestStarted,
)
from rotest_core.testing import SAMPLE_RUNS, EventScript


def test_a_script_begins_and_ends_as_a_run_does() -> None:
    script = EventScript()
    with script.test("test_good"):
        pass
    with script.test("test_bad") as test:
        test.report(Outcome.FAILURE, "no")
        test.report(Outcome.SKIPPED, "afterwards")
    first, *_, last = script.finish()
    assert isinstance(first, RunStarted)
    assert isinstance(last, RunFinished)
    assert first.total == 2
    assert last.counts == (("success", 1), ("failure", 1))
    assert last.status == 1
    assert last.duration == last.time - first.time


def test_time_never_stands_still() -> None:
    script = EventScript()
    with script.group("class", "Case"), script.test("test_it") as test:
        test.lease("board", "Board", "board1")
    times = [event.time for event in script.finish()]
    assert times == sorted(set(times))


def test_ids_are_made_of_the_groups() -> None:
    script = EventScript()
    with script.group("module", "tests/test_x.py"), script.group("class", "Case"), script.test("test_it"):
        pass
    (started,) = [event for event in script.finish() if isinstance(event, TestStarted)]
    assert (started.id, started.group) == ("tests/test_x.py::Case::test_it", 1)


def test_what_was_leased_is_given_back_in_doubt_after_a_failure() -> None:
    script = EventScript()
    with script.test("test_it") as test:
        test.lease("board", "Board", "board1")
        test.report(Outcome.ERROR, "OSError")
    (released,) = [event for event in script.finish() if isinstance(event, ResourceReleased)]
    assert (released.name, released.dirty) == ("board1", True)


def test_a_script_can_be_cut_anywhere() -> None:
    script = EventScript()
    with script.group("class", "Case"), script.test("test_it"):
        assert [type(event) for event in script.cut()] == [RunStarted, GroupStarted, TestStarted]


def test_another_worker_has_numbers_of_its_own() -> None:
    first, second = EventScript(), EventScript()
    for script in (first, second):
        with script.group("class", "Case"), script.test("test_it"):
            pass
    first.beside(second)
    events = first.finish()
    assert len({event.test for event in events if isinstance(event, TestFinished)}) == 2
    assert len({event.group for event in events if isinstance(event, GroupFinished)}) == 2
    assert isinstance(events[-1], RunFinished)
    assert events[-1].counts == (("success", 2),)


@pytest.mark.parametrize("name", sorted(SAMPLE_RUNS))
def test_samples_are_the_same_every_time_and_fit_into_a_log(name: str) -> None:
    first, second = (json.dumps([event._asdict() for event in SAMPLE_RUNS[name]()]) for _ in range(2))
    assert first == second
