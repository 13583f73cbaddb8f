"""OpenAI's tools that the agent's own side runs: shells and patches, each with a form of its own."""

from __future__ import annotations

from typing import Any

from agentprobe.dialects._fields import text_in
from agentprobe.dialects._writing import to_json

LOCAL_SHELL, SHELL, PATCH = "local_shell_call", "shell_call", "apply_patch_call"
OWN_TOOLS = {LOCAL_SHELL: "local_shell", SHELL: "shell", PATCH: "apply_patch"}
"""By the type of the item: what the tool is called."""
CALLS = ("function_call", "custom_tool_call", *OWN_TOOLS)
"""All items by which the model asks the agent's side for something; a computer's is answered by pictures."""


def is_ours(kind: str | None, environment: Any) -> bool:
    """Is an item of this type a call for the agent's side? A shell in a container is the provider's own."""
    if kind == SHELL and isinstance(environment, dict):
        return environment.get("type") == "local"
    return kind in CALLS


def arguments_of(action: Any, operation: Any) -> str:
    """What such a tool is called with, as JSON text."""
    given = action if action is not None else operation
    return to_json(given).decode() if given is not None else ""


def text_of(kind: str | None, output: Any) -> str:
    """What a result says; a shell tells what it printed, command by command."""
    if kind != f"{SHELL}_output" or not isinstance(output, list):
        return text_in(output)
    told = [one for one in output if isinstance(one, dict)]
    return "".join(f"{one.get('stdout') or ''}{one.get('stderr') or ''}" for one in told)


def output_of(kind: str | None, content: str) -> Any:
    """A result in the form that the provider takes for an item of this type."""
    if kind == f"{SHELL}_output":
        return [{"stdout": content, "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}]
    return content


def result_item(call: str, call_id: str, content: str) -> bytes:
    """The item that tells what came of a call of this type."""
    kind = f"{call}_output"
    named = {"id": call_id} if call == LOCAL_SHELL else {"call_id": call_id}
    status = {"status": "completed"} if call == PATCH else {}
    return to_json({"type": kind, **named, **status, "output": output_of(kind, content)})
