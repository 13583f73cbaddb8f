"""What an agent may have asked otherwise because its calls were sent elsewhere than to the provider.

Some frameworks write other requests when the base URL is not the provider's own. Each note here rests on what
stands in the trace; what leaves no sign in it is not guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from agentprobe.domain.wire import header
from agentprobe.trace.pair import TracedCall

_CHAT, _RESPONSES = "openai_chat", "openai_responses"
_OPENAI_AGENTS = "Agents/Python"


def transparency_notes(model_calls: Iterable[TracedCall]) -> Iterator[str]:
    """What a reader of these calls should know, each in a sentence."""
    calls = tuple(model_calls)
    silent = sum(_asks_for_no_tokens(call) for call in calls)
    if silent:
        yield (
            f"{silent:,} streamed without asking for token counts (stream_options.include_usage), so there "
            "are none; LangChain asks for them at the provider's own address alone"
        )
    uncached = sum(_lacks_cache_key(call) for call in calls)
    if uncached:
        yield (
            f"{uncached:,} sent without prompt_cache_key, which OpenAI Agents sends to the provider's own "
            "address alone"
        )


def _asks_for_no_tokens(call: TracedCall) -> bool:
    body = call.request
    if call.record.dialect != _CHAT or not isinstance(body, Mapping) or body.get("stream") is not True:
        return False
    options = body.get("stream_options")
    asked = isinstance(options, Mapping) and options.get("include_usage")
    return not asked and call.usage is None and call.answer is not None


def _lacks_cache_key(call: TracedCall) -> bool:
    agent = header(call.record.http.headers, "user-agent") if call.record.http is not None else None
    body = call.request
    return (
        (agent or "").startswith(_OPENAI_AGENTS)
        and call.record.dialect in (_CHAT, _RESPONSES)
        and isinstance(body, Mapping)
        and "prompt_cache_key" not in body
    )
