import os
from types import TracebackType
from typing import IO, Any, Literal, Self

from xlsxwriter.chart_area import ChartArea
from xlsxwriter.chart_bar import ChartBar
from xlsxwriter.chart_column import ChartColumn
from xlsxwriter.chart_doughnut import ChartDoughnut
from xlsxwriter.chart_line import ChartLine
from xlsxwriter.chart_pie import ChartPie
from xlsxwriter.chart_radar import ChartRadar
from xlsxwriter.chart_scatter import ChartScatter
from xlsxwriter.chart_stock import ChartStock
from xlsxwriter.chartsheet import Chartsheet
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

class Workbook:
    def __init__(
        self,
        filename: str | IO[bytes] | os.PathLike[str] | None = None,
        options: dict[str, Any] | None = None,
    ) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, type: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None: ...
    def add_worksheet(
        self, name: str | None = None, worksheet_class: type[Worksheet] | None = None
    ) -> Worksheet: ...
    def add_chartsheet(
        self, name: str | None = None, chartsheet_class: type[Chartsheet] | None = None
    ) -> Chartsheet: ...
    def add_format(self, properties: dict[str, Any] | None = None) -> Format: ...
    def add_chart(
        self, options: dict[str, Any]
    ) -> (
        ChartArea
        | ChartBar
        | ChartColumn
        | ChartDoughnut
        | ChartLine
        | ChartPie
        | ChartRadar
        | ChartScatter
        | ChartStock
        | None
    ): ...
    def add_vba_project(self, vba_project: str, is_stream: bool = False) -> int: ...
    def add_signed_vba_project(
        self,
        vba_project: str,
        signature: str,
        project_is_stream: bool = False,
        signature_is_stream: bool = False,
    ) -> int: ...
    def use_custom_theme(self, theme: str | os.PathLike[str] | IO[bytes]) -> None: ...
    def close(self) -> None: ...
    def set_size(self, width: int, height: int) -> None: ...
    def set_tab_ratio(self, tab_ratio: float | None = None) -> None: ...
    def set_properties(self, properties: dict[str, Any]) -> None: ...
    def set_custom_property(
        self,
        name: str,
        value: object,
        property_type: Literal["bool", "date", "number", "number_int", "text"] | None = None,
    ) -> int: ...
    def set_calc_mode(
        self, mode: Literal["manual", "auto_except_tables", "auto"], calc_id: int | None = None
    ) -> None: ...
    def define_name(self, name: str, formula: str) -> int: ...
    def worksheets(self) -> list[Worksheet]: ...
    def get_worksheet_by_name(self, name: str) -> Worksheet | None: ...
    def get_default_url_format(self) -> Format: ...
    def use_zip64(self) -> None: ...
    def set_vba_name(self, name: str | None = None) -> None: ...
    def read_only_recommended(self) -> None: ...
