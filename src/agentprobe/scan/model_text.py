"""What a model has said: which expressions hold it, through the functions that hand it on."""

from __future__ import annotations

import ast
from enum import StrEnum

from agentprobe.scan.facts import Spoken
from agentprobe.scan.flows import (
    Source,
    called_name,
    own_function,
    sources,
    unpacked,
)
from agentprobe.scan.model_calls import model_calls
from agentprobe.scan.module import Module

_TEXTS = frozenset({
    "content", "text", "output_text", "completion", "message_content", "raw", "final_output", "output",
    "text_stream",
    "answer", "response", "thinking", "reasoning_content", "refusal",
})  # fmt: skip
_NOT_TEXT = frozenset({
    "finish_reason", "stop_reason", "usage", "id", "model", "role", "type", "name", "status", "created",
    "tool_call_id",
    "prompt_tokens", "completion_tokens", "total_tokens", "input_tokens", "output_tokens", "headers",
    "call_id",
    "additional_kwargs", "response_metadata", "usage_metadata", "error", "embedding", "data", "index",
})  # fmt: skip
_ARGUMENTS = frozenset({"tool_calls", "function_call", "arguments", "args", "input"})
_TYPED = (".with_structured_output", ".parse", ".instructor")
_TYPED_FIELDS = frozenset({"parsed", "output_parsed", "pydantic", "structured_response", "structured_output"})
_ANSWERS_TEXT = frozenset({"predict", "apredict", "complete"})


class Said(StrEnum):
    """As what a piece of a model's answer is held."""

    TEXT = "text"
    ARGUMENTS = "arguments"
    """The arguments that it gave a tool, as text or as data."""
    PARSED = "parsed"
    """Its text, parsed, but checked by nobody."""
    TYPED = "typed"
    """What an SDK has checked against a type."""
    WHOLE = "whole"
    """The answer with all that came with it."""
    OTHER = "other"
    """What the provider says about the answer: why it ended, what it cost."""


def told_as(api: str, callee: str, path: tuple[str, ...]) -> Said:
    """What is held after taking `path` of the result of a call."""
    plain = unpacked(path)
    if plain is None or any(one.startswith("=") for one in plain):
        return Said.OTHER
    path = plain
    taken = [one for one in path if not one.endswith("()")]
    if any(mark in callee for mark in _TYPED) or _TYPED_FIELDS & set(taken):
        return Said.TYPED
    if "loads()" in path:
        return Said.PARSED
    if taken and taken[-1] in _NOT_TEXT:
        return Said.OTHER
    if _ARGUMENTS & set(taken):
        return Said.ARGUMENTS
    if taken and taken[-1] in _TEXTS and not _is_part(path) and (api != "bedrock" or taken[-1] == "text"):
        return Said.TEXT
    if not taken and (callee.rpartition(".")[2] in _ANSWERS_TEXT or api == "smolagents" or _as_text(path)):
        return Said.TEXT
    return Said.WHOLE if not taken or taken[-1] in ("choices", "message", "delta", "choice") else Said.OTHER


def _is_part(path: tuple[str, ...]) -> bool:
    """Is it one of many things that were gone through, rather than a field of one?"""
    after = next((at for at, one in enumerate(reversed(path)) if not one.endswith("()")), 0)
    return "each()" in path[len(path) - after :]


def _as_text(path: tuple[str, ...]) -> bool:
    return bool({"strip()", "lower()", "upper()", "splitlines()", "casefold()"} & set(path))


def _spoken(module: Module, source: Source) -> Spoken | None:
    told = model_calls(module).get(source.call)
    if told is not None:
        return Spoken(api=told.api, callee=told.callee, path=source.path, sure=told.sure)
    own = own_function(module, source.call)
    name = own or called_name(module, source.call)
    if (
        not name
        or name in _NOT_OURS
        or name.partition(".")[0] in ("os", "re", "json", "time", "logging", "datetime")
    ):
        return None
    return Spoken(function=name, own=bool(own), path=source.path)


_NOT_OURS = frozenset(
    {"len", "int", "float", "bool", "range", "open", "print", "super", "max", "min", "sum", "zip"}
)


def speakers(module: Module) -> dict[str, tuple[Spoken, ...]]:
    """For each function of a module: whose results it returns, and what of them; kept with the module."""
    if "speakers" not in module.kept:
        found: dict[str, list[Spoken]] = {}
        for node in module.of(ast.Return):
            if node.value is None or isinstance(node.value, ast.Constant):
                continue
            function = module.function(node)
            told = [one for each in sources(module, node.value) if (one := _spoken(module, each)) is not None]
            if function is not None and told:
                found.setdefault(module.qualname(function), []).extend(told[:4])
        module.kept["speakers"] = {name: tuple(dict.fromkeys(told))[:6] for name, told in found.items()}
    kept: dict[str, tuple[Spoken, ...]] = module.kept["speakers"]
    return kept
