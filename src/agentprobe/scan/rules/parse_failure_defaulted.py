"""An answer that cannot be parsed is replaced by a default."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from agentprobe.domain.sign import Sign
from agentprobe.scan.bounds import within
from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.flows import LOADS, calls_of, written
from agentprobe.scan.handlers import goes_round, is_failure, kinds_of, logged, raises, tries_around
from agentprobe.scan.hearing import Heard, Hearing, hearing
from agentprobe.scan.hearing_across import hearing_in, that_hear
from agentprobe.scan.model_calls import model_calls
from agentprobe.scan.model_text import Said
from agentprobe.scan.module import Module
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.scripts.defaulting import defaulted
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.severity import Mode, Persona, Severity, Tier

_PARSERS = (*LOADS, "int", "float")
_METHODS = ("model_validate_json", "model_validate", "parse_raw", "validate_json", "parse_obj")
_KINDS = ("Exception", "BaseException", "ValueError", "json.JSONDecodeError", "json.decoder.JSONDecodeError",
          "TypeError", "pydantic.ValidationError", "KeyError", "SyntaxError")  # fmt: skip

_WORDS = tuple(dict.fromkeys(name.rpartition(".")[2] for name in (*_PARSERS, *_METHODS)))


class ParseFailureDefaulted(Rule):
    """When a model's answer cannot be parsed, a default stands in its place and nobody learns of it.

    Finds: `json.loads`, `int`, `float` or a validation of what a model wrote, in a `try` whose handler
    returns or assigns a fixed value (an empty object, 0, a middling score) without a log line.

    Breaks: the answers that do not parse are the odd ones: cut off, refused, in another language. Each of
    them now counts as "score 0.5" or "no findings", and the average looks healthy.

    Example:

        import json
        from openai import OpenAI

        client = OpenAI()

        def plan(messages):
            reply = client.chat.completions.create(model="gpt-5", messages=messages)
            try:
                return json.loads(reply.choices[0].message.content)
            except json.JSONDecodeError:
                return {"steps": []}

    Instead:

        import json
        from openai import OpenAI

        client = OpenAI()

        def plan(messages):
            reply = client.chat.completions.create(model="gpt-5", messages=messages)
            try:
                return json.loads(reply.choices[0].message.content)
            except json.JSONDecodeError as error:
                raise Malformed("the plan is no JSON") from error

    False alarms: a handler that parses in a second way or asks the model again; a default that is logged
    (told to the pedantic only); an optional field of an answer that was parsed.
    """

    code = "ERR008"
    severity = Severity.MEDIUM
    mode = Mode.SILENT_ERRORS
    probe = Probe(
        faults=("cut_answer", "refused_answer"),
        expects="goes on with its default as if the model had said it",
        shows=(Sign.LIED, Sign.STRAYED, Sign.MISACTED),
    )
    triggers = ("except",)

    def in_script(self, script: Script) -> Iterable[Finding]:
        for one, handler, quiet in defaulted(script) if not is_test(script.path) else ():
            yield self.found(
                script.place(handler),
                "an answer of the model that cannot be parsed is replaced by a default",
                tier=Tier.PROVED if one.sure else Tier.INFERRED,
                severity=None if quiet else Severity.LOW,
                persona=None if quiet else Persona.PEDANTIC,
                subject=script.name_of(script.function(handler)),
                consequence="cut-off and refused answers count as ordinary ones, and nobody sees how many",
                advice="ask again once with the error, then throw an error of your own",
                related=(script.place(one.call),),
            )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if not is_test(module.path):
            for handler, heard in _defaulted(hearing(module, given=True)):
                yield self._told(module, handler, heard)

    def in_project(self, project: Project) -> Iterable[Finding]:
        for path in that_hear(project, *LOADS, given=True):
            listening = hearing_in(project, path, given=True) if not is_test(path) else None
            for handler, heard in _defaulted(listening) if listening is not None else ():
                if heard.elsewhere and listening is not None:
                    yield self._told(listening.module, handler, heard)

    def _told(self, module: Module, handler: ast.ExceptHandler, heard: Heard) -> Finding:
        function = module.function(handler)
        quiet = not logged(module, handler, loudly=True)
        return self.found(
            module.text.place(handler.lineno, handler.col_offset),
            "an answer of the model that cannot be parsed is replaced by a default",
            tier=Tier.PROVED if heard.sure and not heard.through else Tier.INFERRED,
            severity=None if quiet else Severity.LOW,
            persona=None if quiet else Persona.PEDANTIC,
            subject=module.qualname(function) if function is not None else "",
            consequence="cut-off and refused answers count as ordinary ones, and no number shows how many",
            advice="ask again once with the error, then raise an error of your own",
            related=(module.place(heard.call),),
        )


def _defaulted(listening: Hearing) -> Iterable[tuple[ast.ExceptHandler, Heard]]:
    module = listening.module
    seen: set[ast.Try] = set()
    for call in calls_of(module, *_WORDS):
        block = next(iter(tries_around(module, call)), None)
        handler = _default_of(module, block) if block is not None and block not in seen else None
        heard = _parsed(listening, call) if handler is not None else None
        if block is not None and handler is not None and heard is not None:
            seen.add(block)
            yield handler, heard


def _default_of(module: Module, block: ast.Try) -> ast.ExceptHandler | None:
    if _only_asks_whether(block):
        return None
    handlers = (one for one in block.handlers if _is_about_parsing(module, one))
    return next((one for one in handlers if _defaults(module, one)), None)


def _only_asks_whether(block: ast.Try) -> bool:
    """Is it asked whether a text can be parsed, with True where it can and False where not?"""
    last = (block.orelse or block.body)[-1]
    told = [last, *(one.body[-1] for one in block.handlers)]
    return all(
        isinstance(one, ast.Return | ast.Assign)
        and isinstance(one.value, ast.Constant)
        and one.value.value is yes
        for one, yes in zip(told, [True] + [False] * len(block.handlers), strict=True)
    )


def _parsed(listening: Hearing, call: ast.Call) -> Heard | None:
    """What a call parses of a model's answers."""
    dotted = listening.module.qualified(call.func)
    if not call.args or not (dotted in _PARSERS or written(call.func).rpartition(".")[2] in _METHODS):
        return None
    heard = listening.held(call.args[0], Said.TEXT, Said.ARGUMENTS, Said.PARSED)
    return None if heard is not None and dotted in ("int", "float") and heard.said is Said.PARSED else heard


