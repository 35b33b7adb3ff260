"""Measure short operations side by side: batches of each run alternately, so that all meet the same machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

BATCH = 25


class Distribution(NamedTuple):
    """How long an operation took, in seconds."""

    p50: float
    p99: float

    @classmethod
    def of(cls, samples: Sequence[float]) -> Distribution:
        """Summarise samples."""
        ordered = sorted(samples)
        return cls(ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)])

    def __str__(self) -> str:
        return f"p50 {self.p50 * 1e6:.0f} us, p99 {self.p99 * 1e6:.0f} us"


def side_by_side(operations: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Distribution]:
    """Run batches of each operation in turn.

    Args:
        operations: by name.
        rounds: how many batches of each.
    """
    samples: dict[str, list[float]] = {name: [] for name in operations}
    for operation in operations.values():
        operation()
    for _ in range(rounds):
        for name, operation in operations.items():
            taken = samples[name]
            for _ in range(BATCH):
                start = time.perf_counter()
                operation()
                taken.append(time.perf_counter() - start)
    return {name: Distribution.of(taken) for name, taken in samples.items()}
