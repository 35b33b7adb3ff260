"""How each outcome looks: a letter, a glyph, words and a colour.

Glyphs and words differ for every outcome, so that nothing depends on colour alone; the colours are those of Okabe and
Ito's palette (Color Universal Design, 2008), which people with any kind of colour vision can tell apart.
"""

from __future__ import annotations

from rotest_core.events import Outcome
from rotest_core.quick_typing import NamedTuple


class Look(NamedTuple):
    """Say how one outcome is shown.

    Args:
        letter: one ASCII letter, as unittest prints it.
        glyph: one character, one column wide.
        word: what a line calls it.
        plural: what totals call it.
        style: parameters of an SGR escape sequence.
    """

    letter: str
    glyph: str
    word: str
    plural: str
    style: str


GREEN, ORANGE, BLUE, PURPLE, VERMILION, GREY = "38;5;36", "38;5;214", "38;5;74", "38;5;175", "38;5;166", "2"
BOLD = "1"

LOOKS = {
    Outcome.SUCCESS: Look(".", "✓", "passed", "passed", GREEN),
    Outcome.SKIPPED: Look("s", "○", "skipped", "skipped", ORANGE),
    Outcome.EXPECTED_FAILURE: Look("x", "≈", "expected failure", "expected failures", BLUE),
    Outcome.UNEXPECTED_SUCCESS: Look("u", "≠", "unexpected success", "unexpected successes", PURPLE),
    Outcome.FAILURE: Look("F", "✗", "failed", "failed", VERMILION),
    Outcome.ERROR: Look("E", "‼", "error", "errors", VERMILION + ";1"),
}
UNFINISHED = Look("?", "…", "unfinished", "unfinished", PURPLE)


def look_of(outcome: Outcome | None) -> Look:
    """Return how an outcome looks; None stands for a test that did not end."""
    return UNFINISHED if outcome is None else LOOKS[outcome]
