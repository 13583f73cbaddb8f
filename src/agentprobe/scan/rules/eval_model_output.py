"""What a model writes is run as code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from agentprobe.domain.sign import Sign
from agentprobe.scan.finding import Finding, Fix, Probe
from agentprobe.scan.flows import Given, calls_of
from agentprobe.scan.hearing import Heard, Hearing, given_for, hearing
from agentprobe.scan.hearing_across import hearing_in, that_hear
from agentprobe.scan.mending.additions import importing
from agentprobe.scan.model_text import Said
from agentprobe.scan.module import Function, Module, argument
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.scripts.parsing import runs
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.tools import tool_functions

_RUN = {
    "eval": "eval", "exec": "exec", "compile": "compile", "os.system": "os.system", "os.popen": "os.popen",
    "pandas.eval": "eval", "numexpr.evaluate": "evaluate",
}  # fmt: skip
_SHELLS = ("subprocess.run", "subprocess.call", "subprocess.check_output", "subprocess.check_call",
           "subprocess.Popen", "asyncio.create_subprocess_shell")  # fmt: skip
_RUNNERS = frozenset({"eval", "exec"})
_CODE = re.compile(r"(?:^|_)(?:code|solution|program|script|snippet)(?:_str|_text)?$")
_WHY = "whoever writes what the model reads runs code here, with this process's keys"
_WORDS = tuple(name.rpartition(".")[2] for name in (*_RUN, *_SHELLS))
_KINDS = (Said.TEXT, Said.ARGUMENTS, Said.PARSED, Said.WHOLE)


class EvalModelOutput(Rule):
    """Text that a model wrote, or an argument that it gave a tool, is evaluated as Python or run by a shell.

    Finds: `eval`, `exec`, `os.system` and a shell of subprocess whose text comes from an answer of a model,
    also through the project's own functions; `eval` of a parameter in a tool, which the model fills in; and
    of a parameter that is called code, in a project that asks models.

    Breaks: whoever can write into a document that the model reads can run code on the machine, with all its
    keys. Without malice, `eval` of an answer that is prose raises at the worst moment.

    Example:

        from openai import OpenAI

        client = OpenAI()

        def numbers(messages):
            reply = client.chat.completions.create(model="gpt-5", messages=messages)
            return eval(reply.choices[0].message.content)

    Instead:

        import ast
        from openai import OpenAI

        client = OpenAI()

        def numbers(messages):
            reply = client.chat.completions.create(model="gpt-5", messages=messages)
            return ast.literal_eval(reply.choices[0].message.content)

    False alarms: a text that is checked against a list of what is allowed and evaluated without builtins;
    code that runs in a sandbox of its own.
    """

    code = "RDY008"
    severity = Severity.CRITICAL
    mode = Mode.READINESS
    fixes = "unsafe"
    probe = Probe(
        faults=("injected_result", "direct_injection"),
        expects="runs what was written into its input",
        shows=(Sign.OBEYED, Sign.LEAKED, Sign.MISACTED),
    )
    triggers = ("eval", "exec", "system", "popen", "subprocess", "compile")

    def in_script(self, script: Script) -> Iterable[Finding]:
        for one in runs(script) if not is_test(script.path) else ():
            yield self.found(
                script.place(one.call),
                f"{one.verb}() runs what a model wrote: {script.source(one.given, 40)}",
                tier=Tier.PROVED if one.heard.sure else Tier.INFERRED,
                subject=script.name_of(script.function(one.call)),
                consequence=_WHY,
                advice="JSON.parse for data; for code a sandbox in another process, without keys",
                related=(script.place(one.heard.asked.node),),
            )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        named = tool_functions(module)
        for call, given, verb in _runs(module):
            heard = hearing(module, given=True).held(given, *_KINDS)
            if heard is not None:
                yield self._told(module, call, given, verb, heard)
                continue
            function = module.function(call)
            if function is None or function not in named or _is_fenced(module, call):
                continue
            names = _put_in(module, given) if verb not in ("eval", "exec") else _names(given)
            filled = names & {one.arg for one in function.args.args if not _is_number(one)}
            if filled:
                yield self.found(
                    module.place(call),
                    f"the tool {named[function].name} runs {verb}() on {min(filled)}, which a model fills in",
                    tier=Tier.PROVED,
                    subject=module.qualname(function),
                    consequence=_WHY,
                    advice="ast.literal_eval, a parser for what is meant, or a sandbox without keys",
                    fix=_literal(module, call, verb),
                )

    def in_project(self, project: Project) -> Iterable[Finding]:
        for path in that_hear(project, *_RUN, *_SHELLS, given=True):
            listening = hearing_in(project, path, given=True)
            if listening is not None and not is_test(path):
                yield from self._from_elsewhere(listening)
        if project.model_calls:
            for facts in project.facts.values():
                if not is_test(facts.path) and any(_RUNNERS & {*called} for called in facts.callers.values()):
                    yield from self._named(project, facts.path)

    def _named(self, project: Project, path: str) -> Iterable[Finding]:
        """What runs a parameter that is called code, and nobody sees who gives it."""
        listening = hearing_in(project, path, given=True)
        module = project.module(path)
        if listening is None or module is None:
            return
        tools = tool_functions(module)
        for call, given, verb in _runs(module):
            function = module.function(call)
            told = function is None or function in tools or listening.held(given, *_KINDS) is not None
            if told or function is None or verb not in _RUNNERS or not _is_code(given, function):
                continue
            if not _is_given_by_hand(listening, given, function):
                yield self.found(
                    module.place(call),
                    f"{verb}() runs {module.source(given, 40)}, whatever stands in it",
                    tier=Tier.INFERRED,
                    severity=Severity.MEDIUM if _is_fenced(module, call) else Severity.HIGH,
                    subject=module.qualname(function),
                    consequence=f"where a model writes it, {_WHY}",
                    advice="a sandbox without keys, in another process and with a deadline",
                )

    def _from_elsewhere(self, listening: Hearing) -> Iterable[Finding]:
        for call, given, verb in _runs(listening.module):
            heard = listening.held(given, *_KINDS)
            if heard is not None and heard.elsewhere:
                yield self._told(listening.module, call, given, verb, heard)

    def _told(self, module: Module, call: ast.Call, given: ast.expr, verb: str, heard: Heard) -> Finding:
        function = module.function(call)
        fenced = _is_fenced(module, call)
        through = f" (through {heard.through.rpartition('.')[2]}())" if heard.through else ""
        return self.found(
            module.place(call),
            f"{verb}() runs what a model wrote: {module.source(given, 40)}{through}",
            tier=Tier.PROVED if heard.sure and not heard.through else Tier.INFERRED,
            severity=Severity.MEDIUM if fenced else None,
            subject=module.qualname(function) if function is not None else "",
            consequence=_WHY,
            advice="json.loads or ast.literal_eval for data; for code a sandbox without keys",
            related=(module.place(heard.call),),
            fix=_literal(module, call, verb),
        )


def _runs(module: Module) -> Iterable[tuple[ast.Call, ast.expr, str]]:
    for call in calls_of(module, *_WORDS):
        if not call.args:
            continue
        dotted = module.qualified(call.func)
        if dotted in _RUN:
            yield call, call.args[0], _RUN[dotted]
        elif dotted in _SHELLS:
            shell = argument(call, "shell")
            if dotted.endswith("_shell") or (isinstance(shell, ast.Constant) and shell.value is True):
                yield call, call.args[0], dotted.rpartition(".")[2]


def _names(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def _put_in(module: Module, given: ast.expr) -> set[str]:
    """The names that are put into the text of a command without quoting; a whole command is a tool's own."""
    command = module.value(given)
    if isinstance(command, ast.JoinedStr):
        parts = [one.value for one in command.values if isinstance(one, ast.FormattedValue)]
        found = {one.id for one in parts if isinstance(one, ast.Name)}
        return found if any(isinstance(one, ast.Constant) for one in command.values) else set()
    return set()


