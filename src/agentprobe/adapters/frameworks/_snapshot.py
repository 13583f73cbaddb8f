"""Snapshots of what a framework keeps, as plain values of bounded size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from agentprobe.adapters import watch
from agentprobe.adapters.state import state
from agentprobe.adapters.tool_call import plain_items

LARGEST = 1 << 18
"""Bytes of the largest snapshot that is kept whole; of a larger one only the sizes of its parts are."""


def keep(name: str, values: Mapping[str, Any], *, source: str, ref: str) -> None:
    """Write a snapshot into the trace; whatever goes wrong is said there and never felt by the agent."""
    try:
        state(name, _bounded(plain_items(values)), source=source, ref=ref)
    except Exception as error:  # noqa: BLE001 - a framework's state may be anything, and the agent goes first
        watch.attached(source, f"a snapshot could not be taken: {type(error).__name__}: {error}")


def _bounded(values: dict[str, Any]) -> dict[str, Any]:
    sizes = {key: len(msgspec.json.encode(value)) for key, value in values.items()}
    if sum(sizes.values()) <= LARGEST:
        return values
    return {key: {"bytes": size} for key, size in sizes.items()}
