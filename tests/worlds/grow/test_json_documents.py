"""Grown JSON documents hold what production's do, as far as it may be told."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from tests.worlds.held import Held

from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.grow import grow
from agentprobe.worlds.keys import Key
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, Schema, Table
from agentprobe.worlds.shape import profile
from agentprobe.worlds.shape.model import Json, Shape

ROWS = 4000
TABLE = Table(
    name="t",
    columns=(
        Column(name="id", kind="integer", role=Role.IDENTIFIER, nullable=False),
        Column(name="extra", kind="text", role=Role.JSON),
    ),
    key=("id",),
)


def documents() -> list[str | None]:
    chance = np.random.default_rng(4)
    found: list[str | None] = []
    for row in range(ROWS):
        told: dict[str, Any] = {
            "channel": str(chance.choice(["web", "shop", "phone"], p=[0.7, 0.2, 0.1])),
            "owner": {"name": f"Quentin Abernathy{row % 900}", "vip": bool(row % 5 == 0)},
            "points": int(chance.lognormal(5, 1)),
            "price": round(float(chance.lognormal(3, 0.5)), 2),
            "since": str(date(2021, 1, 1) + timedelta(days=int(chance.integers(900)))),
            "seen": f"2024-03-{1 + row % 28:02d}T1{row % 10}:30:00Z",
        }
        if row % 4 == 0:
            told["tags"] = [str(chance.choice(["new", "late"])), "new"]
        found.append(None if row % 10 == 9 else json.dumps(told))
    return found


def shape() -> Shape:
    rows = pa.table({"id": list(range(ROWS)), "extra": pa.array(documents(), pa.string())})
    return profile(Held(Schema(tables=(TABLE,)), {"t": rows}), Schema(tables=(TABLE,)), key=Key(b"k" * 32))


def grown(told: Shape, folder: Path, rows: int = ROWS) -> list[dict[str, Any]]:
    grow(told, rows, 7, folder, workers=1)
    texts: list[Any] = WorldFolder(folder).table("t").column("extra").drop_null().to_pylist()
    return [json.loads(one) for one in texts]


def test_leaves_hold_common_words_amounts_and_days_as_in_production(tmp_path: Path) -> None:
    before = [json.loads(one) for one in documents() if one is not None]
    after = grown(shape(), tmp_path / "w")
    channels = Counter(one["channel"] for one in after)
    assert abs(channels["web"] / len(after) - 0.7) < 0.05
    assert set(channels) == {"web", "shop", "phone"}
    for name in ("points", "price"):
        quantiles = [np.quantile([one[name] for one in side], [0.1, 0.5, 0.9]) for side in (before, after)]
        assert np.allclose(quantiles[0], quantiles[1], rtol=0.15), name
    assert all(isinstance(one["points"], int) for one in after)
    days = [date.fromisoformat(one["since"]) for one in after]
    assert abs((sorted(days)[len(days) // 2] - date(2022, 3, 26)).days) < 45
    assert all(one["seen"][:8] == "2024-03-" and one["seen"].endswith("Z") for one in after)
    assert {one["tags"][0] for one in after if "tags" in one} == {"new", "late"}
    assert abs(sum(one["owner"]["vip"] for one in after) / len(after) - 0.2) < 0.03


def test_no_name_leaves_production_in_a_document(tmp_path: Path) -> None:
    told = shape()
    assert {one["owner"]["name"] for one in grown(told, tmp_path / "w")} == {""}
    model = next(field.model for field in told.tables[0].fields if field.name == "extra")
    assert isinstance(model, Json)
    assert "owner.name" not in [leaf.path for leaf in model.leaves]
    for file in (tmp_path / "w").rglob("*"):
        if file.is_file():
            assert b"bernathy" not in file.read_bytes().lower()


def test_a_common_name_is_no_common_word(tmp_path: Path) -> None:
    rows = pa.table(
        {
            "id": list(range(500)),
            "extra": [json.dumps({"owner": f"Olivia Smith{' Jr' * (n % 2)}"}) for n in range(500)],
        }
    )
    told = profile(Held(Schema(tables=(TABLE,)), {"t": rows}), Schema(tables=(TABLE,)), key=Key(b"k" * 32))
    assert {one["owner"] for one in grown(told, tmp_path / "w", 500)} == {""}


def test_a_smaller_world_is_the_beginning_of_a_larger_one(tmp_path: Path) -> None:
    told = shape()
    small, large = grown(told, tmp_path / "small", 300), grown(told, tmp_path / "large", 3000)
    assert small == large[: len(small)]
