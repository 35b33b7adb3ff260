"""Show the resources of a test, how it came by them, and what was done to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_backends.outputs.html.markup import block, inline, sane
from rotest_backends.outputs.terminal import seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rotest_backends.outputs.html.gathering import Story
    from rotest_core.events import ResourceLeased, ResourceStep


def belongs(step: ResourceStep, name: str) -> bool:
    """Tell whether a step was done to a resource or to a part of it."""
    return step.resource == name or step.resource.startswith(f"{name}.")


def equipment(story: Story, clock: Callable[[float], str]) -> str:
    """Return the resources of a test, with waits and life cycle.

    Args:
        story: of the test.
        clock: shows a moment.
    """
    if not (story.leases or story.steps or story.waits):
        return ""
    rows = "".join((*_waits(story, clock), *_leases(story), *_others(story)))
    return f'<h4>Resources</h4><table class="equipment"><tbody>{rows}</tbody></table>'


def _waits(story: Story, clock: Callable[[float], str]) -> Iterator[str]:
    for wait in story.waits:
        yield f'<tr class="w"><th>waiting</th><td><i>{clock(wait.time)}</i> {inline(wait.reason, 1000)}</td></tr>'


def _leases(story: Story) -> Iterator[str]:
    for lease in story.leases:
        facts = [f"<b>{inline(lease.type)} {inline(lease.name)}</b>"]
        if lease.token:
            facts.append(f"token {lease.token}")
        if sane(lease.waited) >= 0.001:
            facts.append(f'<span class="waited">waited {seconds(lease.waited)}</span>')
        if lease.dirty:
            facts.append("left in doubt by its last holder")
        release = story.releases.get(lease.request)
        if release is not None and release.dirty:
            facts.append("given back in doubt")
        steps = _steps(step for step in story.steps if belongs(step, lease.name))
        yield f"<tr><th>{inline(lease.request)}</th><td>{' · '.join(facts)}{steps}</td></tr>"


def _others(story: Story) -> Iterator[str]:
    """Yield steps of what was not leased: of a service, or where a line of the log is missing."""
    others = [step for step in story.steps if not any(belongs(step, lease.name) for lease in story.leases)]
    for name in dict.fromkeys(step.resource for step in others):
        yield f"<tr><th></th><td><b>{inline(name)}</b>{_steps(s for s in others if s.resource == name)}</td></tr>"


def _steps(steps: Iterable[ResourceStep]) -> str:
    shown = "".join(map(_step, steps))
    return f'<ol class="steps">{shown}</ol>' if shown else ""


def _step(step: ResourceStep) -> str:
    name = step.resource.partition(".")[2]
    of = f"<i>{inline(name)}</i> " if name else ""
    mark, error = ("f", f"<pre>{block(step.error, 40)}</pre>") if step.error else ("s", "")
    return f'<li class="{mark}">{of}{inline(step.step)} <small>{seconds(step.duration)}</small>{error}</li>'


def lease_end(story: Story, lease: ResourceLeased) -> float:
    """Return when a lease ended: when it was given back, else when the test ended."""
    release = story.releases.get(lease.request)
    if release is not None:
        return release.time
    return story.report.finished.time if story.report.finished is not None else lease.time
