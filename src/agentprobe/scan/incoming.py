"""Calls that wait for a person, a message, or the next piece of work."""

from __future__ import annotations

import ast
import re

from agentprobe.scan.bounds import within
from agentprobe.scan.flows import written
from agentprobe.scan.module import Module

_WAITS = frozenset({
    "input", "prompt_async", "receive", "receive_text", "receive_json", "receive_bytes", "recv",
    "recv_string",
    "recv_json", "readline", "read_line", "accept", "poll", "listen", "get_updates", "getUpdates", "blpop",
    "brpop",
    "xread", "xreadgroup", "consume", "subscribe", "receive_message", "receive_messages", "wait_for_message",
    "get_message", "prompt_toolkit", "ask_user", "get_user_input", "user_input", "chat_input", "read_input",
    "getline",
    "get_input", "input_async", "ainput", "next_event", "get_event", "pull", "dequeue", "claim", "reserve",
    "wait_condition",
})  # fmt: skip
"""Calls that wait for somebody outside, or for the next piece of work."""
_ASKS = (
    "Prompt.ask", "Confirm.ask", "session.prompt", "questionary.text", "inquirer.prompt", "click.prompt",
    "typer.prompt", "console.input", "queue.get", "get_nowait",
)  # fmt: skip
_QUEUES = re.compile(
    r"(?:^|[._])(?:signal|trigger|wake|event|queue|inbox|mailbox|jobs?|events?|q|channel|requests?|messages?_queue)$",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"(?:^|_)(?:input|confirm|ask_user|prompt_user|user_input|approval|approve|ask_human)(?:_|$)"
)


def waits_outside(module: Module, loop: ast.AST) -> bool:
    """Does each round wait for a person, a message or the next piece of work?"""
    for node in within(module, loop):
        if isinstance(node, ast.Call) and _is_wait(module, node):
            return True
        if isinstance(node, ast.Yield) and isinstance(
            module.parent(node), ast.Assign | ast.NamedExpr | ast.AnnAssign
        ):
            return True  # whoever drives the generator sends the next input
    return False


def _is_wait(module: Module, call: ast.Call) -> bool:
    chain = written(call.func)
    last = chain.rpartition(".")[2]
    if last in _WAITS or _PERSON.search(last) or chain.endswith(_ASKS):
        return True
    if last == "interrupt" and module.qualified(call.func).startswith("langgraph"):
        return True
    return last in ("get", "wait") and not call.args and _QUEUES.search(chain.rpartition(".")[0]) is not None


def waiting_functions(module: Module) -> tuple[str, ...]:
    """The functions that wait for a person, a message or the next piece of work."""
    found = {module.function(call) for call in module.calls if _is_wait(module, call)}
    return tuple(sorted(module.qualname(one) for one in found if one is not None))
