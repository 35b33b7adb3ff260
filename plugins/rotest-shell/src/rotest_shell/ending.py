"""Let a shell end in good order when its process is asked to."""

from __future__ import annotations

import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Self

_ASKING = (signal.SIGTERM, signal.SIGHUP)


class Ending:
    """Catch the signals that ask a process to end, SIGTERM and SIGHUP; a context manager.

    What runs then is interrupted, and the shell closes as if somebody had left it.

    Attributes:
        status: the exit status; not 0 once the process was asked to end.
        leave: called, in the main thread, to make the shell close at its prompt; tells whether it was at one.
    """

    def __init__(self) -> None:
        self.status: int = 0
        self.leave: Callable[[], bool] = lambda: False
        self._testing = False
        self._before: dict[int, Callable[[int, FrameType | None], object] | int | None] = {}

    def __enter__(self) -> Self:
        for number in _ASKING:
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup says so
                self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None:
        # Who was asked to end goes on to the end: a second signal would only leave devices as they are.
        if not self.status:
            for number, handler in self._before.items():
                signal.signal(number, handler)

    @contextmanager
    def test_running(self) -> Generator[None]:
        """Let a test that runs be interrupted as by Ctrl-C, so that it cleans up."""
        self._testing = True
        try:
            yield
        finally:
            self._testing = False

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.status:
            return
        self.status = 128 + number
        if self.leave():
            return
        if self._testing:
            signal.raise_signal(signal.SIGINT)
        else:
            raise KeyboardInterrupt
