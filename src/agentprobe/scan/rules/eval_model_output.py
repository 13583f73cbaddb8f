"""What a model writes is run as code."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from agentprobe.scan.finding import Finding, Fix, Probe
from agentprobe.scan.flows import calls_of
from agentprobe.scan.model_text import Heard, Hearing, Said, hearing, hearing_in, that_hear
from agentprobe.scan.module import Module, argument
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.tools import tool_functions

_RUN = {
    "eval": "eval", "exec": "exec", "compile": "compile", "os.system": "os.system", "os.popen": "os.popen",
    "pandas.eval": "eval", "numexpr.evaluate": "evaluate",
}  # fmt: skip
_SHELLS = ("subprocess.run", "subprocess.call", "subprocess.check_output", "subprocess.check_call",
           "subprocess.Popen", "asyncio.create_subprocess_shell")  # fmt: skip
_WHY = "whoever writes what the model reads runs code here, with this process's keys"
_WORDS = tuple(name.rpartition(".")[2] for name in (*_RUN, *_SHELLS))
_KINDS = (Said.TEXT, Said.ARGUMENTS, Said.PARSED, Said.WHOLE)


class EvalModelOutput(Rule):
    """Text that a model wrote, or an argument that it gave a tool, is evaluated as Python or run by a shell.

    Finds: `eval`, `exec`, `os.system` and a shell of subprocess whose text comes from an answer of a model,
    also through the project's own functions; and `eval` of a parameter in a tool, which the model fills in.

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
        faults=("injected_result", "direct_injection"), expects="runs what was written into its input"
    )
    triggers = ("eval", "exec", "system", "popen", "subprocess", "compile")

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        named = tool_functions(module)
        for call, given, verb in _runs(module):
            heard = hearing(module).held(given, *_KINDS)
            if heard is not None:
                yield self._told(module, call, given, verb, heard)
                continue
            function = module.function(call)
            if (
                verb not in ("eval", "exec")
                or function is None
                or function not in named
                or _is_fenced(module, call)
            ):
                continue
            names = {one.id for one in ast.walk(given) if isinstance(one, ast.Name)}
            filled = names & {one.arg for one in function.args.args}
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
        for path in that_hear(project, *_RUN, *_SHELLS):
            listening = hearing_in(project, path)
            if listening is not None and not is_test(path):
                yield from self._from_elsewhere(listening)

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


def _is_fenced(module: Module, call: ast.Call) -> bool:
    """Is `eval` given names of its own, without builtins?"""
    given = call.args[1] if len(call.args) > 1 else argument(call, "globals")
    return given is not None and "__builtins__" in ast.unparse(module.value(given) or given)


def _literal(module: Module, call: ast.Call, verb: str) -> Fix | None:
    if verb != "eval" or len(call.args) != 1 or call.keywords or module.imports.get("ast") != "ast":
        return None
    return Fix(what="use ast.literal_eval", edits=(module.replaced(call.func, "ast.literal_eval"),))
