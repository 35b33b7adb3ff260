"""What follows when something raises around the resources of a test: rows of docs/life-cycle.md, by their numbers."""

from __future__ import annotations

import pytest

from rotest_core.events import ResourceLeased, ResourceReleased
from tests.execution.flow_project import Played, play
from tests.project import Project

BODY = """
import time

class Board(Flare):
    fails: str = ""
    def connect(self):
        tell(f"connect {{self.name}}")
        if self.watts == 0: raise OSError("no link")
    def store_state(self, directory): tell(f"store_state {{self.name}}")
    def finalize(self): tell(f"finalize {{self.name}}")

class Uses(TestCase):
    {limit}
    first = Board.request(name="one")
    second = Board.request(name="{second}")

    def at(self, step):
        tell(step)
        if step == "{step}":
            {action}

    def setUp(self):
        self.addCleanup(self.at, "outer cleanup")
        self.addCleanup(self.at, "cleanup")
        self.at("setUp")
    def test(self): self.at("test")
    def tearDown(self): self.at("tearDown")

class Yet(TestCase):
    def test_next(self): ...
"""
WAY_IN = ["connect one", "connect two"]
STATE = ["store_state one", "store_state two"]
WAY_OUT = ["finalize two", "finalize one"]
CLEAN_UPS = ["cleanup", "outer cleanup"]
TEST = ["setUp", "test", "tearDown", *CLEAN_UPS]
DIRTY = {"one": True, "two": True}
CLEAN = {"one": False, "two": False}


def played(project: Project, step: str, action: str, *, second: str = "two", limit: str = "") -> Played:
    body = BODY.format(step=step, action=action, second=second, limit=limit)
    return play(project, body, save_state=True)


def records(run: Played) -> dict[str, bool]:
    return {event.name: event.dirty for event in run.lived.of(ResourceReleased)}


def test_row_21_claim_that_cannot_be_served(project: Project) -> None:
    run = played(project, "", "pass", second="none")
    assert run.story == []
    assert (run.outcomes["test"], run.cause("test")) == ("error", "infrastructure")
    assert run.lived.of(ResourceLeased) == []


def test_row_22_second_resource_that_cannot_be_set_up(project: Project) -> None:
    run = played(project, "", "pass", second="broken")
    assert run.story == ["connect one", "connect broken", "finalize broken", "finalize one"]
    assert (run.outcomes["test"], run.cause("test")) == ("error", "infrastructure")
    assert records(run) == {"one": True, "broken": True}


@pytest.mark.parametrize(("action", "outcome"), [("self.fail()", "failure"), ("raise OSError", "error")])
def test_row_23_set_up_that_raises(project: Project, action: str, outcome: str) -> None:
    run = played(project, "setUp", action)
    assert run.story == [*WAY_IN, "setUp", *CLEAN_UPS, *STATE, *WAY_OUT]
    assert (run.outcomes["test"], records(run)) == (outcome, DIRTY)


@pytest.mark.parametrize(("step", "test"), [("setUp", ["setUp", *CLEAN_UPS]), ("test", TEST)])
def test_row_24_skip(project: Project, step: str, test: list[str]) -> None:
    run = played(project, step, "self.skipTest('no')")
    assert run.story == [*WAY_IN, *test, *WAY_OUT]
    assert (run.outcomes["test"], records(run)) == ("skipped", CLEAN)


def test_row_25_method_that_fails(project: Project) -> None:
    run = played(project, "test", "self.fail()")
    assert run.story == [*WAY_IN, *TEST, *STATE, *WAY_OUT]
    assert (run.outcomes["test"], records(run)) == ("failure", CLEAN)


@pytest.mark.parametrize("step", ["test", "tearDown", "cleanup", "outer cleanup"])
def test_row_26_error_in_the_test(project: Project, step: str) -> None:
    run = played(project, step, "raise OSError('broke')")
    assert run.story == [*WAY_IN, *TEST, *STATE, *WAY_OUT]
    assert (run.outcomes["test"], run.cause("test"), records(run)) == ("error", "product", DIRTY)
    assert run.outcomes["test_next"] == "success"


def after(step: str) -> list[str]:
    return ["setUp", *CLEAN_UPS] if step == "setUp" else TEST


@pytest.mark.parametrize("step", ["setUp", "test", "tearDown", "cleanup"])
def test_row_27_time_limit(project: Project, step: str) -> None:
    run = played(project, step, "time.sleep(60)", limit="TIMEOUT = 0.05")
    assert run.story == [*WAY_IN, *after(step), *STATE, *WAY_OUT]
    assert "the test took longer than 0.05 s" in run.texts("test")[0]
    assert (run.outcomes["test"], records(run), run.outcomes["test_next"]) == ("error", DIRTY, "success")


@pytest.mark.parametrize("step", ["setUp", "test", "tearDown", "cleanup"])
def test_row_28_interrupt(project: Project, step: str) -> None:
    run = played(project, step, "raise KeyboardInterrupt")
    assert run.story == [*WAY_IN, *after(step), *STATE, *WAY_OUT]
    assert (run.outcomes, records(run), run.lived.status) == ({"test": "error"}, DIRTY, 130)
