"""A prompt is fetched from a registry of prompts by a name that can mean another text tomorrow."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from agentprobe.scan.document import Document
from agentprobe.scan.finding import Finding
from agentprobe.scan.model_calls import model_calls
from agentprobe.scan.module import Module, argument, last_word
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.values import NOT_FOUND, literal, value

_HUBS = re.compile(
    r"^(?:langchain|langchain_classic)\.hub\.pull$|^langchainhub\.(?:Client\.)?pull$"
    r"|^langsmith\.(?:client\.)?(?:Async)?Client\.pull_prompt(?:_commit)?$"
)
_PINS = {
    re.compile(r"^langfuse\.(?:\w+\.)*(?:Langfuse|get_client)\.get_prompt$"): ("version",),
    re.compile(r"^mlflow\.(?:genai\.)?load_prompt$"): ("version",),
    re.compile(r"^braintrust\.(?:\w+\.)*load_prompt$"): ("version",),
    re.compile(r"^promptlayer\.(?:Async)?PromptLayer\.templates\.get$"): ("version",),
    re.compile(r"^phoenix\.client\.(?:Async)?Client\.prompts\.get$"): ("prompt_version_id",),
}
_MLFLOW = re.compile(r"^prompts:/[^/@]+/\d+$")
_COMMIT = re.compile(r":[0-9a-f]{7,64}$")


class PromptUnpinnedRemote(Rule):
    """A prompt is pulled from a hub, or named by an id, with no version.

    Finds: `hub.pull("owner/name")` and `pull_prompt` without a commit, Langfuse's `get_prompt` without
    `version=` (a label such as "production" moves), MLflow, Braintrust, PromptLayer and Phoenix alike, and
    OpenAI's `prompt={"id": …}` without "version".

    Breaks: somebody edits the prompt elsewhere, and every running agent behaves otherwise from the next call
    on: no commit, no review, no way back, and a hub that is down stops the agent.

    Example:

        from langchain import hub

        prompt = hub.pull("hwchase17/react")

    Instead:

        from langchain import hub

        prompt = hub.pull("hwchase17/react:d15fe3c4")

    False alarms: a job whose purpose is to copy prompts into the repository.
    """

    code = "PRM004"
    severity = Severity.HIGH
    mode = Mode.PROMPT_DRIFT
    triggers = ("pull", "get_prompt", "load_prompt", "templates.get", "prompts.get", "prompt")

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        for call in module.calls:
            name = last_word(call.func)
            if name in _METHODS:
                yield from self._pulled(module, call)
        for call in model_calls(module):
            yield from self._by_id(module, call)

    def _pulled(self, module: Module, call: ast.Call) -> Iterable[Finding]:
        dotted = module.qualified(call.func)
        if _HUBS.match(dotted):
            given = argument(call, "owner_repo_commit", 0) or argument(call, "prompt_identifier")
            loose = [name for name in _texts(module, given) if not _COMMIT.search(name)]
            if loose:
                yield self._told(module, call, f"'{loose[0]}'", f'"{loose[0].partition(":")[0]}:<commit>"')
            return
        pins = next((pins for pattern, pins in _PINS.items() if pattern.match(dotted)), None)
        if pins is None or any(word.arg is None or word.arg in pins for word in call.keywords):
            return
        first = literal(module, call.args[0] if call.args else _named(call))
        if isinstance(first, str) and _MLFLOW.match(first):
            return
        if "templates.get" not in dotted and len(call.args) > 1:
            return  # the version is the second argument
        label = literal(module, argument(call, "label"))
        shown = (
            f"'{first}'" if isinstance(first, str) else module.source(call.args[0] if call.args else call, 40)
        )
        by = f" (label '{label}')" if isinstance(label, str) else ""
        yield self._told(module, call, shown + by, f"{pins[0]}=…")

    def _by_id(self, module: Module, call: ast.Call) -> Iterable[Finding]:
        """`responses.create(prompt={"id": "pmpt_…"})`."""
        given = module.value(argument(call, "prompt"))
        if not isinstance(given, ast.Dict) or any(key is None for key in given.keys):
            return
        keys = {literal(module, key) for key in given.keys if key is not None}
        if "id" in keys and "version" not in keys and NOT_FOUND not in keys:
            items = dict(zip((literal(module, key) for key in given.keys), given.values, strict=True))
            named = literal(module, items["id"])
            shown = f"'{named}'" if isinstance(named, str) else module.source(items["id"], 40)
            yield self._told(module, given, shown, '"version": "…"')

    def in_document(self, document: Document) -> Iterable[Finding]:
        for keys, told in document.walk() if not is_test(document.path) else ():
            around = document.get(*keys[:-1]) if len(keys) > 1 else document.data
            if keys[-1] not in _IDS or not isinstance(told, str) or not isinstance(around, dict):
                continue
            pinned = any("version" in str(key).lower() and around[key] for key in around)
            if not pinned and (told.startswith("pmpt_") or keys[-1] in _LABELS):
                yield self.found(
                    document.place(*keys),
                    f"{keys[-1]} is '{told}', which names no version of the prompt",
                    tier=Tier.PROVED,
                    subject=".".join(map(str, keys)),
                    consequence="an edit elsewhere changes every running agent, and no commit holds it",
                    advice="name the version beside it, or copy the text into the repository",
                )

    def _told(self, module: Module, node: ast.expr, shown: str, pin: str) -> Finding:
        function = module.function(node)
        return self.found(
            module.place(node),
            f"the prompt {shown} is fetched without a version",
            tier=Tier.PROVED,
            subject=module.qualname(function) if function else "",
            consequence="an edit elsewhere changes every running agent at once, with no commit to go back to",
            advice=f"pin it: {pin}; or copy the text into the repository",
        )


_LABELS = ("prompt_label", "promptLabel")
_IDS = ("id", "prompt_id", "promptId", *_LABELS)
_METHODS = frozenset({"pull", "pull_prompt", "pull_prompt_commit", "get_prompt", "load_prompt", "get"})


def _texts(module: Module, node: ast.expr | None) -> list[str]:
    """The texts that an argument is, or may be: one of a condition's, or a default."""
    if node is None:
        return []
    its = value(module, node)
    found = [one.value for one in (its, *its.choices)]
    return [text for text in found if isinstance(text, str)]


def _named(call: ast.Call) -> ast.expr | None:
    for name in ("name", "name_or_uri", "slug", "prompt_identifier", "prompt_name"):
        if (found := argument(call, name)) is not None:
            return found
    return None
