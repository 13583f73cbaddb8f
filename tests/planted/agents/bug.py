"""What is planted in an agent, and what it is tried against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agentprobe.domain.reaction import Reaction
from agentprobe.lab.settings import TaskSettings, WorldSettings


@dataclass(frozen=True, kw_only=True)
class Bug:
    """One bug: a campaign must find it in the careless agent, and nothing in the mended one."""

    task: TaskSettings
    faults: tuple[str, ...]
    """Everything that is tried on both agents."""
    planted: Mapping[str, Reaction]
    """What breaks the careless one, as `fault@site`, joined by ` + ` where it takes several together."""
    strength: int = 1
    """How many faults are tried together."""
    world: WorldSettings | None = None


OUTAGES = ("server_error", "billing_stopped", "connection_reset(after=true)@model:1", "bad_gzip@model:1")
"""Models that do not answer."""
ODD_ANSWERS = (
    "cut_arguments",
    "empty_answer",
    "invented_tool",
    "mistyped_argument",
    "repeated_call",
    "unknown_finish_reason",
)
"""Models that answer otherwise than they should."""
ODD_STREAMS = ("cut_stream", "malformed_frame", "unknown_event", "json_for_stream", "cut_mid_argument")
"""Answers that do not come in pieces as they should."""
ODD_TOOLS = ("tool_error", "null_result", "error_as_result")
"""Tools that fail and say so."""
