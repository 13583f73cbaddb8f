"""Prompts that others can change."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Severity, Tier

Scan = Callable[..., list[Finding]]


@pytest.mark.parametrize(
    "code",
    [
        'from langchain import hub\nprompt = hub.pull("hwchase17/react")',
        'from langsmith import Client\nclient = Client()\nprompt = client.pull_prompt("react")',
        'from langfuse import Langfuse\nprompt = Langfuse().get_prompt("desk")',
        "from langsmith import Client\nimport os\nclient = Client()\n"
        'NAME = "desk:staging" if os.getenv("DEV") else "desk:production"\nprompt = client.pull_prompt(NAME)',
        'from langfuse import get_client\nprompt = get_client().get_prompt("desk", label="production")',
        'import mlflow\nprompt = mlflow.genai.load_prompt("prompts:/desk@production")',
        'from openai import OpenAI\nOpenAI().responses.create(model="m", prompt={"id": "pmpt_1"}, input="x")',
    ],
)
def test_a_prompt_without_a_version_is_found(found: Scan, code: str) -> None:
    (finding,) = found(code, "prompt-unpinned-remote")
    assert (finding.tier, finding.severity) == (Tier.PROVED, Severity.HIGH)


@pytest.mark.parametrize(
    "code",
    [
        'from langchain import hub\nprompt = hub.pull("hwchase17/react:d15fe3c4")',
        'from langfuse import Langfuse\nprompt = Langfuse().get_prompt("desk", version=3)',
        'from langfuse import Langfuse\nprompt = Langfuse().get_prompt("desk", 3)',
        'from langfuse import Langfuse\ndef get(**more):\n    return Langfuse().get_prompt("desk", **more)',
        'import mlflow\nprompt = mlflow.genai.load_prompt("prompts:/desk/4")',
        'import docker\nclient = docker.from_env()\nclient.images.pull("python")',
        'class Hub:\n    def pull(self, name): ...\nHub().pull("a/b")',
        "from openai import OpenAI\n"
        'OpenAI().responses.create(model="gpt-5", prompt={"id": "pmpt_1", "version": "2"}, input="x")',
    ],
)
def test_a_pinned_prompt_and_other_pulls_are_not(found: Scan, code: str) -> None:
    assert not found(code, "prompt-unpinned-remote")
