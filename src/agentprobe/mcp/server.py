"""One tool server as far as its traffic tells: its name, and what its tools do to the world."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from agentprobe.basis.canonical import canonical
from agentprobe.domain.call import Call, Effect, Kind
from agentprobe.mcp.messages import Message, read
from agentprobe.mcp.names import Names, tools_in

VIA = "mcp:"
"""How the `via` of a call begins that went to a tool server; the server's name follows."""
SERVER = "server"
"""The purpose of a call in which the server turns to the agent."""
TOOL = "tools/call"
LIST = "tools/list"
_PASSING = frozenset({"progressToken", "traceparent", "tracestate", "baggage"})
"""What `_meta` says of one sending only; two requests that differ in nothing else ask the same."""
_STARTERS = frozenset(
    {"npx", "uvx", "uv", "node", "python", "python3", "bunx", "deno", "docker", "run", "exec"}
)


class Server:
    """A tool server under the name by which its owner knows it.

    `qualified` puts that name before those of its tools (`files.read`), for agents whose servers have tools
    of the same name.
    """

    def __init__(self, name: str, *, qualified: bool = False) -> None:
        self.name = name
        self._qualified = qualified
        self._effects: dict[str, Effect] = {}
        self._names = Names()

    def call(self, asked: Message, *, purpose: str = "", path: str = "") -> Call:
        """The call that a request or notification makes."""
        if asked.method == TOOL and not purpose:
            return self._tool_call(asked, path)
        return Call(
            kind=Kind.STATE,
            name=asked.method,
            request=_lasting(asked.params),
            path=path,
            purpose=purpose,
            via=VIA + self.name,
        )

    def asked_as(self, asked: Message) -> Message:
        """The request as this server understands it, which may know the tool by another name."""
        tool = str(asked.params.get("name", "")) if asked.method == TOOL else ""
        own = self._names.at_server(tool)
        return asked if own == tool else asked.naming(own)

    def answered_to(self, asked: Message, response: Message) -> Message:
        """The response as the client understands it: a refusal names the tool as the client does."""
        told, own = (str(message.params.get("name", "")) for message in (asked, self.asked_as(asked)))
        if told == own or not response.refuses:
            return response
        word = rb"(?<![\w-])%b(?![\w-])" % re.escape(own.encode())
        raw = re.sub(word, lambda _: told.encode(), response.raw)
        return response if raw == response.raw else read(raw)[0]

    def learn(self, method: str, answer: Mapping[str, Any], came: Mapping[str, Any] | None = None) -> None:
        """Take from the list of the tools what they do; one that nothing is said of counts as writing.

        `came` is the list as the server gave it, by which it knows its tools.
        """
        if method != LIST:
            return
        tools = tools_in(answer)
        if came is not None and "result" in answer:
            self._names.listed(tools_in(came), tools)
        for tool in tools:
            if isinstance(tool.get("name"), str):
                hints = tool.get("annotations")
                reads = isinstance(hints, Mapping) and hints.get("readOnlyHint") is True
                self._effects[tool["name"]] = Effect.READ if reads else Effect.WRITE

    def _tool_call(self, asked: Message, path: str) -> Call:
        tool, arguments = str(asked.params.get("name", "")), asked.params.get("arguments")
        name = f"{self.name}.{tool}" if self._qualified else tool
        effect = self._effects.get(tool, Effect.WRITE)
        arguments = {} if arguments is None else arguments
        return Call(
            kind=Kind.TOOL,
            name=name,
            request=arguments,
            effect=effect,
            path=path,
            intent=f"{name} {canonical(arguments).decode()}" if effect is Effect.WRITE else "",
            ref=_ref(asked.params),
            via=VIA + self.name,
        )


def name_of(command: Sequence[str]) -> str:
    """What to call a server that nobody has named: the word of its command that names a program."""
    words = [word for word in command if not word.startswith("-") and word not in _STARTERS]
    telling = next((word for word in words if "mcp" in word.lower() or "server" in word.lower()), None)
    word = telling or (words[0] if words else command[0])
    return PurePath(word).name.split("@")[0].removesuffix(".py").removesuffix(".js") or "server"


def _lasting(params: Mapping[str, Any]) -> dict[str, Any]:
    meta = params.get("_meta")
    if not isinstance(meta, Mapping):
        return dict(params)
    kept = {key: value for key, value in meta.items() if key not in _PASSING}
    rest = {key: value for key, value in params.items() if key != "_meta"}
    return {**rest, "_meta": kept} if kept else rest


def _ref(params: Mapping[str, Any]) -> str:
    """The model's own id of the tool call, where the client says it."""
    meta = params.get("_meta")
    known = meta if isinstance(meta, Mapping) else {}
    return next((str(value) for key, value in known.items() if str(key).lower().endswith("tooluseid")), "")
