"""The settings of one call: what it says itself, what its client says, what the library does otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import msgspec

from agentprobe.scan.apis import Api, by_name
from agentprobe.scan.defaults import Default, shipped
from agentprobe.scan.dependencies import Dependencies
from agentprobe.scan.effective.layers import UNSET, Layers
from agentprobe.scan.effective.resolved import UNKNOWN, Resolved, as_number
from agentprobe.scan.facts import ClientUse, Facts, Known, ModelCall, Value
from agentprobe.scan.severity import Tier

_TEMPERATURE = ("temperature",)
_CAPS = (
    "max_tokens",
    "max_output_tokens",
    "max_completion_tokens",
    "maxTokens",
    "maxOutputTokens",
    "num_predict",
)
_TIMEOUTS = (
    "timeout",
    "request_timeout",
    "default_request_timeout",
    "timeout_ms",
    "read_timeout",
    "timeout_seconds",
)
_RETRIES = ("max_retries", "num_retries", "retries")
_MODELS = ("model", "model_name", "model_id", "modelId", "azure_deployment", "deployment_name", "engine",
           "deployment", "llm")  # fmt: skip
_STEPS = {
    "recursion_limit": ("recursion_limit",),
    "usage_limits": ("usage_limits.request_limit", "request_limit"),
    "max_turns": ("max_turns", "maxTurns"),
}
_FIRST_IS_MODEL = (
    "init_chat_model",
    "Agent",
    "LM",
    "GenerativeModel",
    "ChatOpenAI",
    "create_agent",
    "create_react_agent",
)
_MILLISECONDS = ("http_options.timeout", "timeout_ms")
_SDK_ALIKE = ("openai.", "anthropic", "groq", "together")
"""For these `timeout=None` means no deadline; elsewhere None leaves what holds otherwise."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A call whose settings are sought."""

    call: ModelCall
    facts: Facts
    api: Api
    client: ClientUse | None
    home: Facts
    """The file that makes the client."""
    package: str
    also: tuple[tuple[Facts, ClientUse], ...] = ()
    """What else the client may be, by other branches of the function that makes it."""


