"""A system prompt comes from where nobody reviews it, and can change without a commit."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from agentprobe.scan.facts import Known
from agentprobe.scan.finding import Finding, Met, Place
from agentprobe.scan.module import Module
from agentprobe.scan.project import Project
from agentprobe.scan.prompt_texts import told
from agentprobe.scan.prompts.lock import NAME
from agentprobe.scan.prompts.project_prompts import prompts_of
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Item, Mode, Persona, Severity, Tier
from agentprobe.scan.values import value

_WEB = ("requests.", "httpx.", "urllib.request.", "aiohttp.")
_FEW = 2
"""With fewer prompts a lock is not worth a word."""


class PromptUnversioned(Rule):
    """A system prompt is read from an environment variable or an address when the agent runs.

    Finds: a system prompt that is the value of an environment variable or the body of a web answer; and, for
    readers who want everything, a project whose prompts are under no lock.

    Breaks: whoever can set the variable or edit the page changes how the agent behaves, with no review, no
    commit and no test. Two machines run two agents under one version, and no diff explains why.

    Example:

        import os

        from openai import OpenAI

        client = OpenAI()

        def ask(question):
            messages = [
                {"role": "system", "content": os.environ["SYSTEM_PROMPT"]},
                {"role": "user", "content": question},
            ]
            return client.chat.completions.create(model="gpt-5", messages=messages)

    Instead:

        from pathlib import Path

        from openai import OpenAI

        client = OpenAI()
        SYSTEM = Path("prompts/system.txt").read_text()

        def ask(question):
            messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": question}]
            return client.chat.completions.create(model="gpt-5", messages=messages)

    False alarms: a prompt that users write for themselves, where that is the product; tests.
    """

    code = "PRM001"
    severity = Severity.INFO
    mode = Mode.PROMPT_DRIFT
    item = Item.PROMPT_LOCK

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        for one in told(module):
            source = _outside(module, one.node)
            if source:
                function = module.function(one.node)
                yield self.found(
                    module.place(one.node),
                    f"the system prompt comes from {source} when the agent runs",
                    tier=Tier.PROVED,
                    severity=Severity.LOW,
                    subject=module.qualname(function) if function else "",
                    consequence="it changes without commit, review or test, and differs between machines",
                    advice="keep the text in a file of the repository, under `agentprobe prompts lock`",
                )

    def in_project(self, project: Project) -> Iterable[Finding]:
        if (project.root / NAME).is_file() or not project.is_agent:
            return
        prompts = [one for one in prompts_of(project) if one.role == "system"]
        if len(prompts) >= _FEW:
            first = next((one for one in prompts if "#" in one.id), prompts[0])
            yield self.found(
                first.place,
                f"{len(prompts)} system prompts are under no lock",
                tier=Tier.PROVED,
                persona=Persona.PEDANTIC,
                subject="prompts",
                consequence="a changed prompt is not told from a changed agent",
                advice="run `agentprobe prompts lock`, and `agentprobe prompts check` in CI",
            )

    def met(self, project: Project) -> Iterable[Met]:
        if (project.root / NAME).is_file():
            yield Met(item=Item.PROMPT_LOCK, place=Place(path=NAME), what="prompts are under lock")


def _outside(module: Module, node: ast.expr) -> str:
    """Where a text comes from that is not of the repository; "" where it is, or nobody can say."""
    its = value(module, node)
    if its.known is Known.ENVIRONMENT and its.name:
        return f"the environment variable {its.name}"
    meant = module.value(node)
    inner = meant
    for _ in range(4):
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and not inner.args:
            inner = module.value(inner.func.value)  # .strip(), .json(), .decode()
        elif isinstance(inner, ast.Attribute | ast.Subscript):
            inner = module.value(inner.value)
        else:
            break
    if inner is not meant and isinstance(inner, ast.Call):
        made = module.qualified(inner.func)
        if made.startswith(_WEB) and made.endswith((".get", ".post", ".urlopen")):
            return "a web address"
    return ""
