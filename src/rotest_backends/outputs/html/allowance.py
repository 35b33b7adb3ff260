"""Keep what the details of tests add to a report within bounds that are known beforehand."""

from __future__ import annotations


class Allowance:
    """Give out room.

    Args:
        fixed: bytes that there are from the start.
        each: bytes that each test brings along.

    Attributes:
        refused: how often there was not enough.
    """

    def __init__(self, fixed: int, each: int) -> None:
        self._left = fixed
        self._each = each
        self.refused = 0

    def bring(self, needed: int) -> None:
        """Add what a test brings, take what its row needs, however much that is.

        Args:
            needed: bytes.
        """
        self._left += self._each - needed

    def may_hold(self, least: int) -> bool:
        """Tell whether it is worth the effort to find out what a test needs, and count it as refused if not.

        Args:
            least: bytes that it needs in any case.
        """
        if least > self._left:
            self.refused += 1
            return False
        return True

    def take(self, needed: int) -> bool:
        """Take room if there is so much.

        Args:
            needed: bytes.
        """
        if needed > self._left:
            self.refused += 1
            return False
        self._left -= needed
        return True
