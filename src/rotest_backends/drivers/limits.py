"""Time limits in the options of drivers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import attrs


def positive(options: object, field: attrs.Attribute[Any], value: float | None) -> None:
    """Reject a time limit that leaves no time; None is no limit."""
    if value is not None and not value > 0:
        raise ValueError(f"{field.name} is {value:g}: a time limit is a number of seconds above 0")
