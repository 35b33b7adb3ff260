"""``rotest resources remove``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_core.cli.resources_words import NAME_HELP, find_record
from rotest_core.errors import InventoryError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from rotest_core.model.record import Record
    from rotest_core.session import Session


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``remove``."""
    parser.add_argument("names", nargs="+", metavar="NAME", help=NAME_HELP)
    parser.add_argument("--force", action="store_true", help="also what is leased, or part of another record")


def execute(arguments: argparse.Namespace, session: Session) -> int:
    """Remove records, all or none."""
    from rotest_core.allocation.inventory_references import referring_records

    inventory = session.inventory
    records = list(
        {record.key: record for record in (find_record(inventory, name) for name in arguments.names)}.values()
    )
    if not arguments.force:
        problems = [*_leased(records, session), *referring_records(records, inventory.store)]
        if problems:
            raise InventoryError("nothing was removed; --force removes all the same", problems)
    inventory.store.apply(remove=[record.key for record in records])
    for record in records:
        print(f"removed {record.key}")
        if record.origin:
            print(f"it comes from {record.origin}, and will be back when that file changes")
    return 0


def _leased(records: Sequence[Record], session: Session) -> Iterator[str]:
    """Name the records that somebody holds."""
    keys = {record.key for record in records}
    for held in session.strategy.status().held:
        if held.lease.key in keys:
            holder = f"{held.owner.user} on {held.owner.host}"
            yield f"{held.lease.key} is leased by {holder} for {held.label or held.owner.run}"
