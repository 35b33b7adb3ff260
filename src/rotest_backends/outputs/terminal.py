"""Write to a person's terminal, or to the file it was redirected to, whatever it can show."""

from __future__ import annotations

import os

from rotest_backends.outputs.outcomes import BOLD, GREY, LOOKS, VERMILION, look_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from rotest_core.events import Outcome
    from rotest_core.plugin import HandlerContext

FLUSH_AFTER = 0.1
"""Seconds (by the events' clock) after which a stream that is no terminal is flushed."""


def one_line(text: str) -> str:
    r"""Make text safe to print on one line: whatever is not printable is escaped as Python does (``\n``, ``\x1b``)."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def lines_of(text: str) -> list[str]:
    r"""Split text at ``\n`` alone, each line safe to print, tabs expanded."""
    return [one_line(line.rstrip("\r").expandtabs(4)) for line in text.rstrip("\n").split("\n")]


def seconds(duration: float) -> str:
    """Show a duration as a person reads it: ``8 ms``, ``1.25 s``, ``3:05 min``, ``1:02:03 h``."""
    if not abs(duration) < 1e9:
        return "? s"  # a broken clock or log: no test takes 30 years, or no number at all
    if duration < 0.9995:
        return f"{max(duration, 0.0) * 1000:.0f} ms"
    if duration < 59.995:
        return f"{duration:.2f} s"
    minutes, rest = divmod(round(duration), 60)
    if minutes < 60:
        return f"{minutes}:{rest:02} min"
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02} h"


class Terminal:
    """Write lines to a stream, coloured where that was asked for, escaped where its encoding lacks a character.

    Attributes:
        is_live: whether a person watches: the stream is a terminal.
        glyphs: what stands for each outcome on this stream.
    """

    def __init__(self, context: HandlerContext) -> None:
        self._stream: TextIO = context.stream
        self._color = context.color
        self._flushed = 0.0
        self._passing = False
        self.is_live = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._encoding = getattr(self._stream, "encoding", None) or "utf-8"
        self._unicode = self._can_show("".join(look.glyph for look in LOOKS.values()))

    def _can_show(self, text: str) -> bool:
        try:
            text.encode(self._encoding)
        except (UnicodeEncodeError, LookupError):
            return False
        return True

    def write(self, text: str) -> None:
        """Write text as it is, but for characters that the stream cannot encode."""
        if self._passing:
            self._passing = False
            text = "\r\x1b[K" + text
        try:
            self._stream.write(text)
        except UnicodeEncodeError:
            self._stream.write(text.encode(self._encoding, "backslashreplace").decode(self._encoding))

    def line(self, text: str = "") -> None:
        """Write one line."""
        self.write(text + "\n")

    def passing(self, text: str) -> None:
        """Show a line on a live terminal until the next one is written; do nothing elsewhere.

        Args:
            text: plain text; it is cut to the width of the terminal.
        """
        if self.is_live:
            self.write(self.paint(text[: self.width() - 1], GREY))
            self._passing = True
            self._stream.flush()

    def width(self) -> int:
        """Return the columns of the terminal; 80 where there is none."""
        if not self.is_live:
            return 80
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or 80
        except (OSError, ValueError):
            return 80

    def pace(self, time: float) -> None:
        """Flush when a person watches, or the last time is a while ago.

        Args:
            time: the time of the event at hand.
        """
        if self.is_live or not 0 <= time - self._flushed < FLUSH_AFTER:
            self._flushed = time
            self._stream.flush()

    def flush(self) -> None:
        """Flush the stream."""
        self._stream.flush()

    def paint(self, text: str, style: str) -> str:
        """Colour text, if this stream is coloured."""
        return f"\x1b[{style}m{text}\x1b[0m" if self._color and text and style else text

    def bold(self, text: str) -> str:
        """Emphasise text."""
        return self.paint(text, BOLD)

    def dim(self, text: str) -> str:
        """Let text step back."""
        return self.paint(text, GREY)

    def alarm(self, text: str) -> str:
        """Colour text as trouble."""
        return self.paint(text, VERMILION)

    def glyph(self, outcome: Outcome | None) -> str:
        """Return the coloured sign of an outcome: a glyph, or unittest's letter where glyphs cannot be shown."""
        look = look_of(outcome)
        return self.paint(look.glyph if self._unicode else look.letter, look.style)

    def word(self, outcome: Outcome | None) -> str:
        """Return the coloured word for an outcome."""
        look = look_of(outcome)
        return self.paint(look.word, look.style)

    def symbol(self, fancy: str, plain: str) -> str:
        """Return `fancy` where the stream can show it, else `plain`."""
        return fancy if self._unicode and self._can_show(fancy) else plain
