"""Hold what stays set up between the tests of a worker."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, NamedTuple

from rotest_core.events import ResourceStep
from rotest_core.execution import lifecycle
from rotest_core.execution.deadline import notice

if TYPE_CHECKING:
    from rotest_core.model.resource import AnyResource


class _Item(NamedTuple):
    """A live resource, and the number of the test that had it last."""

    resource: AnyResource
    test: int


class Shelf:
    """Keep live resources, by the tokens of their leases.

    Args:
        emit: takes the events.
    """

    def __init__(self, emit: Callable[..., None]) -> None:
        self._emit = emit
        self._items: dict[int, _Item] = {}

    @property
    def tokens(self) -> Collection[int]:
        """Give the tokens of the leases of what is here, in the order in which it came."""
        return tuple(self._items)

    def put(self, token: int, resource: AnyResource, test: int) -> None:
        """Keep a resource that a test has had."""
        self._items[token] = _Item(resource, test)

    def take(self, token: int) -> AnyResource:
        """Return a resource, which is not kept any more."""
        return self._items.pop(token).resource

    def finalize(self, token: int) -> list[Exception]:
        """Finalize a resource, under the number of the test that had it last.

        Returns:
            What was raised; nothing also for what is not here.
        """
        item = self._items.pop(token, None)
        if item is None:
            return []

        def on_step(path: str, step: str, duration: float, error: BaseException | None) -> None:
            text = ""
            if error is not None:
                text = f"{type(error).__name__}: {error}"
                notice(error)
            self._emit(ResourceStep(time.time(), item.test, path, step, duration, text))

        return lifecycle.tear_down(item.resource, on_step, self._emit)
