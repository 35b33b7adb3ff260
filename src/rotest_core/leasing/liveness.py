"""Tell whether the processes behind sessions still live, and be woken when one dies."""

from __future__ import annotations

import os
import select
import socket
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress

from rotest_core.allocation.owner import boot_identifier, start_time
from rotest_core.plugin.protocols.locks import Owner

_PIDFD = getattr(os, "pidfd_open", None)

_WATCHED = 64
"""How many processes one session watches at most: each costs a descriptor."""


def is_dead(owner: Owner) -> bool:
    """Tell whether the process that opened a session is known to have ended.

    Only of a process of this host, boot and process name space that can be known; all others have their time to live.
    """
    if owner.boot != boot_identifier():
        return False
    try:
        if _PIDFD is None:
            os.kill(owner.pid, 0)
            return _is_another(owner)
        descriptor = _PIDFD(owner.pid)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    try:
        return _is_another(owner) or _has_ended(descriptor)
    finally:
        os.close(descriptor)


def is_of_an_earlier_boot(owner: Owner) -> bool:
    """Tell whether the boot in which a session was opened is over, for leases that are kept on this host."""
    return owner.host == socket.gethostname() and _boot(owner.boot) != _boot(boot_identifier())


class Watcher:
    """Watch processes through descriptors that become readable when one ends.

    Where the system has none, or a process cannot be seen from here, there is nothing to wait on: then it is found
    dead when it is asked for again.
    """

    def __init__(self) -> None:
        self._descriptors: dict[int, int] = {}

    def add(self, session: int, owner: Owner) -> bool:
        """Watch the process of a session; return False if it has ended."""
        if session in self._descriptors:
            return True
        if _PIDFD is not None and owner.boot == boot_identifier() and len(self._descriptors) < _WATCHED:
            with suppress(OSError):
                self._descriptors[session] = _PIDFD(owner.pid)
        # Asked only now: from here on the number means this process and no later one.
        if is_dead(owner):
            self.forget(session)
            return False
        return True

    def only(self, owners: Mapping[int, Owner]) -> None:
        """Watch the processes of these sessions and no others."""
        for session in self._descriptors.keys() - owners.keys():
            self.forget(session)
        for session, owner in owners.items():
            self.add(session, owner)

    def descriptors(self) -> Collection[int]:
        """Return the descriptors to wait on."""
        return self._descriptors.values()

    def ended(self, descriptors: Iterable[int]) -> list[int]:
        """Return the sessions whose processes have ended, of those with these descriptors, and forget them."""
        ready = set(descriptors)
        # Asked once more: while one thread waited, another may have closed one and got its number for a new one.
        sessions = [
            session
            for session, descriptor in self._descriptors.items()
            if descriptor in ready and _has_ended(descriptor)
        ]
        for session in sessions:
            self.forget(session)
        return sessions

    def forget(self, session: int) -> None:
        """Watch a session no longer."""
        descriptor = self._descriptors.pop(session, None)
        if descriptor is not None:
            os.close(descriptor)

    def close(self) -> None:
        """Watch nobody any longer."""
        for session in list(self._descriptors):
            self.forget(session)


def _is_another(owner: Owner) -> bool:
    """Tell whether the process id was given to a later process."""
    started = start_time(owner.pid)
    return bool(owner.started) and started is not None and started != owner.started


def _has_ended(descriptor: int) -> bool:
    """Ask whether all threads are gone: the first may be a zombie while another still has files open."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


def _boot(identifier: str) -> str:
    return identifier.partition("/")[0]
