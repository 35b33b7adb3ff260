"""Tell whether the process that writes a run still lives."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rotest_core.allocation.owner import boot_identifier, start_time

if TYPE_CHECKING:
    from rotest_core.plugin.protocols.results import StoredRun

SILENT = 300.0
"""Seconds after which a run on another host, of which nothing is heard, counts as gone."""


def process_mark() -> str:
    """Name this process so that others on its host can tell whether it still lives."""
    pid = os.getpid()
    return "\n".join((socket.gethostname(), boot_identifier(), str(pid), str(start_time(pid) or 0)))


def is_gone(run: StoredRun, *, now: float | None = None) -> bool:
    """Tell whether nobody writes a run any more.

    On its own host the process is looked for. Elsewhere the time of the last sign of life must do: a live run gives
    one twice a minute.

    Args:
        run: a run that did not end.
        now: seconds since the epoch; the present if None.
    """
    host, boot, pid, started = [*run.owner.split("\n"), "", "", "", ""][:4]
    if not pid.isdigit():
        return True
    if boot == boot_identifier():
        return not _lives(int(pid), int(started or 0))
    if host == socket.gethostname() and boot.partition("/")[0] != boot_identifier().partition("/")[0]:
        return True  # another boot of this host is over
    return (time.time() if now is None else now) - run.seen > SILENT


def _lives(pid: int, started: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b") ")[2][:1]
    except OSError:
        return not Path("/proc/self/stat").exists() and _answers(pid)
    # What was killed, and not yet collected by its parent, is there still, and writes nothing any more.
    return state not in (b"Z", b"X") and start_time(pid) == started


def _answers(pid: int) -> bool:
    """Ask the system where there is no /proc."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True
