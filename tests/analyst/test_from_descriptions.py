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


@pytest.mark.parametrize(
    ("architecture", "scenario", "mode"),
    [
        ("TEMPERATURE comes from an env file on the laptop only.", "In the cloud it picks tools at random.",
         "temperature_drift"),
        ("Attachments are read inline, some threads have 90k tokens.", "", "context_overflow"),
        ("The writer is given 800 tokens.", "Posts finish in the middle of a paragraph.", "token_limit"),
        ("Instructions are assembled from Notion pages.", "Legal changed a page.", "prompt_drift"),
        ("The CRM is asked through a wrapper.", "When it answers 503 the tool says 'no records' then.",
         "api_latency"),
        ("Five sub-agents write their findings.", "The file has only three of five sections.",
         "race_condition"),
    ],
)  # fmt: skip
def test_words_of_two_kinds_that_say_little_alone_suggest_one_together(
    architecture: str, scenario: str, mode: str
) -> None:
    assert mode in present(architecture=architecture, scenario=scenario)


@pytest.mark.parametrize(
    "told",
    [
        "The writer is given 800 tokens.",
        "Posts are 1,500 words long.",
        "Instructions are plain text files.",
        "Five sub-agents do the work.",
        "The wrapper returns [] where there is nothing.",
    ],
)
def test_words_of_one_kind_alone_say_nothing(told: str) -> None:
    assert present(architecture=told) == set()


def test_words_far_from_one_another_in_a_long_text_are_not_put_together() -> None:
    between = "The desk opens at nine. " * 20
    near = "Five sub-agents do the work. The file is there only once, one record for one customer."
    assert "race_condition" in present(architecture=near)
    far = f"Five sub-agents do the work. {between}The file is there only once, one record for one customer."
    assert present(architecture=far) == set()


def test_one_temperature_everywhere_is_none() -> None:
    assert (
        present(architecture="Temperature zero in every environment; the seed is in the settings.") == set()
    )
