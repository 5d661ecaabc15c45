"""Gives a fresh Python an Excel: the model of Excel kept in the file that XL_MODEL names, behind xlwings."""

from __future__ import annotations

import atexit
import os
import pickle
from pathlib import Path

import excel_model as model
import xlwings_engine

KEPT = Path(os.environ["XL_MODEL"])
BOOK: model.Book = pickle.loads(KEPT.read_bytes())
"""The workbook from which the button was pressed."""

xlwings_engine.live_book(BOOK)
atexit.register(lambda: KEPT.write_bytes(pickle.dumps(BOOK)))
