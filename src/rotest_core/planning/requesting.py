"""Find out what the tests of a plan request, and whether any resource could be so."""

from __future__ import annotations

import sys

from rotest_core.errors import PlanError, UsageError, did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from rotest_core.model.request import Request
    from rotest_core.planning.overrides import Override
    from rotest_core.planning.tree import PlannedTest


def plan_requests(
    tests: Iterable[PlannedTest],
    overrides: str,
    config: Mapping[str, object],
    found: list[str] | None = None,
) -> None:
    """Give every test the requests of its class, changed as the command line says and checked; flows wire, too.

    Args:
        tests: the chosen tests.
        overrides: the value of ``--resources``, empty for none.
        config: the ``[config]`` table, by which adapters choose their class.
        found: takes the problems, where they are only to be shown; they are raised when None.

    Raises:
        UsageError: `overrides` cannot be understood, or names what no test requests.
        PlanError: requests that cannot be, flows that do not wire: every problem of every class.
    """
    changes: tuple[Override, ...] = ()
    if overrides.strip():
        from rotest_core.planning.overrides import parse_overrides

        changes = parse_overrides(overrides)
    names: set[str] = set()
    problems: list[str] = []
    # Who requests resources has loaded the model; plain unittest tests are spared it.
    if "rotest_core.model.request" in sys.modules:
        _plan_cases(tests, changes, config, problems, names)
    if "rotest_core.authoring.flow" in sys.modules:
        _plan_flows(tests, changes, config, problems, names)
    if found is not None:
        found += problems
    elif problems:
        raise PlanError("\n".join(problems))
    _check_names(changes, names)


def _plan_cases(
    tests: Iterable[PlannedTest],
    changes: tuple[Override, ...],
    config: Mapping[str, object],
    problems: list[str],
    names: set[str],
) -> None:
    from rotest_core.model.request import requests_of

    by_class: dict[type, tuple[Request[Any], ...]] = {}
    for test in tests:
        if test.kind == "flow":
            continue
        owner = test.case_type or type(test.case)
        requests = by_class.get(owner)
        if requests is None:
            declared = requests_of(owner)
            requests = _checked(declared, owner, test.group.selector, changes, config, problems)
            by_class[owner] = requests
            names.update(request.name for request in requests)
        test.requests = requests


def _plan_flows(
    tests: Iterable[PlannedTest],
    changes: tuple[Override, ...],
    config: Mapping[str, object],
    problems: list[str],
    names: set[str],
) -> None:
    from rotest_core.planning.flow_plan import check_flow, describe_flow
    from rotest_core.planning.planned_flow import PlannedFlow

    for test in tests:
        if not isinstance(test, PlannedFlow):
            continue
        flow = describe_flow(test)
        module = test.group.selector.partition("::")[0]
        wrong: list[str] = []
        for part in (flow, *flow.inside()):
            if part.requests:
                where = f"{module}: {part.path}"
                part.requests = _checked(part.requests, part.component, where, changes, config, wrong)
                names.update(request.name for request in part.requests)
        test.requests = flow.requests
        # Adapters have chosen their classes, so that it is known what is unpacked.
        problems += check_flow(test)
        problems += wrong


def _checked(
    declared_ones: Iterable[Request[Any]],
    owner: type,
    selector: str,
    changes: tuple[Override, ...],
    config: Mapping[str, object],
    problems: list[str],
) -> tuple[Request[Any], ...]:
    from rotest_core.planning.overrides import overridden

    requests: list[Request[Any]] = []
    for declared in declared_ones:
        try:
            request = overridden(declared.for_config(config), changes)
            request.query()
        except PlanError as error:
            problems.append(f"{selector}: {error}")
            request = declared
        requests.append(request)
    if any(request.unpacks != "none" for request in requests):
        from rotest_core.model.unpacking import clashes

        problems += (f"{selector}: {problem}" for problem in clashes(requests, owner))
    return tuple(requests)


def _check_names(changes: tuple[Override, ...], known: set[str]) -> None:
    for change in changes:
        if change.request not in known:
            raise UsageError(
                f"resources: no chosen test requests {change.request!r}{did_you_mean(change.request, known)}; "
                f"they request: {', '.join(sorted(known)) or 'nothing'}"
            )
