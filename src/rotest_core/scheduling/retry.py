"""Decide which tests run again: a pure policy, made of what the configuration says."""

from __future__ import annotations

from rotest_core.errors import UsageError
from rotest_core.events import Cause, Outcome
from rotest_core.quick_typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rotest_core.config.settings import Settings

ANY = "any"


class RetryPolicy(NamedTuple):
    """Say when a test that was not good runs again.

    Args:
        delta: how often a test runs at most, whatever it failed for; below 2 this lets none run again.
        times: how often a test runs *again* at most that failed for the cause `on`.
        on: ``any``, ``infrastructure`` or ``product``.
        fresh_resource: whether it is then to get other records than before, where others can serve.
    """

    delta: int = 0
    times: int = 0
    on: str = ANY
    fresh_resource: bool = False

    @property
    def active(self) -> bool:
        """Tell whether any test may run again."""
        return self.delta > 1 or self.times > 0

    def again(self, attempts: int, outcome: Outcome, cause: Cause | None) -> bool:
        """Tell whether a test runs again.

        Args:
            attempts: how often it ran.
            outcome: what came of the last time.
            cause: who is to blame for it.
        """
        if outcome.good:
            return False
        matches = self.on in (ANY, cause or Cause.PRODUCT)
        return attempts < self.delta or (matches and attempts <= self.times)


def policy_of(settings: Settings) -> RetryPolicy:
    """Read the policy of a configuration.

    Raises:
        UsageError: a number is below 0.
    """
    run, retry = settings.run, settings.retry
    if run.delta < 0:
        raise UsageError(f"run.delta (-d): a test cannot run {run.delta} times; 2 is once and once again")
    if retry.times < 0:
        raise UsageError(f"run.retry.times: a test cannot run {retry.times} times again; 0 is never")
    return RetryPolicy(run.delta, retry.times, retry.on, retry.fresh_resource)
