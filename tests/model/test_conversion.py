"""Values are what their declared types say, or say what they should be."""

from __future__ import annotations

import datetime
import enum
import ipaddress
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Optional

import attrs
import pytest
from hypothesis import given, strategies as st

from rotest_core.model.conversion import (
    ConversionError,
    Problem,
    check_supported,
    convert,
    to_json,
)
from rotest_core.model.declared_types import describe


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


@attrs.frozen
class Size:
    width: int
    height: int = 1


UTC = datetime.UTC
MOMENT = datetime.datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)

FITTING: list[tuple[Any, Any, Any]] = [
    (5, int, 5),
    (5, float, 5.0),
    ("x", str, "x"),
    (True, bool, True),
    (None, int | None, None),
    (None, Optional[int], None),  # noqa: UP045 - users write it so
    (5, int | None, 5),
    ("5", int | str, "5"),
    (5, str | int, 5),
    (5.5, int | float, 5.5),
    ([1, 2], list[int], [1, 2]),
    ((1, 2), list[int], [1, 2]),
    ([1, 2], tuple[int, ...], (1, 2)),
    ([1, "a"], tuple[int, str], (1, "a")),
    (["b", "a"], frozenset[str], frozenset({"a", "b"})),
    ({"a": [1]}, dict[str, list[int]], {"a": [1]}),
    (2, Level, Level.HIGH),
    (Level.HIGH, Level, Level.HIGH),
    ("on", Literal["on", "off"], "on"),
    ({"width": 2}, Size, Size(2)),
    ("/srv/x", Path, Path("/srv/x")),
    ("10.0.0.1", ipaddress.IPv4Address, ipaddress.IPv4Address("10.0.0.1")),
    ("0.1", Decimal, Decimal("0.1")),
    (str(uuid.UUID(int=7)), uuid.UUID, uuid.UUID(int=7)),
    (MOMENT.isoformat(), datetime.datetime, MOMENT),
    (MOMENT, datetime.datetime, MOMENT),
    ("2026-05-04", datetime.date, datetime.date(2026, 5, 4)),
    ("03:02", datetime.time, datetime.time(3, 2)),
]


@pytest.mark.parametrize(("value", "wanted", "expected"), FITTING)
def test_fitting_value_is_converted(value: object, wanted: object, expected: object) -> None:
    converted = convert(value, wanted)
    assert (converted, type(converted)) == (expected, type(expected))


@pytest.mark.parametrize(("value", "wanted", "expected"), FITTING)
def test_json_of_a_value_stands_for_it(value: object, wanted: object, expected: object) -> None:
    del value
    assert convert(to_json(expected), wanted) == expected


@pytest.mark.parametrize(
    ("value", "wanted", "words"),
    [
        ("5", int, "an integer"),
        (True, int, "an integer"),
        (5.0, int, "an integer"),
        (None, int, "an integer"),
        (1, bool, "true or false"),
        (5, str, "text"),
        (True, float, "a number"),
        (float("inf"), float, "a number"),
        (10**400, float, "a number"),
        ("x", int | None, "an integer"),
        (1.5, int | str, "an integer or text"),
        ("ab", list[str], "a list, of each: text"),
        ({"a": 1}, list[str], "a list, of each: text"),
        ([("a", 1)], dict[str, int], "a table"),
        ([1], Size, "a table"),
        (3, Level, "one of 1, 2"),
        (True, Level, "one of 1, 2"),
        (True, Literal[1, "a"], "one of 1, 'a'"),
        (5, Path, "a path"),
        ("x.y", ipaddress.IPv4Address, "a IPv4Address"),
        ("abc", Decimal, "a Decimal"),
        ("yesterday", datetime.datetime, "a date and time (ISO 8601)"),
        (0, type(None), "nothing"),
    ],
)
def test_value_that_does_not_fit_is_told_what_would(value: object, wanted: object, words: str) -> None:
    with pytest.raises(ConversionError) as caught:
        convert(value, wanted)
    assert caught.value.problems == (Problem("", f"expected {words}, got {value!r}"),)


def test_every_place_in_a_value_is_named() -> None:
    with pytest.raises(ConversionError) as caught:
        convert({"a": [{"width": "1"}, {"width": 1, "depth": 2}, 5], "b": None}, dict[str, list[Size]])
    assert sorted(map(str, caught.value.problems)) == [
        "a[0].width: expected an integer, got '1'",
        "a[1].depth: unknown field",
        "a[2]: expected a table, got 5",
        "b: expected a list, of each: a table, got None",
    ]


@pytest.mark.parametrize(
    ("value", "wanted", "expected"),
    [
        ("5", int, 5),
        (" 5 ", int, 5),
        ("-1.5", float, -1.5),
        ("TRUE", bool, True),
        ("off", bool, False),
        ("", int | None, None),
        ("", str | None, None),
        ("", str, ""),
        ("7", int | None, 7),
        ("7", str | int, 7),
        ("x", int | str, "x"),
        ("2", Level, Level.HIGH),
        ("1", Literal[1, 2], 1),
        ("a, b ,c", list[str], ["a", "b", "c"]),
        ("1,2", tuple[int, ...], (1, 2)),
        ("", list[str], []),
        ('["a,b"]', list[str], ["a,b"]),
        ('{"a": 1}', dict[str, int], {"a": 1}),
        ('{"width": 3}', Size, Size(3)),
        (5, int, 5),
    ],
)
def test_text_is_read_as_the_wanted_type(value: object, wanted: object, expected: object) -> None:
    converted = convert(value, wanted, text=True)
    assert (converted, type(converted)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("x", int),
        ("nan", float),
        ("maybe", bool),
        ("3", Level),
        ("{", dict[str, int]),
        ("[1", list[int]),
        ("1,x", list[int]),
    ],
)
def test_text_of_another_kind_is_refused(value: str, wanted: object) -> None:
    with pytest.raises(ConversionError, match="expected"):
        convert(value, wanted, text=True)


def test_types_that_no_record_can_hold_are_known() -> None:
    assert check_supported(complex)
    assert check_supported(list[complex])
    assert not check_supported(dict[str, list[int | None]])


def test_types_are_described_in_words() -> None:
    assert describe(list[int | None]) == "a list, of each: an integer or nothing"
    assert describe(tuple[int, str]) == "a list"
    assert describe(dict[str, int]) == "a table"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(
    value=JSON, wanted=st.sampled_from([int, float, str, bool, int | None, list[int], dict[str, str], Level])
)
def test_whatever_is_accepted_is_of_the_wanted_type(value: object, wanted: Any) -> None:
    try:
        converted = convert(value, wanted)
    except ConversionError:
        return
    assert convert(to_json(converted), wanted) == converted
    assert type(value) is not bool or wanted is bool
    assert not isinstance(value, str) or wanted is str
