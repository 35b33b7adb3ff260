"""Say at the top of the page how the run went, where, and how to do it again."""

from __future__ import annotations

import shlex
import time
from typing import TYPE_CHECKING

from rotest_backends.outputs.html.markup import LINE, escaped, inline
from rotest_backends.outputs.html.rows import OUTCOMES
from rotest_backends.outputs.outcomes import GREEN, ORANGE, VERMILION, look_of
from rotest_backends.outputs.summary import VERDICTS
from rotest_backends.outputs.terminal import lines_of, one_line, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rotest_backends.outputs.html.overview import Overview

_KINDS = {GREEN: "good", ORANGE: "warn", VERMILION: "bad"}
_MARKS = {"good": "✓", "warn": "!", "bad": "✗"}


def counts_of(overview: Overview) -> dict[str, int]:
    """Return how many tests have which code: as the run itself says, else as far as the log goes."""
    if overview.finished is None:
        return {code: overview.tree.counts[code] for code in OUTCOMES if overview.tree.counts[code]}
    counted = dict(overview.finished.counts)
    counts = {code: counted.get(outcome, 0) for code, outcome in OUTCOMES.items() if outcome is not None}
    counts["n"] = overview.tree.counts["n"]
    return {code: count for code, count in counts.items() if count}


def _verdict(overview: Overview) -> tuple[str, str]:
    if overview.finished is None:
        return "CUT SHORT", "warn"
    word, style = VERDICTS.get(
        overview.finished.status, (f"EXIT STATUS {overview.finished.status}", VERMILION)
    )
    return word, _KINDS[style]


def title(overview: Overview, counts: Mapping[str, int]) -> str:
    """Return the page's title."""
    word, kind = _verdict(overview)
    bad = sum(counts.get(code, 0) for code in "ufen")
    name = (
        f" · {inline(overview.started.name, 80)}"
        if overview.started is not None and overview.started.name
        else ""
    )
    few = f" {bad:,} of" if bad else ""
    return f"{_MARKS[kind]} {word}{few} {sum(counts.values()):,}{name}"


def verdict(overview: Overview) -> str:
    """Return the verdict, with the run's name, when it was and how long it took."""
    word, kind = _verdict(overview)
    facts: list[str] = []
    if overview.started is not None:
        if overview.started.name:
            facts.append(f"<b>{inline(overview.started.name, 200)}</b>")
        facts.append(_moment(overview.started.time))
    if overview.finished is not None:
        facts.append(f"took {seconds(overview.finished.duration)}")
    shown = " · ".join(fact for fact in facts if fact)
    return f'<div class="verdict {kind}"><h1><span>{_MARKS[kind]}</span> {word}</h1><p>{shown}</p></div>'


def _moment(seconds_since_epoch: float) -> str:
    try:
        moment = time.gmtime(seconds_since_epoch)
        text = time.strftime("%Y-%m-%d %H:%M:%S", moment)
    except (ValueError, OverflowError, OSError):
        return ""
    return f'<time datetime="{text.replace(" ", "T")}Z">{text} UTC</time>'


def tiles(overview: Overview, counts: Mapping[str, int]) -> str:
    """Return how many tests ended how, as numbers and as a bar; each number is a filter."""
    total = sum(counts.values()) or 1
    shown = [(code, counts[code], look_of(OUTCOMES[code])) for code in "efunxks" if counts.get(code)]
    numbers = "".join(
        f'<a class="tile {code}" href="#show={code}"><b>{count:,}</b> {look.word if count == 1 else look.plural}</a>'
        for code, count, look in reversed(shown)
    )
    bar = "".join(
        f'<i class="{code}" style="flex-grow:{max(count / total, 0.004):.4f}" title="{count:,} {look.plural}"></i>'
        for code, count, look in reversed(shown)
    )
    planned = overview.started.total if overview.started is not None else 0
    missing = planned - sum(counts.values())
    rest = f'<span class="tile"><b>{missing:,}</b> did not run</span>' if missing > 0 else ""
    count = overview.flaky if overview.finished is None else overview.finished.flaky
    flaky = f'<a class="tile flaky" href="#q=flaky"><b>{count:,}</b> flaky</a>' if count else ""
    return f'<div class="tiles">{numbers}{flaky}{rest}</div><div class="bar" role="presentation">{bar}</div>'


def notices(overview: Overview) -> str:
    """Return what went wrong with the run itself."""
    return "".join(f'<p class="notice">{text}</p>' for text in _notices(overview))


def _notices(overview: Overview) -> Iterator[str]:
    if overview.finished is None:
        yield "The log of this run ends before the run did: it was killed, or this was made from a part of it."
    for interruption in overview.interruptions[:10]:
        yield f"Interrupted: {inline(interruption.reason)}"
    for failed in overview.switched_off[:20]:
        yield f"Output {inline(failed.handler, 60)} was switched off: {inline(lines_of(failed.text)[-1])}"


def command_lines(overview: Overview) -> str:
    """Return the commands that run it all again, and what failed alone."""
    commands: list[tuple[str, str]] = []
    ids = overview.failures.ids()
    if ids:
        commands.append(
            ("run what failed again", "rotest " + " ".join(shlex.quote(one_line(id_)) for id_ in ids))
        )
    if overview.started is not None and overview.started.command:
        commands.append(("run it all again", shlex.join(map(one_line, overview.started.command))))
    return "".join(
        f'<p class="run"><span>{label}</span> <code>{escaped(command[:8000])}</code></p>'
        for label, command in commands
    )


def environment(overview: Overview) -> str:
    """Return the facts about the run: host, user, versions, directories."""
    started = overview.started
    if started is None:
        return ""
    facts = [
        *started.environment,
        ("project", started.root),
        ("run", started.run),
        ("directory", started.directory),
    ]
    shown = "".join(
        f"<div><dt>{inline(name, 60)}</dt><dd>{_fact(value)}</dd></div>" for name, value in facts if value
    )
    return f'<dl class="environment">{shown}</dl>'


def _fact(value: str) -> str:
    """Show a fact, folded where it is a long one: the packages that were installed."""
    if len(value) <= LINE:
        return inline(value)
    return f"<details><summary>{inline(value, 60)}</summary>{inline(value, 20_000)}</details>"
