"""Worlds are built once, whole or not at all, and runs cannot spoil them for each other."""

from __future__ import annotations

import fcntl
from pathlib import Path
from threading import Thread

import pytest

from agentprobe.errors import AgentProbeError, ConfigError, FixtureError
from agentprobe.lab.settings import WorldSettings
from agentprobe.lab.worlds import World, build, check_unspoilt, furnish, world_at

SETTINGS = WorldSettings(build="builder:build", rows=(10,), shared=("*.big", "sub/kept.txt"))
BUILDER = """
def build(folder, rows, seed):
    (folder / "data.big").write_text(f"{rows} {seed}")
    (folder / "sub").mkdir()
    (folder / "sub" / "kept.txt").write_text("kept")
    (folder / "sub" / "own.txt").write_text("own")
    with (COUNT).open("a") as file:
        file.write("x")
"""


def at(project: Path, rows: int = 10, source: str = "s") -> World:
    return world_at(rows, SETTINGS, source=source, seed=7, home=project / ".agentprobe")


def made(project: Path, text: str = BUILDER, name: str = "builder") -> None:
    count = f"from pathlib import Path\nCOUNT = Path({str(project / 'count')!r})\n"
    (project / f"{name}.py").write_text(count + text)


def built(project: Path) -> World:
    made(project)
    world = at(project)
    build(world, SETTINGS, seed=7, project=project)
    return world


def test_a_world_is_built_once(tmp_path: Path) -> None:
    world = built(tmp_path)
    build(world, SETTINGS, seed=7, project=tmp_path)
    assert (tmp_path / "count").read_text() == "x"
    assert (world.folder / "data.big").read_text() == "10 7"


def test_another_builder_or_density_makes_another_world(tmp_path: Path) -> None:
    worlds = [at(tmp_path), at(tmp_path, rows=11), at(tmp_path, source="other")]
    assert len({world.folder for world in worlds}) == 3


def test_a_builder_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    made(
        tmp_path,
        "def build(folder, rows, seed):\n    (folder / 'x').write_text('x')\n    raise ValueError('no')\n",
    )
    world = at(tmp_path)
    with pytest.raises(
        FixtureError, match=r"builder:build failed at 10 rows: ValueError: no \(builder.py, line"
    ):
        build(world, SETTINGS, seed=7, project=tmp_path)
    assert not world.built
    assert [path.suffix for path in world.folder.parent.iterdir()] == [".lock"]


def test_what_a_killed_builder_has_left_is_taken_away(tmp_path: Path) -> None:
    world = at(tmp_path)
    left = world.folder.with_name(f".building-{world.folder.name}")
    left.mkdir(parents=True)
    (left / "half.big").write_text("half")
    built(tmp_path)
    assert not left.exists()
    assert not (world.folder / "half.big").exists()


def test_who_comes_while_another_builds_waits_and_takes_what_was_built(tmp_path: Path) -> None:
    world = built(tmp_path)
    label = world.folder.with_suffix(".json")
    kept = label.read_text()
    label.unlink()
    with world.folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = Thread(target=build, args=(world, SETTINGS), kwargs={"seed": 7, "project": tmp_path})
        second.start()
        second.join(0.1)
        assert second.is_alive()
        label.write_text(kept)
    second.join(10)
    assert (tmp_path / "count").read_text() == "x"


def test_a_folder_that_takes_no_world_is_said(tmp_path: Path) -> None:
    made(tmp_path)
    (tmp_path / ".agentprobe").write_text("a file is in the way")
    with pytest.raises(AgentProbeError, match=r"cannot keep the world in .*: Not a directory"):
        build(at(tmp_path), SETTINGS, seed=7, project=tmp_path)


def test_a_builder_that_ends_the_process_is_said(tmp_path: Path) -> None:
    made(tmp_path, "def build(folder, rows, seed):\n    raise SystemExit(3)\n")
    with pytest.raises(FixtureError, match=r"builder:build failed at 10 rows: SystemExit: 3"):
        build(at(tmp_path), SETTINGS, seed=7, project=tmp_path)


def test_a_builder_that_takes_something_else_is_said(tmp_path: Path) -> None:
    made(tmp_path, "def build(folder):\n    pass\n")
    with pytest.raises(ConfigError, match=r"is called with \(folder, rows, seed\), and it takes \(folder\)"):
        build(at(tmp_path), SETTINGS, seed=7, project=tmp_path)


def test_a_builder_that_builds_nothing_is_said(tmp_path: Path) -> None:
    made(tmp_path, "def build(folder, rows, seed):\n    pass\n")
    with pytest.raises(FixtureError, match="built nothing at 10 rows"):
        build(at(tmp_path), SETTINGS, seed=7, project=tmp_path)


def test_a_run_gets_shared_files_linked_and_all_others_copied(tmp_path: Path) -> None:
    world = built(tmp_path)
    run = tmp_path / "run"
    furnish(world, run, SETTINGS.shared)
    assert (run / "data.big").samefile(world.folder / "data.big")
    assert (run / "sub" / "kept.txt").samefile(world.folder / "sub" / "kept.txt")
    (run / "sub" / "own.txt").write_text("changed")
    assert (world.folder / "sub" / "own.txt").read_text() == "own"
    check_unspoilt(world, "run")


def test_a_changed_shared_file_is_said_and_the_world_is_built_anew(tmp_path: Path) -> None:
    world = built(tmp_path)
    run = tmp_path / "run"
    furnish(world, run, SETTINGS.shared)
    (run / "data.big").write_text("spoilt!")
    with pytest.raises(FixtureError, match=r"run 7 changed data\.big, which all runs share"):
        check_unspoilt(world, "run 7")
    assert not world.built
    build(world, SETTINGS, seed=7, project=tmp_path)
    assert (world.folder / "data.big").read_text() == "10 7"
