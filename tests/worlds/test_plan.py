from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pyarrow as pa
import pytest
from tests.worlds.guess.test_guess import Held

from agentprobe.errors import ConfigError
from agentprobe.worlds.guess import guesses
from agentprobe.worlds.plan import ColumnPlan, Plan, read_plan
from agentprobe.worlds.plan_text import written
from agentprobe.worlds.planning import first_plan, gone, planned_again
from agentprobe.worlds.roles import Role
from agentprobe.worlds.sanitise.words.levels import Level
from agentprobe.worlds.schema import Column, ForeignKey, Schema, Table

ROWS = 60


def table(name: str, *columns: str, refers: str = "") -> Table:
    reference = ForeignKey(columns=(f"{refers}_id",), table=refers, to=(f"{refers}_id",))
    return Table(
        name=name,
        columns=tuple(Column(name=one, kind="integer" if one.endswith("_id") else "text") for one in columns),
        key=(columns[0],),
        references=(reference,) if refers else (),
    )


CUSTOMERS = table("customer", "customer_id", "email", "status", "extra", 'odd "name".x')
ORDERS = table("order", "order_id", "customer_id", "notes", refers="customer")


def held(*tables: Table) -> Held:
    rows = {
        "email": [f"secret{row}@example.org" for row in range(ROWS)],
        "status": ["open"] * ROWS,
        "extra": ['{"city": "Perth", "visits": 3}'] * ROWS,
        "notes": ["Please call Ann Meyer back about the bill."] * ROWS,
        "body": [f"Returns are accepted for {row} days. " * 40 for row in range(ROWS)],
        'odd "name".x': [f"q{row}" for row in range(ROWS)],
        "fax": [f"+61 2 9374 40{row:02d}" for row in range(ROWS)],
    }
    data = {
        one.name: pa.table(
            {column.name: rows.get(column.name, list(range(1, ROWS + 1))) for column in one.columns}
        )
        for one in tables
    }
    return Held(Schema(tables=tables), data)


def planned(*tables: Table) -> Plan:
    reading = held(*tables)
    return first_plan("support", "env:DATABASE_URL", "2026-01-05", reading.schema, guesses(reading))


def kept(path: Path, plan: Plan) -> Path:
    (path / "world.toml").write_text(written(plan))
    return path / "world.toml"


def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    plan = planned(CUSTOMERS, ORDERS)
    columns = {
        **plan.tables["customer"].columns,
        "status": ColumnPlan(role=Role.CATEGORY, k=3, keep='public "words"'),
        "email": ColumnPlan(role=Role.EMAIL, dial=Level.M2, domain="mail"),
    }
    customer = msgspec.structs.replace(plan.tables["customer"], columns=columns, rows=100)
    plan = msgspec.structs.replace(plan, tables={**plan.tables, "customer": customer}, kind="mapped")
    assert read_plan(kept(tmp_path, plan)) == plan


def test_the_file_shows_guesses_and_forms_and_no_value() -> None:
    reading = held(CUSTOMERS, ORDERS)
    found = guesses(reading)
    text = written(first_plan("x", "env:DB", "2026-01-05", reading.schema, found), found)
    assert re.search(r'^email = \{ role = "email" \}  # \d+% sure; .*forms `aaaaaa9', text, re.MULTILINE)
    assert "say what it is, or it is left out" in text
    assert not re.search(r"secret\d|example\.org|Meyer|Perth", text)


def test_dates_of_orders_move_with_the_customer() -> None:
    plan = planned(ORDERS, CUSTOMERS)
    assert plan.tables["order"].entity == "customer_id"
    assert plan.tables["customer"].entity == "customer_id"


def test_documents_of_nobodys_move_together() -> None:
    plan = planned(table("policy", "policy_id", "body"))
    assert plan.tables["policy"].columns["body"].role is Role.DOCUMENT
    assert plan.tables["policy"].entity == "*"


