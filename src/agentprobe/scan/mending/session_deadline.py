"""A deadline for a session with an MCP server, in the unit that its library's version takes."""

from __future__ import annotations

from agentprobe.scan.dependencies import dependencies
from agentprobe.scan.finding import Edit, Fix, Place
from agentprobe.scan.mending.additions import importing
from agentprobe.scan.module import Module, argument
from agentprobe.scan.nodes import call_at
from agentprobe.scan.project import Project

_SECONDS = 60
_SESSIONS = ("mcp.ClientSession", "mcp.client.session.ClientSession")


def waiting_no_longer(project: Project, place: Place, word: str) -> Fix | None:
    """A fix that sets `word` to a minute; None where the version, and with it the unit, is not known."""
    found = call_at(project, place)
    if found is None or any(one.arg is None for one in found[1].keywords):
        return None
    module, call = found
    is_session = module.qualified(call.func) in _SESSIONS
    told = _of_session(project, module) if is_session else (f"{_SECONDS}", ())
    if told is None:
        return None
    value, imports = told
    given = argument(call, word, 2 if is_session else None)
    edit = module.with_argument(call, f"{word}={value}") if given is None else module.replaced(given, value)
    waits_for_people = argument(call, "auth") is not None  # who logs in by hand may take longer
    safe = given is None and not waits_for_people
    return Fix(what=f"wait {_SECONDS} s at most", edits=(*imports, edit), safe=safe)


def _of_session(project: Project, module: Module) -> tuple[str, tuple[Edit, ...]] | None:
    """mcp 1 takes a timedelta, mcp 2 a number of seconds."""
    known = dependencies(project).find("mcp", module.path)
    if known is None or not (known.version or known.specifier):
        return None
    old, new = known.may_be("<2"), known.may_be(">=2")
    if old == new:
        return None
    if new:
        return f"{_SECONDS}", ()
    if module.imports.get("datetime") == "datetime" and importing(module, "import datetime") == ():
        return f"datetime.timedelta(seconds={_SECONDS})", ()
    imports = importing(module, "from datetime import timedelta")
    return None if imports is None else (f"timedelta(seconds={_SECONDS})", imports)
