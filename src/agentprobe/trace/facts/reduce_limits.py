"""To make a table of limits out of the one that the LiteLLM project publishes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from agentprobe.errors import ConfigError
from agentprobe.trace.facts.limits import Limits, ModelFacts

_SELLERS = frozenset({
    "openai", "anthropic", "gemini", "azure", "azure_ai", "bedrock", "bedrock_converse", "mistral", "cohere",
    "cohere_chat", "xai", "deepseek", "groq", "together_ai", "perplexity", "cerebras", "moonshot",
    "dashscope", "zai", "text-completion-openai", "openrouter",
})  # fmt: skip
_MODES = ("chat", "responses", "completion", "embedding")
_ALWAYS = re.compile(r"o[134](?:-(?:mini|pro|preview|deep-research))*|gpt-5(?:-(?:mini|nano|pro|codex))?")
"""OpenAI's models that think whatever they are told, and refuse a temperature."""
_DATED = re.compile(r"-20\d\d-\d\d-\d\d$")
_GEMINI_THINKS = re.compile(r"gemini-(?:2\.5-(?:pro|flash(?!-lite))|3)")


def is_litellm(found: Any) -> bool:
    """Is it a table of models in LiteLLM's form?"""
    if not isinstance(found, dict) or "agentprobe" in found:
        return False
    return any(isinstance(one, dict) and "litellm_provider" in one for one in found.values())


def reduced_limits(models: Any, *, date: str, source: str) -> Limits:
    """What agentprobe needs of litellm's table; raises ConfigError for another form."""
    if not is_litellm(models):
        raise ConfigError(
            f"{source} is no table of models in the form of litellm's model_prices_and_context_window.json"
        )
    every = [_facts(name, told) for name, told in models.items() if _wanted(name, told)]
    return Limits(date=date, source=source, models=tuple(_without_repeats(every)))


def with_ended(table: Limits, older: Limits) -> Limits:
    """A newer table with the models that only an older one knows: code outlives tables."""
    known = table.by_id
    kept = tuple(one for one in older.models if one.id not in known and one.retires)
    return msgspec.structs.replace(table, models=(*table.models, *kept))


def _wanted(name: str, told: Any) -> bool:
    if not isinstance(told, Mapping) or told.get("mode") not in _MODES or name.startswith("azure/"):
        return False
    seller = str(told.get("litellm_provider", ""))
    return (seller in _SELLERS or seller.startswith("vertex_ai")) and name.count("/") < 3


def _facts(name: str, told: Mapping[str, Any]) -> ModelFacts:
    name = name.lower()
    thinks = _thinks(name, told)
    refuses = told.get("supports_sampling_params") is False or (thinks and _always(name, told))
    return ModelFacts(
        name,
        str(told.get("litellm_provider", "")),
        _tokens(told.get("max_input_tokens")),
        _tokens(told.get("max_output_tokens")) if told.get("mode") != "embedding" else None,
        str(told.get("deprecation_date", "")),
        str(told.get("successor_model", "")),
        False if refuses else None,
        thinks or None,
    )


def _thinks(name: str, told: Mapping[str, Any]) -> bool:
    if not told.get("supports_reasoning") and not _always(name, told):
        return False
    return _always(name, told) or _GEMINI_THINKS.search(name) is not None or "deepseek-reasoner" in name


def _always(name: str, told: Mapping[str, Any]) -> bool:
    if told.get("supports_none_reasoning_effort"):
        return False
    return _ALWAYS.fullmatch(_DATED.sub("", name.rpartition("/")[2])) is not None


def _tokens(told: Any) -> int | None:
    try:
        return int(told) or None
    except (TypeError, ValueError):
        return None


def _without_repeats(every: list[ModelFacts]) -> Iterator[ModelFacts]:
    """The models, but those that another seller's name says nothing new of."""
    bare = {one.id: one for one in every if "/" not in one.id}
    for one in every:
        own = bare.get(one.id.rpartition("/")[2])
        if own is None or own is one or not _same(own, one):
            yield one


def _same(own: ModelFacts, other: ModelFacts) -> bool:
    return msgspec.structs.replace(own, id="", provider="") == msgspec.structs.replace(
        other, id="", provider=""
    )
