"""Shapes as files."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from agentprobe.errors import FixtureError
from agentprobe.worlds.shape import read_shape, write_shape
from agentprobe.worlds.shape.model import Masked, Weighted
from agentprobe.worlds.shapes import built_in


def test_a_shape_survives_its_file(tmp_path: Path) -> None:
    shape = built_in("orders")
    assert read_shape(write_shape(tmp_path / "a.json", shape)) == shape
    assert write_shape(tmp_path, shape) == tmp_path / "shape.json"
    assert read_shape(tmp_path) == shape


def test_a_large_shape_is_compressed_and_reads_the_same(tmp_path: Path) -> None:
    shape = built_in("customers")
    masks: Weighted = tuple((f"\\x{number}", 0.001) for number in range(20_000))
    field = msgspec.structs.replace(shape.tables[0].fields[4], model=Masked(masks=masks))
    table = msgspec.structs.replace(shape.tables[0], fields=(field,))
    large = msgspec.structs.replace(shape, tables=(table,))
    path = write_shape(tmp_path / "large.json", large)
    assert path.stat().st_size < 200_000
    assert read_shape(path) == large


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"\x28\xb5\x2f\xfd broken", b'{"format": 99, "name": "x", "tables": []}']
)
def test_what_is_no_shape_is_said_to_be_none(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "s.json").write_bytes(raw)
    with pytest.raises(FixtureError, match=r"s\.json"):
        read_shape(tmp_path / "s.json")


def test_a_missing_shape_is_named(tmp_path: Path) -> None:
    with pytest.raises(FixtureError, match=r"nothing\.json"):
        read_shape(tmp_path / "nothing.json")
