from __future__ import annotations

import pickle
import shutil
import sqlite3
import stat
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from diskcache import Cache

from synctui.store.guarded_disk import MOST_BYTES, GuardedDisk
from synctui.store.metadata import MetadataCache

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(tmp_path: Path, clock: Clock) -> Iterator[MetadataCache]:
    cache = MetadataCache(tmp_path / "home", clock=clock)
    yield cache
    cache.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home" / "cache"


class Boom:
    """Unpickling this leaves a file behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (Path.touch, (self.path,))


def plant(folder: Path, statement: str, *values: object) -> None:
    db = sqlite3.connect(folder / "cache.db")
    with db:
        db.execute(statement, values)
    db.close()


# -- what it is for


def test_what_is_put_comes_back(cache: MetadataCache) -> None:
    maps = [{"MapId": 7, "MapKey": "VENDORS", "Ünï": None, "n": 1.5, "deep": [[True]]}]
    cache.of("crm dana").put("maps", maps)
    assert cache.of("crm dana").get("maps") == maps
    assert cache.of("crm dana").get("columns") is None


def test_accounts_do_not_see_each_other(cache: MetadataCache) -> None:
    cache.of("crm dana").put("maps", [1])
    assert cache.of("crm kim").get("maps") is None
    assert cache.of("crm").get("dana maps") is None


def test_another_process_sees_it_too(cache: MetadataCache, tmp_path: Path, clock: Clock) -> None:
    cache.of("crm").put("maps", [1])
    other = MetadataCache(tmp_path / "home", clock=clock)
    assert other.of("crm").get("maps") == [1]
    other.close()


def test_age_is_told_and_old_values_are_asked_for_again(cache: MetadataCache, clock: Clock) -> None:
    crm = cache.of("crm")
    crm.put("maps", [1])
    clock.now = NOW + timedelta(hours=3)
    assert crm.age("maps") == timedelta(hours=3)
    assert [(entry.account, entry.name, entry.age) for entry in cache.entries()] == [
        ("crm", "maps", timedelta(hours=3))
    ]
    clock.now = NOW + timedelta(days=1, seconds=1)
    assert (crm.get("maps"), crm.age("maps")) == (None, None)


def test_a_value_from_the_future_is_not_believed(cache: MetadataCache, clock: Clock) -> None:
    cache.of("crm").put("maps", [1])
    clock.now = NOW - timedelta(hours=1)
    assert cache.of("crm").get("maps") is None


def test_clear_forgets_everything(cache: MetadataCache) -> None:
    cache.of("crm").put("maps", [1])
    cache.clear()
    assert cache.entries() == ()
    cache.of("crm").put("maps", [2])
    assert cache.of("crm").get("maps") == [2]


def test_the_folder_is_closed_to_others(cache: MetadataCache, folder: Path) -> None:
    cache.of("crm").put("maps", [1])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_large_values_stay_in_the_database(cache: MetadataCache, folder: Path) -> None:
    value = [{"name": f"column {number} " * 20} for number in range(5000)]
    cache.of("crm").put("columns", value)
    assert cache.of("crm").get("columns") == value
    assert [path.name for path in folder.iterdir() if not path.name.startswith("cache.db")] == []


# -- whatever others do to it


def test_a_folder_deleted_at_any_moment_costs_only_time(cache: MetadataCache, folder: Path) -> None:
    crm = cache.of("crm")
    for _ in range(3):
        crm.put("maps", [1])
        shutil.rmtree(folder, ignore_errors=True)
        assert crm.get("maps") in (None, [1])
        crm.put("maps", [2])
        assert crm.get("maps") in (None, [2])
    cache.close()
    crm.put("maps", [3])
    assert crm.get("maps") == [3]
    assert folder.exists()


@pytest.mark.parametrize("content", [b"", b"no database" * 500, b"SQLite format 3\x00" + b"\xff" * 4096])
def test_a_file_that_is_no_database_costs_only_time(cache: MetadataCache, folder: Path, content: bytes) -> None:
    folder.mkdir(parents=True)
    (folder / "cache.db").write_bytes(content)
    crm = cache.of("crm")
    crm.get("maps")
    crm.put("maps", [1])
    crm.put("maps", [1])
    assert crm.get("maps") == [1]


def test_a_folder_that_cannot_be_made_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("in the way")
    cache = MetadataCache(tmp_path / "home")
    cache.of("crm").put("maps", [1])
    assert cache.of("crm").get("maps") is None
    assert cache.entries() == ()
    cache.clear()


def test_a_folder_that_is_a_link_is_not_followed(cache: MetadataCache, folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder.parent.mkdir()
    folder.symlink_to(elsewhere)
    cache.of("crm").put("maps", [1])
    assert list(elsewhere.iterdir()) == []


def test_a_pickle_planted_as_a_value_does_not_run(cache: MetadataCache, folder: Path, tmp_path: Path) -> None:
    cache.of("crm").put("maps", [1])
    cache.close()
    boom = pickle.dumps(Boom(tmp_path / "boom"))
    plant(folder, "UPDATE Cache SET mode = 4, value = ?", boom)
    assert cache.of("crm").get("maps") is None
    assert cache.entries() == ()
    assert not (tmp_path / "boom").exists()


def test_a_pickle_planted_as_a_key_does_not_run(cache: MetadataCache, folder: Path, tmp_path: Path) -> None:
    cache.of("crm").put("maps", [1])
    cache.close()
    boom = pickle.dumps(Boom(tmp_path / "boom"))
    plant(folder, "UPDATE Cache SET raw = 0, key = ?", boom)
    assert cache.entries() == ()
    assert cache.of("crm").get("maps") is None
    assert not (tmp_path / "boom").exists()


def test_the_planted_pickles_would_run_in_a_plain_cache(tmp_path: Path) -> None:
    with Cache(str(tmp_path)) as plain:
        plain["key"] = 1
    plant(tmp_path, "UPDATE Cache SET mode = 4, value = ?", pickle.dumps(Boom(tmp_path / "boom")))
    with Cache(str(tmp_path)) as plain:
        plain.get("key")
    assert (tmp_path / "boom").exists()


@pytest.mark.parametrize("name", ["../victim", "aa/bb/" + "0" * 28 + ".val"])
def test_a_planted_file_name_is_neither_read_nor_removed(
    cache: MetadataCache, folder: Path, tmp_path: Path, name: str
) -> None:
    cache.of("crm").put("maps", [1])
    cache.close()
    victim = (folder / name).resolve()
    victim.parent.mkdir(parents=True, exist_ok=True)
    victim.write_bytes(zlib.compress(b'{"at": "2026-11-22T09:00:00+00:00", "value": "stolen"}'))
    for mode in (1, 2, 3, 4):
        plant(folder, "UPDATE Cache SET mode = ?, filename = ?, value = NULL", mode, name)
        assert cache.of("crm").get("maps") is None
        cache.of("crm").put("maps", [1])
        plant(folder, "UPDATE Cache SET mode = ?, filename = ?, value = NULL", mode, name)
        cache.of("crm").put("maps", [2])
        plant(folder, "UPDATE Cache SET mode = ?, filename = ?, expire_time = 1", mode, name)
        cache.of("crm").put("columns", [2])
    cache.clear()
    assert victim.exists()


def test_a_small_entry_that_inflates_to_a_large_one_is_refused(cache: MetadataCache, folder: Path) -> None:
    cache.of("crm").put("maps", [1])
    cache.close()
    bomb = zlib.compress(b'"' + b"a" * (MOST_BYTES + 1) + b'"')
    assert len(bomb) < 100_000
    plant(folder, "UPDATE Cache SET value = ?", bomb)
    assert cache.of("crm").get("maps") is None


@pytest.mark.parametrize("data", [b"", b"x", zlib.compress(b"[1]")[:-4], zlib.compress(b"[" * 100_000)])
def test_entries_that_are_cut_or_nested_without_end_are_not_there(
    cache: MetadataCache, folder: Path, data: bytes
) -> None:
    cache.of("crm").put("maps", [1])
    cache.close()
    plant(folder, "UPDATE Cache SET value = ?", data)
    assert cache.of("crm").get("maps") is None


@pytest.mark.parametrize("value", [b"[]", b'{"value": 1}', b'{"at": 5, "value": 1}', b'{"at": "soon", "value": 1}'])
def test_entries_that_are_not_ours_are_not_there(cache: MetadataCache, folder: Path, value: bytes) -> None:
    cache.of("crm").put("maps", [1])
    cache.close()
    plant(folder, "UPDATE Cache SET value = ?", zlib.compress(value))
    assert cache.of("crm").get("maps") is None


@pytest.mark.parametrize("name", ["_directory", "disk__directory", "disk_evil", "_sql"])
def test_planted_settings_change_nothing(cache: MetadataCache, folder: Path, tmp_path: Path, name: str) -> None:
    cache.of("crm").put("maps", [1])
    cache.close()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    plant(folder, "INSERT INTO Settings VALUES (?, ?)", name, str(elsewhere))
    cache.of("crm").put("maps", [2])
    with ThreadPoolExecutor() as threads:  # each with a connection of its own
        threads.submit(cache.of("crm").put, "maps", [3]).result()
    assert cache.of("crm").get("maps") == [3]
    assert list(elsewhere.iterdir()) == []


def test_the_guarded_disk_refuses_by_itself(tmp_path: Path) -> None:
    disk = GuardedDisk(str(tmp_path))
    with pytest.raises(ValueError, match="pickled key"):
        disk.get(b"x", 0)
    for mode, filename, read in ((4, None, False), (2, None, False), (1, "../x", False), (1, None, True)):
        with pytest.raises(ValueError, match="refused"):
            disk.fetch(mode, filename, zlib.compress(b"1"), read)
    with pytest.raises(ValueError, match="cut"):
        disk.fetch(1, None, zlib.compress(b"1")[:-4], False)
    (tmp_path / "x.val").touch()
    disk.remove("x.val")
    assert (tmp_path / "x.val").exists()
