"""Show earlier runs: a strip at the top, one for each failed test, and what is different from one of those runs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rotest_backends.outputs.html.markup import inline, sane
from rotest_backends.outputs.html.rows import CODES
from rotest_backends.outputs.outcomes import look_of
from rotest_backends.outputs.terminal import seconds
from rotest_core.events import Outcome
from rotest_core.results.comparing import Change

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rotest_backends.outputs.html.history import History
    from rotest_core.plugin.protocols.results import StoredRun, StoredTest
    from rotest_core.results.comparing import Difference

LISTED = 50
"""How many tests are named that are broken, fixed or missing, ..."""
LISTED_OTHERS = 20
"""... and how many of each other kind of change."""
_FIRST = (Change.BROKEN, Change.FIXED, Change.MISSING)
_BAD = (Outcome.UNEXPECTED_SUCCESS, Outcome.FAILURE, Outcome.ERROR)
_SHOWN = {
    Change.BROKEN: "f",
    Change.FIXED: "s",
    Change.STILL_FAILING: "f",
    Change.FLAKY: "",
    Change.MISSING: "n",
    Change.NEW: "",
    Change.SKIPPED: "k",
    Change.SLOWER: "",
    Change.FASTER: "",
}


def strip(history: History, counts: dict[str, int]) -> str:
    """Return the last runs side by side, this one at the end.

    Args:
        history: knows them.
        counts: how many tests of this run have which code.
    """
    past = history.past
    if past.problem:
        return f'<p class="notice">Earlier runs are not shown: {inline(past.problem)}</p>'
    if not past.runs:
        return ""
    bars = "".join(_bar(run) for run in past.runs)
    this = _column("this run", {CODES[outcome]: counts.get(CODES[outcome], 0) for outcome in Outcome})
    bad = sum(any(run.counts.get(outcome, 0) for outcome in _BAD) for run in past.runs)
    count = len(past.runs)
    says = f"the last {count} run{'s' * (count > 1)}: {bad} with failures"
    return f'<div class="past-runs"><div role="img" aria-label="{says}">{bars}{this}</div><small>{says}</small></div>'


def of_test(history: History, test: str) -> str:
    """Return what became of a test in the last runs, nothing where nobody knows.

    Args:
        history: knows it.
        test: its id.
    """
    results = history.past.results.get(test)
    if not results:
        return ""
    marks = "".join(_mark(run, results.get(run.id)) for run in history.past.runs)
    good = sum(result.outcome is not None and result.outcome.good for result in results.values())
    return f'<p class="past">{marks} <small>good in {good} of {len(results)} earlier runs</small></p>'


def comparison(history: History) -> str:
    """Return what is different from an earlier run."""
    past = history.past
    if past.compared is None:
        return ""
    changes: dict[Change, list[Difference]] = {}
    for difference in past.differences:
        changes.setdefault(difference.change, []).append(difference)
    same = len(changes.pop(Change.SAME, ()))
    lists = "".join(_changes(history, change, changes[change]) for change in _SHOWN if change in changes)
    name = f"{inline(past.compared.name, 80)} " if past.compared.name else ""
    rest = f'<p class="cut">{same:,} tests went as before.</p>'
    return (
        f'<section id="changes"><h2>Compared with {name}<small>{_moment(past.compared.started)} · '
        f"{inline(past.compared.id, 80)}</small></h2>{lists}{rest}</section>"
    )


def _bar(run: StoredRun) -> str:
    parts = {CODES[outcome]: run.counts.get(outcome, 0) for outcome in Outcome}
    says = ", ".join(
        f"{run.counts[outcome]:,} {look_of(outcome).plural}" for outcome in Outcome if run.counts.get(outcome)
    )
    state = "" if run.state == "finished" else f", {run.state}"
    return _column(
        f"{_moment(run.started)}: {says or 'nothing'}{state}, {seconds(sane(run.duration))}", parts
    )


def _column(says: str, parts: dict[str, int]) -> str:
    total = sum(parts.values()) or 1
    shown = "".join(
        f'<i class="{code}" style="flex-grow:{max(count / total, 0.06):.3f}"></i>'
        for code, count in parts.items()
        if count
    )
    worst = [code for code, count in parts.items() if count and code in "uef"] or ["s"]
    return f'<span class="{worst[-1]}" title="{inline(says, 300)}">{shown}</span>'


def _mark(run: StoredRun, result: StoredTest | None) -> str:
    if result is None:
        return f'<b class="none" title="{_moment(run.started)}: not run">·</b>'
    word = look_of(result.outcome).word
    flaky = ", flaky" if result.flaky else ""
    return f'<b class="{CODES[result.outcome]}" title="{_moment(run.started)}: {word}{flaky}"></b>'


def _changes(history: History, change: Change, differences: Sequence[Difference]) -> str:
    listed = LISTED if change in _FIRST else LISTED_OTHERS
    rows = "".join(_rows(history, change, differences[:listed]))
    more = len(differences) - listed
    left_out = f'<li class="cut">{more:,} more</li>' if more > 0 else ""
    is_open = " open" if change in _FIRST else ""
    return (
        f'<details class="change"{is_open}><summary><b class="{_SHOWN[change]}">{len(differences):,}</b> '
        f'{change}</summary><ul class="rows">{rows}{left_out}</ul></details>'
    )


def _rows(history: History, change: Change, differences: Sequence[Difference]) -> Iterator[str]:
    for difference in differences:
        key, shown = history.key_of(difference), inline(difference.id, 160)
        title = f'<a href="#t{key}">{shown}</a>' if key else shown
        before, after = difference.before, difference.after
        pace = ""
        if change in (Change.SLOWER, Change.FASTER) and before is not None and after is not None:
            pace = f"<i>{seconds(sane(before.duration))} → {seconds(sane(after.duration))}</i>"
        code = CODES[after.outcome] if after is not None else "n"
        yield f'<li class="{code}">{title}{pace}</li>'


def _moment(seconds_since_epoch: float) -> str:
    try:
        return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds_since_epoch))
    except (ValueError, OverflowError, OSError):
        return "some time"
