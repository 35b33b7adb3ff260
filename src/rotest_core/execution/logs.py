"""Put what tests write through `logging` into their log files and into the events.

Imported only once somebody has loaded `logging`.
"""

from __future__ import annotations

import logging
import os
import threading
from contextlib import suppress

from rotest_core.events import LogWritten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from rotest_core.events import Event
    from rotest_core.execution.workdir import RunDirectory

FILE_NAME = "test.log"
_LINE = logging.Formatter("%(asctime)s %(levelname)-8s %(name)s: %(message)s")
_TEXT = logging.Formatter("%(message)s")


class LogCapture(logging.Handler):
    """Catch all records of the process, until it is closed.

    Args:
        emit: takes an event for each record.
        directory: the run's directory; a test's log is ``tests/<number>-<name>/test.log`` in it.
        level: the least severe records to catch, as a name.
    """

    def __init__(self, emit: Callable[[Event], None], directory: RunDirectory, level: str) -> None:
        super().__init__(level)
        self._emit_event = emit
        self._directory = directory
        self._test: int | None = None
        self._name = ""
        self._file: TextIO | None = None
        self._file_lock = threading.Lock()
        self._writers: set[int] = set()
        root = logging.getLogger()
        self._root_level = root.level
        root.setLevel(min(root.level, self.level) if root.level else self.level)
        root.addHandler(self)

    def begin(self, test: int | None, name: str = "") -> None:
        """Count what is logged from now on to a test, or to none."""
        with self._file_lock:
            self._test = test
            self._name = name
            file, self._file = self._file, None
        if file is not None:
            # A full disk: the journal says so.
            with suppress(OSError):
                file.close()

    def createLock(self) -> None:  # noqa: N802 - the name is logging's
        """Have no lock around `emit`: held while an output handler logs, it could wait for that handler's lock."""
        self.lock = None

    def handle(self, record: logging.LogRecord) -> bool:
        passed = bool(self.filter(record))
        if passed:
            self.emit(record)
        return passed

    def emit(self, record: logging.LogRecord) -> None:
        thread = threading.get_ident()
        # An output handler that logs would otherwise be told of its own record, and log again.
        if thread in self._writers:
            return
        self._writers.add(thread)
        try:
            text = _TEXT.format(record)
            self._emit_event(LogWritten(record.created, self._test, record.levelno, record.name, text))
            self._write(_LINE.format(record))
        except Exception:
            self.handleError(record)
        finally:
            self._writers.discard(thread)

    def close(self) -> None:
        """Catch no more, and leave `logging` as it was found; may be called twice."""
        root = logging.getLogger()
        if self in root.handlers:
            root.removeHandler(self)
            root.setLevel(self._root_level)
        self.begin(None)
        super().close()

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
            self._file.write(line + "\n")
