"""What the coordinator knows of one worker, and how it talks with it."""

from __future__ import annotations

import os
import select
import signal
from _queue import SimpleQueue
from contextlib import suppress

from rotest_core import RotestError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from rotest_backends.executors.packing import Message
    from rotest_backends.executors.wire import Line
    from rotest_core.model.request import Request
    from rotest_core.plugin.protocols.executor import Assignment, Coordinator

_LONGEST_DYING = 10
"""Seconds that a killed process is waited for: one that hangs in a driver does not die at all."""

_MOST_STACKS = 60_000
_OURS = "rotest_backends/executors/child.py"


class Link:
    """Hold one worker.

    Args:
        name: what it is called.
        pid: its process.
        line: leads to it.
        crashes: descriptor of the file into which it writes the stacks of its threads.

    Attributes:
        assignment: what it runs.
        deadline: when it is to be ended by force, by the monotonic clock.
        limit: how many seconds it was given, and for what.
        reason: why it was ended by force; empty if nobody did so.
        dumped: whether it was told to write down its stacks.
        finished: whether it has done all it was to do.
    """

    def __init__(self, name: str, pid: int, line: Line, crashes: int) -> None:
        self.name = name
        self.pid = pid
        self.line = line
        self.assignment: Assignment | None = None
        self.deadline: float | None = None
        self.limit: tuple[float, str] = (0.0, "")
        self.reason = ""
        self.dumped = False
        self.finished = False
        self._crashes = crashes
        self._process = _watch(pid)
        self._verdicts: SimpleQueue[tuple[bool, str] | None] = SimpleQueue()

    def answer(self, message: Message, coordinator: Coordinator, wake: Callable[[], None]) -> None:
        """Do what a running test asks for, in a thread: it may have to wait."""
        import threading  # few runs need it

        thread = threading.Thread(target=self._answer, args=(message, coordinator, wake), daemon=True)
        thread.start()

    def judged(self, verdict: bool, problem: str) -> None:
        """Take the worker's answer to a condition."""
        self._verdicts.put((verdict, problem))

    def close(self) -> None:
        """Close what leads to the worker; whoever waits for it is told."""
        self.line.close()
        os.close(self._crashes)
        if self._process is not None:
            os.close(self._process)
        self._verdicts.put(None)

    def kill(self) -> None:
        """Kill the worker, which has no nursery any more, with all that it started."""
        with suppress(OSError):
            os.killpg(self.pid, signal.SIGKILL)

    def await_end(self) -> None:
        """Wait until a worker that was killed is gone: until then it may be at work with what it had."""
        if self._process is not None:
            poll = select.poll()
            poll.register(self._process, select.POLLIN)
            poll.poll(_LONGEST_DYING * 1000)

    def describe_end(self, status: int) -> str:
        """Say how the worker ended, with the stacks of its threads if it wrote them down.

        Args:
            status: as os.waitpid gives it.
        """
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            try:
                how = f"was killed by signal {number} ({signal.Signals(number).name})"
            except ValueError:
                how = f"was killed by signal {number}"
        else:
            how = f"ended with status {os.waitstatus_to_exitcode(status)}"
        text = self.reason or f"worker {self.name} (process {self.pid}) {how}"
        size = os.lseek(self._crashes, 0, os.SEEK_END)
        written = os.pread(self._crashes, min(size, _MOST_STACKS), 0).decode("utf-8", "backslashreplace")
        stacks = "\n".join(_theirs(written.strip().split("\n")))
        return f"{text}\n\n{stacks}" if stacks else text

    def _answer(self, message: Message, coordinator: Coordinator, wake: Callable[[], None]) -> None:
        word, number, *details = message
        try:
            if word == "claim":
                test, sent, wait = details
                leased = tuple(coordinator.claim(test, self._requests(number, sent), wait))
                self.line.send("granted", number, leased)
            else:
                test, names, dirty = details
                coordinator.give_back(test, names, dirty=dirty)
                self.line.send("granted", number, None)
        except Exception as error:
            self.line.send("refused", number, type(error).__name__, str(error))
        # What does not fit into the socket now is sent by the thread that waits for it to have room.
        wake()

    def _requests(self, number: int, sent: Sequence[tuple[Request[Any], bool]]) -> list[Request[Any]]:
        import attrs  # loaded already, where there are requests

        return [
            attrs.evolve(request, predicate=self._condition(number, place)) if judges else request
            for place, (request, judges) in enumerate(sent)
        ]

    def _condition(self, number: int, place: int) -> Callable[[Any], bool]:
        """Stand for a condition that is a function in the worker's process."""

        def asked(data: Any) -> bool:
            self.line.send("judge", number, place, data)
            answer = self._verdicts.get()
            if answer is None:
                raise RotestError(f"worker {self.name} is gone")
            verdict, problem = answer
            if problem:
                raise RotestError(f"the condition of the request failed: {problem}")
            return verdict

        return asked


def _watch(pid: int) -> int | None:
    """Return a descriptor that can be read once a process has ended; None if it has."""
    try:
        return os.pidfd_open(pid)
    except OSError:
        return None


def _theirs(lines: Sequence[str]) -> Iterator[str]:
    """Leave out of each thread's stack what called the worker."""
    ours = False
    for line in lines:
        ours = line.startswith("  ") and (ours or _OURS in line)
        if not ours:
            yield line
