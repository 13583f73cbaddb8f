"""A tool hands the model whatever came back, however long it is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from agentprobe.domain.sign import Sign
from agentprobe.scan.facts import Tool
from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.flows import Source, own_function, sources
from agentprobe.scan.histories import words_of, written
from agentprobe.scan.mending.clip import clipping
from agentprobe.scan.module import Function, Module, argument, last_word, parameters
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.tools import tool_functions
from agentprobe.scan.values import NOT_FOUND, literal

_HTTP = re.compile(
    r"^(?:requests|httpx2?|urllib3|aiohttp|curl_cffi)\.(?:\w+\.)*(?:get|post|request|fetch|stream)$|urlopen$"
)
_BODIES = ("text", "content", "text()", "read()", "data")
_PAGES = ("get_text", "inner_text", "inner_html", "text_content", "html2text", "markdownify", "extract_text")
_FILES = ("read_text", "read_bytes", "readlines")
_PROCESSES = (
    "subprocess.run",
    "subprocess.check_output",
    "subprocess.getoutput",
    "subprocess.getstatusoutput",
    "subprocess.Popen",
    "os.popen",
    "asyncio.create_subprocess_shell",
    "asyncio.create_subprocess_exec",
)
_OUTPUTS = ("stdout", "stderr", "communicate()", "read()", "output")
_CLIPS = re.compile(
    r"trunc|clip|shorten|summar|compress|paginat|"
    r"max_?(?:chars?|characters|len|length|tokens?|bytes|size|lines|rows|results?|output|items)",
    re.IGNORECASE,
)
_TAKES = re.compile(r"^(?:limit|page|offset|cut|top_?[kn]|count|size|start|end|n)$|_(?:limit|lines?|page)$")
"""Parameters by which a model asks for a part."""
_HOST = re.compile(r"https?://[\w.-]+(?:/|$)")
_ADDRESS = re.compile(r"url|link|page|uri|path|address", re.IGNORECASE)
_DEEPEST = 3


class ToolOutputUnbounded(Rule):
    """The result of a tool has no upper bound on its length.

    Finds: a tool that returns a page, a file, the output of a command or the rows of a query that others
    write, where nothing between reading and returning cuts, pages or summarises it.

    Breaks: one large page or log fills the window. The call after it fails, or the model forgets what it was
    told first, and every later round pays for the text again.

    Example:

        import requests
        from langchain_core.tools import tool

        @tool
        def open_page(url: str) -> str:
            "Read a web page."
            return requests.get(url, timeout=10).text

    Instead:

        import requests
        from langchain_core.tools import tool

        @tool
        def open_page(url: str) -> str:
            "Read a web page."
            return requests.get(url, timeout=10).text[:20_000]

    False alarms: results that are small by their kind (a status, a number, a fixed file), and tools that
    take a page or a limit.
    """

    code = "CTX002"
    severity = Severity.HIGH
    mode = Mode.CONTEXT_OVERFLOW
    fixes = "unsafe"
    triggers = ("tool", "Tool", "input_schema", "parameters")
    probe = Probe(
        faults=("oversized_result",), expects="hands the whole of it to the model", shows=(Sign.SWOLLEN,)
    )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        for function, tool in tool_functions(module).items():
            found = next(_large(module, function, 0), None)
            if found is not None:
                yield self._found(module, tool, *found)
            elif (rows := _all_rows(module, function)) is not None:
                yield self._found(module, tool, rows, "all rows of a query")

    def _found(self, module: Module, tool: Tool, where: ast.AST, what: str) -> Finding:
        return self.found(
            module.place(where),
            f"the tool {tool.name} returns {what} whole, however long it is",
            tier=Tier.INFERRED,
            subject=tool.name,
            consequence="one large result fills the window, and every later round pays for it again",
            advice="cut it at a number of characters that the agent can afford, and say that it was cut",
            related=(tool.place,),
            fix=clipping(module, where),
        )


def _large(module: Module, function: Function, depth: int) -> Iterator[tuple[ast.AST, str]]:
    """The returns of a function that hand on something without a bound, and what it is."""
    if _is_clipped(function):
        return
    for one in _returns(module, function):
        for source in sources(module, one.value):
            what = _kind(module, source)
            if what:
                yield one, what
            own = module.by_qualname.get(own_function(module, source.call)) if depth < _DEEPEST else None
            if own is not None and own is not function:
                yield from ((one, inner) for _, inner in _large(module, own, depth + 1))


def _all_rows(module: Module, function: Function) -> ast.AST | None:
    """The return of a text that a loop makes of all rows of a query which the model writes."""
    if _is_clipped(function):
        return None
    for loop in module.of(ast.For):
        asked = module.value(loop.iter) if module.function(loop) is function else None
        if not isinstance(asked, ast.Call) or last_word(asked.func) != "execute" or not asked.args:
            continue
        query = asked.args[0]
        if isinstance(query, ast.Call) and last_word(query.func) == "text" and query.args:
            query = query.args[0]
        if not isinstance(query, ast.Name) or query.id not in parameters(function):
            continue
        grown = {written(one.target) for one in ast.walk(loop) if isinstance(one, ast.AugAssign)} | {
            written(one.func.value)
            for one in ast.walk(loop)
            if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr == "append"
        }
        for told in _returns(module, function):
            names = [one for one in ast.walk(told) if isinstance(one, ast.Name | ast.Attribute)]
            if grown & {written(one) for one in names}:
                return told
    return None


def _returns(module: Module, function: Function) -> list[ast.Return]:
    every = module.of(ast.Return)
    return [one for one in every if one.value is not None and module.function(one) is function]


def _is_clipped(function: Function) -> bool:
    """Does a function slice, page or shorten anything, or take a limit?"""
    for node in ast.walk(function):
        if isinstance(node, ast.Slice) and (node.upper is not None or node.lower is not None):
            return True
        if isinstance(node, ast.Name | ast.Attribute | ast.arg | ast.keyword):
            name = (
                node.id
                if isinstance(node, ast.Name)
                else node.attr
                if isinstance(node, ast.Attribute)
                else node.arg
            )
            if name and (_CLIPS.search(name) or (hasattr(node, "arg") and _TAKES.search(name))):
                return True
    return False


def _kind(module: Module, source: Source) -> str:
    """What a call gives that may be of any length; "" where it is bounded or nobody knows."""
    call, path = source.call, source.path
    dotted = module.qualified(call.func)
    last = last_word(call.func)
    if _narrowed(path):
        return ""
    if _HTTP.search(dotted):
        return "a page" if set(path) & set(_BODIES) and not _is_fixed(module, call) else ""
    if dotted in _PROCESSES:
        return _of_process(module, dotted, call, path)
    if dotted in ("open", "io.open", "codecs.open", "aiofiles.open", "pathlib.Path.open"):
        return "a file" if not _is_fixed(module, call) and _reads_all(path) else ""
    if last in _FILES and isinstance(call.func, ast.Attribute):
        return "a file" if not _is_fixed_path(module, call.func.value) else ""
    if last in _PAGES:
        return "a page"
    if last == "fetchall" and isinstance(call.func, ast.Attribute):
        return "all rows of a query" if _is_given(module, call.func.value) else ""
    return ""


def _narrowed(path: tuple[str, ...]) -> bool:
    """Was a field taken out of it, as of parsed JSON?"""
    return (
        "loads()" in path
        or "json()" in path
        or any(one in path for one in ("status_code", "returncode", "headers"))
    )


def _of_process(module: Module, dotted: str, call: ast.Call, path: tuple[str, ...]) -> str:
    if _is_fixed(module, call):
        return ""
    plain = dotted.rpartition(".")[2] in ("check_output", "getoutput", "getstatusoutput")
    return "the output of a command" if plain or set(path) & set(_OUTPUTS) else ""


def _reads_all(path: tuple[str, ...]) -> bool:
    return "read()" in path or "readlines()" in path


def _is_fixed(module: Module, call: ast.Call) -> bool:
    """Is what is asked for always the same?"""
    given = call.args[0] if call.args else argument(call, "url") or argument(call, "args")
    if given is None:
        return False
    meant = module.value(given)
    if isinstance(meant, ast.JoinedStr):
        return _is_one_service(module, meant)
    return literal(module, given) is not NOT_FOUND


def _is_one_service(module: Module, node: ast.JoinedStr) -> bool:
    """Is it an address of one known host, into which no other address is put?"""
    first = node.values[0] if node.values else None
    begins = literal(module, first.value if isinstance(first, ast.FormattedValue) else first)
    if not (isinstance(begins, str) and _HOST.match(begins)):
        return False
    holes = [words_of(module, one) for one in node.values[1:] if isinstance(one, ast.FormattedValue)]
    return not any(_ADDRESS.search(hole) for hole in holes)


def _is_fixed_path(module: Module, node: ast.expr) -> bool:
    meant = module.value(node)
    if isinstance(meant, ast.BinOp):
        return _is_fixed_path(module, meant.right)
    if isinstance(meant, ast.Call):
        return bool(meant.args) and all(literal(module, one) is not NOT_FOUND for one in meant.args)
    return meant is not None and literal(module, meant) is not NOT_FOUND


def _is_given(module: Module, cursor: ast.expr) -> bool:
    """Does somebody else write the query that a cursor has run, so that its limit cannot be seen?"""
    name = written(cursor)
    function = module.function(cursor)
    for call in module.calls:
        if isinstance(call.func, ast.Attribute) and call.func.attr == "execute" and call.args:
            same = (bool(name) and written(call.func.value) == name) or call is module.value(cursor)
            if same and module.function(call) is function:
                first = module.value(call.args[0])
                return isinstance(first, ast.Name) or first is None
    return False
