"""What one script tells the project: its calls of models with their settings, and the models it names."""

from __future__ import annotations

import msgspec

from agentprobe.scan.facts import ModelCall, NamedModel, Value
from agentprobe.scan.finding import Place
from agentprobe.scan.scripts.elsewhere import CaughtElsewhere


class ScriptCall(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A call of a model, or the making of a client whose calls stand elsewhere."""

    call: ModelCall
    package: str
    """The package of npm whose defaults hold, as "npm:openai"."""
    settings: dict[str, Value] = msgspec.field(default_factory=dict)
    """model, temperature, cap, timeout (seconds), attempts, steps: what is said of them."""
    hidden: bool = False
    """May something that was not followed say more?"""
    client_hidden: bool = False
    """May the making of its client, which was not followed, set deadline and attempts?"""
    maker: Place | None = None
    loops: bool = False
    """Is it an agent that makes many calls by itself?"""
    tools: str = ""
    """What it is given that asks for exact answers: "tools", "schema"."""
    thinks: bool = False
    made_only: bool = False
    brief: bool = False
    """Does its platform end what takes too long: `maxDuration`, the edge runtime?"""


class ScriptFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All of it for one script."""

    path: str
    calls: tuple[ScriptCall, ...] = ()
    named_models: tuple[NamedModel, ...] = ()
    asks: tuple[str, ...] = ()
    """The functions at its top that come to ask a model, by the names that others import."""
    caught: tuple[CaughtElsewhere, ...] = ()
