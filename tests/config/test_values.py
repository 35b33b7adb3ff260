"""Each kind of option takes what fits, and says of the rest what would."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, strategies as st

from rotest_core.config.options import Option
from rotest_core.config.values import duration, from_text, from_toml, shown

if TYPE_CHECKING:
    from rotest_core.config.options import Kind


def option(kind: Kind, *choices: str) -> Option:
    return Option("run.x", kind, "", "an option", choices=choices)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("bool", True, True),
        ("int", -3, -3),
        ("seconds", 5, 5.0),
        ("seconds", 0.5, 0.5),
        ("seconds", "90s", 90.0),
        ("seconds", math.inf, math.inf),
        ("text", "any text", "any text"),
        ("words", ["a", "b"], ("a", "b")),
        ("words", [], ()),
        ("path", "logs", "logs"),
        ("paths", ["a", "b::C"], ("a", "b::C")),
    ],
)
def test_fitting_value_of_a_file_is_taken(kind: Kind, value: object, expected: object) -> None:
    assert from_toml(option(kind), value) == expected


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("bool", 1, "expected true or false, got 1"),
        ("bool", "yes", 'expected true or false, got "yes"'),
        ("int", True, "expected a whole number, got true"),
        ("int", 1.5, "expected a whole number, got 1.5"),
        ("int", "1", 'expected a whole number, got "1"'),
        ("seconds", False, 'expected a number of seconds, or text such as "90s", "15m", "1h30m", got false'),
        (
            "seconds",
            "soon",
            'expected a number of seconds, or text such as "90s", "15m", "1h30m", got "soon"',
        ),
        (
            "seconds",
            -1,
            'expected a number of seconds, or text such as "90s", "15m", "1h30m", not below 0, got -1.0',
        ),
        (
            "seconds",
            math.nan,
            'expected a number of seconds, or text such as "90s", "15m", "1h30m", not below 0, got nan',
        ),
        ("text", 5, "expected text, got 5"),
        ("words", "dots,xml", 'expected a list of texts, got "dots,xml"'),
        ("words", ["a", 1], 'expected a list of texts, got ["a", 1]'),
        ("paths", {"a": 1}, "expected a list of paths, got a table"),
    ],
)
def test_value_of_a_file_that_does_not_fit_is_refused(kind: Kind, value: object, message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole text is compared
        from_toml(option(kind), value)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("bool", "yes", True),
        ("bool", "Off", False),
        ("bool", "1", True),
        ("int", "12", 12),
        ("seconds", "1h30m", 5400.0),
        ("seconds", "12", 12.0),
        ("text", "5", "5"),
        ("words", "dots, xml,", ("dots", "xml")),
        ("words", "", ()),
        ("paths", "a,b", ("a", "b")),
    ],
)
def test_typed_text_is_read_by_the_kind_of_its_option(kind: Kind, text: str, expected: object) -> None:
    assert from_text(option(kind), text) == expected


@pytest.mark.parametrize(
    ("kind", "text"), [("bool", "maybe"), ("int", "1.5"), ("seconds", "1x"), ("seconds", "-5")]
)
def test_typed_text_that_does_not_fit_is_refused(kind: Kind, text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        from_text(option(kind), text)


def test_value_that_is_no_choice_is_refused_with_the_nearest() -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole text is compared
        from_text(option("text", "auto", "always", "never"), "Always")

    assert str(caught.value) == "expected auto, always or never, got \"Always\" (did you mean 'always'?)"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("250ms", 0.25),
        ("90s", 90.0),
        ("2m", 120.0),
        ("1h 30m", 5400.0),
        ("1.5h", 5400.0),
        ("2d", 172800.0),
        ("7", 7.0),
    ],
)
def test_duration_is_a_number_or_numbers_with_units(text: str, seconds: float) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "h", "5 x", "1h30", "m5", "--5s"])
def test_what_is_no_duration_is_none(text: str) -> None:
    assert duration(text) is None


@given(st.text())
def test_any_text_is_a_duration_or_none(text: str) -> None:
    assert duration(text) is None or isinstance(duration(text), float)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (1.5, "1.5"),
        ("a", '"a"'),
        (("a", 1), '["a", 1]'),
        ({"a": 1}, "a table"),
        (math.inf, "inf"),
    ],
)
def test_values_are_shown_as_toml_spells_them(value: object, text: str) -> None:
    assert shown(value) == text
