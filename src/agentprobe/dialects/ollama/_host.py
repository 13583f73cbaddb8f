"""Where Ollama lives, as people say it: a host, a port, both, or a whole URL."""

from __future__ import annotations

from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}
_PORT = 11434
_ANYWHERE = ("0.0.0.0", "::")  # noqa: S104 - read, never listened on


def base_url(told: str) -> str:
    """The URL that OLLAMA_HOST means; a server's address for everybody is this machine to a client."""
    scheme, mark, rest = told.strip().partition("://")
    if not mark:
        scheme, rest = "http", scheme
    try:
        parts = urlsplit(f"{scheme}://{rest}")
        port = parts.port or (_PORTS.get(scheme, _PORT) if mark else _PORT)
    except ValueError:
        return told
    host = parts.hostname or "127.0.0.1"
    if host in _ANYWHERE:
        host = "127.0.0.1"
    named = f"[{host}]" if ":" in host else host
    return f"{scheme}://{named}:{port}{parts.path.rstrip('/')}"
