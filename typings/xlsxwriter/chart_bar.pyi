from typing import Any

from xlsxwriter.chart import Chart

class ChartBar(Chart):
    def __init__(self, options: dict[str, Any] | None = None) -> None: ...
    def combine(self, chart: Chart | None = None) -> None: ...
