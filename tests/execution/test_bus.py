from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rotest_core.events import Event, HandlerFailed, InformationAdded
from rotest_core.execution.bus import Bus
from rotest_core.execution.journal import FILE_NAME, Journal


class Recorder:
    """Remember what was handled, and how much the journal held by then."""

    def __init__(self, journal: Path) -> None:
        self.journal = journal
        self.seen: list[Event] = []
        self.lines_at: list[int] = []
        self.closed = 0

    def handle(self, event: Event) -> None:
        self.seen.append(event)
        self.lines_at.append(self.journal.read_bytes().count(b"\n"))

    def close(self) -> None:
        self.closed += 1


class Broken:
    """Raise wherever a handler can."""

    def handle(self, event: Event) -> None:
        raise ValueError("cannot handle it")

    def close(self) -> None:
        raise SystemExit("cannot close it")


class Replier:
    """Send an event in answer to the first."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus

    def handle(self, event: Event) -> None:
        if event == info("question"):
            self.bus.emit(info("answer"))

    def close(self) -> None:
        self.bus.emit(info("last words"))


def info(text: str) -> InformationAdded:
    return InformationAdded(0.0, 0, text)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / FILE_NAME


@pytest.fixture
def bus(path: Path) -> Iterator[Bus]:
    bus = Bus(Journal(str(path)))
    yield bus
    bus.close()


def texts(path: Path) -> list[str]:
    return [json.loads(line)["text"] for line in path.read_text().splitlines()]


def test_the_journal_has_an_event_before_any_handler(bus: Bus, path: Path) -> None:
    recorder = Recorder(path)
    bus.attach("recorder", recorder)
    bus.emit(info("a"))
    bus.emit(info("b"))
    assert recorder.seen == [info("a"), info("b")]
    assert recorder.lines_at == [1, 2]


def test_an_answer_reaches_all_after_its_question(bus: Bus, path: Path) -> None:
    first, last = Recorder(path), Recorder(path)
    bus.attach("first", first)
    bus.attach("replier", Replier(bus))
    bus.attach("last", last)
    bus.emit(info("question"))
    assert first.seen == last.seen == [info("question"), info("answer")]
    assert texts(path) == ["question", "answer"]


def test_a_handler_that_raises_is_reported_to_the_others_and_switched_off(bus: Bus, path: Path) -> None:
    recorder = Recorder(path)
    bus.attach("broken", Broken())
    bus.attach("recorder", recorder)
    bus.emit(info("a"))
    bus.emit(info("b"))
    first, failed, second = recorder.seen
    assert (first, second) == (info("a"), info("b"))
    assert isinstance(failed, HandlerFailed)
    assert failed.handler == "broken"
    assert failed.text.endswith("ValueError: cannot handle it\n")
    assert bus.failures == [("broken", "ValueError: cannot handle it")]


def test_every_handler_is_closed_once_even_after_one_that_raises(path: Path) -> None:
    bus = Bus(Journal(str(path)))
    first, last = Recorder(path), Recorder(path)
    bus.attach("first", first)
    bus.attach("broken", Broken())
    bus.attach("last", last)
    bus.close()
    bus.close()
    assert (first.closed, last.closed) == (1, 1)
    assert first.seen == []
    assert [type(event) for event in last.seen] == [HandlerFailed]
    assert bus.failures == [("broken", "SystemExit: cannot close it")]


def test_what_a_handler_sends_while_it_is_closed_reaches_those_still_open(path: Path) -> None:
    bus = Bus(Journal(str(path)))
    first, last = Recorder(path), Recorder(path)
    bus.attach("first", first)
    bus.attach("replier", Replier(bus))
    bus.attach("last", last)
    bus.close()
    assert (first.seen, last.seen) == ([], [info("last words")])
    assert texts(path) == ["last words"]


def test_events_of_many_threads_have_one_order(bus: Bus, path: Path) -> None:
    recorder = Recorder(path)
    bus.attach("recorder", recorder)
    barrier = threading.Barrier(4)

    def send(name: int) -> None:
        barrier.wait()
        for number in range(50):
            bus.emit(info(f"{name} {number}"))

    threads = [threading.Thread(target=send, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(recorder.seen) == 200
    assert texts(path) == [event.text for event in recorder.seen if isinstance(event, InformationAdded)]
