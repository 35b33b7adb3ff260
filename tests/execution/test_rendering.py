"""Reading event logs back, whatever state they are in."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, strategies as st

from rotest_core.errors import UsageError
from rotest_core.events import (
    EVENT_TYPES,
    SCHEMA,
    Cause,
    Event,
    GroupStarted,
    MeasurementTaken,
    Outcome,
    RunFinished,
    RunStarted,
    TestFinished,
    TestStarted,
)
from rotest_core.execution.journal import Journal
from rotest_core.execution.rendering import read_events, render
from rotest_core.testing import SAMPLE_RUNS, FakeHandlerContext
from tests.rotest_backends.outputs.shown import built_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rotest_core.plugin.protocols.handler import OutputHandler

GROUP = '{"event": "GroupStarted", "time": 1.0, "group": 0, "parent": null, "kind": "class", "name": "A"}\n'


def journal_of(path: Path, events: Iterable[Event]) -> Path:
    journal = Journal(str(path))
    for event in events:
        journal.write(event)
    journal.close()
    return path


def read(tmp_path: Path, text: str | bytes) -> tuple[list[Event], list[str]]:
    """Return the events of a log, and what was told about it, without the log's own path."""
    path = tmp_path / "events.jsonl"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    problems: list[str] = []
    events = list(read_events(path, on_problem=lambda problem: problems.append(str(problem))))
    return events, [problem.removeprefix(str(path)) for problem in problems]


@pytest.mark.parametrize("name", sorted(SAMPLE_RUNS.keys() - {"odd numbers"}))
def test_events_come_back_as_they_were_written(tmp_path: Path, name: str) -> None:
    events = SAMPLE_RUNS[name]()
    problems: list[object] = []
    assert list(read_events(journal_of(tmp_path / "log", events), on_problem=problems.append)) == events
    assert problems == []


def test_enumerations_come_back_as_such(tmp_path: Path) -> None:
    written = TestFinished(1.0, 0, Outcome.ERROR, 0.5, Cause.INFRASTRUCTURE)
    (event,) = read_events(journal_of(tmp_path / "log", [written]))
    assert isinstance(event, TestFinished)
    assert event.outcome is Outcome.ERROR
    assert event.cause is Cause.INFRASTRUCTURE


@pytest.mark.parametrize(
    ("written", "value"),
    [("3.5", 3.5), ("3", 3.0), ("-Infinity", -math.inf), ("true", True), ('"1.2"', "1.2")],
)
def test_what_was_measured_comes_back_as_what_it_was(
    tmp_path: Path, written: str, value: float | str | bool
) -> None:
    line = f'{{"event": "MeasurementTaken", "time": 1.0, "test": 0, "name": "supply", "value": {written}}}\n'
    ((event,), problems) = read(tmp_path, line)
    assert isinstance(event, MeasurementTaken)
    assert (event.value, type(event.value), problems) == (value, type(value), [])


def test_the_samples_have_every_type_of_event() -> None:
    seen = {type(event) for sample in SAMPLE_RUNS.values() for event in sample()}
    assert seen == set(EVENT_TYPES.values())


@pytest.mark.parametrize("name", ["dots", "full", "logdebug", "loginfo", "pretty", "progress", "tree", "xml"])
def test_a_rendered_log_is_what_the_live_run_showed_byte_for_byte(tmp_path: Path, name: str) -> None:
    log = journal_of(tmp_path / "events.jsonl", SAMPLE_RUNS["sample"]())
    shown: list[tuple[str, list[bytes]]] = []
    for events in (SAMPLE_RUNS["sample"](), read_events(log)):
        context = FakeHandlerContext(tmp_path, name=name, color=True)
        render(events, [(name, built_in(name)(context))], on_failure=fail)
        shown.append((context.text, [path.read_bytes() for path in context.written]))
    assert shown[0] == shown[1]
    assert shown[0] != ("", [])


def fail(name: str, error: Exception) -> None:
    raise AssertionError(name) from error


def test_a_last_line_cut_short_is_left_out_and_told(tmp_path: Path) -> None:
    events, problems = read(tmp_path, GROUP + GROUP[:40])
    assert events == [GroupStarted(1.0, 0, None, "class", "A")]
    assert problems == [":2: cut short, left out"]


