"""The calculator itself: evaluates the integer expression that it is given, and nothing else.

Runs on the far side: ``python calc.py "1 + 2"`` prints ``3``.
"""

from __future__ import annotations

import ast
import operator
import sys
from collections.abc import Callable

OPERATIONS: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: lambda left, right: left // right,
    ast.Mod: operator.mod,
}


def evaluate(node: ast.expr) -> int:
    """Evaluate one node of an expression."""
    match node:
        case ast.Constant(value=int(value)):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -evaluate(operand)
        case ast.BinOp(left=left, op=operation, right=right) if type(operation) in OPERATIONS:
            return OPERATIONS[type(operation)](evaluate(left), evaluate(right))
        case _:
            raise ValueError(f"not arithmetic on integers: {ast.unparse(node)}")


if __name__ == "__main__":
    try:
        print(evaluate(ast.parse(sys.argv[1], mode="eval").body))
    except (SyntaxError, ValueError, ZeroDivisionError) as error:
        print(f"error: {error}")
