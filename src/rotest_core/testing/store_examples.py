"""Records and queries with which a store is held against the meaning of lookups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rotest_core.model.lookup import Lookup, Operator, Query
from rotest_core.model.record import Json, Record

REFERENCES: dict[tuple[str, ...], tuple[str, ...]] = {
    ("power",): ("Power", "SmartPower"),
    ("power", "rack"): ("Rack",),
    ("text",): ("Power",),
}

_TEXTS = (
    "",
    "a",
    "A",
    "abc",
    "aXc",
    "ABC",
    "ß",
    "SS",
    "ss",
    "é",
    "É",
    "e\u0301",
    "計算機",
    "🧮z",
    "\U0010ffff",
    "a\nb",
)
_CODE_LIKE = ("[1]", '{"a":1}', "1", "null", "true", "a.c", "-1")
_NUMBERS = (0, 1, -1, 7, 1.0, 1.5, -0.5, 2**62, -(2**63), 2**70, 1e300, 1e-300)
_VALUES: tuple[Json, ...] = (
    *_TEXTS,
    *_CODE_LIKE,
    *_NUMBERS,
    True,
    False,
    None,
    [],
    [1],
    ["a", "ABC", None, 1.5, True, [1]],
    {"a": 1},
    {"b": [1, {"c": None}], "a": "ß"},
)

EXAMPLES: tuple[Record, ...] = (
    *(
        Record(
            type=("Plain", "Fancy")[number % 2],
            name=f"value{number:02}",
            group=_TEXTS[number % len(_TEXTS)],
            usable=number % 3 != 0,
            capacity=1 + number % 4,
            reserved_for="ann" if number % 5 == 0 else "",
            fields={"text": value, "power": ("p1", "p2", "p3", "gone", None, 5)[number % 6]},
        )
        for number, value in enumerate(_VALUES)
    ),
    Record(type="Plain", name="bare"),
    Record(type="Power", name="p1", group="abc", fields={"port": 7, "rack": "r1"}),
    Record(type="SmartPower", name="p2", fields={"port": None, "rack": "gone"}),
    Record(type="Power", name="p3", usable=False, fields={"rack": None}),
    Record(type="SmartPower", name="p1", fields={"port": 8, "rack": "r1"}),
    Record(type="Power", name="a", fields={"port": 9}),
    Record(type="Rack", name="r1", comment="Ground Floor", fields={"row": "计"}),
)
"""Every kind of JSON value in one field, and references: good, missing, broken, and to a name of two types."""


_BOUNDS: tuple[Json, ...] = ("", "a", "é", "[", 0, 1, 1.5, True, 2**70, -(2**63), None)
_PARTS: tuple[Json, ...] = (
    "",
    "a",
    "A",
    "aBc",
    "ß",
    "sS",
    "É",
    "\u0301",
    "算",
    "[",
    "\U0010ffff",
    1,
    True,
    None,
)
_EXPRESSIONS: tuple[Json, ...] = ("", "^a", "B", "a.c", "^$", "[é計]", "(?s)a.b", r"\d")

_WANTED: dict[Operator, tuple[Any, ...]] = {
    Operator.EXACT: _VALUES,
    Operator.NE: _VALUES,
    Operator.GT: _BOUNDS,
    Operator.GTE: _BOUNDS,
    Operator.LT: _BOUNDS,
    Operator.LTE: _BOUNDS,
    Operator.IN: (
        [],
        ["a", "é"],
        [1, "1"],
        [None],
        [True, "null", [1]],
        ["[1]", 2**70],
        [None, "a", {"a": 1}],
    ),
    Operator.RANGE: (["a", "b"], [0, 1.5], [1, 0], ["a", 5], [-1, True]),
    Operator.IEXACT: _PARTS,
    Operator.CONTAINS: _PARTS,
    Operator.ICONTAINS: _PARTS,
    Operator.STARTSWITH: _PARTS,
    Operator.ISTARTSWITH: _PARTS,
    Operator.ENDSWITH: _PARTS,
    Operator.IENDSWITH: _PARTS,
    Operator.REGEX: _EXPRESSIONS,
    Operator.IREGEX: _EXPRESSIONS,
    Operator.ISNULL: (True, False),
}


_ELSEWHERE: tuple[tuple[tuple[str, ...], Operator, Any], ...] = (
    (("name",), Operator.EXACT, "value03"),
    (("name",), Operator.IN, ["value01", "bare", 5]),
    (("name",), Operator.STARTSWITH, "value1"),
    (("name",), Operator.EXACT, 5),
    (("group",), Operator.IEXACT, "ABC"),
    (("group",), Operator.NE, "a"),
    (("group",), Operator.CONTAINS, "a"),
    (("comment",), Operator.REGEX, "^Ground"),
    (("usable",), Operator.EXACT, True),
    (("usable",), Operator.NE, True),
    (("usable",), Operator.EXACT, "1"),
    (("usable",), Operator.IN, [False, None]),
    (("capacity",), Operator.GTE, 3),
    (("capacity",), Operator.RANGE, [2, 3.5]),
    (("capacity",), Operator.STARTSWITH, "1"),
    (("reserved_for",), Operator.EXACT, "ann"),
    (("power",), Operator.EXACT, "gone"),
    (("power",), Operator.ISNULL, True),
    (("group",), Operator.ISNULL, True),
    (("missing",), Operator.ISNULL, True),
    (("power", "port"), Operator.ISNULL, True),
    (("power", "port"), Operator.ISNULL, False),
    (("power", "rack", "row"), Operator.ISNULL, True),
    (("power", "rack", "row"), Operator.ISNULL, False),
    (("power", "port"), Operator.EXACT, 7),
    (("power", "port"), Operator.NE, 7),
    (("power", "port"), Operator.GT, 7),
    (("power", "port"), Operator.IN, [None, 7]),
    (("power", "port"), Operator.EXACT, None),
    (("power", "port"), Operator.NE, None),
    (("power", "name"), Operator.EXACT, "p1"),
    (("power", "usable"), Operator.EXACT, False),
    (("power", "group"), Operator.ICONTAINS, "B"),
    (("power", "rack", "comment"), Operator.ISTARTSWITH, "ground"),
    (("power", "rack", "row"), Operator.NE, "x"),
    (("text", "port"), Operator.EXACT, 9),
    (("unknown", "port"), Operator.EXACT, 9),
)
"""Lookups of fields that every record has, and through references."""


def _queries() -> Iterator[Query]:
    for operator, values in _WANTED.items():
        for value in values:
            yield Query(lookups=(Lookup(("text",), operator, value),))
    for path, operator, value in _ELSEWHERE:
        yield Query(lookups=(Lookup(path, operator, value),), references=REFERENCES)
    yield Query(
        types=("Plain", "Power"),
        lookups=(
            Lookup(("usable",), Operator.EXACT, True),
            Lookup(("text",), Operator.IN, [*_TEXTS]),
            Lookup(("power", "port"), Operator.LTE, 8),
            Lookup(("power", "rack", "name"), Operator.REGEX, r"^r\d$"),
        ),
        references=REFERENCES,
    )


QUERIES: tuple[Query, ...] = tuple(_queries())
"""Queries for `EXAMPLES` that between them ask every operator for every kind of value."""
