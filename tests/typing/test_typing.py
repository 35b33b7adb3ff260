"""The public API is typed: both checkers agree with what is asserted, and reject what is wrong."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

DIRECTORY = Path(__file__).parent
REPOSITORY = DIRECTORY.parents[1]

pytestmark = pytest.mark.timeout(600)

PRELUDE = """\
from rotest_core import BaseResource, BlockInput, BlockOutput, Pipe, Request, TestBlock, TestCase, TestFlow
from tests.typing.resources import Calculator, CalculatorData, Panel


class SomeBlock(TestBlock):
    number = BlockInput[int]()
    text: BlockOutput[str] = BlockOutput()


block = SomeBlock()


class SomeTest(TestCase):
    calculator = Calculator.request()
    panel = Panel.request()

    def test(self) -> None:
"""

MISTAKES = {
    "predicate on a field that is not there": "Calculator.request(lambda data: data.prot > 5)",
    "predicate that returns no truth": "Calculator.request(lambda data: data.port)",
    "predicate with a value of another type": "Calculator.request(lambda data: data.ip_address > 5)",
    "predicate that is no function": "Calculator.request(5)",
    "unknown method of a resource": "self.calculator.calculat('1')",
    "argument of another type": "self.calculator.calculate(5)",
    "result taken for another type": "text: str = self.calculator.calculate('1')",
    "unknown field of the data": "self.calculator.data.prot",
    "field of the data without the data": "self.calculator.port",
    "unknown part": "self.calculator.supplies",
    "data of a service": "self.panel.data.port",
    "parameter of another type": "number: str = self.panel.port",
    "request taken for the resource": "live: Calculator = SomeTest.calculator",
    "unknown resource of a test": "self.calculater",
    "unknown assertion": "self.assertEquals_(1, 1)",
    "unknown expectation": "self.expectEquals(1, 2)",
    "success message that is no text": "self.expectEqual(1, 1, success_msg=5)",
    "expectation without its arguments": "self.expectEqual(1)",
    "values without an order": "self.expectGreater(object(), object())",
    "exception of another type": "with self.expectRaises(ValueError) as raised: raised.exception.errno",
    "lock of another type": "with Calculator.lock() as panel: panel.press()",
    "data with an unknown field": "CalculatorData(name='c', ip_address='a', prot=5)",
    "data without a field": "CalculatorData(name='c')",
    "data that is changed": "self.calculator.data.port = 5",
    "resource of something that is no data": "class Wrong(BaseResource[int]): ...",
    "input taken for another type": "text: str = block.number",
    "input without the block": "number: int = SomeBlock.number",
    "default of another type": "port = BlockInput[int](default='x')",
    "output of another type": "block.text = 5",
    "unknown port": "block.numbr",
    "mode that is none": "SomeBlock.params(mode='optional')",
    "name that is no text": "SomeBlock.params(name=5)",
    "pipe without a name": "Pipe(formula=len)",
    "block that is no class of blocks": "class Wrong(TestFlow): blocks = [SomeTest]",
    "request of something that is no resource": "wrong: Request[int]",
}
SOURCE = PRELUDE + "".join(f"        {mistake}\n" for mistake in MISTAKES.values())
FIRST_LINE = PRELUDE.count("\n") + 1


def files() -> list[str]:
    return [str(path) for path in sorted(DIRECTORY.glob("*.py")) if not path.name.startswith("test_")]


def mypy(*paths: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "mypy", "--no-error-summary", "--show-absolute-path", *paths]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def pyright(*paths: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "pyright", "--outputjson", *paths]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    found: list[dict[str, Any]] = json.loads(done.stdout)["generalDiagnostics"]
    return found


@pytest.fixture(scope="module")
def mistaken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("typing") / "mistakes.py"
    path.write_text(SOURCE)
    return path


def missed(lines: set[int]) -> list[str]:
    """Name the mistakes that were not found."""
    return [name for number, name in enumerate(MISTAKES, start=FIRST_LINE) if number not in lines]


def test_mypy_agrees_with_what_is_asserted() -> None:
    assert mypy(*files()) == (0, "")


def test_pyright_agrees_with_what_is_asserted() -> None:
    assert pyright(*files()) == []


def test_mypy_rejects_every_mistake_and_nothing_else(mistaken: Path) -> None:
    _, output = mypy(str(mistaken))
    # Its cache may name the file as it was called in an earlier run.
    lines = {int(number) for number in re.findall(r"^.*mistakes\.py:(\d+): error", output, re.MULTILINE)}
    assert missed(lines) == []
    assert min(lines) == FIRST_LINE


def test_pyright_rejects_every_mistake_and_nothing_else(mistaken: Path) -> None:
    lines = {
        diagnostic["range"]["start"]["line"] + 1
        for diagnostic in pyright(str(mistaken))
        if diagnostic["severity"] == "error"
        and diagnostic["rule"] not in {"reportUnusedExpression", "reportUnusedVariable", "reportUnusedClass"}
    }
    assert missed(lines) == []
    assert min(lines) == FIRST_LINE
