"""A test that fails on purpose, to see what the boards keep of it: ``rotest --save-state test_on_purpose.py``."""

from __future__ import annotations

from resources import Rig
from rotest_core import TestCase, main


class OnPurposeTest(TestCase):
    """Fail while a rig is there."""

    rig = Rig.request()

    def test_on_purpose(self) -> None:
        self.rig.left.flash("broken")
        self.fail("on purpose")


if __name__ == "__main__":
    main()
