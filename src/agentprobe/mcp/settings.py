"""An MCP client's settings, rewritten so that each tool server stands behind the boundary, and back again."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentprobe.basis.files import write_whole
from agentprobe.errors import ConfigError

KEYS = ("mcpServers", "servers", "context_servers")
"""Under which name clients keep their servers: Claude, Cursor and most others; VS Code; Zed."""
OURS = "agentprobe"
"""The key in a server's settings under which stands what it was."""
BACKUP = ".before-agentprobe"
_URLS = ("url", "serverUrl", "httpUrl")


Change = Callable[[str, Mapping[str, Any]], dict[str, Any] | None]
"""Makes of a server's name and settings other settings; None to leave them."""


@dataclass(frozen=True, slots=True)
class Wrapping:
    """How servers are wrapped: by which program, with which options, and where those over HTTP are served."""

    program: tuple[str, ...]
    options: tuple[str, ...] = ()
    port: int = 7380


@dataclass(frozen=True, slots=True)
class Remote:
    """A server over HTTP in wrapped settings: where it is, and the token of its door."""

    name: str
    url: str
    token: str
    port: int


def wrap(path: Path, how: Wrapping) -> tuple[str, ...]:
    """Wrap every server that is not yet; gives their names. What the file was is kept beside it.

    Raises ConfigError for a file that holds no servers.
    """
    return _rewritten(path, lambda name, entry: _wrapped(name, entry, how))


def unwrap(path: Path) -> tuple[str, ...]:
    """Give every wrapped server its own settings back; gives their names.

    Raises ConfigError for a file that holds no servers.
    """
    return _rewritten(path, lambda _, entry: _unwrapped(entry))


def remotes(path: Path) -> tuple[Remote, ...]:
    """The servers over HTTP that wrapped settings send to us.

    Raises ConfigError for a file that holds no servers.
    """
    _, servers = _read(path)
    known = ((name, entry.get(OURS)) for name, entry in servers.items() if isinstance(entry, dict))
    return tuple(
        Remote(name, ours["url"], ours["token"], ours["port"])
        for name, ours in known
        if isinstance(ours, dict) and "token" in ours
    )


def _rewritten(path: Path, change: Change) -> tuple[str, ...]:
    settings, servers = _read(path)
    changed = {
        name: new
        for name, entry in servers.items()
        if isinstance(entry, dict) and (new := change(name, entry)) is not None
    }
    if changed:
        backup = path.with_name(path.name + BACKUP)
        if not backup.exists():
            write_whole(backup, path.read_bytes())
        servers.update(changed)
        write_whole(path, json.dumps(settings, indent=2, ensure_ascii=False) + "\n")
    return tuple(changed)


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The settings, and within them the servers by name."""
    try:
        settings = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(
            f"{path} is not plain JSON: {error}; take out comments and trailing commas"
        ) from error
    found = _servers(settings)
    if found is None:
        raise ConfigError(f"{path} names no tool servers; they are looked for under {', '.join(KEYS)}")
    return settings, found


def _servers(settings: Any) -> dict[str, Any] | None:
    """Where the servers stand: at the top, or within `mcp` as in VS Code's own settings."""
    for place in (settings, settings.get("mcp") if isinstance(settings, dict) else None):
        for key in KEYS:
            if isinstance(place, dict) and isinstance(place.get(key), dict):
                found: dict[str, Any] = place[key]
                return found
    return None


def _wrapped(name: str, entry: Mapping[str, Any], how: Wrapping) -> dict[str, Any] | None:
    if OURS in entry:
        return None
    command, args = entry.get("command"), entry.get("args", [])
    if isinstance(command, str) and isinstance(args, list):
        program, *words = how.program
        ours = [*words, "mcp", "--name", name, *how.options, "--", command, *args]
        return {
            **entry,
            "command": program,
            "args": ours,
            OURS: {"command": command, "args": entry.get("args")},
        }
    key = next((key for key in _URLS if isinstance(entry.get(key), str)), None)
    if key is None:
        return None
    token = secrets.token_urlsafe(16)
    ours_here = {"key": key, "url": entry[key], "token": token, "port": how.port}
    return {**entry, key: f"http://127.0.0.1:{how.port}/s/{token}", OURS: ours_here}


def _unwrapped(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    ours = entry.get(OURS)
    if not isinstance(ours, dict):
        return None
    own = {key: value for key, value in entry.items() if key != OURS}
    if "token" in ours:
        return {**own, ours["key"]: ours["url"]}
    own["command"] = ours["command"]
    if ours["args"] is None:
        del own["args"]
        return own
    return {**own, "args": ours["args"]}
