"""What the rules find in the settings files of agents."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agentprobe.scan.engine import scan
from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Severity, Tier

Scan = Callable[..., list[Finding]]
EXAMPLES = Path(__file__).parents[3] / "examples"
GOOD: dict[str, Any] = {
    "model": "gpt-4o",
    "system_prompt": "You answer questions about orders.",
    "temperature": 0,
    "max_tokens": 800,
    "timeout_seconds": 30,
    "max_retries": 2,
    "max_iterations": 30,
    "parallel_tool_calls": False,
    "max_history": 20,
    "on_error": "raise",
    "tools": ["find_order", "cancel_order"],
}
RULES = (
    "sampling-not-pinned", "hot-tool-calls", "sampling-ignored", "sampling-diverges", "no-output-cap",
    "cap-exceeds-model", "static-budget-over-75", "model-no-deadline", "parallel-tool-calls-on",
    "limit-disabled", "model-error-swallowed", "history-unbounded", "no-escalation",
)  # fmt: skip


def config(**changes: Any) -> dict[str, str]:
    told = {**GOOD, **changes}
    plain = {key: value for key, value in told.items() if value != "(gone)"}
    return {"agent_config.json": json.dumps(plain, indent=1)}


def test_sound_settings_are_left_alone(found: Scan) -> None:
    assert found(config(), *RULES) == []


@pytest.mark.parametrize(
    ("changes", "code", "line", "tier"),
    [
        ({"temperature": "(gone)"}, "TMP001", 2, Tier.INFERRED),
        ({"temperature": 0.8}, "TMP004", 4, Tier.PROVED),
        ({"model": "o3", "temperature": 0.2}, "TMP005", 4, Tier.PROVED),
        ({"max_tokens": "(gone)"}, "TOK001", 2, Tier.INFERRED),
        ({"max_tokens": 50_000}, "TOK002", 5, Tier.PROVED),
        ({"timeout_seconds": None}, "LAT001", 6, Tier.INFERRED),
        ({"timeout_seconds": "(gone)"}, "LAT001", 2, Tier.INFERRED),
        ({"timeout_seconds": 3600}, "LAT001", 6, Tier.INFERRED),
        ({"max_iterations": None}, "RDY005", 8, Tier.PROVED),
        ({"max_iterations": -1}, "RDY005", 8, Tier.INFERRED),
        ({"max_iterations": 10_000}, "RDY005", 8, Tier.PROVED),
        ({"parallel_tool_calls": True}, "RACE002", 9, Tier.INFERRED),
        ({"max_history": None}, "CTX001", 10, Tier.INFERRED),
        ({"on_error": "continue"}, "ERR001", 11, Tier.INFERRED),
        (
            {"environments": {"dev": {"temperature": 0}, "prod": {"temperature": 0.3}}},
            "TMP002",
            21,
            Tier.PROVED,
        ),
    ],
)
def test_one_thing_wrong_is_found_where_it_stands(
    found: Scan, changes: dict[str, Any], code: str, line: int, tier: Tier
) -> None:
    every = found(config(**changes), *RULES)
    (one,) = [each for each in every if each.code == code]
    assert (one.place.line, one.tier) == (line, tier)
    assert {each.code for each in every} == {code}


def test_a_cap_that_fills_the_window_is_found(found: Scan) -> None:
    (one,) = found(config(model="gpt-4", max_tokens=6_800), "static-budget-over-75")
    assert (one.place.line, one.tier) == (5, Tier.PROVED)
    assert "83 %" in one.message


def test_a_floating_name_is_found_in_settings(found: Scan) -> None:
    (one,) = found(config(model="mistral-large-latest"), "floating-model-alias")
    assert one.place.line == 2
    assert found(config(model="ollama/llama3:latest"), "floating-model-alias") == []


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "o3", "temperature": "(gone)"},  # takes no temperature
        {"temperature": 0.9, "tools": []},  # prose
        {"temperature": "${HEAT}"},
        {"model": "my-own-model", "max_tokens": 900_000},  # nobody knows its limits
        {"top_p": 0, "temperature": "(gone)"},
        {"timeout_seconds": "(gone)", "model": "(gone)"},
        {"on_error": "stop", "max_history": 40},
        {"on_error": "retry"},
        {"environments": {"dev": {"temperature": 0}, "prod": {"temperature": 0.0}}},
        {"room": {"temperature": 21}},
    ],
)  # fmt: skip
def test_what_looks_alike_is_not_found(found: Scan, changes: dict[str, Any]) -> None:
    assert found(config(**changes), *RULES) == []


def test_what_stands_above_sections_is_found_once(found: Scan) -> None:
    every = found(config(max_tokens=50_000, environments={"dev": {}, "prod": {"temperature": 0}}), *RULES)
    assert [each.code for each in every] == ["TOK002"]


def test_files_for_tests_are_not_judged(found: Scan) -> None:
    (text,) = config(max_iterations=None, timeout_seconds=None, on_error="ignore").values()
    assert found({"tests/agent_config.json": text}, *RULES) == []


def test_settings_that_may_be_completed_elsewhere_are_not_asked_for_what_they_lack(found: Scan) -> None:
    text = "llm:\n  model: gpt-4o\n  max_tokens: 500\ntools: [find_order]\n"
    assert found({"config/settings.yaml": text}, *RULES) == []


def test_a_prompty_file_without_a_temperature_is_found(found: Scan) -> None:
    text = "---\nname: a\nmodel:\n  id: gpt-4o\n---\nsystem:\nAnswer.\n"
    (one,) = found({"a.prompty": text}, "sampling-not-pinned")
    assert one.place.line == 4


def test_an_agent_spec_that_waits_long_is_found(found: Scan) -> None:
    text = (
        "agentspec_version: 25.4.1\ncomponent_type: Agent\nllm_config:\n  model_id: gpt-4o\n"
        "  retry_policy:\n    max_attempts: 3\n    request_timeout: 900\n"
    )
    (one,) = found({"desk.yaml": text}, "model-no-deadline")
    assert one.place.line == 7
    assert "45 min" in one.message


def test_the_example_shows_the_ways_of_breaking_that_teams_name() -> None:
    told = scan(EXAMPLES, [EXAMPLES / "agent_config.json"])
    codes = {each.code for each in told.findings}
    assert {"TMP002", "TMP004", "CTX001", "TOK002", "ERR001", "LAT001", "RACE002", "RDY005"} <= codes


def test_agents_that_act_unasked_are_found_in_the_settings_of_clients(found: Scan) -> None:
    claude = '{"permissions": {"defaultMode": "bypassPermissions", "allow": ["Bash(ls:*)", "Bash(*)"]}}'
    client = (
        '{"mcpServers": {"crm": {"command": "crm", "autoApprove": ["find_customer", "delete_customer"]}}}'
    )
    spec = (
        "agentspec_version: 25.4.1\ncomponent_type: Agent\ntools:\n"
        "  - {name: cancel_order, requires_confirmation: false}\n"
        "  - {name: find_order, requires_confirmation: false}\n"
        "  - {name: refund_order, requires_confirmation: true}\n"
    )
    files = {".claude/settings.json": claude, ".mcp.json": client, "desk.yaml": spec}
    every = found(files, "no-escalation")
    assert [(each.place.path, each.tier) for each in every] == [
        (".claude/settings.json", Tier.PROVED),
        (".claude/settings.json", Tier.PROVED),
        (".mcp.json", Tier.INFERRED),
        ("desk.yaml", Tier.INFERRED),
    ]
    assert every[0].severity is Severity.MEDIUM
    assert "delete_customer" in every[2].message


def test_careful_clients_are_left_alone(found: Scan) -> None:
    claude = '{"permissions": {"defaultMode": "acceptEdits", "allow": ["Bash(npm run test:*)", "Read(*)"]}}'
    client = '{"mcpServers": {"crm": {"command": "crm", "alwaysAllow": ["find_customer"], "trust": false}}}'
    assert found({".claude/settings.json": claude, ".mcp.json": client}, "no-escalation") == []


def test_a_prompt_that_is_named_without_a_version_is_found(found: Scan) -> None:
    (one,) = found({"agent.yaml": "model: gpt-4o\nprompt:\n  id: pmpt_68f1\n"}, "prompt-unpinned-remote")
    assert (one.place.line, one.tier) == (3, Tier.PROVED)


def test_a_label_that_moves_is_no_version(found: Scan) -> None:
    labelled = {"a.json": '{"prompt_name": "desk", "prompt_label": "production"}'}
    assert len(found(labelled, "prompt-unpinned-remote")) == 1


def test_a_prompt_with_its_version_and_other_ids_are_left_alone(found: Scan) -> None:
    files = {
        "agent.yaml": 'prompt:\n  id: pmpt_68f1\n  version: "3"\n',
        "desk.json": '{"id": "desk", "prompt_id": "answers", "prompt_version": 2, "prompt_label": "live"}',
    }
    assert found(files, "prompt-unpinned-remote") == []


def test_a_prompty_file_on_a_deployment_is_judged_by_its_parameters(found: Scan) -> None:
    text = "---\nmodel:\n  api: chat\n  configuration:\n    azure_deployment: ${env:D}\n  parameters:\n"
    without = f"{text}    max_tokens: 1200\n---\nAnswer.\n"
    (one,) = found({"a.prompty": without}, "sampling-not-pinned")
    assert one.place.line == 7
    careful = f"{text}    max_tokens: 1200\n    temperature: 0\n---\nAnswer.\n"
    assert found({"a.prompty": careful}, "sampling-not-pinned") == []


def test_the_models_of_subagents_are_seen(found: Scan) -> None:
    text = "---\nname: reviewer\nmodel: claude-3-opus-20240229\n---\nYou review code.\n"
    (one,) = found({".claude/agents/reviewer.md": text}, "model-retired")
    assert one.place.line == 3
    assert (
        found(
            {".claude/agents/reviewer.md": text.replace("claude-3-opus-20240229", "inherit")}, "model-retired"
        )
        == []
    )


def test_a_tool_that_only_its_name_calls_a_write_is_a_hint(found: Scan) -> None:
    client = '{"mcpServers": {"memory": {"command": "memory", "autoApprove": ["create_entities"]}}}'
    (one,) = found({".mcp.json": client}, "no-escalation")
    assert one.tier is Tier.HINT
