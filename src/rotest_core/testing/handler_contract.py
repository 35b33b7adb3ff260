"""Prove an output handler: it bears every run, keeps to its place, and shows a log as it showed the run."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rotest_core.events import EVENT_TYPES
from rotest_core.execution.rendering import read_events
from rotest_core.testing.event_log import write_events
from rotest_core.testing.event_samples import SAMPLE_RUNS, CountedText, endless_test, sample_run, without
from rotest_core.testing.handler_context import FakeHandlerContext
from rotest_core.testing.write_watch import watch_writes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rotest_core.events import Event
    from rotest_core.plugin.protocols.handler import OutputHandlerFactory


def feed(factory: OutputHandlerFactory, context: FakeHandlerContext, events: Iterable[Event]) -> None:
    """Make a handler, give it events, and close it."""
    handler = factory(context)
    for event in events:
        handler.handle(event)
    handler.close()


def files_in(directory: Path) -> dict[str, bytes]:
    """Return the content of each file below a directory, by its path from there."""
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


class HandlerContract:
    """Hold what every output handler must do.

    ::

        from rotest_core.testing import HandlerContract


        class TestCsv(HandlerContract):
            @pytest.fixture
            def factory(self) -> OutputHandlerFactory:
                return csv

    A handler that shows something that cannot be the same twice (the time left, a random id) overrides the one test
    that asks for it.
    """

    @pytest.fixture
    def factory(self) -> OutputHandlerFactory:
        """Return the factory of the handler; a subclass supplies it."""
        raise NotImplementedError(f"{type(self).__name__} lacks its fixture `factory`")

    @pytest.mark.parametrize("name", sorted(SAMPLE_RUNS))
    def test_bears_every_run(self, factory: OutputHandlerFactory, tmp_path: Path, name: str) -> None:
        """A handler takes any events that a run may have, at any verbosity, in colour or without, and closes."""
        for number, (verbosity, color) in enumerate(((0, True), (2, False), (-2, True))):
            directory = tmp_path / str(number)
            directory.mkdir()
            feed(
                factory, FakeHandlerContext(directory, verbosity=verbosity, color=color), SAMPLE_RUNS[name]()
            )

    def test_bears_a_run_cut_short_anywhere(self, factory: OutputHandlerFactory, tmp_path: Path) -> None:
        """A run may be killed after any event: what came until then is shown, and close works."""
        events = sample_run()
        for length in range(0, len(events), max(1, len(events) // 24)):
            directory = tmp_path / str(length)
            directory.mkdir()
            feed(factory, FakeHandlerContext(directory), events[:length])

    @pytest.mark.parametrize("event_type", sorted(EVENT_TYPES))
    def test_bears_a_log_with_gaps(
        self, factory: OutputHandlerFactory, tmp_path: Path, event_type: str
    ) -> None:
        """Lines of a log may be unreadable: a test may end that never began, in a group that nobody knows."""
        feed(factory, FakeHandlerContext(tmp_path), without(sample_run(), EVENT_TYPES[event_type]))

    def test_writes_only_where_it_may(
        self, factory: OutputHandlerFactory, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """A handler writes below its directory and to its stream; nothing else is left, in no other place."""
        directory = tmp_path / "run"
        directory.mkdir()
        context = FakeHandlerContext(directory)
        with watch_writes() as touched:
            for sample in ("sample", "odd text"):
                feed(factory, context, SAMPLE_RUNS[sample]())
        left = sorted(
            path for path in touched if not Path(path).is_relative_to(directory) and Path(path).exists()
        )
        assert left == [], f"the handler left files outside of its directory: {left}"
        assert capfd.readouterr() == ("", ""), (
            "the handler wrote to sys.stdout or sys.stderr, not to context.stream"
        )

    def test_tells_of_every_file(self, factory: OutputHandlerFactory, tmp_path: Path) -> None:
        """A handler tells the run of each file it wrote when it is whole, and leaves no other behind."""
        context = FakeHandlerContext(tmp_path)
        feed(factory, context, sample_run())
        told = {path.absolute() for path in context.written}
        assert all(path.exists() for path in told), f"context.wrote() named what is not there: {told}"
        unknown = sorted(
            name
            for name in files_in(tmp_path)
            if not any((tmp_path / name).absolute().is_relative_to(path) for path in told)
        )
        assert unknown == [], f"context.wrote() was not told of {unknown}"

    def test_finishes_its_files_with_the_run(self, factory: OutputHandlerFactory, tmp_path: Path) -> None:
        """Files are whole when the run finished, so that the others can still tell of them; close adds none."""
        context = FakeHandlerContext(tmp_path)
        handler = factory(context)
        for event in sample_run():
            handler.handle(event)
        before, told = files_in(tmp_path), list(context.written)
        handler.close()
        assert files_in(tmp_path) == before, "close() changed files of a run that had finished"
        assert context.written == told, "close() told of files that were finished with the run"

    @pytest.mark.parametrize("name", sorted(SAMPLE_RUNS))
    def test_shows_a_log_as_it_showed_the_run(
        self, factory: OutputHandlerFactory, tmp_path: Path, name: str
    ) -> None:
        """Rendering ``events.jsonl`` gives the same bytes as the live run did."""
        events = SAMPLE_RUNS[name]()
        write_events(tmp_path / "events.jsonl", events)
        # Both in a directory of the same name, for a handler may show it.
        live, later = tmp_path / "live" / "run", tmp_path / "later" / "run"
        live.mkdir(parents=True)
        later.mkdir(parents=True)
        live_context, later_context = FakeHandlerContext(live), FakeHandlerContext(later)
        feed(factory, live_context, events)
        feed(factory, later_context, read_events(tmp_path / "events.jsonl"))
        assert live_context.text == later_context.text
        assert files_in(live) == files_in(later)

    def test_colours_only_where_it_may(self, factory: OutputHandlerFactory, tmp_path: Path) -> None:
        """Where colour is not wanted, nor asked for by the text itself, no escape sequence is written."""
        context = FakeHandlerContext(tmp_path, color=False)
        for name in ("sample", "odd text"):
            feed(factory, context, SAMPLE_RUNS[name]())
        assert "\x1b" not in context.text, "an escape sequence reached a stream that is not to be coloured"

    def test_keeps_control_characters_from_the_terminal(
        self, factory: OutputHandlerFactory, tmp_path: Path
    ) -> None:
        """A test's name or a log line cannot ring, clear the screen or turn text around."""
        context = FakeHandlerContext(tmp_path)
        feed(factory, context, SAMPLE_RUNS["odd text"]())
        bad = {character for character in context.text if character in "\x00\x07\x08\x1b\x7f\x9b\u202e\ud800"}
        assert bad == set(), f"the stream got {sorted(map(ascii, bad))} as they are"

    def test_does_not_grow_with_what_one_test_repeats(
        self, factory: OutputHandlerFactory, tmp_path: Path
    ) -> None:
        """Of a test that logs, expects and measures without end, no more than a bounded part is kept in memory."""
        repeats, most = 2500, 0
        with Path(os.devnull).open("w", encoding="utf-8") as stream:
            handler = factory(FakeHandlerContext(tmp_path, stream=stream))
            before = CountedText.alive
            for event in endless_test(repeats):
                handler.handle(event)
                most = max(most, CountedText.alive - before)
            handler.close()
        assert most < 3 * repeats, f"{most:,} texts of {6 * repeats:,} events were in memory at once"

    def test_leaves_no_thread_behind(self, factory: OutputHandlerFactory, tmp_path: Path) -> None:
        """All threads of a handler have ended when close returns."""
        before = set(threading.enumerate())
        feed(factory, FakeHandlerContext(tmp_path), sample_run())
        feed(factory, FakeHandlerContext(tmp_path), SAMPLE_RUNS["cut"]())
        left = set(threading.enumerate()) - before
        assert left == set(), f"threads still run after close(): {left}"

    def test_two_handlers_know_nothing_of_each_other(
        self, factory: OutputHandlerFactory, tmp_path: Path
    ) -> None:
        """Two runs in one process do not mix."""
        alone = FakeHandlerContext(tmp_path)
        feed(factory, alone, sample_run())
        first, second = FakeHandlerContext(tmp_path), FakeHandlerContext(tmp_path)
        handler, other = factory(first), factory(second)
        for event, another in zip(sample_run(), SAMPLE_RUNS["odd text"](), strict=False):
            handler.handle(event)
            other.handle(another)
        handler.close()
        other.close()
        assert first.text == alone.text
