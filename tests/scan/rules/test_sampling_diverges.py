"""Development and production that sample differently."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.documents import read_document
from agentprobe.scan.finding import Finding
from agentprobe.scan.project import Project
from agentprobe.scan.rules.sampling_diverges import SamplingDiverges
from agentprobe.scan.severity import Severity

Scan = Callable[..., list[Finding]]
RULE = "sampling-diverges"


def in_documents(scanned: Callable[..., object], files: dict[str, str]) -> list[Finding]:
    """The findings in settings files, and between them."""
    documents = tuple(
        document for path, text in files.items() if (document := read_document(path, text.encode()))
    )
    project: Project = scanned({"a.py": "", **files}, "limit-disabled").project  # type: ignore[attr-defined]
    project.kept.clear()
    project.documents = documents
    rule = SamplingDiverges()
    return [*(one for document in documents for one in rule.in_document(document)), *rule.in_project(project)]


@pytest.mark.parametrize(
    "text",
    [
        '{"dev": {"temperature": 0}, "prod": {"temperature": 0.7}}',
        '{"all": {"development": {"llm": {"temperature": 0}}, "production": {"llm": {"temperature": 0.7}}}}',
        '{"dev_temperature": 0, "prod_temperature": 0.7}',
        '{"temperature_dev": 0.0, "temperature_prod": 0.7}',
    ],
)
def test_profiles_of_one_file_that_differ_are_found(scanned: Callable[..., object], text: str) -> None:
    (finding,) = in_documents(scanned, {"agent_config.json": text})
    assert finding.severity is Severity.HIGH
    assert ": 0 (" in finding.message
    assert ", 0.7 (" in finding.message


def test_settings_files_of_profiles_that_differ_are_found(scanned: Callable[..., object]) -> None:
    files = {
        "conf/agent.dev.yaml": "llm:\n  temperature: 0\n",
        "conf/agent.prod.yaml": "llm:\n  temperature: 0.7\n",
    }
    (finding,) = in_documents(scanned, files)
    assert str(finding.place) == "conf/agent.prod.yaml:2:3"
    assert finding.message == "llm.temperature differs: 0 (dev), 0.7 (prod)"


def test_a_base_file_and_its_production_twin_are_found(scanned: Callable[..., object]) -> None:
    files = {".env": "TEMPERATURE=0\n", ".env.production": "TEMPERATURE=0.7\n"}
    (finding,) = in_documents(scanned, files)
    assert finding.place.path == ".env.production"


def test_a_default_in_the_code_beside_an_environment_file_is_found(scanned: Callable[..., object]) -> None:
    code = """
import os
from openai import OpenAI

def ask(m):
    heat = float(os.getenv("HEAT", "0"))
    return OpenAI().chat.completions.create(model="gpt-4.1", messages=m, temperature=heat)
"""
    (finding,) = in_documents(scanned, {"b.py": code, ".env": "HEAT=0.7\n"})
    assert finding.place.path == ".env"
    assert [one.value for one in finding.origins] == ["0", "0.7"]


@pytest.mark.parametrize(
    "given",
    [
        {"agent_config.json": '{"dev": {"temperature": 0.2}, "prod": {"temperature": 0.2}}'},
        {"agent_config.json": '{"writer": {"temperature": 0.9}, "judge": {"temperature": 0}}'},
        {"agent.writer.yaml": "temperature: 0.9\n", "agent.judge.yaml": "temperature: 0\n"},
        {".env": "TEMPERATURE=0\n", ".env.example": "TEMPERATURE=0.7\n"},
        {"a/conf.dev.yaml": "temperature: 0\n", "b/conf.prod.yaml": "temperature: 1\n"},
    ],
)
def test_equal_values_other_roles_and_examples_are_not(
    scanned: Callable[..., object], given: dict[str, str]
) -> None:
    assert not in_documents(scanned, given)


@pytest.mark.parametrize(
    "line",
    [
        'TEMPERATURE = 0 if os.getenv("ENV") == "dev" else 0.7',
        "temperature = 0.7 if settings.is_production else 0",
        'CONFIG = {"temperature": 0.0 if DEBUG else 0.7}',
        'PROFILES = {"dev": {"temperature": 0}, "prod": {"temperature": 0.7}}',
    ],
)
def test_a_condition_on_the_environment_is_found(found: Scan, line: str) -> None:
    (finding,) = found(f"import os\n\n{line}\n", RULE)
    assert finding.place.line == 3


@pytest.mark.parametrize(
    "line",
    [
        'temperature = 0 if task == "judge" else 0.7',
        'temperature = 0 if os.getenv("ENV") == "dev" else 0.0',
        "budget = 10 if DEBUG else 100",
        'TEMPERATURES = {"prose": 0.8, "tools": 0}',
    ],
)
def test_other_conditions_are_not(found: Scan, line: str) -> None:
    assert not found(f"import os\n\n{line}\n", RULE)


TWINS = """
from openai import AsyncOpenAI, OpenAI

class Desk:
    def __init__(self):
        self.client = OpenAI()
        self.other = AsyncOpenAI()

    def ask(self, m):
        return self.client.chat.completions.create(model="gpt-4.1", messages=m, temperature=0)

    async def aask(self, m):
        return await self.other.chat.completions.create(model="gpt-4.1", messages=m{})
"""


def test_the_async_twin_that_lost_the_temperature_is_found(found: Scan) -> None:
    (finding,) = found(TWINS.format(""), RULE)
    assert finding.message == "ask() and aask() differs: 0 (ask), not set (aask)"
    assert not found(TWINS.format(", temperature=0"), RULE)
