"""A real LibreOffice for tests that need one, started as seldom as can be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from xlsx_files import Resave


@pytest.fixture(scope="session")
def resave(libreoffice: Callable[[Sequence[Path]], list[Path]]) -> Resave:
    """Let LibreOffice open workbooks and save them again, all in one go."""
    return libreoffice
