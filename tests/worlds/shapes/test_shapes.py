"""Built-in shapes: each grows at any density."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentprobe.errors import ConfigError
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.grow import grow
from agentprobe.worlds.shape import write_shape
from agentprobe.worlds.shapes import CATALOGUE, built_in, found


def test_what_is_promised_is_there() -> None:
    assert set(CATALOGUE.names()) >= {"customers", "tickets", "orders", "calendar"}


@pytest.mark.parametrize("name", CATALOGUE.names())
@pytest.mark.parametrize("rows", [10, 1000])
def test_every_shape_grows(name: str, rows: int, tmp_path: Path) -> None:
    shape = built_in(name)
    assert shape.name == name
    manifest = grow(shape, rows, 2, tmp_path / "w", workers=1)
    assert manifest.rows[shape.root] == rows
    world = WorldFolder(tmp_path / "w")
    for table in world.schema.tables:
        assert world.table(table.name).num_rows == world.rows(table.name) > 0


def test_a_status_has_many_spellings(tmp_path: Path) -> None:
    grow(built_in("tickets"), 5000, 2, tmp_path / "w")
    words = set(WorldFolder(tmp_path / "w").table("tickets").column("status").to_pylist())
    assert {"closed", "Closed", "CLOSED", "closed ", "resolved", "on hold", "open"} <= words


def test_a_shape_is_found_by_name_by_file_and_by_world(tmp_path: Path) -> None:
    shape = built_in("customers")
    write_shape(tmp_path / "mine.json", shape)
    grow(shape, 30, 2, tmp_path / "world")
    assert found("customers", tmp_path) == found("mine.json", tmp_path) == found("world", tmp_path) == shape
    (tmp_path / "world" / "shape.json").unlink()
    assert found("world", tmp_path).table("customers").rows == 30
    with pytest.raises(ConfigError, match="did you mean 'customers'"):
        found("customer", tmp_path)
