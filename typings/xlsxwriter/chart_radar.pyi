from typing import Any

from xlsxwriter.chart import Chart

class ChartRadar(Chart):
    def __init__(self, options: dict[str, Any] | None = None) -> None: ...
