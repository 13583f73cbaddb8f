"""Fresh keys are nobody's, look like the others, and are the same whatever else a world holds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from agentprobe.errors import FixtureError
from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.folder import TableWriter, WorldFolder
from agentprobe.worlds.manifest import GROWN, Manifest, write_manifest
from agentprobe.worlds.planting.fresh import PLACES, FreshKeys
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, Schema, Table


def world(folder: Path, keys: list[Any]) -> WorldFolder:
    kind = "integer" if isinstance(keys[0], int) else "text"
    table = Table(name="t", key=("id",), columns=(Column(name="id", kind=kind, role=Role.IDENTIFIER),))
    folder.mkdir()
    with TableWriter(folder, table) as writer:
        writer.add(pa.RecordBatch.from_pylist([{"id": key} for key in keys], schema_of(table)))
    schema = Schema(tables=(table,))
    manifest = Manifest(kind=GROWN, name="t", as_of="", made="", schema=schema, rows={"t": len(keys)})
    write_manifest(folder, manifest)
    return WorldFolder(folder)


def taken(folder: Path, keys: list[Any], *, like: list[Any] | None = None, count: int = 20) -> list[Any]:
    fresh = FreshKeys(world(folder, keys), "t", "id", like=like or keys[:4], seed=1, users=("a", "b"))
    return [fresh.take("a", place) for place in range(count)]


def test_keys_lie_between_the_known_ones_and_are_nobodys(tmp_path: Path) -> None:
    keys = [1_000_000, 9_000_000, 3_000_000]
    found = taken(tmp_path / "w", keys)
    assert len(set(found)) == len(found)
    assert all(1_000_000 < key < 9_000_000 for key in found)


def test_a_key_that_the_world_has_is_passed_over_and_the_others_stay(tmp_path: Path) -> None:
    keys = [100_000, 900_000]
    sparse = taken(tmp_path / "sparse", keys)
    dense = taken(tmp_path / "dense", [*keys, *sparse[:5]], like=keys)
    assert not set(dense) & set(sparse[:5])
    assert dense[5:] == sparse[5:]


def test_where_every_number_is_taken_the_new_rows_are_the_latest(tmp_path: Path) -> None:
    found = taken(tmp_path / "w", list(range(1, 100)), like=[1, 50, 99])
    assert found == list(range(100, 120))


@pytest.mark.parametrize(
    ("key", "form"),
    [
        ("CUS-000123", r"CUS-000\d{3}"),
        (
            "8d5f0c1e-9b1a-4c3d-9e2f-0123456789ab",
            r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-9[0-9a-f]{3}-[0-9a-f]{12}",
        ),
        (
            "8D5F0C1E-9B1A-4C3D-9E2F-0123456789AB",
            r"[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-9[0-9A-F]{3}-[0-9A-F]{12}",
        ),
        ("QxZr", r"[A-Z][a-z][A-Z][a-z]"),
    ],
)
def test_texts_keep_their_form(tmp_path: Path, key: str, form: str) -> None:
    other = key.replace("123", "987")
    for found in taken(tmp_path / "w", [key, other], count=5):
        assert re.fullmatch(form, found)
        assert found not in (key, other)


def test_who_wants_too_many_is_told(tmp_path: Path) -> None:
    with pytest.raises(FixtureError, match=f"a wants more than {PLACES} new rows with a t.id"):
        taken(tmp_path / "w", [1, 10**6], count=PLACES + 1)


def test_where_no_text_is_left_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(FixtureError, match=r"no free value left in the range of t\.id"):
        taken(tmp_path / "w", [*"ABCDEFGHIJKLMNOPQRSTUVWXYZ"])
