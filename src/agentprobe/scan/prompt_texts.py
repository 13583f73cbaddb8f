"""The prompts that stand in a module: constants, templates, and what calls of models are given."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from agentprobe.scan.facts import PromptText
from agentprobe.scan.model_calls import model_calls
from agentprobe.scan.module import Module, argument
from agentprobe.scan.template_text import text_of
from agentprobe.scan.values import literal

_NAMES = re.compile(
    r"(?:^|_)(?:prompts?|system|instructions?|persona|preamble|system_message|sys_msg)(?:_|$)", re.IGNORECASE
)
_SPEAKS = re.compile(
    r"\b(?:you are|your task|your job|respond|answer|you will|you must|do not|use the)\b", re.IGNORECASE
)
_HOLE = re.compile(r"(?<!\{)\{\{?\s*([A-Za-z_][\w.]*)[^{}\n]{0,40}\}\}?(?!\})")
_ROLES = frozenset({
    "instructions", "system", "system_prompt", "system_message", "system_instruction", "prompt",
    "state_modifier", "backstory", "goal",
})  # fmt: skip
_PLAINLY = ("system_prompt", "system_message", "instructions", "system_instruction")
_HINTS = (
    b"prompt", b"system", b"instruction", b"persona", b"preamble", b"backstory", b"goal", b"sys_msg",
    b"state_modifier", b"developer", b"template",
)  # fmt: skip
_SHORTEST = 25
_SYSTEM_MESSAGES = ("SystemMessage", "SystemMessagePromptTemplate.from_template", "ChatMessage.from_system")
_TEMPLATES = ("ChatPromptTemplate", "PromptTemplate", "Template", "FewShotPromptTemplate")
_LAST = frozenset({
    "SystemMessage", "from_template", "from_system", "from_messages", *_TEMPLATES,
})  # fmt: skip


def speaks(text: str) -> bool:
    """Does a text tell somebody what to do, as prompts do?"""
    return _SPEAKS.search(text) is not None


def holes_in(text: str) -> tuple[str, ...]:
    """The names that `{name}` and `{{ name }}` leave open in a text, each once."""
    return tuple(dict.fromkeys(_HOLE.findall(text)))


def may_hold_prompts(raw: bytes) -> bool:
    """Is there a word in a file without which it can have no prompt?"""
    lower = raw.lower()
    return any(word in lower for word in _HINTS)


def prompt_texts(module: Module) -> tuple[PromptText, ...]:
    """The prompts of a module, in the order of the source; worked out once for a module."""
    if "prompt texts" not in module.kept:
        found = _Found(module)
        if may_hold_prompts(module.text.raw):
            found.constants()
            found.calls()
            for node in module.of(ast.Dict):
                found.message(node)
            found.functions()
        order = sorted(found.texts.values(), key=lambda one: (one.place.line, one.place.column))
        module.kept["prompt texts"] = tuple(order)
        module.kept["prompt nodes"] = {its.place: node for node, its in found.texts.items()}
        module.kept["prompts told"] = tuple(found.told)
    kept: tuple[PromptText, ...] = module.kept["prompt texts"]
    return kept


def prompt_nodes(module: Module) -> list[tuple[ast.expr, PromptText]]:
    """The prompts of a module with the expressions that hold them."""
    texts = prompt_texts(module)
    nodes = module.kept["prompt nodes"]
    return [(nodes[one.place], one) for one in texts]


def told(module: Module) -> tuple[Told, ...]:
    """The expressions that give a model its system prompt, whatever can be said of their text."""
    prompt_texts(module)
    kept: tuple[Told, ...] = module.kept["prompts told"]
    return kept


@dataclass(frozen=True)
class Told:
    """An expression that a model is told as it is."""

    node: ast.expr
    given_as: str
    filled: bool
    """Does what takes it fill in `{names}` by itself?"""


class _Found:
    """The prompts of a module while they are gathered, each expression once."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.asked = model_calls(module)
        self.texts: dict[ast.expr, PromptText] = {}
        self.told: list[Told] = []

    def constants(self) -> None:
        """Names and attributes that are called what prompts are called."""
        assigns: list[ast.Assign | ast.AnnAssign] = [
            *self.module.of(ast.Assign),
            *self.module.of(ast.AnnAssign),
        ]
        for assign in assigns:
            target = assign.targets[0] if isinstance(assign, ast.Assign) else assign.target
            name = getattr(target, "id", "") or getattr(target, "attr", "")
            if name and assign.value is not None and _NAMES.search(name):
                scope = self.module.scope(assign)
                full = f"{self.module.qualname(scope)}.{name}" if isinstance(scope, ast.ClassDef) else name
                self.add(assign.value, full, "system" if "system" in name.lower() else "template")

    def calls(self) -> None:
        """What calls of models, agents and templates are given."""
        for call in self.module.calls:
            asks = call in self.asked
            for word in call.keywords:
                if asks and word.arg in ("messages", "input"):
                    self.messages(word.value)
                elif word.arg in _ROLES:
                    if word.arg in _PLAINLY or (asks and word.arg == "system"):
                        self.told.append(Told(word.value, word.arg, filled=False))
                    self.add(
                        word.value,
                        "",
                        "system",
                        given_as=word.arg,
                        told=not asks and word.arg not in _PLAINLY,
                    )
            if asks and call.args:
                self.messages(call.args[0])
            self.template(call)

    def template(self, call: ast.Call) -> None:
        """`SystemMessage(…)`, `ChatPromptTemplate.from_messages([…])`, `PromptTemplate.from_template(…)`."""
        last = getattr(call.func, "attr", "") or getattr(call.func, "id", "")
        if last not in _LAST:
            return
        written = _written(call.func)
        if written.endswith(_SYSTEM_MESSAGES):
            content = argument(call, "content", 0)
            if content is not None:
                filled = not written.endswith("SystemMessage")
                self.told.append(Told(content, "SystemMessage", filled=filled))
                self.add(content, "", "system", given_as="SystemMessage")
        elif written.partition(".")[0] in _TEMPLATES:
            if written.endswith(("from_messages", "ChatPromptTemplate")):
                self.messages(argument(call, "messages", 0))
            elif written.endswith(("from_template", "Template")):
                text = argument(call, "template", 0)
                if text is not None:
                    self.add(text, "", "template", given_as="template", told=written == "Template")

    def functions(self) -> None:
        """Functions that a decorator or their name says give a system prompt."""
        for function in self.module.functions:
            decorated = any(
                _written(one.func if isinstance(one, ast.Call) else one).endswith(
                    (".system_prompt", ".instructions")
                )
                for one in function.decorator_list
            )
            if not decorated and not _GIVES.search(function.name):
                continue
            for node in _returns(function):
                self.add(node, "", "system", given_as=function.name, told=not decorated)

    def messages(self, node: ast.expr | None) -> None:
        """The system's words in a list of messages."""
        meant = self.module.value(node)
        for one in meant.elts if isinstance(meant, ast.List | ast.Tuple) else ():
            if isinstance(one, ast.Dict):
                self.message(one)
            elif isinstance(one, ast.Tuple) and len(one.elts) == 2:
                role = literal(self.module, one.elts[0])
                if role in ("system", "developer"):
                    self.told.append(Told(one.elts[1], "message", filled=True))
                    self.add(one.elts[1], "", "system", given_as="message")

    def message(self, node: ast.Dict) -> None:
        """The text of `{"role": "system", "content": …}`."""
        items = {
            key.value: item
            for key, item in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant)
        }
        if "role" not in items or "content" not in items:
            return
        if literal(self.module, items["role"]) in ("system", "developer"):
            self.told.append(Told(items["content"], "message", filled=False))
            self.add(items["content"], "", "system", given_as="message")

    def add(self, node: ast.expr, name: str, role: str, *, given_as: str = "", told: bool = False) -> None:
        """Take a text, if it is long enough to be a prompt; with `told`, if it also speaks like one."""
        module = self.module
        meant = module.value(node)
        meant = node if meant is None else meant
        if meant in self.texts or not hasattr(meant, "lineno"):
            return
        text, holes = text_of(module, meant)
        function = module.function(meant)
        told = told or (function is not None and name in _ALSO_ASKED and len(text) < _LONG)
        if len(text) < _SHORTEST or len(text.split(None, 3)) < 3 or (told and not speaks(text)):
            return
        self.texts[meant] = PromptText(
            name=name or getattr(node, "id", "") or "",
            place=module.place(meant),
            text=text,
            role=role,
            variables=_joined(holes, text),
            function=module.qualname(function) if function is not None else "",
            given_as=given_as,
        )


