"""What people's words suggest, what they deny, and that each quote stands in them."""

from __future__ import annotations

import pytest

from agentprobe.analyst.analysis import Presence
from agentprobe.analyst.deterministic import analyse
from agentprobe.analyst.material import Material
from agentprobe.scan.severity import Mode


def present(architecture: str = "", scenario: str = "") -> set[str]:
    analysis = analyse(Material(architecture=architecture, scenario=scenario))
    return {found.mode.value for found in analysis.present}


@pytest.mark.parametrize(
    ("told", "mode"),
    [
        ("Temperature is 0 in dev and 0.7 in prod.", "temperature_drift"),
        ("We use the default temperature.", "temperature_drift"),
        ("We never set a limit; the whole conversation history is sent on every turn.", "context_overflow"),
        ("After twenty turns it forgets its first instructions.", "context_overflow"),
        ("It used 82% of the model's context.", "context_overflow"),
        ("The JSON is cut off in the middle.", "token_limit"),
        ("Anyone may edit the system prompt in the dashboard.", "prompt_drift"),
        ("The prompts are not versioned.", "prompt_drift"),
        ("When the API returns 429 the loop silently continues.", "api_latency"),
        ("Requests are sent without a timeout.", "api_latency"),
        ("All tools are called with asyncio.gather.", "race_condition"),
        ("Results came back out of order.", "race_condition"),
        ("Results of parallel searches are appended as they arrive.", "race_condition"),
        ("We run locally with temperature 0; the chart sets 0.8.", "temperature_drift"),
        ("It has an 8k context; documents of up to 12k tokens are inserted.", "context_overflow"),
        ("Eventually the API rejects requests as too long.", "context_overflow"),
        ("try/except returns an empty string on any error.", "api_latency"),
        ("The agent swallows exceptions from tools.", "api_latency"),
    ],
)
def test_words_suggest_a_way_of_failing(told: str, mode: str) -> None:
    assert present(scenario=told) == {mode}


@pytest.mark.parametrize(
    "told",
    [
        "Temperature 0, top_p 1, pinned everywhere.",
        "Temperature is 0 in dev and 0 in production.",
        "There are no race conditions.",
        "max_tokens=500. It ships 500 orders, 429 of them by air.",
        "We have tests for rate limits and timeouts, and alerts.",
        "Model calls have a 30 s timeout, then the run fails loudly.",
        "The context window is 128k and we use about 2k tokens.",
        "It answers in parallel sentences. Our prompt says to be brief.",
        "A scraper downloads pages in parallel; one agent reads them in order.",
        "Tools run one after the other, never in parallel calls.",
        "Rate limits are handled with backoff and a circuit breaker.",
        "We truncate the old history before each call.",
        "Older turns are summarized so that the context never overflows.",
        "It sells shoes. Nothing else is known.",
        "Prompts are under version control and every change is reviewed and versioned.",
    ],
)
def test_what_is_denied_or_dealt_with_is_none(told: str) -> None:
    assert present(architecture=told) == set()


def test_silence_is_not_absence() -> None:
    analysis = analyse(Material(architecture="It sells shoes."))
    assert {found.presence for found in analysis.modes} == {Presence.NOT_OBSERVED}
    assert analysis.exit_code == 3


def test_every_quote_stands_in_the_input_and_the_words_are_hedged() -> None:
    text = "An agent.\nTemperature is 0 in dev, 0.9 in production! Tools are called in parallel; 429s happen"
    for found in analyse(Material(scenario=text)).modes:
        for one in found.evidence:
            assert one.quote in text
            assert "its words suggest that" in one.text


def test_hostile_descriptions_end_soon() -> None:
    text = "temperature " * 50_000 + "\n" + "!" * 100_000 + "\n" + "context (" * 30_000
    assert len(analyse(Material(scenario=text)).modes) == len(list(Mode)[:6])
