"""A tool starts a process and waits for it without limit."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from agentprobe.domain.sign import Sign
from agentprobe.scan.facts import Facts, Wait
from agentprobe.scan.finding import Finding, Fix, Probe
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.reaching import Reach, reaching
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Item, Mode, Severity, Tier

_TAKE_TIMEOUT = ("subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output",
                 "subprocess.Popen.communicate", "subprocess.Popen.wait")  # fmt: skip


class SubprocessNoTimeout(Rule):
    """A tool runs a command and waits until it ends, however long that takes.

    Finds: `subprocess.run` and its like, `communicate()` and `wait()` without `timeout`, `os.system` and
    `os.popen`, in a function that a tool runs (itself or through others).

    Breaks: the model asks for `tail -f`, a server, or a command that reads from the terminal: the tool never
    comes back, and the session ends without a word.

    Example:

        import subprocess
        from langchain_core.tools import tool

        @tool
        def shell(command: str) -> str:
            "Run a command."
            return subprocess.run(command, shell=True, capture_output=True, text=True).stdout

    Instead:

        import subprocess
        from langchain_core.tools import tool

        @tool
        def shell(command: str) -> str:
            "Run a command."
            return subprocess.run(command, shell=True, capture_output=True, text=True, timeout=120).stdout

    False alarms: a daemon that is started on purpose and not waited for; a process that is killed first; a
    `wait_for` around the wait.
    """

    code = "LAT004"
    severity = Severity.MEDIUM
    mode = Mode.API_LATENCY
    item = Item.DEADLINES
    fixes = "safe"
    probe = Probe(faults=("hang",), expects="never comes back", shows=(Sign.LATE,), at="tool")
    triggers = ("subprocess", "system", "popen")

    def in_project(self, project: Project) -> Iterable[Finding]:
        reach = reaching(project)
        for facts in project.facts.values():
            for one in facts.waits if not is_test(facts.path) else ():
                if (
                    one.kind == "process"
                    and one.deadline == "none"
                    and (facts.path, one.function) in reach.in_tools
                ):
                    yield self._waits(project, reach, facts, one)

    def _waits(self, project: Project, reach: Reach, facts: Facts, one: Wait) -> Finding:
        itself = (facts.path, one.function) in reach.tools
        takes = one.callee in _TAKE_TIMEOUT
        return self.found(
            one.place,
            f"{'the tool' if itself else 'a tool comes to'} {one.function}, which waits without limit in "
            f"{one.callee.rpartition('.')[2]}()",
            tier=Tier.PROVED if itself else Tier.INFERRED,
            subject=one.function,
            consequence="a command that does not end (a server, a prompt, tail -f) ends the session unsaid",
            advice="give timeout= in seconds"
            if takes
            else "use subprocess.run(…, timeout=…), or wait_for around it",
            fix=_fixed(project, one) if takes else None,
        )


def _fixed(project: Project, one: Wait) -> Fix | None:
    module = project.module(one.place.path)
    if module is None:
        return None
    call = next((each for each in module.calls if module.place(each) == one.place), None)
    if not isinstance(call, ast.Call) or any(word.arg == "timeout" for word in call.keywords):
        return None
    return Fix(what="add timeout=120", edits=(module.with_argument(call, "timeout=120"),), safe=True)
