"""Put an end to what takes too long, in the main thread of a worker.

When the time is up, an exception is raised wherever the main thread is: in a sleep, a socket, a lock. What swallows it
gets it again. What never comes back to Python cannot be ended so; see `Coordinator.limit`.
"""

from __future__ import annotations

import signal
import sys
from time import monotonic

from rotest_core.execution.interrupts import interruptible_code

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType
    from typing import Any, ParamSpec, TypeVar

    ParamsT = ParamSpec("ParamsT")
    ResultT = TypeVar("ResultT")
    FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])

AGAIN = 1.0
"""Seconds after which what swallowed the exception gets it again."""

_SOON = 0.01

_raw: Any = getattr(signal, "_signal", signal)
"""What `signal` is made of: its own functions make enumerations of numbers first, which takes four times as long."""

_OURS = ("rotest_core.authoring.case", "rotest_core.authoring.flow")
_unbroken: set[CodeType] = set()


class TimeLimitExceeded(BaseException):
    """Tell that something took longer than it may; no Exception, for too much code catches those and goes on.

    Args:
        what: what took too long.
        seconds: how long it may take.
    """

    def __init__(self, what: str, seconds: float) -> None:
        super().__init__(f"{what} took longer than {seconds:g} s")
        self.noticed: Callable[[], None] = _nothing


class Limits:
    """Say how long the parts of a test may take, in seconds; 0 for any time.

    Args:
        test: a test whose class has no limit of its own: setUp, method, tearDown, clean-ups.
        set_up: to set up all its resources.
        clean_up: to clear them away; also what follows a test that exceeded its limit.
    """

    __slots__ = ("clean_up", "set_up", "test")

    def __init__(self, test: float = 0, set_up: float = 0, clean_up: float = 0) -> None:
        self.test: float = test
        self.set_up: float = set_up
        self.clean_up: float = clean_up


def unbroken(function: FunctionT) -> FunctionT:
    """Mark a function of the run's own in which no limit is to strike, but in what is `interruptible` within."""
    _unbroken.add(function.__code__)
    return function


class Deadline:
    """Limit what is called, one call after the other.

    The alarm stays set between calls that follow each other, until `rest`: most of a test's time is limited, and
    setting an alarm is quicker than taking it back as well.

    Args:
        tell: told of each limit, so that somebody else may enforce it; see `Coordinator.limit`.
        clean_up: seconds for what follows a limit that was exceeded; 0 for any time.
    """

    def __init__(self, tell: Callable[[float | None, str], None], clean_up: float = 0) -> None:
        self._tell = tell
        self._clean_up = clean_up
        self._what = ""
        self._seconds = 0.0
        self._until = 0.0
        self._around: _Limit | None = None
        self._told = False
        self._armed = False
        self._handler: Any = self._on_alarm
        self._before: Any = None

    def call(
        self,
        seconds: float,
        what: str,
        function: Callable[ParamsT, ResultT],
        *args: ParamsT.args,
        **named: ParamsT.kwargs,
    ) -> ResultT:
        """Call a function, which may take so long; 0 for any time.

        Raises:
            TimeLimitExceeded: it took longer, and let the exception through.
        """
        if not seconds:
            self.rest()
            return function(*args, **named)
        self._begin(seconds, what)
        try:
            return function(*args, **named)
        finally:
            self._until = 0.0

    @unbroken
    def narrow(
        self,
        seconds: float,
        what: str,
        function: Callable[ParamsT, ResultT],
        *args: ParamsT.args,
        **named: ParamsT.kwargs,
    ) -> ResultT:
        """Call a function within a call, with a limit of its own; that of the call still holds.

        Args:
            seconds: how long it may take.
            what: as the error shall call it.
            function: is `interruptible`: no limit strikes outside of it.
            args: its arguments.
            named: its named arguments.

        Raises:
            TimeLimitExceeded: it took longer, and let the exception through.
        """
        around = self._around
        outer = self._around = _Limit(self._what, self._seconds, self._until or float("inf"), around)
        if outer.until > monotonic() + seconds:
            self._begin(seconds, what)
        try:
            return function(*args, **named)
        finally:
            self._around = around
            self._set(outer.what, outer.seconds, outer.until)

    def rest(self) -> None:
        """Take the alarm back: what follows may take any time, and may use the signal itself."""
        self._until = 0.0
        if self._armed:
            self._armed = False
            signal.setitimer(signal.ITIMER_REAL, 0)
            # None stands for a handler that was not installed by Python, which nobody can put back.
            _raw.signal(signal.SIGALRM, signal.SIG_DFL if self._before is None else self._before)
        if self._told:
            self._told = False
            self._tell(None, "")

    def _begin(self, seconds: float, what: str) -> None:
        self._what, self._seconds = what, seconds
        self._until = monotonic() + seconds
        self._told = True
        self._tell(seconds, what)
        # A test may have put a handler of its own there, and may have set another alarm.
        if not self._armed or _raw.getsignal(signal.SIGALRM) is not self._handler:
            try:
                before = _raw.signal(signal.SIGALRM, self._handler)
            except ValueError:  # not in the main thread, where nothing can be raised
                return
            if not self._armed:
                self._before = before
            self._armed = True
        signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)

    def _on_alarm(self, number: int, frame: FrameType | None) -> None:
        if not self._until or monotonic() < self._until:
            return
        around = frame
        while around is not None:
            if around.f_code in interruptible_code:
                break
            if around.f_code in _unbroken:
                signal.setitimer(signal.ITIMER_REAL, _SOON, AGAIN)
                return
            around = around.f_back
        error = TimeLimitExceeded(self._what, self._seconds)
        error.noticed = self._prolong
        error.add_note(stacks(frame))
        raise error

    def _prolong(self) -> None:
        """Give the clean-up a time of its own, once what took too long has ended."""
        if not self._until:
            return
        now, seconds = monotonic(), self._clean_up
        what = f"the clean-up after {self._what}"
        until = now + seconds if seconds else float("inf")
        around = self._around
        while around is not None:
            if around.until <= now:
                # It is over as well, and is cleaned up in the same time.
                around.what, around.seconds, around.until = (
                    f"the clean-up after {around.what}",
                    seconds,
                    until,
                )
            elif around.until < until:
                what, seconds, until = around.what, around.seconds, around.until
            around = around.around
        self._set(what, seconds, until)

    def _set(self, what: str, seconds: float, until: float) -> None:
        """Let another limit hold from now on; infinite for none."""
        self._what, self._seconds, self._until = what, seconds, until
        left = 0.0 if until == float("inf") else max(until - monotonic(), _SOON)
        self._tell(left or None, what)
        if self._armed:
            signal.setitimer(signal.ITIMER_REAL, left, AGAIN if left else 0)