@pytest.mark.parametrize("size", range(1, len(GROUP) - 1, 7))
def test_a_log_may_be_cut_at_any_byte(tmp_path: Path, size: int) -> None:
    events, problems = read(tmp_path, GROUP + GROUP[:size])
    assert len(events) == 1
    assert problems == [":2: cut short, left out"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("garbage", "not JSON, left out"),
        ("\x00\x00\x00", "not JSON, left out"),
        ("[" * 100_000, "not JSON, left out"),
        ("[1, 2]", "no event, left out"),
        ('{"time": 1}', "no event, left out"),
        ('{"event": "TestPaused"}', "unknown event 'TestPaused', left out"),
        ('{"event": 7}', "unknown event 7, left out"),
        (
            '{"event": "GroupFinished", "time": "now", "group": 1}',
            "GroupFinished.time is 'now', which it cannot be; the event is left out",
        ),
        (
            '{"event": "GroupFinished", "time": 1, "group": true}',
            "GroupFinished.group is True, which it cannot be; the event is left out",
        ),
        (
            '{"event": "GroupFinished", "time": 1' + "0" * 400 + ', "group": 1}',
            f"GroupFinished.time is 1{'0' * 56}..., which it cannot be; the event is left out",
        ),
        (
            '{"event": "TestFinished", "time": 1, "test": 0, "outcome": "splendid", "duration": 1}',
            "TestFinished.outcome is 'splendid', which it cannot be; the event is left out",
        ),
        (
            '{"event": "RunFinished", "time": 1, "counts": [["success"]], "status": 0, "duration": 1}',
            "RunFinished.counts is [['success']], which it cannot be; the event is left out",
        ),
        (
            '{"event": "MeasurementTaken", "time": 1, "test": 0, "name": "supply", "value": null}',
            "MeasurementTaken.value is None, which it cannot be; the event is left out",
        ),
        ('{"event": "GroupFinished", "time": 1}', "GroupFinished lacks group; it is left out"),
    ],
)
def test_a_line_that_is_no_event_is_left_out_and_told_with_its_number(
    tmp_path: Path, line: str, problem: str
) -> None:
    events, problems = read(tmp_path, f"{GROUP}{line}\n{GROUP}")
    assert len(events) == 2
    assert problems == [f":2: {problem}"]


def test_an_unknown_field_is_told_once_and_the_event_is_kept(tmp_path: Path) -> None:
    line = '{"event": "GroupFinished", "time": 1, "group": 1, "mood": "good"}\n'
    events, problems = read(tmp_path, line * 3)
    assert len(events) == 3
    assert problems == [":1: unknown field GroupFinished.mood, left out"]


def test_missing_fields_take_their_defaults(tmp_path: Path) -> None:
    line = '{"event": "TestStarted", "time": 1, "test": 0, "group": null, "name": "a", "id": "b"}\n'
    assert read(tmp_path, line) == ([TestStarted(1.0, 0, None, "a", "b")], [])


def test_a_newer_schema_is_told_and_read_all_the_same(tmp_path: Path) -> None:
    started = RunStarted(1.0, "r", "", "/d", "/p", (), (), 1)._asdict()
    line = json.dumps({"event": "RunStarted", **started, "schema": SCHEMA + 1}) + "\n"
    events, problems = read(tmp_path, line)
    assert len(events) == 1
    assert problems == [
        f":1: written by a newer version (schema {SCHEMA + 1}, known here: {SCHEMA}); the rest may lack things"
    ]


def test_bytes_that_are_no_utf_8_do_not_stop_the_reading(tmp_path: Path) -> None:
    events, problems = read(tmp_path, b"\xff\xfe{\n" + GROUP.encode())
    assert len(events) == 1
    assert problems == [":1: not JSON, left out"]


def test_empty_lines_and_empty_logs_are_fine(tmp_path: Path) -> None:
    assert read(tmp_path, "") == ([], [])
    assert read(tmp_path, "\n \n") == ([], [])


@given(garbage=st.binary())
def test_no_garbage_raises(garbage: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    read(tmp_path_factory.mktemp("log"), garbage)


def test_a_log_that_is_not_there_is_a_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"events\.jsonl: No such file or directory"):
        list(read_events(tmp_path / "events.jsonl"))


class Recorder:
    """Write down what it was given; raise where it is told to."""

    def __init__(self, *, fails_at: str = "") -> None:
        self.seen: list[str] = []
        self._fails_at = fails_at

    def handle(self, event: Event) -> None:
        self._see(type(event).__name__)

    def close(self) -> None:
        self._see("close")

    def _see(self, name: str) -> None:
        self.seen.append(name)
        if name == self._fails_at:
            raise ValueError(name)


@pytest.mark.parametrize("fails_at", ["RunFinished", "close"])
def test_a_handler_that_raises_is_told_and_left_out_and_the_others_go_on(fails_at: str) -> None:
    bad, good = Recorder(fails_at=fails_at), Recorder()
    handlers: list[tuple[str, OutputHandler]] = [("bad", bad), ("good", good)]
    failures: list[tuple[str, str]] = []
    events: list[Event] = [RunFinished(1.0, (), 0, 1.0), GroupStarted(1.0, 0, None, "class", "A")]
    render(events, handlers, on_failure=lambda name, error: failures.append((name, str(error))))
    assert failures == [("bad", fails_at)]
    assert bad.seen[-1] == fails_at
    assert good.seen == ["RunFinished", "GroupStarted", "close"]


def test_the_log_is_read_as_it_is_rendered_and_not_before(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(GROUP * 2)
    events = read_events(path)
    next(events)
    with path.open("a") as log:
        log.write(GROUP)
    assert len(list(events)) == 2
