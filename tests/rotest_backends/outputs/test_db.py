"""The output `db`: a run goes to the results store while it goes on."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

import attrs
import pytest

from rotest_backends.outputs.db import Db, DbOptions
from rotest_backends.stores.memory_results import MemoryResults
from rotest_backends.stores.sqlite_results import SqliteResults
from rotest_core.errors import StoreError
from rotest_core.events import Event, RunFinished, RunStarted, TestStarted
from rotest_core.plugin import (
    HandlerContext,
    OutputHandler,
    OutputHandlerFactory,
    ResultsBatch,
    RunFilter,
    RunState,
)
from rotest_core.results import ResultsBuilder, process_mark, read_lines, settle
from rotest_core.testing import FakeHandlerContext, HandlerContract
from rotest_core.testing.event_log import write_events
from rotest_core.testing.event_samples import SAMPLE_RUNS, sample_run
from tests.commands import rotest


class TestDb(HandlerContract):
    @pytest.fixture
    def factory(self) -> OutputHandlerFactory:
        def make(context: HandlerContext) -> OutputHandler:
            ours = FakeHandlerContext(context.directory, results=MemoryResults())
            return Db(ours, DbOptions())

        return make


def keep(
    store: MemoryResults | SqliteResults, directory: Path, events: Sequence[Event], **options: int
) -> None:
    handler = Db(FakeHandlerContext(directory, results=store), DbOptions(**options))
    for event in events:
        handler.handle(event)
    handler.close()


def beginning(*, run: str, directory: str = "", time: float = 1000.0) -> RunStarted:
    """Return how a sample run begins, under other names."""
    first = sample_run()[0]
    assert isinstance(first, RunStarted)
    return first._replace(run=run, directory=directory, time=time)


def test_a_run_is_kept_with_its_event_log(tmp_path: Path) -> None:
    store = MemoryResults()
    events = sample_run()
    keep(store, tmp_path, events)

    (run,) = store.runs(RunFilter())
    (finished,) = (event for event in events if isinstance(event, RunFinished))
    assert (run.state, run.status, run.counts, run.owner) == (
        RunState.FINISHED,
        finished.status,
        dict(finished.counts),
        "",
    )
    assert {test.number for test in store.tests(run.id)} == {
        event.test for event in events if isinstance(event, TestStarted)
    }
    assert list(read_lines(store.events(run.id), name=run.id)) == events


@pytest.mark.parametrize("name", sorted(SAMPLE_RUNS))
def test_any_text_can_be_kept_in_a_file(tmp_path: Path, name: str) -> None:
    store = SqliteResults(tmp_path / "rotest.db")
    events = SAMPLE_RUNS[name]()
    keep(store, tmp_path, events)

    for run in store.runs(RunFilter()):
        assert [type(event) for event in read_lines(store.events(run.id), name=run.id)] == list(
            map(type, events)
        )
        for test in store.tests(run.id):
            store.details(run.id, test.number, test.attempt)
    store.close()


def test_a_run_that_is_cut_short_is_marked_so(tmp_path: Path) -> None:
    store = MemoryResults()
    keep(store, tmp_path, sample_run()[:9])

    assert [run.state for run in store.runs(RunFilter())] == [RunState.INTERRUPTED]


def test_log_records_beyond_the_limit_are_left_out(tmp_path: Path) -> None:
    store = MemoryResults()
    events = sample_run()
    keep(store, tmp_path, events, log_bytes=0)

    (run,) = store.runs(RunFilter())
    kept = {type(event).__name__ for event in read_lines(store.events(run.id), name=run.id)}
    assert kept == {type(event).__name__ for event in events} - {"LogWritten"}


def test_older_runs_are_dropped_beyond_the_number_to_keep(tmp_path: Path) -> None:
    store = MemoryResults()
    for number in range(4):
        first = beginning(run=f"run{number}", time=1000.0 + number)
        keep(store, tmp_path, [first, *sample_run()[1:]], keep_runs=2)

    assert [run.id for run in store.runs(RunFilter())] == ["run3", "run2"]


def test_a_run_killed_at_any_event_is_found_interrupted_with_all_that_happened(tmp_path: Path) -> None:
    """What a killed process leaves: an event log up to some event, and a store that is behind it, or has nothing."""
    store = SqliteResults(tmp_path / "rotest.db")
    dead = "\n".join((*process_mark().split("\n")[:2], "1", "1"))
    events = sample_run()
    for length in range(2, len(events), 7):
        directory = tmp_path / f"run-{length}"
        directory.mkdir()
        first = beginning(run=f"run{length}", directory=str(directory))
        write_events(directory / "events.jsonl", [first, *events[1:length]])
        keep(store, directory, [first, *events[1 : length // 2]])
        (run,) = (run for run in store.runs(RunFilter()) if run.id == f"run{length}")
        store.write(ResultsBatch(run=attrs.evolve(run, state=RunState.RUNNING, owner=dead)))

        assert settle(store) == [run.id]

        again = store.run(run.id)
        assert again is not None
        assert (again.state, again.owner) == (RunState.INTERRUPTED, "")
        assert list(read_lines(store.events(run.id), name="log")) == [first, *events[1:length]]
        started = {event.test for event in events[:length] if isinstance(event, TestStarted)}
        assert {test.number for test in store.tests(run.id)} == started
    assert settle(store) == []
    store.close()


def test_a_run_whose_log_is_gone_is_found_interrupted_with_what_the_store_has(tmp_path: Path) -> None:
    store = MemoryResults()
    keep(store, tmp_path, sample_run()[:9])
    (run,) = store.runs(RunFilter())
    store.write(
        ResultsBatch(run=attrs.evolve(run, state=RunState.RUNNING, owner="elsewhere\nboot\n1\n1", seen=0.0))
    )

    assert settle(store) == [run.id]
    assert [found.state for found in store.runs(RunFilter())] == [RunState.INTERRUPTED]


def test_a_run_that_goes_on_is_left_alone(tmp_path: Path) -> None:
    store = MemoryResults()
    for name, owner in (("here", process_mark()), ("elsewhere", "elsewhere\nboot\n1\n1")):
        builder = ResultsBuilder(owner=owner)
        builder.take(beginning(run=name, directory=str(tmp_path)))
        batch = builder.batch(now=time.time())
        assert batch is not None
        store.write(batch)

    assert settle(store) == []


class FullStore(MemoryResults):
    """A store on a disk that is full."""

    def write(self, batch: ResultsBatch) -> None:
        raise StoreError("rotest.db cannot grow: the disk is full")


def test_a_full_disk_ends_the_output_and_no_more(tmp_path: Path) -> None:
    handler = Db(FakeHandlerContext(tmp_path, results=FullStore()), DbOptions())

    def handle_all() -> None:
        for event in sample_run():
            handler.handle(event)

    with pytest.raises(StoreError, match="the disk is full"):
        handle_all()


def test_a_run_under_a_full_disk_goes_on_and_says_so_in_the_end(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text(
        "import unittest\n\n\nclass T(unittest.TestCase):\n    def test_one(self):\n        pass\n",
        encoding="utf-8",
    )
    (tmp_path / "results.db").mkdir()

    answer = rotest("-o", "db", "--set", "results.path=results.db", cwd=tmp_path)

    assert answer.status == 0
    assert "output 'db' failed and was switched off: StoreError: " in answer.err
    assert "Traceback" not in answer.err


def test_a_run_of_the_command_is_kept(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text(
        "import unittest\n\n\nclass T(unittest.TestCase):\n    def test_one(self):\n        self.fail('no')\n",
        encoding="utf-8",
    )

    answer = rotest("-o", "db", "-n", "nightly", cwd=tmp_path)

    assert (answer.status, answer.out, answer.err) == (1, "", "")
    store = SqliteResults(tmp_path / ".rotest" / "rotest.db")
    (run,) = store.runs(RunFilter())
    assert (run.name, run.state, run.counts) == ("nightly", RunState.FINISHED, {"failure": 1})
    (test,) = store.tests(run.id)
    assert (test.id, test.summary) == ("test_one.py::T::test_one", "AssertionError: no")
    assert json.loads(b"".join(store.events(run.id)).splitlines()[0])["run"] == run.id
    store.close()


def test_a_process_that_is_killed_leaves_a_run_that_is_found_interrupted(tmp_path: Path) -> None:
    (tmp_path / "test_killed.py").write_text(
        "import os, signal, unittest\n\n\nclass T(unittest.TestCase):\n"
        "    def test_1(self):\n        self.fail('no')\n\n"
        "    def test_2(self):\n        os.kill(os.getpid(), signal.SIGKILL)\n",
        encoding="utf-8",
    )

    killed = rotest("-o", "db", "-n", "killed", cwd=tmp_path)
    shown = rotest("runs", "show", "killed", "--json", cwd=tmp_path)

    assert (killed.status, shown.status, shown.err) == (-9, 0, "")
    found = json.loads(shown.out)
    assert (found["run"]["state"], found["run"]["counts"]) == ("interrupted", {"failure": 1})
    assert [(test["name"], test["outcome"]) for test in found["tests"]] == [
        ("test_1", "failure"),
        ("test_2", None),
    ]


def test_reports_are_made_from_the_store_when_the_directory_of_the_run_is_gone(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text(
        "import unittest\n\n\nclass T(unittest.TestCase):\n    def test_one(self): ...\n", encoding="utf-8"
    )
    assert rotest("-o", "db", "-n", "kept", cwd=tmp_path).status == 0
    shutil.rmtree(tmp_path / ".rotest" / "runs")

    shown = rotest("render", "kept", "-o", "pretty,xml", cwd=tmp_path)

    assert (shown.status, shown.err) == (0, "")
    assert "test_one" in shown.out
    assert len(list(tmp_path.glob(".rotest/rendered/*/results.xml"))) == 1
    missing = rotest("render", "lost", cwd=tmp_path)
    assert missing.status == 2
    assert "lost: there is no such log, nor such a run in the results store" in missing.err


def test_a_mistake_in_the_configuration_is_told_before_anything_is_run(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text("raise SystemExit('imported')\n", encoding="utf-8")

    answer = rotest("-o", "db", "--set", "results.pth=results.db", cwd=tmp_path)

    assert (answer.status, answer.out) == (2, "")
    assert "results.pth (--set): unknown key (did you mean 'path'?)" in answer.err
    assert not (tmp_path / ".rotest" / "runs").exists()
