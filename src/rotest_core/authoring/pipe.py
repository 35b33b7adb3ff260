"""Pipes: a value taken from another name, on its way through a formula."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Pipe:
    """Take a value from another name, or hand it on under another name.

    ::

        blocks = [
            Weigh,  # has the output kilograms
            Report.params(grams=Pipe("kilograms", formula=lambda kilograms: kilograms * 1000)),
        ]

    On an input: before the block starts, the input becomes ``formula(value of name)``. On an output: when it is
    shared, it goes through the formula and appears as `name` instead. In ``common`` it is for every part with such a
    port.

    Args:
        name: where the value comes from; for an output, what it is to be called.
        formula: makes the new value of the old one; None to leave it as it is.
    """

    __slots__ = ("formula", "name")

    def __init__(self, name: str, formula: Callable[[Any], object] | None = None) -> None:
        self.name: str = name
        self.formula: Callable[[Any], object] | None = formula

    def apply(self, value: object) -> object:
        """Send a value through the formula."""
        return value if self.formula is None else self.formula(value)

    def __repr__(self) -> str:
        formula = "" if self.formula is None else f", {getattr(self.formula, '__name__', 'formula')}"
        return f"Pipe({self.name!r}{formula})"
