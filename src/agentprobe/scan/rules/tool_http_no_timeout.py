"""An HTTP call that may wait for ever."""

from __future__ import annotations

from collections.abc import Iterable

from agentprobe.scan.apis import AGENT_ROOTS
from agentprobe.scan.finding import Finding, Fix, Origin, Probe
from agentprobe.scan.flows import calls_of
from agentprobe.scan.module import Module, argument
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Item, Mode, Severity, Tier
from agentprobe.scan.tools import tool_functions
from agentprobe.scan.waiting import waits


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
    probe = Probe(faults=("hang",), expects="never comes back")
    triggers = ("requests", "urlopen", "httpx")

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
                fix = Fix(what="add timeout=30", edits=(module.with_argument(call, "timeout=30"),), safe=True)
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
