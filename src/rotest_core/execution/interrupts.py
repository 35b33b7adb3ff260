"""Let Ctrl-C end a run in good order: what is set up is torn down, what is leased is released, reports are written.

The first SIGINT or SIGTERM raises KeyboardInterrupt in whatever the main thread does: a test's body, a fixture, a
wait. The run catches it (`Interrupts.accept`), cleans up and ends. The next one raises KeyboardInterrupt again, in
the middle of the cleaning up, and that leaves at once. A test that catches KeyboardInterrupt itself keeps it to
itself, as under unittest.
"""

from __future__ import annotations

import os
import signal
import time

from rotest_core.errors import EXIT_INTERRUPTED
from rotest_core.events import RunInterrupted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType
    from typing import Any, TypeVar

    from rotest_core.events import Event

    FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])


interruptible_code: set[CodeType] = set()
"""The code of all functions that were marked by `interruptible`."""


def interruptible(function: FunctionT) -> FunctionT:
    """Mark a function that runs code of users or waits: while a run goes on, a first signal is raised only there.

    Everywhere else it could hit the run's own books, so it is remembered until the next test.
    """
    interruptible_code.add(function.__code__)
    return function


class Interrupts:
    """Catch the signals that ask a process to end; a context manager.

    Outside of the main thread, where no signal can be caught, this only remembers.

    Attributes:
        requested: whether the run is to end early; no further test starts.
        leaving: whether it is to end at once: a further signal ends the process.
        running: whether a first signal is raised in `interruptible` functions only; before, it is raised anywhere.
    """

    def __init__(self) -> None:
        self.requested: bool = False
        self.leaving = False
        self.running = False
        self._accepted = False
        self._announced = False
        self._pending = False
        self._reason = "KeyboardInterrupt"
        self._pid = os.getpid()
        self._handler = self._on_signal
        self._signals: Any = signal
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interrupts:
        # A signal that is ignored (nohup, a background job of a script) stays so; a handler of the user's, too.
        for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGTERM, signal.SIG_DFL)):
            if signal.getsignal(number) is usual:
                try:
                    self._before[number] = signal.signal(number, self._handler)
                except ValueError:
                    break
        if signal.SIGINT in self._before:
            # asyncio, unittest and others do something for Ctrl-C where they find this handler, and put it back.
            self._signals.default_int_handler = self._handler
        return self

    def __exit__(self, *_: object) -> None:
        if signal.SIGINT in self._before:
            self._signals.default_int_handler = self._before[signal.SIGINT]
        for number, handler in self._before.items():
            if signal.getsignal(number) is self._handler:
                signal.signal(number, handler)
        self._before.clear()

    def for_child(self) -> Interrupts:
        """Catch the signals of this process, which was forked while its parent caught its own.

        The parent tells of the end of the run; the child does not.
        """
        self.__exit__()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        own = Interrupts().__enter__()
        own.running = own._announced = True
        return own

    def accept(self) -> bool:
        """Take note that KeyboardInterrupt has come through; false for the second, which is to go all the way."""
        first, self._accepted = not self._accepted, True
        self.requested = True
        return first

    def announce(self, emit: Callable[[Event], None]) -> None:
        """Tell, once, that the run is to end early."""
        if self.requested and not self._announced:
            self._announced = True
            emit(RunInterrupted(time.time(), self._reason))

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if os.getpid() != self._pid:
            # In a child that a test forked: it is not ours to keep alive.
            signal.signal(number, self._before.get(number, signal.SIG_DFL))
            os.kill(os.getpid(), number)
            return
        if self.leaving:
            os._exit(EXIT_INTERRUPTED)
        self._reason = signal.Signals(number).name
        if number == signal.SIGTERM:
            self.requested = True
        if self.running and not (self._pending or self._accepted or _in_region(frame)):
            self._pending = self.requested = True
            return
        raise KeyboardInterrupt


def _in_region(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code in interruptible_code:
            return True
        frame = frame.f_back
    return False
