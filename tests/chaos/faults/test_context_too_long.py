"""context_too_long, as the real SDKs meet it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.chaos.faults.conftest import Meet, Way

LONG, LONGER, SHORT = "word " * 2000, "word " * 3000, "word " * 1500


def test_it_is_said_in_the_providers_words_and_not_asked_again_by_the_sdk(way: Way, meet: Meet) -> None:
    met = meet(way, "context_too_long(limit=200000)@model", {"text": LONG})
    error = met.one.error
    assert isinstance(error, way.sdk.BadRequestError)
    assert len(met.did) == 1
    if way.sdk.__name__ == "openai":
        assert error.code == "context_length_exceeded"
        assert error.param == ("messages" if way.dialect == "openai_chat" else "input")
    else:
        assert error.api_message == "prompt is too long: 222222 tokens > 200000 maximum"
    assert met.asked == []


def test_the_figures_are_in_proportion(some_way: Way, meet: Meet) -> None:
    """OpenAI's responses tell none."""
    if some_way.dialect == "openai_responses":
        return
    met = meet(some_way, "context_too_long(limit=1000)@model", {"text": LONG}, {"text": LONGER})
    pattern = r"resulted in (\d+) tokens" if some_way.dialect == "openai_chat" else r"(\d+) tokens > 1000"
    told = [int(re.findall(pattern, str(said.error))[0]) for said in met.said]
    assert told[0] == 1111
    assert 1600 < told[1] < 1700


def test_a_shorter_conversation_passes_and_the_same_does_not(some_way: Way, meet: Meet) -> None:
    met = meet(
        some_way, "context_too_long@model", {"text": LONG}, {"text": LONG}, {"text": SHORT}, {"text": LONGER}
    )
    assert [said.error is None for said in met.said] == [False, False, True, False]
    assert len(met.asked) == 1
