"""A cap on the answer is given under a name that its API does not have, or never reaches the call."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from agentprobe.scan.call_tokens import models_of
from agentprobe.scan.effective import Effective, effective_calls
from agentprobe.scan.facts import ModelCall, Value
from agentprobe.scan.finding import Finding, Fix
from agentprobe.scan.model_calls import model_calls
from agentprobe.scan.module import FUNCTIONS, Function, Module, parameters
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.written import renamed

_CAPS = ("max_tokens", "max_completion_tokens", "max_output_tokens", "max_new_tokens", "max_tokens_to_sample",
         "maxTokens", "maxOutputTokens", "num_predict", "max_length")  # fmt: skip
_TAKES = {
    "openai.chat": ("max_completion_tokens", "max_tokens"),
    "openai.responses": ("max_output_tokens",),
    "anthropic.messages": ("max_tokens",),
    "anthropic.runner": ("max_tokens",),
    "gemini": ("config.max_output_tokens", "config.maxOutputTokens"),
    "gemini.old": ("generation_config.max_output_tokens",),
    "ollama": ("options.num_predict",),
}
"""The name of the cap in each API; anything else is refused or ignored."""
_OWN_CLIENT = ("base_url", "api_base", "azure_endpoint")


class CapLostOrMisnamed(Rule):
    """A cap on the answer is set, and has no effect.

    Finds: a cap under a name that the API does not take (`max_tokens` for OpenAI's Responses or for its
    models that think, `max_tokens` in the options of Ollama); a function that takes a cap and calls a model
    without handing it on; and a branch that leaves the cap out which the other branch hands on.

    Breaks: some APIs refuse the call. Others ignore the name, and answers are as long and as dear as they
    like while everybody who reads the code believes in the cap.

    Example:

        from openai import OpenAI

        client = OpenAI()

        def ask(question, max_tokens=200):
            return client.responses.create(model="gpt-4o", input=question)

    Instead:

        from openai import OpenAI

        client = OpenAI()

        def ask(question, max_tokens=200):
            return client.responses.create(model="gpt-4o", input=question, max_output_tokens=max_tokens)

    False alarms: other servers behind OpenAI's client, with names of their own; caps within `**options`.
    """

    code = "TOK005"
    severity = Severity.MEDIUM
    mode = Mode.TOKEN_LIMIT
    fixes = "safe"
    triggers = ("max_",)

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        by_function: dict[Function, list[ModelCall]] = {}
        for node, call in model_calls(module).items():
            function = module.function(node)
            if function is not None:
                by_function.setdefault(function, []).append(call)
        for function, calls in by_function.items():
            yield from self._lost(module, function, calls)
        yield from self._forgotten(module, by_function)

    def _forgotten(self, module: Module, asked: Mapping[Function, list[ModelCall]]) -> Iterable[Finding]:
        """Caps that a constructor takes and no call of the class's methods is given."""
        by_owner: dict[str, list[ModelCall]] = {}
        for function, calls in asked.items():
            by_owner.setdefault(module.qualname(function).rpartition(".")[0], []).extend(calls)
        for owner, calls in by_owner.items():
            maker = module.by_qualname.get(f"{owner}.__init__") if owner else None
            name = next((one for one in parameters(maker) if one in _CAPS), "") if maker is not None else ""
            capped = any(
                one.spread
                or any(
                    map(_is_cap, (*one.arguments, *(one.client.arguments if one.client is not None else ())))
                )
                for one in calls
            )
            if maker is not None and name and not capped and not _is_read(maker, name):
                yield self.found(
                    calls[0].place,
                    f"{owner}() takes {name} and does not hand it to the model",
                    tier=Tier.PROVED if calls[0].sure else Tier.INFERRED,
                    subject=f"{owner}:{name}",
                    consequence="answers are as long as the model likes, whatever the callers say",
                    advice=f"keep it as self.{name} and hand it on, or take it out of the parameters",
                    related=(module.place(maker),),
                )

    def _lost(self, module: Module, function: Function, calls: list[ModelCall]) -> Iterable[Finding]:
        name = next((one for one in parameters(function) if one in _CAPS), "")
        if name and not _is_read(function, name) and not _is_stub(function):
            yield self.found(
                calls[0].place,
                f"{function.name}() takes {name} and does not hand it to the model",
                tier=Tier.PROVED if calls[0].sure else Tier.INFERRED,
                subject=f"{module.qualname(function)}:{name}",
                consequence="answers are as long as the model likes, whatever the callers say",
                advice=f"hand {name} on, or take it out of the parameters",
                related=(module.place(function),),
            )
        elif name:
            yield from self._left_out(module, function, name, calls)

    def _left_out(
        self, module: Module, function: Function, name: str, calls: list[ModelCall]
    ) -> Iterable[Finding]:
        with_cap = {one.api for one in calls if _hands_on(one, name)}
        for one in calls:
            client = one.client.arguments if one.client is not None else {}
            if one.api in with_cap and not one.spread and not any(map(_is_cap, (*one.arguments, *client))):
                yield self.found(
                    one.place,
                    f"{function.name}() hands {name} to the model on another path, and not here",
                    tier=Tier.INFERRED,
                    subject=f"{module.qualname(function)}:{name}:path",
                    consequence="on this path answers are as long as the model likes",
                    advice=f"hand {name} on here too",
                )

    def in_project(self, project: Project) -> Iterable[Finding]:
        for one in effective_calls(project):
            if one.call.api in _TAKES and not one.made_only and not is_test(one.facts.path):
                yield from self._misnamed(project, one)

    def _misnamed(self, project: Project, one: Effective) -> Iterable[Finding]:
        takes = _TAKES[one.call.api]
        for name, value in one.call.arguments.items():
            bare = name.rpartition(".")[2]
            if not _is_cap(name) or name.startswith(("extra_body.", "bind.")):
                continue
            right = "" if name in takes else takes[0]
            if name == "max_tokens" and one.call.api == "openai.chat" and _refuses_old_name(one):
                right = "max_completion_tokens"
            if right and not _is_served_elsewhere(one):
                yield self._wrong(project, one, value, bare, right, moved="." in right and "." not in name)

    def _wrong(
        self, project: Project, one: Effective, value: Value, old: str, right: str, *, moved: bool
    ) -> Finding:
        new = right.rpartition(".")[2]
        edit = None if moved else renamed(project, value.place, old, new)
        where = f"{new} within {right.rpartition('.')[0]}" if moved else new
        return self.found(
            value.place or one.call.place,
            f"{_last(one.call.callee)}() does not take {old}; the cap is called {where} there",
            tier=Tier.PROVED if one.call.sure else Tier.INFERRED,
            subject=f"{one.call.function}:{old}",
            consequence="the call is refused, or the cap is ignored",
            advice=f"write {where}",
            related=(one.call.place,),
            fix=Fix(what=f"rename {old} to {new}", edits=(edit,), safe=True) if edit is not None else None,
        )


