"""``rotest resources list`` and ``show``."""

from __future__ import annotations

import json
import sys
from itertools import compress
from typing import TYPE_CHECKING

from rotest_core.cli.color import use_color
from rotest_core.cli.resources_words import (
    NAME_HELP,
    check_type,
    find_record,
    make_list_query,
    record_as_json,
)
from rotest_core.cli.table import table, terminal_width

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from rotest_core.model.record import Json, Record
    from rotest_core.session import Session


def configure_list(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``list``."""
    parser.add_argument(
        "words",
        nargs="*",
        metavar="[TYPE] [LOOKUP=VALUE ...]",
        help="records of a type and its subclasses that satisfy all lookups: Calculator port__gte=9000 group=QA",
    )
    parser.add_argument("--json", action="store_true", help="print JSON for programs")


def execute_list(arguments: argparse.Namespace, session: Session) -> int:
    """Print a line for each record that matches."""
    store = session.inventory.store
    records = store.find(make_list_query(arguments.words))
    if not records:
        check_type(arguments.words)
    if arguments.json:
        print(json.dumps([record_as_json(record) for record in records], ensure_ascii=False, indent=2))
        return 0
    headings, rows = _table(records)
    color = use_color(session.settings.terminal.color, sys.stdout)
    print(table(headings, rows, color=color, width=terminal_width(sys.stdout)), end="")
    if not records:
        print("no record matches" if arguments.words else "the inventory is empty", file=sys.stderr)
    return 0


def configure_show(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``show``."""
    parser.add_argument("name", metavar="NAME", help=NAME_HELP)
    parser.add_argument("--json", action="store_true", help="print JSON for programs")


def execute_show(arguments: argparse.Namespace, session: Session) -> int:
    """Print everything that is known of a record."""
    from rotest_core.allocation.inventory_rows import fields_in_order

    record = find_record(session.inventory, arguments.name)
    if arguments.json:
        print(json.dumps(record_as_json(record), ensure_ascii=False, indent=2))
        return 0
    pairs = {
        "type": record.type,
        "name": record.name,
        "group": record.group,
        "comment": record.comment,
        "state": state_of(record),
        "capacity": str(record.capacity),
        "follows": record.origin,
        "version": str(record.version),
    }
    pairs = {key: text for key, text in pairs.items() if text}
    pairs |= {key: shown(value) for key, value in fields_in_order(record).items()}
    width = max(map(len, pairs))
    for key, text in pairs.items():
        print(f"{key:{width}}  {text}")
    return 0


def state_of(record: Record) -> str:
    """Say in words whether a record may be used, and by whom."""
    from rotest_core.allocation.inventory import utc_now
    from rotest_core.allocation.matching import reservation

    unusable = "" if record.usable else f"unusable: {record.unusable_reason}".rstrip(": ")
    return "; ".join(filter(None, (unusable, reservation(record, "", utc_now())))) or "usable"


def shown(value: Json) -> str:
    """Show a field's value: text as it is, nothing as a dash, everything else as JSON."""
    if value is None:
        return "-"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _table(records: Sequence[Record]) -> tuple[list[str], list[list[str]]]:
    """Lay out what all records have, and their fields if all are of one type; leave out columns that are empty."""
    from rotest_core.allocation.inventory_rows import fields_in_order

    fields: list[str] = []
    if len({record.type for record in records}) == 1:
        fields = list(dict.fromkeys(field for record in records for field in fields_in_order(record)))
    rows = [
        [
            record.type,
            record.name,
            record.group,
            state_of(record),
            *(shown(record.fields.get(field)) for field in fields),
            record.comment,
        ]
        for record in records
    ]
    headings = ["TYPE", "NAME", "GROUP", "STATE", *(field.upper() for field in fields), "COMMENT"]
    used = [
        heading in ("TYPE", "NAME") or any(row[column] for row in rows)
        for column, heading in enumerate(headings)
    ]
    return list(compress(headings, used)), [list(compress(row, used)) for row in rows]
