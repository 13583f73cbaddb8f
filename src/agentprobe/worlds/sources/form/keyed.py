"""Keys and references of tables that declare none: those that names suggest and all values bear out."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np

from agentprobe.worlds.schema import Column, ForeignKey, Schema, Table
from agentprobe.worlds.source import Reading
from agentprobe.worlds.sources.form.hashed import NOTHING, Hashes, keys_of

_PARENTS = ("parent_id", "manager_id", "reports_to", "supersedes")
_ENOUGH = 0.98
"""So many of a reference's values must be found: production's own references dangle as well."""


def keyed(reading: Reading) -> Schema:
    """The schema with a key for each table whose identifier stands once, and references to such keys."""
    schema = reading.schema
    keys: dict[str, tuple[str, Hashes]] = {}
    for table in schema.tables:
        for column in _candidates(table):
            found = _values(reading, table.name, column.name)
            if len(found) and not (found == NOTHING).any() and len(np.unique(found)) == len(found):
                keys[table.name] = (column.name, np.sort(found))
                break
    return Schema(tables=tuple(_with_keys(reading, table, keys) for table in schema.tables))


def _with_keys(reading: Reading, table: Table, keys: dict[str, tuple[str, Hashes]]) -> Table:
    key = (keys[table.name][0],) if table.name in keys else ()
    columns = tuple(
        msgspec.structs.replace(one, nullable=False) if (one.name,) == key else one for one in table.columns
    )
    references = []
    for column in table.columns:
        for parent in _parents(table, column, keys, key):
            found = _values(reading, table.name, column.name)
            found = found[found != NOTHING]
            if len(found) and np.isin(found, keys[parent][1]).mean() >= _ENOUGH:
                to = (keys[parent][0],)
                references.append(ForeignKey(columns=(column.name,), table=parent, to=to))
                break
    return msgspec.structs.replace(table, key=key, columns=columns, references=tuple(references))


def _parents(
    table: Table, column: Column, keys: dict[str, tuple[str, Hashes]], key: tuple[str, ...]
) -> Iterator[str]:
    if column.kind not in ("integer", "text") or (column.name,) == key:
        return
    name = column.name.lower()
    for parent, (own, _) in sorted(keys.items()):
        ids = {f"{_one(parent)}_id", f"{_one(parent)}id", f"{parent.lower()}_id"}
        if own.lower() != "id":
            ids.add(own.lower())
        if (parent != table.name and name in ids) or (parent == table.name and name in _PARENTS):
            yield parent


def _candidates(table: Table) -> list[Column]:
    one = _one(table.name)
    names = ["id", f"{one}_id", f"{one}id", f"{table.name.lower()}_id", "uuid"]
    able = [column for column in table.columns if column.kind in ("integer", "text")]
    named = [column for name in names for column in able if column.name.lower() == name]
    first = [column for column in able[:1] if column.name.lower().endswith(("id", "number", "key", "code"))]
    return named or first


def _one(table: str) -> str:
    """A table's name as that of one of its rows: customers, categories, boxes."""
    name = table.lower().rsplit(".", 1)[-1]
    if name.endswith("ies"):
        return name[:-3] + "y"
    if name.endswith(("sses", "xes", "ches", "shes")):
        return name[:-2]
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def _values(reading: Reading, table: str, column: str) -> Hashes:
    parts = [keys_of(batch, [column]) for batch in reading.batches(table, [column])]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.uint64)
