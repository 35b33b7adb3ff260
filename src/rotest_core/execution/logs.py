"""Put what tests write through `logging` into their log files and into the events.

Imported only once somebody has loaded `logging`.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from contextlib import suppress

from rotest_core.events import LogWritten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TextIO

    from rotest_core.events import Event
    from rotest_core.execution.workdir import RunDirectory

FILE_NAME = "test.log"
_FORMATTER = logging.Formatter()


class _Admitted(threading.local):
    """Remember in each thread for which logger and level a record was last admitted that only we want."""

    here: tuple[logging.Logger, int] | None = None


class LogCapture:
    """Catch all records of the process, until it is closed.

    It listens where loggers hand a record to their handlers, and is no handler itself: so tests may configure
    `logging`, and look at its handlers and levels, as if nobody listened. A record that is below the level of its
    logger is caught here and reaches nobody else.

    Args:
        emit: takes an event for each record.
        directory: the run's directory; a test's log is ``tests/<number>-<name>/test.log`` in it.
        level: the least severe records to catch, as a name.
    """

    def __init__(self, emit: Callable[[Event], None], directory: RunDirectory, level: str) -> None:
        self._emit = emit
        self._directory = directory
        self._test: int | None = None
        self._name = ""
        self._file: TextIO | None = None
        self._file_lock = threading.Lock()
        self._writers: set[int] = set()
        self._level = logging.getLevelNamesMapping()[level]
        self._admitted = _Admitted()
        self._is_enabled_for = logging.Logger.isEnabledFor
        self._call_handlers = logging.Logger.callHandlers
        _replace_methods(isEnabledFor=_as_method(self._admits), callHandlers=_as_method(self._hear))

    def begin(self, test: int | None, name: str = "") -> None:
        """Count what is logged from now on to a test, or to none."""
        with self._file_lock:
            self._test = test
            self._name = name
            file, self._file = self._file, None
        if file is not None:
            with suppress(OSError):
                file.close()

    def close(self) -> None:
        """Catch no more, and leave `logging` as it was found."""
        _replace_methods(isEnabledFor=self._is_enabled_for, callHandlers=self._call_handlers)
        self.begin(None)

    def _admits(self, logger: logging.Logger, level: int) -> bool:
        enabled = self._is_enabled_for(logger, level)
        self._admitted.here = None
        if enabled or level < self._level or logger.disabled or level <= logger.manager.disable:
            return enabled
        # Whoever asks is told what is so without us; only the methods that log go on.
        asker = sys._getframe(2).f_globals.get("__name__")  # pyright: ignore[reportPrivateUsage]
        if asker != logging.__name__:
            return False
        self._admitted.here = (logger, level)
        return True

    def _hear(self, logger: logging.Logger, record: logging.LogRecord) -> None:
        if record.levelno >= self._level:
            self._take(record)
        if self._admitted.here == (logger, record.levelno):
            return
        # Where nobody configured `logging`, it would write warnings to the terminal, into what outputs show there; the
        # test's log has them. Who put something in the place of the terminal's stream wants to see them.
        if logger.hasHandlers() or sys.stderr is not sys.__stderr__:
            self._call_handlers(logger, record)

    def _take(self, record: logging.LogRecord) -> None:
        thread = threading.get_ident()
        # An output handler that logs would otherwise be told of its own record, and log again.
        if thread in self._writers:
            return
        self._writers.add(thread)
        try:
            text = _text(record)
            self._emit(LogWritten(record.created, self._test, record.levelno, record.name, text))
            when = _FORMATTER.formatTime(record)
            # A full disk: the journal says so.
            with suppress(OSError):
                self._write(f"{when} {record.levelname:<8} {record.name}: {text}\n")
        finally:
            self._writers.discard(thread)

    def _write(self, line: str) -> None:
        with self._file_lock:
            if self._test is None:
                return
            if self._file is None:
                path = self._directory.test_path(self._test, self._name)
                os.makedirs(path, exist_ok=True)
                # Any text must fit, and a record is to be on disk when the test that wrote it dies.
                self._file = open(  # noqa: SIM115
                    os.path.join(path, FILE_NAME),
                    "a",
                    encoding="utf-8",
                    errors="backslashreplace",
                    buffering=1,
                )
            self._file.write(line)


def _text(record: logging.LogRecord) -> str:
    """Format a record as `logging.Formatter` does, but without leaving anything in it: others format it, too."""
    try:
        parts = [record.getMessage()]
    except Exception as error:  # arguments that do not fit; the handlers of others complain, if there are any
        parts = [f"{record.msg} (its arguments do not fit: {type(error).__name__})"]
    if record.exc_info:
        parts.append(_FORMATTER.formatException(record.exc_info))
    elif record.exc_text:
        parts.append(record.exc_text)
    if record.stack_info:
        parts.append(_FORMATTER.formatStack(record.stack_info))
    return "\n".join(parts)


def _replace_methods(**methods: Callable[..., object]) -> None:
    for name, method in methods.items():
        setattr(logging.Logger, name, method)


def _as_method(function: Callable[[logging.Logger, Any], object]) -> Callable[[logging.Logger, Any], object]:
    def method(logger: logging.Logger, argument: Any) -> object:
        return function(logger, argument)

    return method
