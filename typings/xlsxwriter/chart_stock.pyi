from xlsxwriter.chart import Chart

class ChartStock(Chart):
    def __init__(self) -> None: ...
