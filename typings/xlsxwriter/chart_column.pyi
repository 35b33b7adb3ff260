from typing import Any

from xlsxwriter.chart import Chart

class ChartColumn(Chart):
    def __init__(self, options: dict[str, Any] | None = None) -> None: ...
