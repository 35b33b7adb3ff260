"""Print a plan, for people and for programs."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from rotest_core.cli.color import styled, use_color
from rotest_core.cli.table import table, terminal_width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from rotest_core.config.settings import Settings
    from rotest_core.model.request import Request
    from rotest_core.planning.plan import Plan
    from rotest_core.planning.prospects import Prospect, TestProspects
    from rotest_core.scheduling.durations import Durations

_NAMED = 3
"""How many records of a request are named in the table."""


def print_json(plan: Plan, found: Sequence[TestProspects], problems: Sequence[str], past: Durations) -> None:
    """Print everything that is known of a plan; what many tests ask for stands there once."""
    requests: dict[Request[Any], int] = {}
    served: list[Prospect] = []
    tests: list[dict[str, object]] = []
    for prospects in found:
        asked: list[dict[str, object]] = []
        for prospect in prospects.requests:
            place = requests.setdefault(prospect.request.bound(""), len(served))
            if place == len(served):
                served.append(prospect)
            asked.append({"name": prospect.request.name, "part": prospect.part, "request": place})
        test = prospects.test
        shown = {"id": test.id, "kind": test.kind, "tags": list(test.tags), "seconds": past.past(test)}
        tests.append({**shown, "requests": asked, "problem": prospects.problem})
    whole = {
        "tests": tests,
        "requests": list(map(_as_json, served)),
        "left_out": len(plan.left_out),
        "problems": list(problems),
    }
    print(json.dumps(whole, ensure_ascii=False, indent=2))


def _as_json(prospect: Prospect) -> dict[str, object]:
    holders = {held.lease.key: held.owner for held in prospect.held}
    records: list[dict[str, object]] = []
    for key in prospect.records:
        owner = holders.get(key)
        by = None if owner is None else {"user": owner.user, "host": owner.host, "run": owner.run}
        records.append({"type": key.type, "name": key.name, "held_by": by})
    request = prospect.request.bound("")
    return {
        "request": str(request),
        "service": request.is_service,
        "records": records,
        "problem": prospect.problem,
    }


def print_table(
    settings: Settings, plan: Plan, found: Sequence[TestProspects], problems: Sequence[str], past: Durations
) -> None:
    """Print a line for each test, then what stands in the way of some."""
    color = use_color(settings.terminal.color, sys.stdout)
    seconds = [past.past(prospects.test) for prospects in found]
    rows = [
        (
            prospects.test.id,
            "" if known is None else f"{known:.3f}",
            "; ".join(map(_in_words, prospects.requests)),
        )
        for prospects, known in zip(found, seconds, strict=True)
    ]
    if any(words for *_, words in rows):
        text = table(("TEST", "SECONDS", "RESOURCES"), rows, color=color, width=terminal_width(sys.stdout))
    else:
        text = table(("TEST", "SECONDS"), [row[:2] for row in rows], color=color)
    print(text, end="")
    print(f"\n{_summary(plan, [known for known in seconds if known is not None])}")
    for title, entries in (("does not wire", problems), ("can never be had", list(_never(found)))):
        if entries:
            print(f"\n{styled(title, 'bold', color)}")
            for entry in entries:
                print("  " + entry.replace("\n", "\n  "))


def _summary(plan: Plan, known: Sequence[float]) -> str:
    total = len(plan.tests)
    parts = [f"{total} test{'s' * (total != 1)}"]
    if plan.left_out:
        parts.append(f"{len(plan.left_out)} left out by the filter")
    if known:
        unknown = total - len(known)
        more = f", {unknown} of them never ran" if unknown else ""
        parts.append(f"{sum(known):.3f} s of work{more}")
    return "; ".join(parts)


def _in_words(prospect: Prospect) -> str:
    """Say in a few words what could serve a request: ``lamp: desk, floor (held)``."""
    name = f"{prospect.part} {prospect.request.name}".lstrip()
    if prospect.problem:
        return f"{name}: never"
    if prospect.request.is_service:
        return f"{name}: service"
    held = {lease.lease.key for lease in prospect.held}
    if len(prospect.records) > _NAMED:
        return f"{name}: {len(prospect.records) - len(held)} free, {len(held)} held"
    return f"{name}: " + ", ".join(
        f"{key.name} (held)" if key in held else key.name for key in prospect.records
    )


def _never(found: Sequence[TestProspects]) -> Iterator[str]:
    """Say what no record could ever serve, once, with the tests that ask for it."""
    asking: dict[str, list[str]] = {}
    for prospects in found:
        reasons = [prospect.problem for prospect in prospects.requests if prospect.problem]
        for reason in (*reasons, *filter(None, [prospects.problem])):
            asking.setdefault(reason, []).append(prospects.test.id)
    for reason, tests in asking.items():
        for_tests = ", ".join(tests[:_NAMED]) + (
            f" and {len(tests) - _NAMED} more" if len(tests) > _NAMED else ""
        )
        yield f"{for_tests}\n  {reason}"
