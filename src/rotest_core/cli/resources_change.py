"""``rotest resources add`` and ``set``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rotest_core.cli.resources_words import NAME_HELP, assignments, find_record, record_as_json
from rotest_core.errors import InventoryError, UsageError

if TYPE_CHECKING:
    import argparse

    from rotest_core.model.record import Record
    from rotest_core.plugin.protocols.store import Store
    from rotest_core.session import Session

_VALUES_HELP = "fields of the type, and group, comment, usable, unusable_reason, capacity"


def configure_add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``add``."""
    parser.add_argument("type", metavar="TYPE", help="a data class without its ending Data: Calculator")
    parser.add_argument("name", metavar="NAME", help="a name that no other record of the type has")
    parser.add_argument("values", nargs="*", metavar="FIELD=VALUE", help=_VALUES_HELP)
    parser.add_argument("--json", action="store_true", help="print the record as JSON")


def execute_add(arguments: argparse.Namespace, session: Session) -> int:
    """Add one record."""
    from rotest_core.allocation.inventory_rows import RawRow, check_row

    store = session.inventory.store
    values = assignments(arguments.values)
    if "name" in values:
        raise UsageError("the name stands before the fields: rotest resources add TYPE NAME FIELD=VALUE ...")
    row = check_row(RawRow(arguments.type, {"name": arguments.name, **values}, 0, text=True))
    return _put(store, row.record, "added", as_json=arguments.json)


def configure_set(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``set``."""
    parser.add_argument("name", metavar="NAME", help=NAME_HELP)
    parser.add_argument("values", nargs="+", metavar="FIELD=VALUE", help=_VALUES_HELP)
    parser.add_argument("--json", action="store_true", help="print the record as JSON")


def execute_set(arguments: argparse.Namespace, session: Session) -> int:
    """Change some fields of one record."""
    from rotest_core.allocation.inventory_rows import edited

    inventory = session.inventory
    record = find_record(inventory, arguments.name)
    changed = edited(record, assignments(arguments.values), text=True)
    if changed == record:
        print(
            json.dumps(record_as_json(record), ensure_ascii=False, indent=2)
            if arguments.json
            else f"{record.key} is so already"
        )
        return 0
    return _put(inventory.store, changed, "changed", as_json=arguments.json)


def _put(store: Store, record: Record, done: str, *, as_json: bool) -> int:
    from rotest_core.allocation.inventory_references import broken_references

    problems = tuple(broken_references(record, lambda key: key == record.key or store.get(key) is not None))
    if problems:
        raise InventoryError(f"{record.key} was not {done}", problems)
    store.apply(put=[record])
    if as_json:
        stored = store.get(record.key) or record
        print(json.dumps(record_as_json(stored), ensure_ascii=False, indent=2))
    else:
        print(f"{done} {record.key}")
    return 0
