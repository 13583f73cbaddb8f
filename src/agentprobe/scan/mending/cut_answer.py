"""An error raised where a model's answer was cut at its cap, by what each API says of its end."""

from __future__ import annotations

import ast

from agentprobe.scan.facts import ModelCall
from agentprobe.scan.finding import Fix
from agentprobe.scan.mending.lines import indent_of, line_end, stands_alone, step_of
from agentprobe.scan.module import Module, argument

CHECKS = {
    "openai.chat": ('{name}.choices[0].finish_reason == "length"', "finish_reason"),
    "litellm": ('{name}.choices[0].finish_reason == "length"', "finish_reason"),
    "anthropic.messages": ('{name}.stop_reason == "max_tokens"', "stop_reason"),
    "openai.responses": ('{name}.status == "incomplete"', "status"),
}
"""By API: the test, and the field that it looks at."""


def raising_when_cut(module: Module, call: ast.Call, asked: ModelCall) -> Fix | None:
    """A check after the statement that binds the answer, where it is bound right away and does not stream."""
    statement = module.statement(call)
    value = statement.value if isinstance(statement, ast.Assign) else None
    inner = value.value if isinstance(value, ast.Await) else value
    check = CHECKS.get(asked.api)
    if (
        check is None
        or inner is not call
        or not isinstance(statement, ast.Assign)
        or argument(call, "stream")
    ):
        return None
    target = statement.targets[0]
    if not isinstance(target, ast.Name) or not stands_alone(module, statement):
        return None
    indent = indent_of(module, module.span(statement)[0])
    test = check[0].format(name=target.id)
    raised = f'{indent}{step_of(indent)}raise RuntimeError("the answer was cut at its cap")'
    edit = module.inserted(line_end(module, statement), f"\n{indent}if {test}:\n{raised}")
    return Fix(what="raise when the answer was cut", edits=(edit,))
