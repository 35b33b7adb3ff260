"""Do several things at the same time, each in a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from rotest_core.execution.tracebacks import describe

_NOTICED = 0.5
"""Seconds after which a signal is noticed at the latest."""


class Together:
    """Call several functions at the same time, and wait for all.

    Attributes:
        halted: whether something failed or somebody interrupted: what still runs should begin nothing more.
    """

    def __init__(self) -> None:
        self.halted: bool = False

    def call(self, functions: Mapping[str, Callable[[], None]]) -> None:
        """Call functions, each in a thread with its name; may be called in such a thread again.

        Raises:
            BaseException: what the first one raised, with what others raised attached as notes; or an interrupt, when
                all have ended, and a second one at once.
        """
        failures: list[BaseException] = []
        threads = [
            threading.Thread(target=self._call, args=(function, failures), name=name, daemon=True)
            for name, function in functions.items()
        ]
        try:
            for thread in threads:
                thread.start()
            _join(threads)
        except BaseException:
            self.halted = True
            _join(threads)
            raise
        if failures:
            raise _first(failures)

    def _call(self, function: Callable[[], None], failures: list[BaseException]) -> None:
        try:
            function()
        except BaseException as error:
            self.halted = True
            failures.append(error)


def _join(threads: list[threading.Thread]) -> None:
    for thread in threads:
        while thread.is_alive():
            # A signal that comes just before the wait begins does not end it.
            thread.join(_NOTICED)


def _first(failures: list[BaseException]) -> BaseException:
    """Return the first failure, or interrupt if there was one, with the others attached."""
    interrupts = [failure for failure in failures if not isinstance(failure, Exception)]
    first = (interrupts or failures)[0]
    for other in failures:
        if other is not first:
            first.add_note(f"at the same time:\n{describe(other).text.rstrip()}")
    return first
