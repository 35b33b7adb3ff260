"""What every driver must do."""

from __future__ import annotations

import threading
from typing import ClassVar

import pytest

from rotest_core.errors import DriverError
from rotest_core.plugin.protocols.driver import Driver


class DriverContract:
    """Prove a driver: subclass this, supply the two fixtures, and let pytest collect the subclass.

    Example::

        class TestMyDriver(DriverContract):
            @pytest.fixture
            def driver(self, device) -> Driver:
                return MyDriver(device.address)

            @pytest.fixture
            def unreachable(self) -> Driver:
                return MyDriver(address_where_nothing_answers)

    Attributes:
        grace: seconds that a driver's threads may take to end after close.
    """

    grace: ClassVar[float] = 5.0

    @pytest.fixture
    def driver(self) -> Driver:
        """Give a driver whose device is there; not open yet, and closed by the contract."""
        raise NotImplementedError("a subclass of DriverContract supplies the fixture `driver`")

    @pytest.fixture
    def unreachable(self) -> Driver:
        """Give a driver whose device is not there."""
        raise NotImplementedError("a subclass of DriverContract supplies the fixture `unreachable`")

    def test_is_closed_until_it_is_opened(self, driver: Driver) -> None:
        """A new driver has touched nothing."""
        assert not driver.is_open

    def test_opens_and_closes(self, driver: Driver) -> None:
        """`is_open` follows open and close."""
        driver.open()
        try:
            assert driver.is_open
        finally:
            driver.close()
        assert not driver.is_open

    def test_opens_again_after_it_was_closed(self, driver: Driver) -> None:
        """A driver is good for more than one link."""
        for _ in range(2):
            driver.open()
            assert driver.is_open
            driver.close()

    def test_opening_twice_keeps_one_link(self, driver: Driver) -> None:
        """To open an open link changes nothing; one close ends it."""
        driver.open()
        driver.open()
        assert driver.is_open
        driver.close()
        assert not driver.is_open

    def test_closing_is_harmless_at_any_time(self, driver: Driver) -> None:
        """Close may come before open, and twice."""
        driver.close()
        driver.open()
        driver.close()
        driver.close()
        assert not driver.is_open

    def test_says_what_it_could_not_reach(self, unreachable: Driver) -> None:
        """A link that cannot be opened is a DriverError with a text, and leaves nothing open."""
        with pytest.raises(DriverError) as caught:
            unreachable.open()
        assert str(caught.value).strip()
        assert not unreachable.is_open
        unreachable.close()

    def test_leaves_no_thread_behind(self, driver: Driver) -> None:
        """A closed link costs nothing."""
        before = set(threading.enumerate())
        driver.open()
        driver.close()
        left = set(threading.enumerate()) - before
        for thread in left:
            thread.join(self.grace)
        assert not [thread for thread in left if thread.is_alive()]
