"""Say which process this is, so that others can tell whether it still lives."""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path

from rotest_core.plugin.protocols.locks import Owner


def current_owner(run: str, *, user: str = "") -> Owner:
    """Describe this process as the owner of a session.

    Args:
        run: identifier of the run, or what a script calls itself.
        user: account name; empty for that of the process.
    """
    pid = os.getpid()
    started = start_time(pid)
    return Owner(
        run=run,
        user=user or _user(),
        host=socket.gethostname(),
        boot=boot_identifier(),
        pid=pid,
        started=started or 0,
    )


def start_time(pid: int) -> int | None:
    """Return the start time of a process in clock ticks since boot, None if there is none or it cannot be known.

    It is field 22 of proc(5); field 2, the command, is in brackets and may hold anything.
    """
    try:
        # Without the comfort of a Path: it is read for every holder that a claim waits for.
        file = os.open(f"/proc/{pid}/stat", os.O_RDONLY | os.O_CLOEXEC)
        try:
            fields = os.read(file, 4096).rpartition(b") ")[2].split()
        finally:
            os.close(file)
    except OSError:
        return None
    return int(fields[19])


@cache
def boot_identifier() -> str:
    """Return what must be equal for two process ids to mean the same process: boot and, on Linux, pid name space."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}/{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return socket.gethostname()


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
