"""Say at the top of the page how the run went, where, and how to do it again."""

from __future__ import annotations

import shlex
import time
from typing import TYPE_CHECKING

from rotest_backends.outputs.html.markup import escaped, inline
from rotest_backends.outputs.html.rows import OUTCOMES
from rotest_backends.outputs.outcomes import GREEN, ORANGE, VERMILION, look_of
from rotest_backends.outputs.summary import VERDICTS
from rotest_backends.outputs.terminal import lines_of, one_line, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rotest_backends.outputs.html.page import Page

_KINDS = {GREEN: "good", ORANGE: "warn", VERMILION: "bad"}
_MARKS = {"good": "✓", "warn": "!", "bad": "✗"}


def counts_of(page: Page) -> dict[str, int]:
    """Return how many tests have which code: as the run itself says, else as far as the log goes."""
    if page.finished is None:
        return {code: page.tree.counts[code] for code in OUTCOMES if page.tree.counts[code]}
    counted = dict(page.finished.counts)
    counts = {code: counted.get(outcome, 0) for code, outcome in OUTCOMES.items() if outcome is not None}
    counts["n"] = page.tree.counts["n"]
    return {code: count for code, count in counts.items() if count}


def _verdict(page: Page) -> tuple[str, str]:
    if page.finished is None:
        return "CUT SHORT", "warn"
    word, style = VERDICTS.get(page.finished.status, (f"EXIT STATUS {page.finished.status}", VERMILION))
    return word, _KINDS[style]


def title(page: Page, counts: Mapping[str, int]) -> str:
    """Return the page's title."""
    word, kind = _verdict(page)
    bad = sum(counts.get(code, 0) for code in "ufen")
    name = f" · {inline(page.started.name, 80)}" if page.started is not None and page.started.name else ""
    few = f" {bad:,} of" if bad else ""
    return f"{_MARKS[kind]} {word}{few} {sum(counts.values()):,}{name}"


def verdict(page: Page) -> str:
    """Return the verdict, with the run's name, when it was and how long it took."""
    word, kind = _verdict(page)
    facts: list[str] = []
    if page.started is not None:
        if page.started.name:
            facts.append(f"<b>{inline(page.started.name, 200)}</b>")
        facts.append(_moment(page.started.time))
    if page.finished is not None:
        facts.append(f"took {seconds(page.finished.duration)}")
    shown = " · ".join(fact for fact in facts if fact)
    return f'<div class="verdict {kind}"><h1><span>{_MARKS[kind]}</span> {word}</h1><p>{shown}</p></div>'


def _moment(seconds_since_epoch: float) -> str:
    try:
        moment = time.gmtime(seconds_since_epoch)
        text = time.strftime("%Y-%m-%d %H:%M:%S", moment)
    except (ValueError, OverflowError, OSError):
        return ""
    return f'<time datetime="{text.replace(" ", "T")}Z">{text} UTC</time>'


def tiles(page: Page, counts: Mapping[str, int]) -> str:
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
    planned = page.started.total if page.started is not None else 0
    missing = planned - sum(counts.values())
    rest = f'<span class="tile"><b>{missing:,}</b> did not run</span>' if missing > 0 else ""
    return f'<div class="tiles">{numbers}{rest}</div><div class="bar" role="presentation">{bar}</div>'


def notices(page: Page) -> str:
    """Return what went wrong with the run itself."""
    return "".join(f'<p class="notice">{text}</p>' for text in _notices(page))


def _notices(page: Page) -> Iterator[str]:
    if page.finished is None:
        yield "The log of this run ends before the run did: it was killed, or this was made from a part of it."
    for interruption in page.interruptions[:10]:
        yield f"Interrupted: {inline(interruption.reason)}"
    for failed in page.switched_off[:20]:
        yield f"Output {inline(failed.handler, 60)} was switched off: {inline(lines_of(failed.text)[-1])}"


def command_lines(page: Page) -> str:
    """Return the commands that run it all again, and what failed alone."""
    commands: list[tuple[str, str]] = []
    ids = page.failures.ids()
    if ids:
        commands.append(
            ("run what failed again", "rotest " + " ".join(shlex.quote(one_line(id_)) for id_ in ids))
        )
    if page.started is not None and page.started.command:
        commands.append(("run it all again", shlex.join(map(one_line, page.started.command))))
    return "".join(
        f'<p class="run"><span>{label}</span> <code>{escaped(command[:8000])}</code></p>'
        for label, command in commands
    )


def environment(page: Page) -> str:
    """Return the facts about the run: host, user, versions, directories."""
    started = page.started
    if started is None:
        return ""
    facts = [
        *started.environment,
        ("project", started.root),
        ("run", started.run),
        ("directory", started.directory),
    ]
    shown = "".join(
        f"<div><dt>{inline(name, 60)}</dt><dd>{inline(value)}</dd></div>" for name, value in facts if value
    )
    return f'<dl class="environment">{shown}</dl>'
