"""Put any text into HTML: escaped, printable, and no longer than it may be."""

from __future__ import annotations

from rotest_backends.outputs.terminal import lines_of, one_line

LINE = 400
"""Characters of a text that stands on one line."""
TEXT = 24_000
"""Characters of a text of many lines."""
TEXT_LINES = 400
"""Lines of a text of many lines."""

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


def escaped(text: str) -> str:
    r"""Return text as HTML on one line; what is not printable looks as Python escapes it (``\x1b``)."""
    return one_line(text).translate(_ENTITIES)


def bounded(text: str, most: int = TEXT) -> str:
    """Leave out the middle of a text that is too long, and say so where it was.

    Args:
        text: any text; the result keeps nothing else of it in memory.
        most: characters to keep, about.
    """
    if len(text) <= most:
        return text
    head = most // 4
    tail = most - head
    return (
        f"{text[:head]}\n... {len(text) - most:,} characters left out, see events.jsonl ...\n{text[-tail:]}"
    )


def inline(text: str, most: int = LINE) -> str:
    """Return text as HTML on one line, its end cut when it is too long."""
    return escaped(text if len(text) <= most else f"{text[: most - 1]}…")


def text_lines(text: str, most: int = TEXT_LINES) -> list[str]:
    """Return the lines of a text, not yet escaped for HTML, the middle left out when there are too many."""
    lines = lines_of(bounded(text))
    if len(lines) <= most:
        return lines
    head = most // 4
    left_out = f"... {len(lines) - most:,} lines left out, see events.jsonl ..."
    return [*lines[:head], left_out, *lines[head - most :]]


def block(text: str, most: int = TEXT_LINES) -> str:
    """Return text of many lines as HTML for a ``pre``."""
    return "\n".join(escaped(line) for line in text_lines(text, most))


def number(value: float) -> str:
    """Write a number of seconds briefly, to the millisecond."""
    return f"{value:.3f}".rstrip("0").rstrip(".") or "0"


def sane(seconds: float) -> float:
    """Keep what a broken clock or log made up out of the report: no length of time takes 30 years, or is below 0."""
    return seconds if 0 <= seconds < 1e9 else 0.0
