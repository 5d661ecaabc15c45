"""A live Excel: its workbooks as worksheets of SyncTUI, and what a button asks of the program.

The only package that imports xlwings, and of xlwings only the parts under the BSD licence.
"""

from xl_addin.excel.program import Excel
from xl_addin.excel.workbook import ExcelWorkbook

__all__ = ["Excel", "ExcelWorkbook"]
