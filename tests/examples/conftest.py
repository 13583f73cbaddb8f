"""The support desk, imported as its own folder sees itself, and its worlds."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "examples" / "support_desk"
SEED = 7


@pytest.fixture(scope="session")
def desk() -> SimpleNamespace:
    """Every module of the example; their plain names are given back, since other projects use them too."""
    names = sorted(path.stem for path in FOLDER.glob("*.py"))
    before: dict[str, ModuleType] = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    sys.path.insert(0, str(FOLDER))
    modules = {name: import_module(name) for name in names}
    sys.path.remove(str(FOLDER))
    for name in names:
        del sys.modules[name]
    sys.modules.update(before)
    return SimpleNamespace(**modules)


@pytest.fixture(scope="session")
def world_of(desk: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """The example's world at a density, built once."""
    built: dict[int, Path] = {}

    def world(rows: int) -> Path:
        if rows not in built:
            built[rows] = tmp_path_factory.mktemp(f"world{rows}-")
            desk.world.build(built[rows], rows, SEED)
        return built[rows]

    return world


@pytest.fixture
def run_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Path]:
    """A run's own copy of a world: what is only read is linked, what is written is copied."""
    count = 0

    def copied(world: Path) -> Path:
        nonlocal count
        count += 1
        folder = tmp_path / f"run{count}"
        folder.mkdir()
        for path in world.iterdir():
            if path.name == "changes.sqlite":
                shutil.copy(path, folder)
            else:
                os.link(path, folder / path.name)
        monkeypatch.setenv("SUPPORT_DESK_WORLD", str(folder))
        return folder

    return copied


@pytest.fixture
def rows_of() -> Callable[..., list[tuple[Any, ...]]]:
    """What a query finds in a world's file."""

    def rows(folder: Path, sql: str, file: str = "desk.sqlite") -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(folder / file)) as connection:
            return connection.execute(sql).fetchall()

    return rows
