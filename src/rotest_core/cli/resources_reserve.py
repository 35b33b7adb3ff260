"""``rotest resources reserve`` and ``unreserve``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_core.cli.resources_words import NAME_HELP, find_record, moment
from rotest_core.errors import InventoryError

if TYPE_CHECKING:
    import argparse

    from rotest_core.session import Session


def configure_reserve(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``reserve``."""
    parser.add_argument("names", nargs="+", metavar="NAME", help=NAME_HELP)
    parser.add_argument("--for", dest="user", default="", metavar="USER", help="for whom (default: yourself)")
    parser.add_argument(
        "--until", metavar="END", help="when it ends: 90m, 2h, 3d, 1w, 2030-12-31T18:00 (default: never)"
    )


def execute_reserve(arguments: argparse.Namespace, session: Session) -> int:
    """Reserve records, each by itself."""
    from rotest_core.allocation.inventory import utc_now

    inventory = session.inventory
    until = moment(arguments.until, utc_now()) if arguments.until else None
    end = f" until {until:%Y-%m-%d %H:%M %Z}" if until else ""
    records = [find_record(inventory, name) for name in arguments.names]
    for record in records:
        inventory.reserve(record.key, user=arguments.user, until=until)
        print(f"reserved {record.key} for {arguments.user or inventory.user}{end}")
    return 0


def configure_unreserve(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``unreserve``."""
    parser.add_argument("names", nargs="+", metavar="NAME", help=NAME_HELP)
    parser.add_argument("--force", action="store_true", help="also what is reserved for somebody else")


def execute_unreserve(arguments: argparse.Namespace, session: Session) -> int:
    """End the reservations of records, all or none of those that are somebody else's."""
    from rotest_core.allocation.inventory import utc_now
    from rotest_core.allocation.matching import reservation

    inventory = session.inventory
    records = [find_record(inventory, name) for name in arguments.names]
    standing = [(record, reservation(record, inventory.user, utc_now())) for record in records]
    problems = [f"{record.key} is {words}" for record, words in standing if words]
    if problems and not arguments.force:
        raise InventoryError("nothing was changed; --force ends others' reservations, too", problems)
    for record in records:
        inventory.unreserve(record.key)
        print(f"{record.key} is free for everybody")
    return 0
