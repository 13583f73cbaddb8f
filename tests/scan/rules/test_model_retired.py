"""Models that no longer answer, and soon will not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agentprobe.basis.clock import VirtualClock
from agentprobe.scan.engine import Scanned
from agentprobe.scan.finding import Finding
from agentprobe.scan.rule import RULES
from agentprobe.scan.severity import Severity, Tier

Scan = Callable[..., list[Finding]]


def test_a_model_that_has_ended_is_found_where_it_is_named(found: Scan) -> None:
    code = """
    from openai import OpenAI

    def ask(messages):
        return OpenAI().chat.completions.create(model="gpt-4-turbo", messages=messages)
    """
    (finding,) = found(code, "model-retired")
    assert (finding.place.line, finding.tier, finding.severity) == (5, Tier.PROVED, Severity.HIGH)
    assert "2026-10-23" in finding.message


@pytest.mark.parametrize(
    "line",
    [
        "MODEL = 'text-davinci-003'",
        "model = os.getenv('MODEL', 'text-davinci-003')",
        "parser.add_argument('--model', default='text-davinci-003')",
        "def ask(question, model='text-davinci-003'): pass",
        "settings = {'model': 'text-davinci-003'}",
        "ask(llm_model='openai/text-davinci-003')",
    ],
)
def test_defaults_constants_and_keys_count_too(found: Scan, line: str) -> None:
    (finding,) = found(f"import os\n{line}\n", "model-retired")
    assert (finding.place.line, finding.tier) == (2, Tier.INFERRED)


@pytest.mark.parametrize(
    "line",
    [
        "PRICES = {'text-davinci-003': 0.02, 'gpt-4-turbo': 0.06}",
        "if model == 'text-davinci-003': pass",
        "MODELS = ['text-davinci-003', 'gpt-4-turbo']",
        "table = [{'model': 'gpt-4-turbo'}, {'model': 'a'}, {'model': 'b'}, {'model': 'c'}]",
        "AzureOpenAI().chat.completions.create(model='gpt-4-turbo')",
        "model = 'our-own-model'",
    ],
)
def test_tables_comparisons_and_deployments_are_not(found: Scan, line: str) -> None:
    assert not found(f"from openai import AzureOpenAI\n{line}\n", "model-retired")


def test_tests_are_left_alone(found: Scan) -> None:
    assert not found({"tests/test_desk.py": "model = 'text-davinci-003'\n"}, "model-retired")


def test_the_day_of_the_scan_decides(scanned: Callable[..., Scanned]) -> None:
    project = scanned("model = 'gpt-4-turbo'\n").project
    project.clock = VirtualClock(start=datetime(2026, 9, 17, tzinfo=UTC))
    (finding,) = RULES.get("model_retired")().in_project(project)
    assert (finding.severity, "in 36 days" in finding.message) == (Severity.MEDIUM, True)
    project.clock = VirtualClock(start=datetime(2024, 1, 1, tzinfo=UTC))
    assert not list(RULES.get("model_retired")().in_project(project))


def test_the_fix_names_what_follows(found: Scan, tmp_path: Path) -> None:
    (finding,) = found("model = 'openai/gpt-4-turbo'\n", "model-retired")
    assert finding.fix is not None
    (edit,) = finding.fix.edits
    raw = (tmp_path / "agent.py").read_bytes()
    assert raw[: edit.start] + edit.text.encode() + raw[edit.end :] == b'model = "openai/gpt-5.6-sol"\n'
