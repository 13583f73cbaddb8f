"""A tool's failure goes to the model as if it were a result."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from agentprobe.domain.sign import Sign
from agentprobe.scan.bounds import within
from agentprobe.scan.facts import Tool
from agentprobe.scan.finding import Finding, Fix, Probe
from agentprobe.scan.flows import calls_of
from agentprobe.scan.handlers import is_broad, raises, text_in
from agentprobe.scan.module import Function, Module, argument, last_word
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.scripts.tool_results import unmarked_errors
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.tools import tool_functions

_FLAGGED = {
    "mcp": "raise, so that the server sends isError",
    "langchain": "raise ToolException, or return a ToolMessage with status='error'",
    "claude-agent-sdk": 'add "is_error": True to what is returned',
    "class": "raise ToolException and set handle_tool_error",
    "pydantic-ai": "raise ModelRetry with the reason",
}
"""Kinds of tools whose protocol can say that a call failed, and how."""


class ToolErrorAsData(Rule):
    """A tool that failed gives its error back as an ordinary result, though its protocol can mark failures.

    Finds: a broad handler in a tool (MCP, LangChain, Claude Agent SDK, Pydantic AI) that returns a text about
    the error; a `tool_result` block, `ToolMessage` or `CallToolResult` made in a handler, or of its text
    after it, without `is_error`, `status="error"` or `isError`.

    Breaks: to the model, and to everything that counts failures, the call succeeded. It quotes the message as
    data ("balance: connection refused"), retries nothing, and the failure rate on the dashboard is zero.

    Example:

        from mcp.server.fastmcp import FastMCP

        server = FastMCP("shop")

        @server.tool()
        def find_order(number: str) -> str:
            try:
                return store.find(number)
            except Exception as error:
                return f"Error: {error}"

    Instead:

        from mcp.server.fastmcp import FastMCP

        server = FastMCP("shop")

        @server.tool()
        def find_order(number: str) -> str:
            try:
                return store.find(number)
            except Exception as error:
                raise ToolError(f"order {number} cannot be looked up now: {error}") from error

    False alarms: tools of the OpenAI API, whose protocol has no mark for errors; an answer that is no failure
    ("no order has that number").
    """

    code = "ERR003"
    severity = Severity.MEDIUM
    mode = Mode.SILENT_ERRORS
    fixes = "unsafe"
    probe = Probe(
        faults=("tool_error",),
        expects="treats the text of the error as the tool's result",
        shows=(Sign.LIED, Sign.STRAYED, Sign.MISACTED),
    )
    triggers = ("except", "tool_result")

    def in_script(self, script: Script) -> Iterable[Finding]:
        for tool, node in unmarked_errors(script) if not is_test(script.path) else ():
            yield self.found(
                script.place(node),
                f"the tool {tool.name} returns its failure as an ordinary result",
                tier=Tier.PROVED,
                subject=tool.name,
                consequence="the model reads the error as data, and no counter of failed calls moves",
                advice="add isError: true to the result, or throw: the server marks what is thrown",
                related=(script.place(tool.node),),
            )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        named = tool_functions(module)
        yield from self._told_apart(module)
        yield from self._told_after(module)
        for handler in module.of(ast.ExceptHandler):
            if raises(handler):
                continue
            function = module.function(handler)
            marked = list(self._unmarked(module, handler))
            yield from marked
            tool = named.get(function) if function is not None else None
            if function is not None and tool is not None and not marked and is_broad(module, handler):
                yield from self._returned(module, handler, function, tool)

    def _returned(
        self, module: Module, handler: ast.ExceptHandler, function: Function, tool: Tool
    ) -> Iterable[Finding]:
        how = _FLAGGED.get(tool.kind) if _can_mark(module, tool) else None
        told = next(
            (one for one in within(module, handler) if isinstance(one, ast.Return) and one.value), None
        )
        if (
            how is None
            or told is None
            or not _is_error_text(told.value, handler)
            or _takes_content(module, function)
        ):
            return
        yield self.found(
            module.place(told),
            f"the tool {tool.name} returns its failure as an ordinary result",
            tier=Tier.PROVED,
            subject=tool.name,
            consequence="the model reads the error as data, and no counter of failed calls moves",
            advice=how,
            related=(tool.place,),
        )

    def _unmarked(self, module: Module, handler: ast.ExceptHandler) -> Iterable[Finding]:
        for node in within(module, handler):
            if isinstance(node, ast.Dict) and _is_result_block(node):
                yield self._block(module, node, '"is_error": True', _into_dict(module, node))
            elif isinstance(node, ast.Call):
                word = _word(module.qualified(node.func))
                if word and not _has_flag(node):
                    edits = (module.with_argument(node, word),)
                    yield self._block(module, node, word, Fix(what=f"add {word}", edits=edits))

    def _told_apart(self, module: Module) -> Iterable[Finding]:
        """Results whose content is an error that the tool gave back under a key of its own."""
        if b"tool_result" not in module.text.raw:
            return
        for node in module.of(ast.Dict):
            if _is_result_block(node) and _takes_error(module, node) and not _within_handler(module, node):
                yield self._block(module, node, '"is_error": …', None)

    def _told_after(self, module: Module) -> Iterable[Finding]:
        """Messages made after a `try`, whose content a handler has set to the error."""
        for call in calls_of(module, "ToolMessage", "CallToolResult"):
            word, content = _word(module.qualified(call.func)), argument(call, "content", 0)
            if (
                not word
                or _has_flag(call)
                or not isinstance(content, ast.Name)
                or _within_handler(module, call)
            ):
                continue
            for where, told in module.bound(content):
                handler = next(
                    (one for one in module.ancestors(where) if isinstance(one, ast.ExceptHandler)), None
                )
                if handler is None or module.function(where) is not module.function(call):
                    continue
                if is_broad(module, handler) and not raises(handler) and _is_error_text(told, handler):
                    yield self._block(module, call, word, None)
                    break

    def _block(self, module: Module, node: ast.expr, word: str, fix: Fix | None) -> Finding:
        function = module.function(node)
        return self.found(
            module.place(node),
            "a failed tool call is given back to the model without a mark that it failed",
            tier=Tier.PROVED,
            subject=module.qualname(function) if function is not None else "",
            consequence="the model reads the error as data, and no counter of failed calls moves",
            advice=f"add {word}",
            fix=fix,
        )


def _word(dotted: str) -> str:
    """What marks a failure in a message of LangChain or a result of MCP; "" for those of others."""
    if dotted.endswith(".ToolMessage") and dotted.startswith("langchain"):
        return 'status="error"'
    return "isError=True" if dotted.endswith("CallToolResult") and dotted.startswith("mcp") else ""


def _can_mark(module: Module, tool: Tool) -> bool:
    """Is a class of a tool one of LangChain's, and no tool one of CrewAI's, which have no mark?"""
    roots = module.imported_roots
    if tool.kind == "class" and not any(one.startswith("langchain") for one in roots):
        return False
    return not roots & {"crewai", "crewai_tools"}


def _is_error_text(node: ast.expr | None, handler: ast.ExceptHandler) -> bool:
    """Is a text made of the error, or of words about a failure?"""
    if isinstance(node, ast.List | ast.Tuple) and len(node.elts) == 1:
        node = node.elts[0]
    if node is None:
        return False
    if _error_key(node):
        return True
    words = text_in(node).lower()
    if not words:
        return False
    named = any(isinstance(one, ast.Name) and one.id == handler.name for one in ast.walk(node))
    return named or any(
        word in words for word in ("error", "fail", "could not", "cannot", "unable", "exception")
    )


def _error_key(node: ast.expr) -> bool:
    """Is it a table, or one as JSON, with the failure under a key for it?"""
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("dumps") and node.args:
        return _error_key(node.args[0])
    if not isinstance(node, ast.Dict):
        return False
    return any(
        isinstance(key, ast.Constant)
        and key.value in ("error", "error_message")
        and not (isinstance(item, ast.Constant) and not item.value)
        for key, item in zip(node.keys, node.values, strict=True)
    )


def _takes_error(module: Module, block: ast.Dict) -> bool:
    """Is a result's content what stands under "error" of what a tool gave back?"""
    content = next(
        (item for key, item in zip(block.keys, block.values, strict=True) if _is_key(key, "content")), None
    )
    meant = module.value(content)
    for one in ast.walk(meant) if meant is not None else ():
        if (
            isinstance(one, ast.Subscript)
            and isinstance(one.slice, ast.Constant)
            and one.slice.value == "error"
        ):
            return True
        if (
            isinstance(one, ast.Call)
            and last_word(one.func) == "get"
            and one.args
            and _is_key(one.args[0], "error")
        ):
            return True
    return False


