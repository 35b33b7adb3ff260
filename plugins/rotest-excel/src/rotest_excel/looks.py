"""How outcomes look: words and colours.

The colours are tints of Okabe and Ito's palette (Color Universal Design, 2008), told apart with any colour vision and
dark text readable on each; the words say the same without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rotest_core import Outcome

if TYPE_CHECKING:
    from rotest_core.plugin import TestReport


class Look(NamedTuple):
    """Say how an outcome is shown.

    Args:
        word: what it is called.
        fill: background of its cell in the column Result.
        tint: background of the rest of the row, empty for none.
        chart: colour of its part of the chart.
    """

    word: str
    fill: str
    tint: str
    chart: str


LOOKS = {
    Outcome.SUCCESS: Look("passed", "#C9EBDF", "", "#009E73"),
    Outcome.SKIPPED: Look("skipped", "#FBE3B5", "", "#E69F00"),
    Outcome.EXPECTED_FAILURE: Look("expected failure", "#CFE8F7", "", "#56B4E9"),
    Outcome.UNEXPECTED_SUCCESS: Look("unexpected success", "#EBCFE0", "#F9F0F5", "#CC79A7"),
    Outcome.FAILURE: Look("failed", "#F2B98F", "#FCEFE5", "#D55E00"),
    Outcome.ERROR: Look("error", "#E08A52", "#FAE3D3", "#8F3F00"),
}
UNFINISHED = Look("unfinished", "#D9D9D9", "#F2F2F2", "#7F7F7F")


def look_of(outcome: Outcome | None) -> Look:
    """Return how an outcome looks; None stands for a test that did not end."""
    return UNFINISHED if outcome is None else LOOKS[outcome]


def word_of(report: TestReport) -> str:
    """Name a test's outcome, with its cause where that is not the product."""
    word = look_of(report.outcome).word
    if report.flaky and report.outcome is Outcome.SUCCESS:
        return f"{word} (flaky)"
    return f"{word} (infrastructure)" if report.cause == "infrastructure" else word
