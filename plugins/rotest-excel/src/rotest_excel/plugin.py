"""Register the output `excel`; imported at every start, so it imports nothing heavy."""

from __future__ import annotations

from rotest_core.plugin import hookimpl

TYPE_CHECKING = False  # typing would be loaded at every start, for type checkers alone
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
