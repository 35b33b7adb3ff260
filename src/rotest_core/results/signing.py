"""Recognise failures that are alike: their texts without what differs from one run or test to the next."""

from __future__ import annotations

import hashlib
import re

LONGEST = 4_000
"""Characters of a failure that its signature is made of: its last ones, where the reason stands."""

_RULES = tuple(
    (re.compile(pattern), stand_in)
    for pattern, stand_in in (
        (r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b", "<id>"),
        (r"\b0x[0-9a-fA-F]+\b", "<address>"),
        (r"\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*[0-9])[0-9a-f]{12,64}\b", "<id>"),
        (r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?\b", "<time>"),
        (r"\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b", "<time>"),
        (r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b", "<host>"),
        (r"(?<![\w<.])(?:/[\w.@+~-]+){2,}/?", "<path>"),
        (r"(?<![\w.])[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?!\w)", "<n>"),
    )
)
_TRACEBACK = re.compile(r"^[ \t]*Traceback \(most recent call last\):\n", re.MULTILINE)
_PLACE = re.compile(r"^[ \t]*File \".*\", line \d+.*\n(?:[ \t]{4,}.*\n)*", re.MULTILINE)


def normalise(text: str) -> str:
    """Return a failure's text with numbers, addresses, times, paths and ids generalised.

    Of a traceback only what was raised counts, and not where: lines move with every change of the code. Newlines of
    any kind become one kind, other white space one space.

    Args:
        text: a formatted traceback, or any message.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    raised = _PLACE.sub("", _TRACEBACK.sub("", text)).strip() or text.strip()
    raised = raised[-LONGEST:]
    for pattern, stand_in in _RULES:
        raised = pattern.sub(stand_in, raised)
    lines = (" ".join(line.split()) for line in raised.split("\n"))
    return "\n".join(line for line in lines if line)


def signature_id(normalised: str) -> str:
    """Return the stable identifier of a normalised failure.

    >>> signature_id("AssertionError: <n> != <n>")
    's-6f7fa9dd'
    """
    digest = hashlib.sha256(normalised.encode("utf-8", "backslashreplace")).hexdigest()
    return f"s-{digest[:8]}"


def fits(pattern: str, normalised: str) -> bool:
    """Tell whether a pattern describes a normalised failure; ``*`` stands for any text, also over several lines.

    It takes time in proportion to the text for each piece between stars, however many there are: no pattern stalls a
    run.
    """
    first, *rest = pattern.replace("\r\n", "\n").replace("\r", "\n").strip().split("*")
    if not rest:
        return normalised == first
    *middle, last = rest
    if not normalised.startswith(first) or len(normalised) < len(first) + len(last):
        return False
    position, end = len(first), len(normalised) - len(last)
    if not normalised.endswith(last):
        return False
    for piece in middle:
        found = normalised.find(piece, position, end)
        if found < 0:
            return False
        position = found + len(piece)
    return True
