"""Text and numbers that any database can keep."""

from __future__ import annotations

from math import isfinite

SUMMARY_LENGTH = 500
"""Characters of a summary that are kept."""


def storable(text: str) -> str:
    r"""Replace what databases refuse in a text, NUL and halves of surrogate pairs, by what Python writes for it.

    >>> storable("a\0b")
    'a\\x00b'
    """
    if text.isascii():
        return text.replace("\0", "\\x00") if "\0" in text else text
    return text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")


def finite(number: float) -> float:
    """Replace what is no number, or infinite, by 0: a log may hold anything."""
    return number if isfinite(number) else 0.0


def one_line(text: str) -> str:
    """Return the first line that says something, shortened, storable."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return storable(first if len(first) <= SUMMARY_LENGTH else first[: SUMMARY_LENGTH - 1] + "…")
