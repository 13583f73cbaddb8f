"""What one file tells the project: calls of models, clients, tools, prompts, values."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from agentprobe.scan.finding import Place

Plain = Any
"""A value as JSON has it."""


class Known(StrEnum):
    """What can be said of a value without running anything."""

    LITERAL = "literal"
    """It stands in the source, perhaps behind a name that is bound once."""
    ENVIRONMENT = "environment"
    """It is read from an environment variable: `name`, with `value` as its default where there is one."""
    IMPORTED = "imported"
    """It is the project's own `name`, in another file."""
    PARAMETER = "parameter"
    """It is the parameter `name` of the function around it, with `value` as its default if it has one."""
    SETTING = "setting"
    """It is read from a settings file: `name` is "config.yaml#agent.heat", or "#key" of an unknown file."""
    CHOICE = "choice"
    """It is one of `choices`, by a condition."""
    INSTANCE = "instance"
    """It is an instance of the project's own or a library's class `name`."""
    UNKNOWN = "unknown"


class Value(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A value of an argument or a constant, as far as the source tells."""

    known: Known
    value: Plain = None
    defaulted: bool = False
    """Is `value` only what holds where the environment or the caller says nothing?"""
    name: str = ""
    text: str = ""
    """Its source."""
    place: Place | None = None
    choices: tuple[Value, ...] = ()

    @property
    def is_literal(self) -> bool:
        """Does it stand in the source?"""
        return self.known is Known.LITERAL


class ClientUse(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The making of a model client, a chat model, an agent, a graph or an HTTP client."""

    made: str
    """The dotted name of what makes it: "openai.AsyncOpenAI"."""
    place: Place
    arguments: dict[str, Value] = msgspec.field(default_factory=dict)
    spread: tuple[str, ...] = ()
    """The `**x` that could not be followed."""
    name: str = ""
    """What it is bound to: "shop.llm.client", "self.client"."""
    function: str = ""
    """The function that makes it, where it is made in one."""
    returned: bool = False
    """Is it what that function returns?"""


class ModelCall(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place that calls a model, directly or through a framework."""

    api: str
    """A name from `apis.py`, such as "openai.chat"."""
    callee: str
    """What is called, through imports and assignments: "openai.OpenAI.chat.completions.create"."""
    place: Place
    function: str = ""
    """The qualified name of the function that it stands in; "" at the top of the module."""
    arguments: dict[str, Value] = msgspec.field(default_factory=dict)
    spread: tuple[str, ...] = ()
    client: ClientUse | None = None
    """Where its client is made, when that stands in this file."""
    loops: tuple[Place, ...] = ()
    """The loops around it, the innermost first."""
    in_try: bool = False
    retried_by: tuple[str, ...] = ()
    """Decorators and helpers that repeat it: "tenacity.retry"."""
    sure: bool = True
    """Was the receiver followed to its maker, or do only names say what is called?"""
    language: str = "python"
    deadline: Value | None = None
    """The seconds that something around it waits at most: `asyncio.wait_for` and the like."""
    written: str = ""
    """What is called as it is written: "client.chat.completions.create"."""


class Repeat(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A decorator or a loop that does the same again after a failure."""

    by: str
    """"tenacity.retry", "a loop"."""
    function: str
    """The function that is repeated, or that the loop stands in."""
    place: Place
    attempts: Value | None = None
    """How often it tries in all."""
    unlimited: bool = False
    """Does nothing stop it?"""
    loop: bool = False
    narrow: bool = False
    """Does it only repeat after errors of parsing and validation, or by what came back?"""
    calls: tuple[str, ...] = ()
    """Of a loop: the dotted names of what is called in it."""


class Handed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A call of a function that is perhaps the project's own, with what may be a model's settings."""

    target: str
    """The dotted name of what is called; of a class: its maker."""
    place: Place
    function: str = ""
    """The function that it stands in."""
    arguments: dict[str, Value] = msgspec.field(default_factory=dict)
    """By keyword, and by place as "#0"."""
    spread: bool = False
    deadline: Value | None = None
    """The seconds that something around the call waits at most."""


class Limit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A keyword, key or item with the name of a limit on steps or money."""

    name: str
    value: Value
    function: str = ""


class Effect(StrEnum):
    """What a tool does to the world, as far as its name and code tell."""

    READ = "read"
    WRITE = "write"
    UNKNOWN = "unknown"


class Tool(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A tool that a model may call."""

    name: str
    place: Place
    kind: str
    """How it is declared: "function", "langchain", "mcp", "openai schema", "anthropic schema", …"""
    description: str = ""
    schema: dict[str, Plain] | None = None
    """Its parameters as JSON Schema, where the source says them."""
    function: str = ""
    """The function that carries it out, by its qualified name in its module; "" where that is not known."""
    effect: Effect = Effect.UNKNOWN
    effect_by: str = "name"
    """What says so: "code", "hints" or "name"."""
    hints: dict[str, bool] = msgspec.field(default_factory=dict)
    """MCP annotations: readOnlyHint, destructiveHint, idempotentHint, openWorldHint."""
    server: str = ""
    asynchronous: bool = False


class PromptText(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A text that a model is told."""

    name: str
    """The constant (with its class), file or key that holds it; "" where it stands right in a call."""
    place: Place
    text: str
    """With `{name}` where something is filled in."""
    role: str = "unknown"
    """system, user, template, tool, unknown."""
    variables: tuple[str, ...] = ()
    function: str = ""
    """The function that it stands in."""
    given_as: str = ""
    """How it is given where it stands right in a call: "instructions", "message", "template", …"""


class Filled(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A call of `.format(name=…)` on a template."""

    template: str
    """Its name; dotted, where it is imported."""
    place: Place
    names: tuple[str, ...] = ()
    """What is given."""
    spread: bool = False
    text: str = ""
    """The template, where it stands in this file."""
    function: str = ""


class Spoken(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a function returns of a model's answer, or of what another function returns."""

    api: str = ""
    """The way the model is called; "" where it is another function's result."""
    callee: str = ""
    function: str = ""
    """That function, by its dotted name."""
    own: bool = False
    """Does that function stand in the same file?"""
    path: tuple[str, ...] = ()
    """What is taken of the result, outward, methods with "()"."""
    sure: bool = True


class Loop(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A loop, or a function that calls itself, that nothing in its own function bounds."""

    kind: str
    """One of "while", "for" (over something endless), "recursion"."""
    place: Place
    function: str = ""
    test: str = ""
    """What a `while` asks."""
    calls: tuple[str, ...] = ()
    """The dotted names that are called in it."""
    asks: bool = False
    """Does it call a model itself?"""
    sure: bool = True
    retries: bool = False
    """Does it only go round again when something has failed?"""
    sleeps: bool = False


class Wait(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A call that waits for something outside."""

    callee: str
    kind: str
    """One of "http", "process", "sleep", "model"."""
    place: Place
    function: str = ""
    blocks: bool = True
    """Does it hold up its thread right there?"""
    deadline: str = "unknown"
    """One of "none", "given", "default" (of the library), "unknown"."""


class Caught(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A broad handler by which those who called learn nothing of a failure."""

    place: Place
    how: str
    """One of "swallows", "answers" (a text), "goes on" (to the next round), "falls back" (to a model)."""
    function: str = ""
    asked: Place | None = None
    """The call of a model that may fail there."""
    callee: str = ""
    sure: bool = True
    calls: tuple[str, ...] = ()
    """The dotted names of the project's functions, and others, that may fail there."""
    empty: bool = False
    """Does it return nothing, so that a caller can test for it?"""
    logged: bool = False
    """Does it write a line where somebody watches?"""
    text: str = ""
    told: bool = False
    """Does it print or log anything?"""
    boundary: bool = False
    """Does it stand where people are told of failures?"""


class NamedModel(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place that names the model to use: an argument, a default, a constant, a key."""

    name: str
    place: Place
    sure: bool = False
    """Is it given right to a call or a client of a model?"""
    said: str = ""
    """The argument, constant or key that is set to it."""
    function: str = ""
    start: int = 0
    """The bytes of the name between its quotes, where it may be replaced there."""
    end: int = 0


class First(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place that looks only at the first of the tool calls that an answer may hold."""

    place: Place
    what: str
    """What it is the first of, as written."""
    function: str = ""
    asks: bool = False
    """Does its file call a model itself?"""


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All of it for one file."""

    path: str
    dotted: str = ""
    language: str = "python"
    imports: dict[str, str] = msgspec.field(default_factory=dict)
    roots: tuple[str, ...] = ()
    """The outermost packages that it imports."""
    constants: dict[str, Value] = msgspec.field(default_factory=dict)
    """Names at its top, and attributes of classes as "Settings.timeout"."""
    model_calls: tuple[ModelCall, ...] = ()
    clients: tuple[ClientUse, ...] = ()
    tools: tuple[Tool, ...] = ()
    prompts: tuple[PromptText, ...] = ()
    filled: tuple[Filled, ...] = ()
    callers: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    """For each function: the dotted names that it calls."""
    maybe_calls: tuple[ModelCall, ...] = ()
    """Calls on what other files have made, which may be models; `effective_calls` knows."""
    repeats: tuple[Repeat, ...] = ()
    handed: tuple[Handed, ...] = ()
    named_limits: tuple[Limit, ...] = ()
    parameters: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    """For each function: the names of its parameters."""
    instances: dict[str, str] = msgspec.field(default_factory=dict)
    """What names at the top are instances of, as dotted names."""
    functions: dict[str, bool] = msgspec.field(default_factory=dict)
    """Its functions and methods, and whether each is a coroutine."""
    bases: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    """For each class: the dotted names of its bases."""
    speakers: dict[str, tuple[Spoken, ...]] = msgspec.field(default_factory=dict)
    """For each function that returns what it was told by a call: which, and what of it."""
    loops: tuple[Loop, ...] = ()
    waits: tuple[Wait, ...] = ()
    outside: tuple[str, ...] = ()
    """The functions that wait for a person, a message or the next piece of work."""
    limits: tuple[str, ...] = ()
    """The functions that raise when a number of steps, a cost or a time is used up."""
    caught: tuple[Caught, ...] = ()
    named_models: tuple[NamedModel, ...] = ()
    tested: tuple[str, ...] = ()
    """The dotted names of functions whose result is tested for being there."""
    firsts: tuple[First, ...] = ()
    one_call: bool = False
    """Is a model asked here for one tool call at most?"""
