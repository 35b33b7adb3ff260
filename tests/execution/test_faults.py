"""Tests that meet a fault at every step of the life cycle: an error, the death of the worker, the death of the run.

The rows are those of docs/life-cycle.md. Each test looks at all steps, for its runs take longer than everything else.
"""

from __future__ import annotations

import json

import pytest

from rotest_core.events import Event, Outcome, ResourceReleased, TestStarted
from rotest_core.plugin import ReportBuilder, TestReport
from tests.execution.fault_project import FINALIZE, STEPS, TEST, WAY_IN, run_all, runs, story, write_faults
from tests.execution.flow_project import play
from tests.project import Project

SERIAL = ["run", "--executor", "serial"]
LEASES = ["locks", "list", "--json"]


def selector(step: str) -> str:
    return f"test_faults.py::{step.replace('-', '_')}"


def until(step: str) -> list[str]:
    """Give the steps up to one; a test that is good stores no state."""
    steps = STEPS if step == "store_state" else [each for each in STEPS if each != "store_state"]
    return steps[: steps.index(step) + 1]


def stories(project: Project) -> dict[str, list[str]]:
    return {step: story(project, step) for step in STEPS}


def reports(events: list[Event]) -> dict[str, TestReport]:
    """Give the reports of a run by the id of the test, as outputs see them: one for each test that began."""
    builder = ReportBuilder()
    found = [report for event in events if (report := builder.take(event)) is not None]
    found += builder.unfinished()
    began = [event.id for event in events if isinstance(event, TestStarted)]
    assert sorted(report.started.id for report in found) == sorted(began)
    return {report.started.id: report for report in found}


def ends(events: list[Event]) -> dict[str, tuple[Outcome | None, str | None]]:
    found = reports(events)
    told = {step: found[selector(step) + "::test"] for step in STEPS}
    return {step: (report.outcome, report.cause) for step, report in told.items()}


def released(events: list[Event]) -> dict[str, bool]:
    """Give for each record that was given back whether it was in doubt."""
    return {event.name: event.dirty for event in events if isinstance(event, ResourceReleased)}


def held(printed: str) -> list[object]:
    found: list[object] = json.loads(printed)["held"]
    return found


def after_error(step: str) -> list[str]:
    if step == "outlet-connect":
        return ["outlet-connect", "outlet-finalize"]
    if step in WAY_IN:
        return [*until(step), *FINALIZE]
    if step == "setUp":
        return [*WAY_IN, "setUp", "cleanup", "store_state", *FINALIZE]
    return [*WAY_IN, *TEST, *([] if step in FINALIZE else ["store_state"]), *FINALIZE]


IN_DOUBT = {**dict.fromkeys(STEPS, True), "nothing": False}


def test_error_at_any_step_is_followed_by_what_the_tables_say(project: Project) -> None:
    write_faults(project, kill=False)
    printed = run_all(project, SERIAL, LEASES)
    [events] = runs(project)
    assert stories(project) == {step: after_error(step) for step in STEPS}
    assert ends(events) == {
        step: (Outcome.ERROR, "product" if step in TEST else "infrastructure") for step in STEPS
    }
    assert released(events) == IN_DOUBT
    assert held(printed) == []


def test_row_19_worker_that_dies_at_any_step_is_cleaned_up_after(project: Project) -> None:
    write_faults(project, kill=True)
    printed = run_all(project, ["run", "-p", "2", "--executor", "process"], LEASES)
    [events] = runs(project)
    rescue = ["outlet-connect", "shelf-connect", *FINALIZE]
    assert stories(project) == {step: [*until(step), *rescue] for step in STEPS}
    assert story(project, "nothing") == [*WAY_IN, *TEST, *FINALIZE]
    assert ends(events) == dict.fromkeys(STEPS, (Outcome.ERROR, "infrastructure"))
    found = reports(events)
    assert all("SIGKILL" in found[selector(step) + "::test"].outcomes[-1].text for step in STEPS)
    assert released(events) == IN_DOUBT
    assert held(printed) == []


def test_row_19_what_a_block_of_a_flow_had_is_finalized_too(project: Project) -> None:
    played = play(
        project,
        """
        import os

        class Dies(TestBlock):
            own = Flare.request(name="two")
            def test(self): os._exit(9)

        class Main(TestFlow):
            lamp = Flare.request(name="one")
            blocks = [Dies]

        class Other(TestFlow):
            blocks = [Pass]
        """,
        executor="process",
        workers="2",
    )
    assert (played.outcomes["Main"], played.outcomes["Dies"]) == ("error", "error")
    assert [line for line in played.story if line != "pass"] == [
        *["connect one", "connect two"],
        *["connect two", "finalize two", "connect one", "finalize one"],
    ]
    assert released(played.lived.events) == {"one": True, "two": True}


@pytest.mark.timeout(300)
def test_row_20_run_that_dies_at_any_step_leaves_no_lease_and_a_log(project: Project) -> None:
    write_faults(project, kill=True)
    alone = [[*SERIAL, selector(step)] for step in STEPS]
    printed = run_all(project, [*SERIAL, selector("nothing")], *alone, LEASES)
    assert stories(project) == {step: until(step) for step in STEPS}
    assert held(printed) == []

    cut_short: dict[str, TestReport] = {}
    for events in runs(project)[1:]:
        cut_short.update(reports(events))
    assert list(cut_short) == [f"{selector(step)}::test" for step in STEPS]
    assert {report.finished for report in cut_short.values()} == {None}
    assert list(map(steps_told, cut_short.values())) == [
        [each for each in until(step)[:-1] if "-" in each] for step in STEPS
    ]

    run_all(project, [*SERIAL, "--skip-init"])
    follow = {step: steps[len(until(step)) :] for step, steps in stories(project).items()}
    assert follow == {
        step: [*WAY_IN, *TEST, *(["store_state"] if step == "store_state" else []), *FINALIZE]
        for step in STEPS
    }


def steps_told(report: TestReport) -> list[str]:
    return [
        f"{'outlet' if event.resource.endswith('.outlet') else 'shelf'}-{event.step}"
        for event in report.steps
    ]