def _is_about_parsing(module: Module, handler: ast.ExceptHandler) -> bool:
    return any(one is None or module.qualified(one) in _KINDS for one in kinds_of(handler))


def _defaults(module: Module, handler: ast.ExceptHandler) -> bool:
    if raises(handler) or goes_round(module, handler):
        return False
    nodes = list(within(module, handler))
    if any(isinstance(one, ast.Continue | ast.Try) for one in nodes) or any(
        _is_second_way(module, one) for one in nodes
    ):
        return False
    for node in nodes:
        if (
            isinstance(node, ast.Return | ast.Assign)
            and node.value is not None
            and not _names_error(node, handler)
        ):
            return _is_fixed(node.value) and not is_failure(node.value) and not _keeps(module, node.value)
    return False


def _keeps(module: Module, node: ast.expr) -> bool:
    """Does a default hold on to the text that could not be parsed?"""
    block = next((one for one in module.ancestors(node) if isinstance(one, ast.Try)), None)
    tried = {name for part in block.body for name in _names(part)} if block is not None else set()
    return not tried.isdisjoint(_names(node))


def _names(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def _names_error(node: ast.AST, handler: ast.ExceptHandler) -> bool:
    return any(isinstance(one, ast.Name) and one.id == handler.name for one in ast.walk(node))


def _is_second_way(module: Module, node: ast.AST) -> bool:
    """Does a handler parse otherwise, or ask the model again?"""
    if not isinstance(node, ast.Call):
        return False
    dotted = module.qualified(node.func)
    return (
        node in model_calls(module)
        or dotted.startswith(("re.", "json", "ast.", "yaml."))
        or "repair" in dotted
    )


def _is_fixed(node: ast.expr) -> bool:
    """Is it made of fixed values only, and not `None`, which says by itself that nothing is there?"""
    if isinstance(node, ast.Constant):
        return node.value is not None
    if isinstance(node, ast.List | ast.Set):
        return all(_is_fixed(one) for one in node.elts)
    if isinstance(node, ast.Dict):
        return all(isinstance(one, ast.Constant | ast.List | ast.Dict | ast.Name) for one in node.values)
    return False
