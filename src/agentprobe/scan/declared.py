"""Agents and models as settings files declare them: one meaning for the many names of a setting."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from agentprobe.scan.document import Document, Key
from agentprobe.scan.effective.resolved import as_number
from agentprobe.scan.facts import Effect
from agentprobe.scan.finding import Place
from agentprobe.scan.tool_effects import by_name

KINDS = frozenset({"agent-config", "prompty", "agent-spec"})
"""Formats that say what a model is asked with."""
_BY_PATH = re.compile(r"(?:^|/)agent[-_]?config[^/]*$")
_NAMES = {
    "model": ("model", "modelname", "modelid", "llm", "llmmodel", "engine"),
    "temperature": ("temperature", "temp"),
    "top_p": ("topp",),
    "cap": ("maxtokens", "maxoutputtokens", "maxcompletiontokens", "maxtokenstosample", "maxnewtokens"),
    "timeout": ("timeout", "timeoutseconds", "timeoutsecs", "timeoutsec", "timeouts", "timeoutms",
                "requesttimeout", "requesttimeoutseconds", "requesttimeoutms", "apitimeout", "llmtimeout"),
    "retries": ("maxretries", "retries", "numretries", "retrycount"),
    "attempts": ("maxattempts", "attempts"),
    "steps": ("maxiterations", "maxsteps", "maxturns", "recursionlimit", "maxiter", "steplimit"),
    "tools": ("tools", "functions", "tooldefinitions"),
    "schema": ("responseformat", "outputschema", "responseschema"),
    "parallel": ("paralleltoolcalls", "paralleltools", "paralleltoolexecution"),
    "thinking": ("reasoningeffort", "thinking", "reasoning", "thinkingbudget", "thinkingconfig"),
    "prompt": ("systemprompt", "system", "instructions", "prompt", "(body)"),
    "budget": ("maxbudget", "maxbudgetusd", "budgetusd", "maxcost", "maxcostusd", "costlimit", "maxspend",
               "tokenbudget", "maxtotaltokens", "totaltokenslimit"),
    "on_error": ("onerror", "onfailure", "errorhandling", "errorpolicy", "errorstrategy"),
    "swallows": ("failsilently", "ignoreerrors", "swallowerrors", "continueonerror", "suppresserrors"),
    "raises": ("raiseonerror", "failonerror", "haltonerror"),
    "history": ("maxhistory", "maxhistorymessages", "maxhistoryturns", "historylimit", "maxmessages",
                "maxcontextmessages", "memorywindow", "history", "contextstrategy", "historystrategy"),
    "compacts": ("compaction", "contextcompaction", "compact", "summarizehistory", "trimhistory",
                 "summarization", "truncatehistory"),
}  # fmt: skip
_MEANING = {name: meaning for meaning, names in _NAMES.items() for name in names}
_FOLDED = frozenset({
    "model", "llm", "llmconfig", "options", "parameters", "params", "sampling", "generation", "inference",
    "generationconfig", "defaultgenerationparameters", "modelsettings", "modelparameters", "modelconfig",
    "retrypolicy", "retry", "limits", "configuration", "settings", "context", "memory", "errors", "agent",
    "execution", "modelkwargs", "completion", "defaults", "contextmanagement",
    "global", "globalconfig", "globalsettings",
})  # fmt: skip
_MANY = frozenset(
    {"environments", "profiles", "agents", "models", "llms", "envs", "stages", "subagents", "nodes"}
)
_PROFILE = re.compile(
    r"^(?:dev|develop|development|local|test|testing|stage|staging|prod|production|live)$", re.IGNORECASE
)
_OF_MODELS = ("models", "llms")
_DEEPEST = 6
_MOST = 200


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One value and where it stands."""

    key: str
    """As the file spells it."""
    value: Any
    place: Place
    path: str = ""
    """The keys that lead to it, with dots: the same for all sections that it holds in."""

    @property
    def number(self) -> float | None:
        """Its value as a number of its unit, milliseconds as seconds; None where it is none."""
        number = as_number(self.value)
        return number / 1000 if number is not None and _plain(self.key).endswith("ms") else number


@dataclass(frozen=True, kw_only=True)
class Declared:
    """An agent, or a way to ask a model, with all that a file says of it."""

    name: str
    """The section that it stands in; "" where it is the whole file."""
    place: Place
    settings: Mapping[str, Setting] = field(default_factory=dict)
    """By meaning: model, temperature, top_p, cap, timeout, retries, steps, tools and others of this file."""
    whole: bool = False
    """Does the format say all of it, so that what is not there is not set?"""

    def get(self, meaning: str) -> Setting | None:
        """What is set, by meaning."""
        return self.settings.get(meaning)

    def all_of(self, *meanings: str) -> tuple[Setting, ...]:
        """Those of some settings that are set."""
        return tuple(self.settings[meaning] for meaning in meanings if meaning in self.settings)

    def number(self, meaning: str) -> float | None:
        """A set number, by meaning."""
        found = self.settings.get(meaning)
        return found.number if found is not None else None

    @property
    def model(self) -> str:
        """The model's name; "" where the file names none."""
        found = self.settings.get("model")
        return found.value if found is not None and isinstance(found.value, str) else ""

    @property
    def tools(self) -> tuple[str, ...]:
        """The names of its tools."""
        found = self.settings.get("tools")
        entries = found.value if found is not None else ()
        if isinstance(entries, Mapping):
            return tuple(str(name) for name in entries)
        return tuple(filter(None, map(_tool_name, entries if isinstance(entries, list) else ())))

    @property
    def writing_tools(self) -> tuple[str, ...]:
        """Those whose names say that they change the world."""
        return tuple(name for name in self.tools if by_name(name) is Effect.WRITE)

    @property
    def label(self) -> str:
        """Its name with a word before it, for messages."""
        return f"'{self.name}'" if self.name else "the agent"


