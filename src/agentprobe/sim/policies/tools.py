"""A policy that tries everything once: good for tracing an agent whose model is not at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import msgspec

from agentprobe.basis.dice import Dice
from agentprobe.domain.model import ModelRequest
from agentprobe.sim.arguments import draw_value
from agentprobe.sim.conversation import asked, called_since_asked, done
from agentprobe.sim.policy import Option, Policy, call, say

DRAWS = 8
"""How many sets of arguments are offered; the engine's seed chooses among them."""
LONGEST_QUOTE = 80
"""How many characters of a result the summary quotes."""


class Tools(Policy):
    """Calls every offered tool once, in parallel, and then tells what the tools said.

    Arguments conform to the tools' schemas. Where the request demands an answer in a JSON Schema, the last
    answer conforms to it as well.
    """

    def options(self, request: ModelRequest) -> Sequence[Option]:
        called = {wish.name for wish in called_since_asked(request)}
        left = [tool for tool in request.tools if tool.name not in called]
        if not left or request.settings.tool_choice == "none":
            return self._last(request)
        dice = (Dice(draw) for draw in range(DRAWS))
        return [
            call(*((tool.name, _arguments(tool.schema, one.at(tool.name))) for tool in left)) for one in dice
        ]

    def _last(self, request: ModelRequest) -> Sequence[Option]:
        if (schema := demanded(request.extra)) is not None:
            drawn = (draw_value(schema, Dice(draw).at("answer")) for draw in range(DRAWS))
            return [say(msgspec.json.encode(value).decode()) for value in drawn]
        wishes = {wish.id for wish in called_since_asked(request)}
        results = (result for wish, result in done(request) if wish.id in wishes)
        quotes = [result.content[:LONGEST_QUOTE] for result in results]
        if not quotes:
            return [say(f"You said: {asked(request)}")]
        return [say("The tools said: " + "; ".join(quotes))]


def _arguments(schema: Any, dice: Random) -> dict[str, Any]:
    drawn = draw_value(schema, dice)
    return drawn if isinstance(drawn, dict) else {}


def demanded(extra: Mapping[str, Any]) -> Any:
    """The JSON Schema that a request wants its answer in, by any provider's way to say so; else None."""
    chat = _inside(extra, "response_format", "json_schema", "schema")
    responses = _inside(extra, "text", "format", "schema")
    messages = _inside(extra, "output_config", "format", "schema")
    return next((found for found in (chat, responses, messages) if found is not None), None)


def _inside(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
