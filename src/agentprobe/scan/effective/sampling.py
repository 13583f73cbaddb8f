"""Which models take a temperature at all."""

from __future__ import annotations

import re
from enum import StrEnum

from agentprobe.scan.effective.resolved import Effective, Resolved
from agentprobe.scan.facts import Known
from agentprobe.trace.facts.limits import facts_of

_REFUSES = re.compile(
    r"^(?:o[134](?:-mini|-pro|-preview|-deep-research)?(?:-\d{4}-\d{2}-\d{2})?|gpt-5(?:-mini|-nano|-pro|-codex)?"
    r"(?:-\d{4}-\d{2}-\d{2})?|deepseek-(?:reasoner|r1)|codex-mini.*)$"
)
_TAKES = re.compile(
    r"^(?:gpt-[34]|chatgpt-4o|gpt-5(?:\.\d)?-chat|claude-(?:2|3|instant|(?:opus|sonnet|haiku)-4(?:-[0156])?(?:-\d{8})?$)|"
    r"gemini-|gemma|mistral|mixtral|codestral|ministral|llama|meta-llama|command|qwen|deepseek-(?:chat|coder|v)|phi-?\d|"
    r"text-davinci|moonshot|yi-|glm-|nova-)"
)
_NO_TEXT = re.compile(
    r"^(?:dall-e|whisper|tts-|gpt-image|gpt-4o-(?:mini-)?(?:tts|transcribe)|text-embedding|imagen|veo|gemini-[\w.-]*image|omni-moderation)"
)


class Sampling(StrEnum):
    """What a model does with a temperature."""

    TAKES = "takes"
    REFUSES = "refuses"
    """It answers with an error, or leaves it aside."""
    UNKNOWN = "unknown"
    NO_TEXT = "no text"


def bare_name(model: str) -> str:
    """A model's name without the provider before it."""
    name = model.strip().lower().rpartition("/")[2]
    head, separator, rest = name.partition(":")
    return rest if separator and head.isidentifier() and not rest[:1].isdigit() else head


def sampling_of(model: str) -> Sampling:
    """What a model of this name does with a temperature."""
    known = facts_of(model)
    if known is not None and known.samples is not None:
        return Sampling.TAKES if known.samples else Sampling.REFUSES
    name = bare_name(model).removeprefix("anthropic.").removeprefix("us.anthropic.")
    if _REFUSES.match(name):
        return Sampling.REFUSES
    if _NO_TEXT.match(name):
        return Sampling.NO_TEXT
    return Sampling.TAKES if _TAKES.match(name) else Sampling.UNKNOWN


def samplings(model: Resolved) -> frozenset[Sampling]:
    """What the models do with a temperature that this may be."""
    names = [one.value for one in model.every if isinstance(one.value, str) and one.value]
    return frozenset(sampling_of(name) for name in names) or frozenset({Sampling.UNKNOWN})


_THINKING = (
    "thinking",
    "reasoning",
    "reasoning_effort",
    "thinking_budget",
    "budget_tokens",
    "thinking_config",
)


def thinks(effective: Effective) -> bool:
    """Is a model told to think, so that its sampling is not the program's to set?"""
    client = effective.call.client
    both = (effective.call.arguments, client.arguments if client is not None else {})
    for given in both:
        for name, value in given.items():
            first, _, last = name.rpartition(".")
            if (last in _THINKING or first in _THINKING) and not (
                value.known is Known.LITERAL
                and value.value in (None, False, "none", "disabled", {"type": "disabled"})
            ):
                return True
    return False


_REASON = re.compile(
    r"reason|\bo[134]\b|o[134]-|gpt-?5|support|think|no_temp|capab|without_temp|temperature|deepseek-r",
    re.IGNORECASE,
)


def names_a_reason(condition: str) -> bool:
    """Does a condition tell models apart by what they take?"""
    return _REASON.search(condition) is not None
