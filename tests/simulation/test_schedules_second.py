"""Half of the schedules of every run of the suite: files are shared out among the cores."""

from __future__ import annotations

from pathlib import Path

import pytest
from push_judge import check, tally
from push_world import RULES


@pytest.mark.parametrize("rule", RULES)
def test_nothing_is_lost_doubled_or_wrongly_accepted(tmp_path: Path, rule: str) -> None:
    check(tally(tmp_path, rule, range(1_000, 2_000)), rule)
