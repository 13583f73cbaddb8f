"""How many tokens a call of a model takes at least, by what of it stands in the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from agentprobe.scan.effective import Effective
from agentprobe.scan.facts import Value
from agentprobe.scan.project import Project
from agentprobe.trace.facts.limits import ModelFacts, facts_of
from agentprobe.trace.facts.tables import tokenizer_for
from agentprobe.trace.facts.tokens import estimate, prior

_HOLD_TEXT = ("messages", "input", "system", "instructions", "prompt", "contents", "tools", "functions",
              "system_prompt", "system_instruction", "response_format")  # fmt: skip
_DEEPEST = 12


def models_of(one: Effective) -> tuple[tuple[str, ModelFacts], ...]:
    """The models that a call may ask and that the table knows, with their names as given."""
    found = [(its.value, facts_of(its.value)) for its in one.model.every if isinstance(its.value, str)]
    return tuple((name, facts) for name, facts in found if facts is not None)


def texts_of(project: Project, one: Effective) -> tuple[str, ...]:
    """The texts that a call gives a model, as far as they stand in its file; each once."""
    given = list(_given(one))
    texts = [text for value in given for text in _strings(value.value, 0)]
    function = one.call.function
    named = _names_in(project, one) if one.facts.prompts else frozenset()
    for prompt in one.facts.prompts:
        within = bool(function) and prompt.function == function
        if within or (not prompt.function and prompt.name in named):
            texts.append(prompt.text)
    return tuple(dict.fromkeys(texts))


def _names_in(project: Project, one: Effective) -> frozenset[str]:
    """The names that the function around a call reads."""
    module = project.module(one.facts.path)
    function = module.by_qualname.get(one.call.function) if module is not None else None
    if function is None:
        return frozenset()
    return frozenset(node.id for node in ast.walk(function) if isinstance(node, ast.Name))


def _given(one: Effective) -> Iterator[Value]:
    client = one.call.client
    for given in (one.call.arguments, client.arguments if client is not None else {}):
        yield from (value for name, value in given.items() if name.rpartition(".")[2] in _HOLD_TEXT)


def _strings(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict) and depth < _DEEPEST:
        for key, item in value.items():
            yield str(key)
            yield from _strings(item, depth + 1)
    elif isinstance(value, list) and depth < _DEEPEST:
        for item in value:
            yield from _strings(item, depth + 1)


def at_least(texts: tuple[str, ...], model: str) -> int:
    """The tokens that some texts surely have for a model, by our own count less its error."""
    tokenizer = tokenizer_for(model)
    return estimate(sum(tokenizer.count(text) for text in texts), prior(tokenizer)).low
