"""Earlier runs in the report: the strip, what became of failed tests, what is different."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rotest_backends.outputs.db import Db, DbOptions
from rotest_backends.stores.memory_results import MemoryResults
from rotest_core.events import Outcome, RunStarted
from rotest_core.testing import EventScript, FakeHandlerContext
from tests.rotest_backends.outputs.html.report import Page, write

if TYPE_CHECKING:
    from pathlib import Path

    from rotest_core.events import Event

DAY = 86_400.0
GOOD, BAD, SKIPPED = Outcome.SUCCESS, Outcome.FAILURE, Outcome.SKIPPED


def run(day: int, name: str = "nightly", root: str = "/project", **outcomes: Outcome | float) -> list[Event]:
    """Make a run of some day; a number stands for a test that passed and took so long."""
    script = EventScript(name=name, root=root)
    with script.group("module", "tests/test_kettle.py"):
        for test_name, outcome in outcomes.items():
            with script.test(test_name) as test:
                if isinstance(outcome, Outcome):
                    if outcome is not GOOD:
                        test.report(outcome, "why: " + outcome)
                else:
                    script.tick(outcome)
    events = script.finish()
    first = events[0]
    assert isinstance(first, RunStarted)
    started = first._replace(run=f"run-{day}", time=first.time + DAY * day, directory=f"/runs/{day}")
    return [started, *(event._replace(time=event.time + DAY * day) for event in events[1:])]


@pytest.fixture
def store(tmp_path: Path) -> MemoryResults:
    """Give a store with three nights, a run of another name, and one of another project."""
    kept = MemoryResults()
    for events in (
        run(1, lid=GOOD, boils=BAD, whistles=GOOD, old=GOOD, slow=1.0),
        run(2, lid=GOOD, boils=BAD, whistles=GOOD, old=GOOD, slow=1.0),
        run(3, lid=GOOD, boils=BAD, whistles=GOOD, old=GOOD, slow=1.0),
        run(4, name="weekly", lid=BAD),
        run(5, name="", root="/elsewhere", lid=BAD),
        run(9, lid=BAD),
    ):
        handler = Db(FakeHandlerContext(tmp_path, results=kept), DbOptions())
        for event in events:
            handler.handle(event)
        handler.close()
    return kept


TONIGHT = run(8, lid=BAD, boils=GOOD, whistles=GOOD, slow=5.0, new=BAD)


def page(tmp_path: Path, store: MemoryResults | None, events: list[Event], **values: object) -> Page:
    return Page(write(tmp_path, events, values, results=store, chosen=("html", "db")))


def test_the_last_runs_of_the_name_stand_side_by_side_this_one_at_the_end(
    tmp_path: Path, store: MemoryResults
) -> None:
    shown = page(tmp_path, store, TONIGHT)
    titles = [
        attributes["title"] for tag, attributes in shown.elements if tag == "span" and "title" in attributes
    ]
    assert [title.partition(",")[0] for title in titles] == [
        "2023-11-15 22:13 UTC: 4 passed",
        "2023-11-16 22:13 UTC: 4 passed",
        "2023-11-17 22:13 UTC: 4 passed",
        "this run",
    ]
    assert "the last 3 runs: 3 with failures" in shown.text
    assert page(tmp_path, store, TONIGHT, history=2).text.count("the last 2 runs: 2 with failures") == 1


def test_a_run_without_a_name_stands_beside_those_of_its_project(
    tmp_path: Path, store: MemoryResults
) -> None:
    assert "the last 1 run: 1 with failures" in page(tmp_path, store, run(8, "", "/elsewhere", lid=GOOD)).text
    assert "the last" not in page(tmp_path, store, run(8, "", "/nowhere", lid=GOOD)).text


def test_what_became_of_a_failed_test_earlier_stands_with_it(tmp_path: Path, store: MemoryResults) -> None:
    shown = page(tmp_path, store, TONIGHT)
    assert shown.count("p", "past") == 1
    assert "good in 3 of 3 earlier runs" in shown.text


def test_what_is_different_from_the_run_before_is_told(tmp_path: Path, store: MemoryResults) -> None:
    shown = page(tmp_path, store, TONIGHT)
    text = shown.text[shown.text.index("Compared with") : shown.text.index("Workers and resources")]
    assert text.startswith("Compared with nightly 2023-11-17 22:13 UTC · run-3")
    for part in (
        "1 broken tests/test_kettle.py::lid",
        "1 fixed tests/test_kettle.py::boils",
        "1 missing tests/test_kettle.py::old",
        "1 new tests/test_kettle.py::new",
        "1 slower tests/test_kettle.py::slow 1",
        "1 tests went as before.",
    ):
        assert part in text
    assert (shown.open, shown.wrong) == ([], [])
    ids = set(shown.ids())
    links = [
        attributes["href"][1:]
        for tag, attributes in shown.elements
        if tag == "a" and "=" not in attributes["href"]
    ]
    assert set(links) <= ids


def test_any_run_can_be_compared_with(tmp_path: Path, store: MemoryResults) -> None:
    text = page(tmp_path, store, TONIGHT, compare="run-4").text
    assert "Compared with weekly" in text
    assert "1 still failing tests/test_kettle.py::lid" in text
    missing = page(tmp_path, store, TONIGHT, compare="run-77").text
    assert "Earlier runs are not shown: outputs.html.compare: there is no run 'run-77'" in missing


def test_a_store_that_cannot_be_read_leaves_a_report_without_history(tmp_path: Path) -> None:
    shown = page(tmp_path, None, TONIGHT)
    assert "Earlier runs are not shown: this test has no results store" in shown.text
    assert "FAILED" in shown.text


def test_a_run_that_is_not_kept_asks_for_no_history(tmp_path: Path) -> None:
    # There is none to ask.
    text = Page(write(tmp_path, TONIGHT)).text
    assert "Earlier runs" not in text
    assert "Compared" not in text


def busy(day: int, module: str) -> list[Event]:
    """Make a run of 200 tests that pass, with all that they may say."""
    script = EventScript(name="busy")
    with script.group("module", f"tests/{module}.py"):
        for number in range(200):
            with script.test(f"test_something_that_has_a_long_name_{number}") as test:
                test.log("a line of a log " * 10)
                for place in range(5):
                    test.measure(f"measurement {place}", 5.0, "V", low=4.0, high=6.0)
                for place in range(40):
                    test.sample(f"board{place}.temperature", number % 13 + place / 7, "°C")
    events = script.finish()
    first = events[0]
    assert isinstance(first, RunStarted)
    return [first._replace(run=f"busy-{day}", time=first.time - DAY * day), *events[1:]]


def test_a_report_with_history_series_and_measurements_keeps_to_the_budget(tmp_path: Path) -> None:
    store = MemoryResults()
    for day in range(20, 0, -1):
        handler = Db(FakeHandlerContext(tmp_path, results=store), DbOptions())
        tests = busy(day, "test_before")
        for event in tests if day == 1 else (tests[0], *tests[-2:]):
            handler.handle(event)
        handler.close()
    path = write(tmp_path, busy(0, "test_now"), results=store, chosen=("html", "db"))
    shown = Page(path)
    assert path.stat().st_size < 400_000 + 300 * 200
    assert "the last 20 runs" in shown.text
    assert "200 missing" in shown.text
    assert "200 new" in shown.text
    assert "24 more series were left out" in shown.text