class Settings:
    """Finds the settings of calls in one project."""

    def __init__(self, layers: Layers, dependencies: Dependencies) -> None:
        self.layers = layers
        self.dependencies = dependencies
        self.defaults = shipped()

    def model(self, asked: Asked) -> Resolved:
        """The model's name."""
        found = self._given(asked, (asked.api.model, *_MODELS))
        if found is not None:
            return found
        client = asked.client
        if (
            client is not None
            and client.made.rpartition(".")[2] in _FIRST_IS_MODEL
            and "#0" in client.arguments
        ):
            first = self.layers.resolve(asked.home, client.function, client.arguments["#0"])
            if isinstance(first.value, str):
                return first
        return self._unsaid(asked, "model", on_client=asked.api.on_maker)

    def temperature(self, asked: Asked) -> Resolved:
        """The sampling temperature."""
        return self._sampling(asked, "temperature", _TEMPERATURE)

    def cap(self, asked: Asked) -> Resolved:
        """The tokens that one answer may have."""
        return self._sampling(asked, "cap", (*asked.api.cap, *_CAPS))

    def _sampling(self, asked: Asked, setting: str, names: tuple[str, ...]) -> Resolved:
        found = self._given(asked, names)
        if found is not None and not (found.known and found.value is None):
            return found
        if found is not None and not _is_plain_none(asked, names):
            return msgspec.structs.replace(
                UNKNOWN, source=f"{found.source}: none unless somebody sets it", place=found.place
            )
        return self._unsaid(asked, setting, on_client=asked.api.on_maker)

    def timeout(self, asked: Asked) -> Resolved:
        """The seconds that one attempt may take."""
        names = (asked.api.timeout, *_TIMEOUTS)
        found = self._given(asked, names)
        if found is not None and found.known and found.value is None and not _is_plain_none(asked, names):
            return msgspec.structs.replace(
                UNKNOWN, source=f"{found.source}: none unless somebody sets it", place=found.place
            )
        if found is not None and found.known and found.value is None and found.given:
            made = asked.client.made if asked.client is not None else asked.call.callee
            return found if made.startswith(_SDK_ALIKE) else self._unsaid(asked, "timeout", on_client=True)
        if found is not None and found.known and not found.given:
            return self._unsaid(asked, "timeout", on_client=True)
        if found is not None:
            return found
        if asked.client is not None and {"http_client", "async_http_client"} & asked.client.arguments.keys():
            return msgspec.structs.replace(UNKNOWN, source="what its http_client says")
        return self._unsaid(asked, "timeout", on_client=True)

    def attempts(self, asked: Asked) -> Resolved:
        """How often the client itself asks, the first time included."""
        found = self._given(asked, (asked.api.retries, *_RETRIES))
        if found is None or (found.known and found.value is None):
            return self._unsaid(asked, "attempts", on_client=True)
        return msgspec.structs.replace(
            found,
            value=_one_more(found),
            others=tuple(msgspec.structs.replace(one, value=_one_more(one)) for one in found.others),
        )

    def steps(self, asked: Asked) -> Resolved:
        """How many steps an agent may make that loops by itself."""
        if not asked.api.loops:
            return Resolved(value=1, known=True, source="one call", tier=Tier.PROVED)
        names = [name for step in asked.api.steps for name in _STEPS.get(step, (step,))]
        found = self._given(asked, names)
        if found is not None:
            return found
        return self._unsaid(asked, "steps", on_client=True)

    # How they are found

    def _given(self, asked: Asked, names: Iterable[str]) -> Resolved | None:
        """What the call or its client says under one of these names; the call goes first."""
        names = tuple(dict.fromkeys(names))
        value = _find(asked.call.arguments, names)
        if value is not None:
            return self._resolved(asked.facts, asked.call.function, *value)
        client = asked.client
        value = _find(client.arguments, names) if client is not None else None
        if client is None or value is None:
            return None
        return self._resolved(asked.home, client.function, *value)

    def _resolved(self, facts: Facts, function: str, name: str, value: Value) -> Resolved:
        found = self.layers.resolve(facts, function, value)
        if not name.endswith(_MILLISECONDS):
            return found
        number = as_number(found.value)
        return found if number is None else msgspec.structs.replace(found, value=number / 1000)

    def _unsaid(self, asked: Asked, setting: str, *, on_client: bool) -> Resolved:
        """What holds where nothing says it: unknown where something unseen may, else the library's own."""
        hidden = _hidden(asked, setting)
        if hidden is not None:
            return msgspec.structs.replace(UNKNOWN, source=f"perhaps in {hidden.text}", place=hidden.place)
        if asked.call.spread:
            return msgspec.structs.replace(UNKNOWN, source=f"perhaps in **{asked.call.spread[0]}")
        client = asked.client
        if client is not None and client.spread and on_client:
            return msgspec.structs.replace(UNKNOWN, source=f"perhaps in **{client.spread[0]}")
        if on_client and client is None and asked.api.makers and not _without_client(asked):
            return msgspec.structs.replace(UNKNOWN, source="where its client is made was not found")
        if setting == "timeout" and not asked.package and asked.api.name == "langchain.model":
            return Resolved(known=True, source="not set: what its provider's client does", tier=Tier.INFERRED)
        return self.default(asked.package, setting, asked.api.name, asked.facts.path)

    def default(self, package: str, setting: str, way: str, path: str, depth: int = 0) -> Resolved:
        """What a library does by itself, at the version that a file's project has."""
        every = self.defaults.rows(package, setting, way)
        if not every:
            return _no_row(setting, way)
        dependency = self.dependencies.find(package, path)
        version = dependency.version if dependency is not None else ""
        possible = [
            row
            for row in every
            if (row.holds(version) if version else dependency is None or dependency.may_be(row.versions))
        ]
        newest = [row for row in possible or every if row.holds(version)] or list(possible or every)
        row = newest[0]
        sure = bool(version) or len({(one.value, one.none, one.like) for one in every}) == 1
        if row.like and depth < 3:
            inner = self.default(row.like, setting, way, path, depth + 1)
            return msgspec.structs.replace(inner, source=f"{inner.source}, by {package}")
        return Resolved(
            value=row.value
            if row.value is None or not row.value.is_integer() or setting == "temperature"
            else int(row.value),
            known=True,
            source=_default_words(row, version, sure=sure),
            place=dependency.place if dependency is not None and version else None,
            tier=Tier.PROVED if sure else Tier.INFERRED,
        )