def test_leaves_of_json_are_planned_one_by_one() -> None:
    leaves = planned(CUSTOMERS).tables["customer"].leaves["extra"]
    assert {path: leaf.role for path, leaf in leaves.items()} == {"city": Role.CITY, "visits": Role.NUMBER}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('role = "email"', 'role = "emial"', "unknown name 'emial'; did you mean 'email'?"),
        ("expires_days", "expire_days", "unknown key 'expire_days'; did you mean 'expires_days'?"),
        ("take = true", "taken = true", "unknown key 'taken'; did you mean 'take'?"),
        (
            'entity = "customer_id"',
            'entity = "custmer_id"',
            "no column 'custmer_id'; did you mean 'customer_id'?",
        ),
        ('kind = "regenerated"', 'kind = "copied"', "copied"),
        ('role = "email"', 'role = "email", keep = "  "', "says in words"),
        ('role = "email"', 'role = "secret", keep = "we need it"', "left out, so it cannot be kept"),
        ("k = 20", "k = 0", ">= 1"),
        ('dial = "M5"', 'dial = "M9"', "unknown name 'M9'"),
        ("format = 1", "format = 99", "newer than this version"),
        ("take = true", "take = ", "this is no TOML"),
    ],
)
def test_a_mistake_is_said_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = kept(tmp_path, planned(CUSTOMERS))
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    number = text[: text.index(old)].count("\n") + 1
    with pytest.raises(ConfigError) as caught:
        read_plan(path)
    assert said in str(caught.value)
    assert f"{path}, line {number}" in str(caught.value)


def test_a_plan_that_is_not_there_says_how_to_write_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="agentprobe world plan"):
        read_plan(tmp_path / "world.toml")


def test_what_is_new_in_the_source_is_left_out_until_somebody_says_what_it_is() -> None:
    plan = planned(CUSTOMERS)
    wider = table("customer", "customer_id", "email", "fax")
    schema = plan.applied(
        Schema(
            tables=(
                msgspec.structs.replace(CUSTOMERS, columns=(*CUSTOMERS.columns, wider.columns[2])),
                ORDERS,
            )
        )
    )
    assert schema.names == ("customer",)
    assert schema.table("customer").column("fax").role is Role.DROPPED


def test_a_column_that_the_source_lost_is_a_mistake_with_the_nearest_name() -> None:
    plan = planned(CUSTOMERS)
    with pytest.raises(ConfigError, match="has no column 'email'; did you mean 'e_mail'"):
        plan.applied(Schema(tables=(table("customer", "customer_id", "e_mail", "status", "extra"),)))


def test_a_role_that_the_type_cannot_have_is_a_mistake() -> None:
    plan = planned(CUSTOMERS)
    columns = {**plan.tables["customer"].columns, "customer_id": ColumnPlan(role=Role.EMAIL)}
    wrong = msgspec.structs.replace(plan.tables["customer"], columns=columns)
    with pytest.raises(ConfigError, match="type integer cannot have the role email"):
        msgspec.structs.replace(plan, tables={"customer": wrong}).applied(Schema(tables=(CUSTOMERS,)))


def test_a_changed_source_keeps_what_a_person_said_and_marks_what_is_new(tmp_path: Path) -> None:
    plan = planned(CUSTOMERS, ORDERS)
    said = {
        **plan.tables["customer"].columns,
        "status": ColumnPlan(role=Role.TEXT),
        "email": ColumnPlan(role=Role.CODE),
    }
    mine = msgspec.structs.replace(plan.tables["customer"], columns=said, rows=5)
    plan = msgspec.structs.replace(plan, tables={**plan.tables, "customer": mine}, expires_days=7)

    reading = held(table("customer", "customer_id", "email", "fax"), table("note", "note_id", "notes"))
    found = guesses(reading)
    again = planned_again(plan, "2026-02-01", reading.schema, found)
    assert again.expires_days == 7
    assert again.tables["customer"].rows == 5
    assert again.tables["customer"].columns["email"].role is Role.CODE
    assert again.tables["customer"].columns["fax"].role is Role.DROPPED
    assert not again.tables["note"].take
    assert set(gone(plan, reading.schema)) == {
        "order",
        "customer.status",
        "customer.extra",
        'customer.odd "name".x',
    }

    text = written(again, found, gone=gone(plan, reading.schema), old=plan)
    assert "# gone from the source: customer.status" in text
    assert re.search(
        r'^fax = \{ role = "dropped" \}  # new, dropped until you say what it is; phone\?', text, re.MULTILINE
    )
    assert "[tables.note]  # new, left out until you take it" in text
    (tmp_path / "world.toml").write_text(text)
    assert read_plan(tmp_path / "world.toml") == again


def test_a_plan_that_takes_nothing_is_a_mistake() -> None:
    plan = planned(CUSTOMERS)
    none = msgspec.structs.replace(plan.tables["customer"], take=False)
    with pytest.raises(ConfigError, match="takes no table"):
        msgspec.structs.replace(plan, tables={"customer": none}).applied(Schema(tables=(CUSTOMERS,)))
