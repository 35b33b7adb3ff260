"""Register the output `excel`; imported at every start, so it imports nothing heavy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_core.plugin import hookimpl

if TYPE_CHECKING:
    from rotest_core.plugin import HandlerContext, OutputHandler, Registry


def excel(context: HandlerContext) -> OutputHandler:
    """Make the handler `excel`."""
    from rotest_excel.handler import ExcelHandler

    return ExcelHandler(context)


@hookimpl
def rotest_register(registry: Registry) -> None:
    """Register the handler."""
    registry.output("excel", excel, summary="a workbook, results.xlsx")
