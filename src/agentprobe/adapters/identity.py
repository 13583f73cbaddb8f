"""What made a run: the versions of the agent's code, of its libraries and of all around it."""

from __future__ import annotations

import platform
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

SECONDS = 1.0
"""Git may take so long to say whether there are changes; then nobody knows."""
LIBRARIES = {
    "agents": "openai-agents",
    "agno": "agno",
    "anthropic": "anthropic",
    "autogen_agentchat": "autogen-agentchat",
    "boto3": "boto3",
    "claude_agent_sdk": "claude-agent-sdk",
    "cohere": "cohere",
    "crewai": "crewai",
    "dspy": "dspy",
    "fastmcp": "fastmcp",
    "google.adk": "google-adk",
    "google.genai": "google-genai",
    "groq": "groq",
    "haystack": "haystack-ai",
    "httpx": "httpx",
    "httpx2": "httpx2",
    "instructor": "instructor",
    "langchain": "langchain",
    "langchain_core": "langchain-core",
    "langgraph": "langgraph",
    "litellm": "litellm",
    "llama_index.core": "llama-index-core",
    "mcp": "mcp",
    "mistralai": "mistralai",
    "ollama": "ollama",
    "openai": "openai",
    "pydantic_ai": "pydantic-ai",
    "semantic_kernel": "semantic-kernel",
    "smolagents": "smolagents",
    "strands": "strands-agents",
    "together": "together",
}
"""The modules of SDKs and frameworks, and the packages that they come from."""


@cache
def identity(folder: Path) -> dict[str, Any]:
    """What a run in this folder is made with; what cannot be found out is left out, and nothing fails."""
    found = {
        "agentprobe": _version("agentprobe-prod"),
        "python": platform.python_version(),
        "platform": f"{sys.platform} {platform.machine()}",
        "commit": commit(folder),
    }
    if found["commit"]:
        return {**found, "changed": _changed(folder)}
    return {name: value for name, value in found.items() if value}


def libraries() -> dict[str, str]:
    """The versions of the SDKs and frameworks that this process has imported."""
    found = {LIBRARIES[name]: _version(LIBRARIES[name]) for name in LIBRARIES if name in sys.modules}
    return {name: version for name, version in found.items() if version}


def commit(folder: Path) -> str:
    """The commit that is checked out in this folder, read without git; empty where there is none."""
    with suppress(OSError, UnicodeDecodeError):
        place = next((place for place in (folder, *folder.parents) if (place / ".git").exists()), None)
        return _head(_store(place / ".git")) if place is not None else ""
    return ""


def _store(place: Path) -> Path:
    """The repository's folder; of a further work tree a file says where it is."""
    if place.is_dir():
        return place
    return (place.parent / place.read_text(encoding="utf-8").partition("gitdir:")[2].strip()).resolve()


def _head(store: Path) -> str:
    said = (store / "HEAD").read_text(encoding="utf-8").strip()
    if not said.startswith("ref:"):
        return said
    name = said.partition("ref:")[2].strip()
    return next(_named(store, name), "")


def _named(store: Path, name: str) -> Iterator[str]:
    shared = store / "commondir"
    places = [store]
    if shared.is_file():
        places.append((store / shared.read_text(encoding="utf-8").strip()).resolve())
    for place in places:
        if (place / name).is_file():
            yield (place / name).read_text(encoding="utf-8").strip()
        packed = place / "packed-refs"
        if packed.is_file():
            lines = (line.split(" ") for line in packed.read_text(encoding="utf-8").splitlines())
            yield from (words[0] for words in lines if words[1:] == [name])


def _changed(folder: Path) -> bool | None:
    """Are there changes that no commit holds? None when git does not say so in time."""
    command = ("git", "--no-optional-locks", "-c", "core.fsmonitor=false", "status", "--porcelain", "-uno")
    with suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=SECONDS, check=True)
        return bool(done.stdout)
    return None


def _version(package: str) -> str:
    with suppress(Exception):  # a broken installation may fail in any way; then nobody knows
        return metadata.version(package)
    return ""