class _Limit:
    """Remember a limit while one within it holds."""

    __slots__ = ("around", "seconds", "until", "what")

    def __init__(self, what: str, seconds: float, until: float, around: _Limit | None) -> None:
        self.what: str = what
        self.seconds: float = seconds
        self.until: float = until
        self.around: _Limit | None = around


def stacks(frame: FrameType | None) -> str:
    """Describe where every thread is, the main thread at `frame`."""
    import threading
    import traceback

    names = {thread.ident: thread.name for thread in threading.enumerate()}
    own = threading.get_ident()
    lines = ["stacks of all threads, most recent call last:"]
    for ident, current in sys._current_frames().items():  # pyright: ignore[reportPrivateUsage]
        entries = traceback.extract_stack(frame if ident == own else current)
        # Up to here it is Rotest's own.
        ours = [place for place, entry in enumerate(entries) if entry.filename == __file__]
        lines.append(f"thread {names.get(ident, ident)}:")
        lines.append("".join(traceback.format_list(entries[ours[-1] + 1 if ours else 0 :])).rstrip())
    return "\n".join(lines)


def limit_of(test_type: type, usual: float) -> float:
    """Tell how long a test of a class may take, in seconds; 0 for any time.

    Args:
        test_type: the class; its own TIMEOUT counts first.
        usual: what counts for classes that set none; 0 leaves it to the class they derive from.
    """
    own = getattr(test_type, "TIMEOUT", None)
    seconds = float(own) if isinstance(own, (int, float)) else 0.0
    return seconds if sets_limit(test_type) or not usual else usual


def sets_limit(test_type: type) -> bool:
    """Tell whether a class, or one that is not Rotest's own among its bases, says how long its tests may take."""
    return any("TIMEOUT" in vars(base) and base.__module__ not in _OURS for base in test_type.__mro__)


def notice(error: BaseException) -> None:
    """Take note that an exception has come through: if a time limit led to it, clean-up gets its own time now."""
    seen: set[int] = set()
    around: BaseException | None = error
    while around is not None and id(around) not in seen:
        seen.add(id(around))
        if isinstance(around, TimeLimitExceeded):
            around.noticed()
            return
        around = around.__cause__ or around.__context__


def _nothing() -> None:
    """Stand for what nobody asked for."""
