"""Finalize what a test had whose worker is gone."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from rotest_core.events import InformationAdded, ResourceStep
from rotest_core.execution import lifecycle
from rotest_core.execution.deadline import notice
from rotest_core.execution.workdir import safe_name
from rotest_core.model.resource import build_requested

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rotest_core.events import Event
    from rotest_core.execution.work_order import WorkOrder
    from rotest_core.model.request import Request
    from rotest_core.model.resource import AnyResource
    from rotest_core.planning.tree import PlannedTest
    from rotest_core.plugin.protocols.executor import LeasedResource


def finalize(
    test: PlannedTest,
    leased: Sequence[LeasedResource],
    asked: Sequence[Request[AnyResource]],
    directory: str,
    emit: Callable[[Event], None],
    order: WorkOrder,
) -> None:
    """Connect the resources that a test had and finalize them, the last one first.

    What fails is told as information: the test is an error already, and the records are given back dirty.

    Args:
        test: the test.
        leased: what it had.
        asked: the requests that these serve.
        directory: its directory.
        emit: takes the events.
        order: how tests are run.
    """
    requests = {request.name: request for request in asked}

    def on_step(path: str, step: str, duration: float, error: BaseException | None) -> None:
        text = "" if error is None else f"{type(error).__name__}: {error}"
        if error is not None:
            notice(error)
        emit(ResourceStep(time.time(), test.number, path, step, duration, text))

    for handed in reversed(leased):
        request = requests.get(handed.request)
        if request is None:
            continue
        work_dir = Path(directory) / "resources" / safe_name(request.name)
        failed: list[Exception] = []
        try:
            resource = build_requested(request, handed.data, work_dir=work_dir, config=order.config)
            lifecycle.set_up(resource, skip_init=True, on_step=on_step)
            failed = lifecycle.tear_down(resource, on_step)
        except Exception as error:  # a class's own __init__, among others
            failed = [error]
        for problem in failed:
            emit(InformationAdded(time.time(), test.number, f"after the worker had gone: {problem}"))
