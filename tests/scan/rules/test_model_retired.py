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
    assert raw[: edit.start] + edit.text.encode() + raw[edit.end :] == b"model = 'openai/gpt-5.6-sol'\n"


def test_constants_that_only_give_many_models_a_name_are_no_choice_of_one(found: Scan) -> None:
    code = """
    GPT_4_MODEL = "gpt-4"
    GPT_4_0613_MODEL = "gpt-4-0613"
    GPT_4_TURBO_MODEL = "gpt-4-turbo"
    GPT_3_5_TURBO_MODEL = "gpt-3.5-turbo"
    DEFAULT_MODEL = "gpt-4"
    """
    (finding,) = found(code, "model-retired")
    assert finding.place.line == 6


def test_one_constant_called_like_its_model_is_a_choice(found: Scan) -> None:
    assert found('GPT_4_MODEL = "gpt-4"', "model-retired")


@pytest.mark.parametrize(
    "line",
    [
        "tiktoken.encoding_for_model('gpt-4')",
        "count_tokens(text, model='gpt-4')",
        "completion_cost(model='gpt-4')",
    ],
)
def test_what_counts_for_a_model_does_not_ask_it(found: Scan, line: str) -> None:
    assert not found(f"import tiktoken\nx = {line}\n", "model-retired")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("results/run-1/cost.json", '{"model": "gpt-4"}'),
        ("eval_results/2026/one.json", '{"model": "gpt-4"}'),
        ("kept/first.json", '{"model": "gpt-4", "total_tokens": 17, "elapsed_seconds": 2.5}'),
    ],
)
def test_what_a_run_has_written_sets_no_model(found: Scan, path: str, text: str) -> None:
    assert not found({path: text}, "model-retired", "floating-model-alias")


def test_a_settings_file_with_one_limit_of_cost_is_no_record(found: Scan) -> None:
    assert found({"agent.json": '{"model": "gpt-4", "cost": 3.0}'}, "model-retired")


@pytest.mark.parametrize("name", ["claude-3-5-sonnet-20241022", "gemini-1.5-flash", "o1-mini"])
def test_models_that_tables_have_dropped_have_ended_all_the_same(found: Scan, name: str) -> None:
    assert found(f"MODEL = '{name}'", "model-retired")


def test_numbered_measures_make_a_record(found: Scan) -> None:
    given = "- editor_model: gpt-4-turbo\n  pass_rate_1: 27.1\n  pass_rate_2: 64.0\n  total_cost: 13.2\n"
    assert not found({"site/_data/edits.yml": given}, "model-retired")


def test_what_a_function_that_counts_takes_by_default_asks_nobody(found: Scan) -> None:
    assert not found("def num_tokens_from(messages, model='gpt-4'): pass", "model-retired")


def test_names_of_dated_models_are_a_catalogue_too(found: Scan) -> None:
    code = """
    CLAUDE_3_HAIKU_MODEL = "claude-3-haiku-20240307"
    CLAUDE_3_OPUS_MODEL = "claude-3-opus-20240229"
    GPT_4_MODEL = "gpt-4-0613"
    GPT_35_TURBO_MODEL = "gpt-3.5-turbo-0125"
    """
    assert not found(code, "model-retired")


def test_a_model_that_is_tried_when_another_fails_is_named_in_a_list(found: Scan) -> None:
    (finding,) = found(
        {"settings.toml": '[llm]\nmodel = "gpt-x"\nfallback_models = ["gpt-4"]\n'}, "model-retired"
    )
    assert "gpt-4" in finding.message


def test_a_list_of_models_to_choose_from_names_none_to_use(found: Scan) -> None:
    assert not found({"settings.toml": '[llm]\nmodels = ["gpt-4"]\n'}, "model-retired")


@pytest.mark.parametrize(("key", "count"), [("cost", 0), ("total_tokens", 0), ("name", 1)])
def test_a_table_with_a_measure_tells_of_a_run(found: Scan, key: str, count: int) -> None:
    assert len(found(f'RUN = {{"model": "gpt-4-turbo", "{key}": "0.04"}}\n', "model-retired")) == count
