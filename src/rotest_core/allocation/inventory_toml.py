"""The inventory as TOML: one table for each record, under the name of its type.

::

    [[Calculator]]
    name = "calc1"
    ip_address = "127.0.0.1"
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain, repeat
from typing import cast

from rotest_core.allocation.inventory_rows import RawRow, values_of
from rotest_core.errors import InventoryError
from rotest_core.model.record import Record

_TOKEN = re.compile(
    r'''
    """(?:\\.|[^\\])*?"{3,5} | \'\'\'.*?'{3,5}      # texts of several lines; up to two quotes may stand before the end
    | "(?:\\.|[^"\\\n])*" | '[^'\n]*'
    | \#[^\n]*
    | [\[\]{}\n]
    ''',
    re.DOTALL | re.VERBOSE,
)
_NAME = r"""(?P<name>"(?:\\.|[^"\\\n])*"|'[^'\n]*'|[A-Za-z0-9_-]+)"""
_TABLE = re.compile(rf"\[\[[ \t]*{_NAME}[ \t]*\]\]")
_ARRAY = re.compile(rf"{_NAME}[ \t]*=[ \t]*$")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def parse(text: str) -> Iterator[RawRow]:
    """Read rows.

    Raises:
        InventoryError: the text is no TOML, or holds something else than lists of tables; with the line.
    """
    import tomli

    try:
        document = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise InventoryError(f"is no TOML: {error}") from error
    lines = row_lines(text)
    for type_name, rows in document.items():
        tables = cast("list[object]", rows) if isinstance(rows, list) else [None]
        known = lines.get(type_name, ())
        # Where a spelling escaped the search for lines, no line is better than a wrong one.
        places = known if len(known) == len(tables) else repeat(0)
        for table, line in zip(tables, places, strict=False):
            if not isinstance(table, dict):
                raise InventoryError(
                    f"{type_name!r} must be a list of tables: write [[{type_name}]] above each record"
                )
            yield RawRow(type_name, cast("dict[str, object]", table), line)


def row_lines(text: str) -> dict[str, tuple[int, ...]]:
    """Find the lines in which the records of each type begin; the parser of TOML does not tell.

    Args:
        text: valid TOML.
    """
    lines: dict[str, list[int]] = {}
    line, depth, line_start, array = 1, 0, 0, ""
    for token in _TOKEN.finditer(text):
        found = token.group()
        if found == "[" and depth == 0:
            array = ""
            table = _TABLE.match(text, token.start())
            before = text[line_start : token.start()].strip()
            if table is not None and not before:
                lines.setdefault(_plain(table["name"]), []).append(line)
            elif named := _ARRAY.search(before + " "):
                array = _plain(named["name"])
        elif found == "{" and depth == 1 and array:
            lines.setdefault(array, []).append(line)
        if found in "[{":
            depth += 1
        elif found in "]}":
            depth -= 1
        elif found == "\n":
            line_start = token.end()
        line += found.count("\n")
    return {name: tuple(found) for name, found in lines.items()}


def render(records: Iterable[Record]) -> str:
    """Write records as TOML.

    Raises:
        InventoryError: a record holds what TOML cannot express: nothing, within a list or table.
    """
    return "\n".join(chain.from_iterable(_table(record) for record in records))


def _table(record: Record) -> Iterator[str]:
    lines = [f"[[{_key(record.type)}]]"]
    for name, value in values_of(record).items():
        # TOML has no word for nothing: what is left out gets its default.
        if value is not None:
            lines.append(f"{_key(name)} = {_value(value, f'{record.key}: {name}')}")
    yield "\n".join(lines) + "\n"


def _value(value: object, where: str) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case int() | datetime():
            return str(value) if isinstance(value, int) else value.isoformat()
        case float() if math.isfinite(value):
            return repr(value)
        case list():
            items = cast("list[object]", value)
            return f"[{', '.join(_value(item, where) for item in items)}]"
        case Mapping():
            table = cast("Mapping[str, object]", value)
            pairs = ", ".join(f"{_key(key)} = {_value(item, where)}" for key, item in table.items())
            return f"{{ {pairs} }}" if pairs else "{}"
        case _:
            raise InventoryError(f"{where}: TOML cannot express {value!r} here; export JSON instead")


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _value(name, name)


def _plain(name: str) -> str:
    if name.startswith("'"):
        return name[1:-1]
    return cast("str", json.loads(name)) if name.startswith('"') else name
