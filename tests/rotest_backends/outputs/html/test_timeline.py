"""What the rows say of when things were, from which the timeline is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_core.events import (
    Outcome,
    ResourceLeased,
    ResourceReleased,
    ResourceStep,
    ResourceWaiting,
    RunFinished,
    TestFinished,
    TestStarted,
)
from tests.report_runs import START, started
from tests.rotest_backends.outputs.html.report import Page, write

if TYPE_CHECKING:
    from pathlib import Path

    from rotest_core.events import Event


def rows(directory: Path, *events: Event) -> list[tuple[str, str]]:
    """Return times and spans of each test."""
    end = RunFinished(START + 60, (), 0, 60.0)
    page = Page(write(directory, (started(1), *events, end)))
    return [
        (attributes["data-t"], attributes.get("data-r", ""))
        for _, attributes in page.elements
        if "data-t" in attributes
    ]


def begin(at: float, number: int = 0, worker: str = "") -> TestStarted:
    return TestStarted(START + at, number, None, f"test_{number}", "", worker=worker)


def end(at: float, duration: float, number: int = 0) -> TestFinished:
    return TestFinished(START + at, number, Outcome.SUCCESS, duration)


def test_start_seconds_and_worker_of_each_test(tmp_path: Path) -> None:
    assert rows(
        tmp_path,
        begin(0.5, 0, "worker-1"),
        begin(0.75, 1, "worker-2"),
        end(2.0, 1.25, 1),
        end(3.0, 2.5, 0),
        begin(3.5, 2, "worker-1"),
        end(4.0, 0.5, 2),
    ) == [("0.5,2.5,1", ""), ("0.75,1.25,0", ""), ("3.5,0.5,1", "")]


def test_waiting_lease_and_steps_of_a_resource(tmp_path: Path) -> None:
    assert rows(
        tmp_path,
        begin(1.0),
        ResourceWaiting(START + 1, 0, "board1 is held"),
        ResourceLeased(START + 3, 0, "board", "Board", "board1", 7, 2.0),
        ResourceStep(START + 4, 0, "board1", "connect", 1.0),
        ResourceStep(START + 4.5, 0, "board1.power", "initialize", 0.5),
        ResourceStep(START + 6, 0, "board1", "finalize", 0.25),
        ResourceReleased(START + 6, 0, "board", "Board", "board1"),
        end(6.5, 5.5),
    ) == [("1,5.5,0", "w0,1,2;u0,3,3;c0,3,1;i0,4,0.5;f0,5.75,0.25")]


def test_waiting_in_vain_lasts_until_the_end_of_the_test(tmp_path: Path) -> None:
    waiting = ResourceWaiting(START + 1, 0, "board1 is held")
    assert rows(tmp_path, begin(0.5), waiting, end(9.0, 8.5)) == [("0.5,8.5,0", "w,1,8")]


def test_what_is_told_of_a_test_before_it_begins_belongs_to_it(tmp_path: Path) -> None:
    assert rows(
        tmp_path,
        ResourceWaiting(START + 1, 0, "board1 is held"),
        ResourceLeased(START + 3, 0, "board", "Board", "board1", 7, 2.0),
        begin(3.0),
        end(4.0, 1.0),
    ) == [("3,1,0", "w0,1,2;u0,3,1")]


def test_a_clock_that_jumps_leaves_no_odd_numbers(tmp_path: Path) -> None:
    assert rows(
        tmp_path,
        begin(-5.0),
        ResourceLeased(START + 3, 0, "board", "Board", "board1", 7, float("nan")),
        ResourceReleased(float("inf"), 0, "board", "Board", "board1"),
        end(1.0, float("inf")),
    ) == [("0,0,0", "u0,3,0")]


def test_a_table_adds_up_what_workers_and_resources_did(tmp_path: Path) -> None:
    events: list[Event] = []
    for number in range(2):
        at = 10.0 * number
        events += [
            begin(at, number, "worker-1"),
            ResourceLeased(START + at + 2, number, "board", "Board", "board1", number + 1, 2.0),
            ResourceReleased(START + at + 5, number, "board", "Board", "board1"),
            end(at + 6, 6.0, number),
        ]
    text = Page(write(tmp_path, (started(2), *events))).text
    assert "worker worker-1 2 12.00 s resource Board board1 2 6.00 s 4.00 s" in text
