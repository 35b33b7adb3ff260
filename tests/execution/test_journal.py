from __future__ import annotations

import json
import math
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rotest_core.events import (
    EVENT_TYPES,
    SCHEMA,
    Cause,
    Event,
    InformationAdded,
    Outcome,
    ResourceLeased,
    ResourceReleased,
    ResourceStep,
    RunStarted,
    SetupFinished,
    TeardownStarted,
    TestFinished,
    TestStarted,
)
from rotest_core.execution.journal import Journal, encode, encode_any
from rotest_core.testing.event_samples import SAMPLE_RUNS


def as_written(event: Event) -> dict[str, object]:
    """Give what a JSON reader gets of an event: tuples become lists, and defaults are left out."""
    told = {
        field: value
        for field, value in event._asdict().items()
        if field == "schema" or value != event._field_defaults.get(field, event)
    }
    fields: dict[str, object] = json.loads(json.dumps(told))
    return {"event": type(event).__name__, **fields}


@pytest.mark.parametrize("event_type", EVENT_TYPES.values(), ids=EVENT_TYPES)
def test_every_event_becomes_one_object_with_its_type_and_fields(event_type: type[Event]) -> None:
    values: dict[str, object] = {field: f"{field} value" for field in event_type._fields}
    values.update(
        {field: number for number, field in enumerate(("time", "duration", "test", "attempt", "group"))}
    )
    values["tags"] = ["a", "b"]
    values = {field: values[field] for field in event_type._fields}
    make: Callable[..., Event] = event_type  # any text will do for the spelling
    event = make(**values)
    line = encode(event)
    assert line.endswith("}\n")
    assert json.loads(line) == {"event": event_type.__name__, **values}


def test_numbers_enumerations_tuples_and_none_are_written_as_json_writes_them() -> None:
    started = TestStarted(12.5, 3, None, "t", "id", "case", ("A", "B"), "", "", 2)
    finished = TestFinished(1e-7, 3, Outcome.ERROR, 0.25, Cause.INFRASTRUCTURE)
    for event in (started, finished):
        assert json.loads(encode(event)) == as_written(event)


@pytest.mark.parametrize(
    "event",
    [
        TestStarted(12.5, 3, None, "t", "id", "case", ("A", "é"), '"', "w1", 2),
        TestStarted(12.5, 3, 1, "té", "id"),
        TestStarted(12.5, 3, 1, "té", "id", worker="w1"),
        TestStarted(12.5, 3, None, "t", "id", "fixture"),
        TestFinished(1e-7, 3, Outcome.ERROR, 0.25, Cause.INFRASTRUCTURE),
        TestFinished(1.0, 3, Outcome.SUCCESS, 0.0),
        SetupFinished(1.25, 3),
        TeardownStarted(1.25, 3),
        ResourceLeased(1.25, 3, "é", '"', "lamp\n1", 2**50, 0.0),
        ResourceLeased(1.25, 3, "lamp", "Lamp", "lamp1", 2**50, 1e-7, dirty=True),
        ResourceStep(1.25, 3, "rack.é", "connect", 1e-7),
        ResourceStep(1.25, 3, "rack", "connect", 1e-7, "OSError: é"),
        ResourceReleased(1.25, 3, "é", '"', "lamp\n1"),
        ResourceReleased(1.25, 3, "lamp", "Lamp", "lamp1", dirty=True),
    ],
)
def test_the_events_of_every_test_are_written_as_all_others_only_faster(event: Event) -> None:
    assert encode(event) == encode_any(event)


@pytest.mark.parametrize(
    "text", ["tab\tline\nnull\0bell\a", "\udc80 lone \ud800", "Zoë 😀 日本", '"\\', "\x85\u2028\u2029"]
)
def test_any_text_survives_on_one_line_of_ascii(text: str) -> None:
    line = encode(InformationAdded(1.0, 0, text))
    assert line.isascii()
    assert line.count("\n") == 1
    assert json.loads(line)["text"] == text


def test_the_schema_is_told_although_it_is_the_default() -> None:
    started = RunStarted(1.0, "run", "", "", "", (), (), 0)
    assert json.loads(encode(started))["schema"] == SCHEMA


def test_what_is_not_plain_data_is_refused() -> None:
    with pytest.raises(TypeError, match="not object"):
        encode(InformationAdded(1.0, 0, object()))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", sorted(SAMPLE_RUNS))
def test_every_event_can_be_read_again(name: str) -> None:
    """Whatever its numbers are: some events are written by hand."""
    lines = [encode(event) for event in SAMPLE_RUNS[name]()]

    assert [json.loads(line)["event"] for line in lines] == [
        type(event).__name__ for event in SAMPLE_RUNS[name]()
    ]


def test_infinity_is_written_as_readers_of_json_in_python_take_it() -> None:
    assert json.loads(encode(InformationAdded(math.inf, 0, "")))["time"] == math.inf


def test_a_line_is_in_the_file_as_soon_as_write_returns(tmp_path: Path) -> None:
    journal = Journal(str(tmp_path / "events.jsonl"))
    event = InformationAdded(1.0, 0, "hello")
    journal.write(event)
    assert (tmp_path / "events.jsonl").read_text() == encode(event)
    journal.close()
    journal.close()


def test_an_existing_journal_is_continued(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    for text in ("first", "second"):
        journal = Journal(str(path))
        journal.write(InformationAdded(1.0, 0, text))
        journal.close()
    assert [json.loads(line)["text"] for line in path.read_text().splitlines()] == ["first", "second"]


def test_a_full_disk_ends_the_journal_and_is_remembered() -> None:
    journal = Journal("/dev/full")
    journal.write(InformationAdded(1.0, 0, "lost"))
    journal.write(InformationAdded(1.0, 0, "lost, too"))
    assert journal.problem == "/dev/full ends early: No space left on device"
    journal.close()


def test_a_line_that_fits_in_part_ends_the_journal(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    script = (
        "import sys\n"
        "from rotest_core.events import InformationAdded\n"
        "from rotest_core.execution.journal import Journal\n"
        "journal = Journal(sys.argv[1])\n"
        "for number in range(100): journal.write(InformationAdded(1.0, number, 'x' * 50))\n"
        "print(journal.problem)\n"
    )

    def limit_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    command = [sys.executable, "-c", script, str(path)]
    done = subprocess.run(command, preexec_fn=limit_files, capture_output=True, text=True, check=True)
    assert done.stdout == f"{path} ends early: no space left for a whole line\n"
    assert path.stat().st_size == 1000
    assert all(json.loads(line) for line in path.read_text().splitlines()[:-1])
