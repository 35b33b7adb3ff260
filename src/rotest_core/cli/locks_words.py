"""Leases as they are spelled and shown on a terminal."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from rotest_core.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rotest_core.model.record import RecordKey
    from rotest_core.plugin.protocols.locks import LockStatus, Owner


def moment(seconds: float) -> str:
    """Show a moment in seconds since the epoch: the time of day, with the date where that is not today's."""
    if math.isinf(seconds):
        return "-"
    local = time.localtime(seconds)
    today = time.localtime()[:3] == local[:3]
    return time.strftime("%H:%M:%S" if today else "%Y-%m-%d %H:%M:%S", local)


def lasting(seconds: float) -> str:
    """Show how long something took or takes: ``4 s``, ``3 min``, ``2.5 h``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def holder(owner: Owner) -> str:
    """Show who owns a session."""
    return f"{owner.user}@{owner.host}"


def named_records(keys: Iterable[RecordKey], spelled: str) -> list[RecordKey]:
    """Return the records that ``NAME`` or ``TYPE/NAME`` means."""
    return sorted({key for key in keys if spelled in {str(key), key.name}})


def one_held(status: LockStatus, spelled: str) -> RecordKey:
    """Return the leased record that ``NAME`` or ``TYPE/NAME`` means.

    Raises:
        UsageError: none is, with the near ones; or several are.
    """
    held = {lease.lease.key for lease in status.held}
    found = named_records(held, spelled)
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{spelled!r} may be {' or '.join(map(str, found))}: give the type as well")
    known = {name for key in held for name in (str(key), key.name)}
    leased = ", ".join(map(str, sorted(held))) or "nothing"
    raise UsageError(f"nobody holds {spelled!r}{did_you_mean(spelled, known)}; leased now: {leased}")
