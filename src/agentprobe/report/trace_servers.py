"""What a trace tells of tool servers, in rows of its summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from rich.text import Text

from agentprobe.report.trace_words import clipped, counted
from agentprobe.trace.servers import Drift, ServerSeen


def server_rows(servers: Iterable[ServerSeen]) -> Iterator[tuple[str, Text]]:
    """A row for each server, and one for whatever should be looked at."""
    for server in servers:
        yield "tool server", _server(server)
        for drift in server.drifts:
            yield "", Text(f"its tools changed during the run: {_changes(drift)}", "yellow")
        for method, why in server.refused[:3]:
            yield "", Text(f"refused {clipped(method, 40)}: {clipped(why, 60)}", "red")


def _server(server: ServerSeen) -> Text:
    facts = [
        clipped(server.software, 60),
        f"MCP {clipped(server.revision, 16)}" if server.revision else "",
        counted(len(server.tools), "tool", "tools") if server.listings else "",
        _counts(server.asked),
        f"to the agent: {_counts(server.asked_back)}" if server.asked_back else "",
    ]
    return Text(f"{clipped(server.name, 40)}: {' · '.join(fact for fact in facts if fact)}")


def _counts(counts: Counter[str]) -> str:
    return ", ".join(f"{clipped(name, 40)} ×{count:,}" for name, count in counts.most_common(4))


def _changes(drift: Drift) -> str:
    signs = (("+", drift.added), ("−", drift.gone), ("~", drift.changed))
    return ", ".join(f"{sign} {clipped(name, 40)}" for sign, names in signs for name in names[:5])