def _last(dotted: str) -> str:
    return ".".join(dotted.split(".")[-2:])


def _is_cap(name: str) -> bool:
    return name.rpartition(".")[2] in _CAPS


def _hands_on(call: ModelCall, name: str) -> bool:
    return any(_is_cap(key) and value.text == name for key, value in call.arguments.items())


def _is_read(function: Function, name: str) -> bool:
    kwargs = function.args.kwarg
    return any(
        (isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load))
        or (isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("locals", "vars"))
        for part in function.body
        for node in ast.walk(part)
    ) or (kwargs is not None and kwargs.arg == name)


def _is_stub(function: Function) -> bool:
    """Is the call only within a function of its own, such as a mock's?"""
    return all(isinstance(one, FUNCTIONS) for one in function.body)


def _refuses_old_name(one: Effective) -> bool:
    """Is every model that it may ask one of OpenAI's that think, which take `max_completion_tokens` alone?"""
    known = models_of(one)
    return (
        len(known) == len(one.model.every) > 0
        and one.package == "openai"
        and all(facts.provider == "openai" and facts.samples is False for _, facts in known)
        and all("/" not in name for name, _ in known)
    )


def _is_served_elsewhere(one: Effective) -> bool:
    client = one.call.client
    given = [*one.call.arguments, *(client.arguments if client is not None else ())]
    made = client.made if client is not None else one.call.callee
    other = one.call.api.startswith("openai") and not made.startswith("openai.")
    return other or any(name in _OWN_CLIENT for name in given)
