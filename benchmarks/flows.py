"""Plan a flow of 200 blocks in three levels, and compare a block of it with a test of a case."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from time import perf_counter

from benchmarks.measuring import Command, side_by_side, table

BLOCKS = 200
FLOW = f"""
from rotest_core import BlockInput, BlockOutput, Pipe, TestBlock, TestFlow, create_flow

class Count(TestBlock):
    number = BlockInput[int]()
    total = BlockOutput[int]()

    def test_count(self) -> None:
        self.total = self.number + 1

def level(*blocks):
    return create_flow(list(blocks))

counts = [Count] * {BLOCKS // 8} + [Count.params(number=Pipe("total"))] * {BLOCKS // 8}
inner = level(*counts)
middle = level(inner, inner)

class Whole(TestFlow):
    common = {{"number": 0}}
    blocks = [middle, middle]

del inner, middle
"""
SHORT_FLOW = """
from rotest_core import BlockInput, BlockOutput, Pipe, TestBlock, TestFlow

class Count(TestBlock):
    number = BlockInput[int]()
    total = BlockOutput[int]()

    def test_count(self) -> None:
        self.total = self.number + 1

class Whole(TestFlow):
    common = {"number": 0}
    blocks = [Count]
"""
CASE = f"""
from rotest_core import TestCase

class Whole(TestCase):
    pass

def test(self):
    self.total = 0 + 1

for number in range({BLOCKS}):
    setattr(Whole, f"test_{{number:03}}", test)
"""
SHORT_CASE = """
from rotest_core import TestCase

class Whole(TestCase):
    def test(self) -> None: ...
"""


def planning(root: Path) -> float:
    """Return the milliseconds that planning the flow takes at least, its module imported already."""
    from rotest_core.planning.plan import make_plan

    taken: list[float] = []
    for _ in range(11):
        begun = perf_counter()
        plan = make_plan(["flow.py"], root=str(root), cwd=str(root))
        taken.append(perf_counter() - begun)
        assert plan.parts >= BLOCKS
    return min(taken) * 1000


def main(rounds: int = 15) -> None:
    """Measure and print.

    Args:
        rounds: how often each is run.
    """
    with tempfile.TemporaryDirectory() as name:
        root = Path(name).resolve()
        texts = {"flow": FLOW, "case": CASE, "short_flow": SHORT_FLOW, "short_case": SHORT_CASE}
        for file, text in texts.items():
            (root / f"{file}.py").write_text(text, encoding="utf-8")
        print(f"planning {BLOCKS} blocks in three levels: {planning(root):.1f} ms\n")
        run = (sys.executable, "-m", "rotest_core", "-o", "dots")
        measured = side_by_side(
            {
                f"{BLOCKS} tests of a case": Command((*run, "case.py"), root),
                f"a flow of {BLOCKS} blocks": Command((*run, "flow.py"), root),
                "one test of a case": Command((*run, "short_case.py"), root),
                "a flow of one block": Command((*run, "short_flow.py"), root),
            },
            rounds=rounds,
            # What is subtracted from each other should hold as little as may be of what else the machine did.
            of=min,
        )
        print(table(measured, f"{BLOCKS} tests of a case"))
        tests, blocks, test, block = (one.cpu / (BLOCKS - 1) * 1_000_000 for one in measured.values())
        print(
            f"\neach further one: {tests - test:.0f} microseconds for a test, {blocks - block:.0f} for a block"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
