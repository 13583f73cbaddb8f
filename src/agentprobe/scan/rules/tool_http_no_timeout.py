"""An HTTP call that may wait for ever."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agentprobe.domain.sign import Sign
from agentprobe.scan.apis import AGENT_ROOTS
from agentprobe.scan.finding import Finding, Fix, Origin, Probe
from agentprobe.scan.flows import calls_of
from agentprobe.scan.module import Module, argument
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.scripts.fetches import requests, waits_for_ever
from agentprobe.scan.scripts.model_calls import model_calls
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.scripts.tools import tool_around
from agentprobe.scan.severity import Item, Mode, Severity, Tier
from agentprobe.scan.tools import tool_functions
from agentprobe.scan.waiting import waits

_OF_MODELS = re.compile(r"completions|/generate|/chat\b|/messages\b|/responses\b")
"""Addresses of models, which take longer to answer."""


class ToolHttpNoTimeout(Rule):
    """An HTTP call has no deadline, so that a server that says nothing holds the agent for ever.

    Finds: calls of requests and `urllib.request.urlopen` without `timeout` (their default is none), and of
    httpx with `timeout=None`. High in tools and in files that have to do with models, medium elsewhere.

    Breaks: one server that accepts the connection and never answers stops the session. Nothing is logged,
    nothing is retried; the worker is gone until it is restarted.

    Example:

        import requests

        def find(query):
            response = requests.get("https://api.example.com/search", params={"q": query})
            response.raise_for_status()
            return response.json()

    Instead:

        import requests

        def find(query):
            response = requests.get("https://api.example.com/search", params={"q": query}, timeout=10)
            response.raise_for_status()
            return response.json()

    False alarms: httpx, which waits 5 s by default, and aiohttp, which waits 300 s; a session whose adapter
    or `request` carries a deadline; a timeout in `**options`.
    """

    code = "LAT002"
    severity = Severity.HIGH
    mode = Mode.API_LATENCY
    item = Item.DEADLINES
    fixes = "safe"
    probe = Probe(faults=("hang",), expects="never comes back", shows=(Sign.LATE,), at="tool")
    triggers = ("requests", "urlopen", "httpx")

    def in_script(self, script: Script) -> Iterable[Finding]:
        if is_test(script.path):
            return
        asked = model_calls(script)
        for one in requests(script):
            tool = tool_around(script, one.call)
            why = waits_for_ever(script, one) if tool is not None or one.call in asked else ""
            if not why:
                continue
            who = (
                f"the tool {tool.name}"
                if tool is not None and tool.name
                else script.name_of(script.function(one.call)) or "this script"
            )
            endless = one.by == "axios"
            yield self.found(
                script.place(one.call),
                f"{who} waits for {one.by} without a deadline",
                tier=Tier.PROVED,
                severity=None if endless else Severity.MEDIUM,
                subject=script.name_of(script.function(one.call)) or who,
                consequence="a server that takes the connection and says nothing holds this session up",
                advice="give timeout (milliseconds)"
                if endless
                else "give signal: AbortSignal.timeout(10_000)",
                origins=(Origin(name="timeout", value="none" if endless else "300 s", source=why),),
            )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path) or _has_default(module):
            return
        near = bool(module.imported_roots & AGENT_ROOTS)
        named = tool_functions(module)
        for call, told in waits(module).items():
            if told.kind != "http" or told.deadline != "none":
                continue
            function = module.function(call)
            tool = named.get(function) if function is not None else None
            given = argument(call, "timeout")
            fix = None
            if given is None and not told.callee.startswith("httpx"):
                seconds = 120 if _OF_MODELS.search(module.source(call, 400)) else 30
                word = f"timeout={seconds}"
                fix = Fix(what=f"add {word}", edits=(module.with_argument(call, word),), safe=True)
            library = told.callee.partition(".")[0]
            source = "asked for here" if told.callee.startswith("httpx") else f"default of {library}"
            yield self.found(
                told.place,
                f"{'the tool ' + tool.name if tool else told.function or 'this file'} waits without limit in "
                f"{told.callee.rpartition('.')[2]}()",
                tier=Tier.PROVED,
                severity=None if near or tool else Severity.MEDIUM,
                subject=told.function,
                consequence="a server that takes the connection and says nothing holds this worker for ever",
                advice="give timeout= in seconds",
                origins=(Origin(name="timeout", value="none", source=source, place=told.place),),
                fix=fix,
            )


def _has_default(module: Module) -> bool:
    return any(
        module.qualified(call.func) == "socket.setdefaulttimeout"
        for call in calls_of(module, "setdefaulttimeout")
    )
