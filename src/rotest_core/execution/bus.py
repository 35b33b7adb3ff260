"""Carry each event to the journal first, then to every output handler."""

from __future__ import annotations

import time
from _thread import RLock  # threading itself would cost two milliseconds that a plain run need not pay
from collections import deque

from rotest_core.events import HandlerFailed, ResourceStep, TestFinished
from rotest_core.execution.deadline import unbroken

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rotest_core.events import Event
    from rotest_core.execution.journal import Journal
    from rotest_core.plugin.protocols.executor import Coordinator
    from rotest_core.plugin.protocols.handler import OutputHandler


class Bus:
    """Deliver events in one order to all, from any thread.

    An event that a handler sends while it handles another is written at once and delivered after that other
    one, so that every handler sees the same order as the journal holds.

    Args:
        journal: takes each event before any handler does.

    Attributes:
        failures: name and last words of each handler that raised and was switched off.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._lock = RLock()
        self._queue: deque[Event] = deque()
        self._delivering = False
        self._held: list[Event] = []
        self._handlers: dict[str, OutputHandler] = {}
        self._sinks: list[tuple[str, Callable[[Event], None]]] = []
        self._counter: Callable[[TestFinished], object] = _ignore
        self._follower: Callable[[ResourceStep], object] = _ignore
        self.failures: list[tuple[str, str]] = []

    def attach(self, name: str, handler: OutputHandler) -> None:
        """Deliver all events from now on to a handler, after those that were attached before it."""
        self._handlers[name] = handler
        self._sinks.append((name, handler.handle))

    def watch(self, watcher: Callable[[Event], None]) -> None:
        """Let a part of the run itself see all events from now on, before the handlers do."""
        self._sinks.insert(0, ("", watcher))

    def count(self, counter: Callable[[TestFinished], None]) -> None:
        """Let a part of the run itself see the ends of tests from now on, before the handlers do."""
        self._counter = counter

    def follow_steps(self, follower: Callable[[ResourceStep], None]) -> None:
        """Let a part of the run itself see the steps of resources from now on, before the handlers do."""
        self._follower = follower

    @unbroken
    def emit(self, *events: Event) -> None:
        """Write events down, after those that were held back, then deliver them."""
        with self._lock:
            if self._held:
                events = (*self._held, *events)
                self._held.clear()
            self._journal.write(*events)
            if self._delivering:
                self._queue.extend(events)
                return
            self._delivering = True
            try:
                for event in events:
                    if type(event) is TestFinished:
                        self._counter(event)
                    elif type(event) is ResourceStep:
                        self._follower(event)
                    for name, handle in self._sinks:
                        try:
                            handle(event)
                        except (Exception, SystemExit) as error:
                            self._switch_off(name, error)
                    if self._queue:
                        self._deliver_queued()
            finally:
                self._delivering = False

    @unbroken
    def later(self, *events: Event) -> None:
        """Hold events back until others follow: several are written by one system call.

        What runs the code of users, or waits, calls `emit` before: whatever becomes of the process there, all that
        happened until then has been written.
        """
        with self._lock:
            self._held += events

    def abandon(self) -> None:
        """Write events down from now on, and let the handlers be as they are."""
        self.emit()
        self._sinks = []
        self._handlers.clear()

    def close(self) -> None:
        """Close the handlers, in the order they came, and then the journal.

        A handler that raises is reported. What one sends while it is closed reaches those still open.
        """
        self.emit()
        for name, handler in tuple(self._handlers.items()):
            self._detach(name)
            try:
                handler.close()
            except (Exception, SystemExit) as error:
                self._switch_off(name, error)
        self._journal.close()

    def _deliver_queued(self) -> None:
        while self._queue:
            event = self._queue.popleft()
            if type(event) is TestFinished:
                self._counter(event)
            elif type(event) is ResourceStep:
                self._follower(event)
            for name, handle in self._sinks:
                try:
                    handle(event)
                except (Exception, SystemExit) as error:
                    self._switch_off(name, error)

    def _detach(self, name: str) -> None:
        # A new list: a delivery may be walking through the old one.
        self._sinks = [sink for sink in self._sinks if sink[0] != name]
        self._handlers.pop(name, None)

    def _switch_off(self, name: str, error: BaseException) -> None:
        import traceback

        self._detach(name)
        self.failures.append((name, f"{type(error).__name__}: {error}"))
        self.emit(HandlerFailed(time.time(), name, "".join(traceback.format_exception(error))))


def later_of(coordinator: Coordinator) -> Callable[..., None]:
    """Return what takes events that need not be told before others follow (see `Bus.later`).

    That is for a worker in the coordinator's own process. Elsewhere there is nothing to be saved.
    """
    later: Callable[..., None] = getattr(coordinator, "later", coordinator.emit)
    return later


def _ignore(event: Event) -> None:
    """Take no note."""
