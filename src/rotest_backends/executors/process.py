"""Run tests in processes of their own, several at a time."""

from __future__ import annotations

import contextlib
import itertools
import os
import select
import signal
import time
from functools import partial

from rotest_backends.executors.child import DUMP, serve
from rotest_backends.executors.cradle import Cradle
from rotest_core import Cause, RotestError
from rotest_core.plugin.protocols.executor import Assignment, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rotest_backends.executors.link import Link
    from rotest_backends.executors.packing import Message
    from rotest_core.events import Event
    from rotest_core.plugin.protocols.executor import Coordinator, WorkerFactory

GRACE = 1.0
"""Seconds that a worker may take beyond a limit to end by itself what it does."""

TICK = 0.05
"""Seconds after which a busy worker is looked at that sent nothing: what it only tells wakes nobody."""

_DUMPING = 0.2
"""Seconds that a worker is given to write down the stacks of its threads."""


class ProcessExecutor:
    """Have workers in processes, forked from a nursery."""

    def __init__(self) -> None:
        self._links: dict[str, Link] = {}
        self._numbers = itertools.count(1)
        self._done: list[Report] = []
        self._cradle: Cradle | None = None
        self._coordinator: Coordinator | None = None
        self._stopping = False
        self._looked = 0.0
        self._awake, self._bell, self._bell_before = -1, -1, -1

    def start(self, make_worker: WorkerFactory, coordinator: Coordinator, workers: int) -> Sequence[str]:
        self._coordinator = coordinator
        self._cradle = Cradle(partial(serve, make_worker))
        self._awake, self._bell = os.pipe()
        os.set_blocking(self._awake, False)
        os.set_blocking(self._bell, False)
        with contextlib.suppress(ValueError):  # not in the main thread, where no signal is caught anyway
            self._bell_before = signal.set_wakeup_fd(self._bell, warn_on_full_buffer=False)
        return self._fork(workers)

    def assign(self, worker: str, assignment: Assignment) -> None:
        """Hand an assignment to a worker that has none.

        Raises:
            RotestError: what was leased cannot be sent to another process.
        """
        link = self._links[worker]
        link.line.send("run", *assignment)
        link.assignment = assignment

    def wait(self, timeout: float | None = None) -> Sequence[Report]:
        until = None if timeout is None else time.monotonic() + timeout
        while not self._done and self._turn(until) and (until is None or time.monotonic() < until):
            continue
        done, self._done = self._done, []
        return done

    def interrupt(self) -> None:
        for link in self._links.values():
            if link.assignment is not None:
                self._command("signal", link.name, signal.SIGINT)

    def wake(self) -> None:
        with contextlib.suppress(OSError):
            os.write(self._bell, b"w")

    def stop(self, *, clean_up: bool = True) -> None:
        if self._cradle is None:
            return
        self._stopping = True
        try:
            if clean_up:
                for link in self._links.values():
                    link.line.send("finish")
            while clean_up and self._links:
                self._turn(None)
        finally:
            self._close(self._cradle)

    def _close(self, cradle: Cradle) -> None:
        self._cradle = None
        cradle.close()
        for link in self._links.values():
            link.close()
        self._links.clear()
        if self._bell_before != -1 or self._bell != -1:
            with contextlib.suppress(ValueError):
                signal.set_wakeup_fd(self._bell_before)
            os.close(self._awake)
            os.close(self._bell)
            self._awake, self._bell = -1, -1

    def _fork(self, count: int) -> list[str]:
        assert self._cradle is not None
        links = self._cradle.fork([f"w{next(self._numbers)}" for _ in range(count)])
        self._links.update((link.name, link) for link in links)
        return [link.name for link in links]

    def _command(self, word: str, name: str, *details: int) -> None:
        if self._cradle is not None:
            self._cradle.command(word, name, *details)

    def _turn(self, until: float | None) -> bool:
        """Wait for something to happen and see to it; return False if somebody rang the bell."""
        cradle = self._cradle
        if cradle is None:
            return False
        poll = select.poll()
        poll.register(self._awake, select.POLLIN)
        poll.register(cradle, select.POLLIN)
        for link in self._links.values():
            if link.line.open:
                poll.register(link.line, select.POLLIN | (select.POLLOUT if link.line.full else 0))
        patience = 0 if cradle.has_news else self._patience(until)
        ready = {descriptor for descriptor, _ in poll.poll(patience)}
        for link in tuple(self._links.values()):
            if link.line.open and link.line.fileno() in ready:
                link.line.flush()
                self._hear(link)
        if cradle.fileno() in ready or cradle.has_news:
            self._hear_of_ends(cradle)
        self._look_around()
        self._end_overdue()
        if self._awake in ready:
            os.read(self._awake, 4096)
            return False
        return True

    def _hear_of_ends(self, cradle: Cradle) -> None:
        """Bury the workers that have ended; some may have done so while others were being forked."""
        while ended := cradle.ended():
            for name, status in ended:
                self._bury(self._links[name], status)
        if cradle.gone:
            self._lose_all()

    def _patience(self, until: float | None) -> float | None:
        moments = [link.deadline for link in self._links.values() if link.deadline is not None]
        if self._stopping or any(link.assignment is not None for link in self._links.values()):
            moments.append(max(self._looked + TICK, time.monotonic()))
        if until is not None:
            moments.append(until)
        # Rounded up: waking too early would only lead to another turn.
        return max(0.0, (min(moments) - time.monotonic()) * 1000 + 1) if moments else None

    def _hear(self, link: Link) -> None:
        """See to what a worker sent by its socket."""
        self._see_to(link, link.line.receive())
        if not link.line.open and not link.finished and not link.reason:
            # It closed its socket, or is about to end: in either case nothing more can come of it.
            self._command("kill", link.name)

    def _see_to(self, link: Link, messages: Sequence[Message]) -> None:
        events: list[Event] = []
        assert self._coordinator is not None
        for message in messages:
            if message[0] == "events":
                events += message[1]
                continue
            if events:
                self._coordinator.emit(*events)
                events = []
            self._heed(link, message)
        if events:
            self._coordinator.emit(*events)

    def _heed(self, link: Link, message: Message) -> None:
        assert self._coordinator is not None
        word, *details = message
        if word == "done":
            assert link.assignment is not None
            assignment, link.assignment, link.deadline = link.assignment, None, None
            outcome, cause, dirty, left = details
            self._done.append(Report(link.name, assignment, outcome, cause, dirty, left=left))
        elif word == "limit":
            until, seconds, what = details
            link.limit = (seconds or 0.0, what)
            link.deadline = None if until is None else until + GRACE
        elif word in ("claim", "give_back"):
            link.answer(message, self._coordinator, self.wake)
        elif word == "verdict":
            link.judged(*details[1:])
        elif word == "finished":
            link.finished = True
        else:
            link.reason = f"worker {link.name} failed: {details[0]}"
            self._command("kill", link.name)

    def _look_around(self) -> None:
        """Hear what busy workers have told, from time to time."""
        now = time.monotonic()
        if now >= self._looked + TICK:
            self._looked = now
            for link in tuple(self._links.values()):
                self._see_to(link, link.line.look())

    def _end_overdue(self) -> None:
        """Kill the workers that have taken too long, once they have written down where they are."""
        now = time.monotonic()
        for link in self._links.values():
            if link.deadline is None or now < link.deadline:
                continue
            seconds, what = link.limit
            link.reason = f"{what} took longer than {seconds:g} s, and worker {link.name} had to be killed"
            self._command("kill" if link.dumped else "signal", link.name, int(DUMP))
            link.deadline = None if link.dumped else now + _DUMPING
            link.dumped = True

    def _bury(self, link: Link, status: int) -> None:
        """Report what a worker was at when it ended, and have another take its place."""
        self._hear(link)
        self._see_to(link, link.line.remains())
        del self._links[link.name]
        lost = link.describe_end(status)
        link.close()
        if link.finished:
            return
        successor = ""
        if not self._stopping:
            with contextlib.suppress(RotestError):
                [successor] = self._fork(1)
        assignment = link.assignment or Assignment(())
        # A test that does not end is to blame itself, a worker that dies is not.
        cause = Cause.PRODUCT if link.dumped and link.limit[1] == "the test" else Cause.INFRASTRUCTURE
        self._done.append(Report(link.name, assignment, cause=cause, lost=lost, successor=successor))

    def _lose_all(self) -> None:
        for link in self._links.values():
            link.kill()
        for link in tuple(self._links.values()):
            link.await_end()
            link.reason = (
                f"worker {link.name} was killed, for the process that workers are forked from is gone"
            )
            self._bury(link, signal.SIGKILL)
