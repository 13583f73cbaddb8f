"""The table of limits: models found by their usual names, and made from what litellm publishes."""

from __future__ import annotations

from datetime import date

import pytest

from agentprobe.errors import ConfigError
from agentprobe.trace.facts.limits import facts_of, shipped_limits
from agentprobe.trace.facts.reduce_limits import reduced_limits, with_ended

PUBLISHED = {
    "sample_spec": {"mode": "one of: chat"},
    "new-1": {
        "litellm_provider": "openai",
        "mode": "chat",
        "max_input_tokens": 100,
        "max_output_tokens": 10,
        "deprecation_date": "2030-01-01",
        "successor_model": "new-2",
    },
    "groq/new-1": {
        "litellm_provider": "groq",
        "mode": "chat",
        "max_input_tokens": 100,
        "max_output_tokens": 10,
        "deprecation_date": "2030-01-01",
        "successor_model": "new-2",
    },
    "o3-2025-04-16": {"litellm_provider": "openai", "mode": "chat", "supports_reasoning": True},
    "painter": {"litellm_provider": "openai", "mode": "image_generation"},
}


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("openai/gpt-4o", "gpt-4o"),
        ("openai:gpt-4o", "gpt-4o"),
        ("openrouter/openai/gpt-4o", "gpt-4o"),
        ("models/gemini-1.5-pro", "gemini-1.5-pro"),
        ("claude-3-5-sonnet@20240620", "claude-3-5-sonnet-20240620"),
        ("ft:gpt-4o-mini-2024-07-18:shop::abc", "ft:gpt-4o-mini-2024-07-18"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
    ],
)
def test_a_model_is_found_by_its_usual_names(name: str, known: str) -> None:
    facts = facts_of(name)
    assert facts is not None
    assert facts.id == known


def test_an_unknown_model_has_no_facts() -> None:
    assert facts_of("our-own-model") is None
    assert facts_of("") is None


def test_a_model_that_newer_tables_have_dropped_is_known_to_have_ended() -> None:
    facts = facts_of("text-davinci-003")
    assert facts is not None
    assert facts.has_ended(date(2026, 1, 1))
    assert not facts.has_ended(date(2023, 1, 1))


def test_models_that_always_think_refuse_a_temperature() -> None:
    thinking, plain = facts_of("o3-mini"), facts_of("gpt-4o")
    assert thinking is not None
    assert plain is not None
    assert (thinking.samples, thinking.thinks) == (False, True)
    assert (plain.samples, plain.thinks) == (None, None)


def test_an_alias_has_dated_snapshots() -> None:
    assert "gpt-4o-2024-08-06" in shipped_limits().snapshots("gpt-4o")
    assert "gpt-4o-mini-2024-07-18" not in shipped_limits().snapshots("gpt-4o")


def test_a_published_table_is_reduced_and_keeps_what_has_ended() -> None:
    table = reduced_limits(PUBLISHED, date="2026-01-01", source="a file")
    assert [one.id for one in table.models] == ["new-1", "o3-2025-04-16"]
    both = with_ended(table, shipped_limits())
    assert both.find("text-davinci-003") is not None
    assert both.find("groq/new-1") == table.models[0]


def test_a_file_in_another_form_is_refused() -> None:
    with pytest.raises(ConfigError, match="no table of models"):
        reduced_limits([], date="2026-01-01", source="a file")
