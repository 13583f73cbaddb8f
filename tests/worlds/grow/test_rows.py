from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.grow import grow
from agentprobe.worlds.grow.edits import OPERATORS
from agentprobe.worlds.grow.tables import Growing
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column
from agentprobe.worlds.shape.model import Field, FullName, Shape, Weighted, Words
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


def customers(edits: Weighted, recurs: float, **names: Any) -> Shape:
    """Customers with four records each: their town is struck as told, and so is their whole name."""
    shape = struck("nothing", "delete")
    table = shape.tables[0]
    town = table.field("city")
    given, surname = (table.field(name) for name in ("given_name", "surname"))
    assert town is not None
    assert given is not None
    assert isinstance(given.model, Words)
    assert surname is not None
    assert isinstance(surname.model, Words)
    name = Column(name="name", kind="text", role=Role.FULL_NAME)
    model = FullName(given=given.model, surname=surname.model, **names)
    columns = (Column(name="customer_id", kind="integer", nullable=False), name, table.table.column("city"))
    fields = (
        table.fields[0],
        Field(name="name", model=model, whose="entity"),
        msgspec.structs.replace(town, edits=edits, recurs=recurs, follows="", sticks=0.0, junk=()),
    )
    whole = msgspec.structs.replace(table.table, columns=columns, references=(), unique=())
    table = msgspec.structs.replace(
        table, table=whole, fields=fields, records=((4, 1.0),), pairs=None, reuse=0.0
    )
    return msgspec.structs.replace(shape, tables=(table,))


def records(shape: Shape, column: str, place: Path) -> list[list[str]]:
    """What each one's four records tell."""
    grow(shape, 2000, 3, place / "world", workers=1)
    told = WorldFolder(place / "world").table("customers", [column]).column(0).to_pylist()
    entities = Growing(shape, 2000, 3).tables["customers"].frame.entities(np.arange(2000))
    assert (np.bincount(entities) == 4).all()
    return [list(map(str, told[at : at + 4])) for at in range(0, 2000, 4)]


def test_values_that_recur_are_few(tmp_path: Path) -> None:
    """Of three records that are all struck, two agree oftener where values recur."""
    agreeing = []
    for recurs in (0.0, 1.0):
        found = records(customers((("substitute", 1.0),), recurs), "city", tmp_path / f"{recurs}")
        assert all(first not in others for first, *others in found)
        agreeing.append(float(np.mean([len(set(others)) < 3 for _, *others in found])))
    assert agreeing[0] < 0.35
    assert agreeing[1] > 0.7


def test_turned_names_stand_in_each_others_place(tmp_path: Path) -> None:
    found = records(customers((), 0.0, turned=0.5), "name", tmp_path)
    turned = [one == " ".join(first.split(" ", 1)[::-1]) for first, *others in found for one in others]
    stay = [one == first for first, *others in found for one in others]
    assert abs(float(np.mean(turned)) - 0.5) < 0.06
    assert abs(float(np.mean(stay)) - 0.5) < 0.06


def test_both_names_are_struck_together_as_often_as_told(tmp_path: Path) -> None:
    edits: dict[str, Any] = {"given_edits": (("insert", 0.4),), "surname_edits": (("insert", 0.4),)}
    for both in (0.0, 0.3):
        found = records(customers((), 0.0, both=both, **edits), "name", tmp_path / f"{both}")
        pairs = [(first.split(" ", 1), one.split(" ", 1)) for first, *others in found for one in others]
        struck_ = [(a[0] != b[0], a[-1] != b[-1]) for a, b in pairs if len(a) == len(b) == 2]
        assert abs(float(np.mean([a and b for a, b in struck_])) - both) < 0.05
        assert abs(float(np.mean([a for a, _ in struck_])) - 0.4) < 0.05
        assert abs(float(np.mean([b for _, b in struck_])) - 0.4) < 0.05
