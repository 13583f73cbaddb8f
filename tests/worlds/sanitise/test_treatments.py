from __future__ import annotations

from collections import Counter

import pytest

from agentprobe.worlds.arrow import type_of
from agentprobe.worlds.roles import Role
from agentprobe.worlds.sanitise.left_out import LEFT_OUT, constant_of, without
from agentprobe.worlds.sanitise.treatments import found
from agentprobe.worlds.schema import KINDS, Column, ForeignKey, Schema, Table


def test_each_role_that_is_kept_has_exactly_one_treatment() -> None:
    taken = Counter(role for kind in found() for role in kind.roles)
    assert dict(taken) == dict.fromkeys(set(Role) - LEFT_OUT, 1)


def column(name: str, role: Role, *, nullable: bool = True) -> Column:
    return Column(name=name, kind="text", role=role, nullable=nullable)


def test_what_is_left_out_takes_keys_and_references_with_it() -> None:
    people = Table(
        name="people",
        columns=(column("id", Role.IDENTIFIER), column("code", Role.DROPPED), column("pin", Role.SECRET)),
        key=("id",),
        unique=(("code",), ("id",)),
    )
    cases = Table(
        name="cases",
        columns=(column("who", Role.IDENTIFIER), column("code", Role.IDENTIFIER)),
        references=(
            ForeignKey(columns=("who",), table="people", to=("id",)),
            ForeignKey(columns=("code",), table="people", to=("code",)),
        ),
    )
    schema, constants = without(Schema(tables=(people, cases)))
    assert [one.name for one in schema.table("people").columns] == ["id"]
    assert schema.table("people").unique == (("id",),)
    assert [one.to for one in schema.table("cases").references] == [("id",)]
    assert constants == ()


def test_a_column_that_must_hold_something_holds_one_value() -> None:
    table = Table(
        name="people", columns=(column("id", Role.IDENTIFIER), column("pin", Role.SECRET, nullable=False))
    )
    schema, constants = without(Schema(tables=(table,)))
    assert constants == ("people.pin",)
    assert schema.table("people").column("pin").role is Role.SECRET


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "vector"])
def test_there_is_a_constant_of_every_type(kind: str) -> None:
    for zoned in (False, True):
        one = Column(name="x", kind=kind, zoned=zoned, role=Role.DROPPED, nullable=False)
        made = constant_of(one, 3)
        assert made.type == type_of(one)
        assert len(made.unique()) == 1
        assert made.null_count == 0