def _is_number(parameter: ast.arg) -> bool:
    return parameter.annotation is not None and ast.unparse(parameter.annotation) in ("int", "float", "bool")


def _is_code(given: ast.expr, function: Function) -> bool:
    """Is it a parameter of a function that is called code?"""
    every = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    known = {one.arg for one in every}
    return isinstance(given, ast.Name) and given.id in known and _CODE.search(given.id) is not None


def _is_given_by_hand(listening: Hearing, given: ast.expr, function: Function) -> bool:
    """Do all calls that are seen write the code themselves?"""
    if not isinstance(given, ast.Name) or listening.callers is None:
        return False
    whole = Given(function, given.id, ())
    asked = [(hears, given_for(whole, call)) for hears, call in listening.callers(listening, function)]
    return bool(asked) and all(isinstance(hears.module.value(one), ast.Constant) for hears, one in asked)


def _is_fenced(module: Module, call: ast.Call) -> bool:
    """Is `eval` given names of its own, without builtins?"""
    given = call.args[1] if len(call.args) > 1 else argument(call, "globals")
    meant = module.value(given) if given is not None else None
    if not isinstance(meant, ast.Dict):
        return False
    pairs = zip(meant.keys, meant.values, strict=True)
    kept = [value for key, value in pairs if isinstance(key, ast.Constant) and key.value == "__builtins__"]
    return bool(kept) and not any(isinstance(one, ast.Name) and one.id == "__builtins__" for one in kept)


def _literal(module: Module, call: ast.Call, verb: str) -> Fix | None:
    imports = importing(module, "import ast")
    if verb != "eval" or len(call.args) != 1 or call.keywords or imports is None:
        return None
    edits = (*imports, module.replaced(call.func, "ast.literal_eval"))
    return Fix(what="use ast.literal_eval", edits=edits)
