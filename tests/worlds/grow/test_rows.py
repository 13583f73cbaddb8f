from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.grow import grow
from agentprobe.worlds.grow.edits import OPERATORS
from agentprobe.worlds.shape.model import Shape
from agentprobe.worlds.shapes import built_in


def struck(column: str, slip: str) -> Shape:
    """Customers with three records each, of which the further ones have a slip in one column."""
    shape = built_in("customers")
    table = shape.tables[0]
    fields = tuple(
        msgspec.structs.replace(field, edits=((slip, 1.0),) if field.name == column else ())
        for field in table.fields
    )
    table = msgspec.structs.replace(table, fields=fields, records=((3, 1.0),), missing=())
    return msgspec.structs.replace(shape, tables=(table,))


@pytest.mark.parametrize("slip", sorted(OPERATORS))
def test_a_slip_in_a_date_leaves_a_date(slip: str, tmp_path: Path) -> None:
    grow(struck("date_of_birth", slip), 600, 3, tmp_path / "world", workers=1)
    days = WorldFolder(tmp_path / "world").table("customers", ["date_of_birth"]).column(0).to_pylist()
    assert None not in days
    assert len(set(days)) > 150
