"""All prompts of a project, under names that stay."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agentprobe.scan.prompts.collect import collect

Files = Callable[[dict[str, str]], Path]


def names(files: Files, given: dict[str, str]) -> dict[str, str]:
    return {one.id: one.text for one in collect(files(given)).prompts}


@pytest.mark.parametrize(
    ("code", "name", "text"),
    [
        ('SYSTEM_PROMPT = "You are the desk of a shop."', "SYSTEM_PROMPT", "You are the desk of a shop."),
        (
            'from agents import Agent\nAgent(name="a", instructions="You are the desk of a shop.")',
            "instructions",
            "You are the desk of a shop.",
        ),
        (
            'from langchain_core.messages import SystemMessage\nSystemMessage("You are the desk of a shop.")',
            "SystemMessage",
            "You are the desk of a shop.",
        ),
        (
            "from langchain_core.prompts import ChatPromptTemplate\n"
            'ChatPromptTemplate.from_messages([("system", "You are {name}, the desk."), ("user", "{q}")])',
            "message",
            "You are {name}, the desk.",
        ),
        (
            'def ask(who):\n    system_prompt = f"You are the desk of {who}, be brief."',
            "ask.system_prompt",
            "You are the desk of {who}, be brief.",
        ),
        (
            "from pydantic_ai import Agent\nagent = Agent('m')\n\n@agent.system_prompt\ndef rules(ctx):\n"
            '    return f"You speak with {ctx.deps.name} today."',
            "rules.rules",
            "You speak with {ctx.deps.name} today.",
        ),
    ],
)
def test_prompts_in_code_are_found(files: Files, code: str, name: str, text: str) -> None:
    assert names(files, {"shop.py": code}) == {f"shop.py#{name}": text}


def test_prompts_in_files_and_settings_are_found(files: Files) -> None:
    found = names(
        files,
        {
            "prompts/system.txt": "You look after {{ people }}.",
            "config/agents.yaml": "writer:\n  role: Writer\n  goal: Write what is asked\n",
            "agent_config.json": '{"model": "m", "system_prompt": "You are the desk of a shop."}',
            "desk.prompty": "---\nname: desk\n---\nsystem:\nYou are the desk of {{shop}}.\n",
            "AGENTS.md": "# How to work here\nRun the tests.\n",
        },
    )
    assert set(found) == {
        "prompts/system.txt",
        "config/agents.yaml#writer.role",
        "config/agents.yaml#writer.goal",
        "agent_config.json#system_prompt",
        "desk.prompty",
        "AGENTS.md",
    }


def test_what_is_no_prompt_is_passed_over(files: Files) -> None:
    assert not names(
        files,
        {
            "README.md": "You are reading about prompts.",
            "docs/prompts.md": "You are reading about prompts.",
            "tests/test_desk.py": 'SYSTEM_PROMPT = "You are the desk of a shop."',
            "cli.py": 'def ask():\n    prompt = "Delete all these files? [y/n] "\n    return input(prompt)',
            "data.json": '{"rows": [{"prompt": "You are asked what two and two are."}]}',
            "package.json": '{"instructions": "You must run npm install before."}',
            "flags.py": 'PROMPT_CACHING_FLAG = "prompt-caching-2024-07-31"',
        },
    )


def test_ends_of_lines_do_not_change_a_digest(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts/a.txt").write_bytes(b"You are the desk.\nBe brief.\n")
    (tmp_path / "prompts/b.txt").write_bytes(b"You are the desk.\r\nBe brief.\r\n")
    one, other = collect(tmp_path).prompts
    assert one.digest == other.digest


def test_names_stay_when_lines_move_and_doubles_are_numbered(files: Files) -> None:
    twice = (
        'Agent(instructions="You are the first of two.")\nAgent(instructions="You are the second of two.")\n'
    )
    assert list(names(files, {"a.py": twice})) == ["a.py#instructions", "a.py#instructions~2"]
    assert list(names(files, {"a.py": "import os\n\n" + twice})) == [
        "a.py#instructions",
        "a.py#instructions~2",
    ]


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text("SYSTEM_PROMPT = (")
    ((path, why),) = collect(tmp_path).skipped
    assert path == "agent.py"
    assert why
