"""The sessions that are open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from rotest_core.allocation.rows import SessionRow


class Sessions(Protocol):
    """Hold the sessions that are open; strategies may keep them where they like."""

    def add(self, row: SessionRow) -> None:
        """Take a session in."""
        ...

    def remove(self, number: int) -> None:
        """Let a session go."""
        ...

    def get(self, number: int) -> SessionRow | None:
        """Return a session, or None if it is gone."""
        ...

    def rows(self) -> Sequence[SessionRow]:
        """Return all sessions, with their last heartbeats."""
        ...

    def overdue(self, now: float) -> Sequence[SessionRow]:
        """Return the sessions whose time is up."""
        ...


class MemorySessions:
    """Hold the sessions in memory; see `Sessions`."""

    def __init__(self) -> None:
        self._rows: dict[int, SessionRow] = {}

    def add(self, row: SessionRow) -> None:
        """Take a session in; see `Sessions.add`."""
        self._rows[row.number] = row

    def remove(self, number: int) -> None:
        """Let a session go; see `Sessions.remove`."""
        del self._rows[number]

    def get(self, number: int) -> SessionRow | None:
        """Return a session; see `Sessions.get`."""
        return self._rows.get(number)

    def rows(self) -> Sequence[SessionRow]:
        """Return all sessions; see `Sessions.rows`."""
        return list(self._rows.values())

    def overdue(self, now: float) -> Sequence[SessionRow]:
        """Return those whose time is up; see `Sessions.overdue`."""
        return [row for row in self._rows.values() if row.until < now]
