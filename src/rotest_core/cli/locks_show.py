"""``rotest locks list`` and ``history``."""

from __future__ import annotations

import json
import math
import sys
from itertools import compress
from typing import TYPE_CHECKING, Any

from rotest_core.cli.color import use_color
from rotest_core.cli.locks_words import holder, moment, named_records
from rotest_core.cli.table import table, terminal_width

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from rotest_core.plugin.protocols.locks import HeldLease, Lease, LockEvent, LockStatus, WaitingClaim
    from rotest_core.session import Session

_LAST = 20


def configure_list(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``list``."""
    parser.add_argument("--json", action="store_true", help="print JSON for programs")


def execute_list(arguments: argparse.Namespace, session: Session) -> int:
    """Print who holds what, and who waits for what."""
    from rotest_core.allocation.waiting import why

    status = session.strategy.status()
    if arguments.json:
        print(json.dumps(_as_json(status), ensure_ascii=False, indent=2))
        return 0
    if status.held:
        headings = ["RECORD", "HOLDER", "RUN", "FOR", "SINCE", "UNTIL", "NOTE"]
        _print_table(session, headings, [_held_row(held) for held in status.held])
    else:
        print("nothing is leased", file=sys.stderr)
    if status.waiting:
        print()
        headings = ["PLACE", "WAITING", "RUN", "FOR", "SINCE", "WHY"]
        rows = [[*_waiting_row(waiting), why(waiting.claim, status)] for waiting in status.waiting]
        _print_table(session, headings, rows)
    return 0


def configure_history(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``history``."""
    parser.add_argument(
        "name", nargs="?", metavar="NAME", help="a record, as NAME or TYPE/NAME; all without it"
    )
    parser.add_argument(
        "--last", type=int, default=_LAST, metavar="N", help=f"how many steps (default: {_LAST})"
    )
    parser.add_argument("--json", action="store_true", help="print JSON for programs")


def execute_history(arguments: argparse.Namespace, session: Session) -> int:
    """Print the last steps, of all records or of one."""
    events = [event for event in session.strategy.history() if _concerns(event, arguments.name)]
    events = events[len(events) - arguments.last :] if arguments.last < len(events) else events
    if arguments.json:
        print(json.dumps([_event_as_json(event) for event in events], ensure_ascii=False, indent=2))
        return 0
    headings = ["TIME", "STEP", "RECORDS", "RUN", "FOR", "REASON"]
    _print_table(session, headings, [_event_row(event) for event in events])
    return 0


def _concerns(event: LockEvent, spelled: str | None) -> bool:
    if spelled is None:
        return bool(event.claim)
    return bool(named_records((lease.key for lease in event.leases), spelled))


def _print_table(session: Session, headings: list[str], rows: Sequence[list[str]]) -> None:
    """Print a table without the columns that are empty."""
    used = [any(row[column] for row in rows) for column in range(len(headings))]
    color = use_color(session.settings.terminal.color, sys.stdout)
    text = table(
        list(compress(headings, used)),
        [list(compress(row, used)) for row in rows],
        color=color,
        width=terminal_width(sys.stdout),
    )
    print(text, end="")


def _held_row(held: HeldLease) -> list[str]:
    lease, owner = held.lease, held.owner
    return [
        str(lease.key),
        holder(owner),
        owner.run,
        held.label,
        moment(held.since),
        moment(held.until),
        _note(lease),
    ]


def _note(lease: Lease) -> str:
    notes = (
        f"part of {lease.part_of}" if lease.part_of else "",
        "" if lease.exclusive else "shared",
        "dirty" if lease.dirty else "",
    )
    return ", ".join(filter(None, notes))


def _waiting_row(waiting: WaitingClaim) -> list[str]:
    owner = waiting.owner
    return [str(waiting.position), holder(owner), owner.run, waiting.claim.label, moment(waiting.since)]


def _event_row(event: LockEvent) -> list[str]:
    records = ", ".join(str(lease.key) for lease in event.leases)
    return [moment(event.time), event.step.value, records, event.run, event.label, event.reason]


def _as_json(status: LockStatus) -> dict[str, Any]:
    from rotest_core.allocation.waiting import why

    return {
        "time": status.time,
        "held": [
            {
                **_lease_as_json(held.lease),
                **_owner_as_json(held),
                "label": held.label,
                "since": held.since,
                "until": None if math.isinf(held.until) else held.until,
            }
            for held in status.held
        ],
        "waiting": [
            {
                "position": waiting.position,
                "claim": waiting.claim.id,
                **_owner_as_json(waiting),
                "label": waiting.claim.label,
                "since": waiting.since,
                "wants": [
                    {
                        "name": want.name,
                        "exclusive": want.exclusive,
                        "candidates": [str(candidate.key) for candidate in want.candidates],
                    }
                    for want in waiting.claim.wants
                ],
                "why": why(waiting.claim, status),
            }
            for waiting in status.waiting
        ],
    }


def _owner_as_json(owned: HeldLease | WaitingClaim) -> dict[str, Any]:
    owner = owned.owner
    return {"run": owner.run, "user": owner.user, "host": owner.host, "pid": owner.pid}


def _lease_as_json(lease: Lease) -> dict[str, Any]:
    return {
        "type": lease.key.type,
        "name": lease.key.name,
        "token": lease.token,
        "exclusive": lease.exclusive,
        "dirty": lease.dirty,
        "part_of": str(lease.part_of) if lease.part_of else None,
        "claim": lease.claim,
    }


def _event_as_json(event: LockEvent) -> dict[str, Any]:
    return {
        "number": event.number,
        "time": event.time,
        "step": event.step.value,
        "claim": event.claim,
        "run": event.run,
        "label": event.label,
        "leases": [_lease_as_json(lease) for lease in event.leases],
        "dirty": event.dirty,
        "reason": event.reason,
    }
