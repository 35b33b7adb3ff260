"""Inventory files: TOML, JSON or CSV, by the ending of their names."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rotest_core.allocation import inventory_csv, inventory_json, inventory_toml
from rotest_core.allocation.inventory_rows import RawRow, Row, check_rows
from rotest_core.errors import InventoryError

if TYPE_CHECKING:
    from rotest_core.model.record import Record


class FileFormat(NamedTuple):
    """Know how one format is read and written."""

    parse: Callable[[str], Iterable[RawRow]]
    render: Callable[[Iterable[Record]], str]


FORMATS = {
    "toml": FileFormat(inventory_toml.parse, inventory_toml.render),
    "json": FileFormat(inventory_json.parse, inventory_json.render),
    "csv": FileFormat(inventory_csv.parse, inventory_csv.render),
}


def format_of(path: Path) -> FileFormat:
    """Choose the format of a file by its name.

    Raises:
        InventoryError: it ends in nothing known.
    """
    found = FORMATS.get(path.suffix.lower().removeprefix("."))
    if found is None:
        raise InventoryError(f"{path}: the name of an inventory file ends in .{', .'.join(FORMATS)}")
    return found


def read_bytes(path: Path) -> bytes:
    """Read a file as it is.

    Raises:
        InventoryError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InventoryError(f"{path}: {error.strerror or error}") from error


def parse_rows(path: Path, content: bytes) -> list[Row]:
    """Read and check the rows of a file's content.

    Raises:
        InventoryError: something is wrong with it; the path comes first, and every bad row is named with its line.
    """
    try:
        return check_rows(format_of(path).parse(content.decode("utf-8-sig")))
    except UnicodeDecodeError as error:
        raise InventoryError(f"{path}: is no UTF-8 text: {error.reason} at byte {error.start}") from error
    except InventoryError as error:
        raise InventoryError(f"{path}: {error.problem}", error.problems) from error


def write_file(path: Path, records: Iterable[Record]) -> None:
    """Write records to a file, whole or not at all.

    Raises:
        InventoryError: the name has no known ending, or the file cannot be written; then it is as it was.
    """
    content = format_of(path).render(records).encode()
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            with draft.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise InventoryError(f"{path}: {error.strerror or error}") from error
