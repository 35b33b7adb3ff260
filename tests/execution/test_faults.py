"""Tests that meet a fault at every step of the life cycle: an error, the death of the worker, the death of the run.

The rows are those of docs/life-cycle.md.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rotest_core.events import Event, Outcome, ResourceReleased, TestStarted
from rotest_core.plugin import ReportBuilder, TestReport
from tests.execution.fault_project import FINALIZE, STEPS, TEST, WAY_IN, run_all, runs, story, write_faults
from tests.execution.project import Project

SERIAL = ["run", "--executor", "serial"]


def selector(step: str) -> str:
    return f"test_faults.py::{step.replace('-', '_')}"


def until(step: str) -> list[str]:
    """Give the steps up to one; a test that is good stores no state."""
    steps = STEPS if step == "store_state" else [each for each in STEPS if each != "store_state"]
    return steps[: steps.index(step) + 1]


def make_project(directory: Path, *, kill: bool) -> Project:
    project = Project(directory)
    write_faults(project, kill=kill)
    return project


def reports(events: list[Event]) -> dict[str, TestReport]:
    """Give the reports of a run by the id of the test, as outputs see them; with one for each test that began."""
    builder = ReportBuilder()
    found = [report for event in events if (report := builder.take(event)) is not None]
    found += builder.unfinished()
    began = [event.id for event in events if isinstance(event, TestStarted)]
    assert sorted(report.started.id for report in found) == sorted(began)
    return {report.started.id: report for report in found}


def is_held(printed: str) -> bool:
    return bool(json.loads(printed)["held"])


# An error


@pytest.fixture(scope="module")
def erring(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, list[Event], str]:
    project = make_project(tmp_path_factory.mktemp("erring"), kill=False)
    printed = run_all(project, SERIAL, ["locks", "list", "--json"])
    [events] = runs(project)
    return project, events, printed


def after_error(step: str) -> list[str]:
    if step == "outlet-connect":
        return ["outlet-connect", "outlet-finalize"]
    if step in WAY_IN:
        return [*until(step), *FINALIZE]
    if step == "setUp":
        return [*WAY_IN, "setUp", "cleanup", "store_state", *FINALIZE]
    kept = [] if step in FINALIZE else ["store_state"]
    return [*WAY_IN, *TEST, *kept, *FINALIZE]


@pytest.mark.parametrize("step", STEPS)
def test_error_at_a_step_is_followed_by_what_the_table_says(
    erring: tuple[Project, list[Event], str], step: str
) -> None:
    project, events, _ = erring
    assert story(project, step) == after_error(step)
    report = reports(events)[selector(step) + "::test"]
    assert report.outcome is Outcome.ERROR
    assert (report.cause == "infrastructure") == (step not in TEST)


def test_errors_leave_no_lease(erring: tuple[Project, list[Event], str]) -> None:
    _, events, printed = erring
    assert not is_held(printed)
    released = {event.name: event.dirty for event in events if isinstance(event, ResourceReleased)}
    assert released == {**dict.fromkeys(STEPS, True), "nothing": False}


# The death of a worker


@pytest.fixture(scope="module")
def dying(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, list[Event], str]:
    project = make_project(tmp_path_factory.mktemp("dying"), kill=True)
    printed = run_all(project, ["run", "-p", "2"], ["locks", "list", "--json"])
    [events] = runs(project)
    return project, events, printed


@pytest.mark.parametrize("step", STEPS)
def test_row_19_worker_that_dies_at_a_step_is_cleaned_up_after(
    dying: tuple[Project, list[Event], str], step: str
) -> None:
    project, events, _ = dying
    assert story(project, step) == [*until(step), "outlet-connect", "shelf-connect", *FINALIZE]
    report = reports(events)[selector(step) + "::test"]
    assert (report.outcome, report.cause) == (Outcome.ERROR, "infrastructure")
    assert "SIGKILL" in report.outcomes[-1].text


def test_row_19_other_tests_go_on_and_no_lease_is_left(dying: tuple[Project, list[Event], str]) -> None:
    project, events, printed = dying
    assert story(project, "nothing") == [*WAY_IN, *TEST, *FINALIZE]
    assert not is_held(printed)
    released = {event.name: event.dirty for event in events if isinstance(event, ResourceReleased)}
    assert released == {**dict.fromkeys(STEPS, True), "nothing": False}


# The death of the run


@pytest.fixture(scope="module")
def dead(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, str]:
    project = make_project(tmp_path_factory.mktemp("dead"), kill=True)
    alone = [[*SERIAL, selector(step)] for step in STEPS]
    printed = run_all(project, [*SERIAL, selector("nothing")], *alone, ["locks", "list", "--json"])
    return project, printed


@pytest.fixture(scope="module")
def outlived(dead: tuple[Project, str]) -> dict[str, list[str]]:
    """Run all tests once more, and give what was done until then."""
    project, _ = dead
    before = {step: story(project, step) for step in STEPS}
    run_all(project, [*SERIAL, "--skip-init"])
    return before


@pytest.mark.parametrize("step", STEPS)
def test_row_20_run_that_dies_finalizes_nothing_and_the_next_one_validates(
    dead: tuple[Project, str], outlived: dict[str, list[str]], step: str
) -> None:
    project, _ = dead
    assert outlived[step] == until(step)
    follow = story(project, step)[len(outlived[step]) :]
    assert follow == [*WAY_IN, *TEST, *(["store_state"] if step == "store_state" else []), *FINALIZE]


def test_row_20_no_lease_is_left(dead: tuple[Project, str]) -> None:
    assert not is_held(dead[1])


@pytest.fixture(scope="module")
def cut_short(dead: tuple[Project, str]) -> dict[str, TestReport]:
    """Give the report of each run that died, by the test that it died in."""
    found: dict[str, TestReport] = {}
    for events in runs(dead[0])[1 : len(STEPS) + 1]:
        [(test, report)] = reports(events).items()
        found[test] = report
    return found


@pytest.mark.parametrize("step", STEPS)
def test_row_20_log_tells_of_the_test_that_was_cut_short(cut_short: dict[str, TestReport], step: str) -> None:
    report = cut_short[selector(step) + "::test"]
    assert report.finished is None
    taken = [f"{resource_step(event.resource)}-{event.step}" for event in report.steps]
    done = [each for each in until(step)[:-1] if "-" in each]
    assert taken == done


def resource_step(path: str) -> str:
    return "outlet" if path.endswith(".outlet") else "shelf"
