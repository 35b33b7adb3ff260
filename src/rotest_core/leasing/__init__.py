"""The rules of leasing, for the authors of lock strategies.

A strategy keeps a :class:`Ledger` somewhere and brings its steps about; who is granted what, in which order, with which
tokens and which entries in the history, is the ledger's affair, and the same everywhere. A turn of a strategy is this:
shut others out, bring the ledger up to date, call one of its methods, write down what ``take_changes`` gives (and what
was added to and removed from the queue and the sessions), let others in, and send word to those whom ``take_news``
names.

What strategies of several processes have in common is here as well: what a session keeps account of (:class:`Affairs`),
what processes tell one another, and how one is woken when another ends.
"""

from __future__ import annotations

from rotest_core.allocation.ledger import Ledger, News, NextInLine
from rotest_core.allocation.owner import boot_identifier, current_owner, start_time
from rotest_core.allocation.queue import Queue
from rotest_core.allocation.records import Records
from rotest_core.allocation.rows import Changes, ClaimRow, EventRow, LeaseRow, SessionRow
from rotest_core.allocation.schedule import Line
from rotest_core.allocation.sessions import Sessions
from rotest_core.allocation.showing import held_lease, status_of
from rotest_core.leasing.affairs import FOR_EVER, Affairs, Waiting, pause_among
from rotest_core.leasing.letters import Content, Hint, Rival, content_of, pack_content, unpack_content
from rotest_core.leasing.liveness import Watcher, is_dead
from rotest_core.leasing.mailbox import Mailbox, Postman
from rotest_core.leasing.packing import (
    Packed,
    pack_candidates,
    pack_lease,
    pack_owner,
    unpack_candidates,
    unpack_lease,
    unpack_owner,
)

__all__ = [
    "FOR_EVER",
    "Affairs",
    "Changes",
    "ClaimRow",
    "Content",
    "EventRow",
    "Hint",
    "LeaseRow",
    "Ledger",
    "Line",
    "Mailbox",
    "News",
    "NextInLine",
    "Packed",
    "Postman",
    "Queue",
    "Records",
    "Rival",
    "SessionRow",
    "Sessions",
    "Waiting",
    "Watcher",
    "boot_identifier",
    "content_of",
    "current_owner",
    "held_lease",
    "is_dead",
    "pack_candidates",
    "pack_content",
    "pack_lease",
    "pack_owner",
    "pause_among",
    "start_time",
    "status_of",
    "unpack_candidates",
    "unpack_content",
    "unpack_lease",
    "unpack_owner",
]
