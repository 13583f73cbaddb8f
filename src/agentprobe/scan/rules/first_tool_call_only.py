"""Of several tool calls in an answer only the first is carried out."""

from __future__ import annotations

from collections.abc import Iterable

from agentprobe.domain.sign import Sign
from agentprobe.scan.facts import Facts
from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.scripts.first_calls import first_calls
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.severity import Mode, Severity, Tier


class FirstToolCallOnly(Rule):
    """An answer may ask for several tools, and only the first call is looked at.

    Finds: `message.tool_calls[0]` (or the first `tool_use` block by `next(…)`) in a function that neither
    runs over the calls nor looks at how many there are.

    Breaks: models answer with several calls whenever a task allows it. The others are dropped: the work is
    not done, and with OpenAI the next request fails, since every call needs its result.

    Example:

        from openai import OpenAI

        client = OpenAI()

        def step(messages):
            answer = client.chat.completions.create(model="gpt-5", messages=messages, tools=TOOLS)
            message = answer.choices[0].message
            call = message.tool_calls[0]
            return run(call.function.name, call.function.arguments)

    Instead:

        from openai import OpenAI

        client = OpenAI()

        def step(messages):
            answer = client.chat.completions.create(model="gpt-5", messages=messages, tools=TOOLS)
            message = answer.choices[0].message
            return [run(call.function.name, call.function.arguments) for call in message.tool_calls]

    False alarms: parallel calls that are switched off; a choice of tool that is forced, which brings
    exactly one; arguments that are only parsed, as structured output is; pieces of a stream; a message with
    several that is refused.
    """

    code = "RACE009"
    severity = Severity.HIGH
    mode = Mode.RACE_CONDITION
    probe = Probe(
        faults=("parallel_calls_switched",),
        expects="leaves all calls but the first undone",
        shows=(Sign.MISACTED, Sign.LIED, Sign.STRAYED),
    )

    def in_script(self, script: Script) -> Iterable[Finding]:
        for node, sure in first_calls(script) if not is_test(script.path) else ():
            yield self.found(
                script.place(node),
                f"only the first of {script.source(node, 40).rpartition('[')[0].rstrip('?.')} is carried out",
                tier=Tier.PROVED if sure else Tier.INFERRED,
                subject=script.name_of(script.function(node)),
                consequence="an answer with two calls loses one, and the next request misses its result",
                advice="run over all calls, or set parallel_tool_calls: false where the model is asked",
            )

    def in_project(self, project: Project) -> Iterable[Finding]:
        single = {_home(facts) for facts in project.facts.values() if facts.one_call}
        for facts in project.facts.values():
            if facts.one_call or _home(facts) in single or is_test(facts.path):
                continue
            for one in facts.firsts:
                yield self.found(
                    one.place,
                    f"only the first of {one.what} is carried out",
                    tier=Tier.PROVED if one.asks else Tier.INFERRED,
                    subject=one.function,
                    consequence="an answer with two calls loses one, and the next request misses its result",
                    advice="run over all calls, or set parallel_tool_calls=False where the model is asked",
                )


def _home(facts: Facts) -> str:
    return facts.path.rpartition("/")[0]
