"""Prompts in settings files: an agent's config, CrewAI's YAML, Prompty, Open Agent Spec."""

from __future__ import annotations

from collections.abc import Iterator

from agentprobe.scan.document import Document, Key
from agentprobe.scan.documents.front_matter import BODY
from agentprobe.scan.facts import PromptText
from agentprobe.scan.prompt_texts import holes_in, speaks

_CREW = ("role", "goal", "backstory", "description", "expected_output")
_PLAINLY = frozenset({
    "system_prompt", "systemprompt", "system_message", "system_instruction", "system_instructions",
    "agent_instructions", "prompt_template", "user_prompt",
})  # fmt: skip
_PERHAPS = frozenset({"instructions", "prompt", "system", "persona", "template", "backstory", "goal"})
_ENDINGS = ("_prompt", "_instructions", "_template", "_persona")
_AGENTS = frozenset({"agent-config", "agent-spec", "prompty", "crewai"})
_LISTS = frozenset({"agents", "messages", "tools", "nodes", "steps", "roles"})
"""Lists whose items are parts of an agent; items of others are data."""
_OTHERS = frozenset({
    "pyproject", "package", "workflow", "compose", "env", "agentprobe", "promptfoo", "mcp", "langgraph",
    "a2a-card",
})  # fmt: skip
_SHORTEST = 25
_MOST = 50
"""A file with more of them is a set of data."""


def prompts_in_document(document: Document) -> tuple[PromptText, ...]:
    """The prompts of one settings file, in its order."""
    if document.kind in _OTHERS:
        return ()
    reader = _of_crew if document.kind == "crewai" else _of_any
    found = tuple(reader(document))
    return found if len(found) <= _MOST else ()


def _of_crew(document: Document) -> Iterator[PromptText]:
    agents = document.data if isinstance(document.data, dict) else {}
    for name, agent in agents.items():
        for key in _CREW:
            text = agent.get(key) if isinstance(agent, dict) else None
            if isinstance(text, str) and text.strip():
                yield _prompt(document, (name, key), text, "system" if key in _CREW[:3] else "template")


def _of_any(document: Document) -> Iterator[PromptText]:
    for keys, value in document.walk():
        text = "\n".join(value) if _is_lines(value) else value
        if not isinstance(text, str) or len(text) < _SHORTEST:
            continue
        key = str(keys[-1]).lower().replace("-", "_")
        if keys == (BODY,):
            yield _prompt(document, keys, text, "template", name="")
        elif not _is_data(keys) and _is_prompt(document, keys, key, text):
            yield _prompt(document, keys, text, "template" if "template" in key else "system")


def _is_data(keys: tuple[Key, ...]) -> bool:
    """Does it lie within a list of things that are no parts of an agent?"""
    lists = [keys[at - 1] for at, key in enumerate(keys) if isinstance(key, int)]
    return any(key not in _LISTS for key in lists)


def _is_prompt(document: Document, keys: tuple[Key, ...], key: str, text: str) -> bool:
    if key in _PLAINLY:
        return True
    if key == "content":
        return _role(document, keys) in ("system", "developer")
    return (key.endswith(_ENDINGS) or (key in _PERHAPS and document.kind in _AGENTS)) and speaks(text)


def _is_lines(value: object) -> bool:
    return isinstance(value, list) and 1 < len(value) < 500 and all(isinstance(one, str) for one in value)


def _role(document: Document, keys: tuple[Key, ...]) -> str:
    return str(document.get(*keys[:-1], "role"))


def _prompt(
    document: Document, keys: tuple[Key, ...], text: str, role: str, name: str | None = None
) -> PromptText:
    return PromptText(
        name=".".join(map(str, keys)) if name is None else name,
        place=document.place(*keys),
        text=text,
        role=role,
        variables=holes_in(text),
    )
