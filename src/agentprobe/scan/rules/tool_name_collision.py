"""Two tools of one agent have the same name."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from agentprobe.domain.sign import Sign
from agentprobe.scan.facts import Tool
from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.mending.known_names import refusing
from agentprobe.scan.module import Module, argument
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.tool_forms import items_of
from agentprobe.scan.tools import every_tool
from agentprobe.scan.values import literal

_LISTS = frozenset({"tools", "functions"})
_TOLD = "one of them is never called: the model's call goes to whichever was registered last"


class ToolNameCollision(Rule):
    """Two tools that one agent is offered have the same name.

    Finds: two tools of one name in one list of tools or on one server; tools of several MCP servers that are
    put into one dictionary by their bare names, so that a later server's tool takes the place of an earlier
    one's.

    Breaks: the call goes to the wrong system, with arguments that fit well enough. Nothing fails when the
    second server is added; the first one's tool is just never called again.

    Example:

        class Host:
            async def connect(self, sessions):
                self.home = {}
                for name, session in sessions.items():
                    listed = await session.list_tools()
                    for tool in listed.tools:
                        self.home[tool.name] = session

    Instead:

        class Host:
            async def connect(self, sessions):
                self.home = {}
                for name, session in sessions.items():
                    listed = await session.list_tools()
                    for tool in listed.tools:
                        self.home[f"{name}_{tool.name}"] = session

    False alarms: tools of the same name that belong to different agents; a check that refuses a name that is
    known already.
    """

    code = "TOOL004"
    severity = Severity.HIGH
    mode = Mode.TOOL_CONTRACT
    fixes = "unsafe"
    probe = Probe(
        faults=("tool_shadowed",),
        expects="calls the wrong server's tool",
        shows=(Sign.OBEYED, Sign.LEAKED, Sign.MISACTED, Sign.LIED),
    )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        yield from self._on_one_server(module)
        for node, where in _lists(module):
            yield from self._in_one_list(module, node, where)
        yield from self._merged(module)

    def in_tools(self, tools: Sequence[Tool]) -> Iterable[Finding]:
        first: dict[str, Tool] = {}
        for tool in tools:
            other = first.setdefault(tool.name, tool)
            if other is not tool:
                where = f"twice on {tool.server}" if tool.server == other.server else f"on {other.server} too"
                yield self.found(
                    tool.place,
                    f"the tool {tool.name} of {tool.server} is there {where}",
                    tier=Tier.PROVED,
                    subject=f"{tool.server} {tool.name}",
                    consequence=_TOLD,
                    advice="let the client put the server's name before each tool's",
                    related=(other.place,),
                )

    def _on_one_server(self, module: Module) -> Iterator[Finding]:
        by = defaultdict(list)
        for tool in every_tool(module):
            owner = (
                module.owner(module.by_qualname[tool.function])
                if tool.function in module.by_qualname
                else None
            )
            if tool.server and tool.kind == "mcp":
                by[tool.server, tool.name, owner].append(tool)
        for (server, name, _), found in by.items():
            functions = {tool.function for tool in found}
            if len(found) > 1 and not any(_is_one_of_several(module, one) for one in functions):
                yield self.found(
                    found[-1].place,
                    f"the tool {name} is registered twice on {server}",
                    tier=Tier.PROVED,
                    subject=name,
                    consequence=_TOLD,
                    advice="give one of them another name",
                    related=(found[0].place,),
                )

    def _in_one_list(self, module: Module, node: ast.expr, where: str) -> Iterator[Finding]:
        seen: dict[str, ast.expr] = {}
        for one in items_of(module, node):
            name = _name_of(module, one)
            first = seen.get(name)
            if name and first is not None and ast.dump(first) != ast.dump(one):
                yield self.found(
                    module.place(one),
                    f"two tools in {where} are called {name}",
                    tier=Tier.PROVED,
                    subject=name,
                    consequence=_TOLD,
                    advice="give one of them another name, such as its system's name before it",
                    related=(module.place(first),),
                )
            seen.setdefault(name, one)

    def _merged(self, module: Module) -> Iterator[Finding]:
        for node in module.of(ast.Assign):
            target = node.targets[0]
            if (
                isinstance(target, ast.Subscript)
                and _is_bare_name(target.slice)
                and _of_servers(module, node)
            ):
                table = ast.unparse(target.value)
                if not _is_checked(module, node, table):
                    yield self.found(
                        module.place(node),
                        f"tools of all servers go into {table} by their bare names",
                        tier=Tier.INFERRED,
                        subject=table,
                        consequence="a second server's tool silently takes the place of the first's",
                        advice="put the server's name before the tool's, or refuse a name that is known",
                        fix=refusing(module, node),
                    )


def _lists(module: Module) -> Iterator[tuple[ast.expr, str]]:
    """The lists of tools that something is handed."""
    seen: set[ast.AST | None] = set()
    for call in module.calls:
        for word in call.keywords:
            if word.arg in _LISTS:
                meant = module.value(word.value)
                if meant not in seen:
                    seen.add(meant)
                    yield word.value, f"{word.arg} of {ast.unparse(call.func)[:40]}"


def _name_of(module: Module, node: ast.expr) -> str:
    """The name by which a model knows an item of a list of tools; "" where it cannot be said."""
    if isinstance(node, ast.Attribute | ast.Name):
        meant = module.value(node)
        if isinstance(meant, ast.Dict):
            return _name_of(module, meant)
        if isinstance(node, ast.Name):
            imported = module.imports.get(node.id, "")
            return (
                imported.rpartition(".")[2] if imported else node.id if node.id in module.by_qualname else ""
            )
        is_module = isinstance(node.value, ast.Name) and node.value.id in module.imports
        return node.attr if is_module else ""
    if isinstance(node, ast.Dict):
        for key, item in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value in ("name", "function"):
                told = literal(module, item)
                return told if isinstance(told, str) else _name_of(module, item)
    if isinstance(node, ast.Call):
        told = literal(module, argument(node, "name"))
        return told if isinstance(told, str) else ""
    return ""


def _is_bare_name(key: ast.expr) -> bool:
    if isinstance(key, ast.Subscript):
        return (
            isinstance(key.slice, ast.Constant)
            and key.slice.value == "name"
            and "tool" in ast.unparse(key.value).lower()
        )
    return isinstance(key, ast.Attribute) and key.attr == "name" and "tool" in ast.unparse(key.value).lower()


def _of_servers(module: Module, node: ast.AST) -> bool:
    """Does this stand in a loop over a server's list of tools, and that in one over servers?"""
    loops = [one for one in module.ancestors(node) if isinstance(one, ast.For | ast.AsyncFor)]
    if not loops or not any(
        isinstance(one.func, ast.Attribute) and one.func.attr == "list_tools" for one in module.calls
    ):
        return False
    return any(
        any(word in ast.unparse(one.iter).lower() for word in ("session", "server", "client", "connection"))
        for one in loops[1:]
    )


def _is_checked(module: Module, node: ast.AST, table: str) -> bool:
    """Is it asked, in the loop around, whether the name is known already?"""
    loop = next((one for one in module.ancestors(node) if isinstance(one, ast.For | ast.AsyncFor)), None)
    return loop is not None and any(
        isinstance(one, ast.Compare)
        and any(isinstance(op, ast.In | ast.NotIn) for op in one.ops)
        and any(ast.unparse(side) == table for side in one.comparators)
        for one in ast.walk(loop)
    )


def _is_one_of_several(module: Module, function: str) -> bool:
    """Is one of several declared, by a condition or by a version?"""
    node = module.by_qualname.get(function)
    if node is None or any(isinstance(one, ast.If | ast.Try) for one in module.ancestors(node)):
        return True
    return any(
        isinstance(one, ast.Call) and any(word.arg in ("version", "enabled") for word in one.keywords)
        for one in node.decorator_list
    )
