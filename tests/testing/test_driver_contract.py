"""The driver contract catches drivers that break it."""

from __future__ import annotations

import threading

import pytest

from rotest_core import DriverError
from rotest_core.testing import DriverContract


class GoodDriver:
    """Keep the contract, without a device."""

    reachable = True

    def __init__(self) -> None:
        self.is_open = False

    def open(self) -> None:
        if not self.reachable:
            raise DriverError("nothing there")
        self.is_open = True

    def close(self) -> None:
        self.is_open = False


class OpenFromTheStart(GoodDriver):
    def __init__(self) -> None:
        self.is_open = True


class NeverOpen(GoodDriver):
    def open(self) -> None:
        if not self.reachable:
            raise DriverError("nothing there")


class NeverClosed(GoodDriver):
    def close(self) -> None:
        """Keep the link."""


class OnceOnly(GoodDriver):
    used = False

    def open(self) -> None:
        if self.used:
            raise DriverError("used up")
        self.used = True
        super().open()


class CountsLinks(GoodDriver):
    links = 0

    def open(self) -> None:
        super().open()
        self.links += 1

    def close(self) -> None:
        self.links = max(0, self.links - 1)
        self.is_open = self.links > 0


class ClosesOnce(GoodDriver):
    def close(self) -> None:
        if not self.is_open:
            raise RuntimeError("is not open")
        super().close()


class RaisesWhatItLikes(GoodDriver):
    def open(self) -> None:
        if not self.reachable:
            raise OSError("nothing there")
        super().open()


class SaysNothing(GoodDriver):
    def open(self) -> None:
        if not self.reachable:
            raise DriverError
        super().open()


CHECKS = sorted(name for name in vars(DriverContract) if name.startswith("test_"))


def broken_checks(driver_type: type[GoodDriver]) -> set[str]:
    """Return the checks of the contract that a driver fails."""
    broken = set[str]()
    for name in CHECKS:
        driver = driver_type()
        driver.reachable = "could_not_reach" not in name
        try:
            getattr(DriverContract(), name)(driver)
        except (Exception, pytest.fail.Exception):
            broken.add(name)
    return broken


def test_a_good_driver_passes() -> None:
    assert broken_checks(GoodDriver) == set()


@pytest.mark.parametrize(
    ("driver_type", "check"),
    [
        (OpenFromTheStart, "test_is_closed_until_it_is_opened"),
        (NeverOpen, "test_opens_and_closes"),
        (NeverClosed, "test_opens_and_closes"),
        (OnceOnly, "test_opens_again_after_it_was_closed"),
        (CountsLinks, "test_opening_twice_keeps_one_link"),
        (ClosesOnce, "test_closing_is_harmless_at_any_time"),
        (RaisesWhatItLikes, "test_says_what_it_could_not_reach"),
        (SaysNothing, "test_says_what_it_could_not_reach"),
    ],
)
def test_a_broken_driver_is_caught(driver_type: type[GoodDriver], check: str) -> None:
    assert check in broken_checks(driver_type)


def test_a_thread_left_behind_is_caught() -> None:
    end = threading.Event()

    class LeavesAThread(GoodDriver):
        def open(self) -> None:
            super().open()
            threading.Thread(target=end.wait, daemon=True).start()

    class Impatient(DriverContract):
        grace = 0.0

    try:
        with pytest.raises(AssertionError):
            Impatient().test_leaves_no_thread_behind(LeavesAThread())
    finally:
        end.set()
