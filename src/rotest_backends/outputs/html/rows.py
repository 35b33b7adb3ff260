"""Show each test as one row of the tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rotest_backends.outputs.html.markup import inline
from rotest_backends.outputs.outcomes import look_of
from rotest_backends.outputs.terminal import seconds
from rotest_core.events import Outcome

if TYPE_CHECKING:
    from rotest_backends.outputs.html.gathering import Story

CODES: dict[Outcome | None, str] = {
    Outcome.SUCCESS: "s",
    Outcome.SKIPPED: "k",
    Outcome.EXPECTED_FAILURE: "x",
    Outcome.UNEXPECTED_SUCCESS: "u",
    Outcome.FAILURE: "f",
    Outcome.ERROR: "e",
    None: "n",
}
"""The class of each outcome in the page; the most severe last."""
OUTCOMES = {code: outcome for outcome, code in CODES.items()}
PASSED = (Outcome.SUCCESS, Outcome.EXPECTED_FAILURE)
DESCRIPTION = 120


class Times(NamedTuple):
    """Say when a test ran, as `Lanes` writes it.

    Args:
        times: start, seconds, worker.
        spans: what it had and awaited.
    """

    times: str
    spans: str

    def __str__(self) -> str:
        return f'data-t="{self.times}"' + (f' data-r="{self.spans}"' if self.spans else "")


def key(story: Story) -> str:
    """Return what a test is called in the page: its number, with the attempt where it is not the first."""
    started = story.report.started
    return f"{started.test}-{started.attempt}" if started.attempt > 1 else str(started.test)


def code_of(story: Story) -> str:
    """Return the class of a test's outcome."""
    return CODES[story.report.outcome]


def summary(story: Story) -> str:
    """Return why a test did not pass, as text on one line."""
    worst = story.worst
    if worst is None:
        return ""
    text = (
        worst.text
        if worst.outcome is Outcome.SKIPPED
        else worst.summary or worst.text.strip().rpartition("\n")[2]
    )
    return text.strip().partition("\n")[0]


def says_all(story: Story) -> bool:
    """Tell whether there is nothing to say of a test that its row does not say."""
    return story.plain or (story.report.outcome is Outcome.SKIPPED and story.only_reported)


def passing(story: Story, times: Times, body: str = "") -> str:
    """Return the row of a test that went well; what there is to say more lies folded in it."""
    code = code_of(story)
    title = _title(story) + ("" if code == "s" else _why(story))
    inner = f"<details><summary>{title}</summary>{body}</details>" if body else title
    return f'<li id="t{key(story)}" class="{code}" {times}>{inner}</li>\n'


def linking(story: Story, times: Times) -> str:
    """Return the row of a test that did not go well, which links to where it is told in full."""
    name, code, title = key(story), code_of(story), _title(story)
    return f'<li id="r{name}" class="{code}" {times}><a href="#t{name}">{title}</a>{_why(story)}</li>\n'


def block(story: Story, body: str) -> str:
    """Return the row of a flow's block or sub-flow."""
    state = "" if story.report.good else " open"
    title = _title(story) + ("" if body and state else _why(story))
    inner = f"<details{state}><summary>{title}</summary>{body}</details>" if body else title
    return f'<li class="{code_of(story)}">{inner}</li>\n'


def failing(story: Story, body: str) -> str:
    """Return a test that did not go well, to be unfolded."""
    started = story.report.started
    around = [group for group in story.report.groups if group.kind != "flow"]
    inner = around[-1].name if around and around[-1].kind != "module" else ""
    where = started.id.partition("::")[0] or (around[0].name if around else "")
    cause = (
        f'<em class="infra">{inline(story.report.cause)}</em>'
        if story.report.cause == "infrastructure"
        else ""
    )
    name = inline(f"{inner}.{started.name}" if inner else started.name)
    word = look_of(story.report.outcome).word
    return (
        f'<details class="t {code_of(story)}" id="t{key(story)}"><summary title="{word}">'
        f"<small>{inline(where)}</small> <b>{name}</b>{cause}{_duration(story)}"
        f"<q>{inline(summary(story))}</q></summary><div>{body}</div></details>\n"
    )


def is_flaky(story: Story) -> bool:
    """Tell whether a test passed after an attempt that had not."""
    return story.report.started.attempt > 1 and story.report.outcome in PASSED


def _title(story: Story) -> str:
    started = story.report.started
    title = f"<span>{inline(started.name, 200)}</span>"
    if started.description:
        title += f" <small>{inline(started.description, DESCRIPTION)}</small>"
    if started.tags:
        inherited = {tag for group in story.report.groups for tag in group.tags}
        title += "".join(f" <em>{inline(tag, 60)}</em>" for tag in started.tags[:20] if tag not in inherited)
    if started.attempt > 1:
        title += f" <em>attempt {started.attempt}</em>"
    if is_flaky(story):
        title += ' <em class="flaky">flaky</em>'
    return title + _duration(story)


def _why(story: Story) -> str:
    why = summary(story)
    return f" <q>{inline(why, 200)}</q>" if why else ""


def _duration(story: Story) -> str:
    return (
        f"<i>{seconds(story.report.duration)}</i>"
        if story.report.finished is not None
        else "<i>unfinished</i>"
    )
