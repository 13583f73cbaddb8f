"""Which runs say something of a finding: those of agents that come to its code."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentprobe.lab.proving.concerning import Concerning
from agentprobe.lab.settings import AgentSettings, Experiment
from agentprobe.scan.engine import scan
from agentprobe.scan.finding import Finding, Place
from agentprobe.scan.severity import Severity, Tier

FILES = {
    "shop/__init__.py": "",
    "shop/desk.py": "from shop.llm import ask\nimport openai\n\n\ndef run(prompt):\n    return ask(prompt)\n",
    "shop/llm.py": "import openai\n\n\ndef ask(prompt):\n    return prompt\n",
    "shop/other.py": "import openai\n\n\ndef unused():\n    return 1\n",
    "two.py": "import openai\n\n\ndef first(prompt):\n    return 1\n\n\ndef second(prompt):\n    return 2\n",
    "page.ts": "import OpenAI from 'openai';\nconst client = new OpenAI();\n",
    "agent_config.json": '{"model": "gpt-5"}',
}
AGENTS = {
    "desk": AgentSettings(call="shop.desk:run"),
    "first": AgentSettings(call="two:first"),
    "second": AgentSettings(call="two:second"),
    "command": AgentSettings(command=("python", "shop/desk.py", "{prompt}")),
    "shell": AgentSettings(command=("sh", "-c", "cd . && python shop/desk.py")),
    "node": AgentSettings(command=("node", "page.js")),
}


@pytest.fixture
def concerning(tmp_path: Path) -> Concerning:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    experiment = Experiment(project="p", folder=tmp_path, agents=AGENTS)
    return Concerning(scan(tmp_path).project, experiment)


def at(path: str, line: int = 1) -> Finding:
    return Finding(
        rule="r",
        code="ERR001",
        message="m",
        place=Place(path=path, line=line),
        severity=Severity.HIGH,
        tier=Tier.PROVED,
    )


@pytest.mark.parametrize("agent", ["desk", "command", "shell"])
def test_an_agent_is_about_the_files_that_it_imports(concerning: Concerning, agent: str) -> None:
    assert concerning.why_not(at("shop/desk.py"), agent) == ""
    assert concerning.why_not(at("shop/llm.py"), agent) == ""
    assert concerning.why_not(at("shop/other.py"), agent) == (
        f"the agent '{agent}' does not import shop/other.py"
    )


def test_of_two_agents_in_one_file_each_answers_for_its_own_function(concerning: Concerning) -> None:
    assert concerning.why_not(at("two.py", 5), "first") == ""
    assert concerning.why_not(at("two.py", 5), "second") == (
        "it stands in another agent's function than that of 'second'"
    )
    assert concerning.why_not(at("two.py", 1), "second") == ""


def test_a_python_agent_says_nothing_of_a_script_and_a_command_of_unknown_kind_may(
    concerning: Concerning,
) -> None:
    assert concerning.why_not(at("page.ts", 2), "desk") == "the agent 'desk' is Python, and page.ts is not"
    assert concerning.why_not(at("page.ts", 2), "node") == ""


def test_settings_are_about_any_agent(concerning: Concerning) -> None:
    assert concerning.why_not(at("agent_config.json"), "desk") == ""
