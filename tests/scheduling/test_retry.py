"""The policy: which tests run again."""

from __future__ import annotations

from pathlib import Path

import pytest

from rotest_core.config.settings import load_settings
from rotest_core.errors import UsageError
from rotest_core.events import Cause, Outcome
from rotest_core.scheduling.retry import RetryPolicy, policy_of

INFRASTRUCTURE, PRODUCT = Cause.INFRASTRUCTURE, Cause.PRODUCT


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome.good])
def test_what_is_good_never_runs_again(outcome: Outcome) -> None:
    assert not RetryPolicy(delta=9, times=9).again(1, outcome, None)


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if not outcome.good])
def test_delta_counts_all_attempts_whatever_the_cause(outcome: Outcome) -> None:
    policy = RetryPolicy(delta=3)

    assert [policy.again(attempts, outcome, PRODUCT) for attempts in (1, 2, 3)] == [True, True, False]
    assert policy.again(2, outcome, INFRASTRUCTURE)


def test_retry_counts_the_times_that_a_test_runs_again() -> None:
    policy = RetryPolicy(times=2)

    assert [policy.again(attempts, Outcome.ERROR, PRODUCT) for attempts in (1, 2, 3)] == [True, True, False]


@pytest.mark.parametrize(
    ("on", "again"),
    [("any", (True, True)), ("infrastructure", (True, False)), ("product", (False, True))],
)
def test_retry_looks_at_the_cause(on: str, again: tuple[bool, bool]) -> None:
    policy = RetryPolicy(times=1, on=on)

    assert tuple(policy.again(1, Outcome.ERROR, cause) for cause in (INFRASTRUCTURE, PRODUCT)) == again


def test_what_nobody_is_to_blame_for_is_laid_to_the_product() -> None:
    assert RetryPolicy(times=1, on="product").again(1, Outcome.FAILURE, None)


def test_delta_and_retry_each_let_a_test_run_again() -> None:
    policy = RetryPolicy(delta=2, times=3, on="infrastructure")

    assert [policy.again(attempts, Outcome.ERROR, PRODUCT) for attempts in (1, 2)] == [True, False]
    assert [policy.again(attempts, Outcome.ERROR, INFRASTRUCTURE) for attempts in (2, 3, 4)] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("given", "key"), [("run.delta=-1", "run.delta"), ("run.retry.times=-2", "run.retry.times")]
)
def test_numbers_below_zero_are_refused(tmp_path: Path, given: str, key: str) -> None:
    with pytest.raises(UsageError, match=key):
        policy_of(load_settings(start=tmp_path, sets=[given], environ={}))
