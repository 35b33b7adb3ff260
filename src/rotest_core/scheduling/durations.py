"""Remember how long tests took, for the runs to come."""

from __future__ import annotations

import os
from functools import cached_property

from rotest_core.quick_typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from rotest_core.planning.tree import PlannedTest

FILE_NAME = "durations.json"

_KEPT = 5
_UNKNOWN = 0.01


class _Known(NamedTuple):
    tests: dict[str, list[float]]
    groups: dict[str, float]


class Durations:
    """Know what tests took in past runs: the median of the last few times.

    Args:
        work_dir: the directory of all runs.
        elsewhere: reads what tests took in the runs of others, by their ids, the newest first; None where nobody
            keeps that. Asked once, for the first test that did not run here.
    """

    def __init__(
        self, work_dir: str, elsewhere: Callable[[], Mapping[str, Sequence[float]]] | None = None
    ) -> None:
        self._path = os.path.join(work_dir, FILE_NAME)
        self._elsewhere = elsewhere

    @cached_property
    def _known(self) -> _Known:
        return _read(self._path)

    @cached_property
    def _known_elsewhere(self) -> Mapping[str, Sequence[float]]:
        return self._elsewhere() if self._elsewhere is not None else {}

    def past(self, test: PlannedTest) -> float | None:
        """Return what a test took, in seconds; None if nobody knows."""
        known = self._known
        times = known.tests.get(test.id) or self._known_elsewhere.get(test.id)
        if times:
            return sorted(times)[len(times) // 2]
        return known.groups.get(test.group.selector)

    def known(self, tests: Iterable[PlannedTest]) -> dict[int, float]:
        """Return what tests took, in seconds, by number, as far as anybody knows."""
        known = self._known
        if not (known.tests or known.groups):
            return {}
        return {test.number: taken for test in tests if (taken := self.past(test)) is not None}

    def expected(self, tests: Iterable[PlannedTest]) -> dict[int, float]:
        """Return what tests are expected to take, in seconds, by number.

        One that is new is expected to take what the others of its group took on average, or else all others.
        """
        chosen = list(tests)
        known = self.known(chosen)
        groups: dict[int, list[float]] = {}
        for test in chosen:
            if test.number in known:
                groups.setdefault(test.group.number, []).append(known[test.number])
        overall = sum(known.values()) / len(known) if known else _UNKNOWN
        means = {number: sum(times) / len(times) for number, times in groups.items()}
        return {test.number: known.get(test.number, means.get(test.group.number, overall)) for test in chosen}

    def keep(self, taken: Mapping[str, float], groups: Mapping[str, float]) -> None:
        """Add what tests took, in seconds; a file that cannot be written is left as it is.

        Args:
            taken: by the tests' ids.
            groups: what one of the other tests of a group took on average, by the groups' selectors.
        """
        import json

        # Read again: another run may have ended meanwhile.
        known = _read(self._path)
        for test, seconds in taken.items():
            known.tests[test] = [*known.tests.get(test, ()), round(seconds, 4)][-_KEPT:]
        known.groups.update((group, round(seconds, 6)) for group, seconds in groups.items())
        content = {"version": 1, "tests": known.tests, "groups": known.groups}
        draft = f"{self._path}.{os.getpid()}"
        try:
            with open(draft, "w", encoding="utf-8") as file:
                # At once: `json.dump` writes piece by piece, and takes five times as long.
                file.write(json.dumps(content, separators=(",", ":")))
            os.replace(draft, self._path)
        except OSError:
            return


def _read(path: str) -> _Known:
    """Return what a file holds; nothing where it is missing, damaged or of another version."""
    import json

    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        if content["version"] != 1:
            return _Known({}, {})
        tests = {str(test): [float(seconds) for seconds in times] for test, times in content["tests"].items()}
        return _Known(tests, {str(group): float(mean) for group, mean in content["groups"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return _Known({}, {})
