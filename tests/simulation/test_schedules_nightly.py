"""Many more schedules, on all cores."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from push_judge import Tally, check, tally
from push_world import RULES

AT_ONCE = 2_000
"""Schedules that one process lives through before it tells of them."""

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(0)]


def on_all_cores(folder: Path, rule: str, seeds: Sequence[int]) -> Tally:
    parts = [seeds[start : start + AT_ONCE] for start in range(0, len(seeds), AT_ONCE)]
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as processes:
        told = [processes.submit(tally, folder / str(part[0]), rule, part) for part in parts]
        return sum((future.result() for future in told), Tally())


@pytest.mark.parametrize("rule", RULES)
def test_ten_thousand_schedules_of_each_rule(tmp_path: Path, rule: str) -> None:
    told = on_all_cores(tmp_path, rule, range(10_000))
    check(told, rule)
    assert told.schedules == 10_000


@pytest.mark.parametrize("rule", RULES)
def test_half_a_million_schedules(tmp_path: Path, rule: str) -> None:
    check(on_all_cores(tmp_path, rule, range(10_000, 180_000)), rule)
