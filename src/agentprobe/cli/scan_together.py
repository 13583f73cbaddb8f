"""Which options of `agentprobe scan` mean something together."""

from __future__ import annotations

from typing import Any

from agentprobe.errors import ConfigError

_NOT_WITH = {
    "proving": ("watching", "table", "checklist", "difference"),
    "since": ("table", "checklist"),
}
_ONLY_PROVING = ("agents", "tasks", "sim", "reads", "model_url", "runs", "tokens", "dollars", "minutes")
_WORDS = {
    "proving": "--prove",
    "watching": "--watch",
    "table": "--effective",
    "difference": "--diff",
    "agents": "--agent",
    "tasks": "--task",
    "model_url": "--model-url",
}


def check_together(options: dict[str, Any]) -> None:
    """Raise ConfigError for options that mean nothing together."""
    for one, others in _NOT_WITH.items():
        for other in others:
            if options[one] and options[other]:
                raise ConfigError(f"{_word(one)} and {_word(other)} do not go together; give one of them")
    lonely = next((one for one in _ONLY_PROVING if options[one]), None)
    if lonely is not None and not options["proving"]:
        raise ConfigError(f"{_word(lonely)} is for --prove, which runs the agent; a scan runs nothing")


def _word(name: str) -> str:
    return _WORDS.get(name, f"--{name}")
