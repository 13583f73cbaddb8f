"""The forms in which functions and classes become tools: decorators, wrappers, bases, lists of an agent."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from agentprobe.scan.facts import Tool
from agentprobe.scan.module import FUNCTIONS, Function, Module, argument, last_word
from agentprobe.scan.tool_effects import by_name, effect_of
from agentprobe.scan.tool_schemas import schema_of, schema_of_class
from agentprobe.scan.values import NOT_FOUND, literal

_DECORATORS = {
    **dict.fromkeys(("langchain_core.tools.tool", "langchain.tools.tool", "langchain.agents.tool",
                     "langchain_core.tools.convert.tool", "langchain_classic.tools.tool",
                     "langchain_classic.agents.tool"), "langchain"),
    "agents.function_tool": "openai-agents", "livekit.agents.function_tool": "livekit",
    "crewai.tools.tool": "crewai", "crewai_tools.tool": "crewai", "smolagents.tool": "smolagents",
    "smolagents.tools.tool": "smolagents", "claude_agent_sdk.tool": "claude-agent-sdk",
    "strands.tool": "strands",
    "agent_framework.ai_function": "agent-framework", "agent_framework.tool": "agent-framework",
    "agno.tools.tool": "agno", "haystack.tools.tool": "haystack", "anthropic.beta_tool": "anthropic",
    "anthropic.beta_async_tool": "anthropic", "agentprobe.tool": "agentprobe",
    "semantic_kernel.functions.kernel_function": "semantic-kernel",
    "semantic_kernel.functions.kernel_function_decorator.kernel_function": "semantic-kernel",
}  # fmt: skip
_METHODS = {
    "mcp.server.fastmcp.FastMCP.tool": "mcp", "fastmcp.FastMCP.tool": "mcp", "mcp.server.FastMCP.tool": "mcp",
    "mcp.server.mcpserver.MCPServer.tool": "mcp", "mcp.server.MCPServer.tool": "mcp",
    "pydantic_ai.Agent.tool": "pydantic-ai", "pydantic_ai.Agent.tool_plain": "pydantic-ai",
    "pydantic_ai.FunctionToolset.tool": "pydantic-ai",
    "pydantic_ai.toolsets.FunctionToolset.tool": "pydantic-ai",
    "autogen.ConversableAgent.register_for_llm": "autogen", "browser_use.Controller.action": "browser-use",
    "browser_use.Tools.action": "browser-use", "browser_use.Controller.registry.action": "browser-use",
}  # fmt: skip
_LAST_WORDS = frozenset(name.rpartition(".")[2] for name in (*_DECORATORS, *_METHODS))
_WRAPPERS = {
    **dict.fromkeys(("langchain_core.tools.StructuredTool.from_function",
    "langchain.tools.StructuredTool.from_function",
                     "langchain_core.tools.Tool.from_function", "langchain.tools.Tool.from_function",
                     "langchain_core.tools.StructuredTool", "langchain.tools.StructuredTool",
                     "langchain_core.tools.Tool", "langchain.tools.Tool", "langchain.agents.Tool"),
                     "langchain"),
    "llama_index.core.tools.FunctionTool.from_defaults": "llama-index",
    "autogen_core.tools.FunctionTool": "autogen",
    "pydantic_ai.Tool": "pydantic-ai", "pydantic_ai.tools.Tool": "pydantic-ai", "dspy.Tool": "dspy",
    "google.adk.tools.FunctionTool": "google-adk", "google.adk.tools.LongRunningFunctionTool": "google-adk",
    "agents.FunctionTool": "openai-agents", "agents.function_tool": "openai-agents",
    "haystack.tools.Tool": "haystack",
    "camel.toolkits.FunctionTool": "camel", "autogen.register_function": "autogen",
    "langchain_core.tools.tool": "langchain", "langchain.tools.tool": "langchain",
}  # fmt: skip
_WRAPPER_WORDS = frozenset(name.rpartition(".")[2] for name in _WRAPPERS)
_LISTS: dict[str, tuple[str, int | None]] = {
    "langchain.agents.create_agent": ("tools", 1), "langgraph.prebuilt.create_react_agent": ("tools", 1),
    "langgraph.prebuilt.ToolNode": ("tools", 0), "deepagents.create_deep_agent": ("tools", 0),
    "google.adk.agents.Agent": ("tools", None), "google.adk.agents.LlmAgent": ("tools", None),
    "google.adk.Agent": ("tools", None), "pydantic_ai.Agent": ("tools", None),
    "agno.agent.Agent": ("tools", None),
    "strands.Agent": ("tools", None), "swarm.Agent": ("functions", None), "dspy.ReAct": ("tools", 1),
    "autogen_agentchat.agents.AssistantAgent": ("tools", None), "agents.Agent": ("tools", None),
    "llama_index.core.agent.workflow.FunctionAgent": ("tools", None),
    "llama_index.core.agent.workflow.ReActAgent": ("tools", None),
    "google.genai.types.GenerateContentConfig": ("tools", None),
    "google.generativeai.GenerativeModel": ("tools", None), "agent_framework.ChatAgent": ("tools", None),
    "crewai.Agent": ("tools", None), "smolagents.CodeAgent": ("tools", 0),
    "smolagents.ToolCallingAgent": ("tools", 0),
}  # fmt: skip
"""Makers of agents, and the argument by which they take plain functions as tools."""
_LIST_WORDS = frozenset({*(name.rpartition(".")[2] for name in _LISTS), "bind_tools"})
_BASES = re.compile(
    r"(?:^|\.)(?:BaseTool|StructuredTool|FunctionTool)$|(?:^|\.)smolagents\.(?:tools\.)?Tool$|^browser_use\.Tool$"
)


def decorated(module: Module) -> Iterator[Tool]:
    """Functions under a decorator that makes them tools."""
    for function in module.functions:
        for decorator in function.decorator_list:
            kind = kind_of(module, decorator)
            if kind:
                yield of_function(module, function, kind, decorator)
                break


def kind_of(module: Module, decorator: ast.expr) -> str:
    """The framework whose tool a decorator makes of a function; "" where it makes none."""
    func = decorator.func if isinstance(decorator, ast.Call) else decorator
    written = last_word(func)
    dotted = module.qualified(decorator)
    if written not in _LAST_WORDS and dotted.rpartition(".")[2] not in _LAST_WORDS:
        return ""
    known = _DECORATORS.get(dotted) or _METHODS.get(dotted)
    if known is not None:
        return known
    if dotted.rpartition(".")[2] == "function_tool":
        return "openai-agents"
    roots = module.imported_roots
    if not isinstance(func, ast.Attribute):
        return ""
    if written == "tool" and {"mcp", "fastmcp"} & roots:
        return "mcp"
    if written in ("tool", "tool_plain") and "pydantic_ai" in roots:
        return "pydantic-ai"
    return "browser-use" if written == "action" and "browser_use" in roots else ""


_NAMED_FIRST = ("langchain", "claude-agent-sdk", "crewai", "mcp")


def of_function(module: Module, function: Function, kind: str, decorator: ast.expr | None = None) -> Tool:
    """A function as a tool of this kind; `decorator` may give it another name, a description and hints."""
    call = decorator if isinstance(decorator, ast.Call) else None
    given = literal(module, argument(call, "name")) if call is not None else NOT_FOUND
    if not isinstance(given, str) and call is not None and kind in _NAMED_FIRST:
        given = literal(module, argument(call, "", 0))
    told = _told(module, call, kind) if call is not None else ""
    name = given if isinstance(given, str) and given else function.name
    hints = hints_in(module, argument(call, "annotations")) if call is not None else {}
    effect, by = effect_of(module, function, name, hints)
    return Tool(
        name=name,
        place=module.place(function),
        kind=kind,
        description=told or ast.get_docstring(function) or "",
        schema=_schema(module, function, call, kind),
        function=module.qualname(function),
        effect=effect,
        effect_by=by,
        hints=hints,
        server=_server(decorator) if kind == "mcp" else "",
        asynchronous=isinstance(function, ast.AsyncFunctionDef),
    )


def _server(decorator: ast.expr | None) -> str:
    """The name of the server object that a tool is registered with."""
    func = decorator.func if isinstance(decorator, ast.Call) else decorator
    return ast.unparse(func.value) if isinstance(func, ast.Attribute) else ""


def _told(module: Module, call: ast.Call, kind: str) -> str:
    told = literal(module, argument(call, "description"))
    if not isinstance(told, str) and kind in ("claude-agent-sdk", "browser-use"):
        told = literal(module, argument(call, "", 1 if kind == "claude-agent-sdk" else 0))
    if told is NOT_FOUND and argument(call, "description") is not None:
        return "…"  # it has one, which is made elsewhere
    return told if isinstance(told, str) else ""


def _schema(module: Module, function: Function, call: ast.Call | None, kind: str) -> dict[str, Any] | None:
    if call is not None:
        given = argument(call, "args_schema") or argument(call, "param_model")
        if given is not None:
            return schema_of_class(module, given)
        if kind == "claude-agent-sdk":
            return None
    return schema_of(module, function)


def hints_in(module: Module, node: ast.expr | None) -> dict[str, bool]:
    """The MCP annotations that an expression gives, as far as they are literal."""
    meant = module.value(node) if node is not None else None
    if isinstance(meant, ast.Call):
        pairs = {word.arg: literal(module, word.value) for word in meant.keywords if word.arg}
    else:
        plain = literal(module, meant)
        pairs = plain if isinstance(plain, dict) else {}
    found = {_camel(name): its for name, its in pairs.items() if isinstance(its, bool)}
    return found if found or node is None else {"given": True}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def wrapped(module: Module) -> Iterator[Tool]:
    """Functions that a call makes tools of: `StructuredTool.from_function(f)`, `FunctionTool(f)`."""
    for call in module.calls:
        if last_word(call.func) not in _WRAPPER_WORDS:
            continue
        kind = _WRAPPERS.get(module.qualified(call.func))
        if kind is not None:
            made = _wrapped(module, call, kind)
            if made is not None:
                yield made


def _wrapped(module: Module, call: ast.Call, kind: str) -> Tool | None:
    given = next(
        (one for key in ("func", "fn", "coroutine", "function") if (one := argument(call, key))), None
    )
    function = function_named(module, given or argument(call, "", 0))
    name, told = literal(module, argument(call, "name")), _told(module, call, kind)
    if function is not None:
        made = of_function(module, function, kind, call)
        schema = argument(call, "args_schema")
        return msgspec.structs.replace(
            made,
            name=name if isinstance(name, str) else function.name,
            description=told or made.description,
            schema=schema_of_class(module, schema) if schema is not None else made.schema,
        )
    if not isinstance(name, str):
        return None
    return Tool(name=name, place=module.place(call), kind=kind, description=told or "…", effect=by_name(name))


def listed(module: Module) -> Iterator[Tool]:
    """Plain functions that an agent, a model or a node is handed in a list."""
    for call in module.calls:
        last = last_word(call.func)
        if last not in _LIST_WORDS:
            continue
        word, position = (
            ("tools", 0) if last == "bind_tools" else _LISTS.get(module.qualified(call.func), ("", None))
        )
        if word:
            yield from _listed(module, argument(call, word, position))


def _listed(module: Module, node: ast.expr | None) -> Iterator[Tool]:
    for one in items_of(module, node):
        function = function_named(module, one)
        if function is not None and not any(kind_of(module, each) for each in function.decorator_list):
            yield of_function(module, function, "function")


def items_of(module: Module, node: ast.expr | None) -> list[ast.expr]:
    """The items of a list expression, of a name bound to one, and of sums of such."""
    found: list[ast.expr] = []
    waiting = [node]
    for _ in range(200):
        if not waiting:
            break
        one = waiting.pop(0)
        meant = module.value(one) if one is not None else None
        if isinstance(meant, ast.List | ast.Tuple | ast.Set):
            waiting = [*(each.value for each in meant.elts if isinstance(each, ast.Starred)), *waiting]
            found += [each for each in meant.elts if not isinstance(each, ast.Starred)]
        elif isinstance(meant, ast.BinOp) and isinstance(meant.op, ast.Add):
            waiting = [meant.left, meant.right, *waiting]
    return found


def function_named(module: Module, node: ast.expr | None) -> Function | None:
    """The function of this file that a name or `self.name` means."""
    if isinstance(node, ast.Name):
        for above in module.ancestors(node):
            if isinstance(above, FUNCTIONS):
                inner = module.by_qualname.get(f"{module.qualname(above)}.{node.id}")
                if inner is not None:
                    return inner
        return module.by_qualname.get(node.id)
    if (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in ("self", "cls")
    ):
        owner = module.owner(node)
        return module.by_qualname.get(f"{module.qualname(owner)}.{node.attr}") if owner is not None else None
    return None


_RUNS = ("_run", "_arun", "_execute", "forward", "run", "execute", "__call__", "invoke", "arun", "call")
_OWN_BASE = re.compile(r"(?:^|\.|_)\w*Tool(?:Base|Interface|ABC)?$")
"""A tool's base of the project's own, or of a framework that is not known here."""


def subclassed(module: Module) -> Iterator[Tool]:
    """Classes that are tools by their base."""
    for node in module.of(ast.ClassDef):
        if not _is_tool(module, node):
            continue
        by = {one.name: one for one in node.body if isinstance(one, FUNCTIONS)}
        run = next((by[name] for name in _RUNS if name in by), None)
        if run is not None:
            yield _of_class(module, node, run)


def _is_tool(module: Module, node: ast.ClassDef) -> bool:
    """Is a class a tool: by a known base, or by one called so and fields that present it to a model?"""
    bases = [module.qualified(base) or ast.unparse(base) for base in node.bases]
    if any(_BASES.search(base) for base in bases):
        return True
    fields = dict(_fields(node)) if any(_OWN_BASE.search(base) for base in bases) else {}
    return all(isinstance(literal(module, fields.get(one)), str) for one in ("name", "description"))


def _of_class(module: Module, node: ast.ClassDef, run: Function) -> Tool:
    fields = dict(_fields(node))
    name, told = literal(module, fields.get("name")), literal(module, fields.get("description"))
    shown = name if isinstance(name, str) else node.name
    effect, by = effect_of(module, run, shown, {})
    schema = fields.get("args_schema")
    return Tool(
        name=shown,
        place=module.place(node),
        kind="class",
        description=told
        if isinstance(told, str)
        else "…"
        if "description" in fields
        else ast.get_docstring(node) or "",
        schema=None
        if "inputs" in fields
        else schema_of_class(module, schema)
        if schema is not None
        else schema_of(module, run),
        function=module.qualname(run),
        effect=effect,
        effect_by=by,
        asynchronous=isinstance(run, ast.AsyncFunctionDef),
    )


def _fields(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr | None]]:
    for part in node.body:
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
            yield part.target.id, part.value
        elif isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name):
            yield part.targets[0].id, part.value
