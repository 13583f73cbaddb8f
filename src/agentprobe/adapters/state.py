"""What an agent keeps between its steps, shown by the agent itself: `agentprobe.state("cart", cart)`."""

from __future__ import annotations

from typing import Any

from agentprobe.adapters.current import current
from agentprobe.trace.body import packed_value
from agentprobe.trace.records import StateRecord


def state(name: str, value: Any, *, source: str = "", ref: str = "") -> None:
    """Write down what is kept under `name` at this moment; outside a session nothing happens.

    The value is copied as JSON, what has no JSON form as it prints. `source` and `ref` name the framework
    that keeps it and its own id of the snapshot.
    """
    session = current()
    writer = session.writer if session is not None else None
    if writer is None:
        return
    writer.add(
        StateRecord(
            order=writer.order(),
            by=writer.by,
            at=writer.elapsed(),
            name=name,
            source=source,
            ref=ref,
            value=packed_value(value),
        )
    )
