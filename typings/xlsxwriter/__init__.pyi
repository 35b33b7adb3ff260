# The part of XlsxWriter 3 that draws a workbook: sheets, formats, charts. `dev.py types` holds these files
# against the installed package with stubtest.
from xlsxwriter.workbook import Workbook

__all__ = ["Workbook"]
__version__: str
__VERSION__: str
