"""Show what a test measured, as bars against the limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_backends.outputs.html.markup import inline
from rotest_backends.outputs.html.plots import amount

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rotest_backends.outputs.html.gathering import Story
    from rotest_core.events import MeasurementTaken

MARKS = {"pass": "s", "marginal": "m", "fail": "f"}
WORDS = {"s": "within its limits", "m": "within its limits, and near one of them", "f": "failed"}
WIDTH, HEIGHT = 200, 18
"""The picture; the limits stand at a quarter and at three quarters of it."""


def measurements(story: Story, place: Callable[[str, int], str]) -> str:
    """Return the measurements of a test, those that failed first.

    Args:
        story: of the test.
        place: shows a place in a source file.
    """
    total = story.measured_count
    if not total:
        return ""
    failed = story.missed_count
    title = f"{failed:,} of {total:,} out of limits" if failed else f"{total:,}"
    rows = "".join(_rows(story, place))
    left_out = total - len(story.missed) - len(story.measured)
    if left_out:
        rows += f'<tr><th></th><td colspan="4" class="cut">{left_out:,} more were left out, see events.jsonl</td></tr>'
    return (
        f'<h4>Measurements <small>{title}</small></h4><table class="measured"><tbody>{rows}</tbody></table>'
    )


def _rows(story: Story, place: Callable[[str, int], str]) -> Iterator[str]:
    for taken in (*story.missed, *story.measured):
        mark = MARKS.get(taken.verdict, "f")
        unit = f" {inline(taken.unit, 20)}" if taken.unit else ""
        yield (
            f'<tr class="{mark}"><th scope="row" title="{WORDS[mark]}"></th><td>{inline(taken.name, 120)}'
            f'<small title="where it was measured">{place(taken.file, taken.line) if taken.file else ""}</small></td>'
            f"<td><b>{_value(taken)}</b>{unit}</td><td>{_bar(taken)}</td><td>{_limits(taken)}</td></tr>"
        )


def _value(taken: MeasurementTaken) -> str:
    value = taken.value
    return inline(str(value), 200) if isinstance(value, bool | str) else f"{value:.10g}"


def _limits(taken: MeasurementTaken) -> str:
    low, high = taken.low, taken.high
    if low is not None and high is not None:
        return f"{amount(low)} … {amount(high)}"
    if low is not None:
        return f"≥ {amount(low)}"
    return "" if high is None else f"≤ {amount(high)}"


def _bar(taken: MeasurementTaken) -> str:
    """Draw the limits as a band and the value as a mark; one that is far out stands at the edge, as an arrow."""
    value = taken.value
    if isinstance(value, bool | str) or (taken.low is None and taken.high is None):
        return ""
    low, high = _ends(taken, value)
    share = _share(value, low, high)
    at = WIDTH / 4 + share * WIDTH / 2
    band = _band(taken)
    return (
        f'<svg class="gauge" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" aria-hidden="true">'
        f'<rect class="off" y="6" width="{WIDTH}" height="6"/>{band}{_mark(at)}</svg>'
    )


def _ends(taken: MeasurementTaken, value: float) -> tuple[float, float]:
    """Return both limits; where one is missing, zero as a rule, for a bar from there says most."""
    low, high = taken.low, taken.high
    if low is not None and high is not None:
        return low, high
    only = low if low is not None else high or 0.0
    reach = max(abs(value - only) if abs(value) < 1e300 else 0.0, abs(only)) or 1.0
    return (only, only + reach) if low is not None else (only - reach, only)


def _share(value: float, low: float, high: float) -> float:
    """Tell where a value lies between the limits: 0 at the low one, 1 at the high one, and no farther than shown."""
    if not abs(value) < 1e300:
        return 1.5 if value > 0 else -0.5
    if high == low:
        return 0.5 if value == low else 1.5 if value > high else -0.5
    return max(-0.5, min(1.5, (value - low) / (high - low)))


def _band(taken: MeasurementTaken) -> str:
    left = WIDTH / 4 if taken.low is not None else 0.0
    right = WIDTH * 3 / 4 if taken.high is not None else float(WIDTH)
    edges = "".join(
        f'<path class="edge" d="M{edge:g} 2V16"/>'
        for edge, limit in ((left, taken.low), (right, taken.high))
        if limit is not None
    )
    return f'<rect class="in" x="{left:g}" y="6" width="{right - left:g}" height="6"/>{edges}'


def _mark(at: float) -> str:
    if at <= 0:
        return '<path class="at" d="M8 3L1 9L8 15Z"/>'
    if at >= WIDTH:
        return f'<path class="at" d="M{WIDTH - 8} 3L{WIDTH - 1} 9L{WIDTH - 8} 15Z"/>'
    return f'<circle class="at" cx="{at:.1f}" cy="9" r="5"/>'
