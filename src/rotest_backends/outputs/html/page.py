"""Put the page together: a template whose places are filled one after the other, straight into the file."""

from __future__ import annotations

import base64
import hashlib
import re
from importlib import resources
from typing import TYPE_CHECKING

from rotest_backends.outputs.files import whole_file
from rotest_backends.outputs.html.header import (
    command_lines,
    counts_of,
    environment,
    notices,
    tiles,
    title,
    verdict,
)
from rotest_backends.outputs.html.markup import inline, number, sane
from rotest_backends.outputs.html.plots import plots
from rotest_backends.outputs.terminal import seconds

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import IO

    from rotest_backends.outputs.html.lanes import Lane
    from rotest_backends.outputs.html.overview import Overview
    from rotest_backends.outputs.html.spool import Spool

SERIES = 16
"""How many series the timeline has at most."""
_PLACE = re.compile(r"<!--([A-Z_]+)-->")


def write_page(path: Path, overview: Overview, spool: Spool | None) -> None:
    """Write the page, whole or not at all.

    Args:
        path: the file.
        overview: what is known of the run.
        spool: holds what is told of each test; None if there was none.

    Raises:
        OSError: the file could not be written.
    """
    style, script = _asset("report.css"), _asset("report.js")
    counts = counts_of(overview)
    places: dict[str, Callable[[], str]] = {
        "STYLE": lambda: style,
        "SCRIPT": lambda: script,
        "DIGEST": lambda: base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        "TITLE": lambda: title(overview, counts),
        "VERDICT": lambda: verdict(overview),
        "TILES": lambda: tiles(overview, counts),
        "HISTORY": lambda: _history(overview, counts),
        "CHANGES": lambda: _comparison(overview),
        "CHANGES_LINK": lambda: '<a href="#changes">Changes</a>' if _compares(overview) else "",
        "NOTICES": lambda: notices(overview),
        "COMMANDS": lambda: command_lines(overview),
        "ENVIRONMENT": lambda: environment(overview),
        "FAILED": lambda: f"{len(overview.failures):,}" if len(overview.failures) else "none",
        "TOTAL": lambda: f"{overview.tree.counts.total():,}",
        "STATES": lambda: _states(overview),
        "LANES": lambda: _lanes(overview),
        "PLOTS": lambda: _plots(overview),
        "LEFT_OUT": lambda: _left_out(overview.passed_room.refused),
    }
    with whole_file(path) as target:
        for number_of_part, part in enumerate(_PLACE.split(_asset("report.html"))):
            if number_of_part % 2 == 0:
                target.write(part.encode())
            elif part in places:
                target.write(places[part]().encode())
            elif spool is not None:
                _from_spool(part, overview, target, spool)


def _from_spool(part: str, overview: Overview, target: IO[bytes], spool: Spool) -> None:
    if part == "FAILURES":
        history = overview.history
        if history is None:
            overview.failures.write(target, spool)
        else:
            from rotest_backends.outputs.html.past import of_test

            overview.failures.write(target, spool, lambda test: of_test(history, test))
    else:
        overview.tree.write(target, spool)


def _asset(name: str) -> str:
    return resources.files("rotest_backends.outputs.html").joinpath(name).read_text(encoding="utf-8")


def _left_out(count: int) -> str:
    if not count:
        return ""
    return (
        f'<p class="cut">Logs, expectations and resources of {count:,} tests that went well were left out to keep this '
        "page small: events.jsonl has them, and <code>--set outputs.html.passed_details=KIB</code> makes room.</p>"
    )


def _lanes(overview: Overview) -> str:
    """Return what each worker and each resource did, as a table; the timeline takes its labels from there."""
    lanes = overview.lanes
    rows = "".join(
        (
            *(_lane("worker", lane) for lane in lanes.workers),
            *(_lane("resource", lane) for lane in lanes.resources),
        )
    )
    length = (
        number(overview.finished.duration)
        if overview.finished is not None and overview.finished.duration < 1e9
        else "0"
    )
    return (
        f'<table class="lanes" data-length="{length}"><thead><tr><th></th><th>name</th><th>tests</th><th>busy</th>'
        f"<th>waited for</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _plots(overview: Overview) -> str:
    """Return the series of the run; the timeline takes its lines from there."""
    series = overview.samples.all()
    if not series:
        return ""
    start = overview.lanes.start
    end = max(each.spans[-1].end for each in series)
    if overview.finished is not None:
        end = max(end, start + sane(overview.finished.duration))
    left_out = overview.samples.left_out + max(len(series) - SERIES, 0)
    shown = plots(series[:SERIES], left_out, start, end, lambda time: f"{sane(time - start):.1f}")
    return (
        f'<details class="table series" data-length="{number(sane(end - start))}"><summary>Series</summary>'
        f"{shown}</details>"
    )


def _history(overview: Overview, counts: dict[str, int]) -> str:
    if overview.history is None:
        return ""
    from rotest_backends.outputs.html.past import strip

    return strip(overview.history, counts)


def _compares(overview: Overview) -> bool:
    return overview.history is not None and overview.history.past.compared is not None


def _comparison(overview: Overview) -> str:
    if overview.history is None:
        return ""
    from rotest_backends.outputs.html.past import comparison

    return comparison(overview.history)


def _states(overview: Overview) -> str:
    states = overview.failures.states()
    return f"<small> · {states}</small>" if states else ""


def _lane(kind: str, lane: Lane) -> str:
    waited = seconds(lane.waited) if lane.waited >= 0.001 else ""
    return (
        f'<tr class="{kind}"><td>{kind}</td><th scope="row">{inline(lane.label, 120)}</th><td>{lane.uses:,}</td>'
        f"<td>{seconds(lane.busy)}</td><td>{waited}</td></tr>"
    )
