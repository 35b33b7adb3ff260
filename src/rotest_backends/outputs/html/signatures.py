"""Recognise failures that are alike: their messages without what differs from one run or test to the next."""

from __future__ import annotations

import re

_LONGEST = 300
_RULES = tuple(
    (re.compile(pattern), stand_in)
    for pattern, stand_in in (
        (r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b", "<id>"),
        (r"\b0x[0-9a-fA-F]+\b", "<address>"),
        (r"\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*[0-9])[0-9a-f]{12,}\b", "<id>"),
        (r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?\b", "<time>"),
        (r"\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b", "<time>"),
        (r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b", "<host>"),
        (r"(?:(?<=[\s'\"(=])|^)(?:/[\w.@+-]+){2,}/?", "<path>"),
        (r"[+-]?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b", "<n>"),
        (r"\s+", " "),
    )
)


def signature(message: str) -> str:
    """Return a message with numbers, addresses, times, paths and ids left out.

    Args:
        message: the last line of a traceback; its first line counts, and of that a bounded part.
    """
    first = message.strip().partition("\n")[0][: 2 * _LONGEST]
    for pattern, stand_in in _RULES:
        first = pattern.sub(stand_in, first)
    return first[:_LONGEST]