_ALSO_ASKED = ("prompt", "instruction", "instructions")
"""Local names that also hold what a person is asked at a terminal."""
_LONG = 200


def _joined(holes: tuple[str, ...], text: str) -> tuple[str, ...]:
    """What is filled in by the code, and what the text itself leaves open."""
    more = (name for name in holes_in(text) if not any(hole.startswith(name) for hole in holes))
    return tuple(dict.fromkeys([*holes, *more]))


_GIVES = re.compile(r"^_?(?:get_|build_|make_|create_|default_)?(?:system_)?(?:prompt|instructions)$")


def _written(func: ast.expr) -> str:
    """The last two parts of what is called, as written."""
    if isinstance(func, ast.Name):
        return func.id
    if isinstance(func, ast.Attribute):
        before = getattr(func.value, "id", "") or getattr(func.value, "attr", "")
        return f"{before}.{func.attr}"
    return ""


def _returns(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    """What a function returns in its own body, a few statements deep."""
    waiting: list[ast.stmt] = list(function.body)
    for _ in range(200):
        if not waiting:
            return
        one = waiting.pop()
        if isinstance(one, ast.Return) and one.value is not None:
            yield one.value
        elif isinstance(one, ast.If | ast.With | ast.AsyncWith):
            waiting += [*one.body, *getattr(one, "orelse", [])]
