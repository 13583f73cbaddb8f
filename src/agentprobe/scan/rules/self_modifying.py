"""The agent can rewrite what it is told, or what it is made of."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from agentprobe.domain.sign import Sign
from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.module import Function, Module, argument, parameters
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.tool_effects import calls_in, opened_to_write, text_in
from agentprobe.scan.tool_reach import tool_code

_OWN_FILES = re.compile(
    r"(?:^|[/_.-])(?:agents\.md|claude\.md|gemini\.md|soul\.md|skill\.md|\.cursorrules|system[_-]?prompt[\w.-]*|prompts?(?:[/.]|$)[\w.-]*|"
    r"instructions?\.\w+|persona\.\w+|copilot-instructions\.md|agent_config\.\w+|tools\.(?:py|json|ya?ml)|mcp\.json)",
    re.IGNORECASE,
)
_OWN_TEXT = re.compile(
    r"(?:^|_)(?:system_?prompt|system_?message|instructions?|persona|sys_prompt|prompt_template)$",
    re.IGNORECASE,
)


class SelfModifying(Rule):
    """A tool lets the agent change its own prompt, its tools or its settings.

    Finds: a tool (or what it calls) that writes to AGENTS.md, CLAUDE.md, a prompt or tools file, its own
    source, or to the attribute or global that holds the system prompt.

    Breaks: one bad turn becomes permanent. A wrong lesson, or a sentence from a web page that reads like an
    instruction, is written into what every later session begins with, and the agent gets worse day by day
    with no change that anybody made.

    Example:

        from langchain_core.tools import tool

        @tool
        def improve_yourself(text: str) -> str:
            \"\"\"Write down better instructions for yourself.\"\"\"
            with open("system_prompt.md", "w") as file:
                file.write(text)
            return "saved"

    Instead:

        from langchain_core.tools import tool

        @tool
        def propose_change(text: str) -> str:
            \"\"\"Propose better instructions; a person reviews them.\"\"\"
            with open("proposals.md", "a") as file:
                file.write(text)
            return "noted for review"

    False alarms: coding agents that edit files of a sandbox or of another project; notes and memories that
    are told apart from instructions.
    """

    code = "SYS004"
    severity = Severity.HIGH
    mode = Mode.NO_SYSTEM
    probe = Probe(
        faults=("injected_document", "memory_poisoned"),
        expects="keeps the injected instruction for later sessions",
        shows=(Sign.OBEYED, Sign.LEAKED),
    )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        for function, tool in tool_code(module).items():
            for node, what in [*_files(module, function), *_texts(module, function)]:
                yield self.found(
                    module.place(node),
                    f"the tool {tool} lets the agent write {what}",
                    tier=Tier.PROVED,
                    subject=f"{module.qualname(function)} {what}",
                    consequence="one wrong or injected sentence is in every session from then on",
                    advice="let it propose: write beside, and have a person (or a check with a lock) take "
                    "it over",
                )


def _files(module: Module, function: Function) -> Iterator[tuple[ast.AST, str]]:
    for call in calls_in(module, function):
        func = call.func
        path: ast.expr | None = None
        if isinstance(func, ast.Name) and func.id == "open" and opened_to_write(module, call):
            path = argument(call, "file", 0)
        elif isinstance(func, ast.Attribute) and func.attr in ("write_text", "write_bytes"):
            path = func.value
        if path is None:
            continue
        if any(isinstance(one, ast.Name) and one.id == "__file__" for one in _parts(module, path)):
            own = text_in(module, path)
            if not own or own.endswith(".py"):
                yield call, "into its own source"
                continue
        told = _last_text(module, path)
        if told and _OWN_FILES.search(told):
            yield call, told.rpartition("/")[2] or told


def _parts(module: Module, node: ast.expr) -> Iterator[ast.AST]:
    meant = module.value(node)
    yield from ast.walk(meant if meant is not None else node)


def _last_text(module: Module, node: ast.expr) -> str:
    """The literal path of an expression, or the last part of one that is joined."""
    meant = module.value(node)
    if isinstance(meant, ast.BinOp) and isinstance(meant.op, ast.Div):
        return (
            _last_text(module, meant.right)
            if not isinstance(meant.right, ast.Name)
            else text_in(module, meant.right)
        )
    if isinstance(meant, ast.Call) and module.qualified(meant.func) == "os.path.join" and meant.args:
        return text_in(module, meant.args[-1])
    return text_in(module, meant)


def _texts(module: Module, function: Function) -> Iterator[tuple[ast.AST, str]]:
    """Assignments of a parameter to what holds the system prompt."""
    given = set(parameters(function)) - {"self", "cls"}
    for node in ast.walk(function):
        if not isinstance(node, ast.Assign | ast.AugAssign):
            continue
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        name = (
            target.attr
            if isinstance(target, ast.Attribute)
            else target.id
            if isinstance(target, ast.Name)
            else ""
        )
        is_kept = isinstance(target, ast.Attribute) or any(
            isinstance(one, ast.Global) and name in one.names for one in ast.walk(function)
        )
        used = {one.id for one in ast.walk(node.value) if isinstance(one, ast.Name)}
        if is_kept and _OWN_TEXT.search(name) and used & given:
            yield node, f"its own {name}"
