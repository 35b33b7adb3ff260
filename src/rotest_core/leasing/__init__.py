"""The rules of leasing, for the authors of lock strategies.

A strategy keeps a :class:`Ledger` somewhere and brings its steps about; who is granted what, in which order, with which
tokens and which entries in the history, is the ledger's affair, and the same everywhere. A turn of a strategy is this:
shut others out, bring the ledger up to date, call one of its methods, write down what ``take_changes`` gives (and what
was added to and removed from the queue and the sessions), let others in, and send word to those whom ``take_news``
names.
"""

from __future__ import annotations

from rotest_core.allocation.ledger import Ledger, News, NextInLine
from rotest_core.allocation.owner import boot_identifier, current_owner, start_time
from rotest_core.allocation.queue import Queue
from rotest_core.allocation.records import Records
from rotest_core.allocation.rows import Changes, ClaimRow, EventRow, LeaseRow, SessionRow
from rotest_core.allocation.schedule import Line
from rotest_core.allocation.sessions import Sessions

__all__ = [
    "Changes",
    "ClaimRow",
    "EventRow",
    "LeaseRow",
    "Ledger",
    "Line",
    "News",
    "NextInLine",
    "Queue",
    "Records",
    "SessionRow",
    "Sessions",
    "boot_identifier",
    "current_owner",
    "start_time",
]
