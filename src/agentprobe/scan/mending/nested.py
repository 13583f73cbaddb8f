"""Settings that an API takes within a dictionary, or an object made in its place."""

from __future__ import annotations

import ast

from agentprobe.scan.finding import Edit
from agentprobe.scan.module import Module, argument

HOLDERS = {
    "gemini": "config",
    "gemini.old": "generation_config",
    "ollama": "options",
    "bedrock": "inferenceConfig",
}
"""The parameter that holds them, by API."""
_CONVERSE = ("converse", "converse_stream")


def within(module: Module, call: ast.Call, api: str, *, name: str, value: str) -> Edit | None:
    """An edit that sets a name there; None where what is handed over is not written in this file."""
    holder = HOLDERS[api]
    if api == "bedrock" and getattr(call.func, "attr", "") not in _CONVERSE:
        return None
    given = argument(call, holder)
    if given is None:
        return module.with_argument(call, f'{holder}={{"{name}": {value}}}')
    meant = module.value(given) if isinstance(given, ast.Name) else given
    if isinstance(meant, ast.Call) and meant.keywords and all(word.arg for word in meant.keywords):
        return module.with_argument(meant, f"{name}={value}")
    if isinstance(meant, ast.Dict) and all(meant.keys):
        return module.with_key(meant, f'"{name}": {value}')
    return None
