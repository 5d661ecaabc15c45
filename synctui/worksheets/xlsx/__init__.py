"""Workbook files (.xlsx, .xlsm): a streaming reader, and patches that leave everything else byte for byte."""

from synctui.worksheets.xlsx.workbook import XlsxWorkbook, open_workbook

__all__ = ["XlsxWorkbook", "open_workbook"]
