"""The facts of one script."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from agentprobe.scan.facts import ClientUse, Known, ModelCall, Value
from agentprobe.scan.model_names import looks_like_one
from agentprobe.scan.scripts.apis import ScriptApi, plain
from agentprobe.scan.scripts.elsewhere import caught_elsewhere, exported_askers
from agentprobe.scan.scripts.facts import ScriptCall, ScriptFacts
from agentprobe.scan.scripts.literals import NOT_FOUND, literal, number, text
from agentprobe.scan.scripts.model_calls import Asked, loops_around, makers, model_calls
from agentprobe.scan.scripts.named_models import named_models
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.scripts.syntax import Node

_MODELS = ("model", "modelName", "modelId", "deploymentName")
_TOOLS = ("tools", "functions")
_SCHEMAS = ("response_format", "text_format", "schema", "responseFormat", "output_format", "responseSchema")
_SIGNALS = ("signal", "abortSignal")
_COUNTS = ("ai:stepCountIs", "ai:isStepCount")
_PACKAGES = {
    "groq-sdk": "npm:groq-sdk",
    "together-ai": "npm:together-ai",
    "@cerebras/cerebras_cloud_sdk": "npm:@cerebras/cerebras_cloud_sdk",
    "@langchain/openai": "npm:@langchain/openai",
    "@langchain/anthropic": "npm:@langchain/anthropic",
}
"""Of makers that share a way of being called: whose defaults hold."""
_BRIEF = re.compile(rb"export const (?:maxDuration\b|runtime\b[^=\n]*=\s*['\"](?:experimental-)?edge)")


def gathered(script: Script) -> ScriptFacts:
    """A script's facts."""
    return ScriptFacts(
        path=script.path,
        calls=tuple(_calls(script)),
        named_models=tuple(named_models(script)),
        asks=exported_askers(script),
        caught=tuple(caught_elsewhere(script)),
    )


def _calls(script: Script) -> Iterator[ScriptCall]:
    used: set[Node] = set()
    for one in model_calls(script).values():
        if one.maker is not None:
            used.add(one.maker)
        if one.api.package:
            yield _call(script, one)
    for node, api in makers(script).items():
        if node not in used and not api.steps:
            yield _making(script, node, api)


def _call(script: Script, one: Asked) -> ScriptCall:
    package = one.api.package
    steps = _steps(script, one)
    made = plain(script.qualified(one.maker)) if one.maker is not None else ""
    return ScriptCall(
        call=ModelCall(
            api=one.api.name,
            callee=one.callee,
            place=script.place(one.node),
            function=script.name_of(script.function(one.node)),
            client=ClientUse(made=made, place=script.place(one.maker)) if one.maker is not None else None,
            loops=tuple(script.place(loop) for loop in loops_around(script, one.node)),
            sure=one.sure,
            language="typescript",
        ),
        package=_PACKAGES.get(made.partition(":")[0], package),
        settings=_settings(script, one),
        hidden=not one.whole or (one.api.on_maker and not one.made_whole),
        client_hidden=not one.made_whole,
        maker=script.place(one.maker) if one.maker is not None else None,
        loops=bool(one.api.steps) or steps is not None,
        tools=_asks_exactly(script, one),
        brief=_BRIEF.search(script.text.raw) is not None,
        thinks=one.setting("thinking", "reasoning", "reasoning_effort", "providerOptions") is not None,
    )


def _making(script: Script, node: Node, api: ScriptApi) -> ScriptCall:
    """A client or model that this file makes and others call."""
    tables = [one for one in script.arguments(node) if one.kind not in ("string", "template_string")]
    given, whole = script.given(tables[-1]) if tables else ({}, True)
    asked = Asked(
        node=node, api=api, callee=script.qualified(node), sure=True, given={}, whole=True, options={},
        maker=node, made_with=given, made_whole=whole,
    )  # fmt: skip
    made = _call(script, asked)
    return msgspec.structs.replace(made, loops=False, tools="", thinks=False, made_only=True)


def _settings(script: Script, one: Asked) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, words in (("model", _MODELS), ("temperature", ("temperature",)), ("cap", one.api.cap)):
        node = one.setting(*words)
        if node is not None:
            found[name] = _value(script, node)
    node = one.setting(*one.api.retries)
    if node is not None:
        found["attempts"] = _more(_value(script, node))
    steps = _steps(script, one)
    if steps is not None:
        found["steps"] = steps
    timeout = _timeout(script, one)
    if timeout is not None:
        found["timeout"] = timeout
    return found


def _steps(script: Script, one: Asked) -> Value | None:
    """The limit on the rounds of an agent: a number, or `stopWhen: stepCountIs(5)`."""
    node = one.setting(*one.api.steps, *(("maxSteps", "stopWhen") if one.api.name == "ai" else ()))
    if node is None:
        return None
    made = script.value(node)
    if made is not None and made.kind == "call_expression" and script.callee(made) in _COUNTS:
        limit = number(script, next(iter(script.arguments(made)), None))
        return _with(_value(script, node), limit) if limit is not None else _value(script, node)
    return _value(script, node)


def _timeout(script: Script, one: Asked) -> Value | None:
    """The seconds of a timeout, or of a signal that ends the request."""
    node = one.setting(*(name for name in one.api.timeout if name not in _SIGNALS))
    if node is not None:
        found = _value(script, node)
        value = number(script, node)
        return found if value is None else _with(found, value / 1000)
    node = one.setting(*_SIGNALS)
    if node is None:
        return None
    signal = script.value(node)
    if signal is not None and script.callee(signal) == "AbortSignal.timeout":
        given = script.arguments(signal)
        limit = number(script, given[0]) if given else None
        return _with(_value(script, node), limit / 1000) if limit is not None else _value(script, node)
    return Value(known=Known.UNKNOWN, text=script.source(node, 40), place=script.place(node))


def _value(script: Script, node: Node) -> Value:
    found = literal(script, node)
    if found is NOT_FOUND or (isinstance(found, float) and found == float("inf")):
        found = _of_model(script, node)
    known = Known.UNKNOWN if found is None or found is NOT_FOUND else Known.LITERAL
    return Value(
        known=known,
        value=found if known is Known.LITERAL else None,
        text=script.source(node, 40),
        place=script.place(node),
    )


def _of_model(script: Script, node: Node) -> str | None:
    """The name in `openai("gpt-4.1")`, as Vercel's library names models."""
    made = script.value(node)
    if made is None or made.kind != "call_expression":
        return None
    given = script.arguments(made)
    name = text(script, given[0]) if len(given) == 1 else None
    return name if name is not None and looks_like_one(name) else None


def _with(value: Value, found: float) -> Value:
    return Value(known=Known.LITERAL, value=found, text=value.text, place=value.place)


def _more(value: Value) -> Value:
    plain_number = isinstance(value.value, int | float) and not isinstance(value.value, bool)
    return _with(value, value.value + 1) if plain_number else value


def _asks_exactly(script: Script, one: Asked) -> str:
    if "withStructuredOutput()" in one.callee or one.callee.endswith(("Object", ".parse")):
        return "a schema"
    if ".bindTools()" in one.callee:
        return "tools"
    node = one.setting(*_TOOLS)
    if node is not None and literal(script, node) is not None and script.source(node) not in ("[]", "{}"):
        return "tools"
    return "a schema" if one.setting(*_SCHEMAS) is not None else ""
