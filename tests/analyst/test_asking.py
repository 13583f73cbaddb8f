"""Whom the settings mean, and over which protocol they are asked."""

from __future__ import annotations

import pytest

from agentprobe.analyst.asking import Analyst
from agentprobe.analyst.settings import AnalystSettings
from agentprobe.basis.clock import VirtualClock
from agentprobe.errors import ConfigError
from agentprobe.sim.engine import SimulatedModel
from agentprobe.sim.policy import say
from agentprobe.sim.script import Script
from agentprobe.sim.server import background

GOOD = (
    "<analysis><failure_mode name='token_limit' present='false'/>"
    "<summary>s</summary><priority_fixes/></analysis>"
)


def made(model: str, **settings: str) -> Analyst:
    known = AnalystSettings(model=model, **settings)  # type: ignore[arg-type]  # the test's own
    return Analyst.of(known, {"OPENAI_API_KEY": "k"}, VirtualClock())


@pytest.mark.parametrize(
    ("model", "dialect", "base"),
    [
        ("gpt-4.1", "openai_chat", "https://api.openai.com/v1"),
        ("claude-sonnet-4-5", "anthropic_messages", "https://api.anthropic.com"),
        ("gemini-2.5-pro", "gemini", "https://generativelanguage.googleapis.com"),
    ],
)
def test_the_provider_is_guessed_from_the_name(model: str, dialect: str, base: str) -> None:
    analyst = made(model)
    assert (analyst.dialect.name, analyst.base) == (dialect, base)


@pytest.mark.parametrize("provider", ["openai", "openai_responses", "anthropic", "gemini", "ollama"])
def test_every_protocol_is_spoken(provider: str) -> None:
    with background(SimulatedModel(Script(say(GOOD)))) as url:
        base = f"{url}/v1" if provider.startswith("openai") else url
        assert made("m", provider=provider, url=base).ask("prompt").asked == 1


def test_an_unknown_provider_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean 'anthropic'"):
        made("m", provider="antropic")


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match="no http"):
        made("m", url="file:///etc/passwd")
