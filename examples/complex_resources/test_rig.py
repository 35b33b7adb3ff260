"""Tests that use a rig as a whole, and its parts under their own names."""

from __future__ import annotations

from resources import Board, Power, Rig
from rotest_core import BlockInput, BlockOutput, Pipe, TestBlock, TestCase, TestFlow, main


class RigTest(TestCase):
    """Use the parts through the whole."""

    TAGS = ["SMOKE"]
    rig = Rig.request()

    def test_both_boards_are_powered(self) -> None:
        self.assertEqual(self.rig.power.on, {board.data.outlet for board in (self.rig.left, self.rig.right)})

    def test_every_part_knows_where_it_belongs(self) -> None:
        self.assertEqual(list(self.rig.sub_resources), ["power", "left", "right", "meter"])
        self.assertIs(self.rig.left.console.parent, self.rig.left)
        self.assertEqual(self.rig.left.console.line.port, self.rig.left.data.serial_port)
        self.assertEqual(self.rig.meter.line.port, self.rig.power.data.address)


class BoardTest(TestCase):
    """Use the parts under their own names."""

    rig = Rig.request(left__outlet__lt=5).unpack()
    left: Board
    right: Board
    power: Power

    def test_boards_are_independent(self) -> None:
        self.left.flash("2.0")
        self.expectEqual(self.left.firmware, "2.0")
        self.expectNotEqual(self.right.firmware, "2.0")


class Flash(TestBlock):
    """Flash a board, and say what it had before."""

    board = BlockInput[Board]()
    firmware = BlockInput[str]()
    before = BlockOutput[str]()

    def test_flash(self) -> None:
        self.before = self.board.firmware
        self.board.flash(self.firmware)


class Compare(TestBlock):
    """Look whether both boards have the same firmware."""

    left = BlockInput[Board]()
    right = BlockInput[Board]()

    def test_compare(self) -> None:
        self.assertEqual(self.left.firmware, self.right.firmware)


class Upgrade(TestFlow):
    """Flash both boards of a rig: its parts are values for the blocks."""

    rig = Rig.request().unpack()
    common = {"firmware": "2.1"}
    blocks = [
        Flash.params(name="FlashLeft", board=Pipe("left")),
        Flash.params(name="FlashRight", board=rig.right),
        Compare,
    ]


if __name__ == "__main__":
    main()
