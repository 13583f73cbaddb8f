"""Names of models that their providers move on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Severity, Tier

Scan = Callable[..., list[Finding]]


def test_latest_is_found_where_it_is_asked(found: Scan) -> None:
    code = """
    from anthropic import Anthropic

    def ask(messages):
        return Anthropic().messages.create(model="claude-next-latest", max_tokens=9, messages=messages)
    """
    (finding,) = found(code, "floating-model-alias")
    assert (finding.place.line, finding.tier, finding.severity) == (5, Tier.PROVED, Severity.MEDIUM)


def test_several_places_in_a_file_are_one_finding(found: Scan) -> None:
    code = "model = 'mistral-large-latest'\nother_model = 'mistral-large-latest'\n"
    (finding,) = found(code, "floating-model-alias")
    assert (finding.place.line, [one.line for one in finding.related]) == (1, [2])


@pytest.mark.parametrize(
    "name",
    [
        "gpt-4o-2024-08-06",
        "gateway/claude-latest",
        "llama3:latest",
        "mistral-own",
        "gpt-4-turbo",
    ],
)
def test_versions_gateways_and_models_that_have_ended_are_not(found: Scan, name: str) -> None:
    assert not found(f"model = '{name}'\n", "floating-model-alias")


def test_examples_may_name_a_family(found: Scan) -> None:
    assert not found({"examples/show.py": "model = 'gpt-5.4'\n"}, "floating-model-alias")
