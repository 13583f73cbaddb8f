"""What scripts do with text of a model: parse it, check it, run it, look for words in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agentprobe.scan.scripts.heard import Heard, hearing
from agentprobe.scan.scripts.literals import text
from agentprobe.scan.scripts.model_calls import HTTP
from agentprobe.scan.scripts.script import FUNCTIONS, Script
from agentprobe.scan.scripts.syntax import Node

_CHECKS = re.compile(
    r"(?:^|\.)(?:safeParse|safeParseAsync|parse|parseAsync|validate|validateAsync|validateSync|check|"
    r"assert\w*|is[A-Z]\w*|"
    r"decode|Check|Parse|Decode|compile|validate\w+|parse[A-Z]\w*|coerce\w*|normali[sz]e\w*|sanitize\w*|"
    r"ensure\w*)$"
)
_ARGUMENTS = re.compile(
    r"\.function\??\.arguments$|^(?:tool_?call|functionCall|fc|call)s?\w*\??\.arguments$", re.IGNORECASE
)
_RUN = (
    "eval",
    "Function",
    "vm:runInThisContext",
    "vm:runInNewContext",
    "vm:runInContext",
    "node:vm:runInThisContext",
)
_RUN_LAST = re.compile(
    r"^(?:node:)?vm:\*?\.?(?:runIn\w+|Script|compileFunction)$|^(?:node:)?vm:default\.(?:runIn\w+|Script)$"
)
_SHELL = re.compile(r"^(?:node:)?child_process:(?:\*\.|default\.)?(?:exec|execSync)$")


@dataclass(frozen=True, kw_only=True, eq=False)
class Parsed:
    """A `JSON.parse` of what a model wrote."""

    call: Node
    what: str
    """"answer" or "arguments" (of a tool call)."""
    heard: Heard | None
    """None where only names say that a model wrote it."""

    @property
    def sure(self) -> bool:
        """Was it followed to the model?"""
        return self.heard is not None and self.heard.sure


def parsed(script: Script) -> tuple[Parsed, ...]:
    """The places that parse text of a model; worked out once."""
    if "parsed" not in script.kept:
        script.kept["parsed"] = tuple(_parsed(script))
    found: tuple[Parsed, ...] = script.kept["parsed"]
    return found


def _parsed(script: Script) -> Iterator[Parsed]:
    listening = hearing(script)
    for call in script.calls:
        if script.callee(call) != "JSON.parse":
            continue
        given = script.arguments(call)
        if not given:
            continue
        heard = listening.heard(given[0])
        if heard is not None and heard.asked.api is HTTP and not heard.path:
            heard = None  # the provider's own JSON, which holds what a model wrote
        arguments = _ARGUMENTS.search(script.source(given[0], 200)) is not None
        if heard is not None or arguments:
            yield Parsed(call=call, what="arguments" if arguments else "answer", heard=heard)


def is_checked(script: Script, call: Node) -> bool:
    """Is what comes of a `JSON.parse` checked against a schema, or looked at part by part?"""
    above = call.parent
    while above is not None and above.kind in (
        "as_expression", "parenthesized_expression", "satisfies_expression", "await_expression",
        "non_null_expression",
        "ternary_expression",
        "binary_expression",
    ):  # fmt: skip
        above = above.parent
    if above is None:
        return True
    if above.kind == "arguments" and above.parent is not None:
        return _is_check(script, above.parent) or _is_own_call(script, above.parent)
    if above.kind == "return_statement" or above.kind == "arrow_function":
        return _callers_check(script, script.function(call) if above.kind == "return_statement" else above)
    if above.kind in ("variable_declarator", "assignment_expression"):
        name = above.get("name") or above.get("left")
        if name is None or name.kind != "identifier":
            return name is not None and name.kind == "member_expression"
        return _is_looked_at(script, name, call)
    return False


def _callers_check(script: Script, function: Node | None) -> bool:
    """Is what a function hands on checked where it is called? In other files it may be."""
    if function is None:
        return True
    said = function.get("return_type")
    if said is not None and "unknown" in script.source(said):
        return True
    called = [call for call in script.calls if script.target(call) is function]
    return not called or any(is_checked(script, call) for call in called)


def _is_check(script: Script, call: Node) -> bool:
    called = call.get("function")
    return (
        called is not None
        and _CHECKS.search(script.source(called, 120)) is not None
        and script.callee(call) != "JSON.parse"
    )


def _is_own_call(script: Script, call: Node) -> bool:
    """Is it handed to a function that may check it? Tools of libraries check what they are given."""
    called = call.get("function")
    name = script.source(called, 120) if called is not None else ""
    return not re.search(
        r"^(?:console|logger)\.|push$|JSON\.stringify|setState|^set[A-Z]|^res\.json|NextResponse", name
    )


def _is_looked_at(script: Script, name: Node, call: Node) -> bool:
    """Is a parsed value given to a check, or tested before it is used?"""
    word = script.source(name)
    block = script.function(call) or script.root
    for one in script.inside(block, "identifier", "shorthand_property_identifier"):
        if one.at <= call.last or script.source(one) != word:
            continue
        if _tests(script, one):
            return True
    return False


def _tests(script: Script, one: Node) -> bool:
    """Does a use of a value look at what it is?"""
    if "?." in script.source(one.parent or one, 200)[: len(script.source(one)) + 2]:
        return True
    for above in script.ancestors(one):
        if above.kind in FUNCTIONS or above.kind == "statement_block":
            return False
        if above.kind == "call_expression" and _gives(script, above, one):
            return True
        if above.kind in ("if_statement", "ternary_expression", "while_statement"):
            test = above.get("condition")
            return test is not None and test.holds(one)
        operator = above.get("operator")
        if operator is not None and script.source(operator) in _COMPARES:
            return True
    return False


_COMPARES = frozenset({"??", "in", "instanceof", "===", "!==", "||", "&&", "typeof"})


def _gives(script: Script, call: Node, one: Node) -> bool:
    """Is a value given to a call that checks it?"""
    given = call.get("arguments")
    inside = given is not None and given.holds(one)
    if inside and script.callee(call) == "JSON.stringify":
        return True  # only the form is looked at, and given on
    return (inside and _is_check(script, call)) or "Array.isArray" in script.source(call, 40)


@dataclass(frozen=True, kw_only=True, eq=False)
class Run:
    """A place that runs as code what a model wrote."""

    call: Node
    verb: str
    heard: Heard
    given: Node


def runs(script: Script) -> Iterator[Run]:
    """The places that run what a model wrote."""
    listening = hearing(script)
    for call in script.of("call_expression", "new_expression"):
        callee = script.callee(call)
        if callee not in _RUN and not _RUN_LAST.match(callee) and not _SHELL.match(callee):
            continue
        given = script.arguments(call)
        one = given[-1] if callee == "Function" and given else given[0] if given else None
        heard = listening.heard(one)
        if one is not None and heard is not None:
            yield Run(call=call, verb=callee.rpartition(":")[2].rpartition(".")[2], heard=heard, given=one)


@dataclass(frozen=True, kw_only=True, eq=False)
class Verdict:
    """A decision by a word that stands in what a model wrote."""

    call: Node
    word: str
    heard: Heard
    strong: bool


_WORDS = re.compile(
    r"^\W*(?:yes|no|true|false|pass(?:ed)?|fail(?:ed)?|approved?|reject(?:ed)?|valid|invalid|correct|incorrect|"
    r"safe|unsafe|"
    r"done|complete[d]?|finished|success|error|relevant|irrelevant|good|bad|ok|accept(?:ed)?|deny|denied|"
    r"positive|"
    r"negative|y|n|final answer|stop|terminate|exit|none|escalate|refund|spam|match)\W*$",
    re.IGNORECASE,
)


def verdicts(script: Script) -> Iterator[Verdict]:
    """The tests that look for a word anywhere in what a model wrote."""
    listening = hearing(script)
    for call in script.calls:
        called = call.get("function")
        part = called.get("property") if called is not None and called.kind == "member_expression" else None
        if called is None or part is None or script.source(part) not in ("includes", "startsWith", "indexOf"):
            continue
        given = script.arguments(call)
        word = text(script, given[0]) if len(given) == 1 else None
        if word is None or not _WORDS.match(word) or not _decides(script, call):
            continue
        heard = listening.heard(called.get("object"))
        if heard is not None and not _is_list(script, called.get("object")):
            yield Verdict(call=call, word=word, heard=heard, strong=script.source(part) == "includes")


def _decides(script: Script, call: Node) -> bool:
    for above in script.ancestors(call):
        if above.kind in ("if_statement", "ternary_expression", "while_statement"):
            test = above.get("condition")
            return test is not None and test.holds(call)
        if above.kind in ("return_statement", "variable_declarator", "pair"):
            return True
        if above.kind in FUNCTIONS or above.kind in ("arguments", "statement_block"):
            return False
    return False


def _is_list(script: Script, node: Node | None) -> bool:
    """Is it one of several pieces that is looked for, rather than a word in a text?"""
    return (
        node is not None
        and re.search(r"split\(|\.map\(|\.filter\(|tags|labels|categories", script.source(node, 200))
        is not None
    )
