"""Draw series as SVG, without script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_backends.outputs.html.markup import inline, sane

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rotest_backends.outputs.html.series import Series

WIDTH, HEIGHT = 1000, 100


def plots(
    series: Iterable[Series], left_out: int, start: float, end: float, clock: Callable[[float], str]
) -> str:
    """Return a picture of each series, one below the other, on one axis of time.

    Args:
        series: what to draw.
        left_out: how many further series there are.
        start: where the axis begins.
        end: where it ends.
        clock: shows a moment.
    """
    shown = "".join(_figure(each, start, end) for each in series)
    if not shown:
        return ""
    more = f'<p class="cut">{left_out:,} more series were left out, see events.jsonl.</p>' if left_out else ""
    axis = f'<p class="axis"><i>{clock(start)} s</i><i>{clock(end)} s</i></p>'
    return f'<div class="plots">{shown}{axis}</div>{more}'


def path_of(series: Series, start: float, end: float) -> str:
    """Return the line of a series, in a box of `WIDTH` by `HEIGHT`: its time from start to end, its values in full."""
    across, up = WIDTH / (sane(end - start) or 1.0), HEIGHT / ((series.high - series.low) or 1.0)
    flat = series.high == series.low

    def x(time: float) -> str:
        return _short(sane(time - start) * across)

    def y(value: float) -> str:
        return _short(HEIGHT / 2 if flat else HEIGHT - (value - series.low) * up)

    parts: list[str] = []
    for span in series.spans:
        parts.append(f"{'M' if span.fresh or not parts else 'L'}{x(span.start)} {y(span.low)}")
        if span.high != span.low or span.end != span.start:
            parts.append(f"L{x(span.end)} {y(span.high)}")
        elif span.fresh:
            parts.append("h0")  # a single sample is a dot
    return "".join(parts)


def _figure(series: Series, start: float, end: float) -> str:
    name, unit = inline(series.label, 120), f" {inline(series.unit, 20)}" if series.unit else ""
    low, high = amount(series.low), amount(series.high)
    says = f"{series.count:,} sample{'s' * (series.count > 1)} from {low} to {high}{unit}"
    return (
        f'<figure class="plot"><figcaption><b>{name}</b>{unit} <small>{says}</small></figcaption>'
        f"<i>{high}</i><i>{low}</i>"
        f'<svg viewBox="0 -4 {WIDTH} {HEIGHT + 8}" preserveAspectRatio="none" role="img" aria-label="{name}: {says}">'
        f'<path d="{path_of(series, start, end)}"/></svg></figure>'
    )


def amount(value: float) -> str:
    """Write a number briefly."""
    return f"{value:.5g}"


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
