"""The inventory as JSON: ``{"Calculator": [{"name": "calc1", "ip_address": "127.0.0.1"}]}``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import cast

from rotest_core.allocation.inventory_rows import RawRow, at, values_of
from rotest_core.errors import InventoryError
from rotest_core.model.record import Record


def parse(text: str) -> Iterator[RawRow]:
    """Read rows.

    Raises:
        InventoryError: the text is no JSON, or has another shape; with the line.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InventoryError(f"is no JSON: {error}") from error
    if not isinstance(document, dict):
        raise InventoryError('must be an object: {"TYPE": [{"name": ...}, ...], ...}')
    # The text is sound: what is left is to find where in it each record begins.
    decoder = json.JSONDecoder(object_pairs_hook=_without_repetition)
    position = _skip(text, text.index("{") + 1)
    counted, line = 0, 1
    while text[position] != "}":
        type_name, position = cast("tuple[str, int]", decoder.raw_decode(text, position))
        position = _skip(text, position)
        if text[position] != "[":
            where = at(text.count("\n", 0, position) + 1)
            raise InventoryError(f"{where}{type_name!r} must hold a list of objects, one for each record")
        position = _skip(text, position + 1)
        while text[position] != "]":
            line += text.count("\n", counted, position)
            counted = position
            values, position = _read_row(decoder, text, position, line)
            yield RawRow(type_name, values, line)
            position = _skip(text, position)
        position = _skip(text, position + 1)


def render(records: Iterable[Record]) -> str:
    """Write records as JSON."""
    document: dict[str, list[dict[str, object]]] = {}
    for record in records:
        document.setdefault(record.type, []).append(values_of(record))
    return json.dumps(document, ensure_ascii=False, indent=2, default=_moment) + "\n"


def _read_row(
    decoder: json.JSONDecoder, text: str, position: int, line: int
) -> tuple[dict[str, object], int]:
    try:
        values, end = decoder.raw_decode(text, position)
    except InventoryError as error:
        raise InventoryError(f"{at(line)}{error}") from error
    if not isinstance(values, dict):
        raise InventoryError(f"{at(line)}a record must be an object, not {values!r}")
    return cast("dict[str, object]", values), end


def _without_repetition(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) < len(pairs):
        keys = [key for key, _ in pairs]
        raise InventoryError(f"the key {next(key for key in keys if keys.count(key) > 1)!r} stands twice")
    return values


def _skip(text: str, position: int) -> int:
    while text[position] in " \t\r\n,:":
        position += 1
    return position


def _moment(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()