def declared(document: Document) -> tuple[Declared, ...]:
    """What a settings file declares; what stands above sections holds in them where they say nothing."""
    if document.kind not in KINDS:
        return ()
    whole = document.kind != "agent-config" or _BY_PATH.search(document.path) is not None
    found: list[Declared] = []
    _collect(document, (), {}, whole, found, 0)
    return tuple(one for one in found if one.settings)


def _collect(
    document: Document,
    keys: tuple[Key, ...],
    above: Mapping[str, Setting],
    whole: bool,
    found: list[Declared],
    depth: int,
) -> None:
    table = document.get(*keys) if keys else document.data
    if isinstance(table, list) and not keys:  # a file that is a list of agents
        for at in range(min(len(table), _MOST)):
            _collect(document, (at,), above, whole, found, depth + 1)
    if not isinstance(table, dict) or len(found) > _MOST:
        return
    own = dict(_settings(document, keys, 0))
    settings = {**above, **own}
    before = len(found)
    if depth < _DEEPEST:
        for part in _sections(table):
            inner = settings if _plain(part[0]) not in _OF_MODELS else _but_model(settings)
            _collect(document, (*keys, *part), inner, whole, found, depth + 1)
    if len(found) == before and own:
        place = own["model"].place if "model" in own else next(iter(own.values())).place
        found.append(Declared(name=_name(keys), place=place, settings=settings, whole=whole))


def _settings(document: Document, keys: tuple[Key, ...], depth: int) -> Iterator[tuple[str, Setting]]:
    """What a table sets, after what the tables within it set that only group settings."""
    table = document.get(*keys) if keys else document.data
    if not isinstance(table, dict) or depth > _DEEPEST:
        return
    for key, value in table.items():
        if isinstance(value, dict) and _plain(key) in _FOLDED:
            if _plain(key) in ("model", "llm"):
                yield from _of_model(document, (*keys, key), value)
            yield from _settings(document, (*keys, key), depth + 1)
    for key, value in table.items():
        meaning = _meaning(key)
        if meaning is None or (isinstance(value, dict) and meaning not in ("tools", "schema", "thinking")):
            continue
        if meaning == "model" and not isinstance(value, str):
            continue
        yield meaning, _setting(document, (*keys, key), value)


def _but_model(settings: Mapping[str, Setting]) -> dict[str, Setting]:
    return {meaning: one for meaning, one in settings.items() if meaning != "model"}


def _setting(document: Document, keys: tuple[Key, ...], value: Any) -> Setting:
    path = ".".join(map(str, keys))
    return Setting(key=str(keys[-1]), value=value, place=document.place(*keys), path=path)


def _of_model(
    document: Document, keys: tuple[Key, ...], table: dict[Any, Any]
) -> Iterator[tuple[str, Setting]]:
    for key in ("id", "name"):
        if isinstance(table.get(key), str):
            yield "model", _setting(document, (*keys, key), table[key])
            return


def _sections(table: dict[Any, Any]) -> Iterator[tuple[Key, ...]]:
    """The tables within one that declare something of their own."""
    for key, value in table.items():
        if isinstance(value, dict) and _PROFILE.match(str(key)):
            yield (key,)
        elif _is_of_many(key) and isinstance(value, dict):
            yield from ((key, name) for name, entry in value.items() if isinstance(entry, dict))
        elif _is_of_many(key) and isinstance(value, list):
            yield from ((key, at) for at, entry in enumerate(value) if isinstance(entry, dict))


def _is_of_many(key: Any) -> bool:
    """Does a table of several stand under this key: `agents`, `core_agents`, `environments`?"""
    return _plain(key) in _MANY or str(key).lower().endswith(("_agents", "-agents"))


def _meaning(key: Any) -> str | None:
    """What a key sets, also where it says whose it is: `agent_tools`, `llm_temperature`."""
    plain = _plain(key)
    return _MEANING.get(plain) or _MEANING.get(re.sub(r"^(?:agent|llm|default|model)", "", plain))


def _name(keys: tuple[Key, ...]) -> str:
    words = [str(key) for key in keys if not _is_of_many(key)]
    return ".".join(words)


def _plain(key: Any) -> str:
    return re.sub(r"[_\-\s.]", "", str(key)).lower()


def _tool_name(entry: Any) -> str:
    if isinstance(entry, str):
        return entry
    inner = entry.get("function", entry) if isinstance(entry, dict) else {}
    name = inner.get("name", "") if isinstance(inner, dict) else ""
    return name if isinstance(name, str) else ""


def declared_texts(one: Declared) -> tuple[str, ...]:
    """The texts that a declared agent tells its model in every call: its prompt and its tools' schemas."""
    prompt, tools = one.get("prompt"), one.get("tools")
    told = [prompt.value] if prompt is not None and isinstance(prompt.value, str) else []
    entries = tools.value if tools is not None and isinstance(tools.value, list) else []
    return (*told, *(json.dumps(entry, default=str) for entry in entries if isinstance(entry, dict)))
