"""Estimate from the past how long a record will be held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import median

from rotest_core.plugin.protocols.locks import HeldLease, LockEvent, LockStep


def usual_holds(events: Iterable[LockEvent]) -> dict[str, float]:
    """Return for each label how long its claims were usually held: the median of those that were given back.

    Args:
        events: the history, oldest first.

    Returns:
        Seconds by label; claims without a label are left out.
    """
    granted: dict[str, float] = {}
    held: dict[str, list[float]] = {}
    for event in events:
        if event.step is LockStep.GRANTED and event.label:
            granted[event.claim] = event.time
        elif event.step is LockStep.RELEASED and event.claim in granted:
            held.setdefault(event.label, []).append(event.time - granted[event.claim])
    return {label: median(seconds) for label, seconds in held.items()}


def expected_end(lease: HeldLease, usual: Mapping[str, float], now: float) -> float | None:
    """Return when a lease will probably be given back, in seconds since the epoch.

    Args:
        lease: what is held.
        usual: as `usual_holds` gives it.
        now: the present moment.

    Returns:
        None if nothing is known of its like, or if it has been held for longer than is usual.
    """
    seconds = usual.get(lease.label)
    if seconds is None or lease.since + seconds < now:
        return None
    return lease.since + seconds