def _no_row(setting: str, way: str) -> Resolved:
    """What holds where the table says nothing: the provider's sampling and cap, else nobody knows."""
    api = by_name(way)
    if setting not in ("temperature", "cap"):
        return UNKNOWN
    if api is not None and api.loops:
        return msgspec.structs.replace(UNKNOWN, source="what its model says")
    return Resolved(known=True, source="not set: the provider decides", tier=Tier.PROVED)


def _default_words(row: Default, version: str, *, sure: bool) -> str:
    said = f": {row.none}" if row.none else ""
    if version:
        return f"default of {row.package} {version}{said}"
    return f"default of {row.package}{said}" if sure else f"default of the newest {row.package}{said}"


def _is_plain_none(asked: Asked, names: tuple[str, ...]) -> bool:
    """Is a setting None, or marked as not given, right where it is set, rather than handed on?"""
    client = asked.client.arguments if asked.client is not None else {}
    found = _find(asked.call.arguments, names) or _find(client, names)
    if found is None:
        return False
    value = found[1]
    return (value.known is Known.LITERAL and value.text == "None") or value.name.rpartition(".")[2] in UNSET


def _hidden(asked: Asked, setting: str) -> Value | None:
    """An argument that could not be followed, in which a setting may stand."""
    both = (asked.call.arguments, asked.client.arguments if asked.client is not None else {})
    for given in both:
        for name, value in given.items():
            holder = name.removesuffix(".**")
            if holder == "config" and asked.api.package in ("langchain-openai", "langchain", "langgraph"):
                holder = "run_limits"
            if name.endswith(".**") and setting in _HIDES.get(holder, ()):
                return value
            if name == "body" and asked.api.name == "bedrock" and setting in _SAMPLING[1:]:
                return value
            if name == "configurable_fields" and setting in _SAMPLING:
                return value
    return None


_SAMPLING = ("model", "temperature", "cap")
_ALL = (*_SAMPLING, "timeout", "attempts", "steps")
_HIDES = {
    "config": ("temperature", "cap", "steps"),
    "run_limits": ("steps",),
    "with_config": _ALL,
    "with_options": ("timeout", "attempts"),
    "copy": ("timeout", "attempts"),
    "bind": _SAMPLING,
    "generation_config": _SAMPLING,
    "inferenceConfig": _SAMPLING,
    "model_settings": _SAMPLING,
    "settings": _SAMPLING,
    "model_kwargs": _SAMPLING,
    "options": (*_SAMPLING, "steps"),
    "run_config": (*_SAMPLING, "steps"),
    "llm_config": _ALL,
    "usage_limits": ("steps",),
    "http_options": ("timeout", "attempts"),
    "client_kwargs": ("timeout",),
}
"""What may stand within an argument that could not be followed; LangChain's `config` sets no sampling."""


def _without_client(asked: Asked) -> bool:
    """Is it a function of the package, that has no client of the program's own?"""
    return asked.call.callee in asked.api.functions and asked.api.holder is None


def _find(given: Mapping[str, Value], names: tuple[str, ...]) -> tuple[str, Value] | None:
    """The first of these names that is given, right away or within another argument."""
    for name in names:
        if name in given:
            return name, given[name]
    for name in names:
        for key, value in given.items():
            if key.endswith(f".{name}") and not key.startswith("with_retry."):
                return key, value
    return None


def _one_more(found: Resolved) -> int | None:
    number = as_number(found.value)
    return int(number) + 1 if number is not None else None


_TOOLS = frozenset({"tools", "functions", "response_format", "text_format", "output_type", "response_schema"})


def tools_of(call: ModelCall, client: ClientUse | None) -> Iterator[tuple[str, Value]]:
    """The tools and schemas that a call or its client is given."""
    for given in (call.arguments, client.arguments if client is not None else {}):
        for name, value in given.items():
            may_be_none = value.known is Known.PARAMETER and value.defaulted
            nothing = (value.known is Known.LITERAL or may_be_none) and not value.value
            if name.rpartition(".")[2] in _TOOLS and not nothing:
                yield name, value
