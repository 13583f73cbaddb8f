"""What a model said is used as a whole, and nobody looks whether it was cut off."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from agentprobe.domain.sign import Sign
from agentprobe.scan.facts import ModelCall
from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.flows import LOADS, own_function
from agentprobe.scan.hearing import Heard, Hearing, hearing
from agentprobe.scan.hearing_across import hearing_in, that_hear
from agentprobe.scan.histories import written
from agentprobe.scan.mending.cut_answer import CHECKS, raising_when_cut
from agentprobe.scan.model_calls import model_calls
from agentprobe.scan.model_text import Said
from agentprobe.scan.module import Function, Module, last_word
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.reaching import reaching
from agentprobe.scan.rule import Rule
from agentprobe.scan.scripts.endings import unasked_ends
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.severity import Mode, Severity, Tier

_REASONS = frozenset({
    "finish_reason", "stop_reason", "incomplete_details", "finishReason", "stopReason", "done_reason",
    "finish_reasons", "response_metadata", "LengthFinishReasonError", "is_truncated", "truncated",
})  # fmt: skip
_RIGHT_AWAY = ("openai.chat", "openai.responses", "openai.completions", "anthropic.messages", "gemini",
               "gemini.old",
               "litellm", "ollama", "bedrock")  # fmt: skip
"""APIs whose answer carries the reason for its end, and whose callers have to look."""
_WRITES = ("write", "write_text", "writelines")
_SHOWN = ("print", "st.write", "console.print", "click.echo", "st.markdown")


class StopReasonUnchecked(Rule):
    """The answer of a model is parsed, stored or handed on without a look at why it ended.

    Finds: a model's text or tool arguments that are parsed as JSON or written to a file, and the text of a
    call with a cap that a function returns to others, where neither that function nor the one that uses it
    reads `finish_reason`, `stop_reason` or their like.

    Breaks: an answer that reached its cap looks like any other, with a status of success. Half a file is
    stored, half a plan is carried out, and where JSON is cut the error names a comma instead of the cap.

    Example:

        import json
        from openai import OpenAI

        client = OpenAI()

        def plan(messages):
            answer = client.chat.completions.create(model="gpt-4o", max_tokens=500, messages=messages)
            return json.loads(answer.choices[0].message.content)

    Instead:

        import json
        from openai import OpenAI

        client = OpenAI()

        def plan(messages):
            answer = client.chat.completions.create(model="gpt-4o", max_tokens=500, messages=messages)
            if answer.choices[0].finish_reason == "length":
                raise ValueError("the plan was cut at 500 tokens")
            return json.loads(answer.choices[0].message.content)

    False alarms: answers that are only shown to a person, and SDK methods that check it themselves (`parse`).
    """

    code = "TOK003"
    severity = Severity.HIGH
    mode = Mode.TOKEN_LIMIT
    fixes = "unsafe"
    probe = Probe(
        faults=("small_max_tokens", "length_cut_valid"),
        expects="takes half an answer for a whole one",
        shows=(Sign.MISACTED, Sign.LIED, Sign.STRAYED),
    )

    def in_script(self, script: Script) -> Iterable[Finding]:
        for one in unasked_ends(script) if not is_test(script.path) else ():
            assert one.heard is not None
            asked = one.heard.asked
            how = "parsed as JSON" if one.what == "answer" else "taken for the arguments of a tool"
            yield self.found(
                script.place(asked.node),
                f"the answer of {asked.last}() is {how}, and nobody looks at why it ended",
                tier=Tier.INFERRED,
                severity=Severity.MEDIUM,
                subject=f"{script.name_of(script.function(asked.node))}:{how}",
                consequence="an answer that reached its cap counts as whole; what was cut is missing",
                advice=f"look at {' or '.join(asked.api.end)} before using it",
                related=(script.place(one.call),),
            )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path) or not model_calls(module):
            return
        told: set[ast.Call] = set()
        for where, heard, how in _used(module, hearing(module)):
            if heard.call in model_calls(module):
                call, asked = heard.call, model_calls(module)[heard.call]
            else:
                found = _inside(module, heard)
                if found is None:
                    continue
                call, asked = found
            if (
                call not in told
                and asked.api in _RIGHT_AWAY
                and not _is_looked_at(module, where, call, heard)
            ):
                told.add(call)
                yield self._found(module, call, asked, how)
        functions = {module.function(one) for one in told}
        for call, asked in model_calls(module).items():
            if asked.api not in _RIGHT_AWAY or module.function(call) in functions:
                continue
            if _is_handed_on(module, call, asked):
                functions.add(module.function(call))
                yield self._found(module, call, asked, "handed on")
            elif _ends_the_work(module, call, asked):
                functions.add(module.function(call))
                yield self._found(module, call, asked, "taken for the end of the work")

    def in_project(self, project: Project) -> Iterable[Finding]:
        told: set[tuple[str, int]] = set()
        through: set[str] = set()
        for path in that_hear(project, *LOADS):
            module, hears = project.module(path), hearing_in(project, path)
            if module is None or hears is None or is_test(path):
                continue
            for where, heard, how in _used(module, hears):
                if not heard.elsewhere or _mentions(module.function(where)):
                    continue
                through.add(heard.through)
                place = module.place(heard.call)
                if (path, place.line) not in told and not _reads_reason(project, heard.through):
                    told.add((path, place.line))
                    yield self.found(
                        place,
                        f"what {heard.through.rpartition('.')[2]}() answers is {how}, cut off or not",
                        tier=Tier.INFERRED,
                        severity=Severity.MEDIUM,
                        subject=f"{module.qualname(where)}:{heard.through}",
                        consequence="an answer that reached its cap counts as whole",
                        advice="let the function that asks the model raise when the answer was cut",
                    )
        yield from self._used_elsewhere(project, through)

    def _used_elsewhere(self, project: Project, through: set[str]) -> Iterable[Finding]:
        """Texts of calls with a cap that a function gives to functions of other files."""
        reach = reaching(project)
        told: set[tuple[str, str]] = set()
        for facts, asked in project.model_calls:
            spot = facts.path, asked.function
            callers = {path for path, _ in reach.callers.get(spot, ())} if asked.function else set()
            if (
                spot in told
                or f"{facts.dotted}.{asked.function}" in through
                or asked.api not in _RIGHT_AWAY
                or is_test(facts.path)
                or not _has_cap(asked)
                or not any(path != facts.path and not is_test(path) for path in callers)
            ):
                continue
            told.add(spot)
            module = project.module(facts.path)
            for call, one in model_calls(module).items() if module is not None else ():
                if module is not None and one.place == asked.place and _gives_text(module, call, one):
                    function = module.function(call)
                    if function is not None and not _has_users(module, function):
                        yield self._found(module, call, one, "handed on")

    def _found(self, module: Module, call: ast.Call, asked: ModelCall, how: str) -> Finding:
        return self.found(
            module.place(call),
            f"the answer of {asked.callee.rpartition('.')[2]}() is {how}, and nobody looks at why it ended",
            tier=Tier.INFERRED,
            severity=None if how in ("parsed", "stored") else Severity.MEDIUM,
            subject=f"{asked.function}:{how}",
            consequence="an answer that reached its cap counts as whole; what was cut is missing",
            advice=f"look at {CHECKS.get(asked.api, ('', 'the reason of its end'))[1]} before using it",
            fix=raising_when_cut(module, call, asked),
        )


def _used(module: Module, hears: Hearing) -> Iterator[tuple[ast.AST, Heard, str]]:
    """Where text or arguments of a model are parsed or stored, and how."""
    for call in module.calls:
        func = call.func
        last = last_word(func)
        if last in ("loads", "safe_load", "load", "literal_eval", "repair_json") and call.args:
            if module.qualified(func) in LOADS:
                heard = hears.held(call.args[0], Said.TEXT, Said.ARGUMENTS)
                if heard is not None:
                    yield call, heard, "parsed"
        elif (
            last in _WRITES
            and len(call.args) == 1
            and isinstance(func, ast.Attribute)
            and _is_file(module, func)
        ):
            heard = hears.held(call.args[0], Said.TEXT)
            if heard is not None:
                yield call, heard, "stored"


def _is_file(module: Module, func: ast.Attribute) -> bool:
    """Is it the `write` of a file or path, rather than of a screen or a socket?"""
    return func.attr == "write_text" or module.qualified(func.value) in (
        "open",
        "io.open",
        "pathlib.Path.open",
    )


def _inside(module: Module, heard: Heard) -> tuple[ast.Call, ModelCall] | None:
    """The call of the model within the function that hands its text on."""
    for call, asked in model_calls(module).items():
        if asked.function == heard.through:
            return call, asked
    return None


def _is_looked_at(module: Module, where: ast.AST, call: ast.Call, heard: Heard) -> bool:
    functions = {module.function(where), module.function(call), module.by_qualname.get(heard.through)}
    return any(_mentions(one) for one in functions if one is not None) or (
        None in functions and _mentions(module.tree)
    )


def _mentions(node: Function | ast.Module | None) -> bool:
    """Does something read the reason of an end?"""
    if node is None:
        return False
    for one in ast.walk(node):
        if isinstance(one, ast.Attribute | ast.Name | ast.Constant):
            name = getattr(one, "attr", None) or getattr(one, "id", None) or getattr(one, "value", None)
            if isinstance(name, str) and name in _REASONS:
                return True
    return False


def _is_handed_on(module: Module, call: ast.Call, asked: ModelCall) -> bool:
    """Does a function give the text of a call with a cap to others, that do more than show it?"""
    function = module.function(call)
    return function is not None and _gives_text(module, call, asked) and _has_users(module, function)


def _gives_text(module: Module, call: ast.Call, asked: ModelCall) -> bool:
    """Does the function around a call with a cap return its text, and not look at why it ended?"""
    function = module.function(call)
    if function is None or not _has_cap(asked) or _mentions(function):
        return False
    hears = hearing(module)
    return any(
        heard.call is call and heard.said is Said.TEXT
        for one in module.of(ast.Return)
        if one.value is not None and module.function(one) is function
        for heard in hears.heard(one.value)
    )


def _ends_the_work(module: Module, call: ast.Call, asked: ModelCall) -> bool:
    """Does a loop of an agent, whose answers have a cap, end where an answer asks for no tool?"""
    function = module.function(call)
    if function is None or not asked.loops or "tools" not in asked.arguments or _mentions(function):
        return False
    if not (_has_cap(asked) or (asked.api == "anthropic.messages" and "max_tokens" in asked.arguments)):
        return False
    words = {one.value for one in ast.walk(function) if isinstance(one, ast.Constant)}
    return bool({"tool_use", "tool_calls"} & words) or any(
        isinstance(one, ast.Attribute) and one.attr == "tool_calls" for one in ast.walk(function)
    )


def _has_cap(asked: ModelCall) -> bool:
    return any(
        name.rpartition(".")[2] in ("max_tokens", "max_completion_tokens", "max_output_tokens", "num_predict")
        and isinstance(value.value, int)
        and 16 < value.value < 16_000
        for name, value in asked.arguments.items()
    )


def _has_users(module: Module, function: Function) -> bool:
    name = module.qualname(function)
    for call in module.calls:
        if own_function(module, call) != name or module.function(call) is function:
            continue
        above = module.parent(call)
        above = module.parent(above) if isinstance(above, ast.Await) else above
        shown = isinstance(above, ast.Call) and (written(above.func) or "") in _SHOWN
        if not shown and not isinstance(above, ast.Expr):
            return True
    return False


def _reads_reason(project: Project, dotted: str) -> bool:
    """Does the file of a function that asks a model look at the reason of an end anywhere?"""
    meant = project.meant(dotted)
    module = project.module(meant[0].path) if meant is not None else None
    return module is None or _mentions(module.tree)
