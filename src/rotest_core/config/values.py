"""Check and convert one value of the option table.

The few kinds are checked by hand: a run of plain unittest modules does not load attrs and cattrs for them.
"""

from __future__ import annotations

from rotest_core.config.given import as_list
from rotest_core.config.options import Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

Value: TypeAlias = bool | int | float | str | tuple[str, ...]

_TRUE = ("true", "yes", "on", "1")
_FALSE = ("false", "no", "off", "0")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}

EXPECTED = {
    "bool": "true or false",
    "int": "a whole number",
    "seconds": 'a number of seconds, or text such as "90s", "15m", "1h30m"',
    "text": "text",
    "words": "a list of texts",
    "path": "a path",
    "paths": "a list of paths",
}


def from_toml(option: Option, value: object) -> Value:
    """Take a value as a TOML file spells it.

    Raises:
        ValueError: it does not fit; the message says what would.
    """
    converted = _native(option, value)
    if converted is None:
        raise ValueError(f"expected {_expected(option)}, got {shown(value)}")
    return _checked(option, converted)


def from_text(option: Option, text: str) -> Value:
    """Take a value as the environment and the command line spell it.

    Raises:
        ValueError: it does not fit; the message says what would.
    """
    converted = _parsed(option, text)
    if converted is None:
        raise ValueError(f"expected {_expected(option)}, got {text!r}")
    return _checked(option, converted)


def boolean(text: str) -> bool | None:
    """Read ``true``, ``yes``, ``on``, ``1`` or their opposites; None when it is none of them."""
    lowered = text.strip().lower()
    return lowered in _TRUE if lowered in _TRUE + _FALSE else None


def duration(text: str) -> float | None:
    """Read a number of seconds, or a duration such as ``90s`` or ``1h30m``; None when it is neither.

    >>> duration("1h30m")
    5400.0
    """
    import re

    parts = re.findall(r"(\d+(?:\.\d+)?)\s*(ms|[smhd])\s*", text)
    if parts and re.fullmatch(r"\s*(?:\d+(?:\.\d+)?\s*(?:ms|[smhd])\s*)+", text):
        return sum(float(number) * _UNITS[unit] for number, unit in parts)
    try:
        return float(text)
    except ValueError:
        return None


def shown(value: object) -> str:
    """Spell a value as TOML would, for messages."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    items = as_list(value)
    if items is not None:
        return f"[{', '.join(map(shown, items))}]"
    if isinstance(value, dict):
        return "a table"
    return str(value)


def _native(option: Option, value: object) -> Value | None:
    kind = option.kind
    if kind == "bool":
        return value if isinstance(value, bool) else None
    if kind == "int":
        return value if isinstance(value, int) and not isinstance(value, bool) else None
    if kind == "seconds":
        if isinstance(value, str):
            return duration(value)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    if kind in {"words", "paths"}:
        return _texts(value)
    return value if isinstance(value, str) else None


def _texts(value: object) -> tuple[str, ...] | None:
    items = as_list(value)
    if items is None:
        return None
    texts = tuple(item for item in items if isinstance(item, str))
    return texts if len(texts) == len(items) else None


def _parsed(option: Option, text: str) -> Value | None:
    kind = option.kind
    if kind == "bool":
        return boolean(text)
    if kind == "int":
        try:
            return int(text)
        except ValueError:
            return None
    if kind == "seconds":
        return duration(text)
    if kind in {"words", "paths"}:
        return tuple(word for part in text.split(",") if (word := part.strip()))
    return text


def _checked(option: Option, value: Value) -> Value:
    if option.kind == "seconds" and isinstance(value, float) and not value >= 0:
        raise ValueError(f"expected {_expected(option)}, not below 0, got {shown(value)}")
    if option.choices and value not in option.choices:
        from rotest_core.errors import did_you_mean

        near = did_you_mean(str(value), option.choices)
        raise ValueError(f"expected {_expected(option)}, got {shown(value)}{near}")
    return value


def _expected(option: Option) -> str:
    return (
        " or ".join((", ".join(option.choices[:-1]), option.choices[-1]))
        if option.choices
        else EXPECTED[option.kind]
    )
