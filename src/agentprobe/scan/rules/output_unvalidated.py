"""A model's JSON is used as it comes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from agentprobe.domain.sign import Sign
from agentprobe.scan.bounds import within
from agentprobe.scan.facts import ClientUse, Facts, ModelCall
from agentprobe.scan.finding import Finding, Met, Place, Probe
from agentprobe.scan.flows import LOADS, calls_of
from agentprobe.scan.handlers import kinds_of, tries_around
from agentprobe.scan.hearing import Heard, Hearing, hearing
from agentprobe.scan.hearing_across import hearing_in, that_hear
from agentprobe.scan.mending.checked_fields import checking
from agentprobe.scan.model_calls import model_calls
from agentprobe.scan.model_text import Said
from agentprobe.scan.module import Module, last_word
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.scripts.parsing import is_checked, parsed
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.severity import Item, Mode, Severity, Tier

_JSON = LOADS[:3]
_CHECKS = ("model_validate", "validate", "model_validate_json", "parse_obj", "validate_python",
           "jsonschema.validate", "from_dict", "load", "structure", "check_schema")  # fmt: skip
_CATCHES = (
    "Exception",
    "BaseException",
    "ValueError",
    "json.JSONDecodeError",
    "json.decoder.JSONDecodeError",
    "",
)

_SCHEMAS = frozenset({"response_format", "output_type", "output_schema", "text_format", "response_model",
                    "result_type", "response_schema", "output_pydantic", "output_json"})  # fmt: skip
_VALIDATES = re.compile(
    r"\.(?:model_validate(?:_json)?|validate_python|validate_json|parse_raw)$|^jsonschema\.validate$"
)


class OutputUnvalidated(Rule):
    """JSON that a model wrote, as its answer or as arguments of a tool, is used without a check of its shape.

    Finds: `json.loads` of an answer or of a tool call's arguments that stands in no `try`, or whose fields
    are then taken one by one, or spread into a function, without a model, a schema or a test of their types.

    Breaks: one answer in some hundreds is cut off, wrapped in prose or lacks a field. It ends the session
    with a `JSONDecodeError` or a `KeyError` from the depth of the program, or goes through with a wrong type.

    Example:

        import json
        from openai import OpenAI

        client = OpenAI()

        def refund(messages):
            reply = client.chat.completions.create(model="gpt-5", messages=messages)
            order = json.loads(reply.choices[0].message.content)
            pay(order["number"], order["amount"])

    Instead:

        from openai import OpenAI
        from pydantic import BaseModel

        client = OpenAI()

        class Order(BaseModel):
            number: str
            amount: float

        def refund(messages):
            reply = client.chat.completions.create(model="gpt-5", messages=messages)
            order = Order.model_validate_json(reply.choices[0].message.content)
            pay(order.number, order.amount)

    False alarms: an answer that the SDK has checked (`parse`, `with_structured_output`, a strict schema); a
    `try` whose handler raises an error of the program's own; data that is stored or shown, not acted on.
    """

    code = "RDY007"
    severity = Severity.MEDIUM
    mode = Mode.READINESS
    fixes = "unsafe"
    item = Item.OUTPUT_SCHEMA
    probe = Probe(
        faults=("cut_answer", "cut_arguments", "missing_argument"),
        expects="ends with a KeyError or acts on a gap",
        shows=(Sign.TRIPPED, Sign.MISACTED, Sign.LIED, Sign.STRAYED),
    )
    triggers = ("loads",)

    def in_script(self, script: Script) -> Iterable[Finding]:
        for one in parsed(script) if not is_test(script.path) else ():
            if one.heard is None or is_checked(script, one.call):
                continue
            what = "arguments of a tool call are" if one.what == "arguments" else "JSON of a model is"
            yield self.found(
                script.place(one.call),
                f"{what} parsed and used as parsed, checked against no schema",
                tier=Tier.PROVED if one.sure else Tier.INFERRED,
                subject=script.name_of(script.function(one.call)),
                consequence="a missing or misspelt key becomes undefined, and is acted on",
                advice="parse it by a schema (zod's safeParse), and tell the model what was wrong with it",
                related=(script.place(one.heard.asked.node),),
            )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if not is_test(module.path):
            for call, heard in _loaded(hearing(module, given=True)):
                yield from self._unchecked(module, call, heard)

    def in_project(self, project: Project) -> Iterable[Finding]:
        for path in that_hear(project, *_JSON, given=True):
            listening = hearing_in(project, path, given=True) if not is_test(path) else None
            for call, heard in _loaded(listening) if listening is not None else ():
                if heard.elsewhere and listening is not None:
                    yield from self._unchecked(listening.module, call, heard)

    def met(self, project: Project) -> Iterable[Met]:
        for facts in project.facts.values():
            if not is_test(facts.path):
                for place, what in _schemas(facts):
                    yield Met(item=Item.OUTPUT_SCHEMA, place=place, what=what)

    def _unchecked(self, module: Module, call: ast.Call, heard: Heard) -> Iterable[Finding]:
        if _is_strict(module, heard) or _is_checked(module, call):
            return
        caught, used = _is_caught(module, call), _is_used(module, call)
        if caught and not used:
            return
        what = (
            "the arguments that the model gave a tool"
            if heard.said is Said.ARGUMENTS
            else "the model's answer"
        )
        lack = "are" if heard.said is Said.ARGUMENTS else "is"
        how = (
            "used field by field without a check" if caught else "parsed where a broken text ends the session"
        )
        function = module.function(call)
        yield self.found(
            module.place(call),
            f"{what} {lack} {how}",
            tier=Tier.PROVED if heard.sure and not heard.through else Tier.INFERRED,
            subject=module.qualname(function) if function is not None else "",
            consequence="a cut-off answer ends the session with a KeyError, or is acted on with a gap",
            advice="validate it by a model (pydantic) in a try, and tell the model what was wrong with it",
            related=(module.place(heard.call),),
            fix=checking(module, call, f"{what} {lack} not as expected") if used else None,
        )


def _schemas(facts: Facts) -> Iterator[tuple[Place, str]]:
    """Where a file asks a model for a type, or checks what it said against one."""
    givers: list[ModelCall | ClientUse] = [*facts.model_calls, *facts.clients]
    for one in givers:
        for name, value in one.arguments.items():
            last = name.rpartition(".")[2]
            plain = value.is_literal and (value.value is None or isinstance(value.value, str))
            if last in _SCHEMAS and not plain and "json_object" not in value.text:
                yield value.place or one.place, f"{last} is {value.text}" if value.text else f"{last} is set"
        if isinstance(one, ModelCall) and "with_structured_output" in one.callee:
            yield one.place, "with_structured_output()"
    for call in facts.model_calls[:1]:
        checks = [name for names in facts.callers.values() for name in names if _VALIDATES.search(name)]
        if checks:
            yield call.place, f"{checks[0].rpartition('.')[2]}() checks what came back"


def _loaded(listening: Hearing) -> Iterable[tuple[ast.Call, Heard]]:
    for call in calls_of(listening.module, "loads"):
        if call.args and listening.module.qualified(call.func) in _JSON:
            heard = listening.held(call.args[0], Said.TEXT, Said.ARGUMENTS)
            if heard is not None:
                yield call, heard


def _is_strict(module: Module, heard: Heard) -> bool:
    """Has the provider been told a schema that it must keep to?"""
    told = model_calls(module).get(heard.call) if isinstance(heard.call, ast.Call) else None
    if told is None:
        return False
    words = " ".join(f"{value.text} {value.value}" for value in told.arguments.values())
    return "json_schema" in words or "'strict': True" in words or '"strict": True' in words


def _is_caught(module: Module, call: ast.Call) -> bool:
    for block in tries_around(module, call):
        for handler in block.handlers:
            if any(one is None or module.qualified(one) in _CATCHES for one in kinds_of(handler)):
                return True
    return False


def _is_checked(module: Module, call: ast.Call) -> bool:
    """Is what was parsed given to a model or a schema, or are its types looked at?"""
    above = module.parent(call)
    if isinstance(above, ast.Call | ast.keyword | ast.Starred):
        return not _is_spread_into_tool(module, call)
    function = module.function(call) or module.tree
    name = (
        above.targets[0].id
        if isinstance(above, ast.Assign) and isinstance(above.targets[0], ast.Name)
        else ""
    )
    for node in within(module, function):
        if isinstance(node, ast.Call) and name and _names(node, name):
            last = last_word(node.func)
            if (
                last in _CHECKS
                or last in ("isinstance", "validate_arguments")
                or (last[:1].isupper() and not _is_error(last))
            ):
                return True
        if (
            isinstance(node, ast.Compare)
            and name
            and isinstance(node.ops[0], ast.In | ast.NotIn)
            and _names(node.comparators[0], name)
        ):
            return True
    return False


def _is_error(name: str) -> bool:
    return name.endswith(("Error", "Exception"))


def _is_spread_into_tool(module: Module, call: ast.Call) -> bool:
    """`perform(**json.loads(arguments))`."""
    above = module.parent(call)
    if not isinstance(above, ast.keyword) or above.arg is not None:
        return False
    taker = module.parent(above)
    name = ast.unparse(taker.func).rpartition(".")[2] if isinstance(taker, ast.Call) else ""
    return not name[:1].isupper()  # a class checks what it is given


def _names(node: ast.AST, name: str) -> bool:
    return any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(node))


def _is_used(module: Module, call: ast.Call) -> bool:
    """Are fields of what was parsed taken by `[…]`, or is all of it spread into a call?"""
    above = module.parent(call)
    if isinstance(above, ast.Subscript) or _is_spread_into_tool(module, call):
        return True
    if not (isinstance(above, ast.Assign) and isinstance(above.targets[0], ast.Name)):
        return False
    name, function = above.targets[0].id, module.function(call) or module.tree
    for node in within(module, function):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == name:
            if isinstance(node.ctx, ast.Load) and not _lookup_caught(module, node):
                return True
        elif (
            isinstance(node, ast.keyword)
            and node.arg is None
            and isinstance(node.value, ast.Name)
            and node.value.id == name
        ):
            return not _lookup_caught(module, node)
    return False


def _lookup_caught(module: Module, node: ast.AST) -> bool:
    """Would a missing field be caught?"""
    for block in tries_around(module, node):
        for handler in block.handlers:
            if any(
                one is None or module.qualified(one) in ("Exception", "KeyError", "LookupError", "TypeError")
                for one in kinds_of(handler)
            ):
                return True
    return False
