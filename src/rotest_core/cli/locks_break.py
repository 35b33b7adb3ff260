"""``rotest locks break``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_core.cli.locks_words import holder, one_held

if TYPE_CHECKING:
    import argparse

    from rotest_core.session import Session


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``break``."""
    parser.add_argument(
        "name", metavar="NAME", help="NAME, or TYPE/NAME where records of several types have that name"
    )
    parser.add_argument(
        "--reason", required=True, help="why; the holders are told, and it is written into the history"
    )


def execute(arguments: argparse.Namespace, session: Session) -> int:
    """End the leases of a record and say whose they were."""
    strategy = session.strategy
    key = one_held(strategy.status(), arguments.name)
    for held in strategy.end(key, reason=arguments.reason):
        label = f" for {held.label}" if held.label else ""
        print(f"ended the lease of {held.lease.key} by {holder(held.owner)}, run {held.owner.run}{label}")
    return 0
