"""A column put through its treatment, in batches of any size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from agentprobe.worlds.arrow import type_of
from agentprobe.worlds.keys import Key
from agentprobe.worlds.roles import Role
from agentprobe.worlds.sanitise.setting import Setting
from agentprobe.worlds.sanitise.treatment import Treatment
from agentprobe.worlds.schema import Column, Schema, Table

KEY, OTHER_KEY = Key(b"k" * 32), Key(b"o" * 32)


def treated(
    kind: Any,
    values: Sequence[Any],
    *,
    role: Role,
    stored: str = "text",
    key: Key = KEY,
    common: int = 20,
    size: int = 0,
    batch: int = 1000,
) -> list[Any]:
    """What one treatment makes of one column's values."""
    column = Column(name="x", kind=stored, role=role, size=size)
    table = Table(name="t", columns=(column,))
    setting = Setting(schema=Schema(tables=(table,)), common=common)
    treatment: Treatment = kind.of(setting, None) if hasattr(kind, "of") else kind()
    whole = pa.table({"x": pa.array(values, type_of(column))})
    batches = whole.to_batches(max_chunksize=batch)
    for one in batches:
        treatment.learn(table, one)
    treatment.settle(key)
    found: list[Any] = []
    for one in batches:
        mapped = treatment.map(table, column, one)
        assert mapped.type == type_of(column)
        found += mapped.to_pylist()
    return found
