"""The families of faults: where in an agent's world a misbehaviour belongs."""

from __future__ import annotations

from enum import StrEnum


class Family(StrEnum):
    """Where a fault belongs; suites choose by it."""

    TRANSPORT = "transport"
    """Connections, bytes and time on the wire."""
    PROVIDER = "provider"
    """What a provider refuses with, in its own words."""
    STREAM = "stream"
    """A streamed answer that is not what it should be."""
    MODEL = "model"
    """A well-formed answer that means something odd."""
    TOOL = "tool"
    """Tools and tool servers that fail, change or pretend."""
    DELIVERY = "delivery"
    """Effects and results that happen twice, late, in another order or not at all."""
    DATA = "data"
    """Results that are true to their form and false in what they say."""
    CONTEXT = "context"
    """What the model is told of the past."""
    CLOCK = "clock"
    """Time that is not what it seems."""
    SECURITY = "security"
    """Somebody else's words that want to be instructions."""
    LOAD = "load"
    """Too much at once."""
    SETTINGS = "settings"
    """The settings that production has and development does not."""


class Need(StrEnum):
    """What a call must have for a fault to be able to strike it; a campaign plans by it."""

    STREAM = "stream"
    """The answer is streamed."""
    TOOL_CALL = "tool_call"
    """The answer wishes for a tool."""
    PARALLEL = "parallel"
    """The request tells the results of several calls of one answer."""
    RESULTS = "results"
    """The request tells a tool's result."""
    HISTORY = "history"
    """The request tells of earlier turns."""
    SYSTEM = "system"
    """The request has a system prompt."""
    TOOLS = "tools"
    """The request offers tools."""
    SERVER = "server"
    """The call goes to a tool server."""
    IN_PROCESS = "in_process"
    """The tool is seen where it runs."""
    EARLIER = "earlier"
    """The same tool was called before."""
