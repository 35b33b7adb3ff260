"""``rotest resources import`` and ``export``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rotest_core.cli.resources_words import make_list_query

if TYPE_CHECKING:
    import argparse

    from rotest_core.session import Session

_FORMATS = ("toml", "json", "csv")


def configure_import(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``import``."""
    parser.add_argument("file", metavar="FILE", help="a file that ends in .toml, .json or .csv")
    parser.add_argument(
        "--replace", action="store_true", help="change records that exist to what the file says"
    )
    parser.add_argument("--json", action="store_true", help="print what changed as JSON")


def execute_import(arguments: argparse.Namespace, session: Session) -> int:
    """Add the records of a file, all or none."""
    from rotest_core.allocation.inventory_import import import_file

    done = import_file(session.inventory.store, Path(arguments.file), replace=arguments.replace)
    outcome = {"added": done.added, "changed": done.changed, "unchanged": done.unchanged}
    if arguments.json:
        print(
            json.dumps(
                {word: [str(key) for key in keys] for word, keys in outcome.items()}, ensure_ascii=False
            )
        )
    else:
        print(", ".join(f"{len(keys)} {word}" for word, keys in outcome.items()))
    return 0


def configure_export(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``export``."""
    parser.add_argument(
        "file", metavar="FILE", help="a file that ends in .toml, .json or .csv; - for standard output"
    )
    parser.add_argument(
        "words",
        nargs="*",
        metavar="[TYPE] [LOOKUP=VALUE ...]",
        help="which records, as for `list` (default: all)",
    )
    parser.add_argument(
        "--format", choices=_FORMATS, default="toml", help="format of standard output (default: toml)"
    )


def execute_export(arguments: argparse.Namespace, session: Session) -> int:
    """Write records to a file, whole or not at all."""
    from rotest_core.allocation.inventory_files import FORMATS, write_file

    records = session.inventory.store.find(make_list_query(arguments.words))
    if arguments.file == "-":
        sys.stdout.write(FORMATS[arguments.format].render(records))
        return 0
    write_file(Path(arguments.file), records)
    print(f"wrote {len(records)} record{'' if len(records) == 1 else 's'} to {arguments.file}")
    return 0
