"""Calendars are handed from run to run, and each run finds them as they stand."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from agentprobe.worlds.stand import calendar_copies
from agentprobe.worlds.stand.calendar_copies import give, take_back

FILES = {f"p{number}.ics": f"BEGIN:VCALENDAR {number}\n" for number in range(30)}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    place = tmp_path / "home"
    (place / "calendars").mkdir(parents=True)
    for name, text in FILES.items():
        (place / "calendars" / name).write_text(text)
    return place


@pytest.fixture
def run(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    return tmp_path / "run"


def seen(run: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (run / "calendars").iterdir()}


def numbers(run: Path) -> dict[str, int]:
    return {path.name: path.stat().st_ino for path in (run / "calendars").iterdir()}


def later_than(run: Path) -> None:
    """Go on when the file system's clock, which ticks a few hundred times a second, has done so."""
    newest = max(path.stat().st_ctime_ns for path in (run / "calendars").iterdir())
    clock = run / "clock"
    while True:
        clock.touch()
        if clock.stat().st_ctime_ns > newest:
            return


def in_place(file: Path) -> None:
    with file.open("r+") as opened:
        opened.write("CANCELLED")


def in_place_and_hidden(file: Path) -> None:
    """Same length, and the time of change put back."""
    before = file.stat()
    in_place(file)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def by_a_new_file(file: Path) -> None:
    before = file.stat()
    file.unlink()
    file.write_text("x" * before.st_size)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def by_a_link(file: Path) -> None:
    elsewhere = file.parents[2] / "elsewhere.ics"
    file.rename(elsewhere)
    file.symlink_to(elsewhere)


def by_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()
    (file / "more.ics").touch()


def taken_away(file: Path) -> None:
    file.unlink()


def with_one_more(file: Path) -> None:
    (file.parent / "new.ics").write_text("new")


@pytest.mark.parametrize(
    "change",
    [in_place, in_place_and_hidden, by_a_new_file, by_a_link, by_a_folder, taken_away, with_one_more],
)
def test_what_a_run_did_to_its_calendars_is_gone_in_the_next(
    home: Path, run: Path, change: Callable[[Path], None]
) -> None:
    give(home, run)
    assert seen(run) == FILES
    before = numbers(run)
    later_than(run)
    change(run / "calendars" / "p7.ics")
    take_back(home, run)
    assert not (run / "calendars").exists()
    give(home, run)
    assert seen(run) == FILES
    kept = {name for name, number in numbers(run).items() if before[name] == number}
    assert kept >= FILES.keys() - {"p7.ics"}, "what nobody touched is not copied again"
    assert {path.name: path.read_text() for path in (home / "calendars").iterdir()} == FILES


def test_a_late_write_of_an_earlier_run_is_mended(home: Path, run: Path) -> None:
    """Calendars are looked at when a run gets them: its predecessor may have written after its end."""
    give(home, run)
    with (run / "calendars" / "p3.ics").open("r+") as late:
        take_back(home, run)
        late.write("LATE")
    give(home, run)
    assert seen(run) == FILES


def test_runs_at_the_same_time_share_no_file(home: Path, tmp_path: Path) -> None:
    runs = [tmp_path / f"run{number}" for number in range(3)]
    for turn in range(2):
        for one in runs:
            one.mkdir(exist_ok=True)
            give(home, one)
        used = [number for one in runs for number in numbers(one).values()]
        assert len(set(used)) == 3 * len(FILES), turn
        assert not set(used) & {path.stat().st_ino for path in (home / "calendars").iterdir()}
        for one in runs:
            take_back(home, one)


def test_a_folder_that_a_run_put_in_the_place_of_its_own_is_not_used_again(home: Path, run: Path) -> None:
    give(home, run)
    (run / "calendars").rename(run / "old")
    (run / "calendars").mkdir()
    (run / "calendars" / "p1.ics").write_text("mine")
    take_back(home, run)
    assert not (run / "calendars").exists()
    give(home, run)
    assert seen(run) == FILES


def test_copies_that_wait_do_not_become_ever_more(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar_copies, "_MOST", 2)
    runs = [tmp_path / f"run{number}" for number in range(6)]
    for one in runs:
        one.mkdir()
        give(home, one)
    for one in runs:
        take_back(home, one)
    waiting = [path for path in (home / ".copies" / "calendars").iterdir() if path.is_dir()]
    assert len(waiting) <= 4
    assert not any((one / "calendars").exists() for one in runs)
