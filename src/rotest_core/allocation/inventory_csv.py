"""The inventory as CSV, as spreadsheets write it: a line of headings, then one line for each record.

The columns ``type`` and ``name`` must be there. An empty cell says nothing: the field gets its default. ``null`` is
no value, and a cell that begins with a quotation mark is a JSON text: ``""`` (in the file: ``\"\"\"\"\"\"``) is an
empty text.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from rotest_core.allocation.inventory_rows import ENVELOPE, RawRow, at, values_of
from rotest_core.errors import InventoryError
from rotest_core.model.conversion import ExactText
from rotest_core.model.record import Record

_NOTHING = "null"


def parse(text: str) -> Iterator[RawRow]:
    """Read rows.

    Raises:
        InventoryError: the headings are wrong, or the text is no CSV; with the line.
    """
    # Spreadsheets of half of Europe separate by semicolons.
    first = text.partition("\n")[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    headings: list[str] = []
    line = 1
    try:
        for cells in reader:
            start, line = line, reader.line_num + 1
            if not any(cells):
                continue
            if headings:
                yield _row(headings, cells, start)
            else:
                headings = _headings(cells)
    except csv.Error as error:
        raise InventoryError(f"line {line}: is no CSV: {error}") from error


def render(records: Iterable[Record]) -> str:
    """Write records as CSV."""
    rows = [{"type": record.type} | values_of(record) for record in records]
    present = {key for row in rows for key in row}
    fields = dict.fromkeys(key for row in rows for key in row if key not in ENVELOPE and key != "type")
    columns = ["type", "name", *(key for key in ENVELOPE if key in present and key != "name"), *fields]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row[column]) if column in row else "" for column in columns])
    return out.getvalue()


def _headings(cells: list[str]) -> list[str]:
    headings = [cell.strip() for cell in cells]
    for heading in headings:
        if headings.count(heading) > 1:
            raise InventoryError(f"line 1: the column {heading!r} stands twice")
    for heading in ("type", "name"):
        if heading not in headings:
            raise InventoryError(f"line 1: the column {heading!r} is missing; found {', '.join(headings)}")
    return headings


def _row(headings: list[str], cells: list[str], line: int) -> RawRow:
    if len(cells) > len(headings):
        raise InventoryError(f"{at(line)}{len(cells)} cells, but only {len(headings)} columns have a heading")
    values = {heading: _value(cell, line) for heading, cell in zip(headings, cells, strict=False) if cell}
    type_name = values.pop("type", "")
    if not type_name:
        raise InventoryError(f"{at(line)}the type is missing")
    return RawRow(str(type_name), values, line, text=True)


def _value(cell: str, line: int) -> object:
    if cell == _NOTHING:
        return None
    if not cell.startswith('"'):
        return cell
    try:
        return ExactText(json.loads(cell))
    except ValueError:
        raise InventoryError(f"{at(line)}{cell} begins with a quotation mark, but is no JSON text") from None


def _cell(value: object) -> str:
    match value:
        case None:
            return _NOTHING
        case str():
            # A carriage return by itself would end the row for some readers.
            plain = value and value != _NOTHING and not value.startswith('"') and "\r" not in value
            return value if plain else json.dumps(value, ensure_ascii=False)
        case datetime():
            return value.isoformat()
        case _:
            return json.dumps(value, ensure_ascii=False)
