"""Which queries to ask: those that the agent's traces show, else those that agents usually make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from agentprobe.trace.view import Trace
from agentprobe.worlds.fidelity.asking import QUERIES
from agentprobe.worlds.fidelity.calls import asked_by
from agentprobe.worlds.fidelity.result import Query
from agentprobe.worlds.schema import Schema

TRAPS = {"status": "not_status", "not_status": "status", "substring": "similar_name"}
"""What an agent that asks the one is one slip away from asking."""


def catalogue_for(schema: Schema, traces: Iterable[Trace] = ()) -> tuple[Query, ...]:
    """The queries to ask of a source and of its world.

    With traces in which calls can be told to ask something of these tables: those queries, most frequent
    first, and what is one slip away from them. Else every usual query that the columns' roles allow.
    """
    counts = Counter(
        query for trace in traces for call in trace.tool_calls for query in asked_by(call, schema)
    )
    if not counts:
        return tuple(usual(schema))
    asked = [replace(query, asked=times) for query, times in counts.most_common()]
    slips = (replace(query, kind=TRAPS[query.kind]) for query in counts if query.kind in TRAPS)
    return (
        *asked,
        *(query for query in dict.fromkeys(slips) if query not in counts and _fits(query, schema)),
    )


def usual(schema: Schema) -> Iterator[Query]:
    """Every class of queries on every set of columns that it is asked of."""
    for table in schema.tables:
        for name in QUERIES.names():
            for columns in QUERIES.get(name).asked_of(table):
                yield Query(kind=name, table=table.name, columns=columns)


def _fits(query: Query, schema: Schema) -> bool:
    return query.columns in set(QUERIES.get(query.kind).asked_of(schema.table(query.table)))
