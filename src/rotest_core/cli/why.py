"""``rotest why``: why a record is not to be had, or what a run waits for."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from rotest_core.cli.command import load_plugins_for, settings_from
from rotest_core.cli.locks_words import holder, lasting, moment, named_records

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping

    from rotest_core.model.record import RecordKey
    from rotest_core.plugin.protocols.locks import HeldLease, LockStatus
    from rotest_core.session import Session


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the argument."""
    parser.add_argument(
        "name",
        metavar="RESOURCE|RUN",
        help="a record, as NAME or TYPE/NAME, or the name or identifier of a run that goes on",
    )


def execute(arguments: argparse.Namespace) -> int:
    """Print what stands in the way."""
    from rotest_core.session import Session

    settings = settings_from(arguments)
    with Session(settings, load_plugins_for(settings)) as session:
        for line in _explain(session, arguments.name):
            print(line)
    return 0


def _explain(session: Session, name: str) -> Iterator[str]:
    status = session.strategy.status()
    runs = {*(held.owner.run for held in status.held), *(waiting.owner.run for waiting in status.waiting)}
    meant = sorted(run for run in runs if name == run or name in run.rsplit("/", 1))
    if meant:
        return chain.from_iterable(_explain_run(status, run) for run in meant)
    return _explain_record(session, status, name)


def _explain_run(status: LockStatus, run: str) -> Iterator[str]:
    from rotest_core.allocation.waiting import why

    for held in status.held:
        if held.owner.run == run:
            yield f"{run} holds {held.lease.key}{_for(held.label)} since {moment(held.since)}"
    waits = [waiting for waiting in status.waiting if waiting.owner.run == run]
    for waiting in waits:
        reason = why(waiting.claim, status)
        yield f"{run} waits since {moment(waiting.since)}{_for(waiting.claim.label)}: {reason}"
    if not waits:
        yield f"{run} waits for nothing"


def _explain_record(session: Session, status: LockStatus, name: str) -> Iterator[str]:
    from rotest_core.allocation.estimate import usual_holds
    from rotest_core.allocation.waiting import holder_line

    key = _record(session, status, name)
    yield from _explain_state(session, key)
    holders = [held for held in status.held if held.lease.key == key]
    usual = usual_holds(session.strategy.history()) if holders else {}
    for held in holders:
        yield holder_line(held) + _expected(held, usual, status.time)
    if not holders:
        yield f"{key} is leased by nobody"
    for waiting in status.waiting:
        if any(candidate.key == key for want in waiting.claim.wants for candidate in want.candidates):
            who = f"{holder(waiting.owner)} (run {waiting.owner.run})"
            since = f"since {moment(waiting.since)}"
            yield f"place {waiting.position} in the queue: {who} waits{_for(waiting.claim.label)} {since}"


def _record(session: Session, status: LockStatus, name: str) -> RecordKey:
    """Return the record that a name means: one that somebody holds or waits for, or one of the inventory."""
    from rotest_core.cli.resources_words import find_record

    wanted = [
        candidate.key
        for waiting in status.waiting
        for want in waiting.claim.wants
        for candidate in want.candidates
    ]
    found = named_records([*wanted, *(held.lease.key for held in status.held)], name)
    return found[0] if len(found) == 1 else find_record(session.inventory, name).key


def _explain_state(session: Session, key: RecordKey) -> Iterator[str]:
    """Say what the inventory has against a record."""
    from rotest_core.cli.resources_show import state_of

    record = session.inventory.store.get(key)
    state = "no longer in the inventory" if record is None else state_of(record)
    if state != "usable":
        yield f"{key} is {state}"


def _expected(held: HeldLease, usual: Mapping[str, float], now: float) -> str:
    from rotest_core.allocation.estimate import expected_end

    end = expected_end(held, usual, now)
    if end is None:
        return ""
    return f"; its like is usually held for {lasting(usual[held.label])}: free at about {moment(end)}"


def _for(label: str) -> str:
    return f" for {label}" if label else ""