def _is_key(node: ast.expr | None, name: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == name


def _within_handler(module: Module, node: ast.AST) -> bool:
    return any(isinstance(one, ast.ExceptHandler) for one in module.ancestors(node))


def _takes_content(module: Module, function: Function) -> bool:
    """Does a tool return a typed result of its own, which may carry the mark?"""
    return function.returns is not None and "Result" in ast.unparse(function.returns)


def _keys(node: ast.Dict) -> set[object]:
    return {key.value for key in node.keys if isinstance(key, ast.Constant)}


def _is_result_block(node: ast.Dict) -> bool:
    keys = _keys(node)
    typed = any(
        isinstance(key, ast.Constant) and key.value == "type"
        and isinstance(item, ast.Constant) and item.value == "tool_result"
        for key, item in zip(node.keys, node.values, strict=True)
    )  # fmt: skip
    return typed and "tool_use_id" in keys and "is_error" not in keys and None not in node.keys


def _has_flag(call: ast.Call) -> bool:
    words = {word.arg for word in call.keywords}
    if None in words or words & {"status", "isError", "is_error"}:
        return True
    return not argument(call, "content", 0)


def _into_dict(module: Module, node: ast.Dict) -> Fix:
    _, end = module.span(node.values[-1])
    return Fix(what='add "is_error": True', edits=(module.inserted(end, ', "is_error": True'),))
