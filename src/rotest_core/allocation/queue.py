"""The claims that wait, in order."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Hashable, Iterable, Sequence
from typing import Protocol

from rotest_core.allocation.rows import ClaimRow
from rotest_core.allocation.schedule import Line


class Queue(Protocol):
    """Hold the claims that wait; strategies may keep it where they like."""

    def __len__(self) -> int:
        """Count the claims."""
        ...

    def add(self, row: ClaimRow) -> None:
        """Let a claim wait."""
        ...

    def remove(self, row: ClaimRow) -> None:
        """Let a claim wait no longer."""
        ...

    def lines(self) -> Sequence[Line]:
        """Return all that wait, by what they want; their places may be read once, while nothing changes."""
        ...

    def last(self) -> int | None:
        """Return the last place that a claim has which pins, None if there is none."""
        ...

    def reach(self) -> int:
        """Return the bits of all records and parts that somebody waits for."""
        ...

    def at(self, place: int) -> ClaimRow:
        """Return the claim in a place."""
        ...

    def find(self, claim: str) -> ClaimRow | None:
        """Return a claim by its id, or None if it does not wait."""
        ...

    def overdue(self, now: float) -> Sequence[ClaimRow]:
        """Return the claims that have waited as long as they may."""
        ...

    def of_session(self, session: int) -> Sequence[ClaimRow]:
        """Return the claims of a session."""
        ...

    def nested(self) -> Sequence[ClaimRow]:
        """Return the claims whose holders hold others meanwhile."""
        ...

    def rows(self) -> Sequence[ClaimRow]:
        """Return all claims, in order."""
        ...


class MemoryQueue:
    """Hold the queue in memory; see `Queue`."""

    def __init__(self, rows: Iterable[ClaimRow] = ()) -> None:
        self._rows: dict[int, ClaimRow] = {}
        self._places: dict[str, int] = {}
        self._lines: dict[Hashable, list[int]] = {}
        self._deadlines: dict[int, float] = {}
        self._reach: int | None = 0
        for row in rows:
            self.add(row)

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, row: ClaimRow) -> None:
        """Let a claim wait; see `Queue.add`."""
        self._rows[row.place] = row
        self._places[row.claim.id] = row.place
        if row.deadline is not None:
            self._deadlines[row.place] = row.deadline
        insort(self._lines.setdefault(row.shape, []), row.place)
        if self._reach is not None:
            self._reach |= row.reach

    def remove(self, row: ClaimRow) -> None:
        """Let a claim wait no longer; see `Queue.remove`."""
        del self._rows[row.place]
        del self._places[row.claim.id]
        self._deadlines.pop(row.place, None)
        places = self._lines[row.shape]
        del places[bisect_left(places, row.place)]
        if not places:
            del self._lines[row.shape]
            self._reach = None

    def lines(self) -> Sequence[Line]:
        """Return all that wait; see `Queue.lines`."""
        return [self._line(places) for places in self._lines.values()]

    def last(self) -> int | None:
        """Return the last place that pins; see `Queue.last`."""
        return max(
            (places[-1] for places in self._lines.values() if self._rows[places[-1]].pins), default=None
        )

    def reach(self) -> int:
        """Return the bits that are waited for; see `Queue.reach`."""
        if self._reach is None:
            self._reach = 0
            for places in self._lines.values():
                self._reach |= self._rows[places[0]].reach
        return self._reach

    def at(self, place: int) -> ClaimRow:
        """Return the claim in a place; see `Queue.at`."""
        return self._rows[place]

    def find(self, claim: str) -> ClaimRow | None:
        """Return a claim by its id; see `Queue.find`."""
        place = self._places.get(claim)
        return None if place is None else self._rows[place]

    def overdue(self, now: float) -> Sequence[ClaimRow]:
        """Return the claims that waited long enough; see `Queue.overdue`."""
        return [self._rows[place] for place, deadline in self._deadlines.items() if deadline <= now]

    def of_session(self, session: int) -> Sequence[ClaimRow]:
        """Return the claims of a session; see `Queue.of_session`."""
        return [row for row in self._rows.values() if row.session == session]

    def nested(self) -> Sequence[ClaimRow]:
        """Return the claims of who holds others; see `Queue.nested`."""
        return [row for row in self._rows.values() if not row.pins]

    def rows(self) -> Sequence[ClaimRow]:
        """Return all claims; see `Queue.rows`."""
        return sorted(self._rows.values(), key=lambda row: (row.pins, row.place))

    def _line(self, places: list[int]) -> Line:
        first = self._rows[places[0]]
        return Line(first.demands, places, first.pins)
